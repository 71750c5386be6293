package limit

import (
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// finding is what the evidence says of a run, before Finish knows of spikes and
// of incidents' excess.
type phantomVerdict struct {
	substance audit.Substance
	grade     audit.Grade
	cause     string
	causes    []audit.Supported
	incident  int // it lies in, or -1
	sentinel  bool
	evidence  []audit.Item
}

// judge makes a case of a run that is more than lag.
func (s *phantom) judge(a *account, r *run) {
	lag := int64(s.settings.LagMinutes) * minute
	if r.lag(lag) {
		s.n[pLag]++
		return
	}
	first := r.first()
	k := startCase(&s.ledger, a, first.row, s.timeline.Customer)
	v := phantomVerdict{incident: -1}
	phantom := r.real()
	entitled, known := first.entitled()
	stale, follows, since := s.lagging(a, r)
	lagging := stale && follows
	switch {
	case phantom:
		k.Rules = append(k.Rules, "R3.1")
		s.explain(a, r, known, &v)
	case lagging:
		// What can be drawn is right; what is shown is the limit of before.
		v.substance, v.grade, v.cause = audit.Justified, audit.E1, cause.DisplayLag
		v.support(cause.DisplayLag, audit.E1)
	default:
		s.explain(a, r, known, &v)
		if v.substance == audit.Unjustified {
			// Part of the entitlement can be drawn: the rest may be held by
			// something that the export does not show.
			v.substance, v.grade = audit.Indeterminate, audit.E2
		}
	}
	if stale {
		k.Rules = append(k.Rules, "R3.3")
		v.support(cause.DisplayLag, audit.E1)
	}
	if lagging {
		v.item("limit_changed_at", stamp(since, s.zone))
	}
	if r.before != nil && s.falls(a, r.before, first) {
		k.Rules = append(k.Rules, "R3.5")
		v.item("drawable_before", money(r.before.drawable, s.scale))
	}
	if phantom {
		s.phantomHere = true
	}
	k.Disclosure = audit.Adequate
	if r.silent {
		k.Disclosure = audit.Misleading
		s.n[pMisleading] += s.displaysOf(r)
	}
	if !phantom && !r.silent && v.substance != audit.Unjustified && v.substance != audit.Technical {
		s.n[pTold]++ // partly held back, with a reason on the screen
		return
	}
	k.Substance, k.Grade, k.Cause, k.Causes = v.substance, v.grade, v.cause, v.causes
	k.Evidence = append(s.seen(r, entitled, known), v.evidence...)
	k.Days = r.days(s.asOf)
	k.Amount = max(entitled-max(first.drawable, 0), 0)
	if v.substance == audit.Justified {
		k.Amount = 0
	}
	k.Remedy = phantomRemedy(v.substance, k.Disclosure)
	k.Events = s.events(a, r)
	k.Notes = []int64{int64(v.incident), first.drawable, int64(bit(v.sentinel)), int64(bit(phantom))}
	s.cases.Add(k)
}

func phantomRemedy(x audit.Substance, d audit.Disclosure) string {
	switch {
	case x == audit.Unjustified, x == audit.Technical, d == audit.Misleading:
		return "correct_display"
	case x == audit.Indeterminate:
		return "human_review"
	}
	return ""
}

// Notes of a case: what Finish needs of it.
const (
	phantomIncident = iota
	phantomDrawable
	phantomSentinel
	phantomReal
	phantomNotes
)

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v *phantomVerdict) support(code string, g audit.Grade) {
	for _, c := range v.causes {
		if c.Code == code {
			return
		}
	}
	v.causes = append(v.causes, audit.Supported{Code: code, Grade: g})
}

func (v *phantomVerdict) item(name, value string) {
	if value != "" {
		v.evidence = append(v.evidence, audit.Item{Name: name, Value: value})
	}
}

// decide sets the verdict unless an earlier cause has.
func (v *phantomVerdict) decide(code string, x audit.Substance, g audit.Grade) {
	v.support(code, g)
	if v.cause == "" {
		v.cause, v.substance, v.grade = code, x, g
	}
}

// lagging reports whether the run shows what could be drawn before the limit
// last changed, more than an hour ago (stale), and whether what can be drawn
// follows the change.
func (s *phantom) lagging(a *account, r *run) (stale, follows bool, since int64) {
	lag := int64(s.settings.LagMinutes) * minute
	first := r.first()
	e, known := first.entitled()
	if !known || first.drawable > e {
		return false, false, 0
	}
	for i := len(a.writes) - 1; i >= 0; i-- {
		w := &a.writes[i]
		if w.at > r.last().at || w.state != applied && w.state != temporary || w.delta == 0 {
			continue
		}
		was := max(a.limitAt(w.at-1)-first.owed, 0)
		return w.delta < 0 && first.displayed == was && r.last().at-w.at > lag, first.drawable == e, w.at
	}
	return false, false, 0
}

// seen writes what a run showed.
func (s *phantom) seen(r *run, entitled int64, known bool) []audit.Item {
	first := r.first()
	out := []audit.Item{
		{Name: "displayed", Value: money(first.displayed, s.scale)}, {Name: "drawable", Value: money(first.drawable, s.scale)},
	}
	if known {
		out = append(out, audit.Item{Name: "entitled", Value: money(entitled, s.scale)},
			audit.Item{Name: "limit", Value: money(first.limit, s.scale)}, audit.Item{Name: "outstanding_and_holds", Value: money(first.owed, s.scale)})
	}
	out = append(out, audit.Item{Name: "observations", Value: strconv.Itoa(len(r.views))},
		audit.Item{Name: "last_seen", Value: stamp(r.last().at, s.zone)})
	if r.until != none {
		out = append(out, audit.Item{Name: "seen_over", Value: stamp(r.until, s.zone)})
	}
	return append(out, audit.Item{Name: "reason_on_screen", Value: yesNo(!r.silent)})
}

func (s *phantom) displaysOf(r *run) (n int64) {
	for i := range r.views {
		if !r.views[i].draw {
			n++
		}
	}
	return n
}
