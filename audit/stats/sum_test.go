package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigSum is the sum of finite xs by arithmetic that can't round.
func bigSum(xs []float64) float64 {
	z := new(big.Float).SetPrec(4096)
	for _, x := range xs {
		z.Add(z, new(big.Float).SetFloat64(x))
	}
	f, _ := z.Float64()
	return f
}

func randomFloats(rng *rand.Rand, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		switch rng.IntN(8) {
		case 0: // any finite bits
			x := math.Float64frombits(rng.Uint64())
			if math.IsNaN(x) || math.IsInf(x, 0) {
				x = math.MaxFloat64
			}
			xs[i] = x
		case 1: // subnormal
			xs[i] = math.Float64frombits(rng.Uint64N(1 << 52))
		case 2: // cancels an earlier one
			xs[i] = -xs[rng.IntN(i+1)]
		case 3:
			xs[i] = float64(rng.IntN(2000) - 1000)
		case 4:
			xs[i] = math.Copysign(0, -1)
		default:
			xs[i] = rng.NormFloat64() * math.Exp(40*rng.NormFloat64())
		}
	}
	return xs
}

func TestSumIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		xs := randomFloats(rng, 1+rng.IntN(3000))
		want := bigSum(xs)
		var one, all Sum
		for _, x := range xs {
			one.Add(x)
		}
		all.AddSlice(xs)
		if got := one.Value(); got != want {
			t.Fatalf("Add: got %v, want %v", got, want)
		}
		if got := all.Value(); got != want {
			t.Fatalf("AddSlice: got %v, want %v", got, want)
		}
	}
}

func TestSumTable(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	tests := []struct {
		name string
		xs   []float64
		want float64
	}{
		{"empty", nil, 0},
		{"order matters to +=", []float64{1e100, 1, -1e100}, 1},
		{"tie to even", []float64{1 << 53, 1}, 1 << 53},
		{"tie broken far below", []float64{1 << 53, 1, 5e-324}, 1<<53 + 2},
		{"tie to even, negative", []float64{-(1 << 53), -1, -5e-324}, -(1<<53 + 2)},
		{"ten tenths", []float64{.1, .1, .1, .1, .1, .1, .1, .1, .1, .1}, 1},
		{"least", []float64{5e-324}, 5e-324},
		{"subnormal", []float64{5e-324, 5e-324, -1e-320}, 2*5e-324 - 1e-320},
		{"back from overflow", []float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}, math.MaxFloat64},
		{"overflow", []float64{math.MaxFloat64, math.MaxFloat64}, inf},
		{"minus", []float64{-3, 1}, -2},
		{"missing", []float64{1, nan, 2}, 3},
		{"infinite", []float64{1, inf}, inf},
		{"minus infinite", []float64{1, -inf, nan}, -inf},
		{"both infinities", []float64{inf, -inf}, nan},
	}
	for _, tt := range tests {
		var s Sum
		s.AddSlice(tt.xs)
		if got := s.Value(); got != tt.want && !(got != got && tt.want != tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSumCounts(t *testing.T) {
	var s Sum
	if !math.IsNaN(s.Mean()) {
		t.Error("mean of nothing is estimable")
	}
	s.AddSlice([]float64{1, math.NaN(), 2, 4})
	s.Add(math.NaN())
	if s.N() != 3 || s.Missing() != 2 || s.Mean() != 7.0/3 {
		t.Errorf("n %d, missing %d, mean %v", s.N(), s.Missing(), s.Mean())
	}
}

// Many additions of the largest chunk values must not overflow a chunk.
func TestSumCarries(t *testing.T) {
	var s Sum
	x := math.Float64frombits(0x41ffffffffffffff) // all digits set
	want := new(big.Float).SetPrec(4096)
	for range 5000 {
		s.Add(x)
		s.AddProduct(x, x)
	}
	bx := new(big.Float).SetPrec(4096).SetFloat64(x)
	want.Add(bx, new(big.Float).SetPrec(4096).Mul(bx, bx))
	want.Mul(want, big.NewFloat(5000))
	w, _ := want.Float64()
	if got := s.Value(); got != w {
		t.Errorf("got %v, want %v", got, w)
	}
}

func TestMoments(t *testing.T) {
	var m Moments
	if !math.IsNaN(m.Variance(0)) {
		t.Error("variance of nothing is estimable")
	}
	// Σ(x−mean)² drowns in rounding when formed from float sums here.
	m.AddSlice([]float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16, math.NaN()})
	if m.Variance(1) != 30 || m.Variance(0) != 22.5 || m.Mean() != 1e9+10 || m.N() != 4 || m.Missing() != 1 {
		t.Errorf("variance %v, %v; mean %v", m.Variance(1), m.Variance(0), m.Mean())
	}
	var a, b Moments
	a.AddSlice([]float64{1, 2, 3})
	b.AddSlice([]float64{3, 4, 5, 6})
	// numpy: 100*(2-4.5)/sqrt((2*var(a,ddof=1)+3*var(b,ddof=1))/5)
	if got, want := StandardizedMeanDifference(&a, &b), -211.28856368212914; math.Abs(got-want) > 1e-11 {
		t.Errorf("standardized mean difference %v, want %v", got, want)
	}
}

func BenchmarkSumAddSlice(b *testing.B) {
	xs := benchFloats()
	var s Sum
	for b.Loop() {
		s.AddSlice(xs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(xs)), "ns/value")
}

func benchFloats() []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	xs := make([]float64, 4096)
	for i := range xs {
		xs[i] = math.Round(600 + 80*rng.NormFloat64())
		if i%50 == 0 {
			xs[i] = math.NaN()
		}
	}
	return xs
}
