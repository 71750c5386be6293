package limit

import (
	"bytes"
	"fmt"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

// Numbers that Finish needs of a case.
const (
	noteAttempt = iota // instant of its technical failure, or none
	noteCount
)

// start fills what every case of a row of limits says.
func (s *vanished) start(a *account, row int) *cases.Kept {
	return startCase(&s.ledger, a, row, s.timeline.Customer)
}

// startCase fills what every case of a row of limits says.
func startCase(l *ledger, a *account, row int, customer []byte) *cases.Kept {
	return &cases.Kept{Case: audit.Case{
		Table: "limits", Key: string(l.id.id(a.batch, row)), Customer: string(customer), Account: string(a.id),
		At: l.at.int(a.batch, row), Product: l.product.text(a.batch, row),
		PolicyVersion: l.policy.text(a.batch, row), ModelVersion: l.model.text(a.batch, row),
	}}
}

// promised writes what every case about a promise says first.
func (s *vanished) promised(p *promise, k *cases.Kept) func(name, value string) {
	item := func(name, value string) {
		if value != "" {
			k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
		}
	}
	item("promised", money(p.amount, s.scale))
	item("promise_due", audit.DateText(p.due))
	item("last_day", audit.DateText(s.calendar.Day(p.stop-1)))
	item("applied", money(p.applied, s.scale))
	if p.spec != nil && p.spec.UpTo {
		item("up_to", "yes")
	}
	return item
}

// keep makes an unmet promise a case.
func (s *vanished) keep(a *account, p *promise, v *verdict) {
	k := s.start(a, p.row)
	item := s.promised(p, k)
	short := p.shortfall()
	if short > 0 {
		item("shortfall", money(short, s.scale))
	}
	if p.late > 0 {
		item("came_late", money(p.late, s.scale))
		item("came_on", audit.DateText(s.calendar.Day(p.lateAt)))
	}
	k.Evidence = append(k.Evidence, v.evidence...)
	if v.frozen {
		item("held", "frozen or on hold on the due date")
	}
	k.Substance, k.Grade, k.Cause, k.Causes, k.Rules = v.substance, v.grade, v.cause, v.causes, v.rules
	k.Disclosure = s.disclosure(a, p, v)
	if p.spec != nil {
		item("condition_stated", yesNo(p.spec.Stated))
	}
	k.Amount = short
	until := s.asOf
	if p.late >= short && p.late > 0 {
		until = p.lateAt
	}
	k.Days = max(s.calendar.Day(until)-p.due, 0)
	switch {
	case k.Substance == audit.Justified && k.Disclosure == audit.Adequate:
	case k.Substance == audit.Justified, p.late >= short && p.late > 0:
		k.Remedy = "tell"
	case k.Substance == audit.Unjustified || k.Substance == audit.Technical:
		k.Remedy = "apply_shortfall"
	default:
		k.Remedy = "human_review"
	}
	if k.Substance == audit.Justified {
		k.Amount, k.Days = 0, 0
	}
	from, to, id := p.start, p.stop+30*day, p.id
	if p.lost >= 0 {
		item("lost_event", string(s.ledger.id.id(a.batch, a.writes[p.lost].row)))
		id = nil // what came after is the proof
		if w := a.next(p.lost); w != nil {
			to = max(to, w.at+1)
			item("next_event", string(s.ledger.id.id(a.batch, w.row)))
			item("next_limit_before", money(w.before, s.scale))
		}
	}
	k.Events = s.events(a, p.row, from, to, id)
	k.Notes = []int64{v.attempt}
	s.cases.Add(k)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// disclosure judges what the customer of an unmet promise was told.
func (s *vanished) disclosure(a *account, p *promise, v *verdict) audit.Disclosure {
	stated := p.spec != nil && p.spec.Stated
	switch {
	case v.cause == cause.CampaignEnd:
		return audit.Adequate // its end was declared: it ends quietly
	case v.substance == audit.Justified && stated:
		return audit.Adequate
	}
	if s.ledger.notice < 0 || !has(s.env, "limits", "notice_at") {
		return audit.Misleading
	}
	told := audit.Misleading
	for i := a.lo; i < a.hi; i++ {
		at := s.ledger.notice.int(a.batch, i)
		kind := s.ledger.kind.text(a.batch, i)
		if at == none || kind == "promise" || s.ledger.reason.text(a.batch, i) == "" || at < p.start {
			continue
		}
		if id := s.ledger.promise.id(a.batch, i); id != nil && !bytes.Equal(id, p.id) || kind == "increase" && s.ledger.errorCode.text(a.batch, i) == "" {
			continue // a notice about something else, or of the increase that left no trace
		}
		if at < p.stop {
			return audit.Adequate
		}
		if s.ledger.at.int(a.batch, i) < p.stop {
			told = audit.Late
		}
	}
	return told
}

// notYet lists a promise whose window is open: the customer asks.
func (s *vanished) notYet(a *account, p *promise) {
	k := s.start(a, p.row)
	s.promised(p, k)
	k.Substance, k.Disclosure, k.Grade = audit.NotYet, audit.NotDue, audit.E1
	k.Events = s.events(a, p.row, p.start, p.stop, p.id)
	k.Notes = []int64{none}
	s.cases.Add(k)
}

// mostEvents bounds the evidence timeline of a case.
const mostEvents = 30

// events lists what happened to an account from one instant to another: row
// first, then what changed the limit or carries the promise's id.
func (s *vanished) events(a *account, row int, from, to int64, promise []byte) []audit.Event {
	return eventsOf(&s.ledger, a, from, to, s.scale, func(i int, kind string) bool {
		if i == row {
			return true
		}
		switch kind {
		case "promise":
			return false
		case "display", "draw":
			return false
		case "increase":
			id := s.ledger.promise.id(a.batch, i)
			return promise == nil || id == nil || bytes.Equal(id, promise)
		}
		return true
	})
}

// eventsOf lists the events of an account from one instant to another that
// want picks, the first 30.
func eventsOf(l *ledger, a *account, from, to, scale int64, want func(row int, kind string) bool) []audit.Event {
	var out []audit.Event
	for i := a.lo; i < a.hi && len(out) < mostEvents; i++ {
		at, kind := l.at.int(a.batch, i), l.kind.text(a.batch, i)
		if at < from || at >= to || !want(i, kind) {
			continue
		}
		note := ""
		before, after := l.before.int(a.batch, i), l.after.int(a.batch, i)
		switch {
		case kind == "promise":
			note = "+" + money(l.promised.int(a.batch, i), scale)
			if d := l.due.int(a.batch, i); d != none {
				note += " due " + audit.DateText(d)
			}
		case before != none || after != none:
			note = fmt.Sprintf("%s -> %s", orUnknown(money(before, scale)), orUnknown(money(after, scale)))
		}
		if e := l.errorCode.text(a.batch, i); e != "" {
			note += " " + e
		}
		if n := l.notice.int(a.batch, i); n == none && kind == "decrease" && l.notice >= 0 {
			note += " no notice"
		}
		out = append(out, audit.Event{At: at, What: "limits." + kind, Key: string(l.id.id(a.batch, i)), Note: note})
	}
	return out
}

func orUnknown(s string) string {
	if s == "" {
		return "?"
	}
	return s
}
