package stats

import "math"

// ClopperPearson returns the exact interval of a rate x/n: the rates that
// neither one-sided binomial test rejects at (1−level)/2. It covers at least
// its level for every n, at the price of being too wide; for use where a claim
// must hold without approximation.
//
// The ends are found by bisection on sums of exact probabilities, since the
// incomplete beta function at hand loses digits for large n.
// Source: Clopper & Pearson (1934). Reference: statsmodels
// proportion_confint(method='beta').
func ClopperPearson(x, n int64, level float64) Interval {
	checkRate(x, n)
	if n == 0 {
		return notEstimable
	}
	critical(level) // checks it
	alpha := (1 - level) / 2
	k, m := float64(x), float64(n)
	i := Interval{0, 1}
	if x > 0 {
		i.Lo = bisect(0, k/m, func(p float64) bool { return binomialTail(k, m, p, +1) < alpha })
	}
	if x < n {
		i.Hi = bisect(k/m, 1, func(p float64) bool { return binomialTail(k, m, p, -1) > alpha })
	}
	return i
}

// binomialTail returns P(X ≥ x) for step +1 and p ≤ x/n, P(X ≤ x) for step −1
// and p ≥ x/n: terms fall from x outwards.
func binomialTail(x, n, p float64, step int) float64 {
	sum, term := 1.0, 1.0
	odds := p / (1 - p)
	for k := x; term > 1e-18*sum; sum += term {
		if step > 0 {
			term = float64(term * ((n - k) / (k + 1) * odds))
			k++
		} else {
			term = float64(term * (k / (n - k + 1) / odds))
			k--
		}
	}
	return sum * math.Exp(logBinomial(x, n, n*p, n*(1-p)))
}
