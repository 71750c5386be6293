// Package clauses lists the clauses of law and supervision that audits give
// evidence for, with how sure each reading is and when it was checked.
//
// It is a map for people who look for evidence, and nothing else: no entry says
// that anybody complies with, or breaks, anything. What could not be made sure
// is left out, not listed with a question mark.
package clauses

import (
	"strings"

	"evenhand/audit"
)

// Standing says how sure the reading of a clause is.
type Standing string

// The two standings: the text was held against a stored source, or the reading
// is sure from knowledge of the field.
const (
	Verified Standing = "verified"
	Sure     Standing = "sure"
)

// Words are the standing in both languages.
func (s Standing) Words() audit.Text {
	if s == Verified {
		return audit.T("text seen", "已核对原文")
	}
	return audit.T("sure from knowledge", "据专业知识确认")
}

// Regime is whose clause it is: cn, eu, uk or us.
type Regime string

// Words name the regime in both languages.
func (r Regime) Words() audit.Text {
	switch r {
	case "cn":
		return audit.T("China", "中国")
	case "eu":
		return audit.T("European Union", "欧盟")
	case "uk":
		return audit.T("United Kingdom", "英国")
	}
	return audit.T("United States", "美国")
}

// Rule is one clause.
type Rule struct {
	ID     string // stable, e.g. "us-regb-9"
	Regime Regime
	Name   audit.Text // as it is cited
	Point  audit.Text // what it asks, in short
	// Limits says from when and to whom it applies where that is easily mistaken.
	Limits audit.Text
	// Whole says that the run as a whole is the evidence (report, manifest and
	// evidence pack), not single checks.
	Whole    bool
	Standing Standing
	Checked  string // day on which the reading was checked, e.g. "2026-11-22"
}

// Cite is the rule as a finding cites it; the aspect, in both languages, says
// what of it: a paragraph, as in "(a)(1)", or words. It may be empty.
func (r *Rule) Cite(en, zh string) audit.Clause {
	t := r.Name
	switch {
	case en == "":
	case strings.HasPrefix(en, "("):
		t.En, t.Zh = t.En+en, t.Zh+zh
	default:
		t.En, t.Zh = t.En+" ("+en+")", t.Zh+"（"+zh+"）"
	}
	return audit.Clause{ID: r.ID, Text: t}
}

// IDs are the ids of rules, for audit.Check.Clauses.
func IDs(rules ...*Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.ID
	}
	return out
}

// Find returns the rule of an id, nil if there is none.
func Find(id string) *Rule {
	for _, r := range All {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// checked is the day on which the readings below were last gone through: against
// the project's study of the law, which says of each whether its text was read;
// those of 12 CFR 1002.9, PIPL 24, GDPR 22, Annex III 5(b) of the AI Act and
// PRIN 2A.9 were looked up again that day.
const checked = "2026-11-22"
