package stats

import "slices"

// Cuts are the bins of a drift measure. They are fixed by the reference alone,
// so that every later period is measured with one ruler: first the ranges
// between the edges, then one bin for each special code, then missing values.
type Cuts struct {
	Edges   []float64 // ascending; range i is [Edges[i−1], Edges[i])
	Special []float64 // codes such as −9 that are no quantities
}

// NewCuts returns the cuts at the n-quantiles of a reference (deciles for n =
// 10). Edges that coincide, or that leave nothing on one side, are dropped, so
// a value that half the rows share takes fewer bins. Special codes and missing
// values are set aside before.
//
// Each edge is numpy's quantile moved up to the next bin edge of [Hist]: that
// counts the very same values below when the Hist is exact, and makes the
// counts of any data exact.
func NewCuts(ref *Hist, n int, special ...float64) Cuts {
	c := Cuts{Special: slices.Clone(special)}
	rest := ref.without(special)
	qs := make([]float64, n-1)
	for i := range qs {
		qs[i] = float64(i+1) / float64(n)
	}
	for _, q := range rest.Quantiles(qs...) {
		edge := -LowerEdge(-q)
		if edge > rest.min && edge <= LowerEdge(rest.max) && (c.Edges == nil || edge > c.Edges[len(c.Edges)-1]) {
			c.Edges = append(c.Edges, edge)
		}
	}
	return c
}

// without returns a Hist of the same values but those in the bins of special
// codes; it may share memory with h.
func (h *Hist) without(special []float64) *Hist {
	if len(special) == 0 {
		return h
	}
	rest := &Hist{}
	for _, b := range h.Bins() {
		if !slices.ContainsFunc(special, func(s float64) bool { return LowerEdge(s) == b.Edge }) {
			rest.AddN(b.Edge, b.N)
		}
	}
	return rest
}

// Len returns the number of bins, the one for missing values included.
func (c Cuts) Len() int { return len(c.Edges) + 1 + len(c.Special) + 1 }

// Counts returns how many values of h fall into each bin.
func (c Cuts) Counts(h *Hist) []int64 {
	counts := make([]int64, c.Len())
	i := 0
	for _, b := range h.Bins() {
		if s := slices.IndexFunc(c.Special, func(s float64) bool { return LowerEdge(s) == b.Edge }); s >= 0 {
			counts[len(c.Edges)+1+s] += b.N
			continue
		}
		for i < len(c.Edges) && b.Edge >= c.Edges[i] {
			i++
		}
		counts[i] += b.N
	}
	counts[len(counts)-1] = h.Missing()
	return counts
}
