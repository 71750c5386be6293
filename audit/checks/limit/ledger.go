package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const ledgerName = "ledger"

// Ledger holds the record of limits and payments against itself: decreases
// without a notice, breaks, lost updates, and payments that the record of
// repayments does not show.
var Ledger = &audit.Check{
	Name:     ledgerName,
	Title:    audit.T("Limits and payments that their record contradicts", "额度与还款账务自相矛盾"),
	Doc:      ledgerDoc,
	DocZh:    ledgerDocZh,
	Words:    ledgerMetrics,
	Evidence: audit.Evidence(ledgerEvidence),
	IDs:      []string{"promise_id", "other_write", "next_event"},
	Article:  "001",
	Chapter:  "limits",
	Clauses:  clauses.IDs(clauses.ConsumerLaw, clauses.PIPL24, clauses.ConsumerDuty, clauses.RegBAdverse, clauses.RegBNotice),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{
			{
				Table: "limits", IfPresent: true, Timeline: true,
				Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
				Optional: []audit.Want{
					{Column: "limit_before", Effect: audit.T("breaks and lost updates are not seen (R1.5, R1.6)", "无法识别账务断裂和更新丢失（R1.5、R1.6）")},
					{Column: "limit_after", Effect: audit.T("breaks and lost updates are not seen (R1.5, R1.6)", "无法识别账务断裂和更新丢失（R1.5、R1.6）")},
					{Column: "notice_at", Effect: audit.T("whether decreases were told is not judged (R1.4)", "不判断下调是否告知（R1.4）")},
					{Column: "product"}, {Column: "temporary_until"}, {Column: "trigger"}, {Column: "result"}, {Column: "model_version"},
					{Column: "policy_version"}, {Column: "promise_id"}, {Column: "reason"}, {Column: "error_code"}, {Column: "latency_ms"}, {Column: "currency"},
				},
			},
			{
				Table: "repayments", IfPresent: true, Timeline: true,
				Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"},
				Optional: []audit.Want{{Column: "account_id"}, {Column: "product"}, {Column: "paid_at"}, {Column: "paid_amount"}},
			},
			{Table: "payments", IfPresent: true, Timeline: true, Required: []string{"payment_id", "loan_id", "paid_at", "amount"}},
		},
	},
	Settings: func() any {
		return &LedgerSettings{Reversal: 10, Skew: 5, Regime: []string{"cn", "us", "uk"}}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newLedger(env) },
	Letter:   ledgerLetter,
	Conclude: ledgerConclude,
}

// LedgerSettings are the parameters of ledger.
type LedgerSettings struct {
	Lead     int      `yaml:"notice_lead_days" doc:"days by which the notice of a decrease must come before it, where the policy does not say; default 0: on the day"`
	Reversal int      `yaml:"reversal_minutes" doc:"a change taken back within so many minutes is no change; default 10"`
	Skew     int      `yaml:"skew_seconds" doc:"two writes of the same limit_before within so many seconds collide; default 5"`
	Regime   []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, uk; default all"`
}

func (s *LedgerSettings) validate() error {
	for _, x := range []struct {
		name  string
		value int
	}{{"notice_lead_days", s.Lead}, {"reversal_minutes", s.Reversal}, {"skew_seconds", s.Skew}} {
		if x.value < 0 || x.value > 1_000_000 {
			return fmt.Errorf("checks: %s: %s %d must be between 0 and 1000000", ledgerName, x.name, x.value)
		}
	}
	return validRegime(ledgerName, s.Regime)
}

const ledgerDoc = `Limits and payments that their record contradicts

Reads the events that change a limit (grant, increase, decrease, expire) as a
ledger, account by account, and the payments against the record of repayments.

	R1.4  silent decrease: no notice (ABSENT), or one after the day it was due (LATE)
	R1.5  ledger break: limit_before is not what the event before arrived at
	R1.5  a payment that the record of repayments does not show, or the other way round
	R1.6  lost update: an increase or decrease that left the limit as it was

The notice of a decrease is due decrease_notice_days of the policy before the
decrease, else notice_lead_days (0: on the day). No decrease in this sense are
the end of a temporary limit, what the customer asked for (trigger customer),
a change taken back within 10 minutes, and a change of currency or product.

An update is lost when the next event, or a reading of the ledger an hour later
or more, starts from the limit before it; or when limit_before and limit_after
are equal and no error is recorded. Two writes that start from the same limit
within 5 seconds of each other collide: the first is lost. A lost update is not
counted as a break besides. An increase with an error_code and no change failed
as recorded, and is none. Events of the same instant are read in the order in
which they follow from each other, if there is one.

Payments, where exported, are allocated to instalments (first in, first out,
unless they name one); an instalment whose record says otherwise is a mismatch:
paid without payments that cover it, covered and recorded as unpaid, another
day of settlement, or another amount. Each loan is one case.

What the ledger shows is exact (grade E1), but which of two contradicting
records is right it does not say: the substance is INDETERMINATE here. Lost
updates of promised increases are judged by vanishedincrement.

	ledger_break_rate      events that don't follow, of those with a predecessor; Wilson interval
	lost_update_rate       increases and decreases that left no trace, of all
	write_collision_rate   lost updates overwritten within skew_seconds, of all
	silent_decrease_rate   decreases without a notice in time, of those that need one
	decrease_guard         decreases that need no notice, by reason
	record_mismatch_rate   loans whose payments and repayments differ, of those with payments

Source: article 001 of the patterns this audit answers. A finding is evidence
for a clause, not a judgment under it.`
