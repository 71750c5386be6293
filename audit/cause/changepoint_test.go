package cause_test

import (
	"math"
	"testing"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// TestCUSUMByHand: level 10, deviation 2. The sums of the first case are
// 0.5, 1.5, 3.5, 5.5 (alarm) from the third value on.
func TestCUSUMByHand(t *testing.T) {
	for _, test := range []struct {
		name string
		x    []float64
		want cause.Shift
		ok   bool
	}{
		{"up", []float64{10, 10, 12, 13, 15, 15, 10}, cause.Shift{Since: 2, At: 5, Up: true}, true},
		{"down", []float64{10, 10, 8, 7, 5, 5, 10}, cause.Shift{Since: 2, At: 5}, true},
		{"exactly 5 is no alarm", []float64{21, 10}, cause.Shift{}, false},
		{"just above 5", []float64{10, 21.1}, cause.Shift{Since: 1, At: 1, Up: true}, true},
		{"slack", []float64{11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11}, cause.Shift{}, false},
		{"a gap", []float64{10, 12, 13, math.NaN(), 15, 15}, cause.Shift{Since: 1, At: 5, Up: true}, true},
		{"back to zero", []float64{12, 13, 6, 12, 13, 15, 15}, cause.Shift{Since: 3, At: 6, Up: true}, true},
	} {
		got, ok := cause.CUSUM(test.x, 10, 2)
		if got != test.want || ok != test.ok {
			t.Errorf("%s: %+v %v, want %+v %v", test.name, got, ok, test.want, test.ok)
		}
	}
	for _, sd := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, ok := cause.CUSUM([]float64{1e9, 1e9}, 10, sd); ok {
			t.Errorf("deviation %v finds something", sd)
		}
	}
}

// TestCUSUMReference: a normal series whose level drops by 0.8 deviations at
// index 40; the numbers are numpy's, by the formula of the manual.
func TestCUSUMReference(t *testing.T) {
	x := []float64{
		0.46, 0.434, 0.488, 0.521, 0.557, 0.505, 0.472, 0.461, 0.537, 0.582, 0.514, 0.438, 0.452, 0.58, 0.51, 0.413, 0.496, 0.442, 0.469, 0.476,
		0.464, 0.528, 0.497, 0.471, 0.52, 0.541, 0.418, 0.487, 0.451, 0.491, 0.436, 0.501, 0.498, 0.485, 0.448, 0.48, 0.445, 0.432, 0.511, 0.445,
		0.519, 0.496, 0.36, 0.474, 0.405, 0.462, 0.462, 0.361, 0.448, 0.447,
	}
	if got, ok := cause.CUSUM(x, 0.5, 0.05); !ok || got != (cause.Shift{Since: 26, At: 45}) {
		t.Errorf("%+v %v", got, ok)
	}
}

// approvals of 40 applications a day at a rate of 0.6, the first with 0.45 from
// day 38 on; numpy finds the first to have changed at day 37, on day 41.
var (
	changed = []int64{20, 26, 23, 22, 22, 20, 21, 20, 30, 25, 24, 29, 32, 21, 17, 22, 26, 22, 26, 22, 26, 22, 17, 17, 20, 20, 22, 24, 20, 28, 25, 23, 24, 21, 27, 29, 28, 18, 15, 16, 17, 19, 20, 14, 23, 20, 17, 15, 19, 19, 16, 15, 20, 19, 21, 16, 20, 13, 10, 15}
	steady  = []int64{22, 24, 23, 23, 23, 25, 22, 31, 25, 29, 28, 20, 23, 22, 23, 23, 21, 23, 24, 24, 23, 25, 23, 25, 23, 24, 22, 22, 29, 22, 20, 25, 22, 21, 24, 27, 22, 21, 26, 26, 22, 24, 31, 27, 26, 23, 24, 24, 25, 25, 24, 23, 24, 22, 16, 22, 24, 18, 28, 19}
)

func TestChangePoint(t *testing.T) {
	const start = 20000
	var d, o cause.Daily
	for i := range changed {
		to := &d
		if i%2 == 1 {
			to = &o
		}
		for k := range int64(40) {
			to.Add(3, start+int64(i), k < changed[i])
			to.Add(7, start+int64(i), k < steady[i])
		}
	}
	d.Add(0, -20000, true)
	d.Merge(&o)
	data, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back cause.Daily
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	series := back.Series(3)
	if len(series) != len(changed) || series[5] != (cause.Day{Day: start + 5, N: 40, Yes: changed[5]}) {
		t.Fatalf("%v", series)
	}
	if day, up, ok := cause.ChangePoint(series, 28); !ok || up || day != start+37 {
		t.Errorf("day %d, up %v, %v", day-start, up, ok)
	}
	if day, _, ok := cause.ChangePoint(back.Series(7), 28); ok {
		t.Errorf("the steady band changed on day %d", day-start)
	}
	if old := back.Series(0); len(old) != 1 || old[0] != (cause.Day{Day: -20000, N: 1, Yes: 1}) {
		t.Errorf("%v", old)
	}
	if _, _, ok := cause.ChangePoint(series[:28], 28); ok {
		t.Error("a series of base days only has a change")
	}
	if _, _, ok := cause.ChangePoint([]cause.Day{{1, 40, 40}, {2, 40, 40}, {3, 40, 40}, {4, 40, 0}}, 3); !ok {
		t.Error("from all to none is no change")
	}
}

func TestDeclared(t *testing.T) {
	plan, err := audit.ParsePlan("p", []byte(`
version: 1
as_of: 2026-06-30
tables: {decisions: {files: d.parquet}}
policies:
  - {version: a, products: [cash], effective_from: 2026-01-01, effective_to: 2026-03-10}
  - {version: b, products: [cash], effective_from: 2026-03-10}
  - {version: c, products: [line], effective_from: 2026-01-01}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Plan: plan}
	if env.Policies, err = plan.LoadPolicies(nil); err != nil {
		t.Fatal(err)
	}
	c := plan.Calendar()
	for _, test := range []struct {
		product, day string
		want         bool
	}{
		{"cash", "2026-03-07", false}, {"cash", "2026-03-08", true}, {"cash", "2026-03-10", true}, {"cash", "2026-03-12", true}, {"cash", "2026-03-13", false},
		{"line", "2026-03-10", false}, {"line", "2026-01-01", true},
	} {
		day := c.Day(at(t, test.day+" 04:00"))
		if got := cause.Declared(env, c, test.product, day); got != test.want {
			t.Errorf("%s %s: %v, want %v", test.product, test.day, got, test.want)
		}
	}
	if cause.Declared(&audit.Env{Plan: plan}, c, "cash", 20000) {
		t.Error("declared without a registry")
	}
}
