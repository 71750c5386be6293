// Package recourse holds the check of what denied customers could change.
package recourse

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const checkName = "recourse"

// Recourse searches, for every right denial, the smallest change that would
// have turned it.
var Recourse = &audit.Check{
	Name:    checkName,
	Title:   audit.T("What would have turned denials", "怎样的改变可使拒绝变为通过"),
	Doc:     doc,
	DocZh:   docZh,
	Words:   words,
	Article: "000",
	Chapter: "denials",
	Clauses: clauses.IDs(clauses.PIPL24, clauses.AIActExplain, clauses.RegBNotice),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"decision_id", "decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "product"}, {Column: "application_type"}, {Column: "is_test"}, {Column: "model_version"}, {Column: "policy_version"},
				{Column: "score"}, {Column: "requested_amount"}, {Column: "experiment_id"}, {Column: "experiment_arm"},
			},
			Features: true,
			Groups:   true,
		}},
		Replay: true,
	},
	Settings: func() any { return &Settings{Rows: 1000, Steps: 1000, Unreachable: 0.05, Share: 0.05, Gap: 2} },
	New:      func(env *audit.Env) (audit.State, error) { return newState(env) },
	Conclude: conclude,
}

// Settings are the parameters of recourse.
type Settings struct {
	Rows        int     `yaml:"rows" doc:"rows replayed per denial before the search gives up; default 1000"`
	Steps       int     `yaml:"steps" doc:"greatest change of a feature looked at, in steps of the dictionary; default 1000"`
	Unreachable float64 `yaml:"unreachable" doc:"share of denials beyond any change from which on that is a finding; default 0.05"`
	Share       float64 `yaml:"share" doc:"difference of that share between a group and its reference from which on it is a finding; default 0.05"`
	Gap         float64 `yaml:"gap" doc:"difference in mean cost between a group and its reference from which on it is a finding, in steps of cost 1; default 2"`
}

func (s *Settings) validate() error {
	switch {
	case s.Rows < 1 || s.Rows > 1000000:
		return fmt.Errorf("checks: recourse: rows %d must be between 1 and 1000000", s.Rows)
	case s.Steps < 1 || s.Steps > 1000000:
		return fmt.Errorf("checks: recourse: steps %d must be between 1 and 1000000", s.Steps)
	case !(s.Unreachable >= 0 && s.Unreachable <= 1):
		return fmt.Errorf("checks: recourse: unreachable %v must be between 0 and 1", s.Unreachable)
	case !(s.Share >= 0 && s.Share <= 1):
		return fmt.Errorf("checks: recourse: share %v must be between 0 and 1", s.Share)
	case !(s.Gap >= 0):
		return fmt.Errorf("checks: recourse: gap %v must not be negative", s.Gap)
	}
	return nil
}

const doc = `The smallest change that would have turned a denial, for all of them

For each denial that the replay of the policy confirms, the smallest set of at
most three changes of features that customers can change (dictionary: mutable
yes or slow, good higher or lower, a step) that the replay of the same policy
and model accepts: approved or approved_lower, and not within the tolerance of
a cut-off. Smallest is: fewest features first, then the least cost, then by
name. The cost of a change is its number of steps times the dictionary's cost
of a step (default 1). A change goes in the good direction by whole steps
within least and most, and by no more than "steps" (1000); a missing value, and
one that is a special code of the model, is not changed.

Test rows are left out, and denials that the replay does not confirm, since it
approves, refers, lacks something, or is within the tolerance of a cut-off:
unexplaineddenial is about those. So are denials by rules that need not be
explained, or of stage fraud, and those in a cooling-off time, which only time
changes. Each is counted by its own guard.

The search is exact for cards and logistic models: sets are taken in their
order, those that the score's bounds or a rule known to be in the way rule out
are passed over, and the first that a replay accepts is the smallest. Forests
have no such bounds. There the sets are replayed in order until "rows" (1000)
are spent, and then the change that lifts the score most is taken, one after
the other; what is found so is a way, maybe not the smallest.

	recourse_changes           share of denials that 1, 2 or 3 changes turn, that none of them does (≥4), proved, or whose search ended before either was known (?); Wilson interval
	recourse_unreachable       share that no set of at most three turns, proved; Wilson interval
	recourse_unproved          share for which a set was found that may not be the smallest
	recourse_cost              cost of the sets found: mean, Student interval
	recourse_cost_quantile     cost at the quantile q of the sets found
	recourse_feature           share of the sets found that change a feature
	recourse_set               share of the sets found that change just these features, the 20 most frequent
	recourse_group_cost        mean cost of a group, Student interval
	recourse_extra_cost        group - reference, Welch's interval and test
	recourse_group_unreachable        share unreachable in a group, Wilson interval
	recourse_unreachable_difference   group - reference, Newcombe interval; Fisher's exact test when a cell is below 100, else chi-square with Yates' correction

The two differences are tested, and enter the correction over the report. A
group is flagged when its mean cost is "gap" (2) or more above the reference
group's, or its share unreachable "share" (0.05) or more, and the corrected
p-value is below the plan's alpha. Groups under min_cell are never flagged;
those under suppress are withheld, with another where one alone could be had by
subtraction. The share unreachable is a finding from "unreachable" (0.05) on.

All findings are advice. A denial without recourse is not wrong: the policy
says so. But a cut-off that nothing within a customer's power can reach is
worth a look, and so is a way that is longer for one group than for another.
The costs are the plan's own, and steps of different features are only as
comparable as their costs are. Nothing here says that a change would have been
easy, or that the next application would be approved: other features move as
well, and the policy may change.

Source: Ustun, Spangher and Liu, "Actionable recourse in linear classification"
(2019). Intervals and tests agree with scipy (ttest_ind with equal_var=False,
chi2_contingency, fisher_exact) and statsmodels.`
