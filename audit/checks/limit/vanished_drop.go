package limit

import (
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// judgeDrops looks at decreases soon after a promise (R1.3).
func (s *vanished) judgeDrops(a *account) {
	l := &s.ledger
	for i := range a.writes {
		w := &a.writes[i]
		if w.kind != "decrease" {
			continue
		}
		trigger := l.trigger.text(a.batch, w.row)
		var p *promise
		for k := range s.promises {
			if x := &s.promises[k]; x.at <= w.at && w.at-x.at <= int64(s.settings.DropDays)*day && (p == nil || x.at > p.at) {
				p = x
			}
		}
		switch {
		case w.state == temporary:
			s.n[vTemporary]++
		case trigger == "customer":
			s.n[vCustomer]++
		case w.state == reversed:
			s.n[vReversal]++
		case i > 0 && l.transferred(a, a.writes[i-1].row, w.row):
			s.n[vTransfer]++
		case w.state != applied || w.before == none || w.after == none || w.delta >= 0:
			s.n[vNoLimit]++
		case p == nil:
			s.n[vUnpromised]++
		case s.adverse(a, p, w):
			s.n[vAdverse]++
		default:
			s.n[vDrop]++
			s.dropped(a, p, w, trigger)
		}
	}
}

// dropped makes a decrease after a promise a case.
func (s *vanished) dropped(a *account, p *promise, w *write, trigger string) {
	l := &s.ledger
	k := s.start(a, w.row)
	item := func(name, value string) {
		if value != "" {
			k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
		}
	}
	item("promise", string(l.id.id(a.batch, p.row)))
	item("promised", money(p.amount, s.scale))
	item("promised_on", audit.DateText(s.calendar.Day(p.at)))
	item("limit_before", money(w.before, s.scale))
	item("limit_after", money(w.after, s.scale))
	item("trigger", trigger)
	item("reason", l.reason.text(a.batch, w.row))
	k.Rules = []string{"R1.3"}
	k.Amount = -w.delta
	k.Days = max(s.calendar.Day(s.asOf)-s.calendar.Day(w.at), 0)
	k.Substance, k.Grade, k.Cause, k.Remedy = audit.Indeterminate, audit.E3, cause.Unexplained, "human_review"
	version := l.policy.text(a.batch, w.row)
	pol := s.policyOf(a, w.row, w.at)
	switch {
	case trigger == "ops":
		k.Cause = cause.Override
	case s.env.Policies != nil && version != "" && (pol < 0 || !s.env.Policies.InForce(pol, w.at)):
		k.Cause = cause.PolicyUndeclared
	}
	if limit := s.replayed(a, w, pol); limit >= 0 && k.Cause != cause.Override {
		item("replayed_limit", money(limit, s.scale))
		switch {
		case limit <= w.after:
			k.Substance, k.Grade, k.Cause, k.Remedy = audit.Justified, audit.E1, cause.ThresholdRule, ""
		case s.lowers(pol):
			k.Substance, k.Grade, k.Remedy = audit.Unjustified, audit.E1, "apply_shortfall"
			k.Amount = min(limit, w.before) - w.after
			if trigger == "policy" {
				k.Cause = cause.PolicyUndeclared
			}
		}
	}
	k.Causes = []audit.Supported{{Code: k.Cause, Grade: k.Grade}}
	switch notice := l.notice.int(a.batch, w.row); {
	case !has(s.env, "limits", "notice_at"):
	case notice == none:
		k.Disclosure = audit.Absent
	case s.calendar.Day(notice) > s.calendar.Day(w.at):
		k.Disclosure = audit.Late
	default:
		k.Disclosure = audit.Adequate
	}
	if k.Substance == audit.Justified && k.Disclosure != audit.Adequate {
		k.Remedy = "tell"
	}
	k.Events = s.events(a, p.row, p.at, w.at+30*day, p.id)
	k.Notes = []int64{none}
	s.cases.Add(k)
}

// lowers reports whether a policy says how limits are lowered.
func (s *vanished) lowers(pol int16) bool {
	p := s.policy(pol)
	return p != nil && p.Ladder != nil && p.Ladder.Decrease
}

// replayed is the limit that a review at the moment of a decrease would have
// arrived at, -1 when the policy does not say.
func (s *vanished) replayed(a *account, w *write, pol int16) int64 {
	kind := s.ledger.kind
	if s.engine == nil || pol < 0 || s.policy(pol).Ladder == nil {
		return -1
	}
	x := &s.scratch
	x.load(a.batch, w.row)
	l := &s.ledger
	for i := a.lo; i < a.hi && l.at.int(a.batch, i) <= w.at; i++ {
		x.carry(a.batch, i)
	}
	if r := s.timeline.Features; r.Batch != nil {
		for i := r.Lo; i < r.Hi && x.asOf.int(r.Batch, i) <= w.at; i++ {
			x.snapshot(r.Batch, i)
		}
	}
	x.put(l.after, w.before) // the review starts from the limit as it stood
	v := &x.batch.Cols[kind]
	v.Codes[0] = v.Dict.CodeOf("evaluate")
	if len(x.facts) > 0 {
		s.reader.Fill(s.past(), "limits", &x.batch, 0, 1, []int64{w.at}, x.facts, x.cols)
	}
	s.engine.ReplayAs(&x.batch, nil, []int16{pol})
	r := x.batch.Replay
	if r == nil || r.Outcome[0] == features.Undecided || r.Edge[0] {
		return -1
	}
	return r.Limit[0]
}

// adverse reports whether a feature got worse between a promise and a
// decrease: a loan past due, or a feature whose good direction the plan's
// dictionary names.
func (s *vanished) adverse(a *account, p *promise, w *write) bool {
	if s.timeline.Repayments.Len() > 0 && s.pastDue(w.at) > s.pastDue(p.at) {
		return true
	}
	layout := s.env.Layouts["limits"]
	for _, c := range s.scratch.carried {
		name, ok := strings.CutPrefix(layout.Specs[c].Name, audit.FeatureColumn(""))
		good := s.env.Plan.Dictionary[name].Good
		if !ok || good != "higher" && good != "lower" {
			continue
		}
		then, now := s.featureAt(a, c, p.at), s.featureAt(a, c, w.at)
		if good == "higher" && now < then || good == "lower" && now > then {
			return true
		}
	}
	return false
}

// pastDue is how many days the customer is past due as of an instant.
func (s *vanished) pastDue(at int64) float64 {
	return s.reader.Fact(s.past(), "days_past_due", nil, at)
}

// featureAt is the last value of a numeric feature on record by an instant:
// column c of limits, or the snapshots of features; NaN when there is none.
func (s *vanished) featureAt(a *account, c int, at int64) float64 {
	x, when := math.NaN(), int64(none)
	for i := a.lo; i < a.hi; i++ {
		t := s.ledger.at.int(a.batch, i)
		if t > at {
			break
		}
		if v, ok := numeric(&a.batch.Cols[c], i); ok {
			x, when = v, t
		}
	}
	r := s.timeline.Features
	for _, p := range s.scratch.pairs {
		if p[1] != c || r.Batch == nil {
			continue
		}
		for i := r.Lo; i < r.Hi; i++ {
			t := s.scratch.asOf.int(r.Batch, i)
			if t > at {
				break
			}
			if v, ok := numeric(&r.Batch.Cols[p[0]], i); ok && t >= when {
				x, when = v, t
			}
		}
	}
	return x
}

// numeric returns the number in row i of a column, and whether there is one.
func numeric(v *features.Vector, i int) (float64, bool) {
	switch {
	case v.Kind == features.Float && i < len(v.Floats):
		return v.Floats[i], !math.IsNaN(v.Floats[i])
	case v.Kind != features.Float && i < len(v.Ints) && !v.IsNull(i):
		return float64(v.Ints[i]), true
	}
	return 0, false
}
