package parquetfile

import "testing"

// Amounts in minor units with further decimals, as doubles have them.
func TestRoundMoney(t *testing.T) {
	unit := 100.0
	for _, c := range []struct {
		yuan       float64
		away, even float64
	}{
		{53093.745, 5309375, 5309374}, {53093.755, 5309376, 5309376}, {0.005, 1, 0}, {-0.005, -1, 0}, {-0.015, -2, -2},
		{1.2349, 123, 123}, {1.2351, 124, 124}, {-1.2351, -124, -124}, {1.005, 101, 100},
	} {
		m := c.yuan * unit
		if got := roundMoney(m, "half_away"); got != c.away {
			t.Errorf("%v half away: %v, want %v", c.yuan, got, c.away)
		}
		if got := roundMoney(m, "half_even"); got != c.even {
			t.Errorf("%v half even: %v, want %v", c.yuan, got, c.even)
		}
	}
}
