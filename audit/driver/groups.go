package driver

import (
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// maxGroups bounds the values of a group or segment column. More tell persons
// apart, not groups, and would cost a table of numbers for each.
const maxGroups = 1000

// groupColumns lists the columns of a layout that are groups, segments or strata.
func groupColumns(l *audit.Layout) []int {
	var out []int
	for i, s := range l.Specs {
		if strings.HasPrefix(s.Name, audit.GroupColumn("")) || strings.HasPrefix(s.Name, audit.SegmentColumn("")) || strings.HasPrefix(s.Name, audit.StratumColumn("")) {
			out = append(out, i)
		}
	}
	return out
}

// grouped makes sure that what the reader has seen of the table's group columns
// are groups. A worker may see fewer values than there are; see countGroups.
func (tr *tableReader) grouped() error {
	for _, c := range tr.table.groups {
		if tr.batch.Cols[c].Dict.Len() > maxGroups {
			return tr.run.tooManyGroups(tr.table, c)
		}
	}
	return nil
}

// countGroups adds the values that a worker saw to those of the others.
func (r *run) countGroups(t *table, b *features.Batch) {
	if t.seen == nil {
		t.seen = map[int]map[string]bool{}
	}
	for _, c := range t.groups {
		if c >= len(b.Cols) || b.Cols[c].Dict == nil {
			continue // it read no rows; derived columns are few by nature
		}
		if t.seen[c] == nil {
			t.seen[c] = map[string]bool{}
		}
		d := b.Cols[c].Dict
		for code := range d.Len() {
			t.seen[c][d.Value(int32(code))] = true
		}
	}
}

// groupsAreFew holds what all workers saw to the limit, which so does not
// depend on how the rows fell to them.
func (r *run) groupsAreFew() error {
	for _, t := range r.tables {
		for _, c := range t.groups {
			if len(t.seen[c]) > maxGroups {
				return r.tooManyGroups(t, c)
			}
		}
	}
	return nil
}

func (r *run) tooManyGroups(t *table, c int) error {
	what, name, _ := strings.Cut(t.layout.Specs[c].Name, ":")
	return mismatch(t.source, r.wrong("%s: %s %s has more than %d values: it tells persons apart, not groups; cut it by bands:, map it by values:, or name another column",
		t.name, what, name, maxGroups))
}
