package stats

import "math"

// BreslowDay returns the test that the odds ratio is the same in every
// stratum: Σ(a − e)²/v, where e is the a expected under the common
// Mantel–Haenszel odds ratio and v its variance. With tarone, Tarone's
// correction (Σa − Σe)²/Σv is taken off, without which the statistic is a
// little too large. When it is significant, one adjusted ratio hides strata
// that differ, and they should be shown. Strata with an empty margin don't
// count; it is NaN for fewer than two others, or when the common odds ratio is
// 0 or infinite.
//
// Source: Breslow & Day (1980), Tarone (1985). Reference: statsmodels
// StratifiedTable.test_equal_odds(adjust=tarone).
func BreslowDay(strata []Table, tarone bool) Test {
	or := MantelHaenszelOR(strata, 0.95).Value
	if !(or > 0) || math.IsInf(or, 1) {
		return notTestable
	}
	var x, da, sv float64
	k := 0
	for _, t := range strata {
		if !t.informative() {
			continue
		}
		k++
		r1, _, c1, c2, _ := t.margins()
		// e solves e(c₂−r₁+e) = or·(r₁−e)(c₁−e): a quadratic, its root in the
		// form that has no cancellation and no pole at or = 1.
		qa, qb, qc := 1-or, float64(or*(r1+c1))+(c2-r1), -or*r1*c1
		disc := math.Sqrt(float64(qb*qb) - float64(4*qa*qc))
		var e float64
		if qb > 0 {
			e = -2 * qc / (qb + disc)
		} else {
			e = (disc - qb) / (2 * qa)
		}
		v := 1 / (1/e + 1/(c1-e) + 1/(r1-e) + 1/(c2-r1+e))
		d := float64(t.A) - e
		x += d * d / v
		da += d
		sv += v
	}
	if k < 2 {
		return notTestable
	}
	if tarone {
		x -= da * da / sv
	}
	return Test{x, ChiSquareSF(x, k-1), k - 1}
}

// WoolfHomogeneity returns the test that the odds ratio is the same in every
// stratum by the weighted spread of the logarithms of the stratum odds ratios,
// Σw(ln OR − mean)² with w = 1/(1/a+1/b+1/c+1/d). With half, ½ is added to
// every cell, without which a stratum with an empty cell makes it NaN.
//
// Source: Woolf (1955); R's vcd::woolf_test adds ½ where a cell is empty.
func WoolfHomogeneity(strata []Table, half bool) Test {
	type term struct{ l, w float64 }
	var terms []term
	var sw, swl float64
	for _, t := range strata {
		if !t.informative() {
			continue
		}
		a, b, c, d := t.floats()
		if half {
			a, b, c, d = a+0.5, b+0.5, c+0.5, d+0.5
		}
		w := 1 / (1/a + 1/b + 1/c + 1/d)
		if w == 0 {
			return notTestable
		}
		l := math.Log(a * d / (b * c))
		terms = append(terms, term{l, w})
		sw += w
		swl += float64(w * l)
	}
	if len(terms) < 2 {
		return notTestable
	}
	var x float64
	for _, t := range terms {
		d := t.l - swl/sw
		x += float64(t.w * d * d)
	}
	df := len(terms) - 1
	return Test{x, ChiSquareSF(x, df), df}
}
