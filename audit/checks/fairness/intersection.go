package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const crossName = "intersection"

// Intersection compares approval rates between combinations of groups.
var Intersection = &audit.Check{
	Name:    crossName,
	Title:   audit.T("Approval rates where groups meet", "交叉群体通过率"),
	Doc:     crossDoc,
	DocZh:   crossDocZh,
	Words:   crossWords,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.FourFifths, clauses.RegBGroups, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty),
	Needs: audit.Needs{
		Groups: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{{Column: "application_type"}, {Column: "is_test"}},
			Groups:   true,
		}},
	},
	Settings: func() any { return &CrossSettings{Ratio: 0.8, Shortfall: 10, Errors: "exclude", Cells: 4096} },
	New:      func(env *audit.Env) (audit.State, error) { return newCross(env) },
	Conclude: concludeCross,
}

// CrossSettings are the parameters of intersection.
type CrossSettings struct {
	Ratio     float64 `yaml:"ratio" doc:"flag an approval rate below this share of the reference combination's; default 0.8 (four fifths)"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many approvals are missing beyond what the gaps of the single groups explain; default 10"`
	Errors    string  `yaml:"errors" enum:"exclude,denied" doc:"decisions whose outcome is error: exclude (default) or count as denied"`
	Cells     int     `yaml:"cells" doc:"most combinations of a crossing; a crossing with more is left out, and said; default 4096"`
}

// Validate reports the first setting that makes no sense.
func (s *CrossSettings) Validate() error {
	switch {
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("checks: intersection: ratio %v must be above 0 and at most 1", s.Ratio)
	case s.Shortfall < 0:
		return fmt.Errorf("checks: intersection: shortfall %v must not be negative", s.Shortfall)
	case s.Errors != "exclude" && s.Errors != "denied":
		return fmt.Errorf("checks: intersection: errors %q is unknown; use exclude or denied", s.Errors)
	case s.Cells < 4 || s.Cells > 1<<20:
		return fmt.Errorf("checks: intersection: cells %d must be between 4 and 1048576", s.Cells)
	}
	return nil
}

var crossWords = map[string]audit.Text{
	crossRate:     parityMetrics[rateMetric],
	crossShrunken: audit.T("approval rate, shrunken", "通过率（收缩估计）"),
	crossRatio:    audit.T("approval-rate ratio to the reference combination", "通过率对参照组合的比率"),
	crossBest:     audit.T("approval-rate ratio to the best combination", "通过率对最高组合的比率"),
	crossSmallest: audit.T("rows of the smallest combination", "最小组合的行数"),
	// Numbers of one name have one wording, whichever check has them.
	parityDiff:   parityMetrics[parityDiff],
	parityRatio:  parityMetrics[parityRatio],
	smoothedFair: parityMetrics[smoothedFair],
	crossCause:   audit.T("approval gap where groups meet", "交叉群体通过率差距"),
}

const crossDoc = `Approval rates where groups meet

Two groups may each do well while those who are in both do not. The decisions
that approvalparity judges are counted by every pair of the plan's group columns
and, with three or more of them, by all of them at once. A combination is
written sex×age=F×<25. Rows without a value have the group "(unknown)", whose
combinations are listed but compared with nobody.

	selection_rate                      k/n of the combination, Wilson interval
	selection_rate_shrunken             (k+a)/(n+a+b), with the posterior's central interval
	intersection_selection_rate_ratio   rate / rate of the reference combination, Katz log interval
	intersection_best_ratio             rate / highest rate among combinations with enough rows
	smallest_intersection               rows of the smallest combination that is not withheld
	demographic_parity_difference, demographic_parity_ratio   as in approvalparity, over the combinations of known groups
	smoothed_empirical_differential_fairness                  likewise

The reference combination is made of the reference groups of the plan. Within
each value of each segment only intersection_selection_rate_ratio is given, of the
fullest crossing and of combinations with enough rows.

The shrunken rate is the empirical Bayes estimate of a beta-binomial: with p the
rate over all N rows, m combinations and S = sum n(k/n - p)^2, Kleinman's
moments give rho = (S - p(1-p)(m-1)) / (p(1-p)(N - sum n^2/N - (m-1))), and
a = p(1/rho - 1), b = (1-p)(1/rho - 1), rho at most 0.5. A combination of few
rows is drawn to the rate of all; where rho is not above 0 the combinations
differ by no more than chance makes them, and all have the rate p. The interval
leaves out what is not known about a and b.

intersection_selection_rate_ratio alone is tested and flagged: below "ratio" (0.8), and worse
than the gaps of the single groups multiply to. Expected is the reference
combination's rate times, for each group column, the group's ratio to its
reference group over all rows of the slice, where that is below 1; the effect is the
excess shortfall, n*expected - k, which must reach "shortfall" (10). Without
this rule every combination would tell the gap of its worst group again. The
p-value is the larger of two: the combination's against the reference
combination's (Fisher's exact test where a cell is below 100, else chi-square
with Yates' correction) and the binomial one of k against the expected rate,
two-sided by doubling, which takes the expected rate as known.

A flagged combination of more columns is told with the flagged one that it is
part of. A crossing of more than "cells" (4096) combinations is left out and
said. Combinations under min_cell are insufficient. Those of the fullest crossing
under suppress are withheld, and others with them where a group's total, or a
segment's values, would tell; the pairs are made of the rows that are left, so
that no difference tells either, and are withheld where those are under 95 %.

Like approvalparity's, these ratios are a screen and no legal test, and do not
say why rates differ. Values agree with fairlearn with several sensitive
features, AIF360 with several protected attributes, and scipy.`
