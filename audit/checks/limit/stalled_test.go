package limit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/driver"
	"evenhand/features"
)

func TestStalledFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/stalledlimit*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, StalledLimit, f)
		if !audittest.Laws(t, StalledLimit, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}

// stalledRun audits a fixture.
func stalledRun(t *testing.T, file string) (*audit.Plan, *audit.Result) {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range ar.Files {
		files[f.Name] = f.Data
	}
	plan, err := audit.ParsePlan("plan.yaml", files["plan.yaml"], []*audit.Check{StalledLimit})
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) ([]byte, error) { return files[path], nil }
	models, err := plan.LoadModels(read)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := plan.LoadPolicies(read)
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]features.Source{}
	for name, data := range files {
		if table, ok := strings.CutSuffix(name, ".csv"); ok {
			if sources[table], err = audittest.NewSource(table, string(data), 50, 20); err != nil {
				t.Fatal(err)
			}
		}
	}
	res, err := driver.Run(context.Background(), driver.Input{
		Plan: plan, Checks: []*audit.Check{StalledLimit}, Sources: sources, Models: models, Policies: policies,
	}, driver.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return plan, res
}

// What a case says must be enough to check it by hand, and its letter must say
// no more.
func TestStalledEvidence(t *testing.T) {
	plan, res := stalledRun(t, "testdata/stalledlimit.txtar")
	want := map[string]map[string]string{
		"A01": {"limit": "20000.00", "limit_by_replay": "30000.00", "shortfall": "10000.00", "on_time_streak": "8", "held_since": "2026-03-01"},
		"A02": {"recorded_score": "590", "recomputed_score": "630"},
		"A03": {"stale utilisation": "0.7 -> 0.1, known since 2026-02-20", "limit_by_corrected_replay": "30000.00"},
		"A05": {"held_since": "2025-09-02"},
		"A07": {"binding_constraint": "score_band", "next_step utilisation": "0.7 -> 0.55", "next_step_steps": "3", "next_evaluation_by": "2026-08-28"},
		"A08": {"binding_constraint": "income", "next_step income_month": "3400 -> 5400"}, // 30000 / 6 is 5000; steps of 500 from 3400
		"A10": {"binding_constraint": "step", "next_step_steps": "none within reach"},
		"A12": {"binding_constraint": "conditions", "next_step_steps": "none within reach"}, // the lenders are not for the customer to change
		"A19": {"next_evaluation_by": "2026-09-01"},
		"A16": {"evaluation_was_due": "2025-08-09"},
	}
	letters := map[string][2]string{
		"A01": {"is short by 10000.00", "额度应再增加10000.00"},
		"A07": {"utilisation of the limit at 0.55 instead of 0.7; the outcome of a later evaluation is open", "若额度使用率由0.7变为0.55"},
		"A10": {"no later than 2026-08-28", "下次评估不晚于2026-08-28"},
		"A16": {"was due on 2025-08-09", "应于2025-08-09进行"},
		"A19": {"no later than 2026-09-01", "下次评估不晚于2026-09-01"},
		"A35": {"human review", "人工复核"},
	}
	days := map[string]int64{"A01": 121, "A05": 301, "A16": 325}
	for i := range res.Cases {
		c := &res.Cases[i]
		for name, value := range want[c.Key] {
			if got := c.Item(name); got != value {
				t.Errorf("%s: %s is %q, want %q", c.Key, name, got, value)
			}
		}
		delete(want, c.Key)
		if d, ok := days[c.Key]; ok && d != c.Days {
			t.Errorf("%s: %d days, want %d", c.Key, c.Days, d)
		}
		l := stalledLetter(plan, c)
		for k, text := range []string{l.En, l.Zh} {
			if s, ok := letters[c.Key]; ok && !strings.Contains(text, s[k]) {
				t.Errorf("%s: the letter lacks %q: %s", c.Key, s[k], text)
			}
			for _, no := range []string{"will be approved", "综合评分不足", "sex", "multi_loans", "%!"} {
				if strings.Contains(text, no) {
					t.Errorf("%s: the letter says %q: %s", c.Key, no, text)
				}
			}
		}
		if len(c.Events) == 0 || len(c.Events) > 30 {
			t.Errorf("%s: %d events", c.Key, len(c.Events))
		}
		if finding := c.Substance != audit.Justified && c.Substance != audit.NotYet; finding != (c.Finding != "") {
			t.Errorf("%s: %s, finding %q", c.Key, c.Substance, c.Finding)
		}
	}
	for key := range want {
		t.Errorf("no case of %s", key)
	}
}

// Where all wait alike, no more than the nominal share is watched, however the
// waits are censored.
func TestStalledPeersAreCalibrated(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	watched, all := 0, 0
	for trial := range 200 {
		s := &stalledState{}
		var going []int64
		n := 60 + rng.IntN(400)
		for range n {
			wait, seen := int64(rng.ExpFloat64()*200), int64(rng.IntN(1000))
			if trial%2 == 0 {
				wait = int64(100 + rng.IntN(300))
			}
			x := stalledSpell{stratum: "line 8192-16383", ended: wait <= seen, days: min(wait, seen)}
			if !x.ended {
				going = append(going, x.days)
			}
			s.peers.AddN(x.name(), 1)
		}
		p := s.waits(.05, 30)
		longest, ok := p.longest["line 8192-16383"]
		if !ok {
			continue
		}
		k := 0
		for _, d := range going {
			if d > longest {
				k++
			}
		}
		if float64(k) > .05*float64(n)+1e-9 {
			t.Fatalf("trial %d: %d of %d are watched", trial, k, n)
		}
		watched, all = watched+k, all+n
	}
	if all == 0 || watched == 0 {
		t.Errorf("%d of %d watched: the test is vacuous", watched, all)
	}
}

func TestStalledShare(t *testing.T) {
	for _, x := range []struct {
		amount int64
		share  float64
		want   int64
	}{{100010, .05, 5001}, {2000000, .01, 20000}, {0, .05, 0}, {1, .05, 1}, {9_000_000_000_000_000, .05, 450_000_000_000_000}, {333, 1, 333}} {
		if got := stalledShare(x.amount, x.share); got != x.want {
			t.Errorf("%v of %d is %d, want %d", x.share, x.amount, got, x.want)
		}
	}
}

func TestStalledDecodeGarbage(t *testing.T) {
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntables: {limits: {files: [x.parquet]}}\n"), []*audit.Check{StalledLimit})
	if err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Plan: plan, Settings: plan.Settings(stalledName), Layouts: map[string]*audit.Layout{"limits": audit.NewLayout(nil)}}
	s, err := newStalledState(env)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		x := stalledSpell{stratum: "line 1-1", ended: true, days: int64(i)}
		s.peers.AddN(x.name(), 3)
		k := &cases.Kept{Notes: []int64{9, 0}}
		k.Key, k.Rules = fmt.Sprint(i), []string{"R2.1"}
		s.cases.Add(k)
		s.n[stalledCohort]++
	}
	good, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			fresh, _ := newStalledState(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		fresh, _ := newStalledState(env)
		if fresh.UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}
