// Package denial holds the checks on denials and what applicants are told
// about them: each file is one check, or a part of one that would not fit.
package denial

import (
	"fmt"

	"evenhand/audit"
	law "evenhand/audit/clauses"
)

const checkName = "unexplaineddenial"

// UnexplainedDenial judges whether denials were explained: specifically, in
// time, and with a way to appeal.
var UnexplainedDenial = &audit.Check{
	Name:     checkName,
	Title:    audit.T("Denials without a specific reason", "未说明具体原因的拒绝"),
	Doc:      doc,
	DocZh:    docZh,
	Words:    denialMetrics,
	Evidence: audit.Evidence(denialEvidence),
	Article:  "000",
	Chapter:  "denials",
	Clauses:  law.IDs(law.PIPL24, law.InternetLoans22, law.GDPR22, law.CCD18, law.AIActExplain, law.RegBNotice, law.FCRA615),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"decision_id", "application_id", "customer_id", "product", "decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "account_id"}, {Column: "application_type"}, {Column: "is_test"},
				{Column: "submitted_at"}, {Column: "completed_at"}, {Column: "requested_amount"},
				{Column: "model_version"}, {Column: "policy_version"}, {Column: "channel"},
				{Column: "decider"}, {Column: "override_reason"}, {Column: "engine_status"}, {Column: "error_code"}, {Column: "latency_ms"},
				{Column: "score"}, {Column: "approved_limit"}, {Column: "experiment_id"}, {Column: "experiment_arm"},
				{Column: "reasons"}, {Column: "reason_text"}, {Column: "reasons_shown"}, {Column: "disclosure_exemption"},
				{Column: "notice_at", Effect: audit.T(
					"whether notices went out, and in time, is not judged; reasons recorded count as shown",
					"不判断是否通知、是否按时；已记录的原因视为已告知")},
				{Column: "appeal_offered", Effect: audit.T("whether an appeal was offered is not judged", "不判断是否告知申诉渠道")},
			},
			Features: true,
			Groups:   true,
		}, {
			Table: "repayments", IfPresent: true, Timeline: true,
			Required: []string{"loan_id", "installment_no", "due_date", "due_amount"},
			Optional: []audit.Want{{Column: "decision_id"}},
		}},
		Lookups: []audit.TableNeed{{
			Table:    "appeals",
			Required: []string{"appeal_id", "opened_at"},
			Optional: []audit.Want{
				{Column: "decision_id", Effect: audit.T("appeals are not tied to denials", "申诉无法对应到拒绝")},
				{Column: "closed_at", Effect: audit.T("every appeal counts as open", "所有申诉视为未结")},
				{Column: "human_reviewed", Effect: audit.T("whether a human decided appeals is not judged", "不判断申诉是否经人工处理")},
			},
		}, {
			Table:    "experiments",
			Required: []string{"experiment_id", "arm", "starts_at", "ends_at"},
			Optional: []audit.Want{{Column: "limit_override"}, {Column: "approved_by"}},
		}},
		Replay: true,
	},
	Settings: func() any {
		return &Settings{
			NoticeDays: 30, AppealDays: 15, RepeatDenials: 3, RepeatDays: 180, QualityGap: 0.05,
			RequireAppeal: true, Regime: []string{"cn", "us", "eu"},
		}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newState(env) },
	Letter:   letter,
	Conclude: conclude,
}

// Settings are the parameters of unexplaineddenial.
type Settings struct {
	NoticeDays    int      `yaml:"notice_days" doc:"days from the complete application to the notice, the last one in time; default 30"`
	AppealDays    int      `yaml:"appeal_days" doc:"days an appeal may stay open; default 15"`
	RequireAppeal bool     `yaml:"require_appeal" doc:"a notice must offer an appeal; default true"`
	RepeatDenials int      `yaml:"repeat_denials" doc:"so many denials of a customer without a specific reason are a repeat; default 3"`
	RepeatDays    int      `yaml:"repeat_days" doc:"within so many days; default 180"`
	QualityGap    float64  `yaml:"quality_gap" doc:"warn when a group gets specific reasons less often than the reference group by this much; default 0.05"`
	Regime        []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, eu; default all"`
}

func (s *Settings) validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+checkName+": "+format, args...)
	}
	for _, x := range []struct {
		name  string
		value int
	}{{"notice_days", s.NoticeDays}, {"appeal_days", s.AppealDays}, {"repeat_days", s.RepeatDays}} {
		if x.value < 0 || x.value > 36500 {
			return wrong("%s %d must be between 0 and 36500", x.name, x.value)
		}
	}
	if s.RepeatDenials < 2 {
		return wrong("repeat_denials %d must be at least 2", s.RepeatDenials)
	}
	if !(s.QualityGap >= 0 && s.QualityGap <= 1) {
		return wrong("quality_gap %v must be between 0 and 1", s.QualityGap)
	}
	for _, r := range s.Regime {
		if _, ok := clauses[r]; !ok {
			return wrong("regime %q is unknown; use cn, us or eu", r)
		}
	}
	return nil
}

const doc = `Denials without a specific reason, or against the lender's own policy

Judges decisions that went against applicants (outcome denied or
approved_lower) twice: what the applicant was told, and whether the outcome was
right. Test rows, prescreens, withdrawn and incomplete applications are left out,
each counted by its own guard; what was told is not judged on denials with a
declared disclosure_exemption, nor on those whose deadline is still open as of the
plan's as_of.

	R0.1  ABSENT    no reason was shown within the deadline or after it
	R0.2  GENERIC   every reason shown says nothing specific
	R0.3  LATE      the notice came after the deadline
	R0.5  NO_ROUTE  no appeal was offered; an appeal stayed open too long; no human decided it
	R0.6            against the policy: its replay approves, or grants more
	R0.7            repeat: several denials of a customer without a specific reason
	R0.8            watch: right, but by one factor alone

A denial has one verdict on what was told, the first of ABSENT, GENERIC, LATE,
NO_ROUTE that fits, and lists every rule that fired. R0.7 adds to the rules of the
denials it counts, one an application, and is no verdict of its own.

Reasons shown are reasons_shown where the export has it; else the recorded
reasons and the reason_text, once notice_at is set (always, in an export
without notice_at). A code is generic when the catalogue says so, or when code
or catalogue text match the lexicon; a code that the catalogue lacks counts as
specific and is reported. Text is generic when nothing is left of it once
generic phrases (built in, and the plan's lexicon) and words without content
are taken out, spaces, case, width and punctuation aside. One specific reason
makes a denial specific. Text that mixes generic wording with other words
counts as specific, and is counted.

The deadline is notice_days calendar days, in the plan's zone, after
completed_at, or else submitted_at, or else decided_at. A notice on the last day
is in time. An appeal is overdue when it was, or has been, open for more than
appeal_days. Appeals whose decision is not among the denials judged are counted
in metrics of their own. These verdicts are read off the export (grade E1).

Whether a denial was right is judged where the plan has policies: the version
that the row records is replayed on its features and the recomputed score. In
this order:

	TECHNICAL      the row itself proves a failure (see technicaldenial)
	INDETERMINATE  a fraud hold or declared exemption; no such version; something the policy needs is missing
	JUSTIFIED      the replay denies, or grants no more
	INDETERMINATE  an edge case: the score is within the model's tolerance of a cut-off, and not equal to it
	INDETERMINATE  a person departed from the replay: a recorded override (D1), or none recorded (D2)
	INDETERMINATE  the policy refers to a person, and the engine denied: a case of rule D7
	UNJUSTIFIED    the replay approves, or grants more by at least the policy's step (R0.6)

The grade of UNJUSTIFIED is E1, or E2 where the score could not be recomputed.
Without a policy no denial is judged wrong: its substance is INDETERMINATE.
JUSTIFIED denials are cases only for what was told.

The cause of a R0.6 case is found by changing one thing and replaying again;
the first that gives the recorded outcome is primary, all that do are listed:

	DATA_UNIT          the recorded score, which is the model's with one input in another unit (M6)
	SCORE_ERROR        the recorded score, which is not the model's
	TIE_RULE           the other reading of a score equal to a cut-off (D4)
	POLICY_UNDECLARED  another version for the product (D3), or a reason whose rule the version lacks (D5)
	EXPERIMENT         another arm of the row's experiment
	EXPERIMENT_OVERRUN only the row's arm denies, and it was over, or never approved
	UNEXPLAINED        none of these (D7)

Another version explains a denial only when it was applied for a time: among the
decisions that it denies and the row's own approves, of the same product and in
the 3 to 30 days before, around or after, half or more were denied.

R0.8 neutralises, on right denials of customers without arrears (history.max_dpd_12m
and features of the family repayment at 0), one feature of the family multi_lender
at a time. Where exactly one flips the replay to an approval, which then finds the
debt burden within the policy's limit too, it counts. It is a watch on the rule,
never a verdict. Where repayments exist, the later bad rate of
customers who were approved just below the threshold is given beside that of all;
where it is higher, the rule is borne out, and no finding is made of it.

Approvals and limits above the policy are decision mismatches, and no verdicts.

Letters of JUSTIFIED denials also tell what would have been enough on that day, all
else equal: the smallest set of at most three changes found (see the manual of
recourse; here 300 rows are replayed per denial), or the end of a cooling-off time.
Features of the family device and those that make groups are left out of the search;
nothing is told where nothing was found.

	denials                          how many decisions went against the applicant
	specific_reason_rate             share of those judged with a specific reason; Wilson interval
	specific_reason_rate_difference  by group against the reference; Newcombe interval, Fisher or chi-square with Yates
	disclosure_VERDICT               share of all such decisions with this verdict
	days_to_notice_p50, _p90         exact, in calendar days (nearest rank)
	unlisted_reason_code_rate        share of the codes shown that the catalogue lacks
	approval_shift                   change of the share of approvals within a band of the score on a day, between the declared
	                                 versions; Page's CUSUM, then chi-square with Yates, corrected for the choice of the day
	appeal_overdue_rate, appeal_without_human_rate, appeal_fault_unmatched
	unjustified_denial_rate          share of UNJUSTIFIED among the UNJUSTIFIED and JUSTIFIED
	substance_standing               adverse decisions by where they stand
	replayed_outcome                 outcome on record against outcome replayed
	decision_mismatch_D1 to _D7, _score by version and side
	policy_not_in_force              decisions under a version while it was not in force (D3)
	substance_edge_case, single_factor_denials
	single_factor_twins_bad_rate     loans 30 days past due or more, of those approved one step below a threshold

Sources: 12 CFR 1002.9(a) and (b)(2) with its sample form C-1; PIPL 24, which
gives an explanation on request only; GDPR 15(1)(h) and 22; domain design, rules
R0.1 to R0.8. A finding is evidence for a clause, not a judgment under it.`
