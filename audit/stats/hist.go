package stats

import (
	"math"
	"slices"
)

// Hist is a histogram of float64 values whose bin edges are fixed for ever:
// those floats whose significand has 13 bits at most. A value falls into the
// bin [edge, next edge) by the top bits of its representation, so that no
// range need be known beforehand and any two Hists merge. Every integer up to
// ±8192 is an edge, and so is every money amount with few digits; elsewhere a
// bin is at most 2^-12 (0.025 %) of its value wide. What is read off a Hist
// takes each value for the lower edge of its bin: exact when [Hist.Exact].
//
// Zero, −0 and positive values under 2^-1034 count as 0. NaN is missing and
// counted apart; infinities have bins of their own.
//
// Source: the idea is that of DDSketch (Masson et al. 2019) and HdrHistogram,
// with the bits of the float in place of a logarithm.
type Hist struct {
	sides [2]side // values above and below zero

	zero, posInf, negInf, missing int64

	min, max float64 // of all values but missing ones
	some     bool    // whether there are any: min and max are set
	inexact  bool    // whether a value was not the lower edge of its bin
}

// A bin key is the exponent and the top 12 bits of the fraction of |edge|.
// Counters live in pages of 64 keys, found through a table that spans the
// pages in use: an octave has 64 pages, and scores or amounts touch few.
const (
	keyShift = 40
	keyInf   = 0x7ff << 12
	keyMax   = keyInf - 1
	lowBits  = 1<<keyShift - 1
	pageBits = 6
	pageLen  = 1 << pageBits
	histTag  = 'H'
)

// side holds the bins of one sign by key.
type side struct {
	base  uint32   // page number of table[0]
	table []uint32 // page number − base → 1 + index into pages, or 0
	pages [][pageLen]int64
}

// Add adds x; NaN counts as missing.
func (h *Hist) Add(x float64) { h.AddN(x, 1) }

// AddN adds x n times. It panics when n is negative.
func (h *Hist) AddN(x float64, n int64) {
	if n < 0 {
		panic("stats: negative count for a histogram")
	}
	if n == 0 {
		return
	}
	if x != x {
		h.missing += n
		return
	}
	x += 0 // −0 becomes 0, else the sign of min would depend on the order
	switch {
	case !h.some:
		h.min, h.max, h.some = x, x, true
	case x < h.min:
		h.min = x
	case x > h.max:
		h.max = x
	}
	bits := math.Float64bits(x)
	if bits&lowBits != 0 {
		h.inexact = true
	}
	if x > math.MaxFloat64 {
		h.posInf += n
	} else if x < -math.MaxFloat64 {
		h.negInf += n
	} else if key := binKey(bits); key == 0 {
		h.zero += n
	} else {
		*h.sides[bits>>63].count(key) += n
	}
}

// AddSlice adds every value of xs; NaN counts as missing.
func (h *Hist) AddSlice(xs []float64) {
	pos := &h.sides[0]
	lo, hi := math.Inf(1), math.Inf(-1)
	var low uint64
	var zeros int64
	for _, x := range xs {
		bits := math.Float64bits(x)
		key := uint32(bits >> keyShift)
		// Positive finite values of a page in use; zeros; Add takes the rest.
		if t := key>>pageBits - pos.base; key-1 < keyMax && t < uint32(len(pos.table)) {
			if p := pos.table[t]; p != 0 {
				pos.pages[p-1][key%pageLen]++
				low |= bits
				if x < lo {
					lo = x
				}
				if x > hi {
					hi = x
				}
				continue
			}
		} else if x == 0 {
			zeros++
			continue
		}
		h.Add(x)
	}
	h.AddN(0, zeros)
	if lo <= hi {
		if !h.some {
			h.min, h.max, h.some = lo, hi, true
		}
		h.min, h.max = min(h.min, lo), max(h.max, hi)
		h.inexact = h.inexact || low&lowBits != 0
	}
}

// AddInts adds every value of xs, but counts those where valid is false as
// missing; valid may be nil.
func (h *Hist) AddInts(xs []int64, valid []bool) {
	var block [256]float64
	for i := 0; i < len(xs); {
		n := min(len(xs)-i, len(block))
		for j, x := range xs[i : i+n] {
			block[j] = float64(x)
		}
		if valid != nil {
			for j, ok := range valid[i : i+n] {
				if !ok {
					block[j] = math.NaN()
				}
			}
		}
		h.AddSlice(block[:n])
		i += n
	}
}

// binKey returns the key of the bin of a finite value: that of its lower edge.
func binKey(bits uint64) uint32 {
	if int64(bits) >= 0 {
		return uint32(bits >> keyShift)
	}
	// Below zero the lower edge is the one farther from zero.
	m := bits & (1<<63 - 1)
	return min(uint32((m+lowBits)>>keyShift), keyMax)
}

// LowerEdge returns the lower edge of the bin that x falls into: the largest
// bin edge that is not above x. Infinities and NaN are returned as they are.
func LowerEdge(x float64) float64 {
	if math.IsInf(x, 0) || x != x {
		return x
	}
	bits := math.Float64bits(x + 0)
	return keyEdge(binKey(bits), int(bits>>63))
}

func keyEdge(key uint32, sign int) float64 {
	e := math.Float64frombits(uint64(key) << keyShift)
	if sign != 0 {
		e = 0 - e // not −e: zero has no sign
	}
	return e
}

// count returns the counter of a key, making room for it when new.
func (s *side) count(key uint32) *int64 {
	page := key >> pageBits
	if t := page - s.base; t < uint32(len(s.table)) && s.table[t] != 0 {
		return &s.pages[s.table[t]-1][key%pageLen]
	}
	if len(s.table) == 0 {
		s.base = page
	}
	if page < s.base {
		s.table = slices.Insert(s.table, 0, make([]uint32, s.base-page)...)
		s.base = page
	}
	if n := int(page-s.base) + 1; n > len(s.table) {
		s.table = append(s.table, make([]uint32, n-len(s.table))...)
	}
	s.pages = append(s.pages, [pageLen]int64{})
	s.table[page-s.base] = uint32(len(s.pages))
	return &s.pages[len(s.pages)-1][key%pageLen]
}

// each calls f with every key in use and its count, by ascending key.
func (s *side) each(f func(key uint32, n int64)) {
	for t, p := range s.table {
		if p == 0 {
			continue
		}
		for i, n := range s.pages[p-1] {
			if n != 0 {
				f((s.base+uint32(t))<<pageBits|uint32(i), n)
			}
		}
	}
}

// Merge adds what o has gathered.
func (h *Hist) Merge(o *Hist) {
	for i := range o.sides {
		s := &h.sides[i]
		o.sides[i].each(func(key uint32, n int64) { *s.count(key) += n })
	}
	h.zero += o.zero
	h.posInf += o.posInf
	h.negInf += o.negInf
	h.missing += o.missing
	if o.some {
		if !h.some {
			h.min, h.max, h.some = o.min, o.max, true
		}
		h.min, h.max = min(h.min, o.min), max(h.max, o.max)
	}
	h.inexact = h.inexact || o.inexact
}
