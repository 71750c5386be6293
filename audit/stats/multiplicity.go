package stats

import (
	"cmp"
	"math"
	"slices"
)

// BenjaminiHochberg returns the p-values adjusted so that those under α have a
// false discovery rate of at most α: min over j ≥ i of p₍ⱼ₎·m/j. A report of
// hundreds of numbers needs it: at 5 % each, one in twenty flags is noise, and
// bounding the chance of any false flag (Holm) would hide the true ones.
// NaNs are not tests: they don't count in m and stay NaN.
//
// Source: Benjamini & Hochberg (1995). Reference: statsmodels
// multipletests(method='fdr_bh').
func BenjaminiHochberg(p []float64) []float64 {
	order, m := ranked(p)
	out := nans(len(p))
	least := 1.0
	for i := m - 1; i >= 0; i-- {
		least = min(least, p[order[i]]*float64(m)/float64(i+1))
		out[order[i]] = least
	}
	return out
}

// Holm returns the p-values adjusted so that the chance of any false one under
// α is at most α: max over j ≤ i of p₍ⱼ₎·(m−j+1), at most 1. It is never worse
// than Bonferroni. NaNs are not tests: they don't count in m and stay NaN.
//
// Source: Holm (1979). Reference: statsmodels multipletests(method='holm').
func Holm(p []float64) []float64 {
	order, m := ranked(p)
	out := nans(len(p))
	most := 0.0
	for i, j := range order {
		most = max(most, min(1, p[j]*float64(m-i)))
		out[j] = most
	}
	return out
}

// Bonferroni returns min(1, p·m), m the number of tests. NaNs are not tests:
// they don't count in m and stay NaN. Reference: statsmodels
// multipletests(method='bonferroni').
func Bonferroni(p []float64) []float64 {
	order, m := ranked(p)
	out := nans(len(p))
	for _, j := range order {
		out[j] = min(1, p[j]*float64(m))
	}
	return out
}

// ranked returns the indices of the p-values that are numbers, ascending.
func ranked(p []float64) (order []int, m int) {
	for i, x := range p {
		if !math.IsNaN(x) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return order, len(order)
}

func nans(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = nan
	}
	return out
}
