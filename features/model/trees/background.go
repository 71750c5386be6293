package trees

import (
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
func Against(f *Forest, background [][]float64) *Explainer {
	g := &backgroundGame{rows: float64(len(background))}
	scale := f.scale()
	leaves := make([][]leaf, len(f.Trees))
	longest, base := 0, 0.0
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			base += t.Leaves[0] * scale
			continue
		}
		leaves[k] = t.leavesOf(scale)
		reached := 0.0
		for i := range leaves[k] {
			l := &leaves[k][i]
			l.game = len(g.masks)
			m := masksOf(l, background)
			g.masks = append(g.masks, m)
			longest = max(longest, len(l.inputs))
			if c := m.countOfAll(len(l.inputs)); c > 0 {
				reached += float64(l.value * float64(c))
			}
		}
		base += reached / g.rows
	}
	g.weights = betas(longest)
	e := newExplainer(f, g, leaves)
	e.base = base + f.Base
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

// masksOf gathers the masks of the rows at a leaf.
func masksOf(l *leaf, background [][]float64) masks {
	width := (len(l.inputs) + 63) / 64
	all := make([]uint64, width*len(background))
	list := make([][]uint64, len(background))
	for r, row := range background {
		list[r] = all[r*width:][:width]
		l.wideMask(list[r], func(input int32) float64 { return row[input] })
	}
	slices.SortFunc(list, slices.Compare)
	var m masks
	for r, mask := range list {
		if r == 0 || !slices.Equal(mask, list[r-1]) {
			m.words = append(m.words, mask...)
			m.counts = append(m.counts, 0)
		}
		m.counts[len(m.counts)-1]++
	}
	m.words, m.counts = slices.Clip(m.words), slices.Clip(m.counts)
	return m
}

// countOfAll is how many rows keep to the path in all d inputs.
func (m *masks) countOfAll(d int) int64 {
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
masks:
	for i, c := range bg.counts {
		words := bg.words[i*width:][:width]
		a := 0
		for j, w := range words {
			only := mask[j] &^ w
			a += bits.OnesCount64(only)
			full := ^uint64(0)
			if rest := d - j*64; rest < 64 {
				full = 1<<rest - 1
			}
			if mask[j]|w != full {
				continue masks
			}
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
