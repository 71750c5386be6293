package drift

import (
	"fmt"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// mixBench is a state and a batch of decisions of two versions.
func mixBench(tb testing.TB) (*mix, *features.Batch) {
	tb.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\n"), []*audit.Check{MixDrift})
	if err != nil {
		tb.Fatal(err)
	}
	const n = features.BatchRows
	b := &features.Batch{Table: table, N: n, Period: make([]int32, n)}
	var specs []features.Spec
	values := map[string][]string{"outcome": {"approved", "denied", "error"}, "decider": {"auto", "manual"}, "channel": {"app", "web", "branch"}, "policy_version": {"P1", "P2"}, "model_version": {"m1"}, "product": {"cash"}}
	for _, c := range []string{"decided_at", "is_test", "outcome", "decider", "channel", "partner", "product", "reasons", "model_version", "policy_version", "engine_status", "error_code", "application_type"} {
		s := features.Spec{Name: c, Kind: features.Text, From: []string{c}}
		v := features.Vector{Present: true, Dict: features.NewDict(), Codes: make([]int32, n)}
		switch c {
		case "decided_at":
			s.Kind = features.Instant
		case "is_test":
			s.Kind = features.Bool
		case "reasons":
			s.Kind = features.TextList
			v.Offsets = make([]uint32, n+1)
		}
		v.Kind, v.Ints = s.Kind, make([]int64, n)
		for i := range n {
			v.Codes[i] = features.Null
			if xs := values[c]; len(xs) > 0 {
				v.Codes[i] = v.Dict.CodeOf(xs[i*7%len(xs)])
			}
			if c == "reasons" {
				v.Codes[i], v.Offsets[i+1] = v.Dict.CodeOf(fmt.Sprint("R", i%5)), uint32(i+1)
			}
			v.Ints[i] = 0
			b.Period[i] = int32(660 + i*2/n)
		}
		specs, b.Cols = append(specs, s), append(b.Cols, v)
	}
	periods, err := audit.NewPeriods("month", plan.Zone())
	if err != nil {
		tb.Fatal(err)
	}
	env := &audit.Env{Plan: plan, Settings: plan.Settings(mixName), Periods: periods, Layouts: map[string]*audit.Layout{table: audit.NewLayout(specs)}}
	s, err := MixDrift.New(env)
	if err != nil {
		tb.Fatal(err)
	}
	s.(*mix).Update(b)
	return s.(*mix), b
}

func TestMixAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates on its own")
	}
	s, b := mixBench(t)
	if n := testing.AllocsPerRun(10, func() { s.Update(b) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func BenchmarkMixUpdate(b *testing.B) {
	s, batch := mixBench(b)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}
