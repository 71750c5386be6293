package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
	"evenhand/audit/outcome"
)

const outcomeName = "outcomeparity"

// OutcomeParity compares error rates, bad rates and calibration between groups,
// among the decisions whose outcome is known.
var OutcomeParity = &audit.Check{
	Name:    outcomeName,
	Title:   audit.T("Outcomes and calibration by group", "各群体的还款结果与校准"),
	Doc:     outcomeDoc,
	DocZh:   outcomeDocZh,
	Words:   outcomeWords,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.PIPL24, clauses.AIActAccuracy, clauses.ConsumerDuty, clauses.SR262),
	Needs: audit.Needs{
		Groups: true,
		Tables: outcome.Needs(audit.TableNeed{
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{{Column: "application_type"}, {Column: "is_test"}, {Column: "pd"}, {Column: "score"}, {Column: "outcome", Probability: true}},
			Groups:   true,
		}),
	},
	Settings: func() any {
		return &OutcomeSettings{Gap: 0.1, Low: 0.8, High: 1.25, Errors: "exclude"}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newOutcomes(env) },
	Conclude: concludeOutcomes,
}

// OutcomeSettings are the parameters of outcomeparity.
type OutcomeSettings struct {
	Threshold  float64 `yaml:"threshold" doc:"probability of bad from which a decision counts as predicted bad, in place of denials; default 0: denials"`
	ScoreBelow float64 `yaml:"score_below" doc:"recorded score below which a decision counts as predicted bad, in place of denials; default 0: denials"`
	Gap        float64 `yaml:"gap" doc:"flag a false-positive or false-negative rate this far from the reference group's; default 0.1"`
	Low        float64 `yaml:"low" doc:"flag a group whose bad loans are fewer than this share of those foreseen; default 0.8"`
	High       float64 `yaml:"high" doc:"flag a group whose bad loans are more than this many times those foreseen; default 1.25"`
	Errors     string  `yaml:"errors" enum:"exclude,denied" doc:"decisions whose outcome is error: exclude (default) or count as denied"`
}

// Validate reports the first parameter that can't be.
func (s *OutcomeSettings) Validate() error {
	switch {
	case !(s.Threshold >= 0 && s.Threshold <= 1):
		return fmt.Errorf("checks: outcomeparity: threshold %v must be a probability, or 0 for none", s.Threshold)
	case s.Threshold > 0 && s.ScoreBelow != 0:
		return fmt.Errorf("checks: outcomeparity: threshold and score_below are both given; keep one")
	case !(s.Gap > 0 && s.Gap < 1):
		return fmt.Errorf("checks: outcomeparity: gap %v must be between 0 and 1", s.Gap)
	case !(s.Low >= 0 && s.Low < 1 && s.High > 1):
		return fmt.Errorf("checks: outcomeparity: low %v and high %v must lie on either side of 1", s.Low, s.High)
	case s.Errors != "exclude" && s.Errors != "denied":
		return fmt.Errorf("checks: outcomeparity: errors %q is unknown; use exclude or denied", s.Errors)
	}
	return nil
}

const outcomeDoc = `Outcomes and calibration by group

What became of each decision is read off decisions.bad where the export has it.
Else it is derived from the repayments of the loans that name the decision
(repayments.decision_id): bad is outcome.bad_days days past due (90) within
outcome.months months (12) of the first booking, by the payments booked until
then. Loans whose window is still open at as_of are masked, bad or not, since
bad ones show first. Loans that name no decision are counted and not joined.

Denied applicants mostly have no outcome, so most numbers here say "booked
only": they hold among those approved, who are no sample of all who applied. An
export with outcomes of denied rows too (retrospective data) is used whole, and
the coverage says so.

Errors of the decision, with bad as the positive: predicted bad is denied, or,
with the setting threshold (on pd) or score_below (on the recorded score), what
is past that cut. Without such a cut they need outcomes of denied rows.

	true_positive_rate, false_positive_rate   as fairlearn names them; Wilson interval
	fnr_difference, fpr_difference            group - reference group, Newcombe interval; tested
	equalized_odds_difference                 the greater of the two spreads over groups (fairlearn, agg worst_case)
	equalized_odds_difference_mean            their mean (agg mean); likewise the two _ratio
	equal_opportunity_difference              the spread of true_positive_rate
	approve_demographic_parity_ratio          lowest / highest share predicted good
	tpr tnr fpr fnr for fdr npv precision ppr pprev prev and each _disparity   as Aequitas: ratio to the reference group

With approved and good as the favourable outcome, as AIF360 names them, each
group against the reference group: disparate_impact,
statistical_parity_difference, average_odds_difference (signed),
average_abs_odds_difference, error_rate_difference,
equal_opportunity_difference_favourable, and with the same ending the
differences of false positives, false omissions and false discoveries; over all
rows theil_index and generalized_entropy_index (order 2). Where two libraries
give one name to two numbers, ours have two names.

Among all rows with an outcome, by group, and by group and period of the
decision:

	bad_rate, bad_rate_difference             Wilson, Newcombe interval
	bad_rate_bounds                           had none, or all, of the denied without an outcome turned bad
	observed_expected_ratio                   bad / sum of pd; Wilson's interval by the mean pd; tested against all others' (below)
	calibration_intercept, calibration_slope  logistic recalibration on the log-odds of pd
	expected_calibration_error                10 uniform bins
	brier_score, log_loss, roc_auc, gini, ks  roc_auc with DeLong's interval
	calibration_curve, calibration_deciles    share of bad by bin of pd; the effect is the mean pd of the bin

pd is the recorded one, else the recomputed probability where the run scores the
rows. A rate without rows is not estimable, never 0: the counts n+ and n- are
beside it. Only fnr_difference and fpr_difference (Fisher below 100 in a cell,
else chi-square with Yates' correction) and observed_expected_ratio are tested,
over all rows, once a group. A gap of "gap" (0.1) is flagged, and observed /
expected outside "low" (0.8) to "high" (1.25), by itself and over that of all
others, each only with the corrected p-value below alpha: with O/E that of all
rows, z = (o - e*O/E) / sqrt(O/E * v * (1 - e/E)), v the group's sum of pd(1 - pd).
A model that is off for everybody alike is check performance's matter. What is
by period or segment is shown, not tested.

Groups under min_cell are insufficient, under suppress withheld, as are those
that would tell of them; where one rate of a group is of fewer rows than suppress,
all rates of its predictions are withheld. The spreads leave out the unknown and
groups whose denominator is below
min_cell. A calibration gap says that pd is off for a group, not why; equal
error rates and equal calibration exclude each other where bad rates differ.

Agrees with fairlearn, aif360, aequitas, scikit-learn and statsmodels to 1e-9
where a number is a function of counts or of sums; roc_auc and ks are read off a
histogram (0.025 % wide bins) to 0.0005, and by period off bins of a 64th of an
octave to 0.01, as are slope and intercept where pd is between 0.0001 and 0.99:
a pd below 2^-14 counts as that in them. The bins of calibration_curve and of
the error are closed above.`
