package features

import (
	"context"
	"testing"
)

// TestFilter reads three batches of which the first keeps nothing.
func TestFilter(t *testing.T) {
	src := &rowsSource{batches: [][]string{{"b", "c"}, {"a", "b", "a"}, {"a"}}}
	f := &Filter{Source: src, Column: "customer_id", Keep: map[string]bool{"a": true}}
	if err := f.Bind([]Spec{{Name: "at", Kind: Int}, {Name: "customer_id", Kind: Opaque}}); err != nil {
		t.Fatal(err)
	}
	r := f.NewReader()
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	var got []int64
	var b Batch
	for {
		more, err := r.Next(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		for i := range b.N {
			if string(b.Cols[1].Opaque(i)) != "a" {
				t.Errorf("kept %q", b.Cols[1].Opaque(i))
			}
			got = append(got, b.Cols[0].Ints[i])
		}
	}
	if len(b.Cols) != 2 {
		t.Error("the end of a unit took the columns, which the driver hands back for the next one")
	}
	if len(got) != 3 || got[0] != 2 || got[1] != 4 || got[2] != 5 {
		t.Errorf("kept rows %v, want 2 4 5", got)
	}
}

// rowsSource delivers numbered rows with the given customers.
type rowsSource struct {
	Source
	batches [][]string
}

func (s *rowsSource) Bind([]Spec) error { return nil }
func (s *rowsSource) NewReader() Reader { return &rowsReader{s: s} }

type rowsReader struct {
	Reader
	s    *rowsSource
	next int
	row  int64
}

func (r *rowsReader) Open(context.Context, int) error { r.next, r.row = 0, 0; return nil }

func (r *rowsReader) Next(b *Batch) (bool, error) {
	if r.next == len(r.s.batches) {
		return false, nil
	}
	ids := r.s.batches[r.next]
	r.next++
	*b = Batch{N: len(ids), Cols: []Vector{{Kind: Int, Present: true}, {Kind: Opaque, Present: true, Offsets: []uint32{0}}}}
	for _, id := range ids {
		b.Cols[0].Ints = append(b.Cols[0].Ints, r.row)
		b.Cols[1].Bytes = append(b.Cols[1].Bytes, id...)
		b.Cols[1].Offsets = append(b.Cols[1].Offsets, uint32(len(b.Cols[1].Bytes)))
		r.row++
	}
	return true, nil
}
