package governance

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/replay"
	"evenhand/features"
)

const unitPlan = `
version: 1
as_of: 2025-12-31
tables: {decisions: {files: d.parquet}}
models:
  - {version: m1, file: m.yaml, deployed: 2024-01-31, retired: 2025-02-01, training_missing: {income: 0.5}}
  - {version: m2, product: cash, file: m.yaml, trained_to: 2025-01-01}
  - {version: m2, product: shop, file: m.yaml}
`

const unitModel = `evenhand: logistic
version: 1
target: bad
intercept: 1
numeric: [{name: income, coef: 1}, {name: tenure, coef: 2, missing: 0}]
categorical: [{name: housing, levels: {own: 1, rent: 2}, other: 0, missing: 0}]
`

// unit returns the environment of a run over random decisions, and the batches
// with recomputed scores.
func unit(t testing.TB, plan string, rows, batch int, versioned bool) (*audit.Env, []features.Batch) {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(plan), []*audit.Check{Governance})
	if err != nil {
		t.Fatal(err)
	}
	models, err := p.LoadModels(func(string) ([]byte, error) { return []byte(unitModel), nil })
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var csv strings.Builder
	csv.WriteString("decision_id,decided_at,product,model_version,score,is_test,income,tenure,housing,income__available_at\n")
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	for i := range rows {
		at := time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(20000)) * time.Hour)
		version := pick("m1", "m1", "m2", "m2", "m3", "")
		fmt.Fprintf(&csv, "d%d,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", i, at.Format(time.RFC3339), pick("cash", "shop", "other"), version, pick("1", "2", ""),
			pick("true", "", "", ""), pick("1", "2.5", ""), pick("", "7"), pick("own", "rent", "boat", ""), at.Add(-time.Duration(rng.IntN(99)-9)*time.Hour).Format(time.RFC3339))
	}
	text := csv.String()
	if !versioned {
		text = strings.Replace(text, "model_version", "x", 1)
	}
	src, err := audittest.NewSource(decisions, text, 1<<30, batch)
	if err != nil {
		t.Fatal(err)
	}
	want := audit.Wanted{Inputs: map[string]features.Kind{"income": features.Float, "tenure": features.Float, "housing": features.Text}, AvailableAt: true}
	want.Columns = append(want.Columns, Governance.Needs.Tables[0].Required...)
	for _, o := range Governance.Needs.Tables[0].Optional {
		want.Columns = append(want.Columns, o.Column)
	}
	reading, err := p.Specs(decisions, src.Fields(), want)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Bind(reading.Specs); err != nil {
		t.Fatal(err)
	}
	periods, err := audit.NewPeriods(p.Period, p.Zone())
	if err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Plan: p, Settings: p.Settings(name), Periods: periods, Layouts: map[string]*audit.Layout{decisions: reading.Layout()}, Models: models}
	engine, err := replay.New(env, decisions, true)
	if err != nil {
		t.Fatal(err)
	}
	r := src.NewReader()
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	var out []features.Batch
	for {
		var b features.Batch
		more, err := r.Next(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return env, out
		}
		for _, at := range b.Cols[env.Col(decisions, "decided_at")].Ints {
			b.Period = append(b.Period, periods.Of(at))
		}
		engine.Score(&b)
		s := *b.Scores
		s.Model = slices.Clone(s.Model)
		b.Scores = &s
		out = append(out, b)
	}
}

// TestClaims: a row belongs to the model whose score is recomputed for it.
func TestClaims(t *testing.T) {
	for _, versioned := range []bool{true, false} {
		plan := unitPlan
		if !versioned {
			plan = strings.NewReplacer("product: cash, ", "", "  - {version: m2, product: shop, file: m.yaml}\n", "", "trained_to: 2025-01-01", "deployed: 2025-03-01").Replace(unitPlan)
		}
		env, batches := unit(t, plan, 2000, 100, versioned)
		s := newState(env)
		same, none, lost := 0, 0, 0
		for i := range batches {
			b := &batches[i]
			s.Update(b)
			for r, m := range s.tables[0].claims {
				switch got := b.Scores.Model[r]; {
				case m < 0: // a test row, without a score, or without a model
					none++
				case got == m:
					same++
				case got == -1 && s.tables[0].lost[r]: // not recomputable
					lost++
				default:
					t.Fatalf("row %d belongs to model %d and is scored by %d", r, m, got)
				}
			}
		}
		if same < 200 || none < 200 || lost < 50 {
			t.Errorf("%d rows agree, %d have no model, %d are not recomputable: the test is blind", same, none, lost)
		}
	}
}

// TestAges: the months of a calendar, in the plan's zone.
func TestAges(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) int64 {
		t.Helper()
		x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixMicro()
	}
	for _, c := range []struct {
		since, at string
		want      int
	}{
		{"2024-01-31 00:00", "2024-01-30 23:59", -1},
		{"2024-01-31 00:00", "2024-01-31 00:00", 0},
		{"2024-01-31 00:00", "2024-02-29 23:59", 0},
		{"2024-01-31 00:00", "2024-03-01 00:00", 1}, // February has no 31st
		{"2024-01-31 00:00", "2024-03-31 00:00", 2},
		{"2024-01-31 12:00", "2024-03-31 00:00", 2}, // days count, not hours
		{"2024-01-31 00:00", "2025-01-30 23:59", 11},
		{"2024-01-31 00:00", "2025-01-31 00:00", 12},
		{"2020-02-29 00:00", "2021-02-28 23:59", 11},
		{"2020-02-29 00:00", "2021-03-01 00:00", 12},
		{"2000-01-01 00:00", "2099-12-31 23:59", 1199},
		{"2000-01-01 00:00", "2105-01-01 00:00", mostMonths},
	} {
		for _, until := range []string{"1990-01-01 00:00", "2024-06-01 00:00", "2200-01-01 00:00"} {
			if got := newAges(at(c.since), at(until), zone).at(at(c.at)); got != c.want {
				t.Errorf("%s is %d months after %s, want %d", c.at, got, c.since, c.want)
			}
		}
	}
	// Any instant, against counting by the calendar.
	rng := rand.New(rand.NewPCG(2, 2))
	since := time.Date(2019, 8, 17, 0, 0, 0, 0, zone)
	a := newAges(since.UnixMicro(), at("2040-01-01 00:00"), zone)
	for range 5000 {
		x := since.Add(time.Duration(rng.Int64N(int64(60 * 365 * 24 * time.Hour))))
		want := (x.Year()-since.Year())*12 + int(x.Month()-since.Month())
		if x.Day() < since.Day() {
			want--
		}
		if got := a.at(x.UnixMicro()); got != want {
			t.Fatalf("%v is %d months old, want %d", x, got, want)
		}
	}
}

// TestDays: local days, whichever order instants come in and clocks change.
func TestDays(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := clock{zone: zone}
	rng := rand.New(rand.NewPCG(3, 3))
	for range 5000 {
		us := rng.Int64N(4e15) - 1e14
		x := time.UnixMicro(us).In(zone)
		want := time.Date(x.Year(), x.Month(), x.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
		if got := c.day(us); got != want {
			t.Fatalf("%v is day %d, want %d", x, got, want)
		}
	}
	var d days
	d.add(-1)
	d.add(lastDay + 1)
	if len(d) != 0 {
		t.Error("days out of range are kept")
	}
}

func TestQuantiles(t *testing.T) {
	for _, c := range []struct {
		counts []int64
		want   [4]int64
	}{
		{nil, [4]int64{}}, {[]int64{0, 0}, [4]int64{}}, {[]int64{0, 1}, [4]int64{1, 1, 1, 1}}, {[]int64{1, 1}, [4]int64{0, 0, 1, 2}},
		{[]int64{1, 0, 2, 0}, [4]int64{0, 2, 2, 3}}, {[]int64{2, 3}, [4]int64{0, 1, 1, 5}},
	} {
		a, b, z, n := quantiles(c.counts)
		if got := [4]int64{int64(a), int64(b), int64(z), n}; got != c.want {
			t.Errorf("%v: %v, want %v", c.counts, got, c.want)
		}
	}
}

// The reference is statsmodels' proportions_ztest(k, n, value=p, prop_var=p).
func TestScoreTest(t *testing.T) {
	for _, c := range []struct {
		k, n    int64
		p, want float64
	}{{13, 60, 0.1, 0.002592588151993339}, {0, 12, 0.6, 2.2090496998585445e-05}, {6, 12, 0.5, 1}, {0, 50, 0, 1}, {1, 50, 0, 0}, {50, 50, 1, 1}, {49, 50, 1, 0}} {
		if got := scoreTest(c.k, c.n, c.p); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("%d of %d at %v: %v, want %v", c.k, c.n, c.p, got, c.want)
		}
	}
}

// TestTamper: an encoding that was tampered with is refused, or finishes.
func TestTamper(t *testing.T) {
	env, batches := unit(t, unitPlan, 60, 20, true)
	s := newState(env)
	for i := range batches {
		s.Update(&batches[i])
	}
	good, _ := s.MarshalBinary()
	for i := 0; i < len(good); i += 1 + i/200 {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := slices.Clone(good)
			bad[i] = x
			if s := newState(env); s.UnmarshalBinary(bad) == nil {
				s.Merge(newState(env))
			}
		}
		if newState(env).UnmarshalBinary(good[:i]) == nil {
			t.Fatalf("cut at byte %d is accepted", i)
		}
	}
}

// quietPlan lists no row.
var quietPlan = strings.NewReplacer("deployed: 2024-01-31, retired: 2025-02-01, ", "", "product: cash, ", "", "trained_to: 2025-01-01", "trained_to: 2020-01-01",
	"  - {version: m2, product: shop, file: m.yaml}\n", "").Replace(unitPlan)

func TestUpdateAllocatesNothing(t *testing.T) {
	env, batches := unit(t, quietPlan, 4000, 4000, true)
	s := newState(env)
	b := &batches[0]
	s.Update(b)
	if n := testing.AllocsPerRun(10, func() { s.Update(b) }); n != 0 || s.tables[0].outside.Count() != 0 {
		t.Errorf("%v allocations a batch, %d rows listed", n, s.tables[0].outside.Count())
	}
}

func BenchmarkUpdate(b *testing.B) {
	env, batches := unit(b, quietPlan, features.BatchRows, features.BatchRows, true)
	s := newState(env)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(&batches[0])
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}
