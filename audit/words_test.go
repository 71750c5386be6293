package audit

import (
	"math"
	"testing"
)

func TestNumbersInWords(t *testing.T) {
	for _, c := range [][2]string{
		{Thousands(0), "0"}, {Thousands(999), "999"}, {Thousands(1000), "1,000"}, {Thousands(-1234567), "-1,234,567"}, {Thousands(-123), "-123"},
		{Percent(1, 3), "33.3 %"}, {Percent(2, 2), "100.0 %"},
		{PText(0.0004), "< 0.001"}, {PText(0.0314), "= 0.031"}, {PText(math.NaN()), "–"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}
