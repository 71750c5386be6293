package stats

import "gonum.org/v1/gonum/mathext"

// PoissonTail returns the probability of n or more events where mean are
// expected.
//
// Source: the Poisson distribution's relation to the incomplete gamma
// function. Reference: scipy.stats.poisson.sf(n-1, mean).
func PoissonTail(n int64, mean float64) float64 {
	if n <= 0 {
		return 1
	}
	if !(mean > 0) {
		return 0
	}
	return mathext.GammaIncReg(float64(n), mean)
}
