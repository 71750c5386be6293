package driver

import (
	"evenhand/features"
)

// texts counts the rows that have each text of a table's columns, for one
// worker and up to a limit: what too few rows have may point at somebody, and
// must not leave in a report. Once every value seen has reached the limit, a
// batch costs nothing.
type texts struct {
	limit int32
	cols  []textColumn // by column
}

type textColumn struct {
	dict *features.Dict
	n    []int32 // by code, at most the limit
	open int     // codes below the limit
}

// newTexts is nil where the plan lets all texts leave.
func (r *run) newTexts() *texts {
	if r.plan.Privacy.Plain() {
		return nil
	}
	return &texts{limit: int32(max(r.plan.Honesty.Suppress, 1))}
}

func (t *texts) add(b *features.Batch) {
	if t == nil {
		return
	}
	for len(t.cols) < len(b.Cols) {
		t.cols = append(t.cols, textColumn{})
	}
	for i := range b.Cols {
		v := &b.Cols[i]
		if v.Dict == nil || !v.Present || v.Unread() {
			continue
		}
		switch v.Kind {
		case features.Text:
			t.cols[i].add(v.Dict, v.Codes[:b.N], t.limit)
		case features.TextList:
			t.cols[i].add(v.Dict, v.Codes[v.Offsets[0]:v.Offsets[b.N]], t.limit)
		}
	}
}

func (c *textColumn) add(dict *features.Dict, codes []int32, limit int32) {
	if c.dict != dict { // a reader keeps its own: only once
		c.dict, c.n, c.open = dict, c.n[:0], 0
	}
	if k := dict.Len() - len(c.n); k > 0 {
		c.n, c.open = append(c.n, make([]int32, k)...), c.open+k
	}
	if c.open == 0 {
		return
	}
	for _, code := range codes {
		if code < 0 || c.n[code] == limit {
			continue
		}
		if c.n[code]++; c.n[code] == limit {
			c.open--
		}
	}
}

// countTexts adds what a worker counted of a table to what the others did. Of
// counts cut off at the limit the sums reach it just when those of all rows do.
func (r *run) countTexts(t *table, w *texts) {
	if w == nil {
		return
	}
	for i := range w.cols {
		c := &w.cols[i]
		if c.dict == nil {
			continue
		}
		if t.texts == nil {
			t.texts = map[int]map[string]int64{}
		}
		if t.texts[i] == nil {
			t.texts[i] = map[string]int64{}
		}
		for code, n := range c.n {
			v := c.dict.Value(int32(code))
			t.texts[i][v] = min(t.texts[i][v]+int64(n), int64(w.limit))
		}
	}
}

// allTexts are the texts of all tables.
func (r *run) allTexts() map[string]int64 {
	if r.plan.Privacy.Plain() {
		return nil
	}
	out := map[string]int64{}
	for _, t := range r.tables {
		for _, column := range t.texts {
			for v, n := range column {
				out[v] = max(out[v], n)
			}
		}
	}
	return out
}
