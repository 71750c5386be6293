package stats

import "math"

// MantelHaenszelOR returns the common odds ratio of the tables of all strata,
// Σ(ad/n) / Σ(bc/n), with the standard error of its logarithm by Robins,
// Breslow & Greenland, which holds for few large strata and for many small
// ones. It compares like with like: Berkeley's crude 1.84 is 0.90 by
// department. Strata without rows add nothing.
//
// Source: Mantel & Haenszel (1959); Robins et al. (1986). Reference:
// statsmodels StratifiedTable.oddsratio_pooled, logodds_pooled_se and
// oddsratio_pooled_confint.
func MantelHaenszelOR(strata []Table, level float64) Ratio {
	var ad, bc, pr, ps, qs float64
	for _, t := range strata {
		t.check()
		a, b, c, d := t.floats()
		n := a + b + c + d
		if n == 0 {
			continue
		}
		r, s := a*d/n, b*c/n
		p, q := (a+d)/n, (b+c)/n
		ad += r
		bc += s
		pr += float64(p * r)
		ps += float64(p*s) + float64(q*r)
		qs += float64(q * s)
	}
	v := pr/(2*ad*ad) + ps/(2*ad*bc) + qs/(2*bc*bc)
	return logRatio(ad/bc, math.Sqrt(v), level)
}

// MantelHaenszelRR returns the common ratio of rates of all strata,
// Σ(a(c+d)/n) / Σ(c(a+b)/n), with Greenland & Robins' standard error. A
// stratum where everyone has the outcome counts: it says that the ratio is 1
// there.
//
// Source: Greenland & Robins (1985). Reference: statsmodels
// StratifiedTable.riskratio_pooled; the interval is by hand.
func MantelHaenszelRR(strata []Table, level float64) Ratio {
	var num, den, v float64
	for _, t := range strata {
		t.check()
		a, _, c, _ := t.floats()
		r1, r2, c1, _, n := t.margins()
		if n == 0 {
			continue
		}
		num += a * r2 / n
		den += c * r1 / n
		v += (float64(r1/n*r2*c1) - float64(a*c)) / n
	}
	return logRatio(num/den, math.Sqrt(v/num/den), level)
}

// informative reports whether a stratum can tell an odds ratio: no margin is
// empty.
func (t Table) informative() bool {
	t.check()
	r1, r2, c1, c2, _ := t.margins()
	return r1 > 0 && r2 > 0 && c1 > 0 && c2 > 0
}

// CochranMantelHaenszel returns the test that the odds ratio is 1 in every
// stratum, (Σ(a − E a))²/ΣVar a, or with |Σ| first lowered by up to ½ when
// corrected. Strata with an empty margin add nothing; NaN when all are such.
//
// Source: Cochran (1954), Mantel & Haenszel (1959). Reference: statsmodels
// StratifiedTable.test_null_odds (whose correction overshoots when |Σ| < ½;
// here, as in R's mantelhaen.test, it stops at 0).
func CochranMantelHaenszel(strata []Table, corrected bool) Test {
	var d, v float64
	for _, t := range strata {
		if !t.informative() {
			continue
		}
		r1, r2, c1, c2, n := t.margins()
		d += t.det() / n // a − r₁c₁/n
		v += r1 / n * c1 / n * r2 * c2 / (n - 1)
	}
	if v == 0 {
		return notTestable
	}
	d = math.Abs(d)
	if corrected {
		d = max(0, d-0.5)
	}
	x := d * d / v
	return Test{x, ChiSquareSF(x, 1), 1}
}
