package fairness

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

type spRow struct {
	group, stratum string
	score          float64
	approved       bool
	limit          float64
	model          string
}

func spEnv() *audit.Env {
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test", audit.GroupColumn("g"), audit.StratumColumn("tier"), "product", "policy_version", "score", "approved_limit", "model_version"} {
		specs = append(specs, features.Spec{Name: c, From: []string{c}})
	}
	return &audit.Env{
		Plan: &audit.Plan{
			Groups: []audit.Grouping{{Name: "g", Reference: "a"}}, Strata: []audit.Grouping{{Name: "tier"}},
			Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		},
		Settings: ScoreParity.Settings(),
		Layouts:  map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

func spBatch(rows []spRow) *features.Batch {
	kinds := []features.Kind{features.Text, features.Text, features.Bool, features.Text, features.Text, features.Text, features.Text, features.Float, features.Money, features.Text}
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, len(kinds)), N: len(rows)}
	for i, k := range kinds {
		b.Cols[i] = features.Vector{Kind: k, Present: true, Dict: features.NewDict()}
	}
	text := func(c int, v string) {
		code := features.Null
		if v != "" {
			code = b.Cols[c].Dict.CodeOf(v)
		}
		b.Cols[c].Codes = append(b.Cols[c].Codes, code)
	}
	for _, r := range rows {
		text(0, map[bool]string{true: "approved", false: "denied"}[r.approved])
		text(1, "new_line")
		b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
		text(3, r.group)
		text(4, r.stratum)
		text(5, "loan")
		text(6, "p1")
		b.Cols[7].Floats = append(b.Cols[7].Floats, r.score)
		b.Cols[8].Ints = append(b.Cols[8].Ints, int64(math.Round(r.limit*100)))
		text(9, r.model)
		b.Period = append(b.Period, 0)
	}
	b.Scores = &features.Scores{Score: b.Cols[7].Floats}
	return b
}

func spMeasure(t testing.TB, rows []spRow) *audit.Result {
	t.Helper()
	s, err := newScoreParity(spEnv())
	if err != nil {
		t.Fatal(err)
	}
	s.Update(spBatch(rows))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(audit.Honesty{Alpha: 0.05})
	r.Sort()
	return r
}

func spMetric(t testing.TB, r *audit.Result, name, segment, group string) audit.Metric {
	t.Helper()
	for _, m := range r.Metrics {
		if m.Name == name && m.Segment == segment && m.Group == group {
			return m
		}
	}
	t.Fatalf("no metric %s %s of %s", name, segment, group)
	return audit.Metric{}
}

func TestScoreReference(t *testing.T) {
	data, err := os.ReadFile("testdata/scoreparity_reference.json")
	if err != nil {
		t.Fatal(err)
	}
	type three [3]float64
	var file struct {
		Rows   [][]any
		Groups map[string]struct {
			SMD                   three
			Population, P         float64
			Air                   []float64
			Quantile, Gap, Within map[string]three
		}
	}
	if err := json.Unmarshal(data, &file); err != nil || len(file.Groups) != 2 {
		t.Fatal(err)
	}
	var rows []spRow
	for _, r := range file.Rows {
		rows = append(rows, spRow{r[0].(string), r[1].(string), r[2].(float64), r[3].(bool), r[4].(float64), ""})
	}
	// The other way about, lower scores are better: every number is the same but
	// for the sign of the means.
	for _, sign := range []float64{1, -1} {
		at := make([]spRow, len(rows))
		for i, r := range rows {
			r.score *= sign
			at[i] = r
		}
		r := spMeasure(t, at)
		for g, want := range file.Groups {
			same := func(name, segment string, want three) {
				t.Helper()
				m := spMetric(t, r, name, segment, "g="+g)
				near(t, name+" "+segment, m.Value, want[0])
				near(t, name+" "+segment+" low", m.Low, want[1])
				near(t, name+" "+segment+" high", m.High, want[2])
			}
			smd := want.SMD
			if sign < 0 {
				smd = three{-smd[0], -smd[2], -smd[1]}
			}
			same(smdPooled, "", smd)
			near(t, "population", spMetric(t, r, smdPopulation, "", "g="+g).Value, sign*want.Population)
			again := spMetric(t, r, smdPooled+ofRecomputed, "", "g="+g)
			if near(t, "recomputed", again.Value, smd[0]); again.P == again.P {
				t.Error("one comparison is tested twice")
			}
			near(t, "p", spMetric(t, r, smdPooled, "", "g="+g).P, want.P)
			for d, x := range want.Air {
				near(t, fmt.Sprint("best ", d+1), spMetric(t, r, airQuantile, fmt.Sprintf("decile=%d", d+1), "g="+g).Value, x)
			}
			if len(want.Air) != 9 || len(want.Gap) != 3 {
				t.Fatal("the reference is incomplete")
			}
			for q := range want.Gap {
				same(limitQuantile, "quantile="+q, want.Quantile[q])
				same(limitGap, "quantile="+q, want.Gap[q])
				same(limitGapHeld, "quantile="+q, want.Within[q])
			}
		}
		m := spMetric(t, r, smdPooled, "", "g=b")
		if m.Status != audit.Warn {
			t.Errorf("sign %v: %v is %v", sign, m.Value, m.Status)
		}
		f := concludeScore(nil, nil, r.Metrics)
		if len(f) != 1 || !strings.Contains(f[0].Title.En, "Scores of g=b are 0.") || !strings.Contains(f[0].What.En, "Were the better half of all scores approved") {
			t.Errorf("findings: %+v", f)
		}
	}
}

// A group with better scores is no finding.
func TestScoreBetter(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	var rows []spRow
	for i := range 2000 {
		r := spRow{group: []string{"a", "b"}[i%2], score: math.Round(600 + 30*rng.NormFloat64())}
		if r.group == "b" {
			r.score += 20
		}
		r.approved = rng.Float64() < 1/(1+math.Exp(-(r.score-600)/30))
		rows = append(rows, r)
	}
	r := spMeasure(t, rows)
	if m := spMetric(t, r, smdPooled, "", "g=b"); !(m.Value > 30) || m.Status != audit.Pass {
		t.Errorf("%v is %v", m.Value, m.Status)
	}
}

// Groups that two models of other scales and orientation score unevenly are no
// finding, and the same gap within each of them is one.
func TestScoreModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	for _, gap := range []float64{0, -0.6} {
		var rows []spRow
		for i := range 4000 {
			r := spRow{group: []string{"a", "b"}[i%2], model: "points"}
			x := rng.NormFloat64()
			if r.group == "b" {
				x += gap
			}
			r.approved = x+rng.NormFloat64() > 0
			r.score = 600 + 40*x
			if rng.Float64() < map[string]float64{"a": 0.2, "b": 0.8}[r.group] {
				r.model, r.score = "pd", 1/(1+math.Exp(x))
			}
			rows = append(rows, r)
		}
		r := spMeasure(t, rows)
		m := spMetric(t, r, smdPooled, "", "g=b")
		if (m.Status == audit.Warn) != (gap < 0) || math.Abs(m.Value-100*gap) > 8 {
			t.Errorf("gap %v: %v is %v", gap, m.Value, m.Status)
		}
		if x := spMetric(t, r, airQuantile, "decile=5", "g=b").Value; gap == 0 && math.Abs(x-1) > 0.08 || gap < 0 && x > 0.8 {
			t.Errorf("gap %v: ratio of the better half %v", gap, x)
		}
	}
}

// Permuted groups are watched no more often than the level says.
func TestScoreNull(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	var rows []spRow
	for i := range 120 {
		rows = append(rows, spRow{group: []string{"a", "b"}[i%2], score: math.Round(600 + 30*rng.NormFloat64()), approved: rng.IntN(2) == 0})
	}
	flagged := 0
	const times = 200
	for range times {
		for i := range rows {
			j := rng.IntN(i + 1)
			rows[i].group, rows[j].group = rows[j].group, rows[i].group
		}
		if spMetric(t, spMeasure(t, rows), smdPooled, "", "g=b").Status >= audit.Warn {
			flagged++
		}
	}
	if flagged > times/20 {
		t.Errorf("%d of %d flagged", flagged, times)
	}
}

func TestScoreSettings(t *testing.T) {
	good := *ScoreParity.Settings().(*ScoreSettings)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*ScoreSettings){
		func(s *ScoreSettings) { s.SMD = 0 }, func(s *ScoreSettings) { s.Ratio = 2 }, func(s *ScoreSettings) { s.Cells = 0 },
	} {
		bad := good
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestScoreDecodeGarbage(t *testing.T) {
	env := spEnv()
	s, _ := newScoreParity(env)
	s.Update(spBatch([]spRow{{"a", "x", 600, true, 5000, "m1"}, {"", "", 550.5, false, 0, "m2"}, {"b", "y", math.NaN(), true, 1200, ""}}))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			fresh, _ := newScoreParity(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		fresh, _ := newScoreParity(env)
		if fresh.UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

func TestScoreFixtures(t *testing.T) { fixtures(t, ScoreParity) }

func BenchmarkScore(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []spRow
	for range features.BatchRows {
		rows = append(rows, spRow{[]string{"a", "b", "c", ""}[rng.IntN(4)], string(rune('a' + rng.IntN(4))), math.Round(600 + 40*rng.NormFloat64()), rng.IntN(2) == 0, float64(1000 + 100*rng.IntN(90)), "m1"})
	}
	batch := spBatch(rows)
	s, err := newScoreParity(spEnv())
	if err != nil {
		b.Fatal(err)
	}
	s.Update(batch)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(batch.N)*1e6, "s/Mrows")
}
