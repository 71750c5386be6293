package policy

import (
	"fmt"
	"maps"
	"slices"
)

// use says what an expression is for.
type use uint8

const (
	condition use = iota // true or false
	number
	amount   // money, of at least 0
	anything // a value
)

// tables an expression is evaluated over.
const (
	decisions = "decisions"
	limits    = "limits"
)

// visit is one expression of a policy.
type visit struct {
	path  string
	expr  Expr
	use   use
	on    [2]bool // whether it is evaluated over decisions, over limits
	value string  // the name of the value it defines
	arm   string  // the arm that replaces it
}

// walk calls f for each expression of a policy that is given, in a fixed order.
func (p *Policy) walk(f func(visit)) {
	on := [2]bool{}
	var arm string
	give := func(path string, x Expr, u use) {
		if x != "" {
			f(visit{path: path, expr: x, use: u, on: on, arm: arm})
		}
	}
	each := func(path string, xs []Expr, u use) {
		for i, x := range xs {
			give(fmt.Sprintf("%s.%d", path, i+1), x, u)
		}
	}
	values := func(path string, m map[string]Expr) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			f(visit{path: path + "." + k, expr: m[k], use: anything, value: k, arm: arm})
		}
	}
	values("values", p.Values)

	on = [2]bool{true, false}
	for i := range p.Cooling {
		give(fmt.Sprintf("cooling_off.%d.for", i+1), p.Cooling[i].For, condition)
	}
	for i := range p.Rules {
		r, path := &p.Rules[i], fmt.Sprintf("rules.%d.", i+1)
		give(path+"for", r.For, condition)
		give(path+"when", r.When, condition)
		if c := r.Cutoff; c != nil {
			give(path+"cutoff.of", c.of(), number)
			give(path+"cutoff.approve", c.Approve, number)
			give(path+"cutoff.refer", c.Refer, number)
		}
	}
	on = [2]bool{true, p.Ladder != nil}
	if l := p.Limit; l != nil {
		give("limit.for", l.For, condition)
		for i := range l.Terms {
			l.Terms[i].walk(fmt.Sprintf("limit.min_of.%d.", i+1), give)
		}
		give("limit.step", l.Step, amount)
		each("limit.amounts", l.Amounts, amount)
		give("limit.minimum", l.Minimum, amount)
	}
	if n := p.NewUser; n != nil {
		on = [2]bool{n.Limit != "" && p.Limit != nil, true}
		give("new_user.when", n.When, condition)
		give("new_user.limit", n.Limit, amount)
		on[0] = false
		give("new_user.drawable", n.Drawable, amount)
	}
	on = [2]bool{false, true}
	if l := p.Ladder; l != nil {
		give("ladder.for", l.For, condition)
		give("ladder.when", l.When, condition)
		each("ladder.steps", l.Steps, amount)
		give("ladder.factor", l.Factor, number)
		give("ladder.add", l.Add, amount)
		give("ladder.min_increase", l.MinStep, amount)
		give("ladder.min_increase_share", l.MinShare, number)
	}
	for _, k := range slices.Sorted(maps.Keys(p.Promises)) {
		x := p.Promises[k]
		give("promises."+k+".amount", x.Amount, amount)
		give("promises."+k+".cap", x.Cap, amount)
		give("promises."+k+".when", x.When, condition)
	}
	for _, k := range slices.Sorted(maps.Keys(p.Conditions)) {
		give("conditions."+k, p.Conditions[k], condition)
	}
	for _, e := range slices.Sorted(maps.Keys(p.Arms)) {
		for _, a := range slices.Sorted(maps.Keys(p.Arms[e].Arms)) {
			x, path := p.Arms[e].Arms[a], "experiments."+e+".arms."+a
			arm = e + "\x00" + a
			values(path+".values", x.Values)
			on = [2]bool{true, true}
			give(path+".limit", x.Limit, amount)
			on = [2]bool{false, true}
			give(path+".drawable", x.Drawable, amount)
		}
	}
}

func (t *Term) walk(path string, give func(string, Expr, use)) {
	give(path+"for", t.For, condition)
	give(path+"value", t.Value, amount)
	if t.missingAmount() {
		give(path+"missing", t.Missing, amount)
	}
	m := t.Matrix
	if m == nil {
		return
	}
	path += "matrix."
	give(path+"rows.of", m.Rows.of(), number)
	if m.Columns != nil {
		give(path+"columns.of", m.Columns.of(), number)
	}
	cells := amount
	if m.Times != "" {
		cells = number
	}
	for i, row := range m.Cells {
		for j, x := range row {
			give(fmt.Sprintf("%scells.%d.%d", path, i+1, j+1), x, cells)
		}
	}
	give(path+"times", m.Times, number)
}

// missingAmount reports whether the term takes an amount in place of one that
// can't be computed.
func (t *Term) missingAmount() bool {
	switch t.Missing {
	case "", "skip", "refer", "deny":
		return false
	}
	return true
}

const score Expr = "score"

func (c *Cutoff) of() Expr {
	if c.Of == "" {
		return score
	}
	return c.Of
}

func (a *Axis) of() Expr {
	if a.Of == "" {
		return score
	}
	return a.Of
}
