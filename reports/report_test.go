package reports

import (
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
)

func TestWorst(t *testing.T) {
	for _, c := range []struct {
		severities []audit.Severity
		want       string
	}{
		{nil, ""},
		{[]audit.Severity{audit.S4}, "info"},
		{[]audit.Severity{audit.S4, audit.S3}, "warn"},
		{[]audit.Severity{audit.S3, audit.S2, audit.S4}, "fail"},
		{[]audit.Severity{audit.S1}, "fail"},
	} {
		r := &audit.Result{}
		for i, s := range c.severities {
			r.Findings = append(r.Findings, audit.Finding{ID: itoa(i), Severity: s})
		}
		if got := New(Input{Plan: testPlan(), Result: r}).Worst(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.severities, got, c.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	judged := []audit.Coverage{{Check: "a", Status: "ran", RowsIn: 10, Judged: 9}}
	for name, c := range map[string]struct {
		result *audit.Result
		want   string
	}{
		"nothing ran":     {&audit.Result{Coverage: []audit.Coverage{{Check: "a", Status: "skipped"}}}, "Nothing was audited"},
		"nothing at all":  {&audit.Result{}, "Nothing was audited"},
		"nothing judged":  {&audit.Result{Coverage: []audit.Coverage{{Check: "a", Status: "ran", RowsIn: 5}}}, "Nothing was judged"},
		"clean":           {&audit.Result{Coverage: judged}, "No findings in what was audited (9 rows judged by 1 check)."},
		"clean, degraded": {&audit.Result{Coverage: append(slices.Clone(judged), audit.Coverage{Check: "b", Status: "degraded"})}, "; 1 ran on incomplete data."},
		"fail":            {&audit.Result{Coverage: judged, Findings: []audit.Finding{{Severity: audit.S1}, {ID: "b"}}}, "1 finding needs a decision now, out of 2 findings"},
		"all fail":        {&audit.Result{Coverage: judged, Findings: []audit.Finding{{Severity: audit.S1}}}, "1 finding needs a decision now (9 rows"},
		"warn":            {&audit.Result{Coverage: judged, Findings: []audit.Finding{{Severity: audit.S3}}}, "No finding is serious; 1 finding needs attention"},
		"info":            {&audit.Result{Coverage: judged, Findings: []audit.Finding{{}}}, "No finding is serious; 1 is for information"},
	} {
		v := New(Input{Plan: testPlan(), Result: c.result}).Verdict()
		if !strings.Contains(v.En, c.want) {
			t.Errorf("%s: %q does not say %q", name, v.En, c.want)
		}
		if v.Zh == "" || strings.ContainsAny(v.Zh, "%") {
			t.Errorf("%s: Chinese is %q", name, v.Zh)
		}
	}
}

// TestTilesSayWhy holds that a complaint nobody audited never looks clean.
func TestTilesSayWhy(t *testing.T) {
	for _, in := range []Input{realistic(), clean(), {Plan: testPlan(), Result: &audit.Result{}}} {
		r := New(in)
		tiles := r.patternTiles()
		if len(tiles) != 5 {
			t.Fatalf("%d tiles", len(tiles))
		}
		for _, tile := range append(tiles, r.familyTiles()...) {
			if len(tile.Facts) == 0 && (tile.State != "none" && tile.State != "pass" || tile.Note.IsZero() && tile.State == "none") {
				t.Errorf("tile %s %s: nothing judged, state %s, note %q", tile.Code, tile.Title.En, tile.State, tile.Note.En)
			}
		}
	}
}

// TestTilesOfHalfAnAudit holds that a complaint is not clean where one of its
// checks was skipped, and that a reason which several have is told once.
func TestTilesOfHalfAnAudit(t *testing.T) {
	in, no := clean(), audit.T("table repayments is not in the plan", "审计方案中没有表 repayments")
	for _, name := range []string{"repaid", "paidoff", "technical"} {
		in.Checks = append(in.Checks, testCheck(name, "004", "denials", "decisions", name, name))
		cov := audit.Coverage{Check: name, Status: "skipped", Why: []audit.Text{no}}
		if name == "technical" {
			cov = audit.Coverage{Check: name, Status: "degraded", RowsIn: 9, Judged: 9}
		}
		in.Result.Coverage = append(in.Result.Coverage, cov)
	}
	tile := New(in).patternTiles()[4]
	if tile.State != "none" || tile.Word.En != "partly audited" || tile.Note != no || len(tile.Facts) == 0 {
		t.Errorf("state %s, %q, %q", tile.State, tile.Word.En, tile.Note.En)
	}
}

func TestSummary(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		for name, in := range map[string]Input{"realistic": realistic(), "clean": clean(), "hostile": attack()} {
			got := New(in).Summary(lang)
			if n := strings.Count(got, "\n"); n > 25 {
				t.Errorf("%s: %d lines", name, n)
			}
			for _, c := range got {
				if hidden(c) {
					t.Errorf("%s: %U reaches the terminal", name, c)
				}
			}
			golden(t, name+"."+lang+".txt", []byte(got))
		}
	}
}

func TestNumbers(t *testing.T) {
	cny, jpy, kwd := newMoney("CNY"), newMoney("JPY"), newMoney("KWD")
	for _, c := range []struct{ got, want string }{
		{thousands(0), "0"}, {thousands(999), "999"}, {thousands(1000), "1,000"}, {thousands(-1234567), "−1,234,567"},
		{cny.number(0), "0.00"}, {cny.number(5), "0.05"}, {cny.number(123456), "1,234.56"}, {cny.number(-100), "−1.00"},
		{cny.number(-1 << 63), "−92,233,720,368,547,758.08"},
		{jpy.number(1234), "1,234"}, {kwd.number(1234567), "1,234.567"},
		{cny.text(100).En, "CNY\u00a01.00"}, {cny.text(100).Zh, "1.00\u00a0元"}, {newMoney("").Code, "CNY"},
		{rate.value(0.1234).En, "12.3\u00a0%"}, {rate.value(0.1234).Zh, "12.3%"}, {points.value(0.05).En, "+5.0\u00a0pp"}, {points.value(-0.0421).Zh, "−4.2\u00a0个百分点"},
		{ratio.value(0.7421).En, "0.742"}, {ratio.value(-0.0001).En, "0.000"}, {plain.value(1234.5).En, "1,235"}, {plain.value(0.00001).En, "1e-05"},
		{rate.interval(0.1, 0.2).En, "10.0 to 20.0\u00a0%"}, {rate.interval(0.1, 0.2).Zh, "10.0 至 20.0%"},
		{pvalue(0.0004), "<\u00a00.001"}, {pvalue(0.0312), "0.031"},
		{unitOfWord("selection_rate"), "rate"}, {unitOfWord("selection_rate_ratio"), "ratio"}, {unitOfWord("selection_rate_difference"), "points"},
		{unitOfWord("psi"), "ratio"}, {unitOfWord("score_match_rate"), "rate"}, {unitOfWord("mean_score_difference"), "plain"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func unitOfWord(name string) string {
	return [...]string{"plain", "rate", "points", "ratio", "whole"}[unitOfName(name)]
}
