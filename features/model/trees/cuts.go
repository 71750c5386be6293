package trees

import (
	"math"
	"math/bits"
	"slices"
)

// cuts divide the cells of one input into intervals that no split divides
// further: interval i holds the cells from at[i-1] up to, not including, at[i].
// Missing cells (NaN) are an interval of their own, the last.
type cuts struct {
	at   []float64 // ascending
	keys []uint64  // of at, padded for search
	near bool      // cells within ZeroThreshold of 0 are 0
	used bool      // there are splits of the input
}

// cutsOf cuts the inputs of a forest.
func cutsOf(f *Forest) []cuts {
	all := make([]cuts, f.Inputs)
	for k := range f.Trees {
		for i := range f.Trees[k].Splits {
			s := &f.Trees[k].Splits[i]
			c := &all[s.Input]
			c.at, c.used = s.appendCuts(c.at), true
			if len(c.at) >= 2*cap(c.at)/3 {
				c.tidy() // many splits share few cuts
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
		size := 1
		for size-1 < len(c.at) {
			size *= 2
		}
		c.keys = slices.Repeat([]uint64{math.MaxUint64}, size-1)
		for j, x := range c.at {
			c.keys[j] = key(x)
		}
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
				at = append(at, categoryCut(c))
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
func categoryCut(c int) float64 {
	if c == 0 {
		return math.Nextafter(-1, 0) // -0.5 is cut to category 0
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
	return search(c.keys, key(x))
}

// cell is one of the cells of an interval.
func (c *cuts) cell(interval int) float64 {
	switch {
	case interval == 0:
		return math.Inf(-1)
	case interval == c.missing():
		return math.NaN()
	}
	x := c.at[interval-1]
	if c.near && x >= -ZeroThreshold && x <= ZeroThreshold {
		return 0
	}
	return x
}

// key orders numbers as they are ordered, but for NaN, which has no place.
func key(x float64) uint64 {
	b := math.Float64bits(x + 0) // -0 is 0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// search returns the number of keys that are at most k. There is one less than
// a power of two, the last of them the highest there is, so that every search
// takes the same steps and no branch depends on the data.
func search(keys []uint64, k uint64) int {
	i := 0
	for s := (len(keys) + 1) / 2; s > 0; s >>= 1 {
		_, below := bits.Sub64(k, keys[i+s-1], 0)
		i += s & (int(below) - 1)
	}
	return i
}
