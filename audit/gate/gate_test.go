package gate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"evenhand/audit"
	"evenhand/audit/gate"
	"evenhand/features"
)

// suite is the checks of a run, and known besides what a plan may name.
func suite() []*audit.Check {
	words := func(en, zh string, names ...string) map[string]audit.Text {
		out := map[string]audit.Text{}
		for _, n := range names {
			out[n] = audit.T(en, zh)
		}
		return out
	}
	return []*audit.Check{
		{Name: "lost", Article: "001", Title: audit.T("Lost", "丢失")},
		{Name: "stalled", Article: "002", Title: audit.T("Stalled", "停滞")},
		{Name: "parity", Title: audit.T("Parity", "均等"), Words: words("adverse impact ratio", "影响比率", "air")},
		{Name: "drift", Title: audit.T("Drift", "漂移"), Words: words("stability index", "稳定性指标", "psi")},
		{Name: "idle", Title: audit.T("Idle", "闲置")},
	}
}

func known() []*audit.Check {
	return append(suite(), &audit.Check{Name: "stress", Words: map[string]audit.Text{"loss": audit.T("loss", "损失")}})
}

func plan(t *testing.T, text string) *audit.Plan {
	t.Helper()
	p, err := audit.ParsePlan("audit.yaml", []byte("version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: x}}\n"+text), known())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func number(check, name, period, segment, group string, v, low, high float64, s audit.Status) audit.Metric {
	m := audit.NewMetric(check, name)
	m.Period, m.Segment, m.Group, m.Value, m.Low, m.High, m.Status = period, segment, group, v, low, high, s
	return m
}

// result has one finding of each kind: S1 proven, S2 of a metric, S3, S4.
func result() *audit.Result {
	nan := math.NaN()
	r := &audit.Result{
		Metrics: []audit.Metric{
			number("parity", "air", "", "", "sex=F", .743, .70, .79, audit.Fail),
			number("parity", "air", "", "", "age=<25", .85, .78, .91, audit.Pass),
			number("parity", "air", "", "product=cash", "sex=F", .91, .80, 1.02, audit.Pass),
			number("parity", "air", "", "product=card", "sex=F", nan, nan, nan, audit.Insufficient),
			number("drift", "psi", "2026-05", "", "", .05, nan, nan, audit.Pass),
			number("drift", "psi", "2026-06", "", "", .31, .25, .37, audit.Fail),
			number("drift", "psi", "2026-06", "", "score=x", .01, .0, .02, audit.Pass),
		},
		Findings: []audit.Finding{
			{ID: "00000000a1", Check: "lost", Severity: audit.S1, Substance: audit.Unjustified, Grade: audit.E1, Cause: "LOST_UPDATE", Title: audit.T("lost increases", "提额丢失"), Cases: 40, Amount: 500_000},
			{ID: "00000000b2", Check: "parity", Severity: audit.S2, Title: audit.T("women are approved less", "女性通过率偏低"), Harm: 120},
			{ID: "00000000c3", Check: "stalled", Severity: audit.S3, Cause: "DATA_STALE", Title: audit.T("stalled limits", "额度停滞"), Cases: 7},
			{ID: "00000000d4", Check: "drift", Severity: audit.S4, Title: audit.T("scores moved", "评分漂移")},
		},
		Coverage: []audit.Coverage{
			{Check: "lost", Status: "ran", Judged: 900, Cases: 40}, {Check: "stalled", Status: "degraded", Judged: 50},
			{Check: "parity", Status: "ran", Judged: 900}, {Check: "drift", Status: "skipped", Why: []audit.Text{audit.T("no score", "无评分")}},
			{Check: "idle", Status: "ran"},
		},
		Tallies: map[string]features.Tally{"decisions": {Columns: map[string]features.ColumnTally{"a": {Bad: 2, BadNull: 1}, "b": {Bad: 4}}}},
	}
	r.Findings[1].Metrics = []string{r.Metrics[0].ID(), r.Metrics[1].ID()}
	r.Findings[3].Metrics = []string{r.Metrics[5].ID()}
	return r
}

func verdict(t *testing.T, text string) *gate.Verdict {
	t.Helper()
	return gate.Evaluate(gate.Input{Plan: plan(t, text), Checks: suite(), Result: result()})
}

// failed are the keys of the gates that failed.
func failed(v *gate.Verdict) string {
	var out []string
	for _, g := range v.Failed() {
		out = append(out, strings.TrimPrefix(g.Key, "gates."))
	}
	return strings.Join(out, " ")
}

func TestGates(t *testing.T) {
	for _, test := range []struct{ gates, failed string }{
		{"fail_on: fail", "fail_on"},
		{"fail_on: never", ""},
		{"fail_on: never, findings: [{check: lost}]", "findings.1"},
		{"fail_on: never, findings: [{check: idle}, {id: 00000000c3}, {id: 00000000c4}]", "findings.2"},
		{"fail_on: never, findings: [{cause: DATA_STALE, level: warn}, {cause: DATA_STALE, level: fail}]", "findings.1"},
		{"fail_on: never, findings: [{pattern: 002}, {pattern: 003}, {pattern: 001, check: stalled}]", "findings.1"},
		{"fail_on: never, findings: [{cases_over: 119}, {cases_over: 120}, {check: lost, cases_over: 39}, {check: lost, cases_over: 40}, {amount_over: 4999.99}, {amount_over: 5000}]", "findings.1 findings.3 findings.5"},
		{"fail_on: never, findings: [{level: info, check: drift}, {level: warn, check: drift}]", "findings.1"},
		{"fail_on: never, findings: [{check: stress}]", ""}, // not of this run

		{"fail_on: never, metrics: [{name: air, below: 0.8}, {name: air, below: 0.74}, {name: air, below: 0.8, group: age}]", "metrics.1"},
		{"fail_on: never, metrics: [{name: air, below: 0.8, group: age, bound: low}, {name: air, below: 0.78, bound: high}]", "metrics.1"},
		{"fail_on: never, metrics: [{name: air, above: 1, segment: product}, {name: air, above: 1, bound: high}]", "metrics.2"},
		{"fail_on: never, metrics: [{name: air, below: 0.8, segment: product}, {name: air, below: 0.95, segment: product=cash}, {name: air, below: 0.8, segment: all}]", "metrics.2 metrics.3"},
		{"fail_on: never, metrics: [{name: air, below: 0.8, segment: product=card}]", "metrics.1"}, // nothing to hold
		{"fail_on: never, metrics: [{name: air, below: 0.8, segment: product=card, insufficient: pass}]", ""},
		{"fail_on: never, metrics: [{name: air, below: 0.8, segment: product, insufficient: fail}]", "metrics.1"},
		{"fail_on: never, metrics: [{name: psi, above: 0.25, period: 2026-05}, {name: psi, above: 0.25, period: last}, {name: psi, above: 0.25, period: all}]", "metrics.2 metrics.3"},
		{"fail_on: never, metrics: [{name: psi, above: 0.25, period: last, group: score}, {check: drift, name: psi, above: 0.3, group: all}]", "metrics.2"},
		{"fail_on: never, metrics: [{name: psi, above: 0.25, bound: low, period: last}, {name: psi, above: 0.26, bound: low, period: last}]", ""},
		{"fail_on: never, metrics: [{name: psi, above: 0.4, below: 0.02}]", "metrics.1"},
		{"fail_on: never, metrics: [{name: loss, above: 1}, {check: stress, name: loss, above: 1}]", ""}, // of another run

		{"fail_on: never, insufficient: fail", "insufficient"},
		{"fail_on: never, insufficient: ignore", ""},
		{"fail_on: never, require: [{check: lost}, {check: lost, rows: 900}, {check: lost, rows: 901}]", "require.3"},
		{"fail_on: never, require: [{check: stalled, rows: 50}, {check: drift}, {check: idle}, {check: stress}]", "require.2 require.3"},
		{"fail_on: never, refused_cells: 7", ""},
		{"fail_on: never, refused_cells: 6", "refused_cells"},
		{"fail_on: info, refused_cells: 0, metrics: [{name: psi, above: 9}], require: [{check: drift}]", "fail_on require.1 refused_cells"},
	} {
		v := verdict(t, "gates: {"+test.gates+"}\n")
		if got := failed(v); got != test.failed {
			t.Errorf("%s: failed %q, want %q", test.gates, got, test.failed)
		}
		if want := min(len(v.Failed()), 1); v.Code() != want {
			t.Errorf("%s: code %d, want %d", test.gates, v.Code(), want)
		}
		if len(v.Passed())+len(v.Failed()) != len(v.Gates) {
			t.Errorf("%s: a gate neither passed nor failed", test.gates)
		}
		for _, g := range v.Gates {
			if s := g.Sentence(); g.Asks.En == "" || g.Asks.Zh == "" || g.Saw.En == "" || g.Saw.Zh == "" || !strings.HasPrefix(g.Place, "audit.yaml:") || strings.Contains(s.En+s.Zh, "  ") {
				t.Errorf("%s: %q, %q", test.gates, s.En, s.Zh)
			}
		}
	}
}

// A skip in the plan is a decision, not an accident.
func TestSkippedByPlan(t *testing.T) {
	if v := verdict(t, "skip: [drift, idle]\ngates: {fail_on: never, insufficient: fail}\n"); v.Code() != 0 {
		t.Error(v.Failed())
	}
}

func TestFailOnFlag(t *testing.T) {
	p := plan(t, "gates: {fail_on: never}\n")
	for level, code := range map[string]int{"": 0, "never": 0, "info": 1, "warn": 1, "fail": 1} {
		if v := gate.Evaluate(gate.Input{Plan: p, Checks: suite(), Result: result(), FailOn: level}); v.Code() != code {
			t.Errorf("-fail-on %s: code %d, want %d", level, v.Code(), code)
		}
	}
	if p.Gates.FailOn != "never" {
		t.Error("the plan was changed")
	}
}

func TestSentences(t *testing.T) {
	v := verdict(t, `gates:
  findings: [{pattern: 002, cases_over: 5}]
  metrics:
    - {name: air, group: sex, below: 0.8, bound: high}
    - {name: air, segment: product=card, below: 0.8}
  insufficient: fail
  require: [{check: drift, rows: 100}]
  refused_cells: 0
waivers:
  - {id: W-1, reason: r, owner: o, expires: 2026-03-31, finding: 00000000a1}
`)
	var en, zh []string
	for _, g := range v.Failed() {
		en, zh = append(en, g.Sentence().En), append(zh, g.Sentence().Zh)
	}
	r := result()
	if d := cmp.Diff([]string{
		"gate gates.fail_on (audit.yaml:4) failed: it asks for no finding of level fail; it saw 2, the first of them “lost increases” (00000000a1), whose waiver W-1 expired on 2026-03-31",
		"gate gates.findings.1 (audit.yaml:5) failed: it asks for no finding with complaint 002, more than 5 cases; it saw “stalled limits” (00000000c3)",
		"gate gates.metrics.1 (audit.yaml:7) failed: it asks for adverse impact ratio (sex, high end of the interval) not below 0.8; it saw 0.79 for sex=F (" + r.Metrics[0].ID() + "), 1 past it out of 2 numbers, besides 1 insufficient or withheld",
		"gate gates.metrics.2 (audit.yaml:8) failed: it asks for adverse impact ratio (product=card) not below 0.8; it saw no number with enough rows, besides 1 insufficient or withheld",
		"gate gates.insufficient (audit.yaml:9) failed: it asks for every check to have run and judged a row; it saw 1 skipped (drift) and 1 without a row judged (idle)",
		"gate gates.require.1 (audit.yaml:10) failed: it asks for drift to have run and judged at least 100 rows; it saw that it was skipped: no score",
		"gate gates.refused_cells (audit.yaml:11) failed: it asks for at most 0 unreadable cells; it saw 7",
	}, en); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		"门禁 gates.fail_on（audit.yaml:4）未通过。要求：没有 fail 级问题；实际：有 2 项，首项为“提额丢失”（00000000a1），其豁免 W-1 已于 2026-03-31 到期",
		"门禁 gates.findings.1（audit.yaml:5）未通过。要求：没有投诉类别为 002、案例多于 5 个的问题；实际：有 1 项：“额度停滞”（00000000c3）",
		"门禁 gates.metrics.1（audit.yaml:7）未通过。要求：影响比率（sex，区间上限）不低于 0.8；实际：sex=F 为 0.79（" + r.Metrics[0].ID() + "），2 个数值中 1 个越限，另有 1 个样本不足或隐去",
		"门禁 gates.metrics.2（audit.yaml:8）未通过。要求：影响比率（product=card）不低于 0.8；实际：没有样本充足的数值，另有 1 个样本不足或隐去",
		"门禁 gates.insufficient（audit.yaml:9）未通过。要求：每项检查都已运行并至少判定一行；实际：1 项未运行（drift），1 项未判定任何行（idle）",
		"门禁 gates.require.1（audit.yaml:10）未通过。要求：检查 drift 已运行并至少判定 100 行；实际：该检查未运行：无评分",
		"门禁 gates.refused_cells（audit.yaml:11）未通过。要求：无法读取的单元格不多于 0 个；实际：有 7 个",
	}, zh); d != "" {
		t.Error(d)
	}
}

const everything = `gates:
  fail_on: info
  findings: [{pattern: 002}, {level: info}]
  metrics: [{name: air, below: 0.8}, {name: psi, above: 0.2, period: last}]
  insufficient: fail
  require: [{check: drift}]
  refused_cells: 0
waivers:
  - {id: W-1, reason: r, owner: o, expires: 2026-12-31, finding: 00000000a1}
  - {id: W-2, reason: r, owner: o, expires: 2026-12-31, check: parity, group: sex=F}
  - {id: W-3, reason: r, owner: o, expires: 2026-03-31, check: stalled, cause: DATA_STALE}
`

// The law of waivers: whatever is waived, nothing of the result changes, and the
// order of the result is nothing to the verdict.
func TestEvaluateChangesNothing(t *testing.T) {
	p := plan(t, everything)
	r := result()
	first := gate.Evaluate(gate.Input{Plan: p, Checks: suite(), Result: r})
	if d := cmp.Diff(result(), r, cmpopts.EquateNaNs()); d != "" {
		t.Fatalf("the result was changed:\n%s", d)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		rng.Shuffle(len(r.Findings), func(i, j int) { r.Findings[i], r.Findings[j] = r.Findings[j], r.Findings[i] })
		rng.Shuffle(len(r.Coverage), func(i, j int) { r.Coverage[i], r.Coverage[j] = r.Coverage[j], r.Coverage[i] })
		order := slices.Clone(r.Findings)
		again := gate.Evaluate(gate.Input{Plan: p, Checks: suite(), Result: r})
		if d := cmp.Diff(first, again, cmpopts.IgnoreUnexported(gate.Verdict{})); d != "" {
			t.Fatalf("another order gives another verdict:\n%s", d)
		}
		if d := cmp.Diff(order, r.Findings); d != "" {
			t.Fatal("the findings were sorted in place")
		}
	}
}
