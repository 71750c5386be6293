package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLowerEdge(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct{ x, want float64 }{
		{0, 0}, {math.Copysign(0, -1), 0}, {1, 1}, {8192, 8192}, {8193, 8192}, {8194, 8194},
		{-8192, -8192}, {-8193, -8194}, {0.1, 6553.0 / 65536}, {-0.1, -6554.0 / 65536},
		{5e-324, 0}, {-5e-324, -math.Ldexp(1, -1034)}, {inf, inf}, {-inf, -inf},
	}
	for _, tt := range tests {
		if got := LowerEdge(tt.x); got != tt.want || math.Signbit(got) != math.Signbit(tt.want) {
			t.Errorf("LowerEdge(%v) = %v, want %v", tt.x, got, tt.want)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 100000 {
		x := math.Float64frombits(rng.Uint64())
		if x != x || math.Abs(x) > 1e300 || math.Abs(x) < 1e-300 {
			continue
		}
		if e := LowerEdge(x); e > x || x-e > math.Abs(x)*0x1p-12 || LowerEdge(e) != e {
			t.Fatalf("LowerEdge(%v) = %v", x, e)
		}
	}
}

// For values that are edges the histogram is the sorted values, and quantiles
// are numpy's. Reference: numpy.quantile 2.4.6.
func TestHistQuantile(t *testing.T) {
	var h Hist
	h.AddSlice([]float64{-5, 0, 3, 3, 8, 12, 700.5, 8192, math.NaN()})
	qs := []float64{0, 0.1, 0.25, 0.5, 0.77, 0.9, 1}
	want := []float64{-5, -1.4999999999999996, 2.25, 5.5, 280.5150000000004, 2947.9499999999985, 8192}
	got := h.Quantiles(qs...)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !h.Exact() || h.N() != 8 || h.Missing() != 1 || h.Min() != -5 || h.Max() != 8192 {
		t.Error("exactness, counts or range are off")
	}
	h.Add(8193)
	if h.Exact() {
		t.Error("8193 is no edge")
	}
}

func TestHistEmpty(t *testing.T) {
	var h Hist
	if !math.IsNaN(h.Quantile(0.5)) || !math.IsNaN(h.Min()) || h.N() != 0 || h.Bins() != nil || !h.Exact() {
		t.Error("an empty histogram must be not estimable")
	}
}

func TestHistCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		var h Hist
		xs := randomFloats(rng, 1+rng.IntN(200))
		xs = append(xs, math.Inf(1), math.Inf(-1), math.Inf(1), math.NaN())
		h.AddSlice(xs)
		if h.N() != int64(len(xs)-1) {
			t.Fatalf("n %d, want %d", h.N(), len(xs)-1)
		}
		bins := h.Bins()
		if !slices.IsSortedFunc(bins, func(a, b Bin) int {
			if a.Edge < b.Edge {
				return -1
			}
			return 1
		}) {
			t.Fatal("bins out of order")
		}
		for _, x := range xs {
			e := LowerEdge(x)
			var below, in int64
			for _, y := range xs {
				if y < e {
					below++
				}
				if LowerEdge(y) == e || y != y && x != x {
					in++
				}
			}
			if x == x && h.CountBelow(e) != below {
				t.Fatalf("CountBelow(%v) = %d, want %d", e, h.CountBelow(e), below)
			}
			if h.CountOf(x) != in {
				t.Fatalf("CountOf(%v) = %d, want %d", x, h.CountOf(x), in)
			}
		}
	}
}

func TestHistAddInts(t *testing.T) {
	var a, b Hist
	xs := make([]int64, 700)
	valid := make([]bool, len(xs))
	for i := range xs {
		xs[i], valid[i] = int64(i*i-5000), i%7 != 0
		if valid[i] {
			b.Add(float64(xs[i]))
		} else {
			b.Add(math.NaN())
		}
	}
	a.AddInts(xs, valid)
	sameBytes(t, "AddInts", &a, &b)
}

func BenchmarkHistAddSlice(b *testing.B) {
	xs := benchFloats()
	var h Hist
	for b.Loop() {
		h.AddSlice(xs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(xs)), "ns/value")
}
