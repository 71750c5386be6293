package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
)

// chapter is one family of checks on the page.
type chapter struct {
	Name         string
	Title, About audit.Text
	Checks       table
	Findings     []link
	Figures      []*figure
	Metrics      table
	Empty        bool
}

type link struct {
	ID, Level, Severity string
	Title               audit.Text
}

func linkTo(f *audit.Finding) link {
	return link{f.ID, f.Severity.Level(), f.Severity.String(), f.Title}
}

// figuresPerChapter bounds the page; the rest is in the tables.
const figuresPerChapter = 12

func (r *Report) chapters() []chapter {
	var out []chapter
	for _, c := range chapters {
		ch := chapter{Name: c.Name, Title: c.Title, About: c.About}
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
			if fig := r.causeColumns(v.Check); fig != nil {
				ch.Figures = append(ch.Figures, fig)
			}
		}
		for i := range r.res.Findings {
			if f := &r.res.Findings[i]; r.chapterOf(f.Check) == c.Name && i < cardsShown {
				ch.Findings = append(ch.Findings, linkTo(f))
			}
		}
		ch.Figures = append(r.metricFigures(ms), ch.Figures...)
		ch.Figures = ch.Figures[:min(len(ch.Figures), figuresPerChapter)]
		ch.Metrics = r.metricTable(ms)
		ch.Empty = len(ch.Checks.Rows) == 0 && len(ms) == 0 && len(ch.Findings) == 0
		ch.Checks.prune()
		out = append(out, ch)
	}
	return out
}

// nameOrder puts the metrics a reader looks for first; others follow by name.
var nameOrder = []string{"score_match_rate", "decision_match_rate", "match_rate", "selection_rate_ratio", "selection_rate", "selection_rate_difference", "psi", "csi"}

func rankOf(name string) int {
	if i := slices.Index(nameOrder, name); i >= 0 {
		return i
	}
	return len(nameOrder)
}

// metricFigures picks charts for metrics by what they have: groups against a
// reference, periods, classes. Metrics that fit none stay in the table.
func (r *Report) metricFigures(ms []*audit.Metric) []*figure {
	type kind struct{ check, name string }
	by := map[kind][]*audit.Metric{}
	var order []kind
	for _, m := range ms {
		k := kind{m.Check, m.Name}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	slices.SortStableFunc(order, func(a, b kind) int {
		return cmp.Or(cmp.Compare(rankOf(a.name), rankOf(b.name)), cmp.Compare(a.check, b.check), cmp.Compare(a.name, b.name))
	})
	var out []*figure
	add := func(f *figure) {
		if f != nil {
			out = append(out, f)
		}
	}
	for _, k := range order {
		for _, f := range r.figuresOf(k.name, by[k]) {
			add(f)
		}
	}
	return out
}

// figuresOf charts the metrics of one check and name.
func (r *Report) figuresOf(name string, ms []*audit.Metric) []*figure {
	drawn := slices.DeleteFunc(slices.Clone(ms), func(m *audit.Metric) bool { return math.IsNaN(m.Value) && !m.Suppressed })
	if len(drawn) == 0 {
		return nil
	}
	whole, timed := split(drawn, func(m *audit.Metric) bool { return m.Period == "" })
	classes, groups := split(whole, func(m *audit.Metric) bool { return isClass(m.Group) })
	switch {
	case isStability(name):
		overall, single := split(timed, func(m *audit.Metric) bool { return m.Group == "" && m.Segment == "" })
		var out []*figure
		if len(overall) > 0 {
			out = append(out, r.driftBars(overall))
		}
		if len(single) > 0 {
			out = append(out, r.heat(single))
		}
		return out
	case len(classes) > 1:
		return append([]*figure{r.classBars(classes)}, r.linesOf(timed)...)
	}
	var out []*figure
	comparable, _ := split(groups, func(m *audit.Metric) bool { return m.Group != "" || m.Segment != "" })
	if len(comparable) > 0 && (unitOf(name) == rate || !math.IsNaN(comparable[0].Low)) {
		for _, part := range byKind(comparable) {
			out = append(out, r.forest(part))
		}
	}
	return append(out, r.linesOf(timed)...)
}

// linesOf draws what is over all rows, one chart a group column; segments only
// when there is nothing else.
func (r *Report) linesOf(timed []*audit.Metric) (out []*figure) {
	all, segments := split(timed, func(m *audit.Metric) bool { return m.Segment == "" })
	if len(all) == 0 {
		all = segments
	}
	classes, groups := split(all, func(m *audit.Metric) bool { return isClass(m.Group) })
	if len(groups) == 0 {
		groups = classes
	}
	for _, part := range byKind(groups) {
		out = append(out, r.lines(part))
	}
	return out
}

func isStability(name string) bool {
	for _, p := range strings.Split(name, "_") {
		if p == "psi" || p == "csi" {
			return true
		}
	}
	return false
}

// isClass tells classes of rows (class=M6) from groups of customers.
func isClass(group string) bool {
	column, _, ok := strings.Cut(group, "=")
	return ok && (column == "class" || column == "mismatch" || column == "outcome" || column == "cause")
}

func split(ms []*audit.Metric, pick func(*audit.Metric) bool) (yes, no []*audit.Metric) {
	for _, m := range ms {
		if pick(m) {
			yes = append(yes, m)
		} else {
			no = append(no, m)
		}
	}
	return yes, no
}

// byKind cuts metrics by the columns of their segment and group, in order:
// what is in one chart has one reference and one meaning.
func byKind(ms []*audit.Metric) [][]*audit.Metric {
	compare := func(a, b *audit.Metric) int {
		return cmp.Or(cmp.Compare(dimension(a.Segment), dimension(b.Segment)), cmp.Compare(dimension(a.Group), dimension(b.Group)))
	}
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, compare)
	var out [][]*audit.Metric
	for i, m := range ms {
		if i == 0 || compare(m, ms[i-1]) != 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], m)
	}
	return out
}

// dimension is the column of "column=value".
func dimension(group string) string {
	c, _, _ := strings.Cut(group, "=")
	return c
}
