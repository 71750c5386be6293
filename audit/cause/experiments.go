package cause

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Arm is one row of the table of experiments.
type Arm struct {
	Experiment, Name string
	From, To         int64  // planned window, µs UTC, both inside
	Override         bool   // the arm overrides limits; so does any when the export does not say
	Approved         string // by whom; Unsaid when the export does not say
}

// Unsaid stands for who approved an arm where the export has no column for it:
// that a lender did not export it speaks against no arm.
const Unsaid = "not exported"

// Holds reports whether an instant lies in the arm's planned window.
func (a *Arm) Holds(at int64) bool { return a.From <= at && at <= a.To }

// Covers reports whether the arm may explain a limit at an instant: it
// overrides limits, was approved, and its window holds the instant.
func (a *Arm) Covers(at int64) bool { return a.Override && a.Approved != "" && a.Holds(at) }

// Experiments are the arms of the lender's experiments.
type Experiments struct{ arms []Arm }

// NewExperiments reads the lookup table of experiments; there are none without
// it. The check must have asked for it among its lookups.
func NewExperiments(env *audit.Env) *Experiments {
	e := &Experiments{}
	b, l := env.Lookups["experiments"], env.Layouts["experiments"]
	if b == nil {
		return e
	}
	column := func(name string) *features.Vector {
		if i := l.Index(name); i >= 0 {
			return &b.Cols[i]
		}
		return &features.Vector{Kind: features.Opaque, Offsets: make([]uint32, b.N+1), Valid: make([]bool, b.N)}
	}
	id, arm, from, to := column("experiment_id"), column("arm"), column("starts_at"), column("ends_at")
	override, approved := column("limit_override"), column("approved_by")
	for i := range b.N {
		if from.IsNull(i) || to.IsNull(i) {
			continue
		}
		a := Arm{Experiment: value(id, i), Name: value(arm, i), From: from.Ints[i], To: to.Ints[i], Approved: value(approved, i)}
		a.Override = !override.Present || override.Kind == features.Bool && !override.IsNull(i) && override.Ints[i] == 1
		if !approved.Present {
			a.Approved = Unsaid
		}
		e.arms = append(e.arms, a)
	}
	slices.SortFunc(e.arms, func(a, b Arm) int {
		return cmp.Or(cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Approved, b.Approved))
	})
	return e
}

// value is a row of an id or text column.
func value(v *features.Vector, i int) string {
	if v.Kind == features.Opaque {
		return string(v.Opaque(i))
	}
	return v.Text(i)
}

// Of returns the arm of an experiment, or nil. Where the table has several
// rows of it, it is the one whose window holds the instant, else the last to
// begin before it, else the first.
func (e *Experiments) Of(experiment, arm string, at int64) *Arm {
	var best *Arm
	for i := range e.arms {
		a := &e.arms[i]
		if a.Experiment != experiment || a.Name != arm {
			continue
		}
		if a.Holds(at) {
			return a
		}
		if best == nil || a.From <= at {
			best = a
		}
	}
	return best
}
