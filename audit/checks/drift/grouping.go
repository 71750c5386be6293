package drift

// grouping cuts the rows of a batch by key, so that a column can be handed to
// accumulators in slices. An export in time order has few runs of equal keys
// and is sliced as it lies; any other is gathered.
type grouping struct {
	n      int
	runs   []run
	gather bool
	order  []int32 // rows by key, when gathered
	start  []int32 // scratch of the counting sort
	buf    []float64
}

// run is rows [lo, hi) of one key, in the batch or in order.
type run struct {
	key    int32
	lo, hi int
}

// set groups rows by key; rows with a negative key are dropped.
func (g *grouping) set(keys []int32) {
	g.n, g.runs, g.gather = len(keys), g.runs[:0], false
	most := int32(-1)
	for lo := 0; lo < len(keys); {
		k, hi := keys[lo], lo+1
		for hi < len(keys) && keys[hi] == k {
			hi++
		}
		if k >= 0 {
			g.runs = append(g.runs, run{k, lo, hi})
			most = max(most, k)
		}
		lo = hi
	}
	if len(g.runs) <= 4+len(keys)/32 {
		return
	}
	// A counting sort.
	g.gather = true
	g.start = append(g.start[:0], make([]int32, most+2)...)
	for _, r := range g.runs {
		g.start[r.key+1] += int32(r.hi - r.lo)
	}
	for k := range most + 1 {
		g.start[k+1] += g.start[k]
	}
	total := int(g.start[most+1])
	if cap(g.order) < total {
		g.order = make([]int32, len(keys))
	}
	g.order = g.order[:total]
	for _, r := range g.runs {
		for i := r.lo; i < r.hi; i++ {
			g.order[g.start[r.key]] = int32(i)
			g.start[r.key]++
		}
	}
	// start[k] is now the end of key k.
	g.runs = g.runs[:0]
	lo := int32(0)
	for k, hi := range g.start[:most+1] {
		if hi > lo {
			g.runs = append(g.runs, run{int32(k), int(lo), int(hi)})
		}
		lo = hi
	}
}

// column returns x in the order that the runs cut; it is valid until the next
// call.
func (g *grouping) column(x []float64) []float64 {
	if !g.gather {
		return x
	}
	if cap(g.buf) < len(g.order) {
		g.buf = make([]float64, g.n)
	}
	g.buf = g.buf[:len(g.order)]
	for i, row := range g.order {
		g.buf[i] = x[row]
	}
	return g.buf
}
