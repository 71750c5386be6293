package shares

import (
	"math"
	"slices"
	"testing"

	"evenhand/audit"
)

func TestWithheld(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sizes []int64
		want  []bool
	}{
		{"none is small", []int64{10, 30}, []bool{false, false}},
		{"one alone takes the smallest with it", []int64{50, 9, 30, 30}, []bool{false, true, true, false}},
		{"two hide each other", []int64{9, 30, 3}, []bool{true, false, true}},
		{"one without others", []int64{9}, []bool{true}},
		{"nothing", nil, []bool{}},
	} {
		if got := Withheld(tt.sizes, 10); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestSet has the intervals that Newcombe printed (Statistics in Medicine 17,
// 1998, tables I and II): 81/263 and 56/70 - 48/80.
func TestSet(t *testing.T) {
	h := audit.Honesty{Level: 0.95, MinCell: 264}
	m := audit.NewMetric("x", "y")
	Set(&m, 81, 263, h)
	if !near(m.Low, 0.2553) || !near(m.High, 0.3662) || m.Reach != audit.Insufficient || m.Value != 81.0/263 {
		t.Errorf("81/263: %v [%v, %v], %v", m.Value, m.Low, m.High, m.Reach)
	}
	m = audit.NewMetric("x", "y")
	if Set(&m, 0, 0, h); !math.IsNaN(m.Value) || m.Reach != audit.Insufficient {
		t.Errorf("no rows: %v, %v", m.Value, m.Reach)
	}
	m = audit.NewMetric("x", "y")
	Compare(&m, 56, 70, 48, 80, h)
	if !near(m.Low, 0.0524) || !near(m.High, 0.3339) || m.Test != "fisher" || m.Reach != audit.Pass {
		t.Errorf("56/70 - 48/80: [%v, %v] by %s, %v", m.Low, m.High, m.Test, m.Reach)
	}
	Compare(&m, 560, 700, 480, 800, h)
	if m.Test != "chi2_yates" {
		t.Errorf("cells of 100 and more: %s", m.Test)
	}
}

func near(got, want float64) bool { return math.Abs(got-want) <= 0.00005 }
