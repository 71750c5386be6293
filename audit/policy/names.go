package policy

import (
	"maps"
	"slices"

	"evenhand/audit/policy/expr"
)

// What policies read besides what their expressions name.
const (
	kindColumn      = "kind"
	beforeColumn    = "limit_before"
	requestedColumn = "requested_amount"
	decidedColumn   = "decided_at"
	momentColumn    = "at"
	typeColumn      = "application_type"
	experiment      = "experiment_id"
	experimentArm   = "experiment_arm"
	factLimit       = "history.limit"
	factMonths      = "history.months_on_book"
)

// sinceFact is the fact that says how long ago what starts a cooling-off was.
func sinceFact(after string) string { return "history.days_since_" + after }

// Names returns the names that the expressions of a table's replay read,
// sorted: columns and features by name, facts as "history.NAME". table is
// "decisions" or "limits".
func (r *Registry) Names(table string) []string {
	names := map[string]bool{}
	for i := range r.Policies {
		r.Policies[i].names(table, names)
	}
	return slices.Sorted(maps.Keys(names))
}

func (p *Policy) names(table string, names map[string]bool) {
	t := 0
	if table == limits {
		t = 1
	}
	arms := map[string]map[string]Expr{"": p.Values}
	seen := map[string]bool{} // values already followed, by arm
	var add func(x Expr, arm string)
	add = func(x Expr, arm string) {
		s, err := expr.Parse(string(x))
		if err != nil {
			return // New told of it
		}
		for _, n := range s.Names() {
			if v, ok := arms[arm][n]; !ok {
				names[n] = true
			} else if k := arm + "\x00" + n; !seen[k] {
				seen[k] = true
				add(v, arm)
			}
		}
	}
	for e, x := range p.Arms {
		for a, arm := range x.Arms {
			if len(arm.Values) > 0 {
				arms[e+"\x00"+a] = under(p.Values, arm.Values)
			}
		}
	}
	p.walk(func(x visit) {
		if !x.on[t] {
			return
		}
		for arm := range arms {
			if x.arm == "" || x.arm == arm || arms[x.arm] == nil {
				add(x.expr, arm)
			}
		}
	})
	if len(p.Arms) > 0 {
		names[experiment], names[experimentArm] = true, true
	}
	newcomers := p.NewUser != nil && p.NewUser.Months > 0
	if table == decisions {
		for i := range p.Cooling {
			names[sinceFact(p.Cooling[i].After)] = true
		}
		if l := p.Limit; l != nil && l.Requested != "ignore" {
			names[requestedColumn] = true
		}
		if newcomers && p.NewUser.Limit != "" && p.Limit != nil {
			names[factMonths] = true
		}
		return
	}
	delete(names, typeColumn) // a review stands for a limit_increase
	if names[decidedColumn] { // … decided when it is made
		delete(names, decidedColumn)
		names[momentColumn] = true
	}
	if p.Ladder != nil {
		names[kindColumn], names[beforeColumn], names[factLimit] = true, true, true
	}
	if newcomers || p.Ladder != nil && p.Ladder.Tenure > 0 {
		names[factMonths] = true
	}
}
