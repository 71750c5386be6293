package audit

import "testing"

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		minor, scale int64
		want         string
	}{{123450, 100, "1234.50"}, {-5, 100, "-0.05"}, {0, 100, "0.00"}, {7, 1, "7"}, {1005, 1000, "1.005"}, {-123450, 100, "-1234.50"}} {
		if got := Units(c.minor, c.scale); got != c.want {
			t.Errorf("Units(%d, %d) = %q, want %q", c.minor, c.scale, got, c.want)
		}
	}
}
