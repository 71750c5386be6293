package reports

import (
	"io"
	"slices"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

var governanceFormat = Format{
	Name: "governance", File: "governance.json",
	Doc:   "the governance map: which clause each audit of the run gives evidence for, how sure the reading is, and when it was checked",
	Write: func(r *Report, w io.Writer) error { return writeJSON(w, r.governance()) },
}

// governanceNotice is what the map is not.
var governanceNotice = audit.T(
	"A map for people who look for evidence. It is no legal advice, and no statement that anybody complies with a clause or breaks one. Clauses that could not be made sure are left out.",
	"供查找证据之用。不构成法律意见，也不表示任何人符合或未遵守某一条款。未能确认的条款不列入。")

// Governance is what governance.json says.
type Governance struct {
	SchemaVersion int              `json:"schema_version"`
	Notice        audit.Text       `json:"notice"`
	ResultDigest  string           `json:"result_sha256"`
	Clauses       []governedClause `json:"clauses"`
}

type governedClause struct {
	ID       string     `json:"id"`
	Regime   string     `json:"regime"`
	Name     audit.Text `json:"name"`
	Point    audit.Text `json:"point"`
	Limits   audit.Text `json:"limits"`
	Standing string     `json:"standing"` // verified: the text was read; sure: from knowledge
	Checked  string     `json:"checked"`
	// Whole: the report, its manifest and the evidence pack are the evidence.
	Whole  bool              `json:"whole_run"`
	Audits []governanceCheck `json:"audits"`
}

// governanceCheck is one audit that can give evidence, and what it gave here.
type governanceCheck struct {
	Check    string     `json:"check"`
	Title    audit.Text `json:"title"`
	Status   string     `json:"status"` // ran, degraded or skipped
	Judged   int64      `json:"rows_judged"`
	Findings []string   `json:"findings"` // ids of those that cite the clause
}

// governance maps every clause to the checks of the run that name it; clauses
// that none of them names are left out.
func (r *Report) governance() *Governance {
	g := &Governance{SchemaVersion: SchemaVersion, Notice: governanceNotice, ResultDigest: r.digest, Clauses: []governedClause{}}
	cited := map[[2]string][]string{} // check, clause → findings
	for i := range r.res.Findings {
		f := &r.res.Findings[i]
		for _, c := range f.Clauses {
			k := [2]string{f.Check, c.ID}
			if !slices.Contains(cited[k], f.ID) {
				cited[k] = append(cited[k], f.ID)
			}
		}
	}
	for _, rule := range clauses.All {
		c := governedClause{ID: rule.ID, Regime: string(rule.Regime), Name: rule.Name, Point: rule.Point, Limits: rule.Limits,
			Standing: string(rule.Standing), Checked: rule.Checked, Whole: rule.Whole, Audits: []governanceCheck{}}
		for _, check := range r.checks {
			if !slices.Contains(check.Clauses, rule.ID) {
				continue
			}
			a := governanceCheck{Check: check.Name, Title: check.Title, Status: "skipped", Findings: notNil(cited[[2]string{check.Name, rule.ID}])}
			if v := r.coverage[check.Name]; v != nil {
				a.Status, a.Judged = v.Status, v.Judged
			}
			c.Audits = append(c.Audits, a)
		}
		if c.Whole || len(c.Audits) > 0 {
			g.Clauses = append(g.Clauses, c)
		}
	}
	return g
}

// governanceTable is the map on the page, under a heading for each regime.
func (r *Report) governanceTable() *table {
	t := &table{Head: right(head(audit.T("clause", "条款"), audit.T("what it asks", "要点"), audit.T("audits that give evidence", "可提供证据的检查"),
		audit.T("findings", "问题数"), audit.T("reading", "核对")), 3)}
	last := ""
	for _, c := range r.governance().Clauses {
		point := c.Point
		if !c.Limits.IsZero() {
			point = audit.T(point.En+"; "+c.Limits.En, point.Zh+"；"+c.Limits.Zh)
		}
		row := []cell{words(c.Name), words(point), words(auditsOf(&c)), num(thousands(int64(c.findings()))),
			words(joinTextsBy(audit.T(", ", "，"), clauses.Standing(c.Standing).Words(), r.dayWords(c.Checked)))}
		if c.Regime != last {
			row[0].Over, last = clauses.Regime(c.Regime).Words(), c.Regime
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = governanceNotice
	return t
}

func (c *governedClause) findings() int {
	seen := map[string]bool{}
	for _, a := range c.Audits {
		for _, id := range a.Findings {
			seen[id] = true
		}
	}
	return len(seen)
}

// auditsOf names the audits of a clause, those that were skipped apart.
func auditsOf(c *governedClause) audit.Text {
	if c.Whole {
		return audit.T("the run as a whole: report, manifest, evidence pack", "整次运行：报告、清单与证据包")
	}
	var ran, skipped []audit.Text
	for _, a := range c.Audits {
		if a.Status == "skipped" {
			skipped = append(skipped, a.Title)
		} else {
			ran = append(ran, a.Title)
		}
	}
	listed := audit.T(", ", "、")
	all := joinTextsBy(listed, ran...)
	if len(skipped) > 0 {
		s := joinTextsBy(listed, skipped...)
		s = audit.T("not run: "+s.En, "未运行："+s.Zh)
		if len(ran) > 0 {
			s = audit.T(all.En+"; "+s.En, all.Zh+"；"+s.Zh)
		}
		all = s
	}
	return all
}
