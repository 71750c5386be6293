package reports

import "evenhand/audit"

// card is one finding on the page.
type card struct {
	audit.Finding
	Level                            string
	Marks                            *marks
	Judged                           bool // it has verdicts: a metric past its threshold has none
	Name                             audit.Text
	SeverityWord                     audit.Text
	SubstanceWord, DisclosureWord    audit.Text
	GradeWord, CauseWord, CheckTitle audit.Text
	Facts                            []fact
	Figure                           *figure
	Supported                        []supported // every cause, when there are several
	Example                          audit.Text  // the customer's text of the first sample
	ExampleKey                       string
	Events                           *table // evidence timeline of the first sample
	Samples                          *table
	SampleNote                       audit.Text
	Rows                             []*rowLink // of its metrics
	ClauseText                       audit.Text
}

// supported is one cause that the evidence supports, with its share as the
// width of a bar.
type supported struct {
	Word  audit.Text
	Code  string
	Grade string
	Share audit.Text // "" when the cause has none
	Width int        // percent
}

// fullCards is how many findings come with a chart and sample cases: the ones
// a reader decides on first, and the first of each check. The rows behind the
// others are in cases.arrow.
const fullCards = 7

func (r *Report) cards() (cards []card, rest *table) {
	told := map[string]bool{}
	open, _ := r.open()
	for i, f := range open {
		if i >= r.room.cards {
			if rest == nil {
				rest = &table{Head: right(head(audit.T("severity", "级别"), audit.T("finding", "问题"), audit.T("cases", "案例数"), audit.T("id", "编号")), 2)}
			}
			rest.Rows = append(rest.Rows, []cell{{Text: same(f.Severity.String()), Class: f.Severity.Level(), Marks: r.marks(f)}, words(f.Title), num(thousands(f.Cases)), code(f.ID)})
			continue
		}
		cards = append(cards, r.card(f, i < fullCards || !told[f.Check]))
		told[f.Check] = true
	}
	if rest != nil {
		rest.cutAt(r.room.rest, "findings.arrow")
	}
	return cards, rest
}

func (r *Report) card(f *audit.Finding, full bool) card {
	c := card{
		Finding: *f, Level: f.Severity.Level(), Marks: r.marks(f), Name: f.Title,
		SeverityWord: severityWords[f.Severity], SubstanceWord: substanceWords[f.Substance],
		DisclosureWord: disclosureWords[f.Disclosure], GradeWord: gradeWords[f.Grade],
		CheckTitle: r.titleOf(f.Check),
		Judged:     judged(f), Rows: rowLinks(f.Metrics),
	}
	var clauses []audit.Text
	for _, x := range f.Clauses {
		clauses = append(clauses, x.Text)
	}
	c.ClauseText = joinTexts(clauses)
	if f.Cause != "" {
		c.CauseWord = r.cause(f.Cause)
	}
	add := func(name, value audit.Text) { c.Facts = append(c.Facts, fact{Name: name, Value: value}) }
	if f.Cases > 0 {
		add(w("cases"), same(thousands(f.Cases)))
	}
	if f.Customers > 0 {
		add(w("customers"), same(thousands(f.Customers)))
	}
	if f.Amount != 0 {
		add(w("at stake"), r.money.text(f.Amount))
	}
	if f.Exposure != 0 {
		add(w("amount x days"), r.money.days(f.Exposure))
	}
	if f.Owed > 0 {
		add(w("owed a remedy"), same(thousands(f.Owed)))
	}
	if f.FirstSeen != 0 {
		add(w("first seen"), r.day(f.FirstSeen))
	}
	if f.LastSeen != 0 {
		add(w("last seen"), r.day(f.LastSeen))
	}
	if !full {
		if f.Cases > 0 {
			c.SampleNote = audit.T("Its cases are in cases.arrow under finding "+f.ID+".", "案例见 cases.arrow，finding 为 "+f.ID+"。")
		}
		return c
	}
	c.Figure = r.cardFigure(f)
	c.Supported = r.supported(f.Causes)
	if cs := r.samples[f.ID]; len(cs) > 0 {
		t := r.caseTable(f, cs[:min(len(cs), r.room.samples)])
		c.Samples = &t
		if check := r.check[f.Check]; check != nil && check.Letter != nil {
			c.Example = check.Letter(r.plan, cs[0])
		}
		c.Events, c.ExampleKey = r.eventTable(cs[0]), r.id(cs[0].Key).Text.En
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

// supported lists causes, unless the one that the card names anyway is alone
// and has no share.
func (r *Report) supported(causes []audit.Supported) []supported {
	if len(causes) == 0 || len(causes) == 1 && causes[0].Share == 0 {
		return nil
	}
	var out []supported
	for _, c := range causes {
		s := supported{Word: r.cause(c.Code), Code: c.Code, Grade: c.Grade.String()}
		if c.Share != 0 {
			s.Share = rate.value(float64(c.Share) / 1e6)
			s.Width = int(max(c.Share, -c.Share) / 10_000)
		}
		out = append(out, s)
	}
	return out
}

// eventsShown bounds the evidence timeline on a card; cases.arrow has all.
const eventsShown = 8

// eventTable is the evidence timeline of a case: its last events.
func (r *Report) eventTable(c *audit.Case) *table {
	if len(c.Events) == 0 {
		return nil
	}
	t := &table{Head: head(audit.T("at", "时间"), audit.T("event", "事件"), audit.T("key", "编号"), audit.T("note", "说明"))}
	for _, e := range c.Events[max(0, len(c.Events)-eventsShown):] {
		t.Rows = append(t.Rows, []cell{{Text: same(r.instant(e.At)), Keep: true}, words(happened(e.What)), r.id(e.Key), words(clipText(r.note(c.Check, e.Note), 600))})
	}
	t.prune()
	return t
}
