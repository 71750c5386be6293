package stats

import (
	"math"
	"testing"
)

// Newcombe's interval of a difference of rates is Mover of Wilson's intervals:
// his 56/70 − 48/80.
func TestMoverIsNewcombe(t *testing.T) {
	a, b := Wilson(56, 70, 0.95), Wilson(48, 80, 0.95)
	got, want := Mover(56./70, a, 48./80, b), Newcombe(56, 70, 48, 80, 0.95)
	if math.Abs(got.Lo-want.Lo) > 1e-15 || math.Abs(got.Hi-want.Hi) > 1e-15 || math.Abs(got.Lo-0.0524) > 5e-5 {
		t.Errorf("%v, want %v", got, want)
	}
}

// Of 1 … 100 the median's interval is between the 40th and the 61st; of a few
// values it is all of them.
func TestQuantileInterval(t *testing.T) {
	var h Hist
	if v, i := QuantileInterval(&h, 0.5, 0.95); v == v || i.Lo == i.Lo {
		t.Error("a quantile of nothing")
	}
	for i := range 100 {
		h.Add(float64(i + 1))
	}
	for _, x := range []struct{ q, v, lo, hi float64 }{
		{0.5, 50.5, 40, 61}, {0.1, 10.9, 4, 17}, {0.9, 90.1, 84, 97},
	} {
		v, i := QuantileInterval(&h, x.q, 0.95)
		if math.Abs(v-x.v) > 1e-12 || i.Lo != x.lo || i.Hi != x.hi {
			t.Errorf("%v: %v [%v, %v]", x.q, v, i.Lo, i.Hi)
		}
	}
	var few Hist
	few.AddN(3, 2)
	few.Add(7)
	if _, i := QuantileInterval(&few, 0.5, 0.95); i.Lo != 3 || i.Hi != 7 {
		t.Errorf("of three: %v", i)
	}
}
