package compare

import "testing"

// TestRowsInWords: the rows of a number are said as in the reports.
func TestRowsInWords(t *testing.T) {
	m := Metric{Segment: "strata=score_decile", Group: "sex=F", Reference: "sex=M"}
	if got, want := m.rows().Zh, "分层=评分十分位 · sex=F，对照 sex=M"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := m.rows().En, "strata=score_decile · sex=F against sex=M"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
