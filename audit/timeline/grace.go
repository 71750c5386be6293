package timeline

import (
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// DefaultGrace is the grace period of a policy that states none: business days
// after the due date on which a payment is still on time.
const DefaultGrace = 1

// graces gives the grace period of each loan: grace_days of the terms of the
// policy in force for its product on the due date, or else of the newest one
// that names the product.
type graces struct {
	env  *audit.Env
	dict *features.Dict
	of   []grace // of product code c at c+1
}

// grace is the grace period of one product.
type grace struct {
	product string
	days    int
	varies  bool // by version
}

func newGraces(env *audit.Env) graces { return graces{env: env} }

// until fills the last day on time of the loan's instalments.
func (g *graces) until(r *Reader, l *Loan, product *features.Vector) {
	var d *features.Dict
	if product != nil {
		d = product.Dict
	}
	if g.of == nil || g.dict != d {
		g.dict, g.of = d, append(g.of[:0], g.product(""))
	}
	for d != nil && len(g.of) <= d.Len() {
		g.of = append(g.of, g.product(d.Value(int32(len(g.of)-1))))
	}
	p := &g.of[l.product+1]
	for k := range l.Instalments {
		i := &l.Instalments[k]
		days := p.days
		if p.varies {
			if v := g.env.Policies.Pick("", p.product, r.calendar.Start(i.Due)); v >= 0 {
				days = graceDays(g.env.Policies.Policies[v].Terms.GraceDays)
			}
		}
		i.until = r.calendar.Add(i.Due, days)
	}
}

// product finds the grace period of a product.
func (g *graces) product(name string) grace {
	out := grace{product: name, days: DefaultGrace}
	if g.env.Policies == nil {
		return out
	}
	seen, newest := false, ""
	for i := range g.env.Policies.Policies {
		p := &g.env.Policies.Policies[i]
		if len(p.Products) > 0 && !slices.Contains(p.Products, name) {
			continue
		}
		days := graceDays(p.Terms.GraceDays)
		out.varies = out.varies || seen && days != out.days
		if !seen || p.From >= newest { // ISO dates sort as time does
			out.days, newest = days, p.From
		}
		seen = true
	}
	return out
}

// graceDays is the grace period that a policy's terms state; zero is the
// default.
func graceDays(days int) int {
	if days > 0 {
		return days
	}
	return DefaultGrace
}
