package policy

import (
	"math"
	"slices"
	"strconv"
	"time"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Step is one step of a replay, of one row.
type Step struct {
	// Kind is "cooling_off", "rule", "cutoff", "term" (of a limit) or "growth"
	// (of a ladder).
	Kind string
	// Index is that of features.Replay.Rule for the first three kinds, of
	// features.Replay.Bound for the others.
	Index int16
	Name  string // Policy.RuleName or Policy.TermName
	// Says is "pass", "deny", "refer" or "approve" for rules, each looked at on
	// its own; "applies" for terms and the amounts of growth; "no" for rules and
	// terms that are not for the row; "met" or "unmet" for scope, tenure and
	// conditions; and "missing" where nothing can be said for want of a value.
	Says    string
	Decides bool // it is the rule that decided, or what binds the limit
	// Score, Approve and Refer are what a cut-off compared; NaN otherwise, and
	// where there is no refer band.
	Score, Approve, Refer float64
	Amount                int64   // minor units; -1: none
	Reads                 []Value // what it read, by name
}

// Value is a named value of a row, as policies see it: money in units.
type Value struct {
	Name    string
	Text    string // "" when missing
	Missing bool
}

// Explain replays one row of a batch under a policy and returns each step: the
// rules in their order, each looked at on its own, then the terms of the limit
// and, on limits, what the ladder makes of them; and the outcome of the replay.
func (p *Program) Explain(b *features.Batch, policy int16, tolerance float64, row int) ([]Step, features.Replay) {
	var out features.Replay
	if policy < 0 {
		out.Grow(1)
		return nil, out
	}
	policies, kept := make([]int16, b.N), p.scratch
	policies[row] = policy
	p.scratch = scratch{}
	p.scratch.verdicts.hair.column = kept.verdicts.hair.column
	defer func() { p.scratch = kept }()
	s := &p.scratch
	of := make([]int32, b.N)
	p.arms.variants(b, policies, of)
	v := p.variants[of[row]]
	one := s.gather(v, b, []int32{int32(row)})
	edges := []float64{tolerance}
	out.Grow(1)
	out.Policy[0] = policy
	p.run(v, one, edges, &out)
	e := explainer{p: p, b: one, x: &p.r.Policies[policy], out: &out}
	for k := range v.rules {
		e.rule(&v.rules[k])
	}
	asks := p.table == decisions && out.Outcome[0] != features.Undecided || v.ladder != nil
	if v.limit != nil && asks {
		for k := range v.limit.terms {
			e.term(v.limit, &v.limit.terms[k])
		}
		e.rest(v)
	}
	return e.steps, out
}

type explainer struct {
	p     *Program
	b     *features.Batch // of one row
	x     *Policy
	out   *features.Replay
	steps []Step
}

func (e *explainer) add(s Step, reads ...*expr.Expr) {
	names := []string{}
	for _, x := range reads {
		if x != nil {
			names = append(names, x.Names()...)
		}
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		s.Reads = append(s.Reads, e.value(n))
	}
	switch s.Kind {
	case "term", "growth":
		s.Name = e.x.TermName(int(s.Index))
		s.Decides = e.out.Bound[0] == s.Index || e.out.Rule[0] == e.x.ruleOfTerm(s.Index)
	default:
		s.Name, s.Decides = e.x.RuleName(int(s.Index)), e.out.Rule[0] == s.Index
	}
	e.steps = append(e.steps, s)
}

func (e *explainer) rule(r *rule) {
	var v verdicts
	v.reset(1, make([]bool, 1), false)
	v.apply(r, e.b, nil)
	s := Step{Kind: "rule", Index: r.index, Amount: -1, Says: says[v.said[0]], Score: math.NaN(), Approve: math.NaN(), Refer: math.NaN()}
	if v.doubt[0] != 0 {
		s.Says = "missing"
	}
	if r.scope != nil && r.scope.Truths(e.b)[0] == expr.False {
		s.Says = "no"
	}
	switch {
	case r.cut != nil:
		s.Kind, s.Score, s.Approve = "cutoff", r.cut.of.at(0), r.cut.approve.at(0)
		if r.cut.band {
			s.Refer = r.cut.refer.at(0)
		}
		e.add(s, r.scope, r.cut.of.x, r.cut.approve.x, r.cut.refer.x)
		return
	case int(r.index) >= len(e.x.Rules):
		s.Kind = "cooling_off"
	}
	e.add(s, r.scope, r.when)
}

var says = [...]string{open: "pass", approves: "approve", refers: "refer", denies: "deny"}

func (e *explainer) step(bound int16, amount int64, says string) Step {
	return Step{Kind: "growth", Index: bound, Amount: amount, Says: says, Score: math.NaN(), Approve: math.NaN(), Refer: math.NaN()}
}

func (e *explainer) term(l *limit, t *term) {
	alone := limit{terms: []term{*t}}
	var s least // of this term alone
	alone.least(&s, e.b, []bool{true}, nil, nil, e.p.r.scale)
	at := e.step(t.bound, s.amount[0], "applies")
	at.Kind = "term"
	switch {
	case s.fate[0] != open:
		at.Says, at.Amount = says[s.fate[0]], -1
	case s.amount[0] == unbounded:
		at.Says, at.Amount = "no", -1
	}
	var reads []*expr.Expr
	if t.newcomer != nil {
		reads = append(reads, t.newcomer.when)
	}
	reads = append(reads, t.scope, t.value.x)
	if m := t.matrix; m != nil {
		reads = append(reads, m.rows.of.x, m.columns.of.x, m.times.x)
	}
	e.add(at, reads...)
}

// rest adds what is no term of the policy.
func (e *explainer) rest(v *variant) {
	l, x, scale := v.limit, e.x, e.p.r.scale
	amount := func(k boundKind, q *quantity) {
		q.load(e.b)
		if a, ok := minor(q.at(0), scale); ok && q.set {
			e.add(e.step(x.bound(k), a, "applies"), q.x)
		}
	}
	if l.fixed != nil {
		amount(boundArm, l.fixed)
	}
	if g := v.ladder; g != nil {
		e.growth(v, g)
		return
	}
	amount(boundMinimum, &l.minimum)
	if l.column >= 0 && !e.b.Cols[l.column].IsNull(0) {
		e.add(e.step(x.bound(boundRequested), e.b.Cols[l.column].Ints[0], "applies"))
	}
}

func (e *explainer) growth(v *variant, g *ladder) {
	x, scale := e.x, e.p.r.scale
	now, ok := g.current(e.b, 0, scale)
	scope, when := g.load(e.b)
	truth := func(k boundKind, t []expr.Truth, of *expr.Expr) {
		if of != nil {
			e.add(e.step(x.bound(k), -1, [...]string{expr.False: "unmet", expr.True: "met", expr.Unknown: "missing"}[t[0]]), of)
		}
	}
	truth(boundScope, scope, g.scope)
	if ok {
		units := float64(now) / scale
		for _, c := range []struct {
			k boundKind
			q *quantity
			x float64
		}{{boundFactor, &g.factor, float64(units * g.factor.at(0))}, {boundAdd, &g.add, units + g.add.at(0)},
			{boundMinIncrease, &g.step, g.step.at(0)}, {boundMinIncrease, &g.share, float64(units * g.share.at(0))}} {
			if a, ok := minor(c.x, scale); ok && c.q.set {
				e.add(e.step(x.bound(c.k), a, "applies"), c.q.x)
			}
		}
		next := int64(math.MaxInt64)
		for k := range g.steps {
			if a, ok := minor(g.steps[k].at(0), scale); ok && a > now {
				next = min(next, a)
			}
		}
		if next != math.MaxInt64 {
			e.add(e.step(x.bound(boundStep), next, "applies"))
		} else if len(g.steps) > 0 {
			e.add(e.step(x.bound(boundStep), now, "applies"))
		}
	}
	if g.tenure > 0 {
		s, months := e.step(x.bound(boundTenure), -1, "missing"), math.NaN()
		if g.months >= 0 {
			months = e.b.Cols[g.months].Floats[0]
			s.Reads = []Value{e.value(factMonths)}
		}
		if months >= g.tenure {
			s.Says = "met"
		} else if months < g.tenure {
			s.Says = "unmet"
		}
		e.add(s)
	}
	truth(boundConditions, when, g.when)
}

// value is the value of a name in the row.
func (e *explainer) value(name string) Value {
	c, ok := e.p.resolve(name)
	v := Value{Name: name, Missing: true}
	number := func(x float64) {
		v.Text, v.Missing = strconv.FormatFloat(x, 'f', -1, 64), false
	}
	if c.Score && e.b.Scores != nil && e.b.Scores.Model[0] >= 0 {
		number(e.b.Scores.Score[0])
		return v
	}
	if !ok || c.Index < 0 || e.b.Cols[c.Index].IsNull(0) {
		return v
	}
	col := &e.b.Cols[c.Index]
	v.Missing = false
	switch c.Kind {
	case features.Text:
		v.Text = col.Text(0)
	case features.Float:
		number(col.Floats[0])
	case features.Money:
		number(float64(col.Ints[0]) / max(c.Scale, 1))
	case features.Instant:
		v.Text = time.UnixMicro(col.Ints[0]).In(e.p.r.zone).Format(time.RFC3339)
	case features.Date:
		v.Text = time.Unix(col.Ints[0]*86400, 0).UTC().Format(time.DateOnly)
	case features.Bool:
		v.Text = strconv.FormatBool(col.Ints[0] != 0)
	default:
		number(float64(col.Ints[0]))
	}
	return v
}
