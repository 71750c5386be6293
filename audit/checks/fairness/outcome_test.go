package fairness

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/stats"
	"evenhand/features"
)

// TestOutcomeFixtures runs the check's fixtures and the laws of its state.
func TestOutcomeFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/outcomeparity*.txtar")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d fixtures (%v)", len(files), err)
	}
	for _, f := range files {
		audittest.Run(t, OutcomeParity, f)
		if !audittest.Laws(t, OutcomeParity, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}

// TestNoOutcomes: without outcomes the check says so and judges nothing.
func TestNoOutcomes(t *testing.T) {
	_, r := audittest.Result(t, OutcomeParity, "testdata/approvalparity.txtar", ApprovalParity, OutcomeParity)
	if c := r.Coverage[0]; c.Status != "skipped" || len(c.Why) < 2 || len(r.Metrics) != 0 {
		t.Errorf("%+v, %d metrics", c, len(r.Metrics))
	}
}

// TestEmptyDenominator: a group without bad rows has no true-positive rate, and
// takes no part in the spread, where fairlearn would have it 0.
func TestEmptyDenominator(t *testing.T) {
	r := &audit.Result{}
	a := &outcomeCell{group: "a", Confusion: stats.Confusion{TP: 50, FN: 50, FP: 20, TN: 180}, bad: 100}
	b := &outcomeCell{group: "b", Confusion: stats.Confusion{TP: 40, FN: 60, FP: 30, TN: 170}, bad: 100}
	c := &outcomeCell{group: "c", Confusion: stats.Confusion{FP: 5, TN: 195}}
	for _, x := range []*outcomeCell{a, b, c} {
		x.Cell.N = x.Confusion.N()
	}
	env := &audit.Env{Plan: &audit.Plan{Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10}}}
	w := outcomeWriter{outcomes: &outcomes{env: env, settings: OutcomeParity.Settings().(*OutcomeSettings)}, r: r, whole: true,
		dim: &outcomeDim{grouping: grouping{plan: audit.Grouping{Name: "g", Reference: "a"}}}, slice: &outcomeSlice{cells: []*outcomeCell{a, b, c}}}
	w.rates(c, w.slice.cells)
	w.errorGaps(c, a)
	w.spreads()
	if m := metricOf(t, r, "true_positive_rate", "g=c"); !math.IsNaN(m.Value) || len(m.Warnings) != 1 || m.Warnings[0].En != "not estimable: n+ = 0, n- = 200" {
		t.Errorf("%+v", m)
	}
	if m := metricOf(t, r, fnrGap, "g=c"); m.Reach != audit.Insufficient || !math.IsNaN(m.P) {
		t.Errorf("%+v", m)
	}
	if m := metricOf(t, r, "equal_opportunity_difference", "g"); math.Abs(m.Value-0.1) > 1e-12 || len(m.Warnings) != 1 {
		t.Errorf("%+v", m)
	}
}

// TestOutcomeSettings refuses what can't be.
func TestOutcomeSettings(t *testing.T) {
	good := OutcomeSettings{Gap: 0.1, Low: 0.8, High: 1.25, Errors: "exclude"}
	for _, change := range []func(*OutcomeSettings){
		func(s *OutcomeSettings) { s.Threshold = 2 }, func(s *OutcomeSettings) { s.Threshold, s.ScoreBelow = 0.1, 600 },
		func(s *OutcomeSettings) { s.Gap = 0 }, func(s *OutcomeSettings) { s.Low = 1.1 }, func(s *OutcomeSettings) { s.Errors = "x" },
	} {
		bad := good
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

// outcomeBatch makes n rows of decisions with pd and bad, in columns laid out as
// outcomeEnv says.
func outcomeBatch(n int) *features.Batch {
	b := &features.Batch{Table: "decisions", N: n}
	for range 5 {
		b.Cols = append(b.Cols, features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()})
	}
	ints := func() features.Vector {
		return features.Vector{Kind: features.Int, Present: true, Ints: make([]int64, n)}
	}
	b.Cols = append(b.Cols, ints(), ints(), ints(), features.Vector{Kind: features.Float, Present: true, Floats: make([]float64, n)})
	for i := range n {
		b.Cols[0].Codes = append(b.Cols[0].Codes, b.Cols[0].Dict.CodeOf([]string{"approved", "approved", "denied"}[i%3]))
		b.Cols[1].Codes = append(b.Cols[1].Codes, features.Null)
		for d := range 3 {
			b.Cols[2+d].Codes = append(b.Cols[2+d].Codes, b.Cols[2+d].Dict.CodeOf([]string{"a", "b", "c", "d"}[(i*7/(d+1))%4]))
		}
		b.Cols[7].Ints[i] = int64(i * 13 % 10 / 9)
		b.Cols[8].Floats[i] = float64(i*37%1000)/2000 + 0.001
		b.Period = append(b.Period, int32(600+i*12/n))
	}
	return b
}

func outcomeEnv(t testing.TB) *audit.Env {
	env := newEnv(t, "x", "a")
	from := []string{"x"}
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", audit.GroupColumn("x"), audit.GroupColumn("y"), audit.SegmentColumn("product"), "is_test", "decided_at", "bad", "pd"} {
		specs = append(specs, features.Spec{Name: c, From: from})
	}
	env.Layouts["decisions"] = audit.NewLayout(specs)
	env.Plan.Groups = append(env.Plan.Groups, audit.Grouping{Name: "y", Reference: "a"})
	env.Plan.Outcome = audit.Outcome{BadDays: 90, Months: 12}
	env.Settings = OutcomeParity.Settings()
	return env
}

// TestOutcomeGarbage: no bytes but those of a state are taken for one.
func TestOutcomeGarbage(t *testing.T) {
	env := outcomeEnv(t)
	s, err := newOutcomes(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(outcomeBatch(60))
	good, _ := s.MarshalBinary()
	fresh := func() *outcomes { s, _ := newOutcomes(env); return s }
	if err := fresh().UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good); i += 1 + i/40 {
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

func BenchmarkOutcomes(b *testing.B) {
	s, err := newOutcomes(outcomeEnv(b))
	if err != nil {
		b.Fatal(err)
	}
	batch := outcomeBatch(4096)
	s.Update(batch)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(4096*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// TestOutcomePermutations: where a group says nothing of the outcome, no more
// than one run in twenty flags anything, whatever else is true of the data.
func TestOutcomePermutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const runs = 200
	flagged := 0
	env := outcomeEnv(t)
	set := *OutcomeParity.Settings().(*OutcomeSettings)
	set.Threshold, set.Gap, set.Low, set.High = 0.2, 0.01, 0.99, 1.01 // chance alone passes these
	env.Settings = &set
	for range runs {
		s, err := newOutcomes(env)
		if err != nil {
			t.Fatal(err)
		}
		b := outcomeBatch(900)
		for i := range b.N {
			p := rng.Float64() * rng.Float64() * 0.6
			b.Period[i] = 600
			b.Cols[8].Floats[i] = p
			b.Cols[7].Ints[i] = 0
			if rng.Float64() < p {
				b.Cols[7].Ints[i] = 1
			}
			for d := range 2 {
				b.Cols[2+d].Codes[i] = b.Cols[2+d].Dict.CodeOf([]string{"a", "b", "c"}[rng.IntN(3)])
			}
		}
		s.Update(b)
		r := &audit.Result{}
		s.Finish(r)
		r.Settle(env.Plan.Honesty)
		r.Sort()
		if r.Tests.Run < 10 {
			t.Fatalf("%d tests", r.Tests.Run)
		}
		if len(concludeOutcomes(env, nil, r.Metrics)) > 0 {
			flagged++
		}
	}
	// Binomial: more than 18 of 200 at a rate of 0.05 has a chance below 1 %.
	if flagged > 18 {
		t.Errorf("%d of %d runs flag what is chance", flagged, runs)
	}
	t.Log(flagged, "of", runs)
}
