package reports

import (
	"strconv"
	"strings"
	"testing"

	"evenhand/audit"
)

// Curves have a step a point, a line of those still waiting a group, and a title
// that names the flagged group.
func TestCurves(t *testing.T) {
	r := &Report{res: &audit.Result{}, room: rooms[0]}
	add := func(name, group string, day int, value float64, status audit.Status) {
		m := audit.NewMetric("increaseparity", name)
		m.Group, m.Segment, m.Value, m.N, m.Status = group, "day="+strconv.Itoa(day), value, 500, status
		if name == incidenceRatio {
			m.Reference = "sex=M"
		}
		r.res.Metrics = append(r.res.Metrics, m)
	}
	for i, day := range []int{30, 60, 90, 365} {
		add(incidence, "", day, float64(i)*.1, audit.Pass)
		for g, group := range []string{"sex=F", "sex=M", "age=old", "age=young", "sex=X"} {
			status := audit.Pass
			if group == "sex=X" {
				status = audit.Insufficient
			}
			add(incidence, group, day, float64(i+1)*.05*float64(g+1), status)
			add(waiting, group, day, float64(400-i*100), status)
		}
	}
	add(incidenceRatio, "sex=F", 365, .5, audit.Fail)
	add(incidenceRatio, "age=old", 365, .9, audit.Pass)
	var ms []*audit.Metric
	for i := range r.res.Metrics {
		if r.res.Metrics[i].Name == incidence {
			ms = append(ms, &r.res.Metrics[i])
		}
	}
	f := r.curves(ms)
	if f == nil || !strings.Contains(f.Title.En, "sex=F had an increase 0.5") || f.Title.Zh == "" || f.Desc.En == "" {
		t.Fatalf("figure %+v", f)
	}
	lines, waits := 0, 0
	for _, s := range f.Shapes {
		if s.Kind == "path" && strings.HasPrefix(s.Class, "line s") {
			lines++
			if n := strings.Count(s.D, "L"); n != 8 {
				t.Errorf("%d parts of a curve with 4 points, want 8: %s", n, s.D)
			}
		}
		if s.Text.En == "300" || s.Text.En == "200" {
			waits++
		}
	}
	if lines != 2 || len(f.Legend) != 2 || waits == 0 {
		t.Errorf("%d curves, %d names, %d counts of those waiting; want 2, 2 and some", lines, len(f.Legend), waits)
	}
	if r.curves(ms[:1]) == nil {
		t.Error("everybody alone has no curve")
	}
	if len(ticksOfDays(720)) > 7 || len(ticksOfDays(365)) > 8 || ticksOfDays(40)[1] != 30 {
		t.Error("too many ticks")
	}
}
