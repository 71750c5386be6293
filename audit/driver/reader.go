package driver

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/replay"
	"evenhand/features"
)

// tableReader reads one table for one worker and adds to each batch what is
// computed from it: derived group columns, the period, the recomputed scores.
type tableReader struct {
	table   *table
	reader  features.Reader
	batch   features.Batch
	columns int // that the reader fills; derived ones follow
	derived []*features.Derived
	moment  int
	run     *run
	engine  *replay.Engine // nil: nothing is recomputed
	period  []int32
	texts   *texts // nil: nobody counts them
}

// newReader returns a reader of the table; recompute adds recomputed scores and
// replayed decisions.
func (t *table) newReader(r *run, recompute bool) (*tableReader, error) {
	tr := &tableReader{table: t, reader: t.source.NewReader(), moment: t.moment, run: r}
	for _, d := range t.derived {
		tr.derived = append(tr.derived, d.Clone())
	}
	if recompute && (t.rescore || t.replay) {
		var err error
		if tr.engine, err = replay.New(r.engineEnv(t), t.name, t.probability); err != nil {
			return nil, mismatch(t.source, err)
		}
	}
	return tr, nil
}

// next fills the reader's batch; false at the end of the unit.
func (tr *tableReader) next() (bool, error) {
	b := &tr.batch
	// The reader gets its own columns back, to use their memory again.
	b.Cols = b.Cols[:tr.columns]
	more, err := tr.reader.Next(b)
	if err != nil || !more {
		return false, err
	}
	tr.columns = len(b.Cols)
	for _, d := range tr.derived {
		d.Apply(b)
	}
	if err := tr.grouped(); err != nil {
		return false, err
	}
	tr.texts.add(b)
	b.Period = tr.periods(b)
	b.Scores, b.Replay = nil, nil
	if tr.engine != nil && tr.table.rescore && !tr.table.lateScores {
		tr.engine.Score(b)
	}
	if tr.engine != nil && tr.table.replay && !tr.table.lateReplay {
		tr.engine.Replay(b)
	}
	return true, nil
}

// periods returns the period of each row, or nil for a table without a main
// instant.
func (tr *tableReader) periods(b *features.Batch) []int32 {
	if tr.moment < 0 {
		return nil
	}
	tr.period = periodsOf(tr.run.periods, &b.Cols[tr.moment], tr.period[:0], b.N)
	return tr.period
}

// periodsOf appends the periods of the first n rows of a column of instants or
// dates.
func periodsOf(p *audit.Periods, v *features.Vector, out []int32, n int) []int32 {
	out = slices.Grow(out, n)
	for i := range n {
		switch {
		case v.Valid != nil && !v.Valid[i]:
			out = append(out, -1)
		case v.Kind == features.Date:
			out = append(out, p.OfDay(v.Ints[i]))
		default:
			out = append(out, p.Of(v.Ints[i]))
		}
	}
	return out
}

// engineEnv is what an engine over t gets to know: policies only where somebody
// wants t replayed, since only then the columns they read are there.
func (r *run) engineEnv(t *table) *audit.Env {
	env := &audit.Env{Plan: r.plan, Layouts: r.layouts(), Models: r.models}
	if t.replay {
		env.Policies = r.policies
	}
	return env
}

// layouts are the layouts of all tables read, by name.
func (r *run) layouts() map[string]*audit.Layout {
	out := map[string]*audit.Layout{}
	for _, t := range r.tables {
		out[t.name] = t.layout
	}
	return out
}
