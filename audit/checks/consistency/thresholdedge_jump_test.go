package consistency

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestJump holds the jump against numpy.
func TestJump(t *testing.T) {
	data, err := os.ReadFile("testdata/bunching.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		Name             string
		Counts           []int64
		Below, Above, P  float64
		Ratio, Low, High *float64
	}
	if err := json.Unmarshal(data, &want); err != nil || len(want) < 6 {
		t.Fatalf("%d references (%v)", len(want), err)
	}
	for _, w := range want {
		j := jumpOf(w.Counts, 0.95)
		for _, x := range []struct {
			name      string
			got, want float64
		}{{"below", j.below, w.Below}, {"above", j.above, w.Above}, {"p", j.p, w.P}} {
			if math.Abs(x.got-x.want) > 1e-9*max(1, math.Abs(x.want)) {
				t.Errorf("%s: %s is %v, want %v", w.Name, x.name, x.got, x.want)
			}
		}
		if w.Ratio == nil {
			continue
		}
		if math.Abs(j.ratio / *w.Ratio - 1) > 1e-9 {
			t.Errorf("%s: ratio is %v, want %v", w.Name, j.ratio, *w.Ratio)
		}
		switch {
		case w.Low == nil:
			if j.low == j.low || j.high == j.high {
				t.Errorf("%s: interval %v to %v, which has no bounds", w.Name, j.low, j.high)
			}
		case math.Abs(j.low / *w.Low - 1) > 1e-9, math.Abs(j.high / *w.High - 1) > 1e-9:
			t.Errorf("%s: interval %v to %v, want %v to %v", w.Name, j.low, j.high, *w.Low, *w.High)
		case (j.low > 1 || j.high < 1) != (j.p < 0.05):
			t.Errorf("%s: interval %v to %v, but p %v", w.Name, j.low, j.high, j.p)
		}
	}
	if j := jumpOf(make([]int64, 8), 0.95); j.p == j.p || j.ratio == j.ratio {
		t.Errorf("no rows: %+v", j)
	}
}
