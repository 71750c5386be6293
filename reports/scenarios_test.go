package reports

import (
	"math"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// scenarioReport is a report of nothing but scenarios and candidates.
func scenarioReport(t *testing.T) *Report {
	t.Helper()
	words := map[string]audit.Text{}
	check := func(name string) *audit.Check {
		return &audit.Check{Name: name, Title: audit.T(name, name), Chapter: "scenarios", Doc: "a\n\nb", DocZh: "a\n\nb", Words: words}
	}
	res := &audit.Result{Coverage: []audit.Coverage{{Check: "lessdiscriminatory", Status: "ran", Judged: 1000}, {Check: "stress", Status: "ran", Judged: 1000}}}
	add := func(check, name, segment, group string, v float64, k int64) {
		m := audit.NewMetric(check, name)
		m.Segment, m.Group, m.Value, m.K, m.N, m.Status = segment, group, v, k, 1000, audit.Pass
		if strings.Contains(name, "impact") {
			m.Low, m.High = v-0.1, v+0.1
		}
		words[name] = audit.T(name, name)
		res.Metrics = append(res.Metrics, m)
	}
	for _, c := range []struct {
		name                string
		rate, air, loss, by float64
	}{{"today", .7, .8, 100, 1}, {"drop=x", .7, .85, 99, 0}, {"x×0.5", .69, .79, 101, 2}, {"cutoff-10", .8, .9, 150, 0}, {"cutoff+10", .6, .7, 60, 0}} {
		add("lessdiscriminatory", "lda_approval_rate", "candidate="+c.name, "", c.rate, int64(c.rate*1000))
		add("lessdiscriminatory", candidateImpact, "candidate="+c.name, "", c.air, 0)
		add("lessdiscriminatory", "lda_expected_loss", "candidate="+c.name, "", c.loss, 0)
		add("lessdiscriminatory", "lda_dominated_by", "candidate="+c.name, "", c.by, 0)
	}
	for _, s := range []struct {
		name      string
		rate, air float64
		in, out   int64
	}{{"today", .7, .8, 0, 0}, {"cutoff-10", .8, 1.25, 100, 0}, {"cutoff+10", .6, .7, 0, 100}, {"off=<debt>", .75, .81, 50, 0}, {"recorded", .5, .5, 0, 0}} {
		add("stress", "scenario_approval_rate", "scenario="+s.name, "", s.rate, int64(s.rate*1000))
		add("stress", scenarioImpact, "scenario="+s.name, "sex=F", s.air, 0)
		if s.in+s.out > 0 {
			add("stress", scenarioSwaps, "scenario="+s.name, "", float64(s.in)/1000, s.in)
			add("stress", "scenario_swap_out_rate", "scenario="+s.name, "", float64(s.out)/1000, s.out)
		}
	}
	return New(Input{Plan: &audit.Plan{AsOf: "2026-06-30"}, Checks: []*audit.Check{check("lessdiscriminatory"), check("stress")}, Result: res})
}

// TestScenarioPage: a page of scenarios says that it is no audit, has no tiles of
// one, and no empty chapters.
func TestScenarioPage(t *testing.T) {
	r := scenarioReport(t)
	var s strings.Builder
	if err := writeHTML(r, &s); err != nil {
		t.Fatal(err)
	}
	page := s.String()
	for _, want := range []string{"Scenarios, no audit: ", "under 10 scenarios and candidates for review", "此为情景分析，并非审计", "Scenarios of the credit policy", `id=chapter-scenarios`, "candidates for review, never advice", "off=&lt;debt&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, no := range []string{`id=chapter-denials`, "The five complaints", "not audited"} {
		if strings.Contains(page, no) {
			t.Errorf("the page has %q", no)
		}
	}
}

func TestFrontier(t *testing.T) {
	r := scenarioReport(t)
	f := r.candidateFrontier("lessdiscriminatory")
	if f == nil || !strings.Contains(f.Title.En, "drop=x approves no fewer, at no more expected loss, with a least adverse impact ratio of 0.850 instead of 0.800 (within the interval of today's)") || !strings.Contains(f.Title.Zh, "drop=x") {
		t.Fatalf("%+v", f)
	}
	dots := map[string]int{}
	var least, most svg.Shape
	for _, s := range f.Shapes {
		if strings.HasPrefix(s.Class, "dot ") {
			dots[s.Class]++
			if strings.HasPrefix(s.Tip.En, "cutoff+10") {
				least = s
			}
			if strings.HasPrefix(s.Tip.En, "cutoff-10") {
				most = s
			}
		}
	}
	if dots["dot s2 flag"] != 1 || dots["dot s1"] != 3 || dots["dot rest"] != 1 {
		t.Errorf("dots %v", dots)
	}
	if !(least.A < most.A && least.X < most.X && least.Y > most.Y) {
		t.Errorf("the least loss at %+v, the most at %+v", least, most)
	}
	if len(f.Data.Rows) != 5 || f.Desc.En == "" || f.Desc.Zh == "" {
		t.Errorf("data of %d rows", len(f.Data.Rows))
	}
	f = r.scenarioFrontier("stress")
	if f == nil || !strings.Contains(f.Title.En, "from 0.700 (cutoff+10)") || strings.Contains(f.Title.En, "recorded") {
		t.Fatalf("%+v", f)
	}
	if oneSided(1.25) != 0.8 || oneSided(0.8) != 0.8 || !math.IsNaN(oneSided(math.NaN())) {
		t.Error("a ratio above one is not its inverse")
	}
	swaps := r.swapBars([]*audit.Metric{&r.res.Metrics[0]})
	if swaps != nil {
		t.Error("bars of nothing")
	}
	var ins []*audit.Metric
	for i := range r.res.Metrics {
		if r.res.Metrics[i].Name == scenarioSwaps {
			ins = append(ins, &r.res.Metrics[i])
		}
	}
	if swaps = r.swapBars(ins); swaps == nil || !strings.Contains(swaps.Title.En, "100 in and 0 out of 1,000") && !strings.Contains(swaps.Title.En, "0 in and 100 out of 1,000") {
		t.Errorf("%+v", swaps)
	}
}
