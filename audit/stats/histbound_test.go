package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestHistBounds: read off bins, a quantile of any data is at most a bin's
// width (2^-12 of the value) below the true one, and distances stay within
// what the bins hide.
func TestHistBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 5 {
		x, y := make([]float64, 3000), make([]float64, 2000)
		for i := range x {
			x[i] = math.Exp(3 * rng.NormFloat64())
		}
		for i := range y {
			y[i] = math.Exp(0.2 + 3.1*rng.NormFloat64())
		}
		var hx, hy Hist
		hx.AddSlice(x)
		hy.AddSlice(y)
		slices.Sort(x)
		slices.Sort(y)
		if hx.Min() != x[0] || hx.Max() != x[len(x)-1] || hx.Exact() {
			t.Fatal("range or exactness is off")
		}
		for q := 0.0; q <= 1; q += 0.01 {
			pos := q * float64(len(x)-1)
			i := int(pos)
			want := lerp(x[i], x[min(i+1, len(x)-1)], pos-float64(i))
			if got := hx.Quantile(q); got > want || want-got > want*0x1p-12 {
				t.Fatalf("quantile %v: got %v, want %v", q, got, want)
			}
		}
		// Brute force over the raw values.
		var d, u, w float64
		all := slices.Sorted(slices.Values(append(slices.Clone(x), y...)))
		for i, v := range all {
			below := func(s []float64) float64 {
				n, _ := slices.BinarySearch(s, math.Nextafter(v, math.Inf(1)))
				return float64(n) / float64(len(s))
			}
			gap := math.Abs(below(x) - below(y))
			d = max(d, gap)
			if i+1 < len(all) {
				w += gap * (all[i+1] - v)
			}
		}
		for _, v := range x {
			n, _ := slices.BinarySearch(y, v)
			u += float64(n)
		}
		u /= float64(len(x) * len(y))
		if got := Separation(&hx, &hy); got > d || d-got > 0.005 {
			t.Errorf("separation: got %v, want %v", got, d)
		}
		if got := AUC(&hx, &hy); math.Abs(got-u) > 1e-4 {
			t.Errorf("auc: got %v, want %v", got, u)
		}
		if got := Wasserstein(&hx, &hy); math.Abs(got-w) > w*1e-3 {
			t.Errorf("wasserstein: got %v, want %v", got, w)
		}
	}
}

// Counts of ten million are the worst case of an exact test.
func BenchmarkFisherHuge(b *testing.B) {
	t := Table{5000000, 5000000, 5001000, 4999000}
	for b.Loop() {
		t.Fisher()
	}
}

func BenchmarkScoreRatio(b *testing.B) {
	for b.Loop() {
		ScoreRatio(133, 197, 1527, 1681, 0.95)
	}
}

func BenchmarkScoreDifference(b *testing.B) {
	for b.Loop() {
		ScoreDifference(133, 197, 1527, 1681, 0.95)
	}
}

func BenchmarkKolmogorovSF(b *testing.B) {
	for b.Loop() {
		kolmogorovSF(1e6, 0.004)
	}
}

func BenchmarkHistMerge(b *testing.B) {
	var g, h Hist
	h.AddSlice(benchFloats())
	for b.Loop() {
		g.Merge(&h)
	}
}
