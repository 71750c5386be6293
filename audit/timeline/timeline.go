// Package timeline derives what a customer's rows say taken together: loans
// with their days past due, the ledger of each limit, and facts of the history
// as of any moment.
//
// A Reader reads one audit.Timeline into a History: loans from the rows of
// repayments and payments (loans.go, settle.go), accounts from those of limits
// (accounts.go). Facts (facts.go) are what a policy may ask of it, always as
// of a moment: only what the lender knew by then. Account.Changes is what
// facts need of a ledger: the limit at a moment, and when it rose or fell. The
// limit checks have a ledger of their own, to judge what became of each write.
package timeline

import (
	"math"

	"evenhand/audit"
	"evenhand/features"
)

// Crowd is the most rows that one customer can have. What has more is an id
// that stands for many, such as 0 or "unknown": all its facts are missing, and
// its loans are not looked up among its decisions.
const Crowd = 50_000

// NoTime stands for an instant that is not there.
const NoTime = math.MinInt64

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
			Optional: optional("product", "limit_before", "limit_after", "outstanding", "holds", "temporary_until", "granted_amount", "loan_id", "result", "error_code")},
	}
}

// History is what one customer's rows say. It is overwritten by the next Read.
type History struct {
	Loans    []Loan    // by loan_id
	Accounts []Account // by account_id
	// Mismatches are what payments and repayments say differently, where both
	// are there, in the order of Loans.
	Mismatches []Mismatch

	r      *Reader
	t      *audit.Timeline
	due    []ref // instalments of all loans by due date, once somebody asks
	sorted bool  // due is built
	crowd  bool  // no one person: see Crowd
	firsts
}

// Account returns the account called id, or nil.
func (h *History) Account(id []byte) *Account {
	for i := range h.Accounts {
		if string(h.Accounts[i].ID) == string(id) {
			return &h.Accounts[i]
		}
	}
	return nil
}

// Loan returns the loan called id, or nil.
func (h *History) Loan(id []byte) *Loan {
	for i := range h.Loans {
		if string(h.Loans[i].ID) == string(id) {
			return &h.Loans[i]
		}
	}
	return nil
}

// Reader derives histories. It belongs to one worker, or to one state.
type Reader struct {
	calendar *audit.Calendar
	asOf     int64 // instant
	asOfDay  int64
	scale    float64 // minor units in a unit of money
	grace    graces

	rep repaymentCols
	pay paymentCols
	lim limitCols
	dec decisionCols
	at  map[string]int // column of each table's own moment

	kinds, payKinds, errors codes
	outcomes, types, draws  codes

	h      History
	insts  []Instalment // memory of the loans' instalments
	steps  []step       // … and of what was known when
	lists  []payment    // payments of the loans that need them again
	alloc  allocation
	change []Change // memory of the accounts' changes
	ledger ledger
	cols   limits   // of the timeline being read
	want   []factID // of the facts asked for last
	asked  []string
	now    moment
}

// NewReader returns a reader of timelines laid out as env says. Columns that
// the export doesn't have may be absent from the layouts.
func NewReader(env *audit.Env) *Reader {
	r := &Reader{calendar: env.Plan.Calendar(), asOf: env.Plan.AsOfMicros(), at: map[string]int{}}
	r.asOfDay = r.calendar.Day(r.asOf)
	r.scale = float64(env.Plan.MoneyScale())
	r.grace = newGraces(env)
	d, p, y, l := env.Layouts["decisions"], env.Layouts["repayments"], env.Layouts["payments"], env.Layouts["limits"]
	r.rep = newRepaymentCols(p)
	r.pay = newPaymentCols(y)
	r.lim = newLimitCols(l)
	r.dec = newDecisionCols(d)
	r.at["decisions"], r.at["limits"] = d.Index("decided_at"), l.Index("at")
	r.at["features"] = env.Layouts["features"].Index("as_of")
	r.kinds.of, r.payKinds.of, r.errors.of = limitKind, paymentKind, isError
	r.outcomes.of, r.types.of, r.draws.of = outcomeKind, applicationKind, drawResult
	r.h.r = r
	return r
}

// Read derives the history of a customer.
func (r *Reader) Read(t *audit.Timeline) *History {
	h := &r.h
	h.t, h.sorted = t, false
	h.Loans, h.Accounts, h.Mismatches = h.Loans[:0], h.Accounts[:0], h.Mismatches[:0]
	h.firsts.known, h.firsts.of = false, nil
	h.crowd = t.Decisions.Len()+t.Repayments.Len()+t.Payments.Len()+t.Limits.Len() > Crowd
	r.loans()
	r.accounts()
	return h
}

// codes sorts the values of one Text column into a few classes, looking each
// value of a dictionary up once.
type codes struct {
	of    func(string) uint8
	dict  *features.Dict
	class []uint8 // of code c at c+1; null comes first and is class 0
}

// classes returns the classes of v's codes: that of code c at index c+1.
func (k *codes) classes(v *features.Vector) []uint8 {
	if k.dict != v.Dict || len(k.class) == 0 {
		k.dict, k.class = v.Dict, append(k.class[:0], 0)
	}
	if v.Dict != nil {
		for c := len(k.class) - 1; c < v.Dict.Len(); c++ {
			k.class = append(k.class, k.of(v.Dict.Value(int32(c))))
		}
	}
	return k.class
}

// column returns a column of rows, nil when the export or the layout has none.
func column(rows *audit.Rows, i int) *features.Vector {
	if i < 0 || rows.Batch == nil || i >= len(rows.Batch.Cols) || !rows.Batch.Cols[i].Present {
		return nil
	}
	return &rows.Batch.Cols[i]
}

// opaque returns the bytes of a row, nil when null or without the column.
func opaque(v *features.Vector, i int) []byte {
	if v == nil {
		return nil
	}
	return v.Opaque(i)
}

// instant returns the instant of a row, NoTime when null or without the column.
func instant(v *features.Vector, i int) int64 {
	if v == nil || v.IsNull(i) {
		return NoTime
	}
	return v.Ints[i]
}

// number returns the integer or amount of a row, and whether there is one.
func number(v *features.Vector, i int) (int64, bool) {
	if v == nil || v.IsNull(i) {
		return 0, false
	}
	return v.Ints[i], true
}
