package timeline

import (
	"cmp"
	"slices"
)

// posting is a part of a payment, on one instalment.
type posting struct {
	inst        int   // -1: too much was paid
	money       int64 // paid on it
	cover       int64 // of what was due on it; more than money where a payoff waives the rest
	paid, known int64
	off         int // payoff it belongs to, or -1
}

// allocation spreads payments over the instalments of one loan: to the
// instalment a payment names, else first in, first out by due date. Refunds
// and reversals take the latest postings back.
type allocation struct {
	list  []payment
	stack []posting
	offs  []int64 // money of each payoff

	left        []int64 // to pay, by instalment
	paid, known []int64 // latest posting of each
	open        int     // no instalment before it is open
	owed        int64
	waived      []bool
}

func grown[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

func (a *allocation) reset(l *Loan) {
	n := len(l.Instalments)
	a.left, a.paid, a.known, a.waived = grown(a.left, n), grown(a.paid, n), grown(a.known, n), grown(a.waived, n)
	a.stack, a.offs, a.open, a.owed = a.stack[:0], a.offs[:0], 0, 0
	for k := range l.Instalments {
		a.left[k] = max(l.Instalments[k].Amount, 0)
		a.paid[k], a.known[k] = NoTime, NoTime
		a.owed += a.left[k]
	}
	a.skip()
}

// skip moves open to the first open instalment.
func (a *allocation) skip() {
	for a.open < len(a.left) && a.left[a.open] == 0 {
		a.open++
	}
}

// post puts money on an instalment, of whose due it settles cover.
func (a *allocation) post(k int, money, cover int64, x *payment, off int) {
	a.stack = append(a.stack, posting{inst: k, money: money, cover: cover, paid: x.paid, known: x.known, off: off})
	a.left[k] -= cover
	a.owed -= cover
	if cover > 0 || a.paid[k] == NoTime { // what is too much settles nothing
		a.paid[k], a.known[k] = max(a.paid[k], x.paid), max(a.known[k], x.known)
	}
}

// pay spreads a payment.
func (a *allocation) pay(x *payment) {
	money := x.amount
	if k := x.inst; k >= 0 {
		switch part := min(money, a.left[k]); {
		case x.keeps && x.kind == paysOff:
			a.waived[k] = true
			a.post(k, money, a.left[k], x, -1)
			money = 0
		case x.keeps:
			a.post(k, money, part, x, -1)
			money = 0
		case part > 0:
			a.post(k, part, part, x, -1)
			money -= part
		}
	}
	if x.kind == paysOff && !x.keeps {
		a.payOff(money, x)
	} else {
		money = a.spread(money, x)
		if money > 0 {
			a.stack = append(a.stack, posting{inst: -1, money: money, paid: x.paid, known: x.known, off: -1})
		}
	}
	a.skip()
}

// spread puts money on the oldest open instalments and returns what is left.
func (a *allocation) spread(money int64, x *payment) int64 {
	for k := a.open; k < len(a.left) && money > 0; k++ {
		if part := min(money, a.left[k]); part > 0 {
			a.post(k, part, part, x, -1)
			money -= part
		}
	}
	return money
}

// payOff settles all that is left, whatever the money.
func (a *allocation) payOff(money int64, x *payment) {
	off := len(a.offs)
	a.offs = append(a.offs, money)
	for k := a.open; k < len(a.left); k++ {
		if a.left[k] == 0 {
			continue
		}
		part := min(money, a.left[k])
		a.waived[k] = true
		a.post(k, part, a.left[k], x, off)
		money -= part
	}
	if money > 0 {
		a.stack = append(a.stack, posting{inst: -1, money: money, paid: x.paid, known: x.known, off: -1})
	}
}

// back takes money back: from the instalment that is named, then the latest
// first. A refund of a part of a payoff leaves the loan paid off; a reversal
// of any of it opens the loan again.
func (a *allocation) back(x *payment) {
	money := x.amount
	if x.inst >= 0 {
		for i := len(a.stack) - 1; i >= 0 && money > 0; i-- {
			if a.stack[i].inst == x.inst && a.stack[i].off < 0 {
				money = a.take(i, money, x)
			}
		}
	}
	for i := len(a.stack) - 1; i >= 0 && money > 0; i-- {
		p := &a.stack[i]
		switch {
		case p.off < 0:
			money = a.take(i, money, x)
		case x.kind == refund && money < a.offs[p.off]:
			a.offs[p.off] -= money
			money = 0
		default:
			// The payoff did not happen: what remains of its money was an
			// ordinary payment.
			off, rest := p.off, *p
			kept := max(a.offs[off]-money, 0)
			money = max(money-a.offs[off], 0)
			for ; i >= 0 && a.stack[i].off == off; i-- {
				a.reopen(i, a.stack[i].cover, x)
			}
			i++
			a.stack = a.stack[:i]
			a.skip()
			a.spread(kept, &payment{paid: rest.paid, known: max(rest.known, x.known)})
		}
	}
	a.trim()
	a.skip()
}

// take takes up to money from posting i and returns the rest.
func (a *allocation) take(i int, money int64, x *payment) int64 {
	p := &a.stack[i]
	part := min(money, p.money)
	p.money -= part
	// What was too much for the instalment goes first.
	if p.inst >= 0 && p.money < p.cover {
		a.reopen(i, p.cover-p.money, x)
	}
	return money - part
}

// reopen takes amount of the cover of posting i.
func (a *allocation) reopen(i int, amount int64, x *payment) {
	p := &a.stack[i]
	k := p.inst
	p.cover -= amount
	a.left[k] += amount
	a.owed += amount
	a.open = min(a.open, k)
	a.paid[k], a.known[k], a.waived[k] = NoTime, NoTime, false
	for j := range a.stack {
		if q := &a.stack[j]; q.inst == k && q.cover > 0 {
			a.paid[k], a.known[k] = max(a.paid[k], q.paid), max(a.known[k], q.known)
		}
	}
}

// trim drops spent postings from the top.
func (a *allocation) trim() {
	for n := len(a.stack); n > 0 && a.stack[n-1].money == 0 && a.stack[n-1].cover == 0; n-- {
		a.stack = a.stack[:n-1]
	}
}

func (a *allocation) apply(x *payment) {
	if x.kind == refund || x.kind == reversal {
		a.back(x)
	} else {
		a.pay(x)
	}
}

// settle derives what was paid of the loan's instalments: by the days of the
// payments for what is true, by the days of their booking for what was known.
func (r *Reader) settle(l *Loan, cols *repayments, own payments) {
	a := &r.alloc
	if own.none() {
		a.list = r.recorded(a.list[:0], l, cols)
	} else {
		a.list = own.list(a.list[:0], l)
		r.markPayoff(l, cols, a.list)
	}
	byPaid := func(x, y payment) int {
		return cmp.Or(cmp.Compare(x.paid, y.paid), cmp.Compare(max(x.kind, paysOff), max(y.kind, paysOff)), cmp.Compare(x.row, y.row))
	}
	byKnown := func(x, y payment) int { return cmp.Or(cmp.Compare(x.known, y.known), byPaid(x, y)) }

	if !slices.IsSortedFunc(a.list, byPaid) {
		slices.SortFunc(a.list, byPaid)
	}
	revised := false
	a.reset(l)
	for i := range a.list {
		a.apply(&a.list[i])
		revised = revised || a.list[i].kind > paysOff
	}
	r.fill(l)

	if !slices.IsSortedFunc(a.list, byKnown) {
		revised = revised || !own.none()
		slices.SortFunc(a.list, byKnown)
	}
	if revised {
		first := len(r.lists)
		r.lists = append(r.lists, a.list...)
		l.list = r.lists[first:len(r.lists):len(r.lists)]
		slices.SortFunc(l.list, byPaid)
	}
	first := len(r.steps)
	a.reset(l)
	l.initial = step{at: NoTime, open: a.open, owed: a.owed}
	for i := range a.list {
		a.apply(&a.list[i])
		s := step{at: a.list[i].known, open: a.open, owed: a.owed}
		if n := len(r.steps); n > first && r.steps[n-1].at == s.at {
			r.steps[n-1] = s
		} else {
			r.steps = append(r.steps, s)
		}
	}
	l.steps = r.steps[first:len(r.steps):len(r.steps)]
}

// fill sets the loan's instalments to what the allocation arrived at.
func (r *Reader) fill(l *Loan) {
	a := &r.alloc
	for i := range a.stack {
		if p := &a.stack[i]; p.inst >= 0 {
			l.Instalments[p.inst].Paid += p.money
		}
	}
	for k := range l.Instalments {
		i := &l.Instalments[k]
		if a.left[k] > 0 {
			continue
		}
		i.Settled, i.Posted, i.Payoff = a.paid[k], a.known[k], a.waived[k]
		if i.Settled == NoTime { // nothing was due
			i.Settled = r.calendar.Start(i.Due)
			i.Posted = i.Settled
		}
	}
}
