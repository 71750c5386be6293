package stats

import "math"

// Wilson returns the score interval of a rate x/n:
//
//	(p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)
//
// It is the interval shown beside every rate: it never leaves [0, 1], has an
// upper end above 0 when x = 0, and covers near its level for the small groups
// where the Wald interval p̂ ± z·se collapses. Without continuity correction.
//
// Source: Wilson (1927); Brown, Cai & DasGupta (2001) recommend it.
// Reference: statsmodels proportion_confint(method='wilson').
func Wilson(x, n int64, level float64) Interval {
	checkRate(x, n)
	if n == 0 {
		return notEstimable
	}
	z, m := critical(level), float64(n)
	p, z2 := float64(x)/m, z*z
	den := 1 + z2/m
	mid := (p + z2/(2*m)) / den
	d := z * math.Sqrt(p*(1-p)/m+z2/(4*m*m)) / den
	i := Interval{max(0, mid-d), min(1, mid+d)}
	if x == 0 {
		i.Lo = 0 // exactly, where rounding leaves 1e-18
	}
	if x == n {
		i.Hi = 1
	}
	return i
}

// AgrestiCoull returns the interval p̃ ± z·√(p̃(1−p̃)/ñ) with ñ = n + z² and
// p̃ = (x + z²/2)/ñ: "add two successes and two failures". It may leave [0, 1].
// Reference: statsmodels proportion_confint(method='agresti_coull') before it
// clips.
func AgrestiCoull(x, n int64, level float64) Interval {
	checkRate(x, n)
	if n == 0 {
		return notEstimable
	}
	z := critical(level)
	m := float64(n) + float64(z*z)
	p := (float64(x) + z*z/2) / m
	d := float64(z * math.Sqrt(p*(1-p)/m))
	return Interval{p - d, p + d}
}
