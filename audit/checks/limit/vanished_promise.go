package limit

import (
	"bytes"
	"cmp"
	"slices"

	"evenhand/audit/policy"
)

// promise is one promised increase of the account at hand.
type promise struct {
	row    int
	id     []byte // promise_id
	at     int64
	due    int64 // day
	start  int64 // first instant of the window
	stop   int64 // first instant after it
	amount int64 // promised, or none
	policy int16 // recorded, or in force when it was made
	name   string
	spec   *policy.Promise // of that policy; nil when it has none that fits

	applied int64 // attributed to it, inside the window
	late    int64 // … and after it
	lateAt  int64 // when the last of that came
	own     bool  // increases carry its id
	failed  int   // write that failed, or -1
	lost    int   // write that left no trace, or -1
}

// gather lists the promises of an account that can be judged, by due date.
func (s *vanished) gather(a *account) {
	l := &s.ledger
	s.promises = s.promises[:0]
	for i := a.lo; i < a.hi; i++ {
		if l.kind.text(a.batch, i) != "promise" {
			continue
		}
		p := promise{row: i, id: l.promise.id(a.batch, i), at: l.at.int(a.batch, i), due: l.due.int(a.batch, i), amount: l.promised.int(a.batch, i), failed: -1, lost: -1}
		p.policy = s.policyOf(a, i, p.at)
		p.name, p.spec = s.promiseOf(p.policy, l.condition.text(a.batch, i), l.product.text(a.batch, i), p.amount)
		if p.due == none && p.spec != nil && p.spec.Cadence > 0 {
			p.due = s.calendar.Day(p.at) + int64(p.spec.Cadence)
		}
		if p.due == none {
			s.n[vUndated]++
			continue
		}
		if p.amount == none && p.spec != nil {
			if x, ok := s.number(p.policy, p.spec.Amount); ok {
				p.amount = x
			}
		}
		p.start = s.calendar.Start(min(s.calendar.Day(p.at), p.due))
		p.stop = s.calendar.Start(s.lastDay(&p) + 1)
		s.promises = append(s.promises, p)
	}
	slices.SortFunc(s.promises, func(x, y promise) int {
		return cmp.Or(cmp.Compare(x.due, y.due), cmp.Compare(x.at, y.at), cmp.Compare(x.row, y.row))
	})
}

// lastDay is the last day on which the increase may come.
func (s *vanished) lastDay(p *promise) int64 {
	if pol := s.policy(p.policy); pol != nil && pol.Terms.PromiseGrace > 0 {
		return p.due + int64(pol.Terms.PromiseGrace)
	}
	return s.calendar.Add(p.due, s.settings.Grace)
}

// attribute gives each promise the increases that keep it, each at most once:
// those with its id, else those of the account, first due, first served.
func (s *vanished) attribute(a *account) {
	l := &s.ledger
	s.left = s.left[:0]
	for i := range a.writes {
		x := int64(0)
		if w := &a.writes[i]; w.state == applied && w.kind == "increase" {
			x = max(w.delta, 0)
		}
		s.left = append(s.left, x)
	}
	take := func(p *promise, i int) {
		w := &a.writes[i]
		need := p.amount - p.applied - p.late
		if p.amount == none {
			need = s.left[i]
		}
		x := min(max(need, 0), s.left[i])
		if x == 0 || w.at < p.start {
			return
		}
		s.left[i] -= x
		if w.at < p.stop {
			p.applied += x
		} else {
			p.late, p.lateAt = p.late+x, w.at
		}
	}
	for k := range s.promises {
		p := &s.promises[k]
		for i := range a.writes {
			w := &a.writes[i]
			if w.kind != "increase" || p.id == nil || !bytes.Equal(l.promise.id(a.batch, w.row), p.id) {
				continue
			}
			p.own = true
			take(p, i)
			s.mark(p, a, i)
		}
	}
	for k := range s.promises {
		p := &s.promises[k]
		for i := range a.writes {
			w := &a.writes[i]
			if w.kind != "increase" || w.at < p.start || w.at >= p.stop || l.promise.id(a.batch, w.row) != nil {
				continue
			}
			if p.own && (p.amount == none || s.left[i] != p.amount-p.applied) {
				continue // an increase of its own kind, not this promise's come late
			}
			take(p, i)
			if !p.own {
				s.mark(p, a, i)
			}
		}
		if !p.own && p.applied > 0 {
			p.applied = min(p.applied, max(s.net(a, p), 0))
		}
	}
}

// mark remembers an attempt at a promise that failed or left no trace.
func (s *vanished) mark(p *promise, a *account, i int) {
	w := &a.writes[i]
	if w.at >= p.stop || w.at < p.start {
		return
	}
	switch slow := s.ledger.latency.int(a.batch, w.row) >= int64(s.settings.Timeout); {
	case w.state == failed, slow && (w.state == idle || w.state == lost || w.state == unread):
		p.failed = i
	case w.state == lost, w.state == idle:
		p.lost = i
	}
}

// net is the change of the limit over a promise's window, but for temporary
// limits that begin or end in it.
func (s *vanished) net(a *account, p *promise) int64 {
	before, after := a.limitAt(p.start-1), a.limitAt(p.stop-1)
	if before == none || after == none {
		return p.applied
	}
	change := after - before
	for i := range a.writes {
		w := &a.writes[i]
		if w.at >= p.start && w.at < p.stop && (w.state == temporary || w.state == applied && s.ledger.until(a, w) != none) {
			change -= w.delta
		}
	}
	return change
}

// blind reports whether the ledger does not say what became of a promise: an
// increase in its window has no amount, or the limit by then is not known.
func (s *vanished) blind(a *account, p *promise) bool {
	unknown := false
	for i := range a.writes {
		w := &a.writes[i]
		switch {
		case w.at >= p.stop:
			return unknown
		case w.state == failed:
		case w.after != none:
			unknown = false
		case w.kind == "increase" && w.at >= p.start:
			return true
		default:
			unknown = true
		}
	}
	return unknown
}

// kept reports whether a promise was kept by what came.
func (p *promise) kept() bool {
	if p.amount == none || p.spec != nil && p.spec.UpTo {
		return p.applied > 0
	}
	return p.applied >= p.amount
}

func (s *vanished) judgePromises(a *account) {
	s.attribute(a)
	closed := s.closed(a)
	for k := range s.promises {
		p := &s.promises[k]
		if p.spec != nil && p.spec.UpTo {
			s.n[vUpTo]++
		}
		switch {
		case p.kept():
			s.n[vKept]++
			s.count(a, p, true)
		case closed != none && closed < p.stop:
			s.n[vClosed]++
		case p.stop > s.asOf+1:
			s.n[vNotDue]++
			s.notYet(a, p)
		default:
			s.n[vUnmet]++
			s.count(a, p, false)
			s.unmet(a, p)
		}
	}
}

// closed is when the account was closed, or none.
func (s *vanished) closed(a *account) int64 {
	for i := a.lo; i < a.hi; i++ {
		if s.ledger.kind.text(a.batch, i) == "close" {
			return s.ledger.at.int(a.batch, i)
		}
	}
	return none
}

// shortfall is what is missing of a promise, 0 when the promise has no amount.
func (p *promise) shortfall() int64 {
	if p.amount == none || p.spec != nil && p.spec.UpTo {
		return 0
	}
	return max(p.amount-p.applied, 0)
}
