package reports

import (
	"strings"
	"testing"

	"evenhand/audit"
)

// TestChangeFigure: the chart of a series has its weeks, the flagged steps with
// their bands, the days of the registry within it, and incidents.
func TestChangeFigure(t *testing.T) {
	metric := func(name, period, segment string, value float64) audit.Metric {
		m := audit.NewMetric("changepoint", name)
		m.Period, m.Segment, m.Value, m.N, m.Status = period, segment, value, 100, audit.Pass
		return m
	}
	const band = "series=approval_in_band"
	res := &audit.Result{}
	for i, week := range []string{"2025-01-06", "2025-01-13", "2025-01-20", "2025-01-27"} {
		m := metric(weeklyLevel, week, band, 0.7-0.1*float64(i/2))
		m.Low, m.High = m.Value-0.05, m.Value+0.05
		res.Metrics = append(res.Metrics, m)
	}
	step := metric(changePoints, "2025-01-20", band, -0.1)
	step.Status = audit.Warn
	within := metric(changeWithin, "2025-01-20", band, 3)
	within.Low, within.High = -1, 1
	res.Metrics = append(res.Metrics, step, within, metric(changePoints, "2025-01-15", "series=override", 0.01),
		metric(registryDay, "2025-01-16", "policy_version=p2", 1), metric(registryDay, "2024-01-01", "policy_version=p1", 1), metric(registryDay, "2025-01-21", "incident=I1", 1))
	r := &Report{res: res, room: rooms[0]}
	var steps []*audit.Metric
	for i := range res.Metrics {
		if res.Metrics[i].Name == changePoints {
			steps = append(steps, &res.Metrics[i])
		}
	}
	f := r.changeFigure(steps)
	if f == nil {
		t.Fatal("no figure")
	}
	count := map[string]int{}
	for _, s := range f.Shapes {
		count[s.Kind+" "+s.Class]++
		if s.Text.En == "p1" {
			t.Error("a version of years before is drawn")
		}
	}
	for _, want := range []string{"path line s1", "path change", "path version", "rect band s2", "path incident"} {
		if count[want] != 1 {
			t.Errorf("%d of %s", count[want], want)
		}
	}
	if !strings.Contains(f.Title.En, "change-points 1") || !strings.Contains(f.Title.Zh, "突变点 1") || len(f.Data.Rows) != 1 {
		t.Errorf("title %q, %d rows of data", f.Title, len(f.Data.Rows))
	}
	if r.changeFigure(steps[1:]) != nil {
		t.Error("a series without a flag is drawn")
	}
}
