package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const vanishedName = "vanishedincrement"

// VanishedIncrement judges whether promised increases of a limit came, and
// whether limits that rose by habit stopped or fell without a word.
var VanishedIncrement = &audit.Check{
	Name:     vanishedName,
	Title:    audit.T("Promised increases that did not come", "承诺提额未到账"),
	Doc:      vanishedDoc,
	DocZh:    vanishedDocZh,
	Words:    vanishedMetrics,
	Evidence: audit.Evidence(vanishedEvidence),
	IDs:      []string{"incident", "incident_about_then", "promise", "lost_event", "next_event"},
	Article:  "001",
	Chapter:  "limits",
	Clauses:  clauses.IDs(clauses.ConsumerLaw, clauses.PIPL24, clauses.ConsumerDuty, clauses.RegBAdverse, clauses.RegBNotice),
	Needs: audit.Needs{
		Replay: true,
		Tables: []audit.TableNeed{
			{
				Table: "limits", Timeline: true, Groups: true,
				Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
				Optional: []audit.Want{
					{Column: "limit_before", Effect: audit.T("lost updates, and the limit that promises start from, are not seen", "无法识别丢失的更新和承诺起点的额度")},
					{Column: "limit_after", Effect: audit.T("what increases came to is not known", "无法得知提额后的额度")},
					{Column: "promised_amount", Effect: audit.T("any increase keeps a promise, and shortfalls have no amount", "任何提额都视为兑现承诺，差额没有金额")},
					{Column: "promise_due", Effect: audit.T("promises are judged only where the policies say how often increases come", "只有政策载明提额周期的承诺才能判断")},
					{Column: "promise_id", Effect: audit.T("increases are attributed to promises by account and time", "只能按账户和时间将提额对应到承诺")},
					{Column: "promise_condition"}, {Column: "product"}, {Column: "temporary_until"}, {Column: "trigger"},
					{Column: "result"}, {Column: "score"}, {Column: "model_version"}, {Column: "policy_version"},
					{Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "reason"},
					{Column: "error_code", Effect: audit.T("attempts that failed for technical reasons can't be told from others", "无法区分因技术原因失败的提额")},
					{Column: "latency_ms"}, {Column: "notice_at"}, {Column: "currency"},
				},
			},
			{Table: "repayments", IfPresent: true, Timeline: true, Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"}},
			{Table: "decisions", IfPresent: true, Timeline: true, Groups: true, Required: []string{"decision_id", "customer_id", "decided_at"}},
			{Table: "features", IfPresent: true, Timeline: true, Required: []string{"customer_id", "as_of"}, Features: true},
		},
		Lookups: []audit.TableNeed{
			{Table: "incidents", Required: []string{"incident_id", "starts_at", "ends_at"}, Optional: []audit.Want{{Column: "services"}, {Column: "error_codes"}}},
			{Table: "experiments", Required: []string{"experiment_id", "arm", "starts_at", "ends_at"}, Optional: []audit.Want{{Column: "limit_override"}, {Column: "approved_by", Effect: audit.T("whether experiments were approved is not judged", "不判断试验是否经批准")}}},
		},
	},
	Settings: func() any {
		return &VanishedSettings{
			Grace: 1, Increments: 7, Spacing: 2, Gap: 3, DropDays: 30, Reversal: 10, Skew: 5, Base: 14, Timeout: 10_000, KeptGap: 0.05,
			Regime: []string{"cn", "us", "uk"},
		}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newVanished(env) },
	Letter:   vanishedLetter,
	Conclude: vanishedConclude,
}

// VanishedSettings are the parameters of vanishedincrement.
type VanishedSettings struct {
	Grace      int      `yaml:"grace_business_days" doc:"business days after promise_due in which the increase may still come, where the policy does not say; default 1"`
	Increments int      `yaml:"cadence_increments" doc:"so many increases of an account make a cadence; default 7"`
	Spacing    int      `yaml:"cadence_days" doc:"days from one to the next, at most; default 2"`
	Gap        int      `yaml:"cadence_gap" doc:"a cadence has stopped after so many times its spacing; default 3"`
	DropDays   int      `yaml:"drop_days" doc:"a decrease within so many days of a promise is looked into; default 30"`
	Reversal   int      `yaml:"reversal_minutes" doc:"a change taken back within so many minutes is no change; default 10"`
	Skew       int      `yaml:"skew_seconds" doc:"two writes of the same limit_before within so many seconds collide; default 5"`
	Base       int      `yaml:"base_days" doc:"first days with promises due that later ones are held against (R1.7); default 14"`
	Timeout    int      `yaml:"timeout_ms" doc:"an increase that took at least so long and changed nothing timed out; default 10000"`
	KeptGap    float64  `yaml:"kept_gap" doc:"warn when a group's promises are kept less often than the reference group's by this much; default 0.05"`
	Regime     []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, uk; default all"`
}

func (s *VanishedSettings) validate() error {
	for _, x := range []struct {
		name         string
		value, least int
	}{
		{"grace_business_days", s.Grace, 0}, {"cadence_increments", s.Increments, 3}, {"cadence_days", s.Spacing, 1}, {"cadence_gap", s.Gap, 2},
		{"drop_days", s.DropDays, 0}, {"reversal_minutes", s.Reversal, 0}, {"skew_seconds", s.Skew, 0}, {"base_days", s.Base, 2}, {"timeout_ms", s.Timeout, 1},
	} {
		if x.value < x.least || x.value > 1_000_000 {
			return fmt.Errorf("checks: %s: %s %d must be between %d and 1000000", vanishedName, x.name, x.value, x.least)
		}
	}
	if !(s.KeptGap > 0 && s.KeptGap <= 1) {
		return fmt.Errorf("checks: %s: kept_gap %v must be above 0 and at most 1", vanishedName, s.KeptGap)
	}
	return validRegime(vanishedName, s.Regime)
}

const vanishedDoc = `Promised increases that did not come

Judges promises of increases (limits events of kind promise), increases that
came by habit and stopped, and decreases soon after a promise.

	R1.1  a promise is unmet: the limit rose by less than promised from the day of the promise to promise_due and grace
	R1.2  a cadence stopped: at least 7 increases with a spacing of at most 2 days, then none for 3 times the spacing
	R1.3  a decrease within 30 days of a promise, with no new adverse feature
	R1.5  the ledger breaks inside a promise's window (see the check ledger)
	R1.6  the increase of a promise is on record and left no trace: a lost update
	R1.7  the daily ratio of applied to promised amounts, and where it changes

A promise is judged on the net change of the limit in its window, by
promise_id, else by account; the presence of an increase event is not enough.
Increases and their reversal within 10 minutes cancel out. Grace is the
policy's promise_grace_days, else 1 business day. An "up to" promise is kept by
any increase. A promise whose window is open as of the plan's as_of is NOT_YET.

The verdict on an unmet promise is the first of these that the evidence
decides. Conditions are those in force when it was promised (promise_condition,
else the policy's when), replayed as of the due date.

	TECHNICAL_ERROR, INCIDENT  an attempt failed with a technical error_code or timed out: TECHNICAL
	LOST_UPDATE                the increase is on record, the ledger shows no change: UNJUSTIFIED
	EXPERIMENT                 the arm of a declared experiment, inside its window: JUSTIFIED
	EXPERIMENT_OVERRUN         outside of its window, or not approved: UNJUSTIFIED
	POLICY_DECLARED            a later version in force on the due date ends it: JUSTIFIED
	CONDITION_UNMET            the conditions did not hold: JUSTIFIED
	PRODUCT_CAP, REG_CAP       the limit is at its cap: JUSTIFIED
	CAMPAIGN_END               the campaign's declared end is past: JUSTIFIED
	UNEXPLAINED                nothing of this kind: UNJUSTIFIED

Without policies, or where a condition can't be evaluated, the substance is
INDETERMINATE (grade E3). An unmet promise is MISLEADING unless the customer
was told, or the promise as worded carried its conditions (condition_stated).
A cadence that stops is grade E3: INDETERMINATE. It ends quietly at a declared
campaign end, at a cap, or once the account is frozen, closed or told. A
decrease is UNJUSTIFIED only where the policy says how limits are lowered and
its replay does not lower this one.

	promise_kept_rate             promises kept, of those due; Wilson interval
	promise_kept_rate_difference  by group against the reference; Newcombe interval, Fisher test
	promise_unmet_rate            by cause, of those due
	promise_applied_ratio         amount applied of the amount promised, by policy version, arm and hour
	promise_shortfall             minor units not applied, of promises due
	promise_kept_rate_change      difference from the day at which a CUSUM over the daily rate alarms, against the first 14 days with promises
	attempt_failure_load_odds     odds of an unmet promise in the top decile of latency_ms against the rest; Mantel-Haenszel over days
	cadence_stop_rate             accounts whose cadence stopped without a word

Source: article 001 of the patterns this audit answers. A finding is evidence
for a clause, not a judgment under it.`
