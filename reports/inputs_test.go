package reports

import (
	"math"

	"evenhand/audit"
	"evenhand/features"
)

// hostile are strings that want to be more than text.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(2)>`,
	`' onmouseover='alert(3)`,
	`=cmd|'/c calc'!A1`,
	"javascript:alert(4)",
	"</style><b>bold</b>",
	"</title></svg><i>",
	"a\u202Egnp.exe\u2066b\u200B",
	"bell\a escape\x1b[31mred",
	"broken \xff\xfe utf-8",
	"{{.Plan}} ${x} %s %d",
	"<!-- comment -->",
}

// attack is a small run with a hostile string wherever data can come in.
func attack() Input {
	i := 0
	h := func() string { i++; return hostile[i%len(hostile)] }
	both := func() audit.Text { return audit.T(h(), h()) }
	m := audit.NewMetric("hostile", h())
	m.Period, m.Segment, m.Group, m.Reference = h(), h(), "g="+h(), h()
	m.Value, m.Low, m.High, m.Level, m.N, m.K, m.Threshold, m.Test, m.P = 0.5, 0.4, math.Inf(1), 0.95, 40, 20, 0.8, h(), 0.5
	m.Interval, m.EffectOf, m.Warnings = h(), h(), []audit.Text{both()}
	rate := audit.NewMetric("hostile", "selection_rate")
	rate.Group, rate.Value, rate.Low, rate.High, rate.N = "g="+hostile[0], 0.5, 0.4, 0.6, 40
	timed := rate
	timed.Period = "2026-01" + hostile[1]
	later := timed
	later.Period, later.Value = "2026-02"+hostile[2], 0.7
	kase := audit.Case{Check: "hostile", Table: h(), Key: hostile[1], Customer: h(), Account: h(), At: at(2026, 1, 1, 1), Product: h(), PolicyVersion: h(),
		ModelVersion: h(), Rules: []string{h()}, Cause: h(), Amount: math.MinInt64, Evidence: []audit.Item{{Name: h(), Value: h()}}, Finding: hostile[0]}
	second := kase
	second.Key, second.At, second.Cause = hostile[2], at(2026, 2, 1, 1), h()
	check := testCheck("hostile", "000", "fairness", "decisions", h(), h())
	check.Doc = h() + "\n\n" + h() + "\n  " + h()
	p := testPlan()
	p.Lender, p.AsOf, p.Name, p.Digest = h(), h(), "/etc/"+h(), h()
	p.Source = "lender: " + hostile[0] + "\r\n# " + hostile[7] + "\n"
	cov := audit.Coverage{Check: "hostile", Status: "degraded", Why: []audit.Text{both()}, Excluded: []audit.Excluded{{Guard: both(), Rows: 3}}, RowsIn: 9, Judged: 6, Cases: 2}
	r := &audit.Result{Cases: []audit.Case{kase, second}, Metrics: []audit.Metric{m, rate, timed, later}, Coverage: []audit.Coverage{cov}}
	r.Findings = []audit.Finding{{ID: hostile[0], Check: "hostile", Severity: audit.S2, Title: both(), What: both(), Cause: h(), Rules: []string{h()},
		Cases: 2, Customers: 2, Amount: -5, FirstSeen: kase.At, LastSeen: second.At, Samples: []string{kase.Key, second.Key}, Metrics: []string{rate.ID(), h()},
		Remedy: both(), Customer: both(), Clauses: []audit.Clause{{ID: "us-none", Text: both()}}}}
	r.Settle(audit.Honesty{Alpha: 0.05})
	r.Tests.Method = h()
	return Input{Plan: p, Checks: []*audit.Check{check}, Result: r, Binary: h(),
		Tables: []TableInput{{Name: h(), Rows: 9, Notes: []string{h()}, Files: []features.File{{Path: "/srv/" + h(), SHA256: h(), CreatedBy: h()}},
			Tally: features.Tally{Columns: map[string]features.ColumnTally{h(): {Rows: 40, Bad: 2, Example: "13800000000", Other: map[string]int64{h(): 30, "zzrare": 2}}}}}},
		Models: []ModelInput{{Version: h(), Format: h(), Name: h(), File: "/models/" + h(), SHA256: h(),
			Spec:  audit.ModelSpec{Version: h(), Product: h(), SHA256: h(), TrainedTo: h(), Deployed: h(), Retired: h()},
			Usage: &audit.ModelUsage{Rows: 1, Scored: 2, Cells: 2, Values: 1, LeastInput: h(), AgeMedian: -1}}}}
}

// clean is a run in which everything was judged and nothing found.
func clean() Input {
	m := audit.NewMetric("approvalparity", "selection_rate_ratio")
	m.Group, m.Reference, m.Value, m.Low, m.High, m.Level, m.N, m.Threshold, m.P, m.Test = "sex=F", "sex=M", 0.98, 0.95, 1.01, 0.95, 900, 0.8, 0.4, "fisher"
	r := &audit.Result{Metrics: []audit.Metric{m}, Coverage: []audit.Coverage{
		{Check: "approvalparity", Status: "ran", RowsIn: 2_000, Judged: 1_900, Excluded: []audit.Excluded{{Guard: audit.T("test rows", "测试行"), Rows: 100}}}}}
	r.Settle(audit.Honesty{Alpha: 0.05})
	return Input{Plan: testPlan(), Result: r, Binary: "evenhand v0.1.0",
		Checks: []*audit.Check{testCheck("approvalparity", "", "fairness", "decisions", "Approval rates of groups", "各群体的通过率")},
		Tables: []TableInput{{Name: "decisions", Rows: 2_000, Files: []features.File{{Path: "plans/d.parquet", Rows: 2_000, Size: 5, SHA256: digestOf("d"), CreatedBy: "parquet-go"}}}}}
}

var audit0 audit.Result
