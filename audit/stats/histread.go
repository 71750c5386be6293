package stats

import (
	"math"
	"slices"
)

// Bin is one bin of a [Hist]: its lower edge and its count.
type Bin struct {
	Edge float64
	N    int64
}

// Bins returns the bins with a count, by ascending edge. The bins of the
// infinities have the infinities for edges.
func (h *Hist) Bins() []Bin {
	var bins []Bin
	add := func(edge float64, n int64) {
		if n != 0 {
			bins = append(bins, Bin{edge, n})
		}
	}
	h.sides[1].each(func(key uint32, n int64) { add(keyEdge(key, 1), n) })
	add(math.Inf(-1), h.negInf)
	slices.Reverse(bins)
	add(0, h.zero)
	h.sides[0].each(func(key uint32, n int64) { add(keyEdge(key, 0), n) })
	add(math.Inf(1), h.posInf)
	return bins
}

// N returns how many values were added, without missing ones.
func (h *Hist) N() int64 {
	n := h.zero + h.posInf + h.negInf
	for i := range h.sides {
		for j := range h.sides[i].pages {
			for _, c := range h.sides[i].pages[j] {
				n += c
			}
		}
	}
	return n
}

// Missing returns how many NaNs were added.
func (h *Hist) Missing() int64 { return h.missing }

// Exact reports whether every value was the lower edge of its bin, so that the
// Hist knows the values and not only their bins.
func (h *Hist) Exact() bool { return !h.inexact }

// Min returns the least value, exactly; NaN without values.
func (h *Hist) Min() float64 {
	if !h.some {
		return math.NaN()
	}
	return h.min
}

// Max returns the greatest value, exactly; NaN without values.
func (h *Hist) Max() float64 {
	if !h.some {
		return math.NaN()
	}
	return h.max
}

// CountOf returns how many values fell into the bin of x; those missing when
// x is NaN.
func (h *Hist) CountOf(x float64) int64 {
	switch {
	case x != x:
		return h.missing
	case math.IsInf(x, 1):
		return h.posInf
	case math.IsInf(x, -1):
		return h.negInf
	}
	bits := math.Float64bits(x + 0)
	key := binKey(bits)
	if key == 0 {
		return h.zero
	}
	s := &h.sides[bits>>63]
	if t := key>>pageBits - s.base; t < uint32(len(s.table)) && s.table[t] != 0 {
		return s.pages[s.table[t]-1][key%pageLen]
	}
	return 0
}

// CountBelow returns how many values are under x: exactly so when x is a bin
// edge (see [LowerEdge]) or the Hist is exact; else the whole bin that holds x
// counts as below.
func (h *Hist) CountBelow(x float64) int64 {
	var n int64
	for _, b := range h.Bins() {
		if b.Edge >= x {
			break
		}
		n += b.N
	}
	return n
}

// Quantile returns the q-quantile, interpolated linearly between order
// statistics as numpy.quantile does by default (R's type 7). See
// [Hist.Quantiles].
func (h *Hist) Quantile(q float64) float64 { return h.Quantiles(q)[0] }

// Quantiles returns the quantiles of qs, which must be ascending and within
// [0, 1]. Each value counts as the lower edge of its bin, save that the least
// and the greatest are known exactly: the result is numpy's when the Hist is
// exact, else below it by less than the width of a bin. All are NaN without
// values.
func (h *Hist) Quantiles(qs ...float64) []float64 {
	bins, n := h.Bins(), h.N()
	i, end := 0, int64(0) // bins[:i] have end values
	at := func(rank int64) float64 {
		switch {
		case rank <= 0:
			return h.min
		case rank >= n-1:
			return h.max
		}
		for end <= rank {
			end += bins[i].N
			i++
		}
		return bins[i-1].Edge
	}
	out := make([]float64, len(qs))
	last := 0.0
	for k, q := range qs {
		if !(q >= last && q <= 1) {
			panic("stats: quantiles out of order or out of [0, 1]")
		}
		last = q
		if n == 0 {
			out[k] = math.NaN()
			continue
		}
		pos := float64(float64(n-1) * q)
		rank := math.Floor(pos)
		t := pos - rank
		// The order statistic below first: at only moves upwards, and a later
		// q starts from the same rank at the earliest.
		a := at(int64(rank))
		save, saveEnd := i, end
		b := at(int64(rank) + 1)
		i, end = save, saveEnd
		out[k] = lerp(a, b, t)
	}
	return out
}

// lerp is numpy's: it starts from the nearer end, so that it is monotone.
func lerp(a, b, t float64) float64 {
	switch {
	case a == b:
		return a
	case t >= 0.5:
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}

// AppendBinary appends the canonical encoding of the histogram to b.
func (h *Hist) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Byte(histTag)
	for _, c := range []int64{h.missing, h.negInf, h.zero, h.posInf} {
		e.Uvarint(uint64(c))
	}
	for i := range h.sides {
		used := 0
		h.sides[i].each(func(uint32, int64) { used++ })
		e.Count(used)
		last := uint32(0)
		h.sides[i].each(func(key uint32, n int64) {
			e.Uvarint(uint64(key - last))
			e.Uvarint(uint64(n))
			last = key
		})
	}
	if h.some {
		e.Bool(h.inexact)
		e.Float(h.min)
		e.Float(h.max)
	}
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (h *Hist) MarshalBinary() ([]byte, error) { return h.AppendBinary(nil) }

// UnmarshalBinary makes h what b encodes; h is unchanged on error.
func (h *Hist) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	var t Hist
	d.Tag(histTag)
	t.missing, t.negInf, t.zero, t.posInf = d.Natural(), d.Natural(), d.Natural(), d.Natural()
	total := uint64(t.negInf) + uint64(t.zero) + uint64(t.posInf)
	for i := range t.sides {
		key := uint64(0)
		for range d.Count(2) {
			step, n := d.Uvarint(), d.Natural()
			key += min(step, keyInf)
			if step == 0 || key > keyMax || n == 0 {
				d.Fail("bad bin of a histogram")
				return d.Err()
			}
			*t.sides[i].count(uint32(key)) = n
			if total += uint64(n); total > math.MaxInt64 {
				d.Fail("counts of a histogram overflow")
				return d.Err()
			}
		}
	}
	if t.some = total > 0; t.some {
		t.inexact, t.min, t.max = d.Bool(), d.Float(), d.Float()
	}
	if err := d.Finish(); err != nil {
		return err
	}
	if total > math.MaxInt64 {
		d.Fail("counts of a histogram overflow")
	}
	if bins := t.Bins(); t.some {
		lo, hi := t.min, t.max
		zeros := math.Float64bits(lo) == 1<<63 || math.Float64bits(hi) == 1<<63
		off := lo != LowerEdge(lo) || hi != LowerEdge(hi)
		if zeros || !(lo <= hi) || off && !t.inexact || LowerEdge(lo) != bins[0].Edge || LowerEdge(hi) != bins[len(bins)-1].Edge {
			d.Fail("range of a histogram doesn't fit its bins")
		}
	}
	if err := d.Err(); err != nil {
		return err
	}
	*h = t
	return nil
}
