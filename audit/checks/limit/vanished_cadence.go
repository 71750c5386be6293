package limit

import (
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
)

// judgeCadence looks whether the increases of an account that no promise asked
// for came by habit and stopped (R1.2).
func (s *vanished) judgeCadence(a *account, increases int64) {
	var days []int64
	for i := range a.writes {
		w := &a.writes[i]
		if w.kind != "increase" || w.state != applied && w.state != lost || s.ledger.promise.id(a.batch, w.row) != nil {
			continue
		}
		if d := s.calendar.Day(w.at); len(days) == 0 || d > days[len(days)-1] {
			days = append(days, d)
		}
	}
	between := s.spacing(days)
	c := s.mode(days, between)
	if c == 0 {
		s.n[vFew] += increases
		return
	}
	s.n[vCadence] += increases
	s.n[vPaced]++
	today := s.calendar.Day(s.asOf)
	for i := s.settings.Increments - 1; i < len(days); i++ {
		next := today
		if i+1 < len(days) {
			next = days[i+1]
		}
		if between(days[i], next) >= int64(s.settings.Gap)*c {
			s.stopped(a, days[:i+1], next, c)
			return
		}
	}
}

// spacing returns how the days between increases are counted: in business days
// where none ever came on another day, although there was one to come on.
func (s *vanished) spacing(days []int64) func(from, to int64) int64 {
	calendar := func(from, to int64) int64 { return to - from }
	if len(days) == 0 || slices.ContainsFunc(days, func(d int64) bool { return !s.calendar.Business(d) }) {
		return calendar
	}
	business := func(from, to int64) int64 {
		n := int64(0)
		for d := from + 1; d <= to; d++ {
			if s.calendar.Business(d) {
				n++
			}
		}
		return n
	}
	if first, last := days[0], days[len(days)-1]; business(first, last) == last-first {
		return calendar
	}
	return business
}

// mode returns the modal spacing of a cadence, 0 when there is none.
func (s *vanished) mode(days []int64, between func(from, to int64) int64) int64 {
	if len(days) < s.settings.Increments {
		return 0
	}
	counts := make([]int, s.settings.Spacing+1)
	for i := 1; i < len(days); i++ {
		if c := between(days[i-1], days[i]); c <= int64(s.settings.Spacing) {
			counts[c]++
		}
	}
	best := 0
	for c := 1; c < len(counts); c++ {
		if counts[c] > counts[best] || best == 0 {
			best = c
		}
	}
	if counts[best] < s.settings.Increments-1 || 2*counts[best] < len(days)-1 {
		return 0
	}
	return int64(best)
}

// stopped judges the end of a cadence.
func (s *vanished) stopped(a *account, days []int64, next, c int64) {
	last := days[len(days)-1]
	wait := int64(s.settings.Gap) * c
	end := s.calendar.Start(last+1) - 1
	until := s.calendar.Start(last+wait+1) - 1
	row := a.lo
	for i := range a.writes {
		if w := &a.writes[i]; w.kind == "increase" && w.at <= end {
			row = w.row
		}
	}
	limit := a.limitAt(end)
	switch {
	case s.shut(a, until):
		s.n[vQuietClosed]++
		return
	case s.atCap(a, row, end, limit):
		s.n[vQuietCap]++
		return
	case s.campaignOver(a, row, last, last+wait):
		s.n[vQuietEnd]++
		return
	case s.told(a, s.calendar.Start(last), until):
		s.n[vQuietTold]++
		return
	}
	k := s.start(a, row)
	k.Key = string(a.id)
	k.Substance, k.Disclosure, k.Grade = audit.Indeterminate, audit.NotAssessed, audit.E3
	k.Cause, k.Rules, k.Remedy = cause.Unexplained, []string{"R1.2"}, "human_review"
	k.Causes = []audit.Supported{{Code: cause.Unexplained, Grade: audit.E3}}
	if v := s.newVersion(a, row, last); v != "" {
		k.Causes = append(k.Causes, audit.Supported{Code: cause.PolicyDeclared, Grade: audit.E4})
		k.Evidence = append(k.Evidence, audit.Item{Name: "policy_from_about_then", Value: v})
	}
	if i := slices.IndexFunc(s.incidents.List, func(x cause.OneIncident) bool { return x.From <= until && x.To > end }); i >= 0 {
		k.Causes = append(k.Causes, audit.Supported{Code: cause.Incident, Grade: audit.E4})
		k.Evidence = append(k.Evidence, audit.Item{Name: "incident_about_then", Value: s.incidents.List[i].ID})
	}
	k.Days = max(next-last-c, 0)
	k.Evidence = append(k.Evidence,
		audit.Item{Name: "increases", Value: fmt.Sprint(len(days))},
		audit.Item{Name: "spacing_days", Value: fmt.Sprint(c)},
		audit.Item{Name: "last_increase", Value: audit.DateText(last)},
		audit.Item{Name: "days_without", Value: fmt.Sprint(next - last)},
	)
	if limit != none {
		k.Evidence = append(k.Evidence, audit.Item{Name: "limit", Value: money(limit, s.scale)})
	}
	k.Events = s.events(a, row, s.calendar.Start(last-6*c), until+1, nil)
	k.Notes = []int64{none}
	s.cases.Add(k)
	s.counts.AddN(countKey("stop", "period", s.env.Periods.Label(s.env.Periods.OfDay(last))), 1)
}

// shut reports whether an account is frozen or closed by an instant.
func (s *vanished) shut(a *account, by int64) bool {
	shut := false
	for i := a.lo; i < a.hi && s.ledger.at.int(a.batch, i) <= by; i++ {
		switch s.ledger.kind.text(a.batch, i) {
		case "freeze", "close":
			shut = true
		case "unfreeze":
			shut = false
		}
	}
	return shut
}

// told reports whether a notice of something else than an increase went out
// between two instants.
func (s *vanished) told(a *account, from, to int64) bool {
	for i := a.lo; i < a.hi; i++ {
		if kind := s.ledger.kind.text(a.batch, i); kind == "increase" || kind == "promise" {
			continue
		}
		if n := s.ledger.notice.int(a.batch, i); n != none && from <= n && n <= to {
			return true
		}
	}
	return false
}

// atCap reports whether a limit is at a cap that the policy in force states.
func (s *vanished) atCap(a *account, row int, at, limit int64) bool {
	pol := s.policyOf(a, row, at)
	p := s.policy(pol)
	if p == nil || limit == none {
		return false
	}
	reached := func(e policy.Expr) bool {
		most, ok := s.number(pol, e)
		return ok && limit >= most
	}
	product := s.ledger.product.text(a.batch, row)
	for _, x := range p.Promises {
		if (len(x.Products) == 0 || slices.Contains(x.Products, product)) && reached(x.Cap) {
			return true
		}
	}
	if p.Limit != nil {
		for _, t := range p.Limit.Terms {
			if (t.Kind == "product" || t.Kind == "regulatory") && t.For == "" && reached(t.Value) {
				return true
			}
		}
	}
	return false
}

// campaignOver reports whether a campaign for the account's product has its
// declared end between two days.
func (s *vanished) campaignOver(a *account, row int, from, to int64) bool {
	if s.env.Policies == nil {
		return false
	}
	product := s.ledger.product.text(a.batch, row)
	for i := range s.env.Policies.Policies {
		for _, x := range s.env.Policies.Policies[i].Promises {
			if len(x.Products) > 0 && !slices.Contains(x.Products, product) {
				continue
			}
			if until, ok := s.dayOf(&x); ok && from <= until && until <= to {
				return true
			}
		}
	}
	return false
}

// newVersion returns the policy in force two days after a day when it is
// another than two days before, "" otherwise.
func (s *vanished) newVersion(a *account, row int, on int64) string {
	if s.env.Policies == nil {
		return ""
	}
	product := s.ledger.product.text(a.batch, row)
	before := s.env.Policies.Pick("", product, s.calendar.Start(on-2))
	after := s.env.Policies.Pick("", product, s.calendar.Start(on+3))
	if after < 0 || after == before {
		return ""
	}
	return s.policy(after).Version
}
