package fairness

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// crossed is a table of parity_reference.json: cells are the groups, then how
// many were approved of how many.
type crossed struct {
	Cells            [][]any
	DisparateImpact  float64 `json:"disparate_impact"`
	Statistical      float64 `json:"statistical_parity_difference"`
	Differential     float64 `json:"smoothed_empirical_differential_fairness"`
	ParityDifference float64 `json:"demographic_parity_difference"`
	ParityRatio      float64 `json:"demographic_parity_ratio"`
	Shrunken         struct{ Value, Low, High []float64 }
}

func crossings(t *testing.T) (race, two, three crossed) {
	t.Helper()
	data, err := os.ReadFile("testdata/parity_reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Race  crossed
		Two   crossed `json:"race_sex"`
		Three crossed `json:"race_sex_kids"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Race, doc.Two, doc.Three
}

// Wooldridge's loanapp in AIF360, fairlearn and statsmodels.
func TestParityLibraries(t *testing.T) {
	want, _, _ := crossings(t)
	var rows []count
	for _, c := range want.Cells {
		rows = append(rows, count{c[0].(string), int(c[1].(float64)), int(c[2].(float64)), ""})
	}
	r, _ := measure(t, "race", "white", rows)
	near(t, disparateImpact, metricOf(t, r, disparateImpact, "race").Value, want.DisparateImpact)
	near(t, statisticalDiff, metricOf(t, r, statisticalDiff, "race").Value, want.Statistical)
	near(t, smoothedFair, metricOf(t, r, smoothedFair, "race").Value, want.Differential)
	near(t, parityDiff, metricOf(t, r, parityDiff, "race").Value, want.ParityDifference)
	near(t, parityRatio, metricOf(t, r, parityRatio, "race").Value, want.ParityRatio)
	var ends struct {
		Race struct {
			Score map[string][2]float64 `json:"score_ratio"`
		}
	}
	data, _ := os.ReadFile("testdata/parity_reference.json")
	if err := json.Unmarshal(data, &ends); err != nil || len(ends.Race.Score) != 2 {
		t.Fatal("no score intervals: ", err)
	}
	for group, want := range ends.Race.Score {
		m := metricOf(t, r, scoreRatio, "race="+group)
		// statsmodels stops its search at 1e-6 or so.
		if math.Abs(m.Low-want[0]) > 1e-5 || math.Abs(m.High-want[1]) > 1e-5 || m.Interval != "miettinen_nurminen" {
			t.Errorf("%s: score interval [%v, %v], want %v", group, m.Low, m.High, want)
		}
		near(t, group, m.Value, metricOf(t, r, ratioMetric, "race="+group).Value)
	}
}

// Withheld groups are in no sum, and a sum of nobody is none.
func TestParityOthers(t *testing.T) {
	r, _ := measure(t, "race", "a", []count{{"a", 90, 100, ""}, {"b", 60, 100, ""}, {"c", 2, 5, ""}, {"d", 3, 8, ""}, {"", 10, 50, ""}})
	m := metricOf(t, r, disparateImpact, "race")
	near(t, "disparate impact", m.Value, 0.6/0.9)
	if m.N != 100 || len(m.Warnings) != 1 {
		t.Errorf("others: %+v", m)
	}
	r, _ = measure(t, "race", "a", []count{{"a", 90, 100, ""}, {"", 10, 50, ""}})
	for _, m := range r.Metrics {
		if m.Name == disparateImpact {
			t.Errorf("nobody is compared: %+v", m)
		}
	}
	if m := metricOf(t, r, smoothedFair, "race"); !math.IsNaN(m.Value) {
		t.Errorf("the unknown are compared as a group: %+v", m)
	}
}
