package denial

import (
	"cmp"
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// appeals is what the lookup table of appeals says about decisions.
type appeals struct {
	present bool
	// faults lists the decisions with a bad appeal, by decision id; index
	// finds them.
	faults []fault
	index  map[string]int32

	total, overdue    int64 // appeals against decisions; of these overdue
	closed, automatic int64 // closed ones of which it is known; of these without a human
}

// fault is what went wrong with the appeals against one decision.
type fault struct {
	decision  string
	overdue   bool
	automatic bool
	opened    int64 // of the worst appeal
	days      int64 // that it was, or has been, open
	open      bool
}

func newAppeals(env *audit.Env, c *calendar, allowed int64) *appeals {
	b := env.Lookups["appeals"]
	if b == nil {
		return &appeals{}
	}
	column := func(name string) *features.Vector { return &b.Cols[env.Col("appeals", name)] }
	decision, opened, closed, human := column("decision_id"), column("opened_at"), column("closed_at"), column("human_reviewed")
	a := &appeals{present: true, index: map[string]int32{}}
	var all []fault
	for i := range b.N {
		if decision.IsNull(i) || opened.IsNull(i) {
			continue
		}
		f := fault{decision: string(decision.Opaque(i)), opened: opened.Ints[i], open: closed.IsNull(i)}
		end := env.Plan.AsOfMicros()
		if !f.open {
			end = closed.Ints[i]
			if !human.IsNull(i) {
				a.closed++
				if f.automatic = human.Ints[i] == 0; f.automatic {
					a.automatic++
				}
			}
		}
		f.days = c.day(end) - c.day(f.opened)
		f.overdue = f.days > allowed
		a.total++
		if f.overdue {
			a.overdue++
		}
		if f.overdue || f.automatic {
			all = append(all, f)
		}
	}
	a.keep(all)
	return a
}

// keep folds the faults of one decision into one, whatever their order.
func (a *appeals) keep(all []fault) {
	slices.SortFunc(all, func(x, y fault) int {
		return cmp.Or(cmp.Compare(x.decision, y.decision), cmp.Compare(y.days, x.days), cmp.Compare(x.opened, y.opened), b2i(y.open)-b2i(x.open))
	})
	for _, f := range all {
		if n := len(a.faults); n > 0 && a.faults[n-1].decision == f.decision {
			last := &a.faults[n-1]
			last.overdue, last.automatic = last.overdue || f.overdue, last.automatic || f.automatic
			continue
		}
		a.index[f.decision] = int32(len(a.faults))
		a.faults = append(a.faults, f)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// text describes the fault without the appeal's id, which could identify.
func (f *fault) text(c *calendar) string {
	s := fmt.Sprintf("opened %s, closed after %d days", date(c.day(f.opened)), f.days)
	if f.open {
		s = fmt.Sprintf("opened %s, still open after %d days", date(c.day(f.opened)), f.days)
	}
	if f.automatic {
		s += ", decided without a human"
	}
	return s
}
