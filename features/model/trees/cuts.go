package trees

import (
	"math"
	"slices"
)

// cuts divide the cells of one input into intervals that no split divides
// further: interval i holds the cells from at[i-1] up to, not including, at[i].
// Missing cells (NaN) are an interval of their own, the last.
type cuts struct {
	at     []float64 // ascending
	cells  []float64 // one of each interval
	lookup lookup    // of at
	near   bool      // cells within ZeroThreshold of 0 are 0
	used   bool      // there are splits of the input
	untidy int       // cuts that are too many to be left unsorted
}

// cutsOf cuts the inputs of a forest.
func cutsOf(f *Forest) []cuts {
	all := make([]cuts, f.Inputs)
	for k := range f.Trees {
		for i := range f.Trees[k].Splits {
			s := &f.Trees[k].Splits[i]
			c := &all[s.Input]
			c.at, c.used = s.appendCuts(c.at), true
			if len(c.at) > c.untidy {
				c.tidy() // many splits share few cuts
				c.untidy = 2*len(c.at) + 1000
			}
		}
	}
	for i := range all {
		c := &all[i]
		if c.near = !f.Single; c.near {
			for j, x := range c.at {
				c.at[j] = awayFromZero(x)
			}
		}
		c.tidy()
		c.cells, c.lookup = c.cellsOf(), newLookup(c.at)
	}
	return all
}

func (c *cuts) tidy() {
	slices.Sort(c.at)
	c.at = slices.Compact(c.at)
}

// appendCuts appends where what a split does with a cell may change.
func (s *Split) appendCuts(at []float64) []float64 {
	if s.How&Categorical != 0 {
		in := false
		for c := range len(s.Set)*32 + 1 {
			was := in
			if in = c < len(s.Set)*32 && s.Set[c/32]>>(c%32)&1 != 0; in != was {
				at = append(at, s.categoryCut(c))
			}
		}
		return at
	}
	if s.How&MissingZero != 0 {
		at = append(at, -ZeroThreshold, math.Nextafter(ZeroThreshold, 1))
	}
	switch {
	case s.How&Below != 0:
		at = append(at, s.Threshold)
	case !math.IsInf(s.Threshold, 1):
		// x <= t is x < the next number after t.
		at = append(at, math.Nextafter(s.Threshold, math.Inf(1)))
	}
	return at
}

// categoryCut is the smallest cell that is category c or a higher one.
func (s *Split) categoryCut(c int) float64 {
	if c == 0 {
		return s.firstCode()
	}
	return float64(c)
}

// awayFromZero moves a cut to the end of the cells that are 0.
func awayFromZero(x float64) float64 {
	switch {
	case x > -ZeroThreshold && x <= 0:
		return -ZeroThreshold
	case x > 0 && x <= ZeroThreshold:
		return math.Nextafter(ZeroThreshold, 1)
	}
	return x
}

// missing is the interval of missing cells.
func (c *cuts) missing() int { return len(c.at) + 1 }

// interval is the interval of a cell.
func (c *cuts) interval(x float64) int {
	if x != x {
		return c.missing()
	}
	return search(c.lookup.steps, key(x))
}

// cellsOf has a cell of each interval.
func (c *cuts) cellsOf() []float64 {
	cells := append([]float64{math.Inf(-1)}, c.at...)
	for i, x := range cells {
		if c.near && x >= -ZeroThreshold && x <= ZeroThreshold {
			cells[i] = 0
		}
	}
	return append(cells, math.NaN())
}
