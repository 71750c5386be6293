package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const stalledName = "stalledlimit"

// StalledLimit judges whether the limits of customers who pay on time stand
// still for a reason.
var StalledLimit = &audit.Check{
	Name:     stalledName,
	Title:    audit.T("Limits that stand still though every payment came on time", "按时还款但额度长期未提高"),
	Doc:      stalledDoc,
	DocZh:    stalledDocZh,
	Words:    stalledMetrics,
	Evidence: audit.Evidence(stalledEvidence),
	Article:  "002",
	Chapter:  "limits",
	Clauses:  clauses.IDs(clauses.InternetLoansCap, clauses.PIPL24, clauses.ConsumerDuty, clauses.CONC, clauses.RegBAdverse),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{
			{Table: "limits", Timeline: true, Features: true,
				Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
				Optional: []audit.Want{
					{Column: "limit_before"},
					{Column: "limit_after", Effect: audit.T("limits are not on record: none is compared", "没有额度记录：无法比较额度")},
					{Column: "product"}, {Column: "outstanding"}, {Column: "granted_amount"}, {Column: "loan_id"},
					{Column: "promise_id"}, {Column: "promise_due"}, {Column: "temporary_until"}, {Column: "trigger"},
					{Column: "result"}, {Column: "reason"}, {Column: "error_code"}, {Column: "score"}, {Column: "currency"},
					{Column: "model_version"}, {Column: "policy_version"}, {Column: "experiment_id"}, {Column: "experiment_arm"},
				}},
			{Table: "repayments", Timeline: true,
				Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"},
				Optional: []audit.Want{
					{Column: "paid_at", Effect: audit.T("no payment is on record: nobody counts as punctual", "没有还款记录：没有客户计为按时还款")},
					{Column: "account_id"}, {Column: "paid_amount"}, {Column: "posted_at"}, {Column: "payoff"},
				}},
			{Table: "decisions", Timeline: true, IfPresent: true, Required: []string{"customer_id"}, Groups: true},
			{Table: "features", Timeline: true, IfPresent: true, Required: []string{"customer_id", "as_of"}, Features: true},
		},
		Lookups: []audit.TableNeed{{
			Table: "experiments", Required: []string{"experiment_id"},
			Optional: []audit.Want{{Column: "arm"}, {Column: "starts_at"}, {Column: "ends_at"}, {Column: "limit_override"}, {Column: "approved_by", Effect: audit.T("whether experiments were approved is not judged", "不判断试验是否经批准")}},
		}},
		Replay: true,
	},
	Settings: func() any {
		return &StalledSettings{
			Months: 6, Instalments: 6, StallDays: 180, Cycles: 2, ActiveDays: 183, CycleDays: 180, ApplyDays: 7, Overdue: 1.5,
			LeastStep: 100, StepShare: .01, GapShare: .05, PeerShare: .05, Peers: 30, Distances: true,
			OptOut:    []string{"opt_out", "opted_out", "customer_opt_out", "no_consent", "consent_withdrawn"},
			Inactive:  []string{"inactive", "dormant"},
			Hardship:  []string{"hardship", "forbearance", "relief"},
			LateGrace: 0, PanelMonths: 12, PanelUse: .5,
		}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newStalledState(env) },
	Letter:   stalledLetter,
	Conclude: stalledConclude,
}

// StalledSettings are the parameters of stalledlimit.
type StalledSettings struct {
	Months      int     `yaml:"months" doc:"months on book from which an account belongs to the cohort; default 6"`
	Instalments int     `yaml:"instalments" doc:"so many instalments in a row must have fallen due and been paid on time; default 6"`
	StallDays   int     `yaml:"stall_days" doc:"a limit stands still when it has not risen for so many days; default 180"`
	Cycles      int     `yaml:"cycles" doc:"… or over so many evaluations; default 2"`
	ActiveDays  int     `yaml:"active_days" doc:"an account is active with a balance, a draw or an instalment within so many days; default 183"`
	CycleDays   int     `yaml:"cycle_days" doc:"days from one evaluation to the next, where no policy says; default 180"`
	ApplyDays   int     `yaml:"apply_days" doc:"days after an evaluation in which a rise that it decided may still come; default 7"`
	Overdue     float64 `yaml:"overdue" doc:"an evaluation is overdue after so many cycles; default 1.5"`

	LeastStep float64 `yaml:"min_step" doc:"a smaller rise is none: an amount in units such as yuan; default 100"`
	StepShare float64 `yaml:"min_step_share" doc:"… or this share of the limit, if that is more; default 0.01"`
	GapShare  float64 `yaml:"material_gap" doc:"a limit is short when it lacks at least this share of itself, and at least the least rise; default 0.05"`

	PeerShare float64 `yaml:"peer_share" doc:"without policies: watch the waits that this share of peers exceeds; default 0.05"`
	Peers     int     `yaml:"peers" doc:"… when at least so many peers saw their limit rise; default 30"`
	Distances bool    `yaml:"distances" doc:"find the next step of each feature that the customer can change, by replay; default true"`

	OptOut   []string `yaml:"opt_out" doc:"codes in result or reason by which a customer wants no increase, whatever their case and separators"`
	Inactive []string `yaml:"inactive" doc:"codes in result or reason by which an evaluation found the account inactive"`
	Hardship []string `yaml:"hardship" doc:"codes in result or reason of accounts on a hardship plan"`

	LateGrace   int     `yaml:"late_grace_days" doc:"calendar days after the due date that the instalment metrics allow; default 0"`
	Panel       bool    `yaml:"panel" doc:"the limits are a panel, one row an account and month, and no events: only the panel metrics are made"`
	PanelMonths int     `yaml:"panel_months" doc:"in a panel, a limit stands still when it is unchanged over so many months; default 12"`
	PanelDPD    string  `yaml:"panel_dpd" doc:"in a panel, the feature that holds the days past due: an account is clean when it never exceeds 0"`
	PanelUse    float64 `yaml:"panel_utilisation" doc:"in a panel, an account is used when the mean of outstanding / limit is at least this; default 0.5"`
}

func (s *StalledSettings) validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+stalledName+": "+format, args...)
	}
	for _, x := range []struct {
		name  string
		value int
		least int
	}{
		{"months", s.Months, 0}, {"instalments", s.Instalments, 1}, {"stall_days", s.StallDays, 1}, {"cycles", s.Cycles, 1},
		{"active_days", s.ActiveDays, 1}, {"cycle_days", s.CycleDays, 1}, {"apply_days", s.ApplyDays, 0}, {"peers", s.Peers, 2},
		{"late_grace_days", s.LateGrace, 0}, {"panel_months", s.PanelMonths, 1},
	} {
		if x.value < x.least || x.value > 36500 {
			return wrong("%s %d must be between %d and 36500", x.name, x.value, x.least)
		}
	}
	for _, x := range []struct {
		name  string
		value float64
	}{{"min_step_share", s.StepShare}, {"material_gap", s.GapShare}, {"peer_share", s.PeerShare}, {"panel_utilisation", s.PanelUse}} {
		if !(x.value >= 0 && x.value <= 1) {
			return wrong("%s %v must be between 0 and 1", x.name, x.value)
		}
	}
	if !(s.Overdue >= 1 && s.Overdue <= 100) {
		return wrong("overdue %v must be between 1 and 100", s.Overdue)
	}
	if !(s.LeastStep >= 0 && s.LeastStep <= 1e9) {
		return wrong("min_step %v must be between 0 and 1000000000", s.LeastStep)
	}
	return nil
}
