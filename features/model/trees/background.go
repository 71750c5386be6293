package trees

import (
	"maps"
	"math/bits"
	"slices"
)

// Against explains by the interventional game: what an input adds when the
// inputs that are not known yet are those of a background row, in the mean
// over the background's rows, each with one cell per input. Base is the mean
// margin of the background. There must be rows; they are not kept.
//
// Beside one background row, the inputs on a leaf's path fall in four: both
// rows keep to the path in them; only the explained row does (a of them); only
// the background row does (b); or neither, and then the leaf is never reached
// and has no shares. Otherwise it is reached exactly when all of the a and
// none of the b are known, and the shares are
//
//   - value · (a−1)! b! / (a+b)!  of each of the a
//     − value · a! (b−1)! / (a+b)!  of each of the b
//
// (Lundberg and others 2020, algorithm 3). A background row matters only by its
// mask, and all rows that count have the same b, the inputs in which the
// explained row leaves the path: so it is enough to count background masks by
// a, over all and for each input of the a. Counts are integers, and hence the
// same whichever way they are had.
func Against(f *Forest, background [][]float64) *Explainer { return against(f, background, TableBytes) }

func against(f *Forest, background [][]float64, room int) *Explainer {
	leaves, n, longest := f.leaves()
	g := &backgroundGame{rows: float64(len(background)), masks: make([]masks, n), weights: betas(longest)}
	e, rest := newExplainer(f, leaves, room)
	for k := range rest {
		for i := range rest[k] {
			e.add(&rest[k][i], false)
		}
	}
	e.compile(g)
	g.count(e, background)
	base := 0.0
	for k := range leaves {
		for i := range leaves[k] {
			l := &leaves[k][i]
			base += float64(l.value * float64(g.masks[l.game].all(len(l.inputs))))
		}
	}
	e.base += base / g.rows
	e.fillTables()
	for i := range e.parts {
		for _, gr := range e.parts[i].groups {
			for j := range gr.leaves {
				if gr.table != nil {
					g.masks[gr.leaves[j].game] = masks{} // the table tells all
				}
			}
		}
	}
	return e
}

// backgroundGame is the interventional game.
type backgroundGame struct {
	rows    float64
	masks   []masks // by leaf
	weights [][]float64
}

// masks are the distinct masks of the background's rows at one leaf.
type masks struct {
	words  []uint64 // of one mask after the other
	counts []int64  // of rows with the mask
}

func (m *masks) add(mask []uint64, count int64) {
	m.words = append(m.words, mask...)
	m.counts = append(m.counts, count)
}

// all is how many rows keep to the path in all d inputs.
func (m *masks) all(d int) int64 {
	width := (d + 63) / 64
	for i, c := range m.counts {
		ones := 0
		for _, w := range m.words[i*width:][:width] {
			ones += bits.OnesCount64(w)
		}
		if ones == d {
			return c
		}
	}
	return 0
}

// count finds the masks of all rows at all leaves, by the keys of the groups.
func (g *backgroundGame) count(e *Explainer, background [][]float64) {
	n := len(background)
	cells := make([][]float64, e.inputs)
	for i := range cells {
		cells[i] = make([]float64, n)
		for r, row := range background {
			cells[i][r] = row[i]
		}
	}
	s := &scratch{}
	e.findIntervals(cells, n, s)
	words, keys := make([]uint64, n), make([]uint64, n)
	for i := range e.parts {
		p := &e.parts[i]
		p.expandUses(s)
		for r := range words {
			words[r] = ^uint64(0)
		}
		p.narrow(words, 0, cells, s)
		for j := range p.groups {
			gr := &p.groups[j]
			for r, w := range words {
				keys[r] = gr.key(w)
			}
			slices.Sort(keys)
			for _, l := range gr.leaves {
				g.masks[l.game] = l.masksOf(keys)
			}
		}
	}
	for i := range e.wide {
		g.masks[e.wide[i].game] = e.wide[i].wideMasks(background)
	}
}

// masksOf gathers the masks of rows with sorted keys.
func (l *leaf) masksOf(keys []uint64) masks {
	counts := map[uint64]int64{}
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && keys[to] == keys[from] {
			to++
		}
		counts[l.mask(keys[from])] += int64(to - from)
		from = to
	}
	var m masks
	for _, mask := range slices.Sorted(maps.Keys(counts)) {
		m.add([]uint64{mask}, counts[mask])
	}
	return m
}

// wideMasks gathers the masks of rows at a leaf of any path.
func (l *leaf) wideMasks(background [][]float64) masks {
	list := make([][]uint64, len(background))
	for r, row := range background {
		list[r] = make([]uint64, (len(l.inputs)+63)/64)
		l.wideMask(list[r], func(input int32) float64 { return row[input] })
	}
	slices.SortFunc(list, slices.Compare)
	var m masks
	for r, mask := range list {
		if r == 0 || !slices.Equal(mask, list[r-1]) {
			m.add(mask, 0)
		}
		m.counts[len(m.counts)-1]++
	}
	return m
}

// betas is a!·b!/(a+b+1)! for a+b < n.
func betas(n int) [][]float64 {
	w := make([][]float64, n)
	for a := range w {
		w[a] = make([]float64, n-a)
		for b := range w[a] {
			if a == 0 {
				w[a][b] = 1 / float64(b+1)
			} else {
				w[a][b] = w[a-1][b+1] * float64(a) / float64(b+1)
			}
		}
	}
	return w
}

// weigh turns counts into shares: n[k] is the number of background rows that
// count with a = k, and m[i*(d+1)+k] those among them that leave the path in
// input i.
func (g *backgroundGame) weigh(l *leaf, mask []uint64, n, m []int64, dst []float64) {
	d := len(l.inputs)
	if !slices.ContainsFunc(n, func(c int64) bool { return c != 0 }) {
		clear(dst)
		return
	}
	b := d
	for _, w := range mask {
		b -= bits.OnesCount64(w)
	}
	each := l.value / g.rows
	out := 0.0
	if b > 0 {
		for k := range d - b + 1 {
			if n[k] != 0 {
				out += float64(float64(n[k]) * g.weights[k][b-1])
			}
		}
		out = -float64(each * out)
	}
	for i := range d {
		if mask[i>>6]>>(i&63)&1 == 0 {
			dst[i] = out
			continue
		}
		in := 0.0
		for k := 1; k <= d-b; k++ {
			if c := m[i*(d+1)+k]; c != 0 {
				in += float64(float64(c) * g.weights[k-1][b])
			}
		}
		dst[i] = float64(each * in)
	}
}

// shares counts the background's masks one by one.
func (g *backgroundGame) shares(l *leaf, mask []uint64, dst []float64, s *scratch) {
	d := len(l.inputs)
	width := (d + 63) / 64
	s.counts = grow(s.counts, (d+1)*(d+1))
	clear(s.counts)
	n, m := s.counts[:d+1], s.counts[d+1:]
	bg := &g.masks[l.game]
	last := ^uint64(0) >> (width*64 - d)
masks:
	for i, c := range bg.counts {
		words := bg.words[i*width:][:width]
		for j, w := range words[:width-1] {
			if mask[j]|w != ^uint64(0) {
				continue masks
			}
		}
		if mask[width-1]|words[width-1] != last {
			continue
		}
		a := 0
		for j, w := range words {
			a += bits.OnesCount64(mask[j] &^ w)
		}
		n[a] += c
		for j, w := range words {
			for only := mask[j] &^ w; only != 0; only &= only - 1 {
				m[(j*64+bits.TrailingZeros64(only))*(d+1)+a] += c
			}
		}
	}
	g.weigh(l, mask, n, m, dst)
}

// table counts the background's masks once for all masks: with[p][u] is the
// number of rows that keep to the path in p inputs, and in all of u. The rows
// that count beside an explained row are with[p][the inputs in which it leaves
// the path], for all p.
func (g *backgroundGame) table(l *leaf, dst []float64, s *scratch) {
	d := len(l.inputs)
	size := 1 << d
	s.sums = grow(s.sums, (d+1)*size)
	clear(s.sums)
	with := s.sums
	bg := &g.masks[l.game]
	for i, c := range bg.counts {
		w := bg.words[i]
		with[bits.OnesCount64(w)*size+int(w)] = c
	}
	for p := range d + 1 {
		row := with[p*size:][:size]
		for bit := 1; bit < size; bit <<= 1 {
			for u := range row {
				if u&bit == 0 {
					row[u] += row[u|bit]
				}
			}
		}
	}
	s.counts = grow(s.counts, (d+1)*(d+1))
	n, m := s.counts[:d+1], s.counts[d+1:]
	for mask := range size {
		clear(s.counts)
		out := size - 1 ^ mask
		// Beside a mask of `ones`, a background row that keeps to the path in
		// all of the others, and in p inputs altogether, leaves it in d − p.
		for p := d - bits.OnesCount(uint(mask)); p <= d; p++ {
			c := with[p*size+out]
			if n[d-p] = c; c == 0 {
				continue
			}
			for in := mask; in != 0; in &= in - 1 {
				i := bits.TrailingZeros(uint(in))
				m[i*(d+1)+d-p] = c - with[p*size+(out|1<<i)]
			}
		}
		s.mask[0] = uint64(mask)
		g.weigh(l, s.mask, n, m, dst[mask*d:][:d])
	}
}
