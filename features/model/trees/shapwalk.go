package trees

// coverWalk explains leaves of the path-dependent game by
// walking down to all of them at once. At each of the points of a quadrature
// rule it carries the product of the factors of the path so far (see ByCovers)
// down, and the sum of what the leaves below make of it up; a split's share is
// that sum with the split's own factor taken out again. That is linear in the
// leaves and in the longest path, as the Linear TreeSHAP of Yu and others
// (2022), whose polynomials it evaluates at points where nothing cancels.
type coverWalk struct {
	rule   rule
	splits []*Split
	edges  []edge // those of split i are 2i, to the left, and 2i+1
	depth  int    // splits on the longest path
}

// edge leads from a split to a child.
type edge struct {
	child int32   // a split, or -1: a leaf
	value float64 // of the leaf
	skip  bool    // all leaves below have tables
	// previous is the last edge above that is of a split on the same input, -1
	// without one.
	previous int32
	share    float64 // of the training data at the split
	missing  float64 // z of the input, up to here
	// factor is that of a row that keeps to the path in the input up to here,
	// at each point, and inverse is one divided by it.
	factor, inverse []float64
}

func (g *coverGame) walk(t *Tree, leaves []leaf, walked []bool) walk {
	w := &coverWalk{splits: make([]*Split, len(t.Splits)), edges: make([]edge, 2*len(t.Splits))}
	longest := 0
	for i := range leaves {
		if walked[leaves[i].index] {
			longest = max(longest, len(leaves[i].inputs))
		}
	}
	w.rule = g.rules[(longest+1)/2]
	last := map[int32]int32{} // the last edge by input
	var prepare func(at int32, depth int) (skip bool)
	prepare = func(at int32, depth int) bool {
		w.depth = max(w.depth, depth+1)
		s := &t.Splits[at]
		w.splits[at] = s
		before, repeated := last[s.Input]
		for side, child := range [...]int32{s.Left, s.Right} {
			here := 2*at + int32(side)
			e := &w.edges[here]
			*e = edge{child: child, previous: -1, share: t.share(s, side == 0)}
			e.missing = e.share
			if repeated {
				e.previous = before
				e.missing *= w.edges[before].missing
			}
			if child < 0 {
				e.child, e.value, e.skip = -1, leaves[^child].value, !walked[leaves[^child].index]
			} else {
				last[s.Input] = here
				e.skip = prepare(child, depth+1)
			}
			if e.skip {
				continue
			}
			for _, p := range w.rule {
				f := p.at + float64(e.missing*(1-p.at))
				e.factor, e.inverse = append(e.factor, f), append(e.inverse, 1/f)
			}
		}
		if delete(last, s.Input); repeated {
			last[s.Input] = before
		}
		return w.edges[2*at].skip && w.edges[2*at+1].skip
	}
	prepare(0, 0)
	return w
}

// coverWalker is the memory of a walk.
type coverWalker struct {
	*coverWalk
	unknown, cold []float64 // by point: 1−t and its inverse
	down, up      []float64 // by depth and point
	keeps         []bool    // by edge: the row keeps to the path in its input
	cells, dst    [][]float64
	row           int
}

func (w *coverWalk) explain(dst, cells [][]float64, n int) {
	points := len(w.rule)
	x := &coverWalker{coverWalk: w, dst: dst, cells: cells, keeps: make([]bool, len(w.edges)),
		down: make([]float64, points*(w.depth+1)), up: make([]float64, points*(w.depth+1))}
	for i, p := range w.rule {
		x.down[i] = p.weight
		x.unknown = append(x.unknown, 1-p.at)
		x.cold = append(x.cold, 1/(1-p.at))
	}
	for x.row = range n {
		x.visit(0, 0)
	}
}

// visit sets up[depth] to what the leaves below a split make of down[depth],
// and adds the shares of the splits below and of its own.
func (x *coverWalker) visit(at int32, depth int) {
	q := len(x.rule)
	down, next := x.down[depth*q:][:q], x.down[(depth+1)*q:][:q]
	up, below := x.up[depth*q:][:q], x.up[(depth+1)*q:][:q]
	clear(up)
	s := x.splits[at]
	left, share := s.GoesLeft(x.cells[s.Input][x.row]), 0.0
	for here := 2 * at; here <= 2*at+1; here++ {
		e := &x.edges[here]
		if e.skip {
			continue
		}
		kept := e.previous < 0 || x.keeps[e.previous]
		keeps := kept && left == (here == 2*at)
		x.keeps[here] = keeps
		switch {
		case keeps:
			for i, f := range e.factor[:q] {
				next[i] = down[i] * f
			}
		case e.missing == 0:
			continue // nothing below is ever reached
		case kept:
			for i, u := range x.unknown[:q] {
				next[i] = down[i] * float64(e.missing*u)
			}
		default:
			for i, d := range down {
				next[i] = d * e.share
			}
		}
		if kept && e.previous >= 0 {
			for i, v := range x.edges[e.previous].inverse[:q] {
				next[i] *= v
			}
		}
		if e.child < 0 {
			for i, n := range next {
				below[i] = n * e.value
			}
		} else {
			x.visit(e.child, depth+1)
		}
		if kept {
			share += x.take(e, keeps, below)
		}
		for i, b := range below {
			up[i] += b
		}
	}
	x.dst[s.Input][x.row] += share
}

// take is the share of an edge's split in what the leaves below add up to: of
// its factor, without that of the split before on the same input, which the
// leaves below count as well.
func (x *coverWalker) take(e *edge, keeps bool, below []float64) float64 {
	sum := 0.0
	if keeps {
		for i, v := range e.inverse[:len(below)] {
			sum += float64(below[i] * v)
		}
		sum *= 1 - e.missing
	} else {
		for i, v := range x.cold[:len(below)] {
			sum -= float64(below[i] * v)
		}
	}
	if e.previous >= 0 {
		p, before := &x.edges[e.previous], 0.0
		for i, v := range p.inverse[:len(below)] {
			before += float64(below[i] * v)
		}
		sum -= float64((1 - p.missing) * before)
	}
	return sum
}
