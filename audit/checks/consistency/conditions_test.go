package consistency

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks/internal/bands"
	"evenhand/features"
	"evenhand/fixtures"
)

func TestConditionsFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/conditions*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, Conditions, f)
		audittest.Laws(t, Conditions, f)
	}
}

// condEnv is an environment with the columns of the check, and none else.
func condEnv(t testing.TB) *audit.Env {
	t.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2025-06-30\ntables: {decisions: {files: x.parquet}}\n"), []*audit.Check{Conditions})
	if err != nil {
		t.Fatal(err)
	}
	var specs []features.Spec
	for _, n := range Conditions.Needs.Tables {
		for _, c := range n.Required {
			specs = append(specs, condSpec(c))
		}
		for _, w := range n.Optional {
			specs = append(specs, condSpec(w.Column))
		}
	}
	return &audit.Env{Plan: plan, Settings: Conditions.Settings(), Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)}}
}

func condSpec(name string) features.Spec {
	c, _ := features.TableNamed("decisions").Column(name)
	return features.Spec{Name: name, Kind: c.Kind, From: []string{name}}
}

// Berkeley, 1973: departments are the strata. Odds of rejection of women, here
// the night, against men, as statsmodels has them (conditions_reference.py).
func TestConditionsBerkeley(t *testing.T) {
	data, err := os.ReadFile("testdata/conditions_reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Strata                     map[string][4]int
		Odds, Low, High, P, Excess float64
	}
	if err := json.Unmarshal(data, &ref); err != nil || len(ref.Strata) != 6 {
		t.Fatal(err, ref)
	}
	s, err := newConditions(condEnv(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range ref.Strata {
		stratum := uint32(s.strata.ID(name))
		for k, cell := range []uint32{0, condDenied, condNight, condNight | condDenied} {
			for range n[k] {
				s.flags.AddSlice([]uint64{bands.Key(stratum, cell)}, nil)
			}
		}
	}
	r := &audit.Result{}
	s.Finish(r)
	for _, m := range r.Metrics {
		if m.Name != condOdds || m.Segment != "circumstance=night" {
			continue
		}
		for what, x := range map[string][2]float64{
			"odds ratio": {m.Value, ref.Odds}, "low": {m.Low, ref.Low}, "high": {m.High, ref.High}, "p": {m.P, ref.P}, "excess": {m.Effect, ref.Excess},
		} {
			if !(math.Abs(x[0]/x[1]-1) <= 1e-9) {
				t.Errorf("%s = %.17g, want %.17g", what, x[0], x[1])
			}
		}
		if m.Reach != audit.Pass || m.N != 1835 || m.NRef != 2691 {
			t.Errorf("%+v", m)
		}
		return
	}
	t.Fatal("no metric")
}

// TestConditionsBook: nothing was planted on the hours of the book, nor on its
// latency, and nothing must be found.
func TestConditionsBook(t *testing.T) {
	res := driveBook(t, bookDir(t, fixtures.Book()), false, Conditions)
	if len(res.Findings) > 0 {
		t.Errorf("%+v", res.Findings)
	}
	if res.Coverage[0].Judged < 5000 || len(res.Metrics) < 15 {
		t.Errorf("%+v", res.Coverage[0])
	}
}

// Bins of latency are ordered, and begin where they say.
func TestConditionsLatency(t *testing.T) {
	last := uint32(0)
	for ms := int64(0); ms < 5_000_000; ms += 1 + ms/97 {
		b := latencyBin(ms)
		if b < last || latencyEdge(b) > float64(ms) || latencyEdge(b+1) <= float64(ms) || b > 1023 {
			t.Fatalf("%d ms: bin %d from %v to %v", ms, b, latencyEdge(b), latencyEdge(b+1))
		}
		if b >= 16 && latencyEdge(b+1) > latencyEdge(b)*17/16 {
			t.Fatalf("bin %d is wide", b)
		}
		last = b
	}
	if latencyBin(-5) != 0 || latencyBin(math.MaxInt64) > 1023 {
		t.Error("extremes")
	}
}

func TestConditionsClock(t *testing.T) {
	for _, x := range []struct {
		day  string
		want bool
	}{{"2025-03-01", true}, {"2025-03-02", true}, {"2025-03-03", false}, {"1969-12-28", true}, {"1969-12-29", false}, {"1970-01-01", false}} {
		d, _ := time.Parse(time.DateOnly, x.day)
		if got := weekend(d.Unix() / 86400); got != x.want {
			t.Errorf("%s: weekend %v", x.day, got)
		}
	}
	s := &ConditionsSettings{NightFrom: 22, NightTo: 6}
	if !s.night(22) || !s.night(0) || !s.night(5) || s.night(6) || s.night(21) {
		t.Error("the night over midnight")
	}
	if s = (&ConditionsSettings{NightFrom: 1, NightTo: 5}); !s.night(1) || s.night(5) || s.night(0) {
		t.Error("the night within a day")
	}
	for a := range int64(50) {
		us := (a - 25) * 1800 * 1_000_000
		if hourOf(us) > hourOf(us+1800*1_000_000) || hourOf(us) == hourOf(us+3600*1_000_000) {
			t.Fatalf("hours at %d", us)
		}
	}
}

func TestConditionsSettings(t *testing.T) {
	for _, change := range []func(*ConditionsSettings){
		func(s *ConditionsSettings) { s.Odds = 0.5 }, func(s *ConditionsSettings) { s.Excess = -1 },
		func(s *ConditionsSettings) { s.NightFrom = 24 }, func(s *ConditionsSettings) { s.NightTo = s.NightFrom },
	} {
		s := Conditions.Settings().(*ConditionsSettings)
		if s.validate() != nil {
			t.Fatal("the defaults are refused")
		}
		if change(s); s.validate() == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}
