package driver

import (
	"evenhand/features"
)

// tableReader reads one table for one worker and adds to each batch what is
// computed from it: derived group columns, the period, the recomputed scores.
type tableReader struct {
	table    *table
	reader   features.Reader
	batch    features.Batch
	columns  int // that the reader fills; derived ones follow
	derived  []*features.Derived
	moment   int
	run      *run
	rescorer *rescorer
	period   []int32
}

// newReader returns a reader of the table; rescore adds recomputed scores.
func (t *table) newReader(r *run, rescore bool) *tableReader {
	tr := &tableReader{table: t, reader: t.source.NewReader(), moment: t.moment, run: r}
	for _, d := range t.derived {
		tr.derived = append(tr.derived, d.Clone())
	}
	if rescore {
		tr.rescorer = newRescorer(r.models, t.layout, t.eras, t.probability)
	}
	return tr
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
	b.Period = tr.periods(b)
	b.Scores = nil
	if tr.rescorer != nil {
		tr.rescorer.score(b)
	}
	return true, nil
}

// periods returns the period of each row, or nil for a table without a main
// instant.
func (tr *tableReader) periods(b *features.Batch) []int32 {
	if tr.moment < 0 {
		return nil
	}
	tr.period = grow(tr.period, b.N)
	p := tr.run.periods
	v := &b.Cols[tr.moment]
	for i := range tr.period {
		switch {
		case v.Valid != nil && !v.Valid[i]:
			tr.period[i] = -1
		case v.Kind == features.Date:
			tr.period[i] = p.OfDay(v.Ints[i])
		default:
			tr.period[i] = p.Of(v.Ints[i])
		}
	}
	return tr.period
}
