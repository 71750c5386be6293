package denial

import (
	"fmt"

	"evenhand/audit"
	law "evenhand/audit/clauses"
)

const repaidName = "repaidthendenied"

// RepaidThenDenied judges denials of customers who repaid in full before.
var RepaidThenDenied = &audit.Check{
	Name:     repaidName,
	Title:    audit.T("Repaid in full, then denied", "结清后再借被拒"),
	Doc:      repaidDoc,
	DocZh:    repaidDocZh,
	Words:    repaidWords,
	Evidence: audit.Evidence(repaidEvidence),
	Article:  "004",
	Chapter:  "denials",
	Clauses:  law.IDs(law.PIPL24, law.GDPR22, law.CCD18, law.RegBNotice),
	Needs: audit.Needs{
		Replay: true,
		Tables: []audit.TableNeed{
			{
				Table: "decisions", Timeline: true, Features: true,
				Required: []string{"decision_id", "application_id", "customer_id", "product", "decided_at", "outcome"},
				Optional: []audit.Want{
					{Column: "account_id"}, {Column: "application_type"}, {Column: "requested_amount"}, {Column: "approved_limit"},
					{Column: "decider"}, {Column: "override_reason"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "score"},
					{Column: "reasons"}, {Column: "disclosure_exemption"}, {Column: "is_test"},
					{Column: "engine_status"}, {Column: "error_code", Effect: audit.T("technical errors recorded as denials are not told apart", "无法识别被记录为拒绝的技术错误")},
					{Column: "latency_ms"}, {Column: "experiment_id"}, {Column: "experiment_arm"},
				},
			},
			{Table: "repayments", Timeline: true, Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"},
				Optional: []audit.Want{{Column: "paid_at"}, {Column: "product"}, {Column: "decision_id"},
					{Column: "posted_at", Effect: audit.T("how late payments were posted is not known: paid_at stands for it", "无法得知入账时间：以还款时间代替")}}},
			{Table: "features", IfPresent: true, Timeline: true, Required: []string{"customer_id", "as_of"}, Features: true},
		},
	},
	Settings: func() any {
		return &RepaidSettings{Days: 90, Larger: 1.5, ModelMonths: 18, Odds: 0.8, Band: 20, Regime: []string{"cn", "us", "eu"}}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newRepaid(env) },
	Letter:   repaidLetter,
	Conclude: repaidConclude,
}

// RepaidSettings are the parameters of repaidthendenied.
type RepaidSettings struct {
	Days        int      `yaml:"days" doc:"a denial so many days after the payoff, or fewer, is looked into; default 90"`
	Larger      float64  `yaml:"larger" doc:"an application for more than so many times the amount approved before is another question; default 1.5"`
	ModelMonths int      `yaml:"model_months" doc:"a model in service for more months is stale (R4.4); default 18"`
	Odds        float64  `yaml:"payoff_odds" doc:"warn when the odds of approval after a payoff, at equal score and policy, are below so many times those of others (R4.5); default 0.8"`
	Band        float64  `yaml:"score_band" doc:"width of the score bands that R4.5 compares within; default 20"`
	Regime      []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, eu; default all"`
}

func (s *RepaidSettings) validate() error {
	wrong := func(name string, value any) error {
		return fmt.Errorf("checks: %s: %s %v is out of range", repaidName, name, value)
	}
	switch {
	case s.Days < 1 || s.Days > 3650:
		return wrong("days", s.Days)
	case !(s.Larger >= 1):
		return wrong("larger", s.Larger)
	case s.ModelMonths < 1 || s.ModelMonths > 600:
		return wrong("model_months", s.ModelMonths)
	case !(s.Odds > 0 && s.Odds <= 1):
		return wrong("payoff_odds", s.Odds)
	case !(s.Band > 0):
		return wrong("score_band", s.Band)
	}
	for _, r := range s.Regime {
		if _, ok := clauses[r]; !ok {
			return fmt.Errorf("checks: %s: regime %q is unknown; use cn, us or eu", repaidName, r)
		}
	}
	return nil
}

const repaidDoc = `Repaid in full, then denied

Looks at denials of customers who settled every instalment of a product's
loans, on time, and apply again within 90 days for the same product and no
much larger amount, after an earlier approval. Payoffs and arrears are derived
from repayments (and payments, where exported), never read from a column.

	R4.1  stale posting: the snapshot still shows what the payoff settled, and the replay with corrected features approves
	R4.2  what changed since the last approval: exact Shapley shares of features, model and policy, by replay of all eight mixtures
	R4.3  behaviour misread: spending features alone turn the approval into a denial although repayment is clean: a watch on the rule
	R4.4  stale model: in service for more than 18 months
	R4.5  payoff penalty: lower odds of approval after a payoff than others have at equal score and policy
	R4.6  a technical error recorded as a denial (see the check technicaldenial)
	R4.7  tightened appetite: the earlier version of the policy approves, the declared one in force does not

The verdict on a denial is the first of these that holds: row-level technical
proof is TECHNICAL; a replay that approves is UNJUSTIFIED, with the causes of
the check unexplaineddenial; a corrected replay that approves is UNJUSTIFIED,
DATA_STALE; what a person decided otherwise is INDETERMINATE; a replay that
denies is JUSTIFIED, with its shares. Without policies or without an earlier
snapshot the sequence is listed and nothing is called unjustified.

A feature is corrected when it was available before the payoff was posted
(<feature>__available_at) or equals what the customer's history here said
before the posting, and the history says otherwise now: by the fact that the
dictionary names for it, or by a later row of the table features. The grade is E1
where the export says when features were available, else E2.

A share is "primary" when it holds at least half of the sum of absolute shares;
else the cause is MIXED. FEATURES is named by the family of the features that
lost most points, or of the rule that denied.

	repaid_denied                 denials looked into
	repaid_denial_rate            of the applications after a payoff; Wilson interval
	posting_lag_p50, _p99         hours from payment to posting, exact
	payoff_approval_odds_ratio    odds of approval after a payoff against others, over score band, policy and replayed outcome; Mantel-Haenszel

Source: article 004 of the patterns this audit answers. A finding is evidence
for a clause, not a judgment under it.`
