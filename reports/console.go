package reports

import (
	"fmt"
	"strings"

	"evenhand/audit"
)

// consoleFindings is how many findings the terminal shows.
const consoleFindings = 8

// Summary is the report for a terminal, in lang ("en" or "zh"): plain text of
// at most 25 lines, each ended by a newline.
func (r *Report) Summary(lang string) string {
	var b strings.Builder
	in := func(t audit.Text) string { return oneLine(t.In(lang)) }
	say := func(en, zh string, args ...any) {
		b.WriteString(audit.Tf(en, zh, args...).In(lang))
		b.WriteByte('\n')
	}
	lender := oneLine(r.plan.Lender)
	if lender == "" {
		lender = in(w("no lender named"))
	}
	first, last := r.span()
	span := in(w("all of the export"))
	switch {
	case first != "" && first == last:
		span = first
	case first != "":
		span = in(audit.T(first+" to "+last, first+" 至 "+last))
	}
	say("%[1]s, %[2]s, as of %[3]s", "%[1]s，%[2]s，截止 %[3]s", lender, oneLine(span), oneLine(r.plan.AsOf))
	say("%[1]s", "%[1]s", in(r.verdict))
	b.WriteByte('\n')

	open, waived := r.open()
	for i, f := range open {
		if i == consoleFindings {
			say("  … and %[1]s more: see report.html", "  ……另有 %[1]s 项：见 report.html", thousands(int64(len(open)-i)))
			break
		}
		n := "-"
		if f.Cases > 0 {
			n = thousands(f.Cases)
		}
		fmt.Fprintf(&b, "  %s %8s  %s\n", f.Severity, n, clip(in(f.Title), 1000))
	}
	if len(waived) > 0 {
		say("  %[1]s waived: see report.html", "  %[1]s 项已豁免：见 report.html", thousands(int64(len(waived))))
	}
	if len(r.res.Findings) > 0 {
		b.WriteByte('\n')
	}
	ran, degraded, skipped := r.ran()
	say("rows      %[1]s read, %[2]s judged, %[3]s unreadable cells", "行数  读取 %[1]s，判定 %[2]s，无法读取的单元格 %[3]s",
		thousands(r.rowsRead()), thousands(r.rowsJudged()), thousands(r.refusedCells()))
	say("checks    %[1]d ran, %[2]d on incomplete data, %[3]d skipped", "检查  运行 %[1]d 项，数据不全 %[2]d 项，未运行 %[3]d 项", ran, degraded, skipped)
	left := 4
	for _, c := range r.res.Coverage {
		if c.Status == "ran" || left == 0 {
			continue
		}
		left--
		fmt.Fprintf(&b, "  %s: %s\n", c.Check, clip(in(reasons(&c)), 1000))
	}
	t := r.res.Tests
	say("tests     %[1]s run, %[2]s flagged, %[3]s insufficient, %[4]s suppressed (%[5]s, %[6]s)",
		"检验  共 %[1]s 项，越限或预警 %[2]s，样本不足 %[3]s，隐去 %[4]s（%[5]s，%[6]s）",
		thousands(int64(t.Run)), thousands(int64(t.Flagged)), thousands(int64(t.Insufficient)), thousands(int64(t.Suppressed)), oneLine(t.Method), decimal(t.Alpha))
	say("gates     %[1]d passed, %[2]d failed", "门禁  通过 %[1]d 道，未通过 %[2]d 道", len(r.gate.Passed()), len(r.gate.Failed()))
	if len(r.gate.Waivers) > 0 {
		say("waivers   %[1]s, on %[2]s", "豁免  %[1]s（按 %[2]s 计）", in(r.waiverCounts()), r.gate.Today)
	}
	say("digest    %[1]s", "摘要  %[1]s", r.digest)
	return b.String()
}

// oneLine keeps strings of the data from acting on the terminal: no controls,
// no line breaks.
func oneLine(s string) string {
	s = strings.NewReplacer("\n", " ", "\t", " ").Replace(s)
	return string(visible([]byte(s)))
}
