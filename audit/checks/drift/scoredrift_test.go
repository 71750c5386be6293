package drift

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Every index of the fixture must be what numpy and scipy make of its rows.
func TestAgainstNumpy(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/scoredrift-months.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range ar.Files {
		files[f.Name] = string(f.Data)
	}
	plan, err := audit.ParsePlan("plan.yaml", []byte(files["plan.yaml"]), []*audit.Check{ScoreDrift})
	if err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource(table, files["decisions.csv"], 300, 64)
	if err != nil {
		t.Fatal(err)
	}
	res, err := driver.Run(context.Background(), driver.Input{
		Plan: plan, Checks: []*audit.Check{ScoreDrift}, Sources: map[string]features.Source{table: src},
	}, driver.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]*audit.Metric{}
	for i := range res.Metrics {
		m := &res.Metrics[i]
		segment := m.Segment
		if segment == "" {
			segment = "-"
		}
		got[m.Name+" "+segment+" "+m.Period] = m
	}
	lines := strings.Split(strings.TrimSpace(files["psi.python"]), "\n")
	if len(lines) < 10 {
		t.Fatalf("%d reference values only", len(lines))
	}
	for _, line := range lines {
		var name, segment, period string
		var psi, null float64
		if _, err := fmt.Sscan(line, &name, &segment, &period, &psi, &null); err != nil {
			t.Fatal(err)
		}
		m := got[name+" "+segment+" "+period]
		if m == nil {
			t.Errorf("%s %s %s: no metric", name, segment, period)
			continue
		}
		if math.Abs(m.Value-psi) > 1e-9 || math.Abs(m.Effect-null) > 1e-9 {
			t.Errorf("%s %s %s: %v (null %v), numpy has %v (%v)", name, segment, period, m.Value, m.Effect, psi, null)
		}
	}
}

// With the two halves of a stored comparison as counts, the PSI under the
// reference's own convention is the stored one, and so is the null point.
func TestAgainstStoredReferences(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "..", "shared")
	data, err := os.ReadFile(filepath.Join(shared, "data", "reference", "taiwan_drift.json"))
	if err != nil {
		t.Skipf("the shared reference data is not here: %v", err)
	}
	var file struct {
		Values []struct {
			ID    string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range file.Values {
		var x struct {
			PSI  float64
			P, Q []float64
		}
		if !strings.HasSuffix(v.ID, ".psi_deciles") || json.Unmarshal(v.Value, &x) != nil {
			continue
		}
		n++
		const rows = 1e12 // shares to counts, without losing digits that matter
		var a, b []int64
		for i := range x.P {
			a, b = append(a, int64(math.Round(x.P[i]*rows))), append(b, int64(math.Round(x.Q[i]*rows)))
		}
		if got := stats.PSI(a, b, stats.PSIFloor); math.Abs(got-x.PSI) > 1e-9 {
			t.Errorf("%s: PSI %v, stored %v", v.ID, got, x.PSI)
		}
	}
	if n < 4 {
		t.Fatalf("only %d stored PSI values", n)
	}
	data, err = os.ReadFile(filepath.Join(shared, "design", "domain-checks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var checks struct {
		Null map[string]float64 `json:"psi_null95_B10"`
	}
	if err := json.Unmarshal(data, &checks); err != nil || len(checks.Null) == 0 {
		t.Fatalf("no null points: %v", err)
	}
	for size, k := range map[string]int64{"N=M=100": 100, "1000": 1000, "10000": 10_000} {
		want := checks.Null[size]
		if got := stats.PSINull(10, k, k, 0.95); want == 0 || math.Abs(got-want) > 5.1e-6 {
			t.Errorf("null point at %s rows: %v, want %v", size, got, want)
		}
	}
}

func TestGrouping(t *testing.T) {
	var g grouping
	x := make([]float64, 200)
	keys := make([]int32, 200)
	for _, keyOf := range []func(i int) int32{
		func(i int) int32 { return int32(i / 90) }, // in order
		func(i int) int32 { return int32(i*7%5 - 1) },
		func(i int) int32 { return -1 },
	} {
		want := map[int32]float64{}
		for i := range x {
			x[i], keys[i] = float64(i), keyOf(i)
			if keys[i] >= 0 {
				want[keys[i]] += x[i]
			}
		}
		g.set(keys)
		got := map[int32]float64{}
		y := g.column(x)
		for _, r := range g.runs {
			for _, v := range y[r.lo:r.hi] {
				got[r.key] += v
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// bench is a state of twelve number features and one text feature, and a batch
// for it whose rows lie in months months, in time order or not.
func bench(tb testing.TB, months int, ordered bool) (*state, *features.Batch) {
	tb.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\n"), []*audit.Check{ScoreDrift})
	if err != nil {
		tb.Fatal(err)
	}
	const n = features.BatchRows
	b := &features.Batch{Table: table, N: n, Period: make([]int32, n), Scores: &features.Scores{Score: make([]float64, n)}}
	specs := []features.Spec{{Name: "decided_at", Kind: features.Instant}, {Name: "score", Kind: features.Float}}
	for i := range 12 {
		specs = append(specs, features.Spec{Name: audit.FeatureColumn(fmt.Sprint("f", i)), Kind: features.Float})
	}
	specs = append(specs, features.Spec{Name: audit.FeatureColumn("city"), Kind: features.Text})
	rng := rand.New(rand.NewPCG(1, 2))
	dict := features.NewDict()
	for _, s := range specs {
		v := features.Vector{Kind: s.Kind, Present: true, Dict: dict, Ints: make([]int64, n), Floats: make([]float64, n), Codes: make([]int32, n)}
		for i := range n {
			v.Floats[i] = math.Round(rng.Float64()*10000) / 100
			v.Codes[i] = dict.CodeOf(fmt.Sprint("city", i%7))
		}
		b.Cols = append(b.Cols, v)
	}
	for i := range n {
		b.Scores.Score[i] = math.Round(600 + 40*rng.NormFloat64())
		b.Period[i] = int32(660 + rng.IntN(months))
	}
	if ordered {
		slices.Sort(b.Period)
	}
	periods, err := audit.NewPeriods("month", plan.Zone())
	if err != nil {
		tb.Fatal(err)
	}
	env := &audit.Env{Plan: plan, Settings: plan.Settings(name), Periods: periods, Layouts: map[string]*audit.Layout{table: audit.NewLayout(specs)}}
	s, err := ScoreDrift.New(env)
	if err != nil {
		tb.Fatal(err)
	}
	s.(*state).Update(b)
	return s.(*state), b
}

func TestUpdateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates on its own")
	}
	for _, ordered := range []bool{true, false} {
		s, b := bench(t, 12, ordered)
		if n := testing.AllocsPerRun(10, func() { s.Update(b) }); n != 0 {
			t.Errorf("ordered %v: %v allocations a batch", ordered, n)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, x := range []struct {
		name    string
		months  int
		ordered bool
	}{{"ordered", 2, true}, {"shuffled", 12, false}} {
		b.Run(x.name, func(b *testing.B) {
			s, batch := bench(b, x.months, x.ordered)
			b.ReportAllocs()
			for b.Loop() {
				s.Update(batch)
			}
			b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
