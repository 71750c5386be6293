package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// StudentSF returns P(T > t) of Student's distribution with df degrees of
// freedom, which need not be whole. It is NaN without any.
//
// Reference: scipy.stats.t.sf.
func StudentSF(t, df float64) float64 {
	switch {
	case !(df > 0) || t != t:
		return nan
	case t < 0:
		return 1 - StudentSF(-t, df)
	case math.IsInf(t, 1):
		return 0
	case df > 1e7: // as near to the normal as doubles tell
		return NormalSF(t)
	}
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t)) / 2
}

// studentCritical returns t with P(|T| ≤ t) = level.
func studentCritical(level, df float64) float64 {
	lo, hi := 0.0, 2*critical(level)
	for StudentSF(hi, df) > (1-level)/2 && hi < 1e300 {
		lo, hi = hi, 2*hi
	}
	return bisect(lo, hi, func(t float64) bool { return StudentSF(t, df) > (1-level)/2 })
}

// Welch returns the difference of two means, group − ref, with the interval and
// the two-sided test of Welch (1947), which lets the variances differ: the
// statistic d/√(s₁²/n₁ + s₂²/n₂) has about Student's distribution with
//
//	(s₁²/n₁ + s₂²/n₂)² / ((s₁²/n₁)²/(n₁−1) + (s₂²/n₂)²/(n₂−1))
//
// degrees of freedom. Test.DF is their floor. The interval and the test are NaN
// when a sample has fewer than two values or neither varies.
//
// Reference: scipy.stats.ttest_ind(equal_var=False), and its
// confidence_interval.
func Welch(group, ref *Moments, level float64) (difference float64, i Interval, t Test) {
	difference = group.Mean() - ref.Mean()
	n1, n2 := float64(group.N()), float64(ref.N())
	v1, v2 := group.Variance(1)/n1, ref.Variance(1)/n2
	if !(n1 > 1 && n2 > 1) || !(v1+v2 > 0) {
		return difference, notEstimable, notTestable
	}
	se := math.Sqrt(v1 + v2)
	df := (v1 + v2) * (v1 + v2) / (v1*v1/(n1-1) + v2*v2/(n2-1))
	d := float64(studentCritical(level, df) * se)
	t = Test{Statistic: difference / se, DF: int(df)}
	t.P = min(1, 2*StudentSF(math.Abs(t.Statistic), df))
	return difference, Interval{difference - d, difference + d}, t
}

// MeanInterval returns the interval of a mean by Student's distribution, NaN
// for fewer than two values.
//
// Reference: scipy.stats.t.interval(level, n-1, mean, sd/sqrt(n)).
func MeanInterval(m *Moments, level float64) Interval {
	n := float64(m.N())
	if n < 2 {
		return notEstimable
	}
	d := float64(studentCritical(level, n-1) * m.SD(1) / math.Sqrt(n))
	return Interval{m.Mean() - d, m.Mean() + d}
}
