package stats

import (
	"math"
	"testing"
)

// With whole numbers for weights the formulas are those of counts, which are
// held to statsmodels elsewhere.
func TestWeightedAgreesWithCounts(t *testing.T) {
	for _, x := range [][4]int64{{15, 148, 81, 263}, {56, 70, 48, 80}, {9, 10, 3, 10}, {3847, 4606, 47765, 51875}} {
		r, ref := Rate{float64(x[0]), float64(x[1])}, Rate{float64(x[2]), float64(x[3])}
		tab := TableOf(x[0], x[1], x[2], x[3])
		near := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
				t.Errorf("%v: %s %v, want %v", x, what, got, want)
			}
		}
		w, i := Wilson(x[0], x[1], 0.95), r.Wilson(0.95)
		near("Wilson low", i.Lo, w.Lo)
		near("Wilson high", i.Hi, w.Hi)
		d, i := r.Minus(ref, 0.95)
		w = Newcombe(x[0], x[1], x[2], x[3], 0.95)
		near("difference", d, tab.Difference())
		near("Newcombe low", i.Lo, w.Lo)
		near("Newcombe high", i.Hi, w.Hi)
		q, i := r.Over(ref, 0.9)
		rr := tab.RiskRatio(0.9)
		near("ratio", q, rr.Value)
		near("Katz low", i.Lo, rr.Interval.Lo)
		near("Katz high", i.Hi, rr.Interval.Hi)
		near("z", r.ZTest(ref).Statistic, tab.ZTest().Statistic)
		near("p", r.ZTest(ref).P, tab.ZTest().P)
	}
	if none := (Rate{}); !math.IsNaN(none.Value()) || !math.IsNaN(none.Wilson(0.95).Lo) || !math.IsNaN(none.ZTest(none).P) {
		t.Error("a rate of nothing has a value")
	}
}

// TestWeightedCovers draws memberships from their probabilities, and outcomes at
// one rate: the interval must hold both that rate and the one that the true
// members had, at its level at least. Seeded: the same draws each time.
func TestWeightedCovers(t *testing.T) {
	next := splitmix(7)
	const rows, rounds, rate = 300, 2000, 0.7
	covered, held := 0, 0
	for range rounds {
		var r Rate
		var members, approved float64
		for range rows {
			p := next()
			y := 0.0
			if next() < rate {
				y = 1
			}
			r.X, r.N = r.X+float64(p*y), r.N+p
			if next() < p {
				members, approved = members+1, approved+y
			}
		}
		i := r.Wilson(0.95)
		if i.Contains(rate) {
			covered++
		}
		if i.Contains(approved / members) {
			held++
		}
	}
	if a, b := float64(covered)/rounds, float64(held)/rounds; a < 0.94 || b < 0.94 {
		t.Errorf("the interval covers the rate in %.3f, that of the members in %.3f", a, b)
	}
}

func splitmix(x uint64) func() float64 {
	return func() float64 {
		x += 0x9E3779B97F4A7C15
		z := x
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return float64((z^z>>31)>>11) / (1 << 53)
	}
}
