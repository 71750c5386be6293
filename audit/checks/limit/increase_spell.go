package limit

import (
	"bytes"

	"evenhand/audit"
	"evenhand/audit/timeline"
)

// incSpell is the wait of an account for its first increase.
type incSpell struct {
	opened    int64 // instant
	entry     int64 // day from which it was observed, after which something can end it: -1 from the beginning
	end       int64 // day of its end
	how       uint8 // what ended it
	exposure  int64 // days open and not frozen, under observation
	increases int64 // in them
	evaluated int   // evaluations that found it waiting
	raisedAt  int   // the one that raised it, or -1
}

// spell reads the wait of an account. Days count from the opening and the least
// tenure; an account that the export shows from a later day on only is at risk
// from there (left truncation): that it was not raised before is known.
func (s *increases) spell(a *account) (x incSpell, guard int) {
	x.opened, x.raisedAt = none, -1
	for i := range a.writes {
		if w := &a.writes[i]; w.kind == "grant" && w.at <= s.asOf {
			x.opened = w.at
			break
		}
	}
	if x.opened == none {
		return x, incUndated
	}
	origin := s.calendar.Day(x.opened) + int64(s.settings.MinTenure)
	x.entry = -1
	if s.from != none {
		x.entry = max(x.entry, s.calendar.Day(s.from)-origin-1)
	}
	end, how := s.over(a, x.opened)
	s.exposed(a, &x)
	first := end
	for i := range a.writes {
		w := &a.writes[i]
		if w.at < x.opened || w.at > end {
			continue
		}
		if s.rises(a, w) {
			first, how = w.at, incRaised
			break
		}
		if fallen(w) {
			first, how = w.at, incDecreased
			break
		}
	}
	x.how = how
	x.end = s.calendar.Day(first) - origin
	if x.end <= x.entry {
		return x, incEarlier
	}
	s.cycles(a, &x, first)
	return x, -1
}

// rises reports whether a write is a lasting increase of the least step or more.
func (s *increases) rises(a *account, w *write) bool {
	return s.ledger.raised(a, w, units(s.settings.LeastStep, s.scale), s.settings.StepShare)
}

// raised reports whether a write is an increase of at least step, and share of
// the limit, that lasts: failed, lost and reversed ones are none, nor temporary
// limits.
func (l *ledger) raised(a *account, w *write, step int64, share float64) bool {
	return w.kind == "increase" && w.state == applied && w.delta > 0 &&
		w.delta >= max(step, stalledShare(max(w.before, 0), share)) && l.until(a, w) == none
}

// fallen reports whether a write lowers the limit for good.
func fallen(w *write) bool { return w.kind == "decrease" && w.state == applied && w.delta < 0 }

// over is when an account stopped to be one that can rise, apart from changes of
// its limit: it was closed, frozen, or in default; or nobody looked any more.
func (s *increases) over(a *account, opened int64) (at int64, how uint8) {
	at, how = s.asOf, incCensored
	c := s.ledger.limitColumns
	for i := a.lo; i < a.hi; i++ {
		x := c.at.int(a.batch, i)
		if x < opened || x >= at {
			continue
		}
		switch c.kind.text(a.batch, i) {
		case "close":
			at, how = x, incClosed
		case "freeze":
			at, how = x, incFrozen
		}
	}
	if d := defaulted(s.env, s.calendar, s.t, s.h, a, s.asOfDay); d != none {
		if x := s.calendar.Start(d); x >= opened && x < at {
			at, how = x, incDefaulted
		}
	}
	return at, how
}

// defaulted is the first day on which a loan of the account was past due by the
// plan's bad_days, or none.
func defaulted(env *audit.Env, cal *audit.Calendar, t *audit.Timeline, h *timeline.History, a *account, asOf int64) int64 {
	first := int64(none)
	if h == nil {
		return first
	}
	alone := a.lo == t.Limits.Lo && a.hi == t.Limits.Hi
	for l := range h.Loans {
		loan := &h.Loans[l]
		if own := bytes.Equal(loan.Account, a.id); !own && (len(loan.Account) > 0 || !alone) {
			continue
		}
		for i := range loan.Instalments {
			x := &loan.Instalments[i]
			bad := x.Due + int64(env.Plan.Outcome.BadDays)
			if bad <= asOf && (x.Settled == timeline.NoTime || cal.Day(x.Settled) >= bad) && (first == none || bad < first) {
				first = bad
			}
		}
	}
	return first
}

// exposed counts the days on which the account was open and not frozen, and the
// increases in them. Unlike the wait, they go on after the first increase, and
// after a decrease or a freeze that was lifted.
func (s *increases) exposed(a *account, x *incSpell) {
	since := s.calendar.Start(s.calendar.Day(x.opened) + int64(s.settings.MinTenure))
	if s.from != none {
		since = max(since, s.from)
	}
	until := s.asOf
	if d := defaulted(s.env, s.calendar, s.t, s.h, a, s.asOfDay); d != none {
		until = min(until, max(s.calendar.Start(d), x.opened))
	}
	x.exposure, until = openDays(&s.ledger, s.calendar, a, since, until)
	for i := range a.writes {
		if w := &a.writes[i]; w.at >= since && w.at <= until && s.rises(a, w) {
			x.increases++
		}
	}
}

// openDays is the number of days of [since, until] on which an account was open
// and not frozen; a begun day counts. It returns the instant of the close too,
// or until.
func openDays(l *ledger, cal *audit.Calendar, a *account, since, until int64) (days, end int64) {
	frozen := int64(none)
	count := func(from, to int64) {
		if from = max(from, since); to >= from {
			days += cal.Day(to) - cal.Day(from)
		}
	}
	open := since
	for i := a.lo; i < a.hi; i++ {
		at := l.at.int(a.batch, i)
		if at == none || at > until {
			continue
		}
		switch l.kind.text(a.batch, i) {
		case "close":
			until = at
		case "freeze":
			if frozen == none {
				frozen = at
				count(open, at)
			}
		case "unfreeze":
			if frozen != none {
				frozen, open = none, at
			}
		}
	}
	if frozen == none && until >= since {
		count(open, until)
		days++
	}
	return days, until
}

// cycles counts the evaluations that found the account waiting, and the one that
// raised it: the last before, or at, the increase.
func (s *increases) cycles(a *account, x *incSpell, first int64) {
	c := s.ledger.limitColumns
	seen := int64(none)
	for i := a.lo; i < a.hi; i++ {
		if c.kind.text(a.batch, i) != "evaluate" {
			continue
		}
		at := c.at.int(a.batch, i)
		if at < x.opened || at > first || at == seen || s.from != none && at < s.from {
			continue
		}
		seen = at
		x.evaluated++
	}
	if x.evaluated > 0 && x.how == incRaised {
		x.raisedAt = min(x.evaluated, incCycles) - 1
	}
	x.evaluated = min(x.evaluated, incCycles)
}

// readings calls f for each account of a panel: its limit month by month, and no
// events. The first reading stands for the grant, and a change from one to the
// next for a write.
func (s *increases) readings(r *audit.Rows, f func(*account)) {
	c := s.ledger.limitColumns
	for lo := r.Lo; lo < r.Hi; {
		id := c.account.id(r.Batch, lo)
		a := &s.panel
		*a = account{id: id, batch: r.Batch, lo: lo, writes: a.writes[:0]}
		limit := int64(none)
		for a.hi = lo; a.hi < r.Hi && bytes.Equal(c.account.id(r.Batch, a.hi), id); a.hi++ {
			x := c.after.int(r.Batch, a.hi)
			if x == none || x == limit {
				continue
			}
			w := write{row: a.hi, at: c.at.int(r.Batch, a.hi), before: limit, after: x, partner: -1}
			switch {
			case limit == none:
				w.kind = "grant"
			case x > limit:
				w.kind, w.delta = "increase", x-limit
			default:
				w.kind, w.delta = "decrease", x-limit
			}
			a.writes, limit = append(a.writes, w), x
		}
		lo = a.hi
		f(a)
	}
}
