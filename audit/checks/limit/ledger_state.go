package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/cause"
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
	cases  caseList

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

// needsNotice reports whether a decrease is one that the customer must be told
// of, and counts those that are not.
func (s *books) needsNotice(a *account, i int) bool {
	l, w := &s.ledger, &a.writes[i]
	switch {
	case w.state == temporary:
		s.n[lTemporary]++
	case l.trigger.text(a.batch, w.row) == "customer":
		s.n[lCustomer]++
	case w.state == reversed:
		s.n[lReversed]++
	case i > 0 && l.transferred(a, a.writes[i-1].row, w.row):
		s.n[lTransfer]++
	default:
		return w.state != lost && w.state != idle
	}
	return false
}

// lead is by how many days the notice of a decrease must come before it.
func (s *books) lead(a *account, w *write) int64 {
	if r := s.env.Policies; r != nil {
		product := s.ledger.product.text(a.batch, w.row)
		p := r.Pick(s.ledger.policy.text(a.batch, w.row), product, w.at)
		if p < 0 {
			p = r.Pick("", product, w.at)
		}
		if p >= 0 && r.Policies[p].Terms.DecreaseLead > 0 {
			return int64(r.Policies[p].Terms.DecreaseLead)
		}
	}
	return int64(s.settings.Lead)
}

// silent judges the notice of a decrease (R1.4), and makes it a case when it
// was missing or late.
func (s *books) silent(a *account, i int) bool {
	l, w := &s.ledger, &a.writes[i]
	notice, lead := l.notice.int(a.batch, w.row), s.lead(a, w)
	due := s.calendar.Day(w.at) - lead
	if notice != none && s.calendar.Day(notice) <= due {
		return false
	}
	k := s.start(a, w.row)
	k.Rules, k.Cause, k.Disclosure = []string{"R1.4"}, noNotice, audit.Absent
	if notice != none {
		k.Cause, k.Disclosure = lateNotice, audit.Late
	}
	s.amounts(k, w)
	add(k, "trigger", l.trigger.text(a.batch, w.row))
	add(k, "reason", l.reason.text(a.batch, w.row))
	add(k, "notice_due", audit.DateText(due))
	if notice != none {
		add(k, "notice", audit.DateText(s.calendar.Day(notice)))
		add(k, "days_late", fmt.Sprint(s.calendar.Day(notice)-due))
		k.Days = s.calendar.Day(notice) - due
	} else {
		k.Days = max(s.calendar.Day(s.asOf)-due, 0)
		k.Remedy = "tell"
	}
	if w.delta < 0 {
		k.Amount = -w.delta
	}
	s.keep(a, k, w.at)
	return true
}

// broken makes a break of the ledger a case (R1.5).
func (s *books) broken(a *account, i int) {
	w := &a.writes[i]
	k := s.start(a, w.row)
	k.Rules, k.Cause, k.Remedy = []string{"R1.5"}, cause.Unexplained, "human_review"
	s.amounts(k, w)
	add(k, "limit_expected", money(w.before-w.gap, s.scale))
	add(k, "gap", money(w.gap, s.scale))
	k.Amount = max(w.gap, -w.gap)
	s.keep(a, k, w.at)
}

// vanished makes a lost update a case (R1.6).
func (s *books) vanished(a *account, i int) {
	w := &a.writes[i]
	k := s.start(a, w.row)
	k.Rules, k.Cause, k.Remedy, k.Disclosure = []string{"R1.6"}, cause.LostUpdate, "human_review", audit.NotAssessed
	s.amounts(k, w)
	add(k, "promise_id", string(s.ledger.promise.id(a.batch, w.row)))
	switch {
	case w.state == idle:
		add(k, "lost", "the event itself changes nothing")
	case w.partner >= 0:
		s.n[lCollided]++
		k.Rules = []string{"R1.5", "R1.6"}
		add(k, "lost", "overwritten by another write of the same limit_before")
		add(k, "other_write", string(s.ledger.id.id(a.batch, a.writes[w.partner].row)))
	default:
		add(k, "lost", "the ledger goes on from the limit before it")
	}
	if w.before != none && w.after != none {
		k.Amount = max(w.after-w.before, 0)
	}
	k.Days = max(s.calendar.Day(s.asOf)-s.calendar.Day(w.at), 0)
	s.keep(a, k, w.at)
}

func (s *books) start(a *account, row int) *kept {
	k := startCase(&s.ledger, a, row, s.customer)
	k.Grade = audit.E1
	return k
}

func add(k *kept, name, value string) {
	if value != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
	}
}

func (s *books) amounts(k *kept, w *write) {
	add(k, "limit_before", money(w.before, s.scale))
	add(k, "limit_after", money(w.after, s.scale))
}

// around is how far before and after it a case's evidence timeline reaches.
const around = 30 * day

func (s *books) keep(a *account, k *kept, at int64) {
	k.Causes = []audit.Supported{{Code: k.Cause, Grade: k.Grade}}
	k.Events = eventsOf(&s.ledger, a, at-around, at+around, s.scale, func(_ int, kind string) bool { return writes(kind) })
	s.cases.add(k)
}

// Merge adds what o has seen.
func (s *books) Merge(other audit.State) {
	o := other.(*books)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.counts.Merge(&o.counts)
	s.cases.merge(&o.cases)
}

// MarshalBinary encodes the state.
func (s *books) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.counts.Encode(&e)
	s.cases.encode(&e)
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
	t.cases.decode(d, func(k *kept) bool { return len(k.notes) == 0 })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
