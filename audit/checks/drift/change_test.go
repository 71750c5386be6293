package drift

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// changeState is a state of a plan, with the columns of changepoint.
func changeState(tb testing.TB, settings string) *change {
	tb.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\nchecks: {changepoint: {"+settings+"}}\n"), []*audit.Check{ChangePoint})
	if err != nil {
		tb.Fatal(err)
	}
	var specs []features.Spec
	for _, c := range []string{"decided_at", "outcome", "application_type", "is_test", "score", "decider", "model_version", "policy_version", "engine_status", "error_code"} {
		kind := features.Text
		switch c {
		case "decided_at":
			kind = features.Instant
		case "is_test":
			kind = features.Bool
		case "score":
			kind = features.Float
		}
		specs = append(specs, features.Spec{Name: c, Kind: kind, From: []string{c}})
	}
	env := &audit.Env{Plan: plan, Settings: plan.Settings(changeName), Layouts: map[string]*audit.Layout{table: audit.NewLayout(specs)}}
	s, err := ChangePoint.New(env)
	if err != nil {
		tb.Fatal(err)
	}
	return s.(*change)
}

// book fills a state with days of decisions: fewer on weekends, approvals that
// differ by weekday and by score, an outage now and then, technical errors in
// bursts, and from the day cut on approvals that are shift less likely.
func (s *change) book(rng *rand.Rand, n, perDay, cut int, shift float64) {
	const first = 20094 // 2025-01-06, a Monday
	for i := range n {
		d := &s.days[s.place(first+int64(i))]
		weekday := i % 7
		rows := perDay/2 + rng.IntN(perDay)
		if weekday >= 5 {
			rows /= 3
		}
		burst := 0.003
		if rng.IntN(60) == 0 {
			burst = 0.2
		}
		for range rows {
			d.rows++
			if rng.Float64() < burst {
				d.technical++
				continue
			}
			score := math.Round(600 + 40*rng.NormFloat64())
			p := 1 / (1 + math.Exp(-(score-590)/10))
			if weekday >= 5 {
				p *= 0.8
			}
			if i >= cut {
				p -= shift
			}
			a := uint64(0)
			if rng.Float64() < p {
				a = 1
			}
			d.judged++
			d.approved += int64(a)
			d.decided++
			if rng.IntN(25) == 0 {
				d.overridden++
			}
			d.score.Add(score)
			s.all.Add(score)
			s.bands.Add((uint64(d.day)<<2<<bandBits|math.Float64bits(score)>>bandShift)<<1 | a)
		}
	}
}

// settled is the result of a state, with findings.
func (s *change) settled() (*audit.Result, []audit.Finding) {
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(s.env.Plan.Honesty)
	r.Sort()
	return r, changeConclude(s.env, nil, r.Metrics)
}

// TestCleanBooks: over years of clean days with weekdays, weekends and bursts,
// the share of books with any finding at all stays at alpha; and an undeclared
// cut of a tenth is found on its day.
func TestCleanBooks(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 3))
	const rounds = 40
	flagged := 0
	for range rounds {
		s := changeState(t, "")
		s.book(rng, 365, 40, 1000, 0)
		if _, findings := s.settled(); len(findings) > 0 {
			flagged++
			t.Log(findings[0].Title.En)
		}
	}
	if flagged > 5 { // 2 expected at 0.05; more than 5 have a chance of 0.014
		t.Errorf("%d of %d clean books have findings", flagged, rounds)
	}
	missed := 0
	for range 6 {
		s := changeState(t, "")
		s.book(rng, 365, 40, 200, 0.1)
		_, findings := s.settled()
		ok := false
		for _, f := range findings {
			day := f.FirstSeen / 86400_000_000
			ok = ok || f.Cause == "STEP" && day >= 20094+180 && day <= 20094+205
		}
		if !ok {
			missed++
		}
	}
	if missed > 0 {
		t.Errorf("%d of 6 cuts are missed", missed)
	}
}

// TestExplained: a row of the registry, a version first seen, or an incident
// near the interval explains a change-point, and nothing else does.
func TestExplained(t *testing.T) {
	f := found{Metric: &audit.Metric{Segment: "series=technical"}, day: 100, lo: 98, hi: 103}
	for _, tt := range []struct {
		marks []mark
		want  bool
	}{
		{nil, false},
		{[]mark{{96, "policy_version=p2"}}, true},
		{[]mark{{95, "policy_version=p2"}, {106, "model_version=m2"}}, false},
		{[]mark{{105, "model_version=m2"}}, true},
		{[]mark{{90, "incident=i1"}, {110, "incident=i1"}}, true},
		{[]mark{{90, "incident=i1"}, {91, "incident=i1"}, {110, "incident=i2"}}, false},
	} {
		if got := explained(f, tt.marks, 2, 7); got != tt.want {
			t.Errorf("%v: %v", tt.marks, got)
		}
	}
	f.Segment = "series=approval"
	if explained(f, []mark{{99, "incident=i1"}, {101, "incident=i1"}}, 2, 7) || !explained(f, []mark{{99, "incident=i1"}, {105, "incident=i1"}}, 2, 7) {
		t.Error("of approvals, an incident of three days explains a level, or one of a week none")
	}
}

// TestClass: holidays and workdays of the plan are days of their own.
func TestClass(t *testing.T) {
	s := changeState(t, "")
	plan := *s.env.Plan
	plan.Holidays, plan.Workdays = []string{"2025-01-08"}, []string{"2025-01-11"}
	s.calendar = plan.Calendar()
	for i, want := range []int{0, 1, 7, 3, 4, 8, 6, 0} {
		if got := s.class(20094 + int64(i)); got != want {
			t.Errorf("2025-01-%02d is of class %d, want %d", 6+i, got, want)
		}
	}
}

func TestChangeSettings(t *testing.T) {
	for _, bad := range []string{"days: 2", "near: -1", "gap: 0", "band: 0", "approval: -1"} {
		if _, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\nchecks: {changepoint: {"+bad+"}}\n"), []*audit.Check{ChangePoint}); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

// changeBatch is a full batch of a week of decisions.
func changeBatch(s *change) *features.Batch {
	const n = features.BatchRows
	b := &features.Batch{Table: table, N: n}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, spec := range s.env.Layouts[table].Specs {
		v := features.Vector{Present: true, Kind: spec.Kind, Dict: features.NewDict(), Codes: make([]int32, n), Ints: make([]int64, n), Floats: make([]float64, n)}
		for i := range n {
			v.Codes[i] = features.Null
			switch spec.Name {
			case "decided_at":
				v.Ints[i] = (20094*24 + int64(i)*168/n) * 3600_000_000
			case "outcome":
				v.Codes[i] = v.Dict.CodeOf([]string{"approved", "denied"}[i%2])
			case "decider", "model_version", "policy_version":
				v.Codes[i] = v.Dict.CodeOf(fmt.Sprint(spec.Name, i%9/8))
			case "score":
				v.Floats[i] = math.Round(600 + 40*rng.NormFloat64())
			}
		}
		b.Cols = append(b.Cols, v)
	}
	return b
}

func TestChangeAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates on its own")
	}
	s := changeState(t, "")
	b := changeBatch(s)
	s.Update(b)
	if n := testing.AllocsPerRun(10, func() { s.Update(b) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func BenchmarkChangeUpdate(b *testing.B) {
	s := changeState(b, "")
	batch := changeBatch(s)
	s.Update(batch)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}
