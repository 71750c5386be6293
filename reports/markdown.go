package reports

import (
	"fmt"
	"io"
	"strings"

	"evenhand/audit"
	"evenhand/audit/gate"
)

var markdownFormat = Format{
	Name: "markdown", File: "summary.md", Extra: true,
	Doc:   "the report in brief, for a ticket: at most 200 lines of GitHub-flavoured Markdown",
	Write: writeMarkdown,
}

// How much a summary shows of each list: both languages stay under 200 lines.
const (
	markdownFindings = 12
	markdownSteps    = 8
	markdownCoverage = 12
	markdownWaived   = 5
	markdownGates    = 8
)

func writeMarkdown(r *Report, w io.Writer) error {
	langs := []string{r.lang}
	if r.lang == inBoth {
		langs = []string{onlyEnglish, onlyChinese}
	}
	var parts []string
	for _, lang := range langs {
		m := &ticket{r: r, lang: lang}
		m.write()
		parts = append(parts, m.b.String())
	}
	_, err := io.WriteString(w, strings.Join(parts, "\n---\n\n"))
	return err
}

// ticket is the summary in one language.
type ticket struct {
	r    *Report
	lang string
	b    strings.Builder
}

// line writes one line in the language; texts of the arguments are escaped.
func (m *ticket) line(en, zh string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case audit.Text:
			args[i] = mark(a.In(m.lang))
		case string:
			args[i] = mark(a)
		}
	}
	fmt.Fprintf(&m.b, audit.T(en, zh).In(m.lang)+"\n", args...)
}

// verbatimMark is an argument of line that is Markdown already.
type verbatimMark string

func (m *ticket) row(cells ...string) { m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

func (m *ticket) text(t audit.Text) string { return mark(t.In(m.lang)) }

func (m *ticket) write() {
	r := m.r
	lender := r.plan.Lender
	if lender == "" {
		lender = w("no lender named").In(m.lang)
	}
	kind := w("Credit decision audit")
	if r.scenarios() {
		kind = w("Scenarios of the credit policy")
	}
	m.line("# %s: %s", "# %s：%s", kind, lender)
	m.line("", "")
	m.line("**%s**", "**%s**", r.verdict)
	m.line("", "")
	first, last := r.span()
	if first != "" {
		m.line("As of %s; %s to %s.", "截止 %s；%s 至 %s。", r.asOf(), first, last)
	} else {
		m.line("As of %s.", "截止 %s。", r.asOf())
	}
	m.line("%s rows read, %s judged, %s unreadable cells.", "读取 %s 行，判定 %s 行，无法读取的单元格 %s 个。",
		thousands(r.rowsRead()), thousands(r.rowsJudged()), thousands(r.refusedCells()))
	m.line("", "")
	m.row(audit.T("digest", "摘要").In(m.lang), "SHA-256")
	m.row("---", "---")
	for _, d := range []struct {
		name   audit.Text
		digest string
	}{{w("Plan"), r.plan.Digest}, {w("Data"), r.data}, {w("Result"), r.digest}} {
		m.row(m.text(d.name), codeMark(d.digest))
	}
	m.gates()
	m.findings()
	m.patterns()
	m.coverage()
	m.steps()
	m.line("", "")
	m.line("%s", "%s", w("Screening figures, not legal conclusions. Evidence grades: E1 exact replay, E2 replay within tolerance, E3 statistical, E4 circumstantial."))
}

func (m *ticket) heading(t audit.Text) {
	m.line("", "")
	m.line("## %s", "## %s", t)
	m.line("", "")
}

// gates says how the run ends, which gates failed, and which waivers need a
// hand.
func (m *ticket) gates() {
	r := m.r
	if len(r.gate.Gates)+len(r.gate.Waivers) == 0 {
		return
	}
	m.heading(audit.T("Gates", "门禁"))
	m.line("%s", "%s", r.gateSentence())
	var lines []audit.Text
	for _, g := range r.gate.Failed() {
		lines = append(lines, gateText(&g))
	}
	for i := range r.gate.Waivers {
		if v := &r.gate.Waivers[i]; v.State != gate.StateInForce {
			lines = append(lines, audit.T("waiver "+v.ID+" ("+v.Owner+"): "+v.Says.En, "豁免 "+v.ID+"（"+v.Owner+"）："+v.Says.Zh))
		}
	}
	for i, l := range lines {
		if i == 0 {
			m.line("", "")
		}
		if i == markdownGates {
			m.line("- … and %d more: see report.html", "- ……另有 %d 项：见 report.html", len(lines)-i)
			break
		}
		m.line("- %s", "- %s", clipText(l, 1800))
	}
}

func (m *ticket) findings() {
	r := m.r
	m.heading(w("Findings"))
	open, waived := r.open()
	if len(open) == 0 {
		m.line("None.", "无。")
	} else {
		m.row(m.text(audit.T("severity", "级别")), m.text(audit.T("finding", "问题")), m.text(w("cases")), m.text(w("at stake")), m.text(audit.T("grade", "等级")), m.text(audit.T("id", "编号")))
		m.row("---", "---", "---:", "---:", "---", "---")
	}
	for i, f := range open {
		if i == markdownFindings {
			m.line("", "")
			m.line("… and %s more: see report.html.", "……另有 %s 项：见 report.html。", thousands(int64(len(open)-i)))
			break
		}
		n, amount := none, none
		if f.Cases > 0 {
			n = thousands(f.Cases)
		}
		if f.Amount != 0 {
			amount = r.money.text(f.Amount).In(m.lang)
		}
		m.row(f.Severity.String()+" "+m.text(severityWords[f.Severity]), m.text(clipText(f.Title, 1400)), mark(n), mark(amount), mark(f.Grade.String()), codeMark(f.ID))
	}
	for i, f := range waived {
		if i == 0 {
			m.line("", "")
			m.line("Waived:", "已豁免：")
			m.line("", "")
		}
		if i == markdownWaived {
			m.line("- … and %s more: see report.html.", "- ……另有 %s 项：见 report.html。", thousands(int64(len(waived)-i)))
			break
		}
		m.line("- %v %s: waiver %v of %s until %s, because %s", "- %v %s：豁免 %v，责任方 %s，至 %s；理由：%s",
			verbatimMark(codeMark(f.ID)), clipText(f.Title, 900), verbatimMark(codeMark(f.Waived.ID)), f.Waived.Owner, f.Waived.Expires, clip(f.Waived.Reason, 900))
	}
}

func (m *ticket) patterns() {
	if m.r.scenarios() {
		return
	}
	m.heading(w("The five complaints"))
	m.row("", m.text(audit.T("complaint", "投诉")), m.text(audit.T("state", "结论")), m.text(audit.T("judged", "已判定")),
		m.text(audit.T("unjustified", "不成立")), m.text(audit.T("technical", "技术故障")), m.text(audit.T("disclosure failures", "披露不合格")), m.text(w("at stake")))
	m.row("---", "---", "---", "---:", "---:", "---:", "---:", "---:")
	for _, t := range m.r.patternTiles() {
		cells := []string{t.Code, m.text(t.Title), m.text(t.Word)}
		for _, f := range t.Facts {
			cells = append(cells, m.text(f.Value))
		}
		if len(t.Facts) == 0 && !t.Note.IsZero() {
			cells[2] += audit.T(": ", "：").In(m.lang) + m.text(clipText(t.Note, 900))
		}
		for len(cells) < 8 {
			cells = append(cells, none)
		}
		m.row(cells[:8]...)
	}
}

// coverage lists the checks that did not run, or not on all of their data.
func (m *ticket) coverage() {
	m.heading(audit.T("Coverage", "覆盖范围"))
	ran, degraded, skipped := m.r.ran()
	m.line("%s, %d on incomplete data, %d skipped.", "运行 %s，数据不全 %d 项，未运行 %d 项。",
		number(int64(ran), "check ran", "checks ran", "项检查"), degraded, skipped)
	shown, left := 0, 0
	for i := range m.r.res.Coverage {
		c := &m.r.res.Coverage[i]
		if c.Status == "ran" {
			continue
		}
		if shown == markdownCoverage {
			left++
			continue
		}
		if shown == 0 {
			m.line("", "")
		}
		shown++
		m.line("- %v (%s): %s", "- %v（%s）：%s", verbatimMark(codeMark(c.Check)), coverageText(c.Status), clipText(joinTexts(c.Why), 1400))
	}
	if left > 0 {
		m.line("- … and %d more: see coverage.arrow", "- ……另有 %d 项：见 coverage.arrow", left)
	}
	t := m.r.res.Tests
	if t.Run+t.Insufficient+t.Suppressed > 0 {
		m.line("", "")
		m.line("Of the significance tests: %d run, %d flagged, %d with too few rows, %d withheld as too small to publish.",
			"显著性检验：共 %d 项，越限或预警 %d，样本不足 %d，因样本过小隐去 %d。", t.Run, t.Flagged, t.Insufficient, t.Suppressed)
	}
}

// steps are what to do next: the remedies of the gravest findings, the cases
// that wait for the lender, and what was not audited.
func (m *ticket) steps() {
	m.heading(audit.T("Next steps", "下一步"))
	r := m.r
	n := 0
	step := func(en, zh string, args ...any) {
		n++
		m.line(fmt.Sprintf("%d. ", n)+en, fmt.Sprintf("%d. ", n)+zh, args...)
	}
	open, _ := r.open()
	told := map[audit.Text]bool{}
	for _, f := range open {
		if f.Severity.Level() == "info" || f.Remedy.IsZero() || told[f.Remedy] || n == markdownSteps {
			continue
		}
		told[f.Remedy] = true
		step("%s (%v)", "%s（%v）", clipText(f.Remedy, 2400), verbatimMark(codeMark(f.ID)))
	}
	if owed := int64(len(r.owed())); owed > 0 {
		step("Work off the %s of remedies.arrow.", "处理 remedies.arrow 中的 %s。", number(owed, "case", "cases", "个案例"))
	}
	if _, degraded, skipped := r.ran(); degraded+skipped > 0 {
		step("Export what the checks under Coverage lack, and audit again.", "补充导出“覆盖范围”中所缺的数据，再次审查。")
	}
	if n == 0 {
		m.line("None follows from this audit.", "本次审查没有后续事项。")
	}
}
