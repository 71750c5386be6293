package drift

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/features"
)

// TestPerformanceFixtures runs the check's fixtures and the laws of its state.
func TestPerformanceFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/performance*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d fixtures (%v)", len(files), err)
	}
	for _, f := range files {
		audittest.Run(t, Performance, f)
		if !audittest.Laws(t, Performance, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}

// perfEnv lays out outcome, application_type, is_test, decided_at,
// model_version, bad and pd.
func perfEnv(t testing.TB) *audit.Env {
	t.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntimezone: UTC\ntables: {decisions: {files: [x.parquet]}}\n"), []*audit.Check{Performance})
	if err != nil {
		t.Fatal(err)
	}
	periods, err := audit.NewPeriods("month", plan.Zone())
	if err != nil {
		t.Fatal(err)
	}
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "model_version", "is_test", "decided_at", "bad", "pd"} {
		specs = append(specs, features.Spec{Name: c, From: []string{"x"}})
	}
	return &audit.Env{Plan: plan, Settings: Performance.Settings(), Periods: periods, Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)}}
}

// perfRow is one approved decision; bad is 0 or 1, or less where it is not known.
type perfRow struct {
	at  int64
	pd  float64
	bad int
}

func perfBatch(rows []perfRow) *features.Batch {
	b := &features.Batch{Table: "decisions", N: len(rows)}
	for range 3 {
		b.Cols = append(b.Cols, features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()})
	}
	for range 3 {
		b.Cols = append(b.Cols, features.Vector{Kind: features.Int, Present: true})
	}
	b.Cols = append(b.Cols, features.Vector{Kind: features.Float, Present: true})
	b.Cols[5].Valid = []bool{}
	for _, r := range rows {
		b.Cols[0].Codes = append(b.Cols[0].Codes, b.Cols[0].Dict.CodeOf("approved"))
		b.Cols[1].Codes = append(b.Cols[1].Codes, features.Null)
		b.Cols[2].Codes = append(b.Cols[2].Codes, b.Cols[2].Dict.CodeOf("m"))
		b.Cols[3].Ints = append(b.Cols[3].Ints, 0)
		b.Cols[4].Ints = append(b.Cols[4].Ints, r.at)
		b.Cols[5].Ints = append(b.Cols[5].Ints, int64(max(r.bad, 0)))
		b.Cols[5].Valid = append(b.Cols[5].Valid, r.bad >= 0)
		b.Cols[6].Floats = append(b.Cols[6].Floats, r.pd)
	}
	return b
}

func perfResult(t *testing.T, env *audit.Env, batches ...*features.Batch) *audit.Result {
	t.Helper()
	s, err := Performance.New(env)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		s.(audit.RowState).Update(b)
	}
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(env.Plan.Honesty)
	r.Sort()
	return r
}

func perfMetric(r *audit.Result, name, period string) *audit.Metric {
	for i := range r.Metrics {
		if m := &r.Metrics[i]; m.Name == name && m.Period == period && m.Segment == "" {
			return m
		}
	}
	return nil
}

const perfMonth = int64(30*24*3600) * 1e6

// TestPerformanceMasks: a vintage with one open window is masked whole, and
// what is known of it is only estimated.
func TestPerformanceMasks(t *testing.T) {
	env := perfEnv(t)
	old, young := env.Plan.AsOfMicros()-20*perfMonth, env.Plan.AsOfMicros()-6*perfMonth
	var rows []perfRow
	for i := range 2000 {
		p := float64(1+i%40) / 80
		bad := 0
		if (i*7919)%1000 < int(1000*p) {
			bad = 1
		}
		rows = append(rows, perfRow{old, p, bad})
		if bad = -1; i%50 == 0 {
			bad = 1 // bad ones show first
		}
		rows = append(rows, perfRow{young, p, bad})
	}
	r := perfResult(t, env, perfBatch(rows))
	label := func(at int64) string {
		q, _ := audit.NewPeriods("quarter", env.Plan.Zone())
		return q.Label(q.Of(at))
	}
	if perfMetric(r, "bad_rate", label(old)) == nil || perfMetric(r, "bad_rate", label(young)) != nil || perfMetric(r, perfRatio, label(young)) != nil {
		t.Error("the young vintage is not masked, or the old one is")
	}
	real, estimate := perfMetric(r, "roc_auc", label(old)), perfMetric(r, aucForeseen, label(young))
	if real == nil || estimate == nil || math.Abs(real.Value-estimate.Value) > 0.02 || estimate.N != 2000 {
		t.Fatalf("the same rows have AUC %+v and are estimated %+v", real, estimate)
	}
	// Isotonic calibration pools what chance put out of order, and keeps the rate.
	if m := perfMetric(r, "estimated_bad_rate", label(young)); math.Abs(m.Value-perfMetric(r, "bad_rate", label(old)).Value) > 1e-9 {
		t.Errorf("estimated bad rate %v", m.Value)
	}
	if len(concludePerformance(env, nil, r.Metrics)) != 0 {
		t.Errorf("nothing happened, and yet: %+v", concludePerformance(env, nil, r.Metrics))
	}
}

// TestPerformanceFlags: vintages whose labels follow the pd stay clean; those
// where they don't are found, and only they.
func TestPerformanceFlags(t *testing.T) {
	env := perfEnv(t)
	start := env.Plan.AsOfMicros() - 40*perfMonth
	var rows []perfRow
	for v := range 6 {
		for i := range 3000 {
			p := float64(1+i%40) / 100
			chance := p
			if v == 4 {
				chance = 1.6 * p // everybody is worse
			}
			if v == 5 {
				chance = 0.205 // nobody is told apart
			}
			bad := 0
			if float64((i*7919+v*131)%3000) < 3000*chance {
				bad = 1
			}
			rows = append(rows, perfRow{start + int64(v)*3*perfMonth, p, bad})
		}
	}
	r := perfResult(t, env, perfBatch(rows))
	var flagged []string
	for _, m := range r.Metrics {
		if m.Status >= audit.Warn {
			flagged = append(flagged, m.Name)
		}
	}
	if want := []string{badDrift, perfRatio, aucDrop}; !slices.Equal(flagged, want) {
		t.Errorf("flagged %v, want %v", flagged, want)
	}
	if fs := concludePerformance(env, nil, r.Metrics); len(fs) != 3 {
		t.Errorf("%d findings", len(fs))
	}
}

// TestPerformanceGarbage: no bytes but those of a state are taken for one.
func TestPerformanceGarbage(t *testing.T) {
	env := perfEnv(t)
	fresh := func() audit.State { s, _ := Performance.New(env); return s }
	s := fresh()
	s.(audit.RowState).Update(perfBatch([]perfRow{{1.7e15, 0.2, 1}, {1.7e15, 0.3, 0}, {1.78e15, 0.1, -1}}))
	good, _ := s.MarshalBinary()
	if err := fresh().UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := slices.Clone(good)
			bad[i] = x
			if s := fresh(); s.UnmarshalBinary(bad) == nil {
				s.Finish(&audit.Result{}) // must not panic
			}
		}
		if fresh().UnmarshalBinary(good[:i]) == nil {
			t.Fatalf("a state cut at byte %d is accepted", i)
		}
	}
}

// TestPerformanceSettings refuses what can't be.
func TestPerformanceSettings(t *testing.T) {
	good := *Performance.Settings().(*PerformanceSettings)
	for _, change := range []func(*PerformanceSettings){
		func(s *PerformanceSettings) { s.MinRows = 0 }, func(s *PerformanceSettings) { s.Threshold = -1 },
		func(s *PerformanceSettings) { s.Drop = 0 }, func(s *PerformanceSettings) { s.High = 0.9 },
	} {
		bad := good
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	env := perfEnv(t)
	for _, bad := range []PerformanceSettings{{Every: "fortnight"}, {Reference: "2025-Q9"}} {
		env.Settings = &bad
		if _, err := Performance.New(env); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func BenchmarkPerformance(b *testing.B) {
	env := perfEnv(b)
	s, err := Performance.New(env)
	if err != nil {
		b.Fatal(err)
	}
	var rows []perfRow
	for i := range 4096 {
		rows = append(rows, perfRow{env.Plan.AsOfMicros() - int64(i/200)*perfMonth, float64(i*37%1000)/2000 + 0.001, i%16/15 - i%3/2})
	}
	batch := perfBatch(rows)
	s.(audit.RowState).Update(batch)
	b.ReportAllocs()
	for b.Loop() {
		s.(audit.RowState).Update(batch)
	}
	b.ReportMetric(4096*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
