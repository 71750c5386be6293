package policy

import (
	"maps"
	"slices"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Amount is a kind of amount that Program.Amounts computes.
type Amount int

// The amounts.
const (
	PromiseAmount   Amount = iota // of one increase of the promise called name
	PromiseCap                    // limit at which its increases end
	NewUserLimit                  // most that a new customer's limit can be; none for others
	NewUserDrawable               // most that a new customer can draw; none for others
	ArmLimit                      // limit of the row's arm of an experiment
	ArmDrawable                   // most that can be drawn in the row's arm
)

// extra is what one variant says of the rows of limits besides reviews.
type extra struct {
	conditions     map[string]*expr.Expr
	amounts, caps  map[string]*quantity // of promises
	newcomer       *newcomer
	limit, drawn   quantity // of new customers
	armLimit, armD quantity
}

func (c *compiler) extras(x Arm, arm int) *extra {
	p := &c.r.Policies[c.index]
	e := &extra{conditions: map[string]*expr.Expr{}, amounts: map[string]*quantity{}, caps: map[string]*quantity{}}
	for _, k := range slices.Sorted(maps.Keys(p.Conditions)) {
		e.conditions[k] = c.truth("conditions."+k, p.Conditions[k])
	}
	for _, k := range slices.Sorted(maps.Keys(p.Promises)) {
		y := p.Promises[k]
		path := "promises." + k + "."
		if y.When != "" {
			e.conditions[k] = c.truth(path+"when", y.When)
		}
		amount, most := c.number(path+"amount", y.Amount), c.number(path+"cap", y.Cap)
		e.amounts[k], e.caps[k] = &amount, &most
	}
	if n := p.NewUser; n != nil {
		e.newcomer = c.newcomer(n)
		e.limit, e.drawn = c.number("new_user.limit", n.Limit), c.number("new_user.drawable", n.Drawable)
	}
	if arm >= 0 {
		e.armLimit, e.armD = c.number("experiments", x.Limit), c.number("experiments", x.Drawable)
	}
	return e
}

// each calls f for the variants that rows of b have, with those rows.
func (p *Program) each(b *features.Batch, policies []int16, f func(k int32, rows []int32)) {
	s := &p.scratch
	s.variant = grow(s.variant, b.N)
	p.arms.variants(b, policies, s.variant)
	for k := range p.variants {
		var rows []int32
		for i, v := range s.variant {
			if v == int32(k) {
				rows = append(rows, int32(i))
			}
		}
		if rows != nil {
			f(int32(k), rows)
		}
	}
}

// Condition evaluates, over rows of the limits table, the condition of that
// name: a code of `conditions`, or a key of `promises` for its `when`. It
// returns nil when no policy has it; Unknown where the row's has not. It is for
// few rows at a time.
func (p *Program) Condition(b *features.Batch, policies []int16, name string) []expr.Truth {
	var out []expr.Truth
	for _, x := range p.extras {
		if x.conditions[name] != nil && out == nil {
			out = make([]expr.Truth, b.N)
			for i := range out {
				out[i] = expr.Unknown
			}
		}
	}
	if out == nil {
		return nil
	}
	p.each(b, policies, func(k int32, rows []int32) {
		if e := p.extras[k].conditions[name]; e != nil {
			t := e.Truths(b)
			for _, i := range rows {
				out[i] = t[i]
			}
		}
	})
	return out
}

// Amounts computes an amount for rows of the limits table, in minor units, -1
// where the row's policy or arm says none or it needs a value that is missing.
// name is the promise's, and "" for others. It returns nil when no policy has
// the amount. It is for few rows at a time.
func (p *Program) Amounts(b *features.Batch, policies []int16, what Amount, name string) []int64 {
	some := false
	for _, x := range p.extras {
		q := x.amount(what, name)
		some = some || q != nil && q.set
	}
	if !some {
		return nil
	}
	out := make([]int64, b.N)
	for i := range out {
		out[i] = -1
	}
	p.each(b, policies, func(k int32, rows []int32) {
		x := p.extras[k]
		q := x.amount(what, name)
		if q == nil || !q.set {
			return
		}
		q.load(b)
		var who []expr.Truth
		if what == NewUserLimit || what == NewUserDrawable {
			who = x.newcomer.when.Truths(b)
		}
		for _, i := range rows {
			if who != nil && (who[i] == expr.False || who[i] == expr.Unknown && !x.newcomer.missing) {
				continue
			}
			if a, ok := minor(q.at(int(i)), p.r.scale); ok {
				out[i] = a
			}
		}
	})
	return out
}

func (x *extra) amount(what Amount, name string) *quantity {
	switch what {
	case PromiseAmount:
		return x.amounts[name]
	case PromiseCap:
		return x.caps[name]
	case NewUserLimit:
		return &x.limit
	case NewUserDrawable:
		return &x.drawn
	case ArmLimit:
		return &x.armLimit
	case ArmDrawable:
		return &x.armD
	}
	return nil
}
