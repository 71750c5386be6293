package audit

import (
	"cmp"
	"math"

	"evenhand/audit/stats"
)

// corrections are the methods that correct the tests of a report together, by
// the plan's word for them.
var corrections = map[string]struct {
	name   string
	adjust func([]float64) []float64
}{
	"bh":         {"Benjamini-Hochberg", stats.BenjaminiHochberg},
	"holm":       {"Holm", stats.Holm},
	"bonferroni": {"Bonferroni", stats.Bonferroni},
}

// Settle corrects all tests of the run together, by h.Correction over the whole
// report (Benjamini–Hochberg where it says nothing), and gives every metric its status: an effect past its
// threshold counts only when the corrected p-value lets it.
func (r *Result) Settle(h Honesty) {
	how := corrections[cmp.Or(h.Correction, "bh")]
	r.Tests = Tests{Method: how.name, Alpha: h.Alpha}
	var p []float64
	var of []int
	for i := range r.Metrics {
		m := &r.Metrics[i]
		if m.Suppressed {
			r.Tests.Suppressed++
		}
		if m.Reach == Insufficient {
			r.Tests.Insufficient++
			m.P = math.NaN() // an untested cell must not dilute the others
			continue
		}
		if !math.IsNaN(m.P) {
			p, of = append(p, m.P), append(of, i)
		}
	}
	r.Tests.Run = len(p)
	for j, q := range how.adjust(p) {
		r.Metrics[of[j]].PAdjusted = q
	}
	for i := range r.Metrics {
		m := &r.Metrics[i]
		m.Status = m.Reach
		if m.Reach > Pass && !math.IsNaN(m.P) && !(m.PAdjusted < h.Alpha) {
			m.Status = Pass
			m.Warnings = append(m.Warnings, T(
				"past the threshold, but not distinguishable from chance after correction",
				"已越过阈值，但经多重检验校正后不能排除偶然"))
		}
		if m.Status > Pass {
			r.Tests.Flagged++
		}
	}
}
