package reports

import (
	"html/template"
	"math"

	"evenhand/audit"
)

// What follows lends the report's words, numbers and looks to those who write
// about reports, e.g. about two of them.

// Facts is what summary.json says, for those who tell others of the run.
func (r *Report) Facts() *Summary { return r.summary() }

// StyleSheet is the style sheet of the page.
func StyleSheet() template.CSS {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		panic("reports: " + err.Error()) // it is embedded
	}
	return template.CSS(style)
}

// Visible shows the characters that would change how a page or a terminal
// reads without being seen.
func Visible(b []byte) []byte { return visible(b) }

// OneLine is s for a terminal: no controls, no line breaks.
func OneLine(s string) string { return oneLine(s) }

// Count writes n with separators.
func Count(n int64) string { return thousands(n) }

// Money writes minor units of a currency, by its ISO 4217 code.
func Money(code string, minor int64) audit.Text { return newMoney(code).text(minor) }

// PValue writes p, "< 0.001" for less.
func PValue(p float64) string { return pvalue(p) }

// MetricValue writes v in the unit of m.
func MetricValue(m *audit.Metric, v float64) audit.Text { return unitOf(m).value(v) }

// MetricShares reports whether m is written as a share, as a difference of
// shares, or as a bare number of about that size: 0.01 means the same in all.
func MetricShares(m *audit.Metric) bool {
	switch unitOf(m) {
	case rate, points, ratio:
		return true
	}
	return false
}

// MetricRows names the rows that m is about: its period, segment and group.
func MetricRows(m *audit.Metric) audit.Text { return slice(m) }

// MetricDifference writes a difference of two values of m with its sign: of
// shares in percentage points, of others in their own unit.
func MetricDifference(m *audit.Metric, d float64) audit.Text {
	u := unitOf(m)
	if u == rate {
		u = points
	}
	t := u.value(d)
	if u != points && d > 0 && !math.IsInf(d, 0) {
		t = audit.T("+"+t.En, "+"+t.Zh)
	}
	return t
}

// Wording is a word of the vocabulary in both languages: a level, severity,
// verdict, grade, status of a metric or of a check, as the files spell it; the
// word itself where it is none.
func Wording(word string) audit.Text {
	for _, list := range []struct {
		names []string
		words []audit.Text
	}{
		{audit.SeverityNames(), severityWords}, {audit.SubstanceNames(), substanceWords}, {audit.DisclosureNames(), disclosureWords},
		{append([]string{""}, audit.GradeNames()...), gradeWords}, {audit.StatusNames(), statusWords},
	} {
		for i, name := range list.names {
			if name == word {
				return list.words[i]
			}
		}
	}
	if t, ok := levelWords[word]; ok {
		return t
	}
	if t, ok := coverageWords[word]; ok {
		return t
	}
	return same(word)
}
