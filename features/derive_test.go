package features

import (
	"math"
	"slices"
	"testing"
)

func texts(b *Batch, col int) []string {
	out := make([]string, b.N)
	for i := range out {
		out[i] = b.Cols[col].Text(i)
		if b.Cols[col].IsNull(i) {
			out[i] = "null"
		}
	}
	return out
}

func TestBandLabels(t *testing.T) {
	for _, c := range []struct {
		cuts []float64
		want []string
	}{
		{nil, nil},
		{[]float64{25}, []string{"<25", ">=25"}},
		{[]float64{25, 35, 60}, []string{"<25", "25-35", "35-60", ">=60"}},
		{[]float64{-0.5, 1e6}, []string{"<-0.5", "-0.5-1000000", ">=1000000"}},
	} {
		if got := BandLabels(c.cuts); !slices.Equal(got, c.want) {
			t.Errorf("BandLabels(%v) = %q, want %q", c.cuts, got, c.want)
		}
	}
}

func TestBands(t *testing.T) {
	b := &Batch{N: 6, Cols: []Vector{
		{Kind: Float, Present: true, Floats: []float64{math.Inf(-1), 24.999, 25, 34, 35, math.NaN()}},
		{Kind: Money, Present: true, Ints: []int64{0, 2499, 2500, 3499, 3500, 0}, Valid: []bool{true, true, true, true, true, false}},
		{},
	}}
	b.Cols[2].Absent(Int, b.N)
	want := []string{"<25", "<25", "25-35", "25-35", ">=35", "null"}
	cuts := []float64{25, 35}
	NewBands("a", 3, 0, cuts, 1).Apply(b)
	NewBands("b", 4, 1, cuts, 100).Apply(b)
	NewBands("c", 5, 2, cuts, 1).Apply(b)
	if got := texts(b, 3); !slices.Equal(got, want) {
		t.Errorf("floats: %q, want %q", got, want)
	}
	if got := texts(b, 4); !slices.Equal(got, want) {
		t.Errorf("money: %q, want %q", got, want)
	}
	if got := texts(b, 5); !slices.Equal(got, slices.Repeat([]string{"null"}, 6)) {
		t.Errorf("absent: %q, want nulls", got)
	}
}

func TestOneHot(t *testing.T) {
	n := math.NaN()
	b := &Batch{N: 8, Cols: []Vector{
		{Kind: Float, Present: true, Floats: []float64{1, 0, 0, 1, n, n, 0, 0.5}},
		{Kind: Bool, Present: true, Ints: []int64{0, 1, 0, 1, 0, 1, 0, 0}, Valid: []bool{true, true, true, true, true, true, false, true}},
	}}
	NewOneHot("g", 2, []int{0, 1}, []string{"x", "y"}, "z").Apply(b)
	if got, want := texts(b, 2), []string{"x", "y", "z", "null", "null", "y", "null", "z"}; !slices.Equal(got, want) {
		t.Errorf("otherwise z: %q, want %q", got, want)
	}
	NewOneHot("g", 2, []int{0, 1}, []string{"x", "y"}, "").Apply(b)
	if got, want := texts(b, 2), []string{"x", "y", "null", "null", "null", "y", "null", "null"}; !slices.Equal(got, want) {
		t.Errorf("no otherwise: %q, want %q", got, want)
	}
}

// A reader may hand out its columns anew with each batch, of any length.
func TestDerivedReuse(t *testing.T) {
	d := NewBands("a", 1, 0, []float64{1}, 1)
	other := d.Clone()
	for _, xs := range [][]float64{{0, 1, 2}, {2}, {}, {1, 0, 0, 5}} {
		b := &Batch{N: len(xs), Cols: []Vector{{Kind: Float, Floats: xs}}}
		d.Apply(b)
		for i, x := range xs {
			want := "<1"
			if x >= 1 {
				want = ">=1"
			}
			if got := b.Cols[1].Text(i); got != want {
				t.Errorf("%v: row %d is %q, want %q", xs, i, got, want)
			}
		}
		if b.Cols[1].Dict == other.column.Dict {
			t.Fatal("a clone shares its Dict")
		}
	}
	b := &Batch{N: 3, Cols: append(make([]Vector, 0, 2), Vector{Kind: Float, Floats: []float64{0, 1, 2}})}
	if n := testing.AllocsPerRun(10, func() { b.Cols = b.Cols[:1]; d.Apply(b) }); n != 0 {
		t.Errorf("%v allocations a batch, want 0", n)
	}
}
