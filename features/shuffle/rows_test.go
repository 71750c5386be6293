package shuffle

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"evenhand/features"
)

// kinds are the columns of the test's tables: key, order, one of each kind, and
// a last one that is not kept.
var kinds = []features.Kind{
	features.Opaque, features.Opaque, features.Int, features.Text, features.Float, features.Money,
	features.Instant, features.Date, features.Bool, features.TextList, features.Int,
}

func testTable(name string) Table {
	t := Table{Name: name, Key: 0, Order: []int{2, 6}, Keep: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for i, k := range kinds {
		t.Specs = append(t.Specs, features.Spec{Name: fmt.Sprint(name, i), Kind: k})
	}
	return t
}

// cell is a value of any kind; nil is null.
type cell any

// randomRow makes a row of a key, with few distinct values so that ties occur.
func randomRow(rng *rand.Rand, keys int) []cell {
	row := make([]cell, len(kinds))
	word := func() string {
		return []string{"", "a", "b", "甲", "a much longer word than the others are"}[rng.IntN(5)]
	}
	for i, k := range kinds {
		if rng.IntN(8) == 0 {
			continue
		}
		switch k {
		case features.Opaque:
			row[i] = word()
		case features.Text:
			row[i] = word()
		case features.Float:
			row[i] = []float64{0, math.Copysign(0, -1), -1.5, 1e300, math.Inf(1)}[rng.IntN(5)]
		case features.TextList:
			var l []cell
			for range rng.IntN(4) {
				if rng.IntN(4) == 0 {
					l = append(l, nil)
				} else {
					l = append(l, word())
				}
			}
			row[i] = l
		case features.Bool:
			row[i] = int64(rng.IntN(2))
		default:
			row[i] = []int64{0, 1, -1, 127, 128, math.MaxInt64, math.MinInt64, 1_700_000_000_000_000}[rng.IntN(8)]
		}
	}
	if rng.IntN(20) > 0 {
		row[0] = fmt.Sprintf("customer%06d", rng.IntN(keys))
	}
	return row
}

// batchOf makes a batch of rows, with codes in the order of d.
func batchOf(rows [][]cell, d *features.Dict) *features.Batch {
	b := &features.Batch{N: len(rows), Cols: make([]features.Vector, len(kinds))}
	for c, k := range kinds {
		v := &b.Cols[c]
		v.Kind, v.Present, v.Dict = k, true, d
		null := slices.ContainsFunc(rows, func(r []cell) bool { return r[c] == nil })
		v.Offsets = []uint32{0}
		for _, r := range rows {
			if null && k != features.Text && k != features.Float {
				v.Valid = append(v.Valid, r[c] != nil)
			}
			switch x := r[c].(type) {
			case string:
				if k == features.Text {
					v.Codes = append(v.Codes, d.CodeOf(x))
				} else {
					v.Bytes = append(v.Bytes, x...)
				}
			case int64:
				v.Ints = append(v.Ints, x)
			case float64:
				v.Floats = append(v.Floats, x)
			case []cell:
				for _, e := range x {
					if e == nil {
						v.Codes = append(v.Codes, features.Null)
					} else {
						v.Codes = append(v.Codes, d.CodeOf(e.(string)))
					}
				}
			case nil:
				switch k {
				case features.Text:
					v.Codes = append(v.Codes, features.Null)
				case features.Float:
					v.Floats = append(v.Floats, math.NaN())
				case features.Opaque, features.TextList:
				default:
					v.Ints = append(v.Ints, 0)
				}
			}
			if k == features.TextList {
				v.Offsets = append(v.Offsets, uint32(len(v.Codes)))
			} else {
				v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
			}
		}
	}
	return b
}

// cellOf is the value of row i of a column.
func cellOf(v *features.Vector, i int) cell {
	if v.IsNull(i) {
		return nil
	}
	switch v.Kind {
	case features.Text:
		return v.Text(i)
	case features.Opaque:
		return string(v.Opaque(i))
	case features.Float:
		return v.Floats[i]
	case features.TextList:
		var l []cell
		for _, c := range v.List(i) {
			if c < 0 {
				l = append(l, nil)
			} else {
				l = append(l, v.Dict.Value(c))
			}
		}
		return l
	}
	return v.Ints[i]
}

// compareCells is the order of cells as documented: nulls first, floats by bits.
func compareCells(a, b cell) int {
	if a == nil || b == nil {
		return cmp.Compare(btoi(a != nil), btoi(b != nil))
	}
	switch x := a.(type) {
	case string:
		return strings.Compare(x, b.(string))
	case float64:
		return cmp.Compare(math.Float64bits(x), math.Float64bits(b.(float64)))
	case []cell:
		return slices.CompareFunc(x, b.([]cell), compareCells)
	}
	return cmp.Compare(a.(int64), b.(int64))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareRows(t *Table) func(x, y []cell) int {
	return func(x, y []cell) int {
		for _, c := range append(append([]int{t.Key}, t.Order...), t.Keep...) {
			if d := compareCells(x[c], y[c]); d != 0 {
				return d
			}
		}
		return 0
	}
}

// run shuffles rows of tables with so many writers at the same time, and
// returns what comes back, by table, in the order of keys, and the shuffle.
func run(t *testing.T, tables []Table, rows [][][]cell, opt Options, writers, size int, seed uint64) ([][][]cell, *Shuffle) {
	t.Helper()
	s := New(tables, opt)
	var group, added sync.WaitGroup
	added.Add(writers)
	for n := range writers {
		group.Go(func() {
			w := s.Writer()
			d := features.NewDict()
			rng := rand.New(rand.NewPCG(seed, uint64(n)))
			for _, x := range rng.Perm(5) { // other codes in each writer
				d.CodeOf([]string{"a", "甲", "", "a much longer word than the others are", "b"}[x])
			}
			for i := range tables {
				var mine [][]cell
				for k := n; k < len(rows[i]); k += writers {
					mine = append(mine, rows[i][k])
				}
				rng.Shuffle(len(mine), func(x, y int) { mine[x], mine[y] = mine[y], mine[x] })
				for chunk := range slices.Chunk(mine, size) {
					if err := w.Add(i, batchOf(chunk, d)); err != nil {
						t.Error(err)
					}
				}
			}
			added.Done()
			added.Wait()
			for j := range s.Joins() {
				if j%writers == n && seed%2 == 0 { // else the reader does it
					if err := w.Join(j); err != nil {
						t.Error(err)
					}
				}
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return collect(t, s), s
}

func collect(t *testing.T, s *Shuffle) [][][]cell {
	t.Helper()
	out := make([][][]cell, len(s.tables))
	r := s.Reader()
	type run struct {
		key  string
		rows [][]cell
	}
	runs := make([][]run, len(s.tables))
	for p := range s.Partitions() {
		batches, err := r.Load(p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range batches {
			b, keys := &batches[i], r.Keys(i)
			last := ""
			for n := range b.N {
				key := string(keys.Opaque(n))
				if n == 0 || key != last {
					if n > 0 && key < last {
						t.Fatalf("key %q after %q", key, last)
					}
					runs[i] = append(runs[i], run{key: key})
					last = key
				}
				row := make([]cell, len(b.Cols))
				for _, c := range s.tables[i].Keep {
					row[c] = cellOf(&b.Cols[c], n)
				}
				x := &runs[i][len(runs[i])-1]
				x.rows = append(x.rows, row)
			}
		}
	}
	for i := range runs {
		slices.SortFunc(runs[i], func(a, b run) int { return strings.Compare(a.key, b.key) })
		for n, x := range runs[i] {
			if n > 0 && runs[i][n-1].key == x.key {
				t.Fatalf("key %q lies in two partitions", x.key)
			}
			out[i] = append(out[i], x.rows...)
		}
	}
	return out
}
