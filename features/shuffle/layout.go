package shuffle

import (
	"slices"
	"sync"
	"sync/atomic"

	"evenhand/features"
)

// layout says how the rows of a table are written:
//
//	row   = length, key length, key, nulls, cells
//	nulls = a bit a cell, set where it is null; null cells take no room
//	cells = in the order of layout.cells: integers and codes as varints (zigzag),
//	        instants and floats in eight bytes, bytes and lists after their length
//
// Lengths are varints; a row's counts the bytes after itself.
type layout struct {
	table *Table
	kinds []features.Kind // of all columns
	key   int             // column that rows are written under
	cells []int           // columns: in the table's order first, then the rest
	keyed bool            // the key is a column to give back, and no cell
	nulls int             // bytes of nulls
	dicts []*dict         // by cell: of texts, else nil
	seen  []atomic.Bool   // by column: the export has it
}

func newLayout(t *Table) *layout {
	l := &layout{table: t, key: t.Key, seen: make([]atomic.Bool, len(t.Specs))}
	for _, s := range t.Specs {
		l.kinds = append(l.kinds, s.Kind)
	}
	take := func(c int) {
		switch {
		case c == t.Key && t.Via == nil:
			l.keyed = true
		case !slices.Contains(l.cells, c):
			l.cells = append(l.cells, c)
		}
	}
	for _, c := range t.Order {
		take(c)
	}
	for _, c := range t.Keep {
		take(c)
	}
	l.nulls = (len(l.cells) + 7) / 8
	for _, c := range l.cells {
		var d *dict
		if l.kinds[c] == features.Text || l.kinds[c] == features.TextList {
			d = &dict{codes: map[string]int32{}}
		}
		l.dicts = append(l.dicts, d)
	}
	return l
}

// freeze ranks the texts, once all are known.
func (l *layout) freeze() {
	for _, d := range l.dicts {
		if d != nil {
			d.freeze()
		}
	}
}

// dict numbers the texts of a column as they come, for all writers, and ranks
// them once they are known: codes that leave the shuffle are ranks.
type dict struct {
	mu     sync.Mutex
	codes  map[string]int32
	values []string // by code; sorted once frozen
	ranks  []int32  // by code
}

func (d *dict) code(s string) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.codes[s]
	if !ok {
		c = int32(len(d.values))
		d.codes[s] = c
		d.values = append(d.values, s)
	}
	return c
}

func (d *dict) freeze() {
	sorted := slices.Sorted(slices.Values(d.values))
	d.ranks = make([]int32, len(sorted))
	for r, s := range sorted {
		d.ranks[d.codes[s]] = int32(r)
	}
	d.values, d.codes = sorted, nil
}

// codes are the codes of one writer's texts, plus 1; 0 is not looked up yet.
type codes struct {
	from *features.Dict
	to   []uint32
}

// of returns the table from the codes of f to codes plus 1 of the shuffle, with
// an entry for each value of f.
func (c *codes) of(f *features.Dict, d *dict) []uint32 {
	if f != c.from {
		c.from, c.to = f, c.to[:0]
	}
	for n := f.Len(); len(c.to) < n; {
		c.to = append(c.to, uint32(d.code(f.Value(int32(len(c.to)))))+1)
	}
	return c.to
}
