package trees

import (
	"math"
	"testing"
)

// TestCategoryLeft has what the libraries do with codes that are no whole
// numbers from 0 up: LightGBM 4.7 cuts them to integers before it looks whether
// they are negative, XGBoost 3.2 after.
func TestCategoryLeft(t *testing.T) {
	tests := []struct {
		x                 float64
		lightgbm, xgboost bool // goes left, 0 and 33 being in the set
	}{
		{-1, false, true}, {math.Nextafter(-1, 0), true, true}, {-0.5, true, true}, {-1e-30, true, true},
		{math.Copysign(0, -1), true, false}, {0, true, false}, {0.999, true, false}, {1, false, true},
		{32.9, false, true}, {33.7, true, false}, {64, false, true}, {3e9, false, true}, {math.Inf(1), false, true},
	}
	for _, test := range tests {
		for how, want := range map[How]bool{Categorical: test.lightgbm, Categorical | InRight: test.xgboost} {
			s := Split{How: how, Set: []uint32{1, 2}, Left: -1, Right: -2, Cover: 2}
			if got := s.GoesLeft(test.x); got != want {
				t.Errorf("how %b: %v goes left: %v, want %v", how, test.x, got, want)
			}
			f := &Forest{Inputs: 1, Single: how&InRight != 0, Trees: []Tree{{Splits: []Split{s}, Leaves: []float64{1, 2}, Covers: []float64{1, 1}}}}
			want := map[bool]float64{true: 1, false: 2}[want]
			if got := f.Compile().Margin([]float64{test.x}); got != want {
				t.Errorf("how %b: compiled, %v scores %v, want %v", how, test.x, got, want)
			}
		}
	}
}
