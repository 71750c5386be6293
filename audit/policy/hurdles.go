package policy

import (
	"maps"
	"slices"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Hurdle is one thing that can keep a row from being approved, or a limit from
// being raised, by itself: a rule, a term of a limit, the conditions of a
// ladder. As long as what it reads stays as it is, the row stays where it is,
// whatever else changes: that is what makes hurdles of use to a search.
type Hurdle struct {
	// Rule and Bound say which, as in features.Replay; -1 where it is not of
	// that kind.
	Rule, Bound int16
	Reads       []Read // by column
}

// Read is a column that a hurdle reads.
type Read struct {
	Column int  // in the batch; -1: there is none, as of a score only recomputed
	Score  bool // it is the score
	// Any says that any two values may make a difference; else only those on
	// different sides of a cut, or on one, do.
	Any  bool
	Cuts []Cut
}

// Cut is a value at which a hurdle may change its mind.
type Cut struct {
	Value   float64
	Of      *expr.Expr // in place of Value, unless nil: a number of the row
	Columns []int      // that Of reads
	Score   bool       // Of reads the score
}

// Variants sets dst to the variant of each row of a batch, for Hurdles; -1
// where it has no policy. A policy has one variant, and another for each arm of
// an experiment that replaces some of it.
func (p *Program) Variants(b *features.Batch, policies []int16, dst []int32) {
	p.arms.variants(b, policies, dst)
}

// VariantPolicy is the policy that a variant is of.
func (p *Program) VariantPolicy(variant int32) int16 { return p.variants[variant].policy }

// VariantCount is the number of variants.
func (p *Program) VariantCount() int { return len(p.variants) }

// Columns are the columns of the batch that replays read, ascending.
func (p *Program) Columns() []int {
	seen := map[int]bool{}
	for _, v := range p.variants {
		for _, c := range v.columns {
			seen[c] = true
		}
	}
	for _, c := range []int{p.arms.idColumn, p.arms.armColumn} {
		if c >= 0 {
			seen[c] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Hurdles are those of a variant. The last one stands for all of them together.
func (p *Program) Hurdles(variant int32) []Hurdle {
	v := p.variants[variant]
	x := &p.r.Policies[v.policy]
	var out []Hurdle
	all := p.reader()
	add := func(rule, bound int16, r *reader) {
		out = append(out, Hurdle{Rule: rule, Bound: bound, Reads: r.reads()})
		all.join(r)
	}
	approving := p.reader() // what rules that approve read: they spare a row the later ones
	everything := false
	for k := range v.rules {
		r, own := &v.rules[k], p.reader()
		own.rule(r)
		if r.then == approves {
			approving.join(own)
			everything = true
		}
		if everything {
			own.join(approving)
		}
		add(r.index, -1, own)
	}
	if v.limit != nil {
		p.limitHurdles(v, x, add)
	}
	if v.ladder != nil {
		p.ladderHurdles(v, x, add)
	}
	return append(out, Hurdle{Rule: -1, Bound: -1, Reads: all.reads()})
}

// limitHurdles adds the terms of a limit, each with what all of them go through.
func (p *Program) limitHurdles(v *variant, x *Policy, add func(rule, bound int16, r *reader)) {
	l := v.limit
	common := func() *reader {
		r := p.reader()
		r.condition(l.scope)
		r.amounts(&l.step, &l.minimum)
		for k := range l.amounts {
			r.amounts(&l.amounts[k])
		}
		if g := v.ladder; g != nil {
			for k := range g.steps {
				r.amounts(&g.steps[k])
			}
		}
		return r
	}
	for k := range l.terms {
		t, r := &l.terms[k], common()
		r.condition(t.scope)
		if t.newcomer != nil {
			r.condition(t.newcomer.when)
		}
		r.amounts(&t.value, &t.instead)
		if m := t.matrix; m != nil {
			r.axis(&m.rows)
			r.axis(&m.columns)
			r.amounts(&m.times)
			for i := range m.cells {
				r.amounts(&m.cells[i])
			}
		}
		add(-1, t.bound, r)
	}
	if l.fixed != nil {
		r := common()
		r.amounts(l.fixed)
		add(-1, x.bound(boundArm), r)
	}
}

// ladderHurdles adds what can hold back a review besides the limit's terms.
func (p *Program) ladderHurdles(v *variant, x *Policy, add func(rule, bound int16, r *reader)) {
	g := v.ladder
	scope, when, tenure := p.reader(), p.reader(), p.reader()
	scope.condition(g.scope)
	when.condition(g.when)
	add(-1, x.bound(boundScope), scope)
	add(-1, x.bound(boundConditions), when)
	add(-1, x.bound(boundTenure), tenure)
	for _, k := range []boundKind{boundFactor, boundAdd, boundStep} {
		r := p.reader()
		r.amounts(&g.factor, &g.add, &g.step, &g.share, &v.limit.step)
		for i := range g.steps {
			r.amounts(&g.steps[i])
		}
		add(-1, x.bound(k), r)
	}
}

// HurdleOf is the index in Hurdles of what a replay of a row says is in the way;
// the last one where no single hurdle can be told. The row must not be approved
// (on limits: raised), nor its score too near to a cut-off.
func (p *Program) HurdleOf(hurdles []Hurdle, variant int32, r *features.Replay, row int) int {
	x := &p.r.Policies[p.variants[variant].policy]
	last := len(hurdles) - 1
	find := func(rule, bound int16) int {
		if k := slices.IndexFunc(hurdles[:last], func(h Hurdle) bool { return h.Rule == rule && h.Bound == bound }); k >= 0 {
			return k
		}
		return last
	}
	rule, bound := r.Rule[row], r.Bound[row]
	switch {
	case p.table == limits && (r.Outcome[row] == features.Undecided || bound < 0):
		return last
	case p.table == limits:
		return find(-1, bound)
	case rule < 0, int(rule) < len(x.Rules) && x.Rules[rule].Then == "approve":
		return last
	case rule < x.ruleBelow():
		return find(rule, -1)
	case rule < x.ruleOfTerm(0):
		if bound < 0 {
			return last
		}
		return find(-1, bound)
	}
	return find(-1, rule-x.ruleOfTerm(0))
}

// reader gathers what expressions read.
type reader struct {
	p  *Program
	of map[string]*Read
}

func (p *Program) reader() *reader { return &reader{p: p, of: map[string]*Read{}} }

// read returns the entry of a name.
func (r *reader) read(name string) *Read {
	if r.of[name] == nil {
		c, ok := r.p.resolve(name)
		if !ok {
			c.Index = -1
		}
		r.of[name] = &Read{Column: c.Index, Score: c.Score}
	}
	return r.of[name]
}

// note notes what an expression's cuts of a name are.
func (r *reader) note(name string, cuts []*expr.Expr, ok bool) {
	x := r.read(name)
	x.Any = x.Any || !ok
	for _, e := range cuts {
		c := Cut{}
		if v, constant := e.Constant(); constant {
			c.Value = v
		} else {
			c.Of = e
			for _, n := range e.Names() {
				col, _ := r.p.resolve(n)
				c.Score = c.Score || col.Score
				if !col.Score || col.Index >= 0 {
					c.Columns = append(c.Columns, col.Index)
				}
			}
		}
		x.Cuts = append(x.Cuts, c)
	}
}

func (r *reader) condition(e *expr.Expr) {
	if e == nil {
		return
	}
	for _, name := range e.Names() {
		cuts, ok := e.Cuts(name)
		r.note(name, cuts, ok)
	}
}

func (r *reader) amounts(qs ...*quantity) {
	for _, q := range qs {
		r.condition(q.x)
	}
}

func (r *reader) axis(a *axis) {
	if a.of.x == nil {
		return
	}
	for _, name := range a.of.x.Names() {
		if !a.of.x.Is(name) {
			cuts, ok := a.of.x.Cuts(name)
			r.note(name, cuts, ok)
			continue
		}
		x := r.read(name)
		x.Any = x.Any || a.texts > 0
		for _, c := range a.cuts {
			x.Cuts = append(x.Cuts, Cut{Value: c})
		}
	}
}

func (r *reader) rule(x *rule) {
	r.condition(x.scope)
	r.condition(x.when)
	if x.cut == nil {
		return
	}
	// Below approve the row does not pass, whether it is referred or denied;
	// unless the rule approves what is below.
	r.compared(&x.cut.of, &x.cut.approve)
	if x.then == approves && x.cut.band {
		r.compared(&x.cut.of, &x.cut.refer)
	}
}

// compared notes what a comparison of two numbers reads.
func (r *reader) compared(a, b *quantity) {
	switch {
	case a.x != nil && b.x != nil:
		names := append(a.x.Names(), b.x.Names()...)
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			cuts, ok := expr.Compared(a.x, b.x, name)
			r.note(name, cuts, ok)
		}
	case a.x == nil && b.x != nil:
		r.compared(b, a)
	case a.x != nil:
		for _, name := range a.x.Names() {
			if a.x.Is(name) {
				x := r.read(name)
				x.Cuts = append(x.Cuts, Cut{Value: b.constant})
				continue
			}
			cuts, ok := a.x.Cuts(name)
			r.note(name, cuts, ok)
		}
	}
}

// join adds what another reader has read.
func (r *reader) join(o *reader) {
	for name, x := range o.of {
		y := r.read(name)
		y.Any = y.Any || x.Any
		y.Cuts = append(y.Cuts, x.Cuts...)
	}
}

// reads are the columns read, ascending, the score first.
func (r *reader) reads() []Read {
	var out []Read
	for _, name := range slices.Sorted(maps.Keys(r.of)) {
		out = append(out, *r.of[name])
	}
	slices.SortStableFunc(out, func(a, b Read) int {
		switch {
		case a.Score != b.Score && a.Score:
			return -1
		case a.Score != b.Score:
			return 1
		}
		return a.Column - b.Column
	})
	return out
}
