// Package reason holds the check on whether the reasons of denials are the right
// ones.
package reason

import (
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const checkName = "reasonmatch"

// ReasonMatch judges whether the reasons given for denials are what decided
// them.
var ReasonMatch = &audit.Check{
	Name:     checkName,
	Title:    audit.T("Reasons that are not those of the denial", "与拒绝不符的原因"),
	Doc:      doc,
	DocZh:    docZh,
	Words:    words,
	Evidence: audit.Evidence(evidence),
	Article:  "000",
	Chapter:  "denials",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.GDPR22, clauses.RegBNotice, clauses.FCRA615),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"decision_id", "customer_id", "product", "decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "account_id"}, {Column: "application_type"}, {Column: "is_test"}, {Column: "requested_amount"}, {Column: "approved_limit"},
				{Column: "decider"}, {Column: "override_reason"}, {Column: "engine_status"}, {Column: "error_code"},
				{Column: "model_version"}, {Column: "policy_version"}, {Column: "channel"}, {Column: "score"}, {Column: "notice_at"},
				{Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "disclosure_exemption"},
				{Column: "reasons"}, {Column: "reasons_shown"},
			},
			Features: true,
			Groups:   true,
		}},
		Replay: true,
	},
	Settings: func() any { return defaults() },
	New:      func(env *audit.Env) (audit.State, error) { return newState(env) },
	Letter:   letter,
	Conclude: conclude,
}

func defaults() *Settings {
	return &Settings{
		Share: 0.25, Top: 4, Band: 20, Background: 100, Compared: 2000, Agreement: 0.8, QualityGap: 0.05,
		Regime: []string{"cn", "us", "eu"},
	}
}

// Settings are the parameters of reasonmatch.
type Settings struct {
	Share      float64  `yaml:"principal_share" doc:"a factor with this share of all that is short is principal, and must be told; default 0.25"`
	Top        int      `yaml:"top" doc:"how many reasons a denial should be told at most, and how many recomputed ones they are compared with; default 4"`
	Band       float64  `yaml:"near_cutoff_points" doc:"applicants up to so many points above a cut-off are near it, where neither plan nor model file tell the points that double the odds; default 20"`
	Background int      `yaml:"background_rows" doc:"applicants that the contributions of a forest are held against, drawn by hash; default 100"`
	Compared   int      `yaml:"compared_rows" doc:"denials of each model, drawn by hash, that methods are compared on, and the reasons of a forest measured on; default 2000"`
	Agreement  float64  `yaml:"method_agreement" doc:"warn when the first method of a model and one that Regulation B names agree less often than this; default 0.8"`
	QualityGap float64  `yaml:"quality_gap" doc:"warn when a group gets right reasons less often than the reference group by this much; default 0.05"`
	Regime     []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, eu; default all"`
}

func (s *Settings) validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+checkName+": "+format, args...)
	}
	switch {
	case !(s.Share > 0 && s.Share <= 1):
		return wrong("principal_share %v must be above 0 and at most 1", s.Share)
	case s.Top < 1 || s.Top > 16:
		return wrong("top %d must be between 1 and 16", s.Top)
	case !(s.Band > 0 && s.Band < 1e9):
		return wrong("near_cutoff_points %v must be positive", s.Band)
	case s.Background < 1 || s.Background > 10_000:
		return wrong("background_rows %d must be between 1 and 10000", s.Background)
	case s.Compared < 1 || s.Compared > 1_000_000_000:
		return wrong("compared_rows %d must be between 1 and 1000000000", s.Compared)
	case !(s.Agreement >= 0 && s.Agreement <= 1):
		return wrong("method_agreement %v must be between 0 and 1", s.Agreement)
	case !(s.QualityGap >= 0 && s.QualityGap <= 1):
		return wrong("quality_gap %v must be between 0 and 1", s.QualityGap)
	}
	for _, r := range s.Regime {
		if !slices.Contains([]string{"cn", "us", "eu"}, r) {
			return wrong("regime %q is unknown; use cn, us or eu", r)
		}
	}
	return nil
}

const doc = `Reasons that are not those of the denial

Holds the reasons given for a denial (outcome denied, or approved_lower where a
term of the limit lowered it) against what decided it: the policy that the row
records, replayed on the recomputed score. Judged are automatic decisions with
specific reason codes that the replay comes to as well, away from the model's
tolerance of a cut-off. Test rows, prescreens, decisions by persons, failures of
the engine, fraud holds and other exempt denials, and denials whose score on
record is not the model's are left out, each counted by its own guard. Missing,
late and generic reasons are judged by unexplaineddenial.

Reasons are reasons_shown, or else reasons. A code stands for the features and the
rule that the plan's catalogue gives it; for a rule also where the policy lists it
in the rule's reasons, or where it stands for a factor of the rule.

A set of reasons is WRONG (rule R0.4) when

	UNSCORED           denied by score: a code stands for nothing that the model or a rule that fired reads
	KNOCKOUT_HIDDEN    denied by a knock-out, data, cooling-off or limit rule: no code stands for it
	WRONG_STAGE        a code stands for a rule that did not fire; or another rule (affordability …)
	                   denied, and factors of the score alone were told
	NON_ADVERSE        denied by score: a code stands for features none of which is short by any method
	OMITTED_PRINCIPAL  denied by score: no code stands for a feature with principal_share or more
	                   of all that is short, by the method that the model's file declares,
	                   else by every method

The first that fits is the cause, all that fit are listed. The benefit of the doubt
is given: another rule that denies the row by itself is a right reason; a rule that
needs something missing may have fired; a code that the catalogue lacks, or whose
rule the policy does not have, may stand for what was left out; and what no code of
the catalogue stands for can't be told by one.

Shortfall of a feature = reference - term, turned so that what worsens the outcome
is positive; terms are points of cards, and shares of the margin of other models.
Two inputs of one feature add up. Ties are broken by name. The references, by method:

	declared      those of the model's file, where it has one for every input
	best          the most that any value gives; where nothing bounds it, the most seen
	near_cutoff   the mean of applicants at or up to near_cutoff_points above the cut-off
	              (where known: the points that double the odds)
	applicants    the mean of all applicants
	neutral       a weight of evidence of 0
	path          of forests: their own training data (path-dependent SHAP)

Forests have near_cutoff and applicants as interventional SHAP on the margin,
against background_rows applicants drawn by hash, and best against the tenth of them
that scores best (lenders also hold denials against those that they approved), on
compared_rows denials drawn by hash and on all that path speaks against. The first method of a model is declared,
else near_cutoff, else applicants. Comment 9(b)(2)-5 names near_cutoff and
applicants, and accepts methods that give substantially similar results: how far
the first method agrees with them is printed, and warned of under method_agreement.

A second pass over decisions is made where denials by score are judged. Facts of
the history are missing in it: rules that need them may have fired there.

Information, and never a verdict: more reasons than top; their order; whether the
score would reach the cut-off if the factors told had their references (a single
factor near a cut-off often suffices, and no four do far from it).

	right_reason_rate             share of denials judged with right reasons; Wilson interval
	first_reason_agreement        the first reason given is the recomputed first
	reason_precision              of the first four (top) factors given: among the recomputed top
	principal_recall              share of principal factors that were told
	many_reasons_rate             more than top reasons
	reasons_per_denial            mean
	sufficient_reasons_rate       without the factors told the score would pass
	reason_order_tau              Kendall's tau-b of the order given, mean
	method_first_agreement        two methods name the same first factor; by model
	method_top_overlap            share of the top factors that two methods have in common
	right_reason_rate_difference, first_reason_agreement_difference
	                              by group against the reference; Newcombe interval, Fisher or
	                              chi-square with Yates, corrected over the whole report

A case is JUSTIFIED in substance: the outcome is the policy's, its reasons are not
what was told. The grade is E1, or E2 where the score on record is equal within
the model's tolerance only.

Letters tell what decided, and what would have been enough on that day, all else
equal: the smallest set of at most three changes found (see the manual of recourse;
here 300 rows are replayed per denial), or the end of a cooling-off time. Features of
the family device and those that make groups are left out of the search; nothing is
told where nothing was found.

Sources: 12 CFR 1002.9(b)(2) and its comments 9(b)(2)-1, -5, -7 and -8; PIPL 24, which
gives an explanation on request only; domain design, rule R0.4. A finding is
evidence for a clause, not a judgment under it.`
