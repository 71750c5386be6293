package reports

import (
	"evenhand/audit"
	"evenhand/audit/pseudonym"
)

// rowLink is the id of a metric's row: a link when the page shows that row.
type rowLink struct {
	ID   string
	Here bool
}

// rowLinks are those of a finding's metrics.
func rowLinks(ids []string) (out []*rowLink) {
	for _, id := range ids {
		out = append(out, &rowLink{ID: id})
	}
	return out
}

// anchor gives every metric on the page one place that links lead to: its row
// in the table of its chapter, or else in the data of a chart. Links to metrics
// that the page has no room for become plain ids.
func (p *page) anchor() {
	here := map[string]bool{}
	place := func(t *table) {
		if t == nil {
			return
		}
		for _, row := range t.Rows {
			for i := range row {
				if c := &row[i]; c.Row != "" && !here[c.Row] {
					c.Place, here[c.Row] = true, true
				}
			}
		}
	}
	for i := range p.Chapters {
		place(&p.Chapters[i].Metrics)
	}
	for i := range p.Chapters {
		for _, f := range p.Chapters[i].Figures {
			place(&f.Data)
		}
	}
	for i := range p.Cards {
		if f := p.Cards[i].Figure; f != nil {
			place(&f.Data)
		}
	}
	place(p.Suppressed)
	for i := range p.Cards {
		for _, l := range p.Cards[i].Rows {
			l.Here = here[l.ID]
		}
	}
	for _, tiles := range [][]tile{p.Patterns, p.Families} {
		for i := range tiles {
			for _, f := range tiles[i].Facts {
				if f.Row != nil {
					f.Row.Here = here[f.Row.ID]
				}
			}
		}
	}
}

// digestFacts are the digests of the cover, short.
func (r *Report) digestFacts() []fact {
	of := func(name audit.Text, digest string) fact { return fact{Name: name, Value: same(short(digest))} }
	facts := []fact{of(w("Plan"), r.plan.Digest), of(w("Data"), r.data), of(w("Result"), r.digest)}
	if r.ids.KeyID != "" {
		facts = append(facts, fact{Name: audit.T("Key of ids", "编号密钥"), Value: audit.T(r.ids.KeyID+", "+r.ids.Mode, r.ids.KeyID+"，"+map[string]string{pseudonym.Keyed: "机构密钥", pseudonym.Derived: "仅限本次导出"}[r.ids.Mode])})
	}
	return facts
}
