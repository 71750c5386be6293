package governance

import "evenhand/audit"

// Merge implements audit.State.
func (s *state) Merge(other audit.State) {
	for i, t := range s.tables {
		t.merge(other.(*state).tables[i])
	}
}

func (t *table) merge(o *table) {
	t.rows += o.rows
	t.test += o.test
	t.aside += o.aside
	for i, n := range o.none {
		t.none[i] += n
	}
	t.unknown.Merge(&o.unknown)
	t.wrong.Merge(&o.wrong)
	t.outside.Merge(o.outside)
	t.misused.Merge(o.misused)
	products := t.products.Merge(&o.products)
	for m := range t.models {
		t.models[m].merge(&o.models[m], products)
	}
	for k := range t.age {
		t.age[k].merge(o.age[k])
	}
}

func (u *usage) merge(o *usage, products []int32) {
	switch {
	case o.rows == 0:
	case u.rows == 0:
		u.first, u.last = o.first, o.last
	default:
		u.first, u.last = min(u.first, o.first), max(u.last, o.last)
	}
	u.rows += o.rows
	u.outside += o.outside
	u.lost += o.lost
	u.months = added(u.months, o.months)
	for p, d := range o.days {
		if len(d) == 0 {
			continue
		}
		at := int(products[p])
		if at >= len(u.days) {
			u.days = append(u.days, make([]days, at+1-len(u.days))...)
		}
		u.days[at].merge(d)
	}
	if k := len(o.periods) - len(u.periods); k > 0 {
		u.periods = append(u.periods, make([]cell, k)...)
	}
	for p, c := range o.periods {
		u.periods[p].n += c.n
		u.periods[p].missing = added(u.periods[p].missing, c.missing)
	}
	for k := range u.inputs {
		u.inputs[k].merge(&o.inputs[k])
	}
}

// added returns a + b, element by element, in the memory of a.
func added(a, b []int64) []int64 {
	if k := len(b) - len(a); k > 0 {
		a = append(a, make([]int64, k)...)
	}
	for i, n := range b {
		a[i] += n
	}
	return a
}
