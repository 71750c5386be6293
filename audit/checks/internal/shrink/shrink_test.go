package shrink

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

// Stored values: moments by numpy, posterior and tail by scipy. What is a
// function of counts agrees to 1e-9, quantiles and tails too.
func TestReference(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Shrink []struct {
			K, N             []int64
			Mean, Rho, A, B  float64
			Value, Low, High []float64
		}
		Below []struct {
			K, N     int64
			P, Value float64
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	spread := 0
	for _, x := range doc.Shrink {
		p := Fit(x.K, x.N)
		near(t, "mean", p.Mean, x.Mean, 1e-12)
		near(t, "rho", p.Rho, x.Rho, 1e-9)
		if x.Rho == 0 {
			if v, i := p.Rate(5, 50, 0.95); v != x.Mean || i.Lo != v || i.Hi != v {
				t.Errorf("units that don't differ: %v %v", v, i)
			}
			continue
		}
		spread++
		near(t, "a", p.A, x.A, 1e-9)
		near(t, "b", p.B, x.B, 1e-9)
		for i := range x.K {
			v, in := p.Rate(x.K[i], x.N[i], 0.95)
			near(t, "value", v, x.Value[i], 1e-9)
			near(t, "low", in.Lo, x.Low[i], 1e-9)
			near(t, "high", in.Hi, x.High[i], 1e-9)
		}
	}
	if spread < 3 || len(doc.Below) < 3 {
		t.Fatal("nothing compared")
	}
	for _, x := range doc.Below {
		near(t, "below", Below(x.K, x.N, x.P), x.Value, 1e-9)
	}
}

func TestDegenerate(t *testing.T) {
	for _, x := range [][2][]int64{{{}, {}}, {{0}, {0}}, {{3}, {9}}, {{0, 0}, {9, 9}}, {{9, 9}, {9, 9}}} {
		if p := Fit(x[0], x[1]); p.Rho != 0 {
			t.Errorf("%v: %+v", x, p)
		}
	}
	p := Fit([]int64{0, 50}, []int64{50, 50})
	if v, _ := p.Rate(0, 50, 0.95); v < 0 || v > 0.01 {
		t.Errorf("rates of 0 and 1: %v", v)
	}
	if Below(5, 5, 0.3) != 1 || Below(2, 5, 1) != 0 || Below(2, 5, 0) != 1 {
		t.Error("ends of the binomial")
	}
}
