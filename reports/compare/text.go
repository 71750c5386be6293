package compare

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/reports"
)

// textMetrics is how many changed numbers the terminal and Markdown show.
const textMetrics = 12

// Text is the comparison for a terminal: plain text, each line ended by a
// newline.
func (d *Diff) Text(opt Options) string {
	var b strings.Builder
	in := func(t audit.Text) string { return reports.OneLine(t.In(opt.Lang)) }
	fmt.Fprintf(&b, "%s\n%s\n", in(d.title()), in(d.headline()))
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "! %s\n", in(w))
	}
	for _, s := range States {
		fs := d.Of(s)
		if len(fs) == 0 || s == Unchanged && !opt.All {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", in(audit.T(stateWords[s].En+": "+stateNotes[s].En, stateWords[s].Zh+"："+stateNotes[s].Zh)))
		for i := range fs {
			f := &fs[i]
			n := "-"
			if f.Cases > 0 {
				n = reports.Count(f.Cases)
			}
			mark := ""
			if f.Waived {
				mark = in(audit.T(" (waived)", "（已豁免）"))
			}
			fmt.Fprintf(&b, "  %s %8s  %s%s  %s\n", f.Severity, n, in(f.Title), mark, f.ID)
			for _, t := range []audit.Text{d.changes(f), f.Why} {
				if !t.IsZero() {
					fmt.Fprintf(&b, "               %s\n", in(t))
				}
			}
		}
	}
	fmt.Fprintf(&b, "\n%s\n%s\n", in(d.overlap()), in(d.tested()))
	for i := range d.Metrics.Changes {
		m := &d.Metrics.Changes[i]
		if i == textMetrics && !opt.All {
			fmt.Fprintf(&b, "  %s\n", in(audit.Tf("… and %[1]d more: see -all, or -o FILE", "……另有 %[1]d 项：见 -all 或 -o 文件", len(d.Metrics.Changes)-i)))
			break
		}
		form := audit.T("  %s, %s: %s; %s; p %s; %s  %s\n", "  %s，%s：%s；%s；p %s；%s  %s\n").In(opt.Lang)
		fmt.Fprintf(&b, form, in(opt.Words.of(m.Check, m.Name)), in(m.rows()), in(m.values()), in(m.change()), m.p(),
			in(directionWords[m.Direction]), m.ID)
	}
	if len(d.Between) > 0 {
		fmt.Fprintf(&b, "\n%s\n", in(audit.T("What changed in between", "两次运行之间的变化")))
		for i := range d.Between {
			w := &d.Between[i]
			o, n := w.sides()
			fmt.Fprintf(&b, "  %-10s %s%s → %s\n", in(whatWords[w.What]), prefixed(reports.OneLine(w.Name)), in(o), in(n))
		}
	}
	return b.String()
}

func prefixed(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

// Markdown is the comparison for a ticket. Strings of the data are escaped:
// they become neither markup nor links.
func (d *Diff) Markdown(opt Options) string {
	var b strings.Builder
	in := func(t audit.Text) string { return escapeMarkdown(reports.OneLine(t.In(opt.Lang))) }
	head := func(cells ...audit.Text) {
		line := "|"
		for _, c := range cells {
			line += " " + c.In(opt.Lang) + " |"
		}
		fmt.Fprintf(&b, "%s\n|%s\n", line, strings.Repeat(" --- |", len(cells)))
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n", in(d.title()), in(d.headline()))
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "\n> %s\n", in(w))
	}
	for _, s := range States {
		fs := d.Of(s)
		if len(fs) == 0 || s == Unchanged && !opt.All {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", in(stateWords[s]), in(stateNotes[s]))
		head(audit.T("severity", "严重程度"), audit.T("finding", "问题"), audit.T("cases", "案例"), audit.T("what changed", "变化"), audit.T("id", "编号"))
		for i := range fs {
			f := &fs[i]
			waived := ""
			if f.Waived {
				waived = in(audit.T(" (waived)", "（已豁免）"))
			}
			fmt.Fprintf(&b, "| %s | %s%s | %s | %s | `%s` |\n", f.Severity, in(f.Title), waived, reports.Count(f.Cases), in(f.said(d)), f.ID)
		}
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n%s.\n", in(audit.T("Numbers", "指标")), in(d.overlap()), in(d.tested()))
	if len(d.Metrics.Changes) > 0 {
		b.WriteByte('\n')
		head(audit.T("metric", "指标"), audit.T("rows", "范围"), audit.T("old → new", "旧 → 新"), audit.T("change", "变化"), audit.T("p, corrected", "校正后 p"), audit.T("direction", "方向"), audit.T("id", "编号"))
	}
	for i := range d.Metrics.Changes {
		m := &d.Metrics.Changes[i]
		if i == textMetrics && !opt.All {
			fmt.Fprintf(&b, "\n%s\n", in(audit.Tf("… and %[1]d more", "……另有 %[1]d 项", len(d.Metrics.Changes)-i)))
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | `%s` |\n", in(opt.Words.of(m.Check, m.Name)), in(m.rows()), in(m.values()), in(m.change()), escapeMarkdown(m.p()), in(directionWords[m.Direction]), m.ID)
	}
	if len(d.Between) > 0 {
		fmt.Fprintf(&b, "\n## %s\n\n", in(audit.T("What changed in between", "两次运行之间的变化")))
		for i := range d.Between {
			w := &d.Between[i]
			o, n := w.sides()
			fmt.Fprintf(&b, "- %s %s%s → %s\n", in(whatWords[w.What]), escapeMarkdown(prefixed(reports.OneLine(w.Name))), in(o), in(n))
		}
	}
	return b.String()
}

// said is what changed of a finding, and what its state rests on.
func (f *Finding) said(d *Diff) audit.Text {
	t := d.changes(f)
	switch {
	case t.IsZero():
		return f.Why
	case f.Why.IsZero():
		return t
	}
	return audit.T(t.En+"; "+f.Why.En, t.Zh+"；"+f.Why.Zh)
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`,
	"!", `\!`, "~", `\~`, "&", "&amp;", "://", ":\u200b//", "@", "&#64;")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }
