package limit

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
)

// Causes of ledger's own.
const (
	noNotice       = "NO_NOTICE"
	lateNotice     = "LATE_NOTICE"
	recordMismatch = "RECORD_MISMATCH"
)

// What the rows are to ledger. Guards come in the order they apply.
const (
	lOther    = iota // events that change no limit
	lFailed          // increases that failed as recorded
	lUnread          // events without limits
	lUnpaired        // repayments of loans without payments, or in an export without
	lPayment         // payments: read with their loans
	lGuards
	lWrites    = lGuards
	lPairs     = lGuards + 1 // writes with a predecessor
	lBreaks    = lGuards + 2
	lChanges   = lGuards + 3 // increases and decreases
	lLost      = lGuards + 4
	lCollided  = lGuards + 5
	lNeed      = lGuards + 6 // decreases that need a notice
	lSilent    = lGuards + 7
	lTemporary = lGuards + 8 // decreases that need none
	lCustomer  = lGuards + 9
	lReversed  = lGuards + 10
	lTransfer  = lGuards + 11
	lLoans     = lGuards + 12
	lMismatch  = lGuards + 13
	lCounters  = lGuards + 14
)

// books is the state of ledger.
type books struct {
	env      *audit.Env
	settings *LedgerSettings
	asOf     int64
	scale    int64

	rowsIn int64
	n      [lCounters]int64
	counts rows.Counts // by key: see countKey
	cases  cases.List

	// Helpers, no part of the state.
	ledger   ledger
	loans    loanColumns
	calendar *audit.Calendar
	reader   *timeline.Reader
	customer []byte
	noticed  bool // the export has notice_at
	settled  bool // … and payments
}

// loanColumns are the columns of repayments.
type loanColumns struct{ loan, no, account, product, paidAt, paid, due, amount column }

func newLedger(env *audit.Env) (*books, error) {
	s := &books{
		env: env, settings: env.Settings.(*LedgerSettings), asOf: env.Plan.AsOfMicros(), scale: env.Plan.MoneyScale(),
		calendar: env.Plan.Calendar(), reader: timeline.NewReader(env), noticed: has(env, "limits", "notice_at"), settled: env.Layouts["payments"] != nil,
	}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: int64(s.settings.Skew) * second, reversal: int64(s.settings.Reversal) * minute}
	c := func(name string) column { return columnOf(env, "repayments", name) }
	s.loans = loanColumns{c("loan_id"), c("installment_no"), c("account_id"), c("product"), c("paid_at"), c("paid_amount"), c("due_date"), c("due_amount")}
	return s, nil
}

// Customer reads a customer's ledgers.
func (s *books) Customer(t *audit.Timeline) {
	s.customer = t.Customer
	s.rowsIn += int64(t.Limits.Len() + t.Repayments.Len() + t.Payments.Len())
	s.n[lPayment] += int64(t.Payments.Len())
	if t.Limits.Len() > 0 {
		s.ledger.accounts(&t.Limits, s.account)
	}
	if t.Payments.Len() == 0 {
		s.n[lUnpaired] += int64(t.Repayments.Len())
	} else if t.Repayments.Len() > 0 {
		s.payments(t)
	}
}

func (s *books) account(a *account) {
	l := &s.ledger
	s.n[lOther] += int64(a.hi - a.lo - len(a.writes))
	for i := range a.writes {
		w := &a.writes[i]
		period := s.env.Periods.Label(s.env.Periods.Of(w.at))
		count := func(what string) {
			s.counts.AddN(countKey(what, "", ""), 1)
			s.counts.AddN(countKey(what, "period", period), 1)
			if p := l.product.text(a.batch, w.row); p != "" {
				s.counts.AddN(countKey(what, "product", p), 1)
			}
		}
		switch w.state {
		case failed:
			s.n[lFailed]++
			continue
		case unread:
			if w.kind != "decrease" {
				s.n[lUnread]++
				continue
			}
		}
		s.n[lWrites]++
		if w.follows {
			s.n[lPairs]++
			count("pair")
		}
		if w.gap != 0 {
			s.n[lBreaks]++
			count("break")
			s.broken(a, i)
		}
		if w.kind == "increase" || w.kind == "decrease" {
			s.n[lChanges]++
			count("change")
			if w.state == lost || w.state == idle {
				s.n[lLost]++
				count("lost")
				s.vanished(a, i)
			}
		}
		if w.kind == "decrease" && s.noticed && s.needsNotice(a, i) {
			s.n[lNeed]++
			count("need")
			if s.silent(a, i) {
				s.n[lSilent]++
				count("silent")
			}
		}
	}
}

// Merge adds what o has seen.
func (s *books) Merge(other audit.State) {
	o := other.(*books)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.counts.Merge(&o.counts)
	s.cases.Merge(&o.cases)
}

// MarshalBinary encodes the state.
func (s *books) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.counts.Encode(&e)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *books) UnmarshalBinary(data []byte) error {
	t, err := newLedger(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == lCounters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), lCounters)
	}
	for _, n := range t.n {
		if n < 0 {
			d.Fail("a negative count")
		}
	}
	t.counts.Decode(d)
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == 0 })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
