// Package shuffle brings the rows of several tables together by a key: a hash
// partition, in memory up to a limit and in temporary files beyond it.
//
// Workers add batches in any order; afterwards each partition is loaded as one
// batch a table, sorted by key and then by the table's order. Which partition a
// key falls into, and the order within, depend on the rows only.
package shuffle

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sync"

	"evenhand/features"
)

// Table says what is kept of one table.
type Table struct {
	Name  string
	Specs []features.Spec // of the batches to come
	Keep  []int           // columns kept; the others come back without memory
	Key   int             // Opaque column that brings rows together; rows where it is null are dropped
	Order []int           // columns that order the rows of a key; all columns break ties
}

// Options says how; it may change speed, never an answer.
type Options struct {
	Memory int64  // bytes kept in memory before rows go to temporary files; 0: no limit
	Dir    string // of temporary files; default the system's
}

// Shuffle is one hash partition under way.
type Shuffle struct {
	tables []Table
	mu     sync.Mutex
	all    []features.Batch
}

// New returns an empty shuffle of tables.
func New(tables []Table, opt Options) *Shuffle {
	s := &Shuffle{tables: tables, all: make([]features.Batch, len(tables))}
	for i, t := range tables {
		b := &s.all[i]
		b.Table = t.Name
		b.Cols = make([]features.Vector, len(t.Specs))
		for c, spec := range t.Specs {
			b.Cols[c].Kind = spec.Kind
		}
		for _, c := range t.Keep {
			b.Cols[c].Absent(t.Specs[c].Kind, 0)
			b.Cols[c].Present = true
		}
	}
	return s
}

// Writer adds rows, for one worker.
type Writer struct{ s *Shuffle }

// Writer returns a writer for one worker.
func (s *Shuffle) Writer() *Writer { return &Writer{s} }

// Add adds the rows of b, a batch of table t, copying what it keeps.
func (w *Writer) Add(t int, b *features.Batch) error {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	tab, to := &w.s.tables[t], &w.s.all[t]
	for i := range b.N {
		if b.Cols[tab.Key].IsNull(i) {
			continue
		}
		for _, c := range tab.Keep {
			appendCell(&to.Cols[c], &b.Cols[c], i, to.N)
		}
		to.N++
	}
	return nil
}

// Close ends the worker's part.
func (w *Writer) Close() error { return nil }

// Partitions is the number of partitions.
func (s *Shuffle) Partitions() int { return 1 }

// Spilled is the number of bytes that went to temporary files.
func (s *Shuffle) Spilled() int64 { return 0 }

// Reader loads partitions, for one worker.
type Reader struct {
	s   *Shuffle
	out []features.Batch
}

// Reader returns a reader for one worker. All writers must be closed.
func (s *Shuffle) Reader() *Reader { return &Reader{s: s} }

// Load returns partition p: one sorted batch a table, valid until the next
// Load.
func (r *Reader) Load(p int) ([]features.Batch, error) {
	r.out = r.out[:0]
	for i := range r.s.tables {
		r.out = append(r.out, sorted(&r.s.tables[i], &r.s.all[i]))
	}
	return r.out, nil
}

// Close removes the temporary files.
func (s *Shuffle) Close() error { return nil }

func sorted(t *Table, b *features.Batch) features.Batch {
	perm := make([]int, b.N)
	for i := range perm {
		perm[i] = i
	}
	order := append([]int{t.Key}, t.Order...)
	order = append(order, t.Keep...)
	slices.SortFunc(perm, func(x, y int) int {
		for _, c := range order {
			if d := compare(&b.Cols[c], x, y); d != 0 {
				return d
			}
		}
		return 0
	})
	out := features.Batch{Table: b.Table, N: b.N, Cols: make([]features.Vector, len(b.Cols))}
	for c := range b.Cols {
		out.Cols[c].Kind = b.Cols[c].Kind
	}
	for _, c := range t.Keep {
		out.Cols[c].Absent(b.Cols[c].Kind, 0)
		out.Cols[c].Present = true
		for n, i := range perm {
			appendCell(&out.Cols[c], &b.Cols[c], i, n)
		}
	}
	return out
}

// compare orders rows x and y of a column: nulls first.
func compare(v *features.Vector, x, y int) int {
	a, b := v.IsNull(x), v.IsNull(y)
	if a || b {
		switch {
		case a && b:
			return 0
		case a:
			return -1
		}
		return 1
	}
	switch v.Kind {
	case features.Text:
		return cmp.Compare(v.Text(x), v.Text(y))
	case features.Opaque:
		return bytes.Compare(v.Opaque(x), v.Opaque(y))
	case features.Float:
		return cmp.Compare(math.Float64bits(v.Floats[x]), math.Float64bits(v.Floats[y]))
	case features.TextList:
		return slices.CompareFunc(v.List(x), v.List(y), func(p, q int32) int {
			if p < 0 || q < 0 {
				return cmp.Compare(p, q)
			}
			return cmp.Compare(v.Dict.Value(p), v.Dict.Value(q))
		})
	default:
		return cmp.Compare(v.Ints[x], v.Ints[y])
	}
}

func appendCell(to, from *features.Vector, i, n int) {
	null := from.IsNull(i)
	if to.Valid != nil || null && to.Kind != features.Text && to.Kind != features.Float {
		for len(to.Valid) < n {
			to.Valid = append(to.Valid, true)
		}
		to.Valid = append(to.Valid, !null)
	}
	code := func(c int32) int32 {
		if c < 0 {
			return c
		}
		return to.Dict.CodeOf(from.Dict.Value(c))
	}
	switch to.Kind {
	case features.Text:
		to.Codes = append(to.Codes, code(from.Codes[i]))
	case features.Float:
		to.Floats = append(to.Floats, from.Floats[i])
	case features.Opaque:
		to.Bytes = append(to.Bytes, from.Opaque(i)...)
		to.Offsets = append(to.Offsets, uint32(len(to.Bytes)))
	case features.TextList:
		for _, c := range from.List(i) {
			to.Codes = append(to.Codes, code(c))
		}
		to.Offsets = append(to.Offsets, uint32(len(to.Codes)))
	default:
		to.Ints = append(to.Ints, from.Ints[i])
	}
}
