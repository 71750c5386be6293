package reports

import "evenhand/audit"

// card is one finding on the page.
type card struct {
	audit.Finding
	Level                            string
	Judged                           bool // it has verdicts: a metric past its threshold has none
	Name                             audit.Text
	SeverityWord                     audit.Text
	SubstanceWord, DisclosureWord    audit.Text
	GradeWord, CauseWord, CheckTitle audit.Text
	Facts                            []fact
	Figure                           *figure
	Samples                          *table
	SampleNote                       audit.Text
}

// cardsShown bounds the page: further findings are listed, not told.
const cardsShown = 30

// fullCards is how many findings come with a chart and sample cases: the ones
// a reader decides on first. The rows behind the others are in cases.arrow.
const fullCards = 10

func (r *Report) cards() (cards []card, rest *table) {
	for i := range r.res.Findings {
		f := &r.res.Findings[i]
		if i >= cardsShown {
			if rest == nil {
				rest = &table{Head: right(head(audit.T("severity", "级别"), audit.T("finding", "问题"), audit.T("cases", "案例数"), audit.T("id", "编号")), 2)}
			}
			rest.Rows = append(rest.Rows, []cell{{Text: same(f.Severity.String()), Class: f.Severity.Level()}, words(f.Title), num(thousands(f.Cases)), code(f.ID)})
			continue
		}
		cards = append(cards, r.card(i, f))
	}
	if rest != nil {
		rest.cut("findings.arrow")
	}
	return cards, rest
}

func (r *Report) card(rank int, f *audit.Finding) card {
	c := card{
		Finding: *f, Level: f.Severity.Level(), Name: f.Title,
		SeverityWord: severityWords[f.Severity], SubstanceWord: substanceWords[f.Substance],
		DisclosureWord: disclosureWords[f.Disclosure], GradeWord: gradeWords[f.Grade],
		CheckTitle: r.titleOf(f.Check),
		Judged:     f.Cases > 0 || f.Substance != audit.Indeterminate || f.Disclosure != audit.NotAssessed,
	}
	if f.Cause != "" {
		c.CauseWord = cause(f.Cause)
	}
	add := func(name, value audit.Text) { c.Facts = append(c.Facts, fact{name, value}) }
	if f.Cases > 0 {
		add(w("cases"), same(thousands(f.Cases)))
	}
	if f.Customers > 0 {
		add(w("customers"), same(thousands(f.Customers)))
	}
	if f.Amount != 0 {
		add(w("at stake"), r.money.text(f.Amount))
	}
	if f.FirstSeen != 0 {
		add(w("first seen"), r.day(f.FirstSeen))
	}
	if f.LastSeen != 0 {
		add(w("last seen"), r.day(f.LastSeen))
	}
	if rank >= fullCards {
		if f.Cases > 0 {
			c.SampleNote = audit.T("Its cases are in cases.arrow under finding "+f.ID+".", "案例见 cases.arrow，finding 为 "+f.ID+"。")
		}
		return c
	}
	c.Figure = r.cardFigure(f)
	if cs := r.samples[f.ID]; len(cs) > 0 {
		const most = 5
		t := r.caseTable(f, cs[:min(len(cs), most)])
		c.Samples = &t
		c.SampleNote = audit.T(
			itoa(len(t.Rows))+" of "+thousands(f.Cases)+", chosen by hash; all are in cases.arrow under finding "+f.ID+".",
			thousands(f.Cases)+" 个案例中的 "+itoa(len(t.Rows))+" 个，按散列值选取；全部见 cases.arrow，finding 为 "+f.ID+"。")
	}
	return c
}

// cardFigure is the one chart of a finding: its cases by time, or, when it has
// none, the metrics behind it.
func (r *Report) cardFigure(f *audit.Finding) *figure {
	var ms []*audit.Metric
	for _, id := range f.Metrics {
		if m := r.metric[id]; m != nil {
			ms = append(ms, m)
		}
	}
	fig := r.findingColumns(f)
	if figs := r.metricFigures(r.context(ms)); fig == nil && f.Cases == 0 && len(figs) > 0 {
		fig = figs[0]
	}
	if fig != nil {
		fig.ID = "f-" + f.ID + "-" + fig.ID
	}
	return fig
}

// context adds to a finding's one metric its siblings, so that the chart has
// something to compare with: the same name and slice in other groups, or the
// same group in other periods.
func (r *Report) context(ms []*audit.Metric) []*audit.Metric {
	if len(ms) == 0 {
		return nil
	}
	first := ms[0]
	var out []*audit.Metric
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if m.Check != first.Check || m.Name != first.Name || m.Segment != first.Segment {
			continue
		}
		switch {
		case first.Period != "" && m.Group == first.Group && m.Period != "",
			first.Period == "" && m.Period == "" && dimension(m.Group) == dimension(first.Group):
			out = append(out, m)
		}
	}
	return out
}
