package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Interval is a confidence interval; both ends are NaN when not estimable.
type Interval struct {
	Lo, Hi float64
}

// Contains reports whether x is in the interval, ends included.
func (i Interval) Contains(x float64) bool { return i.Lo <= x && x <= i.Hi }

// Test is the result of a significance test: the statistic, the p-value and,
// for a χ² test, its degrees of freedom.
type Test struct {
	Statistic, P float64
	DF           int
}

var (
	nan           = math.NaN()
	notEstimable  = Interval{nan, nan}
	notTestable   = Test{Statistic: nan, P: nan}
	logTwoPi      = math.Log(2 * math.Pi)
	stirlingExact = [16]float64{ // ln n! − ln Stirling(n); n = 0 is not used
		0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834,
		0.020790672103765093, 0.016644691189821193, 0.013876128823070748,
		0.01189670994589177, 0.010411265261972096, 0.009255462182712733,
		0.00833056343336287, 0.007573675487951841, 0.00694284010720953,
		0.006408994188004207, 0.0059513701127588475, 0.005554733551962801,
	}
)

// NormalSF returns P(Z > z) of the standard normal distribution, with full
// relative accuracy in the upper tail. Reference: scipy.stats.norm.sf.
func NormalSF(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// NormalQuantile returns z with P(Z ≤ z) = p. Reference: scipy.stats.norm.ppf.
func NormalQuantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return nan
	}
	return mathext.NormalQuantile(p)
}

// TwoSided returns P(|Z| ≥ |z|) of the standard normal distribution.
func TwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// critical returns the two-sided normal critical value of a confidence level.
func critical(level float64) float64 {
	if !(level > 0 && level < 1) {
		panic("stats: confidence level out of (0, 1)")
	}
	return -mathext.NormalQuantile((1 - level) / 2)
}

// ChiSquareSF returns P(X > x) of the χ² distribution with df degrees of
// freedom, with full relative accuracy in the upper tail, where 1 − CDF has
// none. It is NaN without degrees of freedom. Reference: scipy.stats.chi2.sf.
func ChiSquareSF(x float64, df int) float64 {
	switch {
	case df <= 0 || x != x:
		return nan
	case x <= 0:
		return 1
	case math.IsInf(x, 1):
		return 0
	case df == 1:
		return math.Erfc(math.Sqrt(x / 2))
	}
	return mathext.GammaIncRegComp(float64(df)/2, x/2)
}

// ChiSquareQuantile returns x with P(X ≤ x) = p of the χ² distribution.
// Reference: scipy.stats.chi2.ppf.
func ChiSquareQuantile(p float64, df int) float64 {
	if df <= 0 || !(p >= 0 && p < 1) {
		return nan
	}
	// Bisection on the survival function: its accuracy is the one we test.
	lo, hi := 0.0, float64(df)+1
	for ChiSquareSF(hi, df) > 1-p {
		lo, hi = hi, 2*hi
	}
	return bisect(lo, hi, func(x float64) bool { return ChiSquareSF(x, df) > 1-p })
}

// bisect returns the point between lo and hi where under turns from true to
// false, as exactly as floats can tell.
func bisect(lo, hi float64, under func(float64) bool) float64 {
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			break
		}
		if under(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// stirling returns ln n! − ln(√(2πn)·(n/e)ⁿ).
func stirling(n float64) float64 {
	if n < 16 {
		return stirlingExact[int(n)]
	}
	r := 1 / (n * n)
	s := 1.0 / 156
	for _, c := range [...]float64{691.0 / 360360, 1.0 / 1188, 1.0 / 1680, 1.0 / 1260, 1.0 / 360, 1.0 / 12} {
		s = c - float64(s*r)
	}
	return s / n
}

// deviance returns x·ln(x/m) + m − x without cancellation.
func deviance(x, m float64) float64 {
	d := x - m
	if math.Abs(d) >= 0.1*(x+m) {
		return float64(x*math.Log(x/m)) - d
	}
	v := d / (x + m)
	s := float64(d * v)
	e := 2 * x * v
	v *= v
	for j := 3.0; ; j += 2 {
		e *= v
		t := s + e/j
		if t == s {
			return s
		}
		s = t
	}
}

// logBinomial returns the logarithm of the binomial probability of x out of n,
// given the expected numbers np and nq of both outcomes. It is Loader's saddle
// point form: differences of log-gammas lose nine digits at n = 10⁷, this none.
//
// Source: C. Loader, "Fast and accurate computation of binomial probabilities"
// (2000). Reference: R's dbinom.
func logBinomial(x, n, np, nq float64) float64 {
	switch {
	case x < 0 || x > n:
		return math.Inf(-1)
	case x == 0 && n == 0:
		return 0
	case x == 0:
		return float64(n * math.Log1p(-np/n))
	case x == n:
		return float64(n * math.Log1p(-nq/n))
	}
	c := stirling(n) - stirling(x) - stirling(n-x) - deviance(x, np) - deviance(n-x, nq)
	return c - 0.5*(logTwoPi+math.Log(x)+math.Log1p(-x/n))
}

// checkCounts panics on counts that no table can have.
func checkCounts(xs ...int64) {
	for _, x := range xs {
		if x < 0 {
			panic("stats: negative count")
		}
	}
}

// checkRate panics when x is no number of successes out of n.
func checkRate(x, n int64) {
	checkCounts(x, n, n-x)
}
