package stats

import "math"

// TwoProportionPower returns the chance that the two-sided z-test at alpha
// finds the difference between true rates p1 (n1 rows) and p2 (n2 rows), by
// the normal approximation with the pooled variance under the null and the
// separate ones under the alternative. NaN without rows.
//
// Reference: statsmodels power_proportions_2indep.
func TwoProportionPower(p1 float64, n1 int64, p2 float64, n2 int64, alpha float64) float64 {
	checkCounts(n1, n2)
	m1, m2 := float64(n1), float64(n2)
	if n1 == 0 || n2 == 0 || !(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1) {
		return nan
	}
	pool := float64(m1/(m1+m2)*p1) + float64(m2/(m1+m2)*p2)
	null := math.Sqrt(pool * (1 - pool) * (1/m1 + 1/m2))
	alt := math.Sqrt(p1*(1-p1)/m1 + p2*(1-p2)/m2)
	d, z := math.Abs(p1-p2), critical(1-alpha)
	if alt == 0 { // both rates 0 or 1: certain either way
		if d > float64(z*null) {
			return 1
		}
		return 0
	}
	return NormalSF((float64(z*null)-d)/alt) + NormalSF((float64(z*null)+d)/alt)
}

// MinimumDetectableGap returns the smallest shortfall of a group's rate below
// the reference rate base that the test of [TwoProportionPower] would find
// with the given power: what "no difference found" can't exclude. For a gap
// above the base, pass 1 − base. NaN when even a rate of 0 would be missed.
//
// The customary alpha and power are 0.05 and 0.8.
func MinimumDetectableGap(base float64, nRef, n int64, alpha, power float64) float64 {
	missed := func(gap float64) bool {
		return !(TwoProportionPower(max(0, base-gap), n, base, nRef, alpha) >= power)
	}
	if missed(base) {
		return nan
	}
	return bisect(0, base, missed)
}
