package stats

import "math"

// KolmogorovSmirnov returns the two-sample test that a and b come from one
// distribution: D = max|F−G| and its p-value by the distribution of the
// one-sample statistic at round(nm/(n+m)) rows, which is what scipy calls
// asymptotic and is good from a few dozen rows. D is exact when the histograms
// are; else it can only be too small, by at most the largest share of one bin.
// NaN when either is empty.
//
// Reference: scipy.stats.ks_2samp(method='asymp').
func KolmogorovSmirnov(a, b *Hist) Test {
	n, m := float64(a.N()), float64(b.N())
	if n == 0 || m == 0 {
		return notTestable
	}
	d := Separation(a, b)
	en := math.RoundToEven(n / (n + m) * m)
	return Test{Statistic: d, P: kolmogorovSF(max(1, en), d)}
}

// Separation returns the Kolmogorov–Smirnov distance max|F−G| of two samples:
// for the scores of goods and bads, the "KS" of a scorecard. NaN when either is
// empty.
func Separation(a, b *Hist) float64 {
	n, m := float64(a.N()), float64(b.N())
	if n == 0 || m == 0 {
		return nan
	}
	var d float64
	var ca, cb int64
	for _, s := range steps(a, b) {
		ca, cb = ca+s.a, cb+s.b
		d = max(d, math.Abs(float64(ca)/n-float64(cb)/m))
	}
	return d
}

// kolmogorovSF returns P(Dₙ ≥ x) of the one-sample two-sided statistic, with
// relative accuracy in the tail.
//
// Source: Simard & L'Ecuyer (2011), whose choice of method by n and x this is.
// Reference: scipy.stats.kstwo.sf.
func kolmogorovSF(n, x float64) float64 {
	t := float64(n * x)
	switch {
	case x != x:
		return nan
	case x >= 1:
		return 0
	case t <= 0.5:
		return 1
	case t <= 1: // Ruben & Gambino: n!·((2t−1)/n)ⁿ
		return 1 - math.Exp(stirling(n)+0.5*(logTwoPi+math.Log(n))-n+float64(n*math.Log(2*t-1)))
	case t >= n-1:
		return min(1, 2*math.Pow(1-x, n))
	case x >= 0.5:
		return min(1, 2*smirnovSF(n, x))
	}
	z2 := t * x
	if n <= 140 {
		if z2 <= 4 {
			return 1 - durbin(int(n), x)
		}
		return min(1, 2*smirnovSF(n, x))
	}
	switch {
	case z2 >= 370:
		return 0
	case z2 >= 2.2:
		return min(1, 2*smirnovSF(n, x))
	case n <= 5000 && t*math.Sqrt(x) <= 1.4:
		return 1 - durbin(int(n), x)
	}
	return 1 - pelzGood(n, x)
}

// smirnovSF returns P(Dₙ⁺ ≥ x) of the one-sided statistic, the sum of Birnbaum
// & Tingey: Σᵥ x/(x+v/n)·Binomial(v; n, x+v/n). For large n the terms are so
// smooth in v that every h-th, times h, gives the same sum.
func smirnovSF(n, x float64) float64 {
	h := max(1, math.Floor(n/8192))
	t := float64(n * x)
	var sum float64
	for v := 0.0; n-v-t > 0; v += h {
		sum += float64(t / (t + v) * math.Exp(logBinomial(v, n, t+v, n-v-t)))
	}
	return h * sum
}
