package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

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
	s.keep(a, k, w.at, w.at)
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
	s.keep(a, k, w.at, w.at)
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
	to := w.at
	if x := a.next(i); x != nil {
		to = x.at
		add(k, "next_event", string(s.ledger.id.id(a.batch, x.row)))
		add(k, "next_limit_before", money(x.before, s.scale))
	}
	if w.before != none && w.after != none {
		k.Amount = max(w.after-w.before, 0)
	}
	k.Days = max(s.calendar.Day(s.asOf)-s.calendar.Day(w.at), 0)
	s.keep(a, k, w.at, to)
}

func (s *books) start(a *account, row int) *cases.Kept {
	k := startCase(&s.ledger, a, row, s.customer)
	k.Grade = audit.E1
	return k
}

func add(k *cases.Kept, name, value string) {
	if value != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
	}
}

func (s *books) amounts(k *cases.Kept, w *write) {
	add(k, "limit_before", money(w.before, s.scale))
	add(k, "limit_after", money(w.after, s.scale))
}

// around is how far before and after it a case's evidence timeline reaches.
const around = 30 * day

func (s *books) keep(a *account, k *cases.Kept, from, to int64) {
	k.Causes = []audit.Supported{{Code: k.Cause, Grade: k.Grade}}
	k.Events = eventsOf(&s.ledger, a, from-around, to+around, s.scale, func(_ int, kind string) bool { return writes(kind) })
	s.cases.Add(k)
}
