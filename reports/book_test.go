package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// digestOf stands in for the digest of a file that does not exist.
func digestOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func at(year int, month time.Month, day, hour int) int64 {
	return time.Date(year, month, day, hour, 20, 0, 0, time.UTC).UnixMicro()
}

const planText = `version: 1
lender: Clearwater Consumer Finance (示例)
as_of: 2026-06-30
timezone: Asia/Shanghai
currency: CNY
tables:
  decisions:
    files: [decisions/]
    columns:
      outcome: {from: result, values: {PASS: approved, REJECT: denied}}
groups:
  sex: {column: gender, values: {"1": M, "2": F}, reference: M}
`

func testPlan() *audit.Plan {
	return &audit.Plan{
		Version: 1, Lender: "Clearwater Consumer Finance (示例)", AsOf: "2026-06-30", Currency: "CNY", Period: "month",
		Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		Digest:  digestOf(planText), Source: planText, Name: "plans/audit.yaml", Dir: "plans",
	}
}

func testCheck(name, article, chapter, table, en, zh string) *audit.Check {
	return &audit.Check{
		Name: name, Title: audit.T(en, zh), Article: article, Chapter: chapter,
		Doc:   en + "\n\nWhat it does, when, and by which formula:\n  value = k / n\n\nIt says nothing about intent. Limits: one export.\n\nSource: " + name + ".",
		DocZh: zh + "\n\n检查内容、适用情形与公式：\n  value = k / n\n\n不说明主观意图。局限：仅一次导出，\n不比较先后。\n\n来源：" + name + "。",
		Needs: audit.Needs{Tables: []audit.TableNeed{{Table: table}}},
		Words: map[string]audit.Text{
			"selection_rate":       audit.T("approval rate", "通过率"),
			"selection_rate_ratio": audit.T("approval-rate ratio (AIR)", "通过率影响比率（AIR）"),
			"psi":                  audit.T("population stability index (PSI)", "群体稳定性指数（PSI）"),
			"csi":                  audit.T("characteristic stability index (CSI)", "特征稳定性指数（CSI）"),
			"score_match_rate":     audit.T("recorded = recomputed score", "评分复算一致率"),
			"mismatch_rate":        audit.T("mismatch rate", "不一致率"),
			"M5_STALE":             audit.T("stale feature", "特征过期"),
			"M6_UNIT":              audit.T("wrong unit", "单位错误"),
			"M4_VERSION":           audit.T("wrong version", "版本错误"),
			"GENERIC_REASON":       audit.T("generic reason", "理由笼统"),
			"NO_NOTICE":            audit.T("no notice", "未告知"),
		},
	}
}

func testChecks() []*audit.Check {
	return []*audit.Check{
		testCheck("scorematch", "", "replication", "decisions", "Recorded scores against recomputed scores", "记录评分与复算评分比对"),
		testCheck("denialreason", "000", "denials", "decisions", "Denials and the reasons given", "拒绝与所给理由"),
		testCheck("vanishedincrease", "001", "limits", "limits", "Promised increases", "承诺的提额"),
		testCheck("stalledlimit", "002", "limits", "limits", "Stalled limits of punctual customers", "按时还款客户的额度停滞"),
		testCheck("phantomlimit", "003", "limits", "limits", "Limits displayed but not drawable", "显示却不可借的额度"),
		testCheck("approvalparity", "", "fairness", "decisions", "Approval rates of groups", "各群体的通过率"),
		testCheck("scoredrift", "", "drift", "decisions", "Stability of scores and features", "评分与特征的稳定性"),
	}
}

// lcg is a fixed sequence of numbers in [0, 1).
type lcg uint64

func (l *lcg) next() float64 {
	*l = *l*6364136223846793005 + 1442695040888963407
	return float64(*l>>11) / (1 << 53)
}

// realistic is a run with 10 findings, some 300 metrics and 2,000 cases.
func realistic() Input {
	rnd := lcg(7)
	r := &audit.Result{}
	addCases(r, &rnd)
	addParity(r, &rnd)
	addDrift(r, &rnd)
	addReplication(r, &rnd)
	r.Coverage = []audit.Coverage{
		{Check: "scorematch", Status: "ran", RowsIn: 48_210, Judged: 47_000, Cases: 300,
			Excluded: []audit.Excluded{{Guard: audit.T("test rows", "测试行"), Rows: 210}, {Guard: audit.T("no recorded score", "无记录评分"), Rows: 1_000}}},
		{Check: "denialreason", Status: "degraded", RowsIn: 48_210, Judged: 17_442, Cases: 1_000,
			Why:      []audit.Text{audit.T("decisions.appeal_offered is absent: routes of appeal are not assessed", "缺少 decisions.appeal_offered：无法评估申诉渠道")},
			Excluded: []audit.Excluded{{Guard: audit.T("not denied", "非拒绝"), Rows: 30_768}}},
		{Check: "vanishedincrease", Status: "ran", RowsIn: 91_004, Judged: 8_120, Cases: 400},
		{Check: "stalledlimit", Status: "skipped", Why: []audit.Text{audit.T("the export has no table repayments", "导出数据中没有 repayments 表")}},
		{Check: "phantomlimit", Status: "ran", RowsIn: 91_004, Judged: 22_310, Cases: 300},
		{Check: "approvalparity", Status: "ran", RowsIn: 48_210, Judged: 46_100},
		{Check: "scoredrift", Status: "ran", RowsIn: 48_210, Judged: 48_000},
	}
	addFindings(r)
	r.Settle(audit.Honesty{Alpha: 0.05})
	return Input{
		Plan: testPlan(), Checks: testChecks(), Result: r, Binary: "evenhand v0.1.0 go1.26",
		Tables: []TableInput{
			{Name: "limits", Rows: 91_004, Files: []features.File{{Path: "plans/limits.parquet", Size: 3_310_220, SHA256: digestOf("l"), Rows: 91_004, RowGroups: 2, CreatedBy: "DuckDB v1.1.3"}}},
			{Name: "decisions", Rows: 48_210, Notes: []string{"part-1.parquet: column score is compressed with the deprecated LZ4 codec, which writers understood differently; LZ4_RAW or zstd is safe"},
				Files: []features.File{
					{Path: "plans/decisions/dt=2026-02/part-1.parquet", Size: 1_402_117, SHA256: digestOf("b"), Rows: 20_000, RowGroups: 1, CreatedBy: "parquet-mr version 1.12.3"},
					{Path: "plans/decisions/dt=2026-01/part-0.parquet", Size: 2_002_117, SHA256: digestOf("a"), Rows: 28_210, RowGroups: 3, CreatedBy: "parquet-cpp-arrow version 15.0.2"}},
				Tally: features.Tally{Columns: map[string]features.ColumnTally{
					"score":            {Rows: 48_210, Nulls: 1_012, NaN: 12},
					"requested_amount": {Rows: 48_210, Rounded: 48_210},
					"decided_at":       {Rows: 48_210, Truncated: 48_210},
					"outcome":          {Rows: 48_210, Other: map[string]int64{"VOID": 214, "张三 13800000000": 1}},
					"product":          {Rows: 48_210},
				}}},
		},
		Models: []ModelInput{{Version: "sc-3.2", Format: "scorecard", Name: "Application scorecard", File: "models/sc32.yaml", SHA256: digestOf("m"), Rows: 47_000}},
	}
}

func addCases(r *audit.Result, rnd *lcg) {
	add := func(n int, check, table, cause string, s audit.Substance, d audit.Disclosure, g audit.Grade, from int64, days float64, amount float64, finding string) {
		for i := range n {
			c := audit.Case{Check: check, Table: table, Key: fmt.Sprintf("%s-%05d", finding[:4], i), Customer: fmt.Sprintf("c%06d", int(rnd.next()*40000)),
				At: from + int64(rnd.next()*days*24)*3_600_000_000, Product: []string{"cash", "card"}[i%2], PolicyVersion: "p7", ModelVersion: "sc-3.2",
				Substance: s, Disclosure: d, Grade: g, Cause: cause, Rules: []string{"R0.1"}, Finding: finding, Amount: int64(rnd.next() * amount),
				Evidence: []audit.Item{{Name: "score", Value: fmt.Sprint(540 + i%80)}, {Name: "reasons", Value: "综合评分不足"}}}
			r.Cases = append(r.Cases, c)
		}
	}
	add(700, "denialreason", "decisions", "GENERIC_REASON", audit.Justified, audit.Generic, audit.E1, at(2025, 7, 3, 0), 350, 0, "a1b2c3d4e5")
	add(300, "denialreason", "decisions", "TECH", audit.Technical, audit.Wrong, audit.E1, at(2026, 3, 12, 3), 1, 5_000_000, "b1b2c3d4e5")
	add(400, "vanishedincrease", "limits", "LOST_UPDATE", audit.Unjustified, audit.Misleading, audit.E1, at(2026, 3, 12, 3), 1, 200_000, "c1b2c3d4e5")
	add(300, "phantomlimit", "limits", "PARTNER_QUOTA", audit.Indeterminate, audit.Misleading, audit.E2, at(2025, 11, 1, 0), 200, 1_000_000, "d1b2c3d4e5")
	add(240, "scorematch", "decisions", "M6_UNIT", audit.Indeterminate, audit.NotAssessed, audit.E1, at(2025, 9, 1, 0), 120, 0, "e1b2c3d4e5")
	add(60, "scorematch", "decisions", "M4_VERSION", audit.Indeterminate, audit.NotAssessed, audit.E1, at(2026, 1, 1, 0), 60, 0, "f1b2c3d4e5")
}

// wilson is near enough for a made-up interval.
func wilson(m *audit.Metric) {
	se := 1.96 * math.Sqrt(m.Value*(1-m.Value)/float64(m.N))
	m.Low, m.High, m.Level, m.Interval = max(0, m.Value-se), min(1, m.Value+se), 0.95, "wilson"
}

var months = []string{"2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"}

func addParity(r *audit.Result, rnd *lcg) {
	groups := map[string]float64{"sex=F": 0.51, "sex=M": 0.63, "sex=unknown": 0.5, "age=<25": 0.44, "age=25-35": 0.6, "age=>=35": 0.64}
	reference := map[string]string{"sex": "sex=M", "age": "age=25-35"}
	for _, g := range []string{"sex=F", "sex=M", "sex=unknown", "age=<25", "age=25-35", "age=>=35"} {
		for i, p := range append([]string{""}, months...) {
			n := int64(1200 + rnd.next()*900)
			if g == "sex=unknown" {
				n = int64(4 + rnd.next()*50)
			}
			if p == "" {
				n *= 12
			}
			m := audit.NewMetric("approvalparity", "selection_rate")
			m.Period, m.Group, m.N = p, g, n
			m.Value = groups[g] + 0.04*math.Sin(float64(i)/2) + 0.01*rnd.next()
			m.K = int64(m.Value * float64(n))
			wilson(&m)
			hide(&m)
			r.Metrics = append(r.Metrics, m)
			ref := reference[dimension(g)]
			if g == ref {
				continue
			}
			q := audit.NewMetric("approvalparity", "selection_rate_ratio")
			q.Period, q.Group, q.Reference, q.N, q.K, q.NRef = p, g, ref, n, m.K, 1500
			q.Value = m.Value / (groups[ref] + 0.01)
			q.Low, q.High, q.Level, q.Interval = q.Value*(1-1.4/math.Sqrt(float64(n))), q.Value*(1+1.4/math.Sqrt(float64(n))), 0.95, "katz_log"
			q.Threshold, q.Test, q.P, q.EffectOf, q.Effect = 0.8, "chi2_yates", 1e-6, "shortfall", (1-q.Value)*float64(n)
			if q.Value < 0.8 {
				q.Reach = audit.Fail
			}
			hide(&q)
			r.Metrics = append(r.Metrics, q)
		}
	}
}

func hide(m *audit.Metric) {
	if m.N < 30 {
		m.Reach = audit.Insufficient
	}
	if m.N < 10 {
		m.Suppress()
	}
}

func addDrift(r *audit.Result, rnd *lcg) {
	for i, p := range months {
		m := audit.NewMetric("scoredrift", "psi")
		m.Period, m.Reference, m.N, m.NRef = p, "2025-07", 4000, 3900
		m.Value, m.Effect, m.EffectOf, m.Threshold, m.Test, m.P = 0.02+0.004*float64(i*i)*0.6*rnd.next(), 0.0086, "null_critical", 0.1, "chi2", 1e-5
		if m.Value > 0.1 {
			m.Reach = audit.Warn
		}
		r.Metrics = append(r.Metrics, m)
		for j, f := range []string{"income", "debt_ratio", "loan_count_30d", "months_on_book", "utilisation", "region_code"} {
			c := m
			c.Name, c.Group, c.Reach = "csi", "feature="+f, audit.Pass
			c.Value = 0.01 + 0.004*float64(i*j)*rnd.next()
			if c.Value > 0.1 {
				c.Reach = audit.Warn
			}
			r.Metrics = append(r.Metrics, c)
		}
	}
}

func addReplication(r *audit.Result, rnd *lcg) {
	for _, p := range append([]string{""}, months...) {
		m := audit.NewMetric("scorematch", "score_match_rate")
		m.Period, m.N, m.Threshold = p, 4000, 0.99
		if p == "" {
			m.N = 47_000
		}
		m.Value = 0.987 + 0.01*rnd.next()
		m.K = int64(m.Value * float64(m.N))
		if m.Value < m.Threshold {
			m.Reach = audit.Warn
		}
		wilson(&m)
		r.Metrics = append(r.Metrics, m)
	}
	for i, c := range []string{"M0_EQUAL", "M1_ROUNDING", "M4_VERSION", "M6_UNIT", "M8_UNEXPLAINED"} {
		m := audit.NewMetric("scorematch", "mismatch_rate")
		m.Group, m.N, m.K = "class="+c, 47_000, []int64{46_500, 112, 60, 240, 88}[i]
		m.Value = float64(m.K) / float64(m.N)
		wilson(&m)
		r.Metrics = append(r.Metrics, m)
	}
}
