package fairness

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// What AIF360 and others measure beside fairlearn.
const (
	scoreRatio      = "selection_rate_ratio_score_interval"
	disparateImpact = "disparate_impact"
	statisticalDiff = "statistical_parity_difference"
	smoothedFair    = "smoothed_empirical_differential_fairness"
)

// concentration is the strength of AIF360's Dirichlet prior: half a row of each
// outcome.
const concentration = 1

// scoreInterval gives the ratio over all rows with its second interval, which
// holds where cells are few and Katz' does not.
func (w *writer) scoreInterval(c, ref *cell) {
	if w.slice.family != 0 {
		return
	}
	m := w.versus(scoreRatio, c, ref, "miettinen_nurminen")
	m.Value = ratio(c.k, c.N, ref.k, ref.N)
	between(&m, stats.ScoreRatio(c.k, c.N, ref.k, ref.N, w.level()))
	w.add(m, c, ref)
}

// aif360 compares everybody else, taken together, with the reference group, as
// AIF360 does with one privileged group. Withheld groups and rows of unknown
// group are left out.
func (w *writer) aif360(ref *cell) {
	others := &cell{}
	left := 0
	for _, c := range w.slice.cells {
		switch {
		case c == ref || c.group == unknown:
		case c.Hidden:
			left++
		default:
			others.N, others.k = others.N+c.N, others.k+c.k
		}
	}
	if others.N == 0 {
		return
	}
	table := stats.TableOf(others.k, others.N, ref.k, ref.N)
	quot, diff := w.versus(disparateImpact, others, ref, "katz_log"), w.versus(statisticalDiff, others, ref, "newcombe")
	risk := table.RiskRatio(w.level())
	quot.Value = finite(risk.Value)
	between(&quot, risk.Interval)
	diff.Value = table.Difference()
	between(&diff, stats.Newcombe(others.k, others.N, ref.k, ref.N, w.level()))
	for _, m := range []*audit.Metric{&quot, &diff} {
		m.Group = w.dim.Name
		if left > 0 {
			m.Warnings = append(m.Warnings, leftOut(left, len(w.slice.cells)))
		}
		w.add(*m, others, ref)
	}
}

func leftOut(left, of int) audit.Text {
	return audit.Tf("%d of %d groups are too small and left out", "%[2]d个群体中有%[1]d个样本过少，未计入", left, of)
}

// differential is AIF360's smoothed empirical differential fairness: the
// greatest |ln| of the ratio of two groups' chances, of approval or of denial,
// each rate smoothed to (k + ½)/(n + 1). 0 is equal, ln 2 twice the chance.
func differential(cells []*cell, least int64) (value float64, used int) {
	// The extremes of a monotone function are those of the rates.
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range cells {
		if c.Hidden || c.N < least {
			continue
		}
		used++
		rate := (float64(c.k) + concentration/2.) / (float64(c.N) + concentration)
		low, high = min(low, rate), max(high, rate)
	}
	if used < 2 {
		return math.NaN(), used
	}
	return max(math.Log(high)-math.Log(low), math.Log(1-low)-math.Log(1-high)), used
}
