// Package fairness holds the checks that compare groups: each file is one
// check, or a part of one that would not fit in it.
package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const parityName = "approvalparity"

// ApprovalParity compares approval rates between groups.
var ApprovalParity = &audit.Check{
	Name:    parityName,
	Title:   audit.T("Approval rates by group", "各群体通过率"),
	Doc:     parityDoc,
	DocZh:   parityDocZh,
	Words:   parityMetrics,
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
	Settings: func() any { return &ParitySettings{Ratio: 0.8, Shortfall: 10, Errors: "exclude"} },
	New:      func(env *audit.Env) (audit.State, error) { return newParity(env) },
	Conclude: concludeParity,
}

// ParitySettings are the parameters of approvalparity.
type ParitySettings struct {
	Ratio     float64 `yaml:"ratio" doc:"flag an approval rate below this share of the reference group's; default 0.8 (four fifths)"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many approvals are missing; default 10"`
	Errors    string  `yaml:"errors" enum:"exclude,denied" doc:"decisions whose outcome is error: exclude (default) or count as denied"`
}

func (s *ParitySettings) validate() error {
	switch {
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("checks: approvalparity: ratio %v must be above 0 and at most 1", s.Ratio)
	case s.Shortfall < 0:
		return fmt.Errorf("checks: approvalparity: shortfall %v must not be negative", s.Shortfall)
	case s.Errors != "exclude" && s.Errors != "denied":
		return fmt.Errorf("checks: approvalparity: errors %q is unknown; use exclude or denied", s.Errors)
	}
	return nil
}

const parityDoc = `Approval rates by group, against the plan's reference group

For each group column of the plan, the share of decisions that were approved
(outcome approved or approved_lower) among those approved or denied. Test rows,
prescreens, withdrawn, incomplete and referred applications are no decision on
an applicant and are left out, each counted by its own guard. Outcome error is
left out too, since an export that records technical errors as such has not
denied anyone; "errors: denied" counts them as denials instead.

Everything is read off one integer cube (period or segment value, group,
approved or not), so splits of the rows can't change a digit. All comparisons
are made over all rows, in each period, and in each value of each segment.

	selection_rate                  k/n, Wilson interval
	selection_rate_difference       rate - reference rate, Newcombe interval
	selection_rate_ratio            rate / reference rate: the adverse impact ratio, Katz log interval
	selection_rate_odds_ratio       odds / reference odds, Woolf interval
	selection_rate_ratio_bounds     the ratio if the rows of unknown group were distributed worst and best for it
	selection_rate_ratio_score_interval   the same ratio, Miettinen-Nurminen score interval; over all rows only
	demographic_parity_difference   highest - lowest rate among groups with enough rows
	demographic_parity_ratio        lowest / highest rate among them
	disparate_impact                rate of all other known groups together / reference rate, Katz log interval
	statistical_parity_difference   rate of all other known groups together - reference rate, Newcombe interval
	smoothed_empirical_differential_fairness   largest |ln| of the ratio of two groups' chances of approval, or of denial, rates smoothed to (k+1/2)/(n+1)

Names are those of the library that has the number: selection_rate,
demographic_parity_difference and demographic_parity_ratio are fairlearn's;
disparate_impact, statistical_parity_difference and
smoothed_empirical_differential_fairness are AIF360's. AIF360 compares one set
of groups with another, so its first two are about everybody but the reference
group; given a single group they are selection_rate_ratio and
selection_rate_difference here, and are not repeated. fairlearn's
selection_rate_ratio(between_groups) is demographic_parity_ratio; solas
disparity's adverse impact ratio is selection_rate_ratio.
AIF360 leaves no group out; here those with too few rows are, and said.

Only selection_rate_ratio is tested, so that a comparison counts once in the
Benjamini-Hochberg correction over the report: Fisher's exact test when a cell
of the 2x2 table is below 100, else chi-square with Yates' correction. Its
effect is the shortfall n*reference rate - k, in approvals. It is flagged when
the ratio is below "ratio" (0.8), the shortfall at least "shortfall" (10) and
the corrected p-value below the plan's alpha.

Groups under the plan's min_cell are insufficient and never flagged. Groups
under suppress are withheld, and so is another wherever a single withheld cell
could be computed from the rest: among the groups of a slice, among a group
over all rows and its periods, among it and its values of a segment. Rows
without a group are a group of their own, "(unknown)", with rates, ratios and
bounds; differences and ratios between all groups leave them out, as they do
groups that are withheld, here and in "all other known groups". When they are
few they are withheld too, but take no others with them.

The ratio is a screen, not a legal test: the four-fifths rule is a convention
for employment tests (29 CFR 1607.4(D)), and Regulation B has had no effects
test at the federal level since 2026-07-21. It says that rates differ, not why;
a gap may be explained by what the policy may lawfully use, and equal rates may
hide unequal treatment. Values agree with fairlearn (rates, parity), AIF360
(disparate impact, statistical parity, differential fairness), solas disparity
(ratio, shortfall: by its formula), scipy and statsmodels (tests, intervals).`
