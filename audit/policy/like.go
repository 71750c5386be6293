package policy

import (
	"maps"
	"reflect"
	"slices"
)

// like completes policy i by the earlier version that it says it is like. When
// the plan lists that version several times, for several products, the one for
// i's own products is meant, else the first.
func (v *validator) like(i int) {
	p := &v.r.Policies[i]
	v.base[i] = -1
	if p.Like == "" {
		return
	}
	base := -1
	for j := range i {
		if b := &v.r.Policies[j]; b.Version == p.Like && (base < 0 || slices.Equal(b.Products, p.Products)) {
			base = j
			if slices.Equal(b.Products, p.Products) {
				break
			}
		}
	}
	if base < 0 {
		v.wrong("like", "no version %q stands before this one; list it first, or write the policy out", p.Like)
		return
	}
	v.base[i] = base
	b := &v.r.Policies[base]
	own := *p
	p.Values = under(b.Values, p.Values)
	p.Promises = under(b.Promises, p.Promises)
	p.Conditions = under(b.Conditions, p.Conditions)
	p.Arms = under(b.Arms, p.Arms)
	inherit(reflect.ValueOf(p).Elem(), reflect.ValueOf(b).Elem())
	if p.Limit != nil && own.Limit != nil && b.Limit != nil {
		x := *own.Limit
		inherit(reflect.ValueOf(&x).Elem(), reflect.ValueOf(b.Limit).Elem())
		p.Limit = &x
	}
	if p.Ladder != nil && own.Ladder != nil && b.Ladder != nil {
		x := *own.Ladder
		inherit(reflect.ValueOf(&x).Elem(), reflect.ValueOf(b.Ladder).Elem())
		p.Ladder = &x
	}
	inherit(reflect.ValueOf(&p.Terms).Elem(), reflect.ValueOf(&b.Terms).Elem())
	if p.Limit != nil && own.Limit != nil { // a grid of amounts and a step exclude each other
		switch {
		case own.Limit.Step != "" && own.Limit.Amounts == nil:
			p.Limit.Amounts = nil
		case own.Limit.Amounts != nil && own.Limit.Step == "":
			p.Limit.Step = ""
		}
	}
	// What says when and why a version held is its own.
	p.Version, p.Like, p.From, p.To, p.Again = own.Version, "", own.From, own.To, own.Again
	p.Beside, p.Reason, p.Note, p.Approved = own.Beside, own.Reason, own.Note, own.Approved
}

// inherit gives fields of p that are not set the value they have in b.
func inherit(p, b reflect.Value) {
	for i := range p.NumField() {
		if p.Field(i).IsZero() {
			p.Field(i).Set(b.Field(i))
		}
	}
}

// under returns base with the entries of own put over it.
func under[T any](base, own map[string]T) map[string]T {
	if len(base) == 0 {
		return own
	}
	out := maps.Clone(base)
	maps.Copy(out, own)
	return out
}
