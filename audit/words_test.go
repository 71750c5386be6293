package audit

import (
	"maps"
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

func TestEvidence(t *testing.T) {
	got := Evidence(map[string]string{"held_since": "自此", "changed *": "变化：@1", "* of * rows": "$2 行中 $1 行"})
	want := map[string]Text{"held_since": T("held since", "自此"), "changed *": T("changed @1", "变化：@1"), "* of * rows": T("$1 of $2 rows", "$2 行中 $1 行")}
	if !maps.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
