package timeline

import (
	"bytes"
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Loan is one loan: the rows of repayments that share a loan_id.
type Loan struct {
	ID, Account, Decision []byte // point into the timeline
	Lo, Hi                int    // rows in t.Repayments
	// Booked is booked_at, or else when the decision that booked it was made.
	Booked  int64
	PaidOff int64 // when the last instalment was settled; NoTime while one is open
	Posted  int64 // when the lender booked the last payment that settled an instalment; NoTime
	// Instalments are by due date, then number.
	Instalments []Instalment

	product int32  // column code, for the grace period
	broken  bool   // some instalment lacks its due date or amount
	initial step   // before any payment
	steps   []step // what was known when, in time order
	// list are its payments, where money was taken back or where they were
	// booked in another order than paid: what was settled then looked other
	// than it does now.
	list []payment
	r    *Reader
}

// Instalment is one instalment of a loan.
type Instalment struct {
	Row     int   // in t.Repayments; the first where an instalment has several
	No      int64 // installment_no
	Due     int64 // day
	Amount  int64 // due, in minor units
	Paid    int64 // paid, in minor units
	Settled int64 // when it was paid in full, or an early payoff settled it; NoTime: it is open
	Posted  int64 // when the payment that settled it was booked (posted_at, or else paid_at)
	Late    int   // days past due at settlement or as of the export; 0 within the grace period
	Payoff  bool  // settled by an early payoff

	until int64 // last day on time: due date and grace period

	// As of a moment, see Loan.asOf.
	then    int64
	thenOff bool
}

// OnTime reports whether the instalment was settled within the grace period.
func (i *Instalment) OnTime() bool { return i.Settled != NoTime && i.Late == 0 }

type repaymentCols struct {
	loan, no, due, amount, account, product, decision, paid, paidAmount, posted, payoff, booked int
}

func newRepaymentCols(l *audit.Layout) repaymentCols {
	return repaymentCols{
		loan: l.Index("loan_id"), no: l.Index("installment_no"), due: l.Index("due_date"), amount: l.Index("due_amount"),
		account: l.Index("account_id"), product: l.Index("product"), decision: l.Index("decision_id"), paid: l.Index("paid_at"),
		paidAmount: l.Index("paid_amount"), posted: l.Index("posted_at"), payoff: l.Index("payoff"), booked: l.Index("booked_at"),
	}
}

// repayments are the columns of a timeline's repayments.
type repayments struct {
	loan, no, due, amount, account, product, decision, paid, paidAmount, posted, payoff, booked *features.Vector
}

func (c *repaymentCols) of(rows *audit.Rows) repayments {
	return repayments{
		loan: column(rows, c.loan), no: column(rows, c.no), due: column(rows, c.due), amount: column(rows, c.amount),
		account: column(rows, c.account), product: column(rows, c.product), decision: column(rows, c.decision), paid: column(rows, c.paid),
		paidAmount: column(rows, c.paidAmount), posted: column(rows, c.posted), payoff: column(rows, c.payoff), booked: column(rows, c.booked),
	}
}

// loans reads the loans of the timeline.
func (r *Reader) loans() {
	rows := &r.h.t.Repayments
	cols := r.rep.of(rows)
	if rows.Len() == 0 || cols.loan == nil || cols.due == nil || cols.amount == nil {
		return
	}
	// The loans keep slices of these: they must not move.
	r.insts = slices.Grow(r.insts[:0], rows.Len())
	r.steps, r.lists = r.steps[:0], r.lists[:0]
	payments := r.payments()
	for lo := rows.Lo; lo < rows.Hi; {
		id := opaque(cols.loan, lo)
		hi := lo + 1
		for hi < rows.Hi && bytes.Equal(opaque(cols.loan, hi), id) {
			hi++
		}
		if id != nil {
			r.loan(&cols, payments.of(id), id, lo, hi)
		}
		lo = hi
	}
}

// loan reads the loan of rows [lo, hi).
func (r *Reader) loan(cols *repayments, own payments, id []byte, lo, hi int) {
	r.h.Loans = append(r.h.Loans, Loan{ID: id, Lo: lo, Hi: hi, Booked: NoTime, PaidOff: NoTime, Posted: NoTime, product: features.Null, r: r})
	l := &r.h.Loans[len(r.h.Loans)-1]
	first := len(r.insts)
	for i := lo; i < hi; i++ {
		if l.Account == nil {
			l.Account = opaque(cols.account, i)
		}
		if l.Decision == nil {
			l.Decision = opaque(cols.decision, i)
		}
		if l.Booked == NoTime {
			l.Booked = instant(cols.booked, i)
		}
		if cols.product != nil && l.product == features.Null {
			l.product = cols.product.Codes[i]
		}
		due, isDue := number(cols.due, i)
		amount, isAmount := number(cols.amount, i)
		if !isDue || !isAmount {
			l.broken = true
			continue
		}
		no, _ := number(cols.no, i)
		if n := len(r.insts); n > first && r.insts[n-1].No == no && r.insts[n-1].Due == due && r.insts[n-1].Amount == amount {
			continue // a further payment of the same instalment
		}
		r.insts = append(r.insts, Instalment{Row: i, No: no, Due: due, Amount: amount, Settled: NoTime, Posted: NoTime})
	}
	l.Instalments = r.insts[first:len(r.insts):len(r.insts)]
	slices.SortStableFunc(l.Instalments, func(a, b Instalment) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.No, b.No)) })
	if l.Booked == NoTime && l.Decision != nil && !r.h.crowd {
		l.Booked = r.decided(l.Decision)
	}
	r.grace.until(r, l, cols.product)
	r.settle(l, cols, own)
	r.late(l)
	if !own.none() {
		r.compare(l, cols)
	}
}

// late fills what follows from the settlements.
func (r *Reader) late(l *Loan) {
	open := len(l.Instalments) == 0 || l.broken
	for k := range l.Instalments {
		i := &l.Instalments[k]
		last := r.asOfDay
		if i.Settled != NoTime {
			last = r.calendar.Day(i.Settled)
			l.PaidOff, l.Posted = max(l.PaidOff, i.Settled), max(l.Posted, i.Posted)
		} else {
			open = true
		}
		if last > i.until {
			i.Late = int(last - i.Due)
		}
	}
	if open {
		l.PaidOff = NoTime
	}
}

// Broken reports whether an instalment lacks its due date or its amount.
func (l *Loan) Broken() bool { return l.broken }

// step is what was known of a loan from a moment on.
type step struct {
	at   int64 // the lender's booking of a payment
	open int   // the first open instalment; their number when there is none
	owed int64 // left to pay, minor units
}

// known returns what was known of the loan at an instant.
func (l *Loan) known(at int64) step {
	s := l.steps
	lo, hi := 0, len(s)
	for lo < hi {
		if mid := (lo + hi) / 2; s[mid].at <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return l.initial
	}
	return s[lo-1]
}

// DPD returns the days past due of the oldest instalment that was open at an
// instant (µs UTC), by the payments booked until then; 0 within its grace
// period. Days are calendar days from the due date.
func (l *Loan) DPD(at int64) int {
	s := l.known(at)
	if s.open >= len(l.Instalments) {
		return 0
	}
	i := &l.Instalments[s.open]
	if day := l.r.calendar.Day(at); day > i.until {
		return int(day - i.Due)
	}
	return 0
}

// Outstanding returns what was left to pay of the loan's instalments at an
// instant, in minor units, by the payments booked until then; 0 before it was
// booked.
func (l *Loan) Outstanding(at int64) int64 {
	if l.Booked != NoTime && at < l.Booked {
		return 0
	}
	return l.known(at).owed
}

// start is when the loan began, as far as one can tell: without a booking, the
// earliest of its due dates and payments.
func (l *Loan) start() int64 {
	if l.Booked != NoTime || len(l.Instalments) == 0 {
		return l.Booked
	}
	at := l.r.calendar.Start(l.Instalments[0].Due)
	if len(l.steps) > 0 {
		at = min(at, l.steps[0].at)
	}
	return at
}

// asOf sets when each instalment was settled, by the payments that were booked
// until an instant.
func (l *Loan) asOf(at int64) {
	if l.list == nil {
		for k := range l.Instalments {
			i := &l.Instalments[k]
			i.then, i.thenOff = i.Settled, i.Payoff
			if i.Posted > at {
				i.then = NoTime
			}
		}
		return
	}
	a := &l.r.alloc
	a.reset(l)
	for i := range l.list {
		if l.list[i].known <= at {
			a.apply(&l.list[i])
		}
	}
	for k := range l.Instalments {
		i := &l.Instalments[k]
		i.then, i.thenOff = NoTime, a.waived[k]
		if a.left[k] == 0 {
			i.then = a.paid[k]
			if i.then == NoTime {
				i.then = i.Settled
			}
		}
	}
}

// paidOff is when the last instalment was settled, for a loan that was known
// to be paid off at an instant.
func (l *Loan) paidOff(at int64) int64 {
	if l.list == nil {
		return l.PaidOff
	}
	l.asOf(at)
	last := int64(NoTime)
	for k := range l.Instalments {
		last = max(last, l.Instalments[k].then)
	}
	return last
}
