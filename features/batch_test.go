package features

import (
	"math"
	"testing"
)

func sample() *Batch {
	d := NewDict()
	a, b := d.CodeOf("a"), d.CodeOf("b")
	return &Batch{Table: "t", Row: 10, N: 4, Period: []int32{1, 2, 3, 4}, Cols: []Vector{
		{Kind: Text, Dict: d, Codes: []int32{a, Null, b, a}},
		{Kind: Float, Floats: []float64{1, math.NaN(), 3, 4}},
		{Kind: Int, Ints: []int64{5, 6, 0, 8}, Valid: []bool{true, true, false, true}},
		{Kind: Opaque, Bytes: []byte("xyyzzz"), Offsets: []uint32{0, 1, 3, 6, 6}},
		{Kind: TextList, Dict: d, Codes: []int32{a, b, b}, Offsets: []uint32{0, 2, 2, 2, 3}, Valid: []bool{true, true, false, true}},
	}, Scores: &Scores{Model: []int16{0, 0, 1, 1}, Margin: make([]float64, 4), Probability: make([]float64, 4), Score: []float64{1, 2, 3, 4}}}
}

// same compares row i of a with row j of b.
func same(t *testing.T, a *Batch, i int, b *Batch, j int) {
	t.Helper()
	for c := range a.Cols {
		x, y := &a.Cols[c], &b.Cols[c]
		if x.IsNull(i) != y.IsNull(j) {
			t.Errorf("column %d: row %d null %v, row %d null %v", c, i, x.IsNull(i), j, y.IsNull(j))
			continue
		}
		switch x.Kind {
		case Text:
			if x.Text(i) != y.Text(j) {
				t.Errorf("text %q, %q", x.Text(i), y.Text(j))
			}
		case Float:
			if !x.IsNull(i) && x.Floats[i] != y.Floats[j] {
				t.Errorf("float %v, %v", x.Floats[i], y.Floats[j])
			}
		case Int:
			if !x.IsNull(i) && x.Ints[i] != y.Ints[j] {
				t.Errorf("int %v, %v", x.Ints[i], y.Ints[j])
			}
		case Opaque:
			if string(x.Opaque(i)) != string(y.Opaque(j)) {
				t.Errorf("bytes %q, %q", x.Opaque(i), y.Opaque(j))
			}
		case TextList:
			if p, q := x.List(i), y.List(j); len(p) != len(q) || len(p) > 0 && p[0] != q[0] {
				t.Errorf("list %v, %v", p, q)
			}
		}
	}
	if a.Period[i] != b.Period[j] {
		t.Errorf("period %d, %d", a.Period[i], b.Period[j])
	}
}

func TestSlice(t *testing.T) {
	b := sample()
	for lo := 0; lo < b.N; lo++ {
		for hi := lo + 1; hi <= b.N; hi++ {
			s := b.Slice(lo, hi)
			if s.N != hi-lo || s.Row != b.Row+int64(lo) || s.Scores.Score[0] != b.Scores.Score[lo] {
				t.Fatalf("slice %d:%d is %d rows from %d", lo, hi, s.N, s.Row)
			}
			for i := range s.N {
				same(t, &s, i, b, lo+i)
			}
		}
	}
}

func TestAppend(t *testing.T) {
	b := sample()
	var all Batch
	for _, cut := range [][2]int{{0, 2}, {2, 3}, {3, 4}, {1, 4}} {
		part := b.Slice(cut[0], cut[1])
		all.Append(&part)
	}
	want := []int{0, 1, 2, 3, 1, 2, 3}
	if all.N != len(want) {
		t.Fatalf("%d rows", all.N)
	}
	for i, j := range want {
		same(t, &all, i, b, j)
	}
}

func TestAbsent(t *testing.T) {
	for k := Text; k <= TextList; k++ {
		var v Vector
		v.Absent(k, 3)
		for i := range 3 {
			if !v.IsNull(i) {
				t.Errorf("%v: row %d of an absent column is not null", k, i)
			}
		}
		if v.Present {
			t.Errorf("%v: an absent column says it is present", k)
		}
	}
}

func TestContract(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range Schema {
		if seen[table.Name] || table.Doc == "" {
			t.Errorf("table %s: listed twice or undocumented", table.Name)
		}
		seen[table.Name] = true
		cols := map[string]bool{}
		for _, c := range table.Columns {
			if cols[c.Name] || c.Doc == "" {
				t.Errorf("%s.%s: listed twice or undocumented", table.Name, c.Name)
			}
			cols[c.Name] = true
			if c.Enum != nil && c.Kind != Text {
				t.Errorf("%s.%s: a vocabulary on a %v column", table.Name, c.Name, c.Kind)
			}
		}
		for _, k := range table.Key {
			if !cols[k] {
				t.Errorf("%s: key column %s is not a column", table.Name, k)
			}
		}
	}
	if len(seen) < 9 {
		t.Errorf("the contract has %d tables", len(seen))
	}
}
