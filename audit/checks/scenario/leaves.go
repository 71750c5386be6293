package scenario

import (
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// unknown names the group of rows that have none.
const unknown = "(unknown)"

// leaves numbers the tuples of values that rows have in a few Text columns: the
// groups, and maybe a segment. A row's leaf is found by one array access a
// column.
type leaves struct {
	columns []*leafColumn
	tuples  [][]int32 // of each leaf: the numbers of its values
}

// leafColumn is one level of the tree of tuples.
type leafColumn struct {
	column int
	names  rows.Names
	child  [][]int32 // by parent and value: the node, plus 1
	nodes  int32
	ids    []int32 // of the batch's codes
}

func (l *leaves) add(column int) { l.columns = append(l.columns, &leafColumn{column: column}) }

// names brings the numbers of values up to date with a batch.
func (l *leaves) names(b *features.Batch) {
	for _, c := range l.columns {
		c.ids = c.names.Of(&b.Cols[c.column])
	}
}

// of is the leaf of a row.
func (l *leaves) of(b *features.Batch, row int) int32 {
	node := int32(0)
	for _, c := range l.columns {
		node = c.step(node, c.ids[b.Cols[c.column].Codes[row]+1])
	}
	if int(node) == len(l.tuples) {
		t := make([]int32, len(l.columns))
		for k, c := range l.columns {
			t[k] = c.ids[b.Cols[c.column].Codes[row]+1]
		}
		l.tuples = append(l.tuples, t)
	}
	return node
}

func (c *leafColumn) step(parent, value int32) int32 {
	for int(parent) >= len(c.child) {
		c.child = append(c.child, nil)
	}
	for int(value) >= len(c.child[parent]) {
		c.child[parent] = append(c.child[parent], 0)
	}
	if c.child[parent][value] == 0 {
		c.nodes++
		c.child[parent][value] = c.nodes
	}
	return c.child[parent][value] - 1
}

// put returns the leaf of a tuple of values.
func (l *leaves) put(values []string) int32 {
	node, t := int32(0), make([]int32, len(values))
	for k, c := range l.columns {
		t[k] = c.names.ID(values[k])
		node = c.step(node, t[k])
	}
	if int(node) == len(l.tuples) {
		l.tuples = append(l.tuples, t)
	}
	return node
}

// value is a leaf's value in a column, "" for none.
func (l *leaves) value(leaf, column int) string {
	return l.columns[column].names.Value(l.tuples[leaf][column])
}

func (l *leaves) values(leaf int) []string {
	out := make([]string, len(l.columns))
	for k := range out {
		out[k] = l.value(leaf, k)
	}
	return out
}

// merge numbers the leaves of o too and returns the leaf here of each there.
func (l *leaves) merge(o *leaves) []int32 {
	out := make([]int32, len(o.tuples))
	for i := range out {
		out[i] = l.put(o.values(i))
	}
	return out
}

// sorted lists the leaves by their values.
func (l *leaves) sorted() []int {
	out := make([]int, len(l.tuples))
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(a, b int) int { return slices.CompareFunc(l.values(a), l.values(b), strings.Compare) })
	return out
}

// encode writes the leaves in their order.
func (l *leaves) encode(e *stats.Encoder, order []int) {
	e.Count(len(order))
	for _, i := range order {
		for _, v := range l.values(i) {
			e.String(v)
		}
	}
}

// decode reads what encode wrote: leaves are then numbered in their order.
func (l *leaves) decode(d *stats.Decoder) (n int) {
	fresh := leaves{}
	for _, c := range l.columns {
		fresh.add(c.column)
	}
	*l = fresh
	for n = d.Count(1); len(l.tuples) < n && d.Err() == nil; {
		before, values := len(l.tuples), make([]string, len(l.columns))
		for k := range values {
			values[k] = d.String()
		}
		if l.put(values); len(l.tuples) == before {
			d.Fail("a leaf is listed twice")
		}
	}
	return n
}
