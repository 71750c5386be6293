package reason

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/enough"
	"evenhand/features"
)

// open are the cases of a batch that are not kept yet, and their rows: what would
// have been enough is looked for together.
type open struct {
	list []*cases.Kept
	rows []int32
}

func (o *open) add(k *cases.Kept, row int32) {
	o.list, o.rows = append(o.list, k), append(o.rows, row)
}

// keep adds what would have been enough to the cases, of rows of a batch, and
// moves them to a list.
func (o *open) keep(f *enough.Finder, b *features.Batch, rows []int32, to *cases.List) {
	f.Find(b, rows, func(k int, items []audit.Item) {
		o.list[k].Evidence = append(o.list[k].Evidence, items...)
	})
	for _, k := range o.list {
		to.Add(k)
	}
	o.list, o.rows = o.list[:0], o.rows[:0]
}

// enough looks for what would have been enough for the cases of a batch of the
// second pass, which has neither a replay nor the facts of the history: those of
// the first pass are put in their places.
func (s *second) enough(b *features.Batch) {
	f, x := s.first, &s.again
	gather(x, b, f.env.Layouts["decisions"], s.open.rows)
	all := make([]int32, x.N)
	for k, i := range s.open.rows {
		all[k] = int32(k)
		f.scored.fill(x, k, s.facts[noted(b, &f.at, int(i))])
	}
	s.engine.Score(x)
	s.engine.Replay(x)
	s.open.keep(s.finder, x, all, &s.cases)
}
