package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const gatesPlan = `gates:
  fail_on: warn
  findings:
    - {pattern: 003, cases_over: 0}
    - {check: parity, amount_over: 1000.5}
    - {id: 0123456789}
  metrics:
    - {name: selection_rate_ratio, group: sex, period: all, below: 0.8, bound: high}
    - {check: drift, name: population_stability_index, above: 0, insufficient: fail}
  insufficient: fail
  require:
    - {check: parity, rows: 100}
    - {check: drift}
  refused_cells: 0
waivers:
  - id: W-1
    reason: the vendor's fix is due in September
    owner: head of credit
    expires: 2026-09-30
    finding: 0123456789
    max_cases: 40
  - {id: W-2, reason: r, owner: o, expires: "2026-12-31", check: parity, group: sex=F}
`

func TestPlanGates(t *testing.T) {
	p := parse(t, head+tables+gatesPlan)
	n := func(x int64) *int64 { return &x }
	f := func(x float64) *float64 { return &x }
	want := Gates{
		FailOn:   "warn",
		Findings: []FindingGate{{Pattern: "003", CasesOver: n(0)}, {Check: "parity", AmountOver: f(1000.5)}, {ID: "0123456789"}},
		Metrics: []MetricGate{
			{Name: "selection_rate_ratio", Group: "sex", Period: "all", Below: f(.8), Bound: "high"},
			{Check: "drift", Name: "population_stability_index", Above: f(0), Insufficient: "fail"},
		},
		Insufficient: "fail",
		Require:      []Required{{Check: "parity", Rows: 100}, {Check: "drift"}},
		RefusedCells: n(0),
	}
	if d := cmp.Diff(want, p.Gates); d != "" {
		t.Error(d)
	}
	waivers := []Waiver{
		{ID: "W-1", Reason: "the vendor's fix is due in September", Owner: "head of credit", Expires: "2026-09-30", Finding: "0123456789", MaxCases: n(40)},
		{ID: "W-2", Reason: "r", Owner: "o", Expires: "2026-12-31", Check: "parity", Group: "sex=F"},
	}
	if d := cmp.Diff(waivers, p.Waivers); d != "" {
		t.Error(d)
	}
	if got := p.Place("gates.metrics.2"); got != "audit.yaml:12" {
		t.Errorf("the second metric stands at %s", got)
	}
	if got := p.Place("gates.nowhere"); got != "audit.yaml:4" {
		t.Errorf("what is missing below gates stands at %s", got)
	}
	if err := matches(t, compiledSchema(t), []byte(head+tables+gatesPlan)); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
}

func TestAsOfDay(t *testing.T) {
	for as, want := range map[string]string{
		"2026-06-30":                "2026-06-30",
		"2026-06-30T23:30:00Z":      "2026-07-01", // in Shanghai
		"2026-06-30T12:00:00+08:00": "2026-06-30",
	} {
		if got := parse(t, "version: 1\nas_of: "+as+"\n"+tables).AsOfDay(); got != want {
			t.Errorf("as_of %s is %s, want %s", as, got, want)
		}
	}
	if got := (&Plan{}).AsOfDay(); got != "1970-01-01" {
		t.Errorf("an empty plan is as of %s", got)
	}
}
