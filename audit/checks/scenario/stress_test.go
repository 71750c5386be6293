package scenario

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"evenhand/audit"
)

// agrees holds a scenario against the replay of the lender that was changed so.
func agrees(t *testing.T, r *audit.Result, name string, want, today *replayed) {
	t.Helper()
	seg := scenario(name)
	if m := metricOf(t, r, "scenario_approval_rate", seg, ""); m.K != want.all() {
		t.Errorf("%s: %d approvals, a replay gives %d", name, m.K, want.all())
	}
	m := metricOf(t, r, "scenario_adverse_impact_ratio", seg, "sex=F")
	if m.K != want.approved["F"] || m.KRef != want.approved["M"] || m.N != want.n["F"] || m.NRef != want.n["M"] {
		t.Errorf("%s: %d of %d against %d of %d, a replay gives %v of %v", name, m.K, m.N, m.KRef, m.NRef, want.approved, want.n)
	}
	if air := float64(m.K) / float64(m.N) / (float64(m.KRef) / float64(m.NRef)); math.Abs(m.Value-air) > 1e-12 || !(m.Low < m.Value && m.Value < m.High) {
		t.Errorf("%s: ratio %v [%v, %v], want %v", name, m.Value, m.Low, m.High, air)
	}
	var in, out, both int64
	for id := range want.ids {
		if today.ids[id] {
			both++
		} else {
			in++
		}
	}
	out = today.all() - both
	for metric, k := range map[string]int64{"scenario_swap_in_rate": in, "scenario_swap_out_rate": out, "scenario_overlap": both} {
		if m := metricOf(t, r, metric, seg, ""); m.K != k {
			t.Errorf("%s: %s %d, a replay gives %d", name, metric, m.K, k)
		}
	}
	var limit int64
	for _, x := range want.limit {
		limit += x
	}
	if m := metricOf(t, r, "scenario_exposure", seg, ""); math.Abs(m.Value-float64(limit)/100) > 1e-6 {
		t.Errorf("%s: exposure %v, a replay gives %v", name, m.Value, float64(limit)/100)
	}
	if want.bads == 0 {
		return
	}
	if m := metricOf(t, r, "scenario_expected_bad_rate", seg, ""); math.Abs(m.Value-want.bads/float64(want.all())) > 1e-8 {
		t.Errorf("%s: expected bad rate %v, a replay gives %v", name, m.Value, want.bads/float64(want.all()))
	}
	if m := metricOf(t, r, "scenario_expected_loss", seg, ""); math.Abs(m.Value-want.loss*0.5/100) > 1e-5*want.loss {
		t.Errorf("%s: expected loss %v, a replay gives %v", name, m.Value, want.loss*0.5/100)
	}
}

// TestStressIsReplay: what is read off counts, and what is replayed as edited,
// is what the replay of a lender who is so gives.
func TestStressIsReplay(t *testing.T) {
	for _, tie := range []string{"pass", "fail"} {
		l := aLender()
		l.tie = tie
		l.settings = `stress: {own: [{name: mine, cutoff: -7, off: [debt], limit: 0.9, features: {income: "×1.2", loans: "+1"}}]}`
		r, today := l.run(t, Stress, 1), l.replay(t)
		if n := today.all(); n < 100 || n > 600 {
			t.Fatalf("%d approvals: the test is vacuous", n)
		}
		for _, d := range grid {
			x := l
			x.cut, x.refer = fmt.Sprintf("%d.0", 540+d), fmt.Sprintf("%d.0", 530+d)
			agrees(t, r, shiftName(d), x.replay(t), today)
		}
		for name, edit := range map[string]func(*lender){
			"refer=approved": func(x *lender) { x.cut, x.refer = "530.0", "530.0" },
			"off=debt":       func(x *lender) { x.dti = "dti > 100.0" },
			"limit×0.8":      func(x *lender) { x.cap = 0.8 },
			"limit×1.2":      func(x *lender) { x.cap = 1.2 },
			"income-10%":     func(x *lender) { x.earn = 0.9 },
			"lenders+1":      func(x *lender) { x.more = 1 },
			"mine": func(x *lender) {
				x.cut, x.refer, x.dti, x.cap, x.earn, x.more = "533.0", "523.0", "dti > 100.0", 0.9, 1.2, 1
			},
		} {
			x := l
			edit(&x)
			if name == "income-10%" || name == "mine" { // the generator rounds incomes, and so does the step, but not the plan's own ×
				if name == "mine" {
					continue
				}
			}
			agrees(t, r, name, x.replay(t), today)
		}
	}
}

// TestOwn is a scenario of the plan's own without rounding.
func TestOwn(t *testing.T) {
	l := aLender()
	l.settings = `stress: {own: [{name: mine, cutoff: -7, off: [debt], limit: 0.9, features: {loans: "+1"}}]}`
	x := l
	x.cut, x.refer, x.dti, x.cap, x.more = "533.0", "523.0", "dti > 100.0", 0.9, 1
	agrees(t, l.run(t, Stress, 1), "mine", x.replay(t), l.replay(t))
}

// TestSwaps: approvals are those of today, less whom it swaps out, plus whom it
// swaps in, over all rows and in each group.
func TestSwaps(t *testing.T) {
	for _, scored := range []bool{false, true} {
		l := aLender()
		l.score = scored
		r, seen := l.run(t, Stress, 1), 0
		today := metricOf(t, r, "scenario_approval_rate", "scenario=today", "").K
		for _, m := range r.Metrics {
			if m.Name != "scenario_overlap" {
				continue
			}
			seen++
			n := metricOf(t, r, "scenario_approval_rate", m.Segment, "").K
			in, out := metricOf(t, r, "scenario_swap_in_rate", m.Segment, "").K, metricOf(t, r, "scenario_swap_out_rate", m.Segment, "").K
			if n != today-out+in || m.K != n-in || m.N != n+out {
				t.Errorf("%s: %d approvals of %d today, %d out, %d in, overlap %d of %d", m.Segment, n, today, out, in, m.K, m.N)
			}
			sum := int64(0)
			for _, g := range []string{"F", "M"} {
				sum += metricOf(t, r, "scenario_swap_out_rate", m.Segment, "sex="+g).K
			}
			if sum != out {
				t.Errorf("%s: groups swap out %d of %d", m.Segment, sum, out)
			}
		}
		if seen < 20 {
			t.Errorf("%d scenarios", seen)
		}
		if m := metricOf(t, r, "scenario_expected_bad_rate", "scenario=cutoff+10", ""); !(m.Value > 0 && m.Value < 1) {
			t.Errorf("scored %v: expected bad rate %v", scored, m.Value)
		}
	}
}

// TestWorkers: nothing depends on who reads what.
func TestWorkers(t *testing.T) {
	for _, c := range []*audit.Check{Stress, ReverseStress, LessDiscriminatory} {
		l := aLender()
		want := l.run(t, c, 1)
		for _, workers := range []int{2, 5} {
			if got := l.run(t, c, workers); fmt.Sprintf("%+v", got.Metrics) != fmt.Sprintf("%+v", want.Metrics) || !reflect.DeepEqual(got.Coverage, want.Coverage) {
				t.Errorf("%s differs for %d workers", c.Name, workers)
			}
		}
	}
}

func TestBands(t *testing.T) {
	for near, want := range map[int32]int{never: 0, -81: 0, -80: 1, -21: 3, -20: 4, -1: 4, 0: 5, 19: 5, 20: 6, 79: 8, 80: 9, 99: 9, always: 10} {
		if got := bandOf(near); got != want {
			t.Errorf("band of %d is %d, want %d", near, got, want)
		}
	}
	var o outcomes
	for range 10 {
		o.add(5, 1, math.NaN())
		o.add(5, 0, math.NaN())
	}
	o.add(-30, 0, math.NaN())
	o.add(45, -1, 0.25)
	rates := o.rates(5)
	if rates[5] != 0.5 || rates[0] != 0.5 || rates[7] != 0.25 || rates[6] != 0.5 || rates[8] != 0.25 {
		t.Errorf("rates %v", rates)
	}
}

// A cut-off of a probability moves by log-odds, and equal is equal.
func TestProbabilityShift(t *testing.T) {
	w := &world{pdo: 20}
	p := func(points float64) float64 { return 1 / (1 + math.Exp(-(logit(0.3) - points*math.Ln2/20))) }
	for _, c := range []struct {
		x    float64
		tie  bool
		want int32
	}{{0.3, true, 0}, {0.3, false, -1}, {p(4.5), true, 4}, {p(-4.5), true, -5}, {p(0.5), false, 0}, {0, true, always}, {1, true, never}} {
		if got := w.lastShift(c.x, 0.3, true, c.tie, false); got != c.want {
			t.Errorf("%v: last shift %d, want %d", c.x, got, c.want)
		}
	}
	// Points: as the replay of the shifted cut-off compares.
	for _, c := range []struct {
		x, a  float64
		lower bool
		tie   bool
		want  int32
	}{{600, 590, false, true, 10}, {600, 590, false, false, 9}, {589.5, 590, false, true, -1}, {590, 600, true, true, 10}, {600, 590, true, true, -10}, {1e9, 590, false, true, always}, {0, 590, false, true, never}, {590.3, 590.3, false, true, 0}} {
		if got := w.lastShift(c.x, c.a, c.lower, c.tie, false); got != c.want {
			t.Errorf("%v against %v: last shift %d, want %d", c.x, c.a, got, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	for s, want := range map[string]float64{"×0.9": 90, "x1.5": 150, "*2": 200, "+7": 107, "-7": 93, "=3": 3} {
		c, err := parseChange(s)
		if got := c.of(100); err != nil || got != want {
			t.Errorf("%s: %v (%v), want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "7", "×", "+x", "=NaN"} {
		if _, err := parseChange(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
	c := change{times: 0.9, step: 10, least: 0, most: 1000}
	if c.of(100) != 90 || c.of(44) != 44 || c.of(46) != 46 || c.of(2000) != 1000 || !math.IsNaN(c.of(math.NaN())) {
		t.Errorf("steps: %v %v %v %v", c.of(100), c.of(44), c.of(46), c.of(2000))
	}
}

func TestSettings(t *testing.T) {
	for _, bad := range []string{
		"stress: {months: -1}", "stress: {pdo: 0}", "stress: {lgd: 2}", "stress: {own: [{cutoff: 1}]}", "stress: {own: [{name: a}, {name: a}]}",
		"stress: {own: [{name: a, cutoff: 500}]}", "stress: {own: [{name: a, off: [nothing]}]}", `stress: {own: [{name: a, features: {income: "7"}}]}`,
		"stress: {own: [{name: a, limit: -1}]}",
	} {
		l := aLender()
		l.settings = bad
		plan, err := audit.ParsePlan("plan.yaml", []byte(l.plan()), []*audit.Check{Stress})
		if err != nil {
			t.Fatalf("%s: %v", bad, err)
		}
		policies, err := plan.LoadPolicies(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := plan.Settings(stressName).(*StressSettings).Validate(&audit.Env{Plan: plan, Policies: policies}); err == nil || !strings.HasPrefix(err.Error(), "checks: stress:") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, bad := range []ReverseSettings{{}, {PDO: 20, LGD: .5}, {PDO: 20, LGD: .5, Ratio: 1, Rise: -1, Approvals: 1}, {PDO: 20, LGD: .5, Ratio: 1, Loss: -1, Approvals: 1}, {PDO: 20, LGD: .5, Ratio: 1}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	good := LDASettings{PDO: 20, LGD: .5, Sample: 10, AUCLoss: .1, PointsStep: 1, Moves: 1, Most: 1}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for k, bad := range []func(*LDASettings){func(s *LDASettings) { s.Sample = 0 }, func(s *LDASettings) { s.AUCLoss = -1 }, func(s *LDASettings) { s.PointsStep = 0 }, func(s *LDASettings) { s.Moves = -1 }, func(s *LDASettings) { s.Most = 0 }, func(s *LDASettings) { s.PDO = 0 }} {
		s := good
		if bad(&s); s.Validate() == nil {
			t.Errorf("setting %d is taken", k)
		}
	}
}
