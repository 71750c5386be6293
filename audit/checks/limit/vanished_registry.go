package limit

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit/cause"
	"evenhand/audit/policy"
)

// number is an amount that an expression of a policy states outright.
type number struct {
	minor int64
	ok    bool
}

type numberKey struct {
	policy int16
	expr   policy.Expr
}

// number returns the amount, in minor units, that an expression of a policy
// states: a number, or the name of a value that is one.
func (s *vanished) number(pol int16, e policy.Expr) (int64, bool) {
	if e == "" || pol < 0 {
		return 0, false
	}
	k := numberKey{pol, e}
	x, seen := s.numbers[k]
	if !seen {
		text := strings.TrimSpace(string(e))
		if v, named := s.policy(pol).Values[text]; named {
			text = strings.TrimSpace(string(v))
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			x = number{units(f, s.scale), true}
		}
		s.numbers[k] = x
	}
	return x.minor, x.ok
}

// promiseOf returns the published promise that a promise event belongs to: the
// one that its condition names, else the only one for the product, or, in an
// export without promise_condition, the only one of its amount.
func (s *vanished) promiseOf(pol int16, condition, product string, amount int64) (string, *policy.Promise) {
	p := s.policy(pol)
	if p == nil {
		return "", nil
	}
	if x, ok := p.Promises[condition]; ok {
		return condition, &x
	}
	var fits, same []string
	for _, name := range slices.Sorted(maps.Keys(p.Promises)) {
		x := p.Promises[name]
		if len(x.Products) > 0 && !slices.Contains(x.Products, product) {
			continue
		}
		fits = append(fits, name)
		if a, ok := s.number(pol, x.Amount); ok && a == amount {
			same = append(same, name)
		}
	}
	if len(fits) > 1 && !s.coded {
		fits = same
	}
	if len(fits) != 1 {
		return "", nil
	}
	x := p.Promises[fits[0]]
	return fits[0], &x
}

// caps looks whether the limit was at a cap, as the policy in force on the due
// date states it.
func (s *vanished) caps(a *account, p *promise, v *verdict) {
	limit := a.limitAt(p.stop - 1)
	if limit == none || p.policy < 0 || v.ended {
		return
	}
	v.item("limit_at_the_end", money(limit, s.scale))
	reached := func(pol int16, e policy.Expr, code string) bool {
		most, ok := s.number(pol, e)
		if !ok || limit < most {
			return false
		}
		v.capped = code
		v.item("cap", money(most, s.scale))
		return true
	}
	if p.spec != nil && reached(p.policy, p.spec.Cap, cause.ProductCap) {
		return
	}
	if pol := s.policy(p.policy); pol.Limit != nil {
		for _, t := range pol.Limit.Terms {
			if t.For != "" {
				continue
			}
			if t.Kind == "regulatory" && reached(p.policy, t.Value, cause.RegulatoryCap) || t.Kind == "product" && reached(p.policy, t.Value, cause.ProductCap) {
				return
			}
		}
	}
}

// parseDay reads a day, or the day of an instant, as days since 1970-01-01.
func parseDay(s string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	return t.Unix() / (24 * 3600), err == nil
}
