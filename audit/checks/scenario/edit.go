package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"evenhand/audit/policy"
	"evenhand/audit/replay"
)

// edit is how the policies on file are changed. Whatever it says, the cut-offs
// of the score are opened: they pass everybody who has a score, and whom they
// would stop is read off the distance to them.
type edit struct {
	off    []string // ids of rules that do not look at anybody
	factor float64  // of the limits; 0 is 1
	growth float64  // of the growth that ladders allow; 0 is 1
	closed bool     // the cut-offs stay as they are
	refer  bool     // instead of being opened, cut-offs pass from `refer` on
}

// far is a score beyond any.
const far = "1000000000000000"

// cutRule is a cut-off of the score: rule is its place in the decision table.
type cutRule struct{ rule int16 }

// movable reports whether shifts move a rule: a cut-off of the score that turns
// down, or refers, what is below it.
func movable(r *policy.Rule) bool {
	return r.Cutoff != nil && (r.Cutoff.Of == "" || r.Cutoff.Of == "score") && r.Then != "approve"
}

// findCuts lists the places in the decision tables that have such a cut-off.
func (w *world) findCuts() {
	ps := w.env.Policies.Policies
	for k := range 1 << 15 {
		some, more := false, false
		moved := make([]bool, len(ps))
		for i := range ps {
			more = more || k < len(ps[i].Rules)
			moved[i] = k < len(ps[i].Rules) && movable(&ps[i].Rules[k])
			some = some || moved[i]
		}
		if !more {
			return
		}
		if some {
			w.cuts, w.shifts = append(w.cuts, cutRule{int16(k)}), append(w.shifts, moved)
			w.last, w.at = append(w.last, nil), append(w.at, nil)
		}
	}
}

// compile compiles the policies as edited, for decisions.
func (w *world) compile(e edit) (*policy.Program, error) {
	r, err := w.edited(e)
	if err != nil {
		return nil, err
	}
	return r.Compile(decisions, replay.Resolver(w.env.Plan, w.env.Layouts[decisions], decisions))
}

// edited is the registry as edited.
func (w *world) edited(e edit) (*policy.Registry, error) {
	ps := slices.Clone(w.env.Policies.Policies)
	for i := range ps {
		e.apply(&ps[i])
	}
	exponent := int(math.Round(math.Log10(float64(w.env.Plan.MoneyScale()))))
	r, problems := policy.New(ps, w.env.Plan.Zone(), exponent)
	if len(problems) > 0 {
		return nil, fmt.Errorf("scenario: policies.%s: %s", problems[0].Path, problems[0].Text)
	}
	return r, nil
}

// apply edits one policy, without touching what others share.
func (e *edit) apply(p *policy.Policy) {
	p.Rules, p.Cooling = slices.Clone(p.Rules), slices.Clone(p.Cooling)
	for k := range p.Rules {
		r := &p.Rules[k]
		if slices.Contains(e.off, r.ID) {
			r.For = "false"
		}
		if !movable(r) || e.closed {
			continue
		}
		c := *r.Cutoff
		switch {
		case e.refer && c.Refer != "":
			c.Approve, c.Refer = c.Refer, ""
		case e.refer:
		case c.Better == "lower":
			c.Approve, c.Refer = far, ""
		default:
			c.Approve, c.Refer = "-"+far, ""
		}
		r.Cutoff = &c
	}
	for k := range p.Cooling {
		if slices.Contains(e.off, p.Cooling[k].ID) {
			p.Cooling[k].For = "false"
		}
	}
	e.climb(p)
	if p.Limit == nil || e.factor == 0 || e.factor == 1 {
		return
	}
	l := *p.Limit
	l.Terms = slices.Clone(l.Terms)
	by := policy.Expr(strconv.FormatFloat(e.factor, 'f', -1, 64))
	for k := range l.Terms {
		t := &l.Terms[k]
		switch {
		case t.Kind == "regulatory" || t.Kind == "partner": // not the lender's to move
		case t.Matrix != nil:
			m := *t.Matrix
			m.Times = times(m.Times, by)
			t.Matrix = &m
		default:
			t.Value = times(t.Value, by)
		}
	}
	p.Limit = &l
}

func times(x, by policy.Expr) policy.Expr {
	if x == "" {
		return by
	}
	if f, err := strconv.ParseFloat(string(x), 64); err == nil { // a whole number is no double to CEL
		return policy.Expr(strconv.FormatFloat(f, 'f', 1, 64)) + " * " + by
	}
	return "(" + x + ") * " + by
}

// band reports whether any movable cut-off has a refer band.
func (w *world) band() bool {
	for i := range w.env.Policies.Policies {
		p := &w.env.Policies.Policies[i]
		if slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return movable(&r) && r.Cutoff.Refer != "" }) {
			return true
		}
	}
	return false
}

// higherIsBetter says which way the scores go: as the first cut-off has it.
func (w *world) higherIsBetter() bool {
	for i := range w.env.Policies.Policies {
		for k := range w.env.Policies.Policies[i].Rules {
			if r := &w.env.Policies.Policies[i].Rules[k]; movable(r) {
				return r.Cutoff.Better != "lower"
			}
		}
	}
	return true
}
