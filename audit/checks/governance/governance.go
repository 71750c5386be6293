// Package governance has the check of model governance: whether decisions were
// scored by the models that were approved, in service, and fed with what they
// were trained on.
package governance

import (
	"errors"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// Governance holds the models' registry against the decisions they scored.
var Governance = &audit.Check{
	Name:     name,
	Title:    audit.T("Model governance", "模型治理"),
	Doc:      doc,
	DocZh:    docZh,
	Words:    metricWords,
	Evidence: audit.Evidence(evidenceWords),
	Chapter:  "replication",
	Clauses:  clauses.IDs(clauses.SR262, clauses.InternetLoansModels, clauses.AIActRecords),
	Needs: audit.Needs{
		Models: true,
		Tables: []audit.TableNeed{{
			Table:    decisions,
			Required: []string{"decision_id", "decided_at"},
			Optional: []audit.Want{
				{Column: "model_version"}, {Column: "customer_id"}, {Column: "product"}, {Column: "policy_version"}, {Column: "score"}, {Column: "is_test"},
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
		return &Settings{MissingShift: 0.05, MaxAgeMonths: 18, UntrainedShare: 0.02, ConstantRows: 1000, SnapshotDays: 30, Cases: 1000}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newState(env), nil },
	Conclude: conclude,
}

const name = "governance"

// The tables that hold scores.
const (
	decisions = "decisions"
	limits    = "limits"
)

// Settings are governance's parameters.
type Settings struct {
	MissingShift   float64 `yaml:"missing_shift" doc:"difference of a missing rate from the training data's that matters, as a share; default 0.05"`
	MaxAgeMonths   int     `yaml:"max_age_months" doc:"a model that is more months old at the decision is stale, in whole months since its training data ended, or else since it was deployed; default 18"`
	UntrainedShare float64 `yaml:"untrained_share" doc:"share of rows with values that the training data did not have, per input, that matters; default 0.02"`
	ConstantRows   int64   `yaml:"constant_rows" doc:"scored rows from which on an input that never changes is a finding; default 1000"`
	SnapshotDays   int     `yaml:"snapshot_days" doc:"a feature that is more days old at the decision counts as old; a metric only; default 30"`
	Cases          int     `yaml:"cases" doc:"rows listed of each rule and table, those of least hash; the counts are exact"`
}

// Validate refuses settings that mean nothing.
func (s *Settings) Validate() error {
	switch {
	case s.MissingShift <= 0 || s.MissingShift > 1:
		return errors.New("missing_shift must be above 0 and at most 1")
	case s.UntrainedShare <= 0 || s.UntrainedShare > 1:
		return errors.New("untrained_share must be above 0 and at most 1")
	case s.MaxAgeMonths < 1:
		return errors.New("max_age_months must be at least 1")
	case s.ConstantRows < 1:
		return errors.New("constant_rows must be at least 1")
	case s.SnapshotDays < 0:
		return errors.New("snapshot_days can't be negative")
	case s.Cases < 0:
		return errors.New("cases can't be negative")
	}
	return nil
}

const doc = `Model governance

The plan's registry of models (file, digest, training period, times of service)
is held against the decisions that they scored. A row belongs to the model of
its model_version and product; without a column model_version, to the model in
service at its instant. Test rows, and rows with neither a version nor a score,
are set aside.

  V1  outside service   decided before the model was deployed, or once it was
                        retired: [deployed, retired). Without deployed, a model
                        can't have scored before its training data ended
  V2  wrong product     the version is in the plan, for other products only
  V3  edited in place   the SHA-256 of the model file is not the one approved
                        (sha256)
  V4  same file twice   two versions whose files are the same, byte by byte
  V5  missing           an input is missing in another share of the rows than in
                        training (training_missing): by missing_shift (0.05) or
                        more, and not by chance
  V6  untrained         an input has values outside the range of the training
                        data, or levels that it did not have (or that were too
                        rare there), in 0.02 of the rows or more; where the
                        model file tells (LightGBM)
  V7  constant          an input has the same value, or none, in all rows: 1000
                        or more
  V8  stale             the model is more than max_age_months (18) old at the
                        decision: whole months since trained_to, else deployed

Besides, as metrics: rows by version (version_share), rows that name a version
the plan lacks or none (unknown_version, unnamed_version; scorematch makes the
finding), days on which two versions decided on the same product
(version_overlap_days), the share of rows with a value by input
(input_coverage), rows that could not be recomputed while an input was missing
(lost_to_input), the model's age in months (model_age_months_min, _median, _max),
and the age of features at the decision in days, where the export has
<feature>__available_at (snapshot_age_days, snapshot_old). Features that became
available only after the decision are the gate feature_after_decision of ingest.

Shares have Wilson intervals. The interval of missing_shift is Wilson's minus
the training share, which is taken as known; its test is the score test of that
share. Single periods are not tested: their intervals are widened for the number
of periods (Bonferroni), and must exclude 0. Coverage, missing rates and ranges
look at rows with a recorded score only. Policy versions in force are
unexplaineddenial's matter (D3).

Scores of limit evaluations (table limits) are looked at likewise; the names of
their metrics start with limit_.

Substance stays INDETERMINATE: what is found here makes scores less worthy of
belief, but says nothing about a single decision. Limits: a file that was edited
before its digest was registered looks approved; that a row names a version is
no proof that this version scored it (scorematch looks for that).

Source: domain design, R4.4; SR 26-2 and the interim measures on internet loans
ask for an inventory of models, their versions, and monitoring of their inputs.`
