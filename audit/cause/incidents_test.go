package cause_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/cause"
	"evenhand/audit/stats"
	"evenhand/features"
)

// lookup makes an Env whose lookup table is given as text.
func lookup(t *testing.T, table, text string) *audit.Env {
	t.Helper()
	source, err := audittest.NewSource(table, text, math.MaxInt, math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	var specs []features.Spec
	for _, name := range strings.Split(strings.SplitN(text, "\n", 2)[0], ",") {
		c, ok := features.TableNamed(table).Column(name)
		if !ok {
			t.Fatalf("%s has no column %s", table, name)
		}
		specs = append(specs, features.Spec{Name: name, Kind: c.Kind, From: []string{name}})
	}
	if err := source.Bind(specs); err != nil {
		t.Fatal(err)
	}
	r, b := source.NewReader(), new(features.Batch)
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(b); err != nil {
		t.Fatal(err)
	}
	return &audit.Env{Layouts: map[string]*audit.Layout{table: audit.NewLayout(specs)}, Lookups: map[string]*features.Batch{table: b}}
}

func at(t *testing.T, s string) int64 {
	t.Helper()
	x, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return x.UnixMicro()
}

const incidents = `incident_id,starts_at,ends_at,services,error_codes
I2,2026-03-10 10:30,2026-03-10 11:30,limits,LIM_1
I1,2026-03-10 10:00,2026-03-10 12:00,score|engine,SYS_B|SYS_A
I3,2026-05-10 10:00,2026-05-10 12:00,,
I4,2026-06-02 10:00,2026-06-01 10:00,,
`

func TestIncidents(t *testing.T) {
	in := cause.NewIncidents(lookup(t, "incidents", incidents))
	if len(in.List) != 3 || in.List[0].ID != "I1" || strings.Join(in.List[0].Codes, " ") != "SYS_A SYS_B" || strings.Join(in.List[0].Services, " ") != "engine score" {
		t.Fatalf("%+v", in.List)
	}
	for _, test := range []struct {
		when, code string
		want       int
	}{
		{"2026-03-10 09:59", "", -1}, {"2026-03-10 10:00", "", 0}, {"2026-03-10 12:00", "", 0}, {"2026-03-10 12:01", "", -1},
		{"2026-03-10 11:00", "", 0}, {"2026-03-10 11:00", "LIM_1", 1}, {"2026-03-10 11:00", "SYS_A", 0}, {"2026-03-10 11:00", "OTHER", 0},
		{"2026-03-10 11:45", "LIM_1", 0}, {"2026-05-10 11:00", "", 2},
	} {
		if got := in.At(at(t, test.when), test.code); got != test.want {
			t.Errorf("%s %s: incident %d, want %d", test.when, test.code, got, test.want)
		}
	}
	if none := cause.NewIncidents(&audit.Env{}); len(none.List) != 0 || none.At(0, "") != -1 {
		t.Error("incidents without a table")
	}
}

// TestExcess: 30 of 200 in the window failed against 20 of 800 in the same two
// hours of the four weekdays before. What happened at other times, or in the
// fifth week before, does not count.
func TestExcess(t *testing.T) {
	in := cause.NewIncidents(lookup(t, "incidents", incidents))
	e := cause.NewExcess(in)
	add := func(when string, n, failed int) {
		for i := range n {
			e.Add(at(t, when), i < failed)
		}
	}
	add("2026-03-10 10:00", 200, 30)
	for _, d := range []string{"2026-03-03", "2026-02-24", "2026-02-17", "2026-02-10"} {
		add(d+" 12:00", 200, 5)
		add(d+" 12:01", 200, 200)
	}
	add("2026-02-03 11:00", 200, 200)
	add("2026-03-17 11:00", 200, 200)
	if got, want := e.Of(0), (cause.Around{Rows: [2]int64{200, 800}, Failed: [2]int64{30, 20}}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	value, interval := e.Ratio(0)
	if math.Abs(value-6) > 1e-12 || math.Abs(interval.Lo-3.496278469215845) > 1e-9 || math.Abs(interval.Hi-10.257777632569246) > 1e-8 {
		t.Errorf("ratio %v %v", value, interval)
	}
	if !e.Decisive(0) || e.Grade(0) != audit.E3 || e.Decisive(1) || e.Grade(1) != audit.E4 {
		t.Error("I1 failed customers, I2 did not")
	}
	if k, g := e.At(at(t, "2026-03-10 11:00"), "LIM_1"); k != 0 || g != audit.E3 {
		t.Errorf("incident %d, grade %v: measured excess comes before the code", k, g)
	}
	if k, g := e.At(at(t, "2026-05-10 11:00"), ""); k != 2 || g != audit.E4 {
		t.Errorf("incident %d, grade %v: an overlap alone is E4", k, g)
	}
	if k, g := e.At(at(t, "2026-04-10 11:00"), ""); k != -1 || g != audit.NoGrade {
		t.Errorf("incident %d, grade %v", k, g)
	}
}

// TestExcessReference holds the interval against
// statsmodels.stats.proportion.confint_proportions_2indep(compare="ratio",
// method="score", correction=True), statsmodels 0.15.
func TestExcessReference(t *testing.T) {
	in := cause.NewIncidents(lookup(t, "incidents", incidents))
	for _, test := range []struct {
		failed, rows, before, rowsBefore int
		lo, hi                           float64
		decisive                         bool
	}{
		{30, 200, 20, 800, 3.496278469215845, 10.257777632569246, true},
		{5, 50, 4, 1000, 7.371852705495622, 82.9974001910416, true},
		{3, 40, 0, 500, 9.777322343054506, math.Inf(1), true},
		{12, 1000, 48, 4000, 0.5379340465890442, 1.853943926646815, false},
		{9, 300, 20, 1200, 0.8406081990822658, 3.828020696900465, false},
		{40, 60, 5, 240, 13.646861423630343, 75.94319351650911, true},
	} {
		e := cause.NewExcess(in)
		for i := range test.rows {
			e.Add(at(t, "2026-05-10 11:00"), i < test.failed)
		}
		for i := range test.rowsBefore {
			e.Add(at(t, "2026-05-03 11:00"), i < test.before)
		}
		_, got := e.Ratio(2)
		if math.Abs(got.Lo-test.lo) > 1e-6*test.lo || !(math.Abs(got.Hi-test.hi) <= 1e-6*test.hi || math.IsInf(test.hi, 1) && math.IsInf(got.Hi, 1)) || e.Decisive(2) != test.decisive {
			t.Errorf("%+v: %v", test, got)
		}
	}
	if e := cause.NewExcess(in); e.Decisive(2) {
		t.Error("nothing was counted, and it is decisive")
	}
}

// TestExcessLaws: any split and order of the rows gives the same counts, and
// they survive encoding.
func TestExcessLaws(t *testing.T) {
	in := cause.NewIncidents(lookup(t, "incidents", incidents))
	rng := rand.New(rand.NewPCG(8, 9))
	whole, parts := cause.NewExcess(in), []*cause.Excess{cause.NewExcess(in), cause.NewExcess(in), cause.NewExcess(in)}
	from := at(t, "2026-02-01 00:00")
	for range 20000 {
		when, failed := from+rng.Int64N(110*24*3600)*1e6, rng.IntN(3) == 0
		whole.Add(when, failed)
		parts[rng.IntN(3)].Add(when, failed)
	}
	merged := cause.NewExcess(in)
	for _, i := range []int{2, 0, 1} {
		merged.Merge(parts[i])
	}
	enc := stats.NewEncoder(nil)
	merged.Encode(enc)
	decoded, dec := cause.NewExcess(in), stats.NewDecoder(enc.Data())
	decoded.Decode(dec)
	if err := dec.Finish(); err != nil {
		t.Fatal(err)
	}
	for k := range in.List {
		if whole.Of(k) != merged.Of(k) || decoded.Of(k) != merged.Of(k) || whole.Of(k).Rows[1] == 0 {
			t.Errorf("incident %d: %+v, %+v, %+v", k, whole.Of(k), merged.Of(k), decoded.Of(k))
		}
	}
	other := cause.NewExcess(&cause.Incidents{})
	dec = stats.NewDecoder(enc.Data())
	other.Decode(dec)
	if dec.Err() == nil {
		t.Error("counts of other incidents are read")
	}
}

func TestExperiments(t *testing.T) {
	e := cause.NewExperiments(lookup(t, "experiments", `experiment_id,arm,starts_at,ends_at,limit_override,approved_by
X,B,2026-04-01 00:00,2026-05-01 00:00,true,board
X,B,2026-01-01 00:00,2026-02-01 00:00,true,board
X,A,2026-01-01 00:00,2026-02-01 00:00,false,board
Y,B,2026-01-01 00:00,2026-02-01 00:00,true,
`))
	for _, test := range []struct {
		id, arm, when string
		from          string // "" none
		covers        bool
	}{
		{"X", "B", "2026-01-15 00:00", "2026-01-01 00:00", true},
		{"X", "B", "2026-02-01 00:00", "2026-01-01 00:00", true},
		{"X", "B", "2026-02-15 00:00", "2026-01-01 00:00", false},
		{"X", "B", "2026-04-15 00:00", "2026-04-01 00:00", true},
		{"X", "B", "2026-06-15 00:00", "2026-04-01 00:00", false},
		{"X", "A", "2026-01-15 00:00", "2026-01-01 00:00", false},
		{"Y", "B", "2026-01-15 00:00", "2026-01-01 00:00", false},
		{"Y", "C", "2026-01-15 00:00", "", false},
	} {
		a := e.Of(test.id, test.arm, at(t, test.when))
		switch {
		case a == nil && test.from == "":
		case a == nil || a.From != at(t, test.from) || a.Covers(at(t, test.when)) != test.covers:
			t.Errorf("%+v: %+v", test, a)
		}
	}
	bare := cause.NewExperiments(lookup(t, "experiments", "experiment_id,arm,starts_at,ends_at\nX,B,2026-04-01 00:00,2026-05-01 00:00\n"))
	inside := at(t, "2026-04-15 00:00")
	if a := bare.Of("X", "B", inside); a == nil || a.Approved != cause.Unsaid || !a.Covers(inside) || a.Covers(at(t, "2026-06-15 00:00")) {
		t.Errorf("an export without approvals: %+v", a)
	}
	if cause.NewExperiments(&audit.Env{}).Of("X", "A", 0) != nil {
		t.Error("experiments without a table")
	}
}
