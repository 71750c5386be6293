// Package score has the checks of replication: whether the scores on record
// are those of the models they name.
package score

import (
	"evenhand/audit"
	"evenhand/audit/clauses"
)

// ScoreMatch compares every recorded score with the recomputed one.
var ScoreMatch = &audit.Check{
	Name:     "scorematch",
	Title:    audit.T("Recorded scores against recomputed scores", "记录评分与复算评分比对"),
	Doc:      scorematchDoc,
	DocZh:    scorematchDocZh,
	Words:    scoreMetrics,
	Evidence: audit.Evidence(scoreEvidence),
	IDs:      []string{"earlier_decision"},
	Article:  "",
	Chapter:  "replication",
	Clauses:  clauses.IDs(clauses.SR262, clauses.InternetLoansModels, clauses.AIActAccuracy),
	Needs: audit.Needs{
		Models: true,
		Tables: []audit.TableNeed{{
			Table:    decisions,
			Required: []string{"decision_id", "decided_at", "score"},
			Optional: []audit.Want{
				{Column: "customer_id", Effect: audit.T(
					"scores on stale features (M5) can't be told from unexplained ones",
					"无法识别使用过期特征算出的评分（M5）")},
				{Column: "model_version"}, {Column: "policy_version"}, {Column: "product"},
				{Column: "channel"}, {Column: "partner"}, {Column: "region"},
				{Column: "pd", Probability: true}, {Column: "is_test"},
			},
			Features: true,
		}, {
			Table:     limits,
			IfPresent: true,
			Required:  []string{"event_id", "at"},
			Optional: []audit.Want{
				{Column: "account_id"}, {Column: "customer_id"}, {Column: "score"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "product"},
			},
		}},
	},
	Settings: func() any {
		return &Settings{
			ClassifyMax: 50_000, SystemicRows: 30, Share: 0.01, Stale: true,
			Missing: []float64{-1, -9, -99, -999, -9999, 999, 9999},
		}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newTables(env), nil },
	Conclude: conclude,
}

// Settings are scorematch's parameters.
type Settings struct {
	ClassifyMax  int       `yaml:"classify_max" doc:"mismatching rows that are classified and listed at most; beyond it, those whose decision_id has the least hash. The count of mismatches is exact in any case"`
	SystemicRows int64     `yaml:"systemic_rows" doc:"rows with the same explanation that make it systemic"`
	Share        float64   `yaml:"share" doc:"share of mismatching rows from which the match rate fails and findings weigh more"`
	Stale        bool      `yaml:"stale" doc:"look for scores on stale features (M5), which reads the decisions a second time when there are unexplained mismatches"`
	Missing      []float64 `yaml:"missing" doc:"numbers that a model service may have been given in place of a null, besides 0 and the plan's missing codes"`
}

// The tables that hold scores.
const (
	decisions = "decisions"
	limits    = "limits"
)

const scorematchDoc = `Recorded scores against recomputed scores

The model named by the plan scores the features of each decision again, and the
result is compared with the score on record: equal within the plan's tolerance,
or, without one, exactly for whole points, within 1e-6 of the value for other
scores, 1e-9 for probabilities (1e-6 where the model's library computes in single
precision: XGBoost) and 1e-5 for margins. Test rows and rows without a recorded
score are set aside and counted.

A mismatch is explained by changing one thing and scoring again:
  M1 rounding   at most 1 point apart, and equal under another rounding rule
  M2 bin edge   equal once an input within 1e-9 of a bin edge falls to the other side
  M3 missing    equal once one null is read as a number or an unknown level, or one value as null
  M4 version    equal to another model of the plan
  M5 stale      equal to the same model on the customer's earlier snapshot
  M6 unit       equal once one input is multiplied or divided by 100, 10000, 1000, 12 or 30
  M7 shift      the same difference on many rows, more than the other differences suggest
  M8 unexplained
M9 rows can't be recomputed (no model for the version, or an input that the
model has no rule for); they are counted apart and are no mismatches.

M1 and M2 come first. Of M3 to M6 the explanation that holds for the most rows
takes its rows first; equals go by the order above. An explanation is systemic
when it holds for 30 rows or more and for more than chance gives it: with n rows
explained, and E rows expected if the differences seen on rows to which it does
not apply fell on those to which it does, the Poisson probability of n or more
is below 1e-6. Explanations that chance accounts for by half are dropped (M8),
and, where a model has 200 mismatches or more, those with a probability of 0.01
or more.
M7 is held against the mean count of the other differences of its model, and
against that of the ten nearest ones.

Scores of limit evaluations (table limits, cases by event_id) are compared likewise,
where the events carry the models' inputs, or the table features lends them; M5 is
not looked for there. The names of their metrics start with limit_.

Each case is evidence of grade E1 that the score on record is not the model's.
It says nothing about the decision: substance stays INDETERMINATE. Where more
rows mismatch than classify_max, or than the models' inputs allow, a sample by
hash of decision_id is classified; counts of classes are then estimates, and
the coverage says so. Limits: an explanation by two changes at once stays M8.

Source: domain design, mismatch taxonomy M0 to M9. Match rates have Wilson
intervals; mean absolute differences are exact sums.`
