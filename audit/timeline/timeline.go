// Package timeline derives what a customer's rows say taken together: loans
// with their days past due, the ledger of each limit, and facts of the history
// as of any moment.
package timeline

import (
	"evenhand/audit"
	"evenhand/features"
)

// Needs are the columns that histories are derived from, as timelines. The
// driver adds them for every check that needs a timeline.
func Needs() []audit.TableNeed {
	optional := func(names ...string) []audit.Want {
		var out []audit.Want
		for _, n := range names {
			out = append(out, audit.Want{Column: n})
		}
		return out
	}
	return []audit.TableNeed{
		{Table: "decisions", IfPresent: true, Timeline: true,
			Required: []string{"decision_id", "application_id", "product", "decided_at", "outcome"},
			Optional: optional("account_id", "application_type", "is_test")},
		{Table: "repayments", IfPresent: true, Timeline: true,
			Required: []string{"loan_id", "installment_no", "due_date", "due_amount"},
			Optional: optional("account_id", "product", "decision_id", "paid_at", "paid_amount", "posted_at", "payoff", "booked_at")},
		{Table: "payments", IfPresent: true, Timeline: true,
			Required: []string{"payment_id", "loan_id", "paid_at", "amount"},
			Optional: optional("posted_at", "installment_no", "kind")},
		{Table: "limits", IfPresent: true, Timeline: true,
			Required: []string{"event_id", "account_id", "at", "kind"},
			Optional: optional("product", "limit_before", "limit_after", "outstanding", "holds", "temporary_until", "granted_amount", "loan_id")},
	}
}

// Fact is one fact of a customer's history, as of a moment.
type Fact struct {
	Name string // as in history.NAME
	Doc  string // one line: meaning, unit, and when it is missing
}

// Facts are all facts, by name. Expressions of a policy call them history.NAME.
var Facts []Fact

// Reader derives histories. It belongs to one worker, or to one state.
type Reader struct{}

// NewReader returns a reader of timelines laid out as env says.
func NewReader(env *audit.Env) *Reader { return &Reader{} }

// History is what one customer's rows say. It is overwritten by the next Read.
type History struct{}

// Read derives the history of a customer.
func (r *Reader) Read(t *audit.Timeline) *History { return &History{} }

// Fill sets rows [lo, hi) of b, a batch of the table called table that holds
// rows of h's customer, to the facts of the history as of each row's moment
// (at[i-lo], µs UTC; nil: the row's own decided_at or at). cols[i] is the Float
// column of fact facts[i]; missing facts are NaN.
func (r *Reader) Fill(h *History, table string, b *features.Batch, lo, hi int, at []int64, facts []string, cols []int) {
}
