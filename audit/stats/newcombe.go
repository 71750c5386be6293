package stats

import "math"

// Newcombe returns the interval of the difference of two rates,
// x1/n1 − x2/n2, from the Wilson intervals [l, u] of each:
//
//	d − √((p₁−l₁)² + (u₂−p₂)²)  to  d + √((p₂−l₂)² + (u₁−p₁)²)
//
// It is the interval shown beside a gap: close to its level for unequal and
// small groups, never outside [−1, 1], and it agrees with the Wilson intervals
// printed beside it.
//
// Source: Newcombe (1998), method 10. Reference: statsmodels
// confint_proportions_2indep(method='newcomb', compare='diff').
func Newcombe(x1, n1, x2, n2 int64, level float64) Interval {
	checkRate(x1, n1)
	checkRate(x2, n2)
	if n1 == 0 || n2 == 0 {
		return notEstimable
	}
	p1, p2 := float64(x1)/float64(n1), float64(x2)/float64(n2)
	w1, w2 := Wilson(x1, n1, level), Wilson(x2, n2, level)
	return Interval{
		p1 - p2 - math.Hypot(p1-w1.Lo, w2.Hi-p2),
		p1 - p2 + math.Hypot(p2-w2.Lo, w1.Hi-p1),
	}
}
