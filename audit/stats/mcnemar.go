package stats

import "math"

// McNemar returns the test that two verdicts on the same cases flip equally
// often either way: b of the one kind, c of the other; pairs that agree say
// nothing. It is exact when b + c < 25, where χ² misleads, and the χ² test
// with correction above. Without a flip it is NaN.
func McNemar(b, c int64) Test {
	checkCounts(b, c)
	if b+c < 25 {
		return McNemarExact(b, c)
	}
	return McNemarChiSquare(b, c, true)
}

// McNemarExact returns the exact test of b against c flips: twice the lower
// tail of a fair coin, at most 1. The statistic is min(b, c).
// Reference: statsmodels mcnemar(exact=True).
func McNemarExact(b, c int64) Test {
	checkCounts(b, c)
	if b+c == 0 {
		return notTestable
	}
	k, n := float64(min(b, c)), float64(b+c)
	sum, term := 1.0, 1.0
	for i := k; i > 0 && term > 1e-18*sum; i-- {
		term = float64(term * (i / (n - i + 1)))
		sum += term
	}
	p := 2 * math.Exp(logBinomial(k, n, n/2, n/2)) * sum
	return Test{Statistic: k, P: min(1, p)}
}

// McNemarChiSquare returns McNemar's χ² test, (|b−c| − 1)²/(b+c), or without
// the 1 when not corrected. Reference: statsmodels mcnemar(exact=False,
// correction=corrected).
func McNemarChiSquare(b, c int64, corrected bool) Test {
	checkCounts(b, c)
	if b+c == 0 {
		return notTestable
	}
	d := math.Abs(float64(b - c))
	if corrected {
		d--
	}
	x := d * d / float64(b+c)
	return Test{x, ChiSquareSF(x, 1), 1}
}
