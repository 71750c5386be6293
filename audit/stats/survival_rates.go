package stats

import "math"

// PoissonRate returns the exact interval of a rate of events per unit of
// exposure. Source: Garwood (1936). Reference: scipy.stats.chi2.ppf, as in
// statsmodels confint_poisson(method="exact-c").
func PoissonRate(events int64, exposure, level float64) Interval {
	checkCounts(events)
	critical(level) // checks it
	if !(exposure > 0) {
		return notEstimable
	}
	alpha := (1 - level) / 2
	i := Interval{0, ChiSquareQuantile(1-alpha, int(2*events+2)) / 2 / exposure}
	if events > 0 {
		i.Lo = ChiSquareQuantile(alpha, int(2*events)) / 2 / exposure
	}
	return i
}

// RateRatio returns the ratio of two rates of events per exposure, its exact
// interval and test: given their sum, the events of the one are binomial. The
// test is central, twice the smaller tail, so that it agrees with the interval.
// LogSE is √(1/k + 1/kRef).
//
// Source: Przyborowski & Wilenski (1940), Clopper & Pearson (1934). Reference:
// scipy.stats.binom, statsmodels confint_poisson_2indep's definition.
func RateRatio(k int64, t float64, kRef int64, tRef, level float64) (Ratio, Test) {
	checkCounts(k, kRef)
	if !(t > 0) || !(tRef > 0) || k+kRef == 0 {
		return Ratio{nan, nan, notEstimable}, notTestable
	}
	p := ClopperPearson(k, k+kRef, level)
	scale := tRef / t
	r := Ratio{float64(float64(k)/float64(kRef)) * scale, nan, Interval{p.Lo / (1 - p.Lo) * scale, p.Hi / (1 - p.Hi) * scale}}
	if kRef == 0 {
		r.Value, r.Interval.Hi = nan, nan
	} else if k > 0 {
		r.LogSE = math.Sqrt(1/float64(k) + 1/float64(kRef))
	}
	n, share := float64(k+kRef), t/(t+tRef)
	tail := 0.0
	if float64(k) >= n*share {
		tail = binomialTail(float64(k), n, share, +1)
	} else {
		tail = binomialTail(float64(k), n, share, -1)
	}
	return r, Test{Statistic: float64(k), P: min(1, 2*tail)}
}

// RateStratum is the events and exposure of a group and its reference.
type RateStratum struct {
	K    int64
	T    float64
	KRef int64
	TRef float64
}

// MantelHaenszelRate returns the common ratio of rates of all strata, with
// Greenland & Robins' interval, and the test that it is 1. Strata in which one
// of the two has no exposure say nothing.
//
// Source: Rothman & Boice (1979), Greenland & Robins (1985). Reference: the
// definition, in numpy; with one stratum the plain ratio with √(1/k + 1/kRef).
func MantelHaenszelRate(strata []RateStratum, level float64) (Ratio, Test) {
	var num, den, v, d float64
	for _, s := range strata {
		checkCounts(s.K, s.KRef)
		if !(s.T > 0) || !(s.TRef > 0) {
			continue
		}
		t := s.T + s.TRef
		k, kRef := float64(s.K), float64(s.KRef)
		num += float64(k * (s.TRef / t))
		den += float64(kRef * (s.T / t))
		v += float64((k + kRef) * (s.T / t) * (s.TRef / t))
		d += k - float64((k+kRef)*(s.T/t))
	}
	test := notTestable
	if v > 0 {
		q := float64(d*d) / v
		test = Test{Statistic: q, P: ChiSquareSF(q, 1), DF: 1}
	}
	if !(num > 0) || !(den > 0) {
		r := num / den
		if math.IsInf(r, 0) {
			r = nan
		}
		return Ratio{r, nan, notEstimable}, test
	}
	return logRatio(num/den, math.Sqrt(v/num/den), level), test
}

// Dispersed widens the interval of a ratio of rates, and weakens its χ² test, by
// the dispersion of the counts: Pearson's χ² over its degrees of freedom, or Σ(k −
// r·t)²/Σk of the units that the events came from. Below 1 it changes nothing.
//
// Source: McCullagh & Nelder (1989), quasi-likelihood. Reference: the definition.
func (r Ratio) Dispersed(t Test, dispersion, level float64) (Ratio, Test) {
	if !(dispersion > 1) {
		return r, t
	}
	if t.P == t.P {
		t.Statistic /= dispersion
		t.P = ChiSquareSF(t.Statistic, t.DF)
	}
	return logRatio(r.Value, float64(r.LogSE*math.Sqrt(dispersion)), level), t
}
