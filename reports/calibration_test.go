package reports

import (
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
)

// outcomeMetrics are deciles of two groups, of which b goes bad twice as often
// as predicted, and the AUC of two vintages and of one that is estimated.
func outcomeMetrics() (ms []audit.Metric) {
	for _, g := range []string{"a", "b"} {
		for i := range 10 {
			m := audit.NewMetric("outcomeparity", reliabilityOf)
			m.Group, m.Segment, m.N, m.Effect = "sex="+g, fmt.Sprintf("decile=%d", i+1), 100, 0.02*float64(i+1)
			m.K = int64(2 * (i + 1))
			if g == "b" {
				m.K *= 2
			}
			m.Value = float64(m.K) / 100
			m.Low, m.High = 0.8*m.Value, 1.2*m.Value
			ms = append(ms, m)
		}
	}
	for i, p := range []string{"2025-Q1", "2025-Q2", "2025-Q3"} {
		m := audit.NewMetric("performance", []string{vintageAUC, vintageAUC, foreseenAUC}[i])
		m.Period, m.Value, m.Low, m.High, m.N = p, 0.8-0.05*float64(i), 0.65, 0.85, 1000
		ms = append(ms, m)
	}
	for i := range ms {
		ms[i].Status = audit.Pass
	}
	return ms
}

func TestOutcomeFigures(t *testing.T) {
	r := New(Input{Plan: &audit.Plan{}, Result: &audit.Result{Metrics: outcomeMetrics()}})
	var drawn []string
	var ms []*audit.Metric
	for i := range r.res.Metrics {
		ms = append(ms, &r.res.Metrics[i])
	}
	for _, f := range r.metricFigures(ms) {
		drawn = append(drawn, f.Title.En)
		if f.Title.Zh == "" || f.Desc.Zh == "" || len(f.Data.Rows) == 0 || len(f.Legend) == 0 {
			t.Errorf("%s lacks words, a legend or its data", f.Title.En)
		}
	}
	got := strings.Join(drawn, "\n")
	for _, want := range []string{"Reliability by sex: in 10 of 20 bins the interval misses what was predicted; furthest is sex=b, 40.0\u00a0% bad where 20.0\u00a0% were predicted", "AUC by vintage: from 0.750 (2025-Q2) to 0.800 (2025-Q1)"} {
		if !strings.Contains(got, want) {
			t.Errorf("not drawn: %s\nbut:\n%s", want, got)
		}
	}
}
