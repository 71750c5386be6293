package score

import (
	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
)

// tables is the state of the check: that of the decisions' scores, and that of
// limit evaluations' where they can be recomputed.
type tables struct {
	decisions *state
	limits    *state // nil: the export has none
	unscored  int64  // limit events that came without recomputed scores
}

func newTables(env *audit.Env) *tables {
	t := &tables{decisions: newState(env)}
	l := env.Layouts[limits]
	if i := l.Index("score"); i < 0 || len(l.Specs[i].From) == 0 && l.Specs[i].Constant == nil {
		return t
	}
	for _, m := range env.Models {
		for _, in := range m.Model.Inputs() {
			if l.Index(audit.FeatureColumn(m.Spec.Feature(in.Name))) < 0 {
				return t
			}
		}
	}
	t.limits = newStateOf(env, limits)
	return t
}

// Update implements audit.RowState.
func (t *tables) Update(b *features.Batch) {
	switch {
	case b.Table == decisions:
		t.decisions.Update(b)
	case t.limits == nil:
	case b.Scores == nil:
		t.unscored += int64(b.N)
	default:
		t.limits.Update(b)
	}
}

// Merge implements audit.State.
func (t *tables) Merge(other audit.State) {
	o := other.(*tables)
	t.decisions.Merge(o.decisions)
	if t.limits != nil {
		t.limits.Merge(o.limits)
	}
	t.unscored += o.unscored
}

// Finish implements audit.State.
func (t *tables) Finish(r *audit.Result) { t.finish(r, t.decisions) }

// finish adds the result; decided is what finishes the scores of decisions.
func (t *tables) finish(r *audit.Result, decided audit.State) {
	decided.Finish(r)
	if t.limits == nil {
		return
	}
	i := len(r.Coverage) - 1
	t.limits.Finish(r)
	a, b := &r.Coverage[i], r.Coverage[i+1]
	a.RowsIn, a.Judged, a.Why = a.RowsIn+b.RowsIn+t.unscored, a.Judged+b.Judged, append(a.Why, b.Why...)
	for _, x := range append(b.Excluded, audit.Excluded{
		Guard: audit.T("no features to recompute with", "没有可供复算的特征"), Rows: t.unscored,
	}) {
		if x.Rows > 0 {
			x.Guard.En, x.Guard.Zh = "limit events: "+x.Guard.En, "额度事件："+x.Guard.Zh
			a.Excluded = append(a.Excluded, x)
		}
	}
	r.Coverage = r.Coverage[:i+1]
}

// MarshalBinary implements audit.State.
func (t *tables) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Value(t.decisions)
	if t.limits != nil {
		e.Value(t.limits)
		e.Varint(t.unscored)
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. t must be new, of the same plan.
func (t *tables) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Value(t.decisions)
	if t.limits != nil {
		d.Value(t.limits)
		t.unscored = d.Varint()
	}
	return d.Finish()
}

// Reread implements audit.Rereader: decisions may be read again.
func (t *tables) Reread() func() audit.RowState {
	next := t.decisions.Reread()
	if next == nil {
		return nil
	}
	return func() audit.RowState { return &reread{first: t, second: next().(*second)} }
}

// reread is the state of the second pass.
type reread struct {
	first *tables
	*second
}

// Update looks at decisions only.
func (r *reread) Update(b *features.Batch) {
	if b.Table == decisions {
		r.second.Update(b)
	}
}

func (r *reread) Merge(other audit.State) { r.second.Merge(other.(*reread).second) }

func (r *reread) Finish(out *audit.Result) { r.first.finish(out, r.second) }
