package driver

import (
	"fmt"
	"runtime/debug"

	"evenhand/features"
)

// loadLookups reads the tables that checks look things up in, whole. They are
// small by nature (appeals, incidents, experiments).
func (r *run) loadLookups() error {
	for _, t := range r.tables {
		if !t.lookup {
			continue
		}
		b, tally, err := readAll(r, t)
		if err != nil {
			return err
		}
		r.lookups[t.name] = b
		if !t.readBy(r.running) { // else the pass tallies its cells
			r.tallies[t.name] = tally
		}
	}
	return nil
}

func readAll(r *run, t *table) (all *features.Batch, tally features.Tally, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Broken{Where: t.name, Cause: fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	tr, err := t.newReader(r, false)
	if err != nil {
		return nil, tally, err
	}
	defer tr.reader.Close()
	if !t.readBy(r.running) { // else the pass counts its texts
		tr.texts = r.newTexts()
		defer func() { r.countTexts(t, tr.texts) }()
	}
	all = &features.Batch{Table: t.name}
	for u := range t.source.Units() {
		if err := tr.reader.Open(r.ctx, u); err != nil {
			return nil, tally, err
		}
		for {
			more, err := tr.next()
			if err != nil {
				return nil, tally, err
			}
			if !more {
				break
			}
			all.Append(&tr.batch)
		}
	}
	if all.Cols == nil { // no rows: the columns are there all the same
		all.Cols = make([]features.Vector, len(t.layout.Specs))
		for i, s := range t.layout.Specs {
			all.Cols[i].Absent(s.Kind, 0)
		}
	}
	return all, tr.reader.Tally(), nil
}
