package fairness

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// capture is adjustedparity whose states are kept for the test.
func capture(states *[]*adjusted) *audit.Check {
	c := *AdjustedParity
	c.New = func(env *audit.Env) (audit.State, error) {
		s, err := newAdjusted(env)
		*states = append(*states, s)
		return s, err
	}
	return &c
}

// relative fails when got is off want by more than tol of it.
func relative(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

// boston runs the check over the Boston Fed decisions with these controls
// instead of the plan's, where there are any.
func boston(t *testing.T, extra string) (*adjusted, *audit.Result) {
	t.Helper()
	file := fixturesDir("loanapp", "audit.yaml")
	if extra != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(data), "controls: [", "controls: ["+extra+", ", 1)
		text = strings.Replace(text, "    features:\n", fmt.Sprintf("    features:\n      %s: %[1]s\n", extra), 1)
		file = filepath.Join(t.TempDir(), "audit.yaml")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var states []*adjusted
	_, r := runPlan(t, file, fixturesDir("loanapp"), capture(&states))
	sum := states[0]
	for _, s := range states[1:] {
		if s.judge.RowsIn > sum.judge.RowsIn {
			sum = s
		}
	}
	return sum, r
}

func adjustedMetric(t *testing.T, r *audit.Result, name, group string) audit.Metric {
	t.Helper()
	for _, m := range r.Metrics {
		if m.Name == name && m.Group == group {
			return m
		}
	}
	t.Fatalf("no metric %s of %s", name, group)
	return audit.Metric{}
}

// The regressions of the Boston Fed data, as statsmodels 0.15.0 has them: by
// race with the plan's controls, and white against the others with sex too
// (Wooldridge).
func TestAdjustedBoston(t *testing.T) {
	s, r := boston(t, "")
	for _, x := range []struct {
		group    string
		b, se, p float64
	}{
		{"race=black", 0.9458114988027458, 0.19933724644666082, 2.087324545314964e-06},
		{"race=hispanic", 0.8881041113461424, 0.2653274528708358, 0.0008163222395299311},
	} {
		m := adjustedMetric(t, r, adjustedOdds, x.group)
		const z = 1.959963984540054
		relative(t, x.group, m.Value, math.Exp(x.b), 1e-9)
		relative(t, x.group+" low", m.Low, math.Exp(x.b-z*x.se), 1e-9)
		relative(t, x.group+" high", m.High, math.Exp(x.b+z*x.se), 1e-9)
		relative(t, x.group+" p", m.P, x.p, 1e-8)
		if m.Status != audit.Fail || !(m.Effect > 10) {
			t.Errorf("%s: %v, %.1f denials too many", x.group, m.Status, m.Effect)
		}
	}
	m := adjustedMetric(t, r, adjustedR2, "race")
	relative(t, "log-likelihood", m.Effect, -601.9575101819194, 1e-10)
	if m.N != 1986 {
		t.Errorf("%d observations", m.N)
	}
	if m := adjustedMetric(t, r, adjustedOdds, "sex=female"); m.Status >= audit.Warn {
		t.Errorf("women: %v", m.Value)
	}
	if f := concludeAdjusted(&audit.Env{Plan: s.env.Plan}, nil, r.Metrics); len(f) != 3 {
		t.Errorf("%d findings, not black, hispanic and nonwhite", len(f))
	}

	_, r = boston(t, "male")
	m = adjustedMetric(t, r, adjustedOdds, "nonwhite=nonwhite")
	if math.Abs(math.Log(m.Value)-0.9377643) > 5e-8 || math.Abs((math.Log(m.High)-math.Log(m.Low))/2/1.959963984540054-0.1729043) > 5e-8 {
		t.Errorf("with sex: %v [%v, %v]", math.Log(m.Value), math.Log(m.Low), math.Log(m.High))
	}
	m = adjustedMetric(t, r, adjustedR2, "nonwhite")
	if math.Abs(m.Effect+600.4961579) > 5e-8 || m.N != 1971 {
		t.Errorf("with sex: log-likelihood %v of %d", m.Effect, m.N)
	}
}

// Every coefficient of the stored regression, of the shared reference file.
func TestAdjustedReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "data", "reference", "loanapp_decisions.json"))
	if err != nil {
		t.Skip("the shared reference numbers are not here: ", err)
	}
	var doc struct{ Values []stored }
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var want struct {
		N             int64 `json:"nobs"`
		LLF           float64
		Params, SE, P map[string]float64
	}
	for _, v := range doc.Values {
		if v.ID == "race.adjusted_logit" {
			if err := json.Unmarshal(v.Value, &want); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(want.Params) < 10 {
		t.Fatal("no stored regression")
	}
	s, _ := boston(t, "")
	for d, g := range s.env.Plan.Groups {
		if g.Name != "race" {
			continue
		}
		m := s.model(s.canonical(), d)
		if !m.solve() || !m.fit.Converged {
			t.Fatal("no fit")
		}
		if m.fit.N != want.N || len(m.fit.Params) != len(want.Params) {
			t.Errorf("%d observations and %d coefficients", m.fit.N, len(m.fit.Params))
		}
		relative(t, "log-likelihood", m.fit.LogLik, want.LLF, 1e-10)
		for i := range m.fit.Params {
			name := "Intercept"
			if i > 0 {
				if col := m.columns[i-1]; col.control >= 0 {
					name = m.controls[col.control].name
				} else {
					name = map[string]string{"black": "black", "hispanic": "hispan"}[m.groups[col.group]]
				}
			}
			relative(t, name, m.fit.Params[i], want.Params[name], 1e-8)
			relative(t, "error of "+name, m.fit.SE[i], want.SE[name], 1e-8)
			relative(t, "p of "+name, m.fit.P(i), want.P[name], 1e-7)
		}
	}
}

// adjEnv is the environment of one dimension, a number and a text held equal.
func adjEnv(designs int) *audit.Env {
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test", audit.GroupColumn("g"), audit.FeatureColumn("x"), audit.FeatureColumn("city")} {
		s := features.Spec{Name: c, From: []string{c}}
		switch c {
		case audit.FeatureColumn("x"):
			s.Kind = features.Float
		case audit.FeatureColumn("city"):
			s.Kind = features.Text
		}
		specs = append(specs, s)
	}
	settings := AdjustedParity.Settings().(*AdjustedSettings)
	settings.Designs = designs
	return &audit.Env{
		Plan: &audit.Plan{
			Groups: []audit.Grouping{{Name: "g", Reference: "a"}}, Controls: []string{"x", "city"},
			Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		},
		Settings: settings,
		Layouts:  map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

type adjRow struct {
	group, city string
	x           float64
	denied      bool
}

func adjBatch(rows []adjRow) *features.Batch {
	kinds := []features.Kind{features.Text, features.Text, features.Bool, features.Text, features.Float, features.Text}
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
		text(0, map[bool]string{true: "denied", false: "approved"}[r.denied])
		text(1, "")
		b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
		text(3, r.group)
		b.Cols[4].Floats = append(b.Cols[4].Floats, r.x)
		text(5, r.city)
		b.Period = append(b.Period, 0)
	}
	return b
}

func adjMeasure(t testing.TB, env *audit.Env, rows []adjRow) *audit.Result {
	t.Helper()
	s, err := newAdjusted(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(adjBatch(rows))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(audit.Honesty{Alpha: 0.05})
	r.Sort()
	return r
}

// adjDraw makes rows whose group b has higher x, and log-odds of denial of
// effect besides.
func adjDraw(rng *rand.Rand, n int, effect float64) (rows []adjRow) {
	for range n {
		r := adjRow{group: []string{"a", "b"}[rng.IntN(2)], city: []string{"p", "q", "r"}[rng.IntN(3)], x: rng.NormFloat64()}
		eta := -0.5
		if r.group == "b" {
			r.x++
			eta += effect
		}
		eta += r.x
		if r.city == "q" {
			eta -= 0.7
		}
		r.denied = rng.Float64() < 1/(1+math.Exp(-eta))
		rows = append(rows, r)
	}
	return rows
}

// A gap that the controls explain is none, and one beyond them is; a sample of
// the designs says the same.
func TestAdjustedExplains(t *testing.T) {
	for _, designs := range []int{1 << 16, 5000} {
		for _, effect := range []float64{0, 0.8} {
			rows := adjDraw(rand.New(rand.NewPCG(9, 9)), 12_000, effect)
			r := adjMeasure(t, adjEnv(designs), rows)
			m := adjustedMetric(t, r, adjustedOdds, "g=b")
			if !(m.Low < math.Exp(effect) && math.Exp(effect) < m.High) || (m.Status == audit.Fail) != (effect > 0) {
				t.Errorf("designs %d: odds ratio %v [%v, %v] for %v: %v", designs, m.Value, m.Low, m.High, math.Exp(effect), m.Status)
			}
			if n := m.N + m.NRef; designs == 5000 && (n > 5000 || n < 2000 || len(m.Warnings) != 1) || designs != 5000 && n != 12_000 {
				t.Errorf("designs %d: %d rows, warnings %v", designs, n, m.Warnings)
			}
		}
	}
}

// Permuted groups are flagged no more often than the level says.
func TestAdjustedNull(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	rows := adjDraw(rng, 1500, 0.8)
	flagged := 0
	const times = 200
	for range times {
		for i := range rows {
			j := rng.IntN(i + 1)
			rows[i].group, rows[j].group = rows[j].group, rows[i].group
		}
		if adjustedMetric(t, adjMeasure(t, adjEnv(1<<16), rows), adjustedOdds, "g=b").Status >= audit.Warn {
			flagged++
		}
	}
	if flagged > times/20 {
		t.Errorf("%d of %d flagged", flagged, times)
	}
}

// What has no estimate is insufficient; values that decide alone are left out.
func TestAdjustedSeparated(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	rows := adjDraw(rng, 1000, 0)
	for i := range rows {
		rows[i].denied = rows[i].x > 0.5
	}
	m := adjustedMetric(t, adjMeasure(t, adjEnv(1<<16), rows), adjustedOdds, "g=b")
	if m.Status != audit.Insufficient || m.Value == m.Value || m.P == m.P || !strings.Contains(m.Warnings[len(m.Warnings)-1].En, "separation") {
		t.Errorf("separated: %+v", m)
	}
	rows = adjDraw(rng, 1000, 0)
	left := 0
	for i := range rows {
		if rows[i].city == "q" { // a knock-out
			rows[i].denied = true
			left++
		}
	}
	m = adjustedMetric(t, adjMeasure(t, adjEnv(1<<16), rows), adjustedOdds, "g=b")
	if m.Value != m.Value || m.N+m.NRef != int64(1000-left) || len(m.Warnings) != 1 {
		t.Errorf("with a knock-out: %+v", m)
	}
	for i := range rows {
		rows[i].city = "p"
		if rows[i].group == "b" {
			rows[i].city = "q"
		}
		rows[i].denied = rng.IntN(3) == 0
	}
	m = adjustedMetric(t, adjMeasure(t, adjEnv(1<<16), rows), adjustedOdds, "g=b")
	if m.Status != audit.Insufficient || m.Value == m.Value || !strings.Contains(m.Warnings[len(m.Warnings)-1].En, "can't be told apart") {
		t.Errorf("a control that is the group: %+v", m)
	}
}

// Few, alike or no rows of a group have no estimate, and do not spoil the others'.
func TestAdjustedSmall(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	rows := adjDraw(rng, 1000, 0.5)
	alone := adjustedMetric(t, adjMeasure(t, adjEnv(1<<16), rows), adjustedOdds, "g=b")
	for i := range 120 {
		r := adjRow{group: []string{"few", "alike", "", "b"}[i%4], city: "p", x: rng.NormFloat64(), denied: true}
		if i%4 == 0 {
			r.denied = i%8 == 0
		}
		if i%4 == 0 && i >= 80 {
			continue
		}
		if i%4 == 3 {
			r.x = math.NaN()
		}
		rows = append(rows, r)
	}
	r := adjMeasure(t, adjEnv(1<<16), rows)
	if m := adjustedMetric(t, r, adjustedOdds, "g=b"); m.Value != alone.Value {
		t.Errorf("%v, without the others %v", m.Value, alone.Value)
	}
	for _, g := range []string{"g=few", "g=alike"} {
		if m := adjustedMetric(t, r, adjustedOdds, g); m.Status != audit.Insufficient || m.Value == m.Value {
			t.Errorf("%s: %+v", g, m)
		}
	}
	if e := r.Coverage[0].Excluded; e[len(e)-1].Rows != 30 {
		t.Errorf("%d rows without a control", e[len(e)-1].Rows)
	}
}

func TestAdjustedSettings(t *testing.T) {
	good := *AdjustedParity.Settings().(*AdjustedSettings)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*AdjustedSettings){
		func(s *AdjustedSettings) { s.OddsRatio = 0.9 }, func(s *AdjustedSettings) { s.Excess = -1 },
		func(s *AdjustedSettings) { s.Errors = "x" }, func(s *AdjustedSettings) { s.Designs = 0 },
	} {
		bad := good
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestAdjustedDecodeGarbage(t *testing.T) {
	env := adjEnv(4)
	s, _ := newAdjusted(env)
	s.Update(adjBatch(adjDraw(rand.New(rand.NewPCG(1, 2)), 12, 1)))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			fresh, _ := newAdjusted(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		fresh, _ := newAdjusted(env)
		if fresh.UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

func TestAdjustedFixtures(t *testing.T) { fixtures(t, AdjustedParity) }

func BenchmarkAdjusted(b *testing.B) {
	rows := adjDraw(rand.New(rand.NewPCG(1, 2)), features.BatchRows, 1)
	for i := range rows {
		rows[i].x = math.Round(rows[i].x*10) / 10
	}
	batch := adjBatch(rows)
	s, err := newAdjusted(adjEnv(1 << 16))
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
