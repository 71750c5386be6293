package fairness

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// overrideRow is n decisions alike.
type overrideRow struct {
	outcome, decider, reviewer, sex string
	score                           float64
	n                               int
}

func overrideEnv(set *OverrideSettings) *audit.Env {
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test", "product", "policy_version", "score", "decider", "reviewer", audit.GroupColumn("sex")} {
		specs = append(specs, features.Spec{Name: c, From: []string{c}})
	}
	return &audit.Env{
		Plan: &audit.Plan{
			Groups:  []audit.Grouping{{Name: "sex", Reference: "M"}},
			Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		},
		Settings: set, Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

func overrideSettings() *OverrideSettings { return OverrideParity.Settings().(*OverrideSettings) }

func overrideBatch(rows []overrideRow) *features.Batch {
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, 9)}
	for i := range b.Cols {
		b.Cols[i] = features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()}
	}
	b.Cols[2].Kind, b.Cols[5].Kind = features.Bool, features.Float
	for _, r := range rows {
		for range r.n {
			for c, s := range map[int]string{0: r.outcome, 1: "", 3: "cash", 4: "v", 6: r.decider, 7: r.reviewer, 8: r.sex} {
				code := features.Null
				if s != "" {
					code = b.Cols[c].Dict.CodeOf(s)
				}
				b.Cols[c].Codes = append(b.Cols[c].Codes, code)
			}
			b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
			b.Cols[5].Floats = append(b.Cols[5].Floats, r.score)
			b.N++
		}
	}
	return b
}

func overrideRun(t testing.TB, env *audit.Env, rows []overrideRow) (*audit.Result, []audit.Finding) {
	t.Helper()
	s, err := newOverride(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(overrideBatch(rows))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(env.Plan.Honesty)
	r.Sort()
	return r, concludeOverride(env, nil, r.Metrics)
}

// What deciders alone tell: rates, and the odds ratio of one stratum, which is
// the crude one.
func TestOverrideRates(t *testing.T) {
	r, f := overrideRun(t, overrideEnv(overrideSettings()), []overrideRow{
		{"denied", "auto", "", "M", 500, 60}, {"approved", "override", "a", "M", 500, 40},
		{"denied", "auto", "", "F", 500, 90}, {"approved", "override", "a", "F", 500, 10},
		{"approved", "auto", "", "M", 500, 95}, {"denied", "override", "a", "M", 500, 5},
		{"approved", "auto", "", "F", 500, 96}, {"denied", "override", "a", "F", 500, 4},
		{"approved", "manual", "a", "F", 500, 7},
	})
	near(t, "all low", metricOf(t, r, "low_side_override_rate", "").Value, 50./200)
	near(t, "low of women", metricOf(t, r, "low_side_override_rate", "sex=F").Value, 0.1)
	m := metricOf(t, r, "low_side_override_odds_ratio", "sex=F")
	near(t, "odds", m.Value, (10./90)/(40./60))
	near(t, "shortfall", m.Effect, 30)
	if m.Status != audit.Warn {
		t.Errorf("%+v", m)
	}
	m = metricOf(t, r, "high_side_override_odds_ratio", "sex=F")
	near(t, "odds", m.Value, (4./96)/(5./95))
	if m.Status != audit.Pass {
		t.Errorf("%+v", m)
	}
	if len(f) != 1 || f[0].Cause != overrideGap {
		t.Errorf("findings: %+v", f)
	}
	cov := r.Coverage[0]
	if cov.Judged != 400 || cov.Excluded[len(cov.Excluded)-overrideGuards+noPolicy].Rows != 7 {
		t.Errorf("coverage: %+v", cov)
	}
}

// Reviewers who differ by chance are not flagged; one who is apart is.
func TestOverrideReviewers(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, x := range []struct {
		odd      float64
		findings int
	}{{0.2, 0}, {0.7, 1}} {
		var rows []overrideRow
		for i := range 12 {
			rate := 0.2
			if i == 5 {
				rate = x.odd
			}
			for range 40 + 10*i {
				sex := "M"
				if rng.IntN(2) == 0 {
					sex = "F"
				}
				// Without a policy a human who follows it can't be told from one who
				// departs; so the policy is replayed here.
				out := "denied"
				if rng.Float64() < rate {
					out = "approved"
				}
				rows = append(rows, overrideRow{out, "manual", string(rune('a' + i)), sex, 500, 1})
			}
		}
		env := overrideEnv(overrideSettings())
		s, err := newOverride(env)
		if err != nil {
			t.Fatal(err)
		}
		b := overrideBatch(rows)
		b.Replay = &features.Replay{}
		b.Replay.Grow(b.N)
		for i := range b.N {
			b.Replay.Policy[i], b.Replay.Outcome[i] = 0, 2 // denied
		}
		s.Update(b)
		r := &audit.Result{}
		s.Finish(r)
		r.Settle(env.Plan.Honesty)
		r.Sort()
		f := concludeOverride(env, nil, r.Metrics)
		if len(f) != x.findings {
			t.Errorf("rate %v: %+v", x.odd, f)
		}
		for i := range f {
			if f[i].Cause != overrideOutlier || math.Abs(metricOf(t, r, "reviewer_low_side_override_rate_shrunken", "reviewer=f").Value-x.odd) > 0.15 {
				t.Errorf("%+v", f[i])
			}
			groups := 0
			for _, m := range r.Metrics {
				if m.Segment == "reviewer=f" {
					groups++
				}
			}
			if groups != 2 {
				t.Errorf("%d rates by group of the flagged reviewer", groups)
			}
		}
	}
}

func TestOverrideSettings(t *testing.T) {
	for _, bad := range []OverrideSettings{{}, {Odds: 2, Shortfall: -1, ReferralMargin: 0.1, Bands: 10}, {Odds: 2, Margin: 1, ReferralMargin: 0.1, Bands: 10}, {Odds: 2, Bands: 10}, {Odds: 2, ReferralMargin: 1, Bands: 10}, {Odds: 2, ReferralMargin: 0.1}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := overrideSettings().Validate(); err != nil {
		t.Error(err)
	}
}

func TestOverrideGarbage(t *testing.T) {
	env := overrideEnv(overrideSettings())
	s, _ := newOverride(env)
	s.Update(overrideBatch([]overrideRow{{"denied", "auto", "", "M", 500, 6}, {"approved", "override", "a", "F", 500, 4}, {"denied", "override", "b", "", 500, 4}}))
	b := overrideBatch([]overrideRow{{"denied", "manual", "b", "M", 500, 6}, {"approved", "override", "a", "F", 500, 4}})
	b.Replay = &features.Replay{}
	b.Replay.Grow(b.N)
	for i := range b.N {
		b.Replay.Policy[i], b.Replay.Outcome[i] = 0, 2+uint8(i%2) // denied, refer
	}
	s.Update(b)
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := bytes.Clone(good)
			bad[i] = x
			fresh, _ := newOverride(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
	}
}

func BenchmarkOverrideParity(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []overrideRow
	for range 4096 {
		r := overrideRow{"approved", "auto", "", string(rune('p' + rng.IntN(4))), math.Round(600 + 50*rng.NormFloat64()), 1}
		if rng.IntN(3) == 0 {
			r.outcome = "denied"
		}
		if rng.IntN(20) == 0 {
			r.decider, r.reviewer = "override", string(rune('a'+rng.IntN(20)))
		}
		rows = append(rows, r)
	}
	batch := overrideBatch(rows)
	s, _ := newOverride(overrideEnv(overrideSettings()))
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
