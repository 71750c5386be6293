package stats

import "math"

// ScoreDifference returns the score interval of the difference of two rates,
// x1/n1 − x2/n2: the differences d that the score test does not reject, its
// variance being that of the likeliest rates which differ by d, times
// N/(N−1). It stays sensible at rates of 0 and 1 and in small groups.
//
// Both the likeliest rates and the ends are found by bisection, which can't
// pick a wrong root.
//
// Source: Miettinen & Nurminen (1985). Reference: the definition in 60-digit
// arithmetic (testdata/reference.py). Not statsmodels 0.15, whose cubic has
// the count x2 where the paper has the size n2: its interval for 10 of 20
// against 10 of 20 isn't symmetric.
func ScoreDifference(x1, n1, x2, n2 int64, level float64) Interval {
	checkRate(x1, n1)
	checkRate(x2, n2)
	if n1 == 0 || n2 == 0 {
		return notEstimable
	}
	z := critical(level)
	f := func(d float64) float64 { return scoreDifference(x1, n1, x2, n2, d) }
	p := float64(x1)/float64(n1) - float64(x2)/float64(n2)
	i := Interval{-1, 1}
	if p > -1 {
		i.Lo = bisect(-1, p, func(d float64) bool { return f(d) > z })
	}
	if p < 1 {
		i.Hi = bisect(p, 1, func(d float64) bool { return f(d) > -z })
	}
	return i
}

// scoreDifference is the score statistic of a difference d, which falls in d.
func scoreDifference(x1, n1, x2, n2 int64, d float64) float64 {
	a, b := float64(x1), float64(n1-x1)
	c, e := float64(x2), float64(n2-x2)
	m1, m2 := float64(n1), float64(n2)
	// The likeliest p₂ given p₁ = p₂ + d: where the slope of the concave
	// log-likelihood turns. A term of no observations is left out: its rate
	// may reach the end of the range.
	slope := func(p float64) float64 {
		s := 0.0
		for _, t := range [...][2]float64{{a, p + d}, {-b, 1 - p - d}, {c, p}, {-e, 1 - p}} {
			if t[0] != 0 {
				s += t[0] / max(t[1], 0)
			}
		}
		return s
	}
	p2 := bisect(max(0, -d), min(1, 1-d), func(p float64) bool { return slope(p) > 0 })
	p1 := p2 + d
	v := max(0, float64(p1*(1-p1))/m1) + max(0, float64(p2*(1-p2))/m2)
	v *= (m1 + m2) / (m1 + m2 - 1)
	return scoreZ(a/m1-c/m2-d, v)
}

// ScoreRatio returns the score interval of the ratio of two rates,
// (x1/n1) / (x2/n2), as [ScoreDifference] does for the difference. With x1 = 0
// it starts at 0, with x2 = 0 it ends at +Inf: unlike Katz' interval it exists
// for every table with rows in both groups.
//
// Source: Miettinen & Nurminen (1985), Koopman (1984). Reference: the
// definition in 60-digit arithmetic (testdata/reference.py), and statsmodels
// confint_proportions_2indep(method='score', compare='ratio') where all cells
// have counts; it takes a wrong root when a group's rate is 1.
func ScoreRatio(x1, n1, x2, n2 int64, level float64) Interval {
	checkRate(x1, n1)
	checkRate(x2, n2)
	if n1 == 0 || n2 == 0 {
		return notEstimable
	}
	z := critical(level)
	// In logarithms of the ratio, which has no natural upper end.
	f := func(u float64) float64 { return scoreRatio(x1, n1, x2, n2, math.Exp(u)) }
	i := Interval{0, math.Inf(1)}
	const far = 100 // e^±100 is beyond any ratio of two counts
	if x1 > 0 {
		i.Lo = math.Exp(bisect(-far, far, func(u float64) bool { return f(u) > z }))
	}
	if x2 > 0 {
		i.Hi = math.Exp(bisect(-far, far, func(u float64) bool { return f(u) > -z }))
	}
	return i
}

// scoreRatio is the score statistic of a ratio r, which falls in r.
func scoreRatio(x1, n1, x2, n2 int64, r float64) float64 {
	a, c := float64(x1), float64(x2)
	m1, m2 := float64(n1), float64(n2)
	n := m1 + m2
	// The likeliest p₂ given p₁ = r·p₂ solves a quadratic; this form of its
	// smaller root has no cancellation outside the discriminant.
	b := float64(m1*r) + a + m2 + float64(c*r)
	disc := max(0, float64(b*b)-float64(4*n*r*(a+c)))
	p2 := min(1, 2*(a+c)/(b+math.Sqrt(disc)))
	p1 := min(1, p2*r)
	v := float64(p1*(1-p1))/m1 + float64(r*r*p2*(1-p2))/m2
	v *= n / (n - 1)
	return scoreZ(a/m1-float64(r*c/m2), v)
}

// scoreZ is d/√v, but 0 for 0/√0: the estimate itself is never rejected.
func scoreZ(d, v float64) float64 {
	if d == 0 {
		return 0
	}
	return d / math.Sqrt(v)
}
