package limit

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
)

// conditions replays the conditions of an unmet promise as of its due date:
// under the version that it was made under, then under the one in force.
func (s *vanished) conditions(a *account, p *promise, v *verdict) {
	l := &s.ledger
	v.frozen = s.frozen(a, p)
	if s.engine == nil || p.policy < 0 {
		return
	}
	code := l.condition.text(a.batch, p.row)
	product := l.product.text(a.batch, p.row)
	now := s.env.Policies.Pick("", product, s.calendar.Start(p.due+1)-1)
	v.item("policy_when_promised", s.policy(p.policy).Version)
	if pol := s.policy(now); pol != nil {
		v.item("policy_on_due_date", pol.Version)
	}
	name := code
	if name == "" && p.spec != nil {
		name = p.name
	}
	v.judged, v.holds = true, expr.True
	if name == "" && p.spec == nil && !s.coded && s.conditional(p.policy) {
		v.holds = expr.Unknown // which of the published promises it was is not known
	}
	if name != "" {
		v.holds = s.holds(a, p, p.policy, name)
		if e, ok := s.conditionOf(p.policy, name); e != "" || !ok {
			v.item("condition", name)
			v.item("condition_under_"+s.policy(p.policy).Version, truthText(v.holds))
		}
	}
	if code == "" && !s.coded && v.holds == expr.True {
		// Any of the registry's conditions may have been the promise's.
		for _, c := range slices.Sorted(maps.Keys(s.policy(p.policy).Conditions)) {
			if s.holds(a, p, p.policy, c) != expr.True {
				v.holds = expr.Unknown
			}
		}
	}
	if until, ok := s.dayOf(p.spec); ok && p.due >= until {
		v.over = true
		v.item("campaign_end", audit.DateText(until))
	}
	if now < 0 || now == p.policy || v.holds != expr.True {
		return
	}
	s.superseded(a, p, v, now, name, product)
}

// conditional reports whether a published promise of a policy has conditions.
func (s *vanished) conditional(pol int16) bool {
	for _, x := range s.policy(pol).Promises {
		if x.When != "" {
			return true
		}
	}
	return false
}

// superseded looks whether the version in force on the due date ends a promise
// whose conditions hold as promised.
func (s *vanished) superseded(a *account, p *promise, v *verdict, now int16, name, product string) {
	later := s.policy(now)
	if p.spec != nil {
		x, ok := later.Promises[p.name]
		until, dated := s.dayOf(&x)
		least, stated := s.number(now, x.Amount)
		switch {
		case !ok || len(x.Products) > 0 && !slices.Contains(x.Products, product):
			v.ended = true
			v.item("ended_by", later.Version)
			return
		case dated && p.due >= until && !v.over:
			v.ended = true
			v.item("ended_by", later.Version)
			v.item("campaign_end", audit.DateText(until))
			return
		case stated && p.amount != none && least < p.amount && p.applied >= least:
			v.ended = true
			v.item("ended_by", later.Version)
			v.item("amount_under_"+later.Version, money(least, s.scale))
			return
		}
		if most, ok := s.number(now, x.Cap); ok && a.limitAt(p.stop-1) != none && a.limitAt(p.stop-1) >= most {
			if was, had := s.number(p.policy, p.spec.Cap); !had || most < was {
				v.ended = true
				v.item("ended_by", later.Version)
				v.item("cap_under_"+later.Version, money(most, s.scale))
				return
			}
		}
	}
	if name == "" {
		return
	}
	t := s.holds(a, p, now, name)
	if e, ok := s.conditionOf(now, name); e != "" || !ok {
		v.item("condition_under_"+later.Version, truthText(t))
	}
	switch t {
	case expr.False:
		v.ended = true
		v.item("ended_by", later.Version)
	case expr.Unknown:
		v.holds = expr.Unknown
	}
}

// dayOf returns the first day on which a promise's campaign is over.
func (s *vanished) dayOf(p *policy.Promise) (int64, bool) {
	if p == nil || p.Until == "" {
		return 0, false
	}
	return parseDay(p.Until)
}

// holds evaluates a condition under a policy on the due date: at its start and
// at the end of the window. Where they differ, nobody can say.
func (s *vanished) holds(a *account, p *promise, pol int16, name string) expr.Truth {
	first := s.evaluate(a, p, pol, name, s.calendar.Start(p.due))
	if last := s.evaluate(a, p, pol, name, p.stop-1); last != first {
		return expr.Unknown
	}
	return first
}

func truthText(t expr.Truth) string {
	switch t {
	case expr.True:
		return "holds"
	case expr.False:
		return "does not hold"
	}
	return "not known"
}

// evaluate evaluates a condition over the promise's row as of a moment: with
// the limit, the features and the history of then.
func (s *vanished) evaluate(a *account, p *promise, pol int16, name string, at int64) expr.Truth {
	e, ok := s.conditionOf(pol, name)
	switch {
	case !ok:
		return expr.Unknown
	case e == "":
		return expr.True
	}
	x := &s.scratch
	x.load(a.batch, p.row)
	l := &s.ledger
	for i := a.lo; i < a.hi && l.at.int(a.batch, i) <= at; i++ {
		x.carry(a.batch, i)
	}
	if r := s.timeline.Features; r.Batch != nil {
		for i := r.Lo; i < r.Hi && s.scratch.asOf.int(r.Batch, i) <= at; i++ {
			x.snapshot(r.Batch, i)
		}
	}
	limit := a.limitAt(at)
	x.put(l.before, limit)
	x.put(l.after, limit)
	x.put(l.at, at)
	if len(x.facts) > 0 {
		s.reader.Fill(s.past(), "limits", &x.batch, 0, 1, []int64{at}, x.facts, x.cols)
	}
	s.engine.Score(&x.batch)
	t := s.engine.Condition(&x.batch, []int16{pol}, name)
	if len(t) == 0 || t[0] == expr.False && s.lacks(pol, e) {
		return expr.Unknown
	}
	return t[0]
}

// conditionOf returns the condition of a name under a policy, "" for none, and
// whether the policy has the name at all.
func (s *vanished) conditionOf(pol int16, name string) (policy.Expr, bool) {
	p := s.policy(pol)
	if e, ok := p.Conditions[name]; ok {
		return e, true
	}
	x, ok := p.Promises[name]
	return x.When, ok
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.]*`)

// lacks reports whether a value that a condition names is missing from the row
// at hand. A missing value equals nothing, so that x == 0 is false of it: that
// says nothing of the customer. A condition that speaks of null knows.
func (s *vanished) lacks(pol int16, e policy.Expr) bool {
	if strings.Contains(string(e), "null") {
		return false
	}
	layout := s.env.Layouts["limits"]
	for _, name := range identifier.FindAllString(string(e), -1) {
		if v, ok := s.policy(pol).Values[name]; ok && string(v) != name && s.lacks(pol, v) {
			return true
		}
		fact, history := strings.CutPrefix(name, "history.")
		c := layout.Index(audit.HistoryColumn(fact))
		if !history {
			if c = layout.Index(name); c < 0 {
				c = layout.Index(audit.FeatureColumn(name))
			}
		}
		if name == "score" && s.scratch.batch.Scores != nil && s.scratch.batch.Scores.Model[0] >= 0 {
			continue
		}
		if c >= 0 && s.scratch.batch.Cols[c].IsNull(0) {
			return true
		}
	}
	return false
}

// frozen reports whether the account was frozen through the whole of the due
// date and grace.
func (s *vanished) frozen(a *account, p *promise) bool {
	l, frozen := &s.ledger, false
	for i := a.lo; i < a.hi && l.at.int(a.batch, i) < p.stop; i++ {
		switch l.kind.text(a.batch, i) {
		case "freeze":
			frozen = true
		case "unfreeze":
			frozen = false
		}
	}
	return frozen
}
