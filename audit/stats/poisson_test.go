package stats_test

import (
	"math"
	"testing"

	"evenhand/audit/stats"
)

// TestPoissonTail holds tails against scipy.stats.poisson.sf(n-1, mean), 1.17.1.
func TestPoissonTail(t *testing.T) {
	for _, c := range []struct {
		n    int64
		mean float64
		want float64
	}{
		{1, 0.5, 0.3934693402873665}, {5, 0.5, 0.00017211562995584072}, {10, 3.2, 0.001761887868184628}, {40, 0.01, 1.2137183690002225e-128},
		{3, 3, 0.5768099188731566}, {100, 60, 1.4815276326460494e-06}, {7, 0.2, 2.132477809603865e-09}, {0, 3, 1}, {4, 0, 0},
	} {
		if got := stats.PoissonTail(c.n, c.mean); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("PoissonTail(%d, %v) = %v, want %v", c.n, c.mean, got, c.want)
		}
	}
}
