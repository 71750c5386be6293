package reports

import (
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
)

// TestWaterfall holds that the steps of a waterfall add up: guards lead from all
// rows down to the cases, and verdicts and causes from there to what is not
// justified.
func TestWaterfall(t *testing.T) {
	r := bookReport(t)
	drawn := 0
	for i := range r.res.Coverage {
		v := &r.res.Coverage[i]
		f := r.waterfall(v)
		if f == nil {
			continue
		}
		drawn++
		rows := f.Data.Rows
		left := func(i int) string { return rows[i][2].Text.En }
		first := slices.IndexFunc(rows, func(row []cell) bool { return row[0].Text == falls[v.Check].cases })
		if first < 0 {
			t.Fatalf("%s: no row of its cases", v.Check)
		}
		if n := len(rows); left(n-2) != left(n-1) {
			t.Errorf("%s: %s are left, %s are not justified", v.Check, left(n-2), left(n-1))
		}
		if first > 0 && !falls[v.Check].several && left(first-1) != left(first) {
			t.Errorf("%s: guards leave %s, cases are %s", v.Check, left(first-1), left(first))
		}
		if first > 0 && left(0) != thousands(v.RowsIn) {
			t.Errorf("%s: it begins with %s of %d rows", v.Check, left(0), v.RowsIn)
		}
		if !strings.Contains(f.Title.En, rows[len(rows)-1][2].Text.En+" are not justified") || f.Title.Zh == "" {
			t.Errorf("%s: title %q", v.Check, f.Title.En)
		}
	}
	if drawn < 5 {
		t.Errorf("%d waterfalls of the book, want one for each of the five complaints", drawn)
	}
	if r.waterfall(&audit.Coverage{Check: "twins"}) != nil {
		t.Error("a check of none of the complaints has a waterfall")
	}
}

// TestMoments: a day is placed within its period, whose point stands for its
// middle; versions of the same day share a line, and days beyond the axis, or of
// the version that is in force when it begins, have none.
func TestMoments(t *testing.T) {
	res := &audit.Result{}
	for _, m := range []struct{ day, segment string }{
		{"2026-01-01", "policy_version=p1"}, {"2026-02-15", "policy_version=p1"}, {"2026-02-15", "policy_version=p2"}, {"2027-01-01", "policy_version=p2"},
		{"2026-03-01", "incident=I1"}, {"2026-03-03", "incident=I1"}, {"2020-01-01", "incident=I0"},
	} {
		x := audit.NewMetric("changepoint", registryDay)
		x.Period, x.Segment, x.Value = m.day, m.segment, 1
		res.Metrics = append(res.Metrics, x)
	}
	step := audit.NewMetric("changepoint", changePoints)
	step.Period, step.Segment, step.Status = "2026-03-16", "series=approval", audit.Warn
	res.Metrics = append(res.Metrics, step)
	r := New(Input{Plan: testPlan(), Result: res})
	for _, name := range []string{selectionRate, "other_rate"} {
		var ms []*audit.Metric
		for i, p := range []string{"2026-01", "2026-02", "2026-03"} {
			m := audit.NewMetric("approvalparity", name)
			m.Period, m.Value, m.N = p, 0.5+0.1*float64(i), 100
			ms = append(ms, &m)
		}
		f := r.lines(ms)
		count := map[string]int{}
		for _, s := range f.Shapes {
			count[s.Class]++
			// Points are 278 px apart from 84 on: the middle of February is at 362.
			if s.Class == "version" && !strings.HasPrefix(s.D, "M362 42L") {
				t.Errorf("the version begins at %s", s.D)
			}
			if s.Class == "incident" && (s.Tip.En != "I1 2026-03-01–03-03" || strings.Count(s.D, "M") != 1) {
				t.Errorf("incidents %q, %s", s.Tip.En, s.D)
			}
		}
		want := 0
		if name == selectionRate {
			want = 1
		}
		if count["version"] != 1 || count["incident"] != 1 || count["change"] != want {
			t.Errorf("%s: marks %v", name, count)
		}
	}
}

// TestROC: curves go from 0 to 1, and never down.
func TestROC(t *testing.T) {
	r := bookReport(t)
	var ms []*audit.Metric
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Name == reliabilityOf {
			ms = append(ms, m)
		}
	}
	f := r.rocs(ms)
	if f == nil {
		t.Fatal("no curves")
	}
	lines := 0
	for _, s := range f.Shapes {
		if s.Class == "line s1" {
			lines++
		}
	}
	if lines < 2 || !strings.Contains(f.Title.En, "AUC from 0.") || len(f.Data.Rows) != lines {
		t.Errorf("%d curves, title %q, %d rows", lines, f.Title.En, len(f.Data.Rows))
	}
}
