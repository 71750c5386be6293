package reports

import (
	"cmp"
	"io"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

var summaryFormat = Format{
	Name: "summary", File: "summary.json",
	Doc:   "the report for machines, in brief: digests, counts, coverage and findings",
	Write: func(r *Report, w io.Writer) error { return writeJSON(w, r.summary()) },
}

// Summary is what summary.json says. Fields are only ever added.
type Summary struct {
	SchemaVersion int        `json:"schema_version"`
	Lender        string     `json:"lender"`
	AsOf          string     `json:"as_of"`
	FirstPeriod   string     `json:"first_period"`
	LastPeriod    string     `json:"last_period"`
	Currency      string     `json:"currency"`
	Verdict       audit.Text `json:"verdict"`
	// Worst is the worst level of a finding that is not waived: fail, warn, info,
	// or "".
	Worst string `json:"worst"`
	// Gate is how the run ends by the plan's gates and waivers; a level given on
	// the command line is not in it.
	Gate *gateSummary `json:"gate"`

	ResultDigest string          `json:"result_sha256"`
	Plan         planDigest      `json:"plan"`
	DataDigest   string          `json:"data_sha256"`
	Tables       []tableSummary  `json:"tables"`
	Models       []manifestModel `json:"models"`
	Binary       string          `json:"binary"`

	RowsRead     int64             `json:"rows_read"`
	RowsJudged   int64             `json:"rows_judged"`
	CellsRefused int64             `json:"cells_refused"`
	Severities   []named           `json:"findings_by_severity"`
	Substances   []named           `json:"cases_by_substance"`
	Disclosures  []named           `json:"cases_by_disclosure"`
	Statuses     []named           `json:"metrics_by_status"`
	Tests        testsSummary      `json:"tests"`
	Coverage     []coverageSummary `json:"coverage"`
	Findings     []findingSummary  `json:"findings"`
}

// named is one count, in a list that keeps the published order of the words.
type named struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

type tableSummary struct {
	manifestTable
	Cells []cellSummary `json:"cells"`
	Notes []string      `json:"notes"`
}

// cellSummary is what was odd about one column's cells.
type cellSummary struct {
	Column    string  `json:"column"`
	Cells     int64   `json:"cells"`
	Nulls     int64   `json:"nulls"`
	Missing   int64   `json:"missing_codes"`
	NaN       int64   `json:"nan"`
	BadNull   int64   `json:"forbidden_nulls"`
	Bad       int64   `json:"unreadable"`
	Rounded   int64   `json:"rounded"`
	Truncated int64   `json:"coarse_instants"`
	Unmapped  []named `json:"unmapped"`
	Withheld  int64   `json:"unmapped_withheld"`
}

type testsSummary struct {
	Run          int     `json:"run"`
	Flagged      int     `json:"flagged"`
	Insufficient int     `json:"insufficient"`
	Suppressed   int     `json:"suppressed"`
	Method       string  `json:"method"`
	Alpha        float64 `json:"alpha"`
	// ByMetric is the table of tests.
	ByMetric []testTally `json:"by_metric"`
}

type coverageSummary struct {
	Check    string            `json:"check"`
	Article  string            `json:"article,omitempty"`
	Status   string            `json:"status"`
	Why      []audit.Text      `json:"why"`
	RowsIn   int64             `json:"rows_in"`
	Excluded []excludedSummary `json:"excluded"`
	Judged   int64             `json:"judged"`
	Cases    int64             `json:"cases"`
}

type excludedSummary struct {
	Guard audit.Text `json:"guard"`
	Rows  int64      `json:"rows"`
}

type findingSummary struct {
	ID         string     `json:"id"`
	Check      string     `json:"check"`
	Severity   string     `json:"severity"`
	Level      string     `json:"level"`
	Title      audit.Text `json:"title"`
	Substance  string     `json:"substance"`
	Disclosure string     `json:"disclosure"`
	Grade      string     `json:"grade"`
	Cause      string     `json:"cause"`
	Cases      int64      `json:"cases"`
	Customers  int64      `json:"customers"`
	Amount     int64      `json:"amount_minor"`
	// Waived is the waiver in force for it.
	Waived *waivedSummary `json:"waived,omitempty"`
}

func (r *Report) summary() *Summary {
	first, last := r.span()
	s := &Summary{
		SchemaVersion: SchemaVersion, Lender: r.plan.Lender, AsOf: r.plan.AsOf, FirstPeriod: first, LastPeriod: last,
		Currency: r.money.Code, Verdict: r.verdict, Worst: r.Worst(), Gate: r.gateResults(),
		ResultDigest: r.digest, Plan: r.planDigest(), DataDigest: r.data, Models: r.manifestModels(), Binary: r.binary,
		RowsRead: r.rowsRead(), RowsJudged: r.rowsJudged(), CellsRefused: r.refusedCells(),
		Tests:    r.testCounts(),
		Findings: []findingSummary{}, Coverage: []coverageSummary{}, Tables: []tableSummary{},
	}
	for i, t := range r.manifestTables() {
		s.Tables = append(s.Tables, tableSummary{t, r.cells(r.tables[i].Tally), notNil(r.tables[i].Notes)})
	}
	severities, substances := make([]int64, 4), make([]int64, len(audit.SubstanceNames()))
	disclosures, statuses := make([]int64, len(audit.DisclosureNames())), make([]int64, len(audit.StatusNames()))
	for _, f := range r.res.Findings {
		severities[f.Severity]++
		s.Findings = append(s.Findings, findingSummary{f.ID, f.Check, f.Severity.String(), f.Severity.Level(), f.Title,
			f.Substance.String(), f.Disclosure.String(), f.Grade.String(), f.Cause, f.Cases, f.Customers, f.Amount, waivedBy(f.Waived)})
	}
	for i := range r.res.Cases {
		substances[r.res.Cases[i].Substance]++
		disclosures[r.res.Cases[i].Disclosure]++
	}
	for i := range r.res.Metrics {
		statuses[r.res.Metrics[i].Status]++
	}
	s.Severities = counts(audit.SeverityNames(), severities)
	slices.Reverse(s.Severities) // the worst first
	s.Substances = counts(audit.SubstanceNames(), substances)
	s.Disclosures = counts(audit.DisclosureNames(), disclosures)
	s.Statuses = counts(audit.StatusNames(), statuses)
	for _, c := range r.res.Coverage {
		cs := coverageSummary{Check: c.Check, Status: c.Status, Why: notNil(c.Why), RowsIn: c.RowsIn,
			Excluded: []excludedSummary{}, Judged: c.Judged, Cases: c.Cases}
		if k := r.check[c.Check]; k != nil {
			cs.Article = k.Article
		}
		for _, e := range c.Excluded {
			cs.Excluded = append(cs.Excluded, excludedSummary(e))
		}
		s.Coverage = append(s.Coverage, cs)
	}
	return s
}

func (r *Report) testCounts() testsSummary {
	t := r.res.Tests
	return testsSummary{t.Run, t.Flagged, t.Insufficient, t.Suppressed, t.Method, t.Alpha, r.testTallies()}
}

// cells lists the columns of a tally, by name. Values outside a vocabulary
// are shown when they are frequent enough not to point at anybody.
func (r *Report) cells(t features.Tally) []cellSummary {
	out := []cellSummary{}
	for name, c := range t.Columns {
		s := cellSummary{Column: name, Cells: c.Rows, Nulls: c.Nulls, Missing: c.Missing, NaN: c.NaN, BadNull: c.BadNull,
			Bad: c.Bad, Rounded: c.Rounded, Truncated: c.Truncated, Unmapped: []named{}}
		for v, n := range c.Other {
			if n < max(r.plan.Honesty.Suppress, 1) {
				s.Withheld += n
				continue
			}
			s.Unmapped = append(s.Unmapped, named{v, n})
		}
		slices.SortFunc(s.Unmapped, func(a, b named) int {
			return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Name, b.Name))
		})
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b cellSummary) int { return cmp.Compare(a.Column, b.Column) })
	return out
}

func counts(names []string, ns []int64) []named {
	out := make([]named, len(names))
	for i, n := range names {
		out[i] = named{n, ns[i]}
	}
	return out
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
