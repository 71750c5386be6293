package stats

import "math"

// Table is a 2×2 table of counts: a group against its reference, and those
// with the outcome against those without.
//
//	            yes   no
//	group         A    B
//	reference     C    D
type Table struct {
	A, B, C, D int64
}

// TableOf returns the Table of x1 out of n1 and x2 out of n2.
func TableOf(x1, n1, x2, n2 int64) Table { return Table{x1, n1 - x1, x2, n2 - x2} }

// N returns the number of observations.
func (t Table) N() int64 { return t.A + t.B + t.C + t.D }

func (t Table) check() { checkCounts(t.A, t.B, t.C, t.D) }

// floats returns the cells as floats.
func (t Table) floats() (a, b, c, d float64) {
	return float64(t.A), float64(t.B), float64(t.C), float64(t.D)
}

// Rates returns the share of yes in the group and in the reference, NaN when
// there are no rows.
func (t Table) Rates() (group, ref float64) {
	t.check()
	a, b, c, d := t.floats()
	return a / (a + b), c / (c + d) // 0/0 is NaN
}

// Difference returns the difference of the two rates, group − reference.
func (t Table) Difference() float64 {
	p, q := t.Rates()
	return p - q
}

// Ratio is an estimated ratio: its value, the standard error of its logarithm
// and its interval.
type Ratio struct {
	Value, LogSE float64
	Interval     Interval
}

// logRatio completes a Ratio by the normal interval of its logarithm. Without
// a finite standard error there is no interval.
func logRatio(value, se, level float64) Ratio {
	z := critical(level)
	if !(value > 0) || math.IsInf(value, 1) || se != se || math.IsInf(se, 1) {
		return Ratio{value, nan, notEstimable}
	}
	l := math.Log(value)
	return Ratio{value, se, Interval{math.Exp(l - float64(z*se)), math.Exp(l + float64(z*se))}}
}

// RiskRatio returns the ratio of the two rates, group / reference, with Katz'
// interval: exp(ln RR ± z·√(1/a − 1/n₁ + 1/c − 1/n₂)). It is the common
// interval of an adverse impact ratio; with a rate of 0 it does not exist, and
// [ScoreRatio] should be used.
//
// Source: Katz et al. (1978). Reference: statsmodels Table2x2.riskratio and
// riskratio_confint.
func (t Table) RiskRatio(level float64) Ratio {
	p, q := t.Rates()
	a, b, c, d := t.floats()
	// 1/a − 1/(a+b) = b/(a·(a+b)) without the cancellation.
	return logRatio(p/q, math.Sqrt(b/(a*(a+b))+d/(c*(c+d))), level)
}

// OddsRatio returns the odds ratio a·d/(b·c) with Woolf's interval:
// exp(ln OR ± z·√(1/a + 1/b + 1/c + 1/d)), which does not exist when a cell is
// empty.
//
// Source: Woolf (1955). Reference: statsmodels Table2x2.oddsratio and
// oddsratio_confint.
func (t Table) OddsRatio(level float64) Ratio {
	t.check()
	a, b, c, d := t.floats()
	return logRatio(a*d/(b*c), math.Sqrt(1/a+1/b+1/c+1/d), level)
}

// det returns a·d − b·c to the last bit or so.
func (t Table) det() float64 {
	a, b, c, d := t.floats()
	w := float64(b * c)
	return math.FMA(a, d, -w) + math.FMA(-b, c, w)
}

// margins returns the products' factors: row and column totals.
func (t Table) margins() (r1, r2, c1, c2, n float64) {
	a, b, c, d := t.floats()
	return a + b, c + d, a + c, b + d, a + b + c + d
}

// ChiSquare returns Pearson's χ² test that both rates are equal,
// n(ad − bc)²/(r₁r₂c₁c₂). With yates, each cell is first moved by up to ½
// towards its expectation, as for a small table. It is NaN when a row or a
// column is empty.
//
// Reference: scipy.stats.chi2_contingency(correction=yates).
func (t Table) ChiSquare(yates bool) Test {
	t.check()
	r1, r2, c1, c2, n := t.margins()
	if r1 == 0 || r2 == 0 || c1 == 0 || c2 == 0 {
		return notTestable
	}
	d := math.Abs(t.det())
	if yates {
		d = max(0, d-n/2)
	}
	x := d / r1 / c2 * d / r2 / c1 * n // no factor overflows
	return Test{x, ChiSquareSF(x, 1), 1}
}

// ZTest returns the test that both rates are equal by the normal distribution,
// with the pooled rate in the variance; the statistic is negative when the
// group's rate is below. Its square is χ² without correction.
//
// Reference: statsmodels proportions_ztest.
func (t Table) ZTest() Test {
	t.check()
	r1, r2, c1, c2, n := t.margins()
	if r1 == 0 || r2 == 0 || c1 == 0 || c2 == 0 {
		return notTestable
	}
	z := t.det() / r1 / r2 / math.Sqrt(c1/n*(c2/n)*(1/r1+1/r2))
	return Test{Statistic: z, P: TwoSided(z)}
}
