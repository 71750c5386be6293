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
//	 value · (a−1)! b! / (a+b)!  of each of the a
//	−value · a! (b−1)! / (a+b)!  of each of the b
//
// (Lundberg and others 2020, algorithm 3). A background row matters only by its
// mask, and all rows that count have the same b, the inputs in which the
// explained row leaves the path: so it is enough to count background masks by
// a, over all and for each input of the a. A table has the counts of all masks
// at once, from sums over supersets.
func Against(f *Forest, background [][]float64) *Explainer { return against(f, background, TableBytes) }

func against(f *Forest, background [][]float64, room int) *Explainer {
	leaves, _, longest := f.leaves()
	g := &backgroundGame{rows: len(background), sides: make([][][]uint64, len(f.Trees)), weights: betas(longest)}
	base := 0.0
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			continue
		}
		g.sides[k] = t.sides(background)
		reached := make([]int, len(t.Leaves))
		for _, row := range background {
			reached[t.Leaf(row)]++
		}
		for i := range leaves[k] {
			base += float64(leaves[k][i].value * float64(reached[i]))
		}
	}
	e := newExplainer(f, g, leaves, room)
	e.base += base / float64(g.rows)
	return e
}

// backgroundGame is the interventional game.
type backgroundGame struct {
	rows    int
	sides   [][][]uint64 // by tree and split: the rows that go left
	weights [][]float64
}

// sides finds the rows that go left at each split: bit r%64 of word r/64.
func (t *Tree) sides(rows [][]float64) [][]uint64 {
	width := (len(rows) + 63) / 64
	all := make([]uint64, width*len(t.Splits))
	sides := make([][]uint64, len(t.Splits))
	for i := range t.Splits {
		s := &t.Splits[i]
		sides[i] = all[i*width : (i+1)*width]
		for r, row := range rows {
			if s.GoesLeft(row[s.Input]) {
				sides[i][r/64] |= 1 << (r % 64)
			}
		}
	}
	return sides
}

// everyone is the set of all rows.
func (g *backgroundGame) everyone() []uint64 {
	set := make([]uint64, (g.rows+63)/64)
	for i := range set {
		set[i] = ^uint64(0)
	}
	set[len(set)-1] = lastWord(g.rows)
	return set
}

// lastWord has the bits of the last of the words that hold n bits.
func lastWord(n int) uint64 { return ^uint64(0) >> (-uint(n) % 64) }

// masks are the distinct masks of the background's rows at one leaf, ascending.
type masks struct {
	words  []uint64 // of one mask after the other
	counts []int64  // of rows with the mask
}

// masksOf gathers the masks of the rows at a leaf.
func (g *backgroundGame) masksOf(l *leaf, s *scratch) masks {
	keep := make([][]uint64, len(l.inputs)) // by input: the rows that keep to the path
	for i := range keep {
		keep[i] = g.everyone()
	}
	for _, st := range l.steps {
		for i, side := range g.sides[l.tree][st.at] {
			if !st.left {
				side = ^side
			}
			keep[st.slot][i] &= side
		}
	}
	if len(keep) <= tableBits {
		return tally(keep, g.rows, s)
	}
	width := (len(keep) + 63) / 64
	list := make([][]uint64, g.rows)
	all := make([]uint64, g.rows*width)
	for r := range list {
		list[r] = all[r*width : (r+1)*width]
		for i, rows := range keep {
			list[r][i/64] |= rows[r/64] >> (r % 64) & 1 << (i % 64)
		}
	}
	slices.SortFunc(list, slices.Compare)
	var m masks
	for r, mask := range list {
		if r == 0 || !slices.Equal(mask, list[r-1]) {
			m.words, m.counts = append(m.words, mask...), append(m.counts, 0)
		}
		m.counts[len(m.counts)-1]++
	}
	return m
}

// tally is masksOf for short paths: it has one count for each possible mask.
func tally(keep [][]uint64, rows int, s *scratch) (m masks) {
	s.counts = grow(s.counts, 1<<len(keep))
	clear(s.counts)
	for r := range rows {
		mask := uint64(0)
		for i, rows := range keep {
			mask |= rows[r/64] >> (r % 64) & 1 << i
		}
		s.counts[mask]++
	}
	for mask, c := range s.counts {
		if c > 0 {
			m.words, m.counts = append(m.words, uint64(mask)), append(m.counts, c)
		}
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
	first, last := 0, d
	for ; first <= d && n[first] == 0; first++ {
	}
	if first > d {
		clear(dst)
		return
	}
	for ; n[last] == 0; last-- {
	}
	b := d
	for _, w := range mask {
		b -= bits.OnesCount64(w)
	}
	each := l.value / float64(g.rows)
	out := 0.0
	if b > 0 {
		for k := first; k <= last; k++ {
			out += float64(float64(n[k]) * g.weights[k][b-1])
		}
		out = -float64(each * out)
	}
	for i := range d {
		if mask[i>>6]>>(i&63)&1 == 0 {
			dst[i] = out
			continue
		}
		in := 0.0
		for k := max(first, 1); k <= last; k++ {
			in += float64(float64(m[i*(d+1)+k]) * g.weights[k-1][b])
		}
		dst[i] = float64(each * in)
	}
}

// shares counts the background's masks one by one.
func (g *backgroundGame) shares(l *leaf, bg *masks, mask []uint64, dst []float64, s *scratch) {
	d := len(l.inputs)
	width := (d + 63) / 64
	s.counts = grow(s.counts, (d+1)*(d+1))
	clear(s.counts)
	n, m := s.counts[:d+1], s.counts[d+1:]
	last := lastWord(d)
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
	bg := g.masksOf(l, s)
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
		g.weigh(l, []uint64{uint64(mask)}, n, m, dst[mask*d:][:d])
	}
}
