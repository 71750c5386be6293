package reports

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
)

// articles are the five complaints the audit answers.
var articles = []struct {
	Code  string
	Title audit.Text
}{
	{"000", audit.T("Denied without a reason", "拒绝而不说明理由")},
	{"001", audit.T("Promised increase vanished", "承诺的提额消失")},
	{"002", audit.T("Punctual, limit stalled", "按时还款，额度不涨")},
	{"003", audit.T("Limit shown, not drawable", "有额度，借不出")},
	{"004", audit.T("Repaid in full, then denied", "结清后再借被拒")},
}

// sentence says the whole report in one sentence: what must be decided, on
// how much it rests, and what was not audited.
func (r *Report) sentence() audit.Text {
	if r.scenarios() {
		return r.scenarioSentence()
	}
	ran, degraded, skipped := r.ran()
	checked, judged := ran+degraded, r.rowsJudged()
	n := map[string]int64{}
	open, waived := r.open()
	for _, f := range open {
		n[f.Severity.Level()]++
	}
	var s audit.Text
	on := audit.T(
		fmt.Sprintf("%s judged by %s", plural(judged, "row", "rows"), plural(int64(checked), "check", "checks")),
		fmt.Sprintf("%s 行、%d 项检查", thousands(judged), checked))
	total := int64(len(open))
	switch {
	case checked == 0:
		s = audit.T("Nothing was audited: no check could run, so the absence of findings means nothing",
			"未进行任何审查：没有一项检查能够运行，因此“无问题”不说明任何事")
	case judged == 0 && total == 0 && len(waived) == 0:
		s = audit.T("Nothing was judged: the checks ran, but no row reached a verdict, so the absence of findings means nothing",
			"未作出任何判定：检查已运行，但没有一行得出结论，因此“无问题”不说明任何事")
	case n["fail"] == total && total > 0:
		s = audit.T(fmt.Sprintf("%s a decision now (%s)", needs(total), on.En), fmt.Sprintf("有 %s 项问题，须立即决策（%s）", thousands(total), on.Zh))
	case n["fail"] > 0:
		s = audit.T(
			fmt.Sprintf("%s a decision now, out of %s (%s)", needs(n["fail"]), plural(total, "finding", "findings"), on.En),
			fmt.Sprintf("有 %s 项问题须立即决策，共发现 %s 项问题（%s）", thousands(n["fail"]), thousands(total), on.Zh))
	case n["warn"] > 0:
		s = audit.T(
			fmt.Sprintf("No finding is serious; %s attention (%s)", needs(n["warn"]), on.En),
			fmt.Sprintf("无严重问题；有 %s 项须关注（%s）", thousands(n["warn"]), on.Zh))
	case total > 0:
		s = audit.T(
			fmt.Sprintf("No finding is serious; %s for information (%s)", plural(total, "is", "are"), on.En),
			fmt.Sprintf("无严重问题；有 %s 项仅供参考（%s）", thousands(total), on.Zh))
	case len(waived) > 0:
		s = audit.T(fmt.Sprintf("No finding but waived ones (%s)", on.En), fmt.Sprintf("除已豁免的以外未发现问题（%s）", on.Zh))
	default:
		s = audit.T(fmt.Sprintf("No findings in what was audited (%s)", on.En), fmt.Sprintf("在所审查的范围内未发现问题（%s）", on.Zh))
	}
	if checked > 0 && skipped+degraded+len(waived) > 0 {
		var en, zh []string
		if n := int64(len(waived)); n > 0 {
			en, zh = append(en, plural(n, "finding is waived", "findings are waived")), append(zh, fmt.Sprintf("%s 项问题已豁免", thousands(n)))
		}
		if skipped > 0 {
			en, zh = append(en, fmt.Sprintf("%s skipped", plural(int64(skipped), "check was", "checks were"))), append(zh, fmt.Sprintf("%d 项检查未运行", skipped))
		}
		if degraded > 0 {
			en, zh = append(en, fmt.Sprintf("%d ran on incomplete data", degraded)), append(zh, fmt.Sprintf("%d 项在数据不全时运行", degraded))
		}
		s.En += "; " + strings.Join(en, ", ")
		s.Zh += "；" + strings.Join(zh, "，")
	}
	return audit.T(s.En+".", s.Zh+"。")
}

// plural writes "1 row" or "2 rows".
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

func needs(n int64) string {
	if n == 1 {
		return "1 finding needs"
	}
	return thousands(n) + " findings need"
}

// tile is one pattern or family on the cover.
type tile struct {
	Code, Href string
	Title      audit.Text
	State      string // "fail", "warn", "info", "pass", "none"
	Word       audit.Text
	Facts      []fact
	From       string // where the numbers are
	Note       audit.Text
}

// fact is a named number, and the row that it is from.
type fact struct {
	Name, Value audit.Text
	Row         *rowLink // nil: the rows are those of what it stands under
}

// patternTiles has one tile a complaint, also for those nobody audited.
func (r *Report) patternTiles() []tile {
	var tiles []tile
	for _, a := range articles {
		t := tile{Code: a.Code, Title: a.Title}
		var judged, technical, unjustified, disclosure, amount int64
		var why []audit.Text
		found, live := false, false
		for _, c := range r.checks {
			if c.Article != a.Code {
				continue
			}
			found = true
			cov := r.coverage[c.Name]
			if cov == nil || cov.Status == "skipped" {
				if said := reasons(cov); !slices.Contains(why, said) { // the same of several checks
					why = append(why, said)
				}
				continue
			}
			if cov.Status == "degraded" {
				t.Note = audit.T("ran on incomplete data", "在数据不全时运行")
			}
			live = true
			if t.From == "" {
				t.From = "coverage.arrow, cases.arrow: check="
			} else {
				t.From += ","
			}
			t.From += c.Name
			t.Href = "#chapter-" + c.Chapter
			judged = max(judged, cov.Judged) // several checks judge the same rows
			if s := r.sums[c.Name]; s != nil {
				unjustified, technical, disclosure, amount = unjustified+s.Unjustified, technical+s.Technical, disclosure+s.Disclosure, amount+s.Amount
			}
		}
		if !live {
			t.State, t.Word = "none", audit.T("not audited", "未审查")
			t.Note = audit.T("no check of this version answers it", "本版本没有对应的检查")
			if found {
				t.Note = joinTexts(why)
			}
			tiles = append(tiles, t)
			continue
		}
		t.State, t.Word = r.worstOf(func(check string) bool { c := r.check[check]; return c != nil && c.Article == a.Code })
		if judged == 0 {
			t.State, t.Word = "none", audit.T("nothing judged", "无可判定的行")
		} else if t.State == "pass" && len(why) > 0 { // half an answer is no clean bill
			t.State, t.Word = "none", audit.T("partly audited", "部分审查")
			t.Note = joinTexts(why)
		}
		t.Facts = []fact{
			{Name: audit.T("judged", "已判定"), Value: same(thousands(judged))},
			{Name: audit.T("unjustified", "不成立"), Value: same(thousands(unjustified))},
			{Name: audit.T("technical", "技术故障"), Value: same(thousands(technical))},
			{Name: audit.T("disclosure failures", "披露不合格"), Value: same(thousands(disclosure))},
			{Name: audit.T("at stake", "涉及金额"), Value: r.money.text(amount)},
		}
		tiles = append(tiles, t)
	}
	return tiles
}

// worstOf is the state of the checks that pick chooses, from their findings.
func (r *Report) worstOf(pick func(check string) bool) (string, audit.Text) {
	rank := map[string]int{"pass": 0, "info": 1, "warn": 2, "fail": 3}
	worst, waived := "pass", false
	for _, f := range r.res.Findings {
		switch l := f.Severity.Level(); {
		case !pick(f.Check):
		case f.Waived != nil:
			waived = true
		case rank[l] > rank[worst]:
			worst = l
		}
	}
	if waived && worst == "pass" {
		return "none", levelWords["waived"]
	}
	return worst, levelWords[worst]
}

func reasons(c *audit.Coverage) audit.Text {
	if c == nil || len(c.Why) == 0 {
		return audit.T("the check did not run", "该检查未运行")
	}
	// The tile has room for the decisive reason; the coverage has them all.
	why := c.Why[0]
	if len(c.Why) > 1 {
		why.En += " (more under coverage)"
		why.Zh += "（其余见覆盖范围）"
	}
	return why
}

func joinTexts(ts []audit.Text) audit.Text { return joinTextsBy(audit.T("; ", "；"), ts...) }

// joinTextsBy is joinTexts with another separator.
func joinTextsBy(sep audit.Text, ts ...audit.Text) audit.Text {
	var en, zh []string
	for _, t := range ts {
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	return audit.T(strings.Join(en, sep.En), strings.Join(zh, sep.Zh))
}
