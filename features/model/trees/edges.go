package trees

import (
	"math"
	"slices"
)

// Thresholds lists the finite thresholds of an input's splits by number,
// ascending, each once.
func (f *Forest) Thresholds(input int) []float64 {
	var at []float64
	for k := range f.Trees {
		for i := range f.Trees[k].Splits {
			s := &f.Trees[k].Splits[i]
			if int(s.Input) == input && s.How&Categorical == 0 && !math.IsInf(s.Threshold, 0) {
				at = append(at, s.Threshold)
			}
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}
