package reports

import (
	"slices"

	"evenhand/audit"
)

// chapter is one family of checks on the page.
type chapter struct {
	Name         string
	Title, About audit.Text
	Checks       table
	Models       *table // the registry of models and what they scored
	Findings     []link
	Figures      []*figure
	Metrics      table
	Files        *table // comparison sheets
	Empty        bool
	Nothing      audit.Text // what an empty chapter says
}

type link struct {
	ID, Level, Severity string
	Title               audit.Text
}

func linkTo(f *audit.Finding) link {
	return link{f.ID, f.Severity.Level(), f.Severity.String(), f.Title}
}

func (r *Report) chapters() []chapter {
	var out []chapter
	for _, c := range chapters {
		ch := chapter{Name: c.Name, Title: c.Title, About: c.About, Nothing: w("Nothing to report: no check of this version belongs here.")}
		if c.Name == "scenarios" {
			ch.Nothing = w("Nothing was asked: scenarios are replayed by evenhand scenario, into a report of their own.")
		}
		ch.Checks.Head = right(head(audit.T("check", "检查"), audit.T("status", "状态"), audit.T("why", "说明"), audit.T("rows judged", "判定行数"), audit.T("cases", "案例数")), 3, 4)
		var ms []*audit.Metric
		for i := range r.res.Metrics {
			if m := &r.res.Metrics[i]; r.chapterOf(m.Check) == c.Name {
				ms = append(ms, m)
			}
		}
		for _, v := range r.res.Coverage {
			if r.chapterOf(v.Check) != c.Name {
				continue
			}
			ch.Checks.Rows = append(ch.Checks.Rows, []cell{
				{Text: r.titleOf(v.Check), Href: "#check-" + v.Check}, {Text: coverageWords[v.Status], Class: v.Status},
				words(joinTexts(v.Why)), num(thousands(v.Judged)), num(thousands(v.Cases))})
			if fig := r.waterfall(&v); fig != nil && r.room.figures > 2 {
				ch.Figures = append(ch.Figures, fig)
			}
			if fig := r.causeColumns(v.Check); fig != nil {
				ch.Figures = append(ch.Figures, fig)
			}
		}
		open, _ := r.open()
		for i, f := range open {
			if r.chapterOf(f.Check) == c.Name && i < r.room.cards {
				ch.Findings = append(ch.Findings, linkTo(f))
			}
		}
		if c.Name == "replication" {
			if ch.Models = r.registryTable(); ch.Models != nil {
				ms = slices.DeleteFunc(ms, registered)
			}
		}
		room := max(r.room.figures+moreFigures[c.Name]-len(ch.Figures), min(leastFigures[c.Name], r.room.figures), 0)
		drawn := r.metricFigures(ms)
		ch.Figures = append(drawn[:min(len(drawn), room)], ch.Figures...)
		ch.Metrics = r.metricTable(ms)
		if c.Name == "consistency" {
			ch.Files = r.sheetTable()
		}
		ch.Empty = ch.Models == nil && ch.Files == nil && len(ch.Checks.Rows) == 0 && len(ms) == 0 && len(ch.Findings) == 0
		ch.Checks.prune()
		out = append(out, ch)
	}
	return out
}
