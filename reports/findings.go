package reports

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
)

var findingsFormat = Format{
	Name: "findings", File: "findings.arrow",
	Doc: "one row a finding, ranked by harm: the worst first",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "findings", findingColumns, r.res.Findings)
	},
}

type finding = audit.Finding

var findingColumns = concat(
	[]column[finding]{
		textColumn("id", "row key: stable hash of check and cluster, the same in every report", func(f *finding) string { return f.ID }),
		textColumn("check", "check that made it", func(f *finding) string { return f.Check }),
		textColumn("severity", "S1 (worst) to S4", func(f *finding) string { return f.Severity.String() }),
		textColumn("level", "gate it counts for: fail, warn or info", func(f *finding) string { return f.Severity.Level() }),
	},
	bilingual("title", "the finding in one sentence", func(f *finding) audit.Text { return f.Title }),
	bilingual("what", "what is known, how surely, and what it is not", func(f *finding) audit.Text { return f.What }),
	[]column[finding]{
		textColumn("substance", "was the outcome right under the lender's own policy: UNJUSTIFIED, JUSTIFIED, NOT_YET, TECHNICAL or INDETERMINATE", func(f *finding) string { return f.Substance.String() }),
		textColumn("disclosure", "was it told, specifically, in time, with an appeal route: ADEQUATE, GENERIC, WRONG, LATE, ABSENT, MISLEADING, NO_ROUTE, NOT_DUE, EXEMPT or NOT_ASSESSED", func(f *finding) string { return f.Disclosure.String() }),
		textColumn("grade", "evidence: E1 exact replay, E2 within tolerance, E3 statistical, E4 circumstantial; empty: none", func(f *finding) string { return f.Grade.String() }),
		textColumn("cause", "primary cause", func(f *finding) string { return f.Cause }),
		structsColumn("causes", "every cause its cases support, with grade and share", causeType,
			func(f *finding) []audit.Supported { return f.Causes }, appendCause),
		listColumn("rules", "rules that fired", func(f *finding) []string { return f.Rules }),
		intColumn("cases", "number of cases", func(f *finding) int64 { return f.Cases }),
		intColumn("customers", "number of customers", func(f *finding) int64 { return f.Customers }),
		intColumn("harm", "people harmed where there are no cases, e.g. the approvals a group is short of", func(f *finding) int64 { return f.Harm }),
		intColumn("amount", "money at stake, minor units of evenhand.currency", func(f *finding) int64 { return f.Amount }),
		intColumn("exposure", "sum over cases of amount x days, minor units x days", func(f *finding) int64 { return f.Exposure }),
		intColumn("owed", "cases to which the lender owes more than words: its rows of remedies.arrow", func(f *finding) int64 { return f.Owed }),
		instantColumn("first_seen", "instant of the first case; null where it does not apply", func(f *finding) int64 { return f.FirstSeen }),
		instantColumn("last_seen", "instant of the last case; null where it does not apply", func(f *finding) int64 { return f.LastSeen }),
		listColumn("samples", "up to 20 keys of cases.arrow, chosen by hash", func(f *finding) []string { return f.Samples }),
		listColumn("metrics", "ids of the rows of metrics.arrow behind it", func(f *finding) []string { return f.Metrics }),
	},
	bilingual("remedy", "what the lender must fix", func(f *finding) audit.Text { return f.Remedy }),
	bilingual("customer", "what the customer may truthfully be told", func(f *finding) audit.Text { return f.Customer }),
	[]column[finding]{
		structsColumn("clauses", "clauses it is evidence for: id in governance.json, and in both languages", clauseType,
			func(f *finding) []audit.Clause { return f.Clauses }, appendClause),
		textColumn("waiver", "id of the plan's waiver in force for it; empty: none", func(f *finding) string { return waiverOf(f).ID }),
		textColumn("waiver_reason", "why it is accepted", func(f *finding) string { return waiverOf(f).Reason }),
		textColumn("waiver_owner", "who answers for the waiver", func(f *finding) string { return waiverOf(f).Owner }),
		textColumn("waiver_expires", "last day of the waiver, as 2026-12-31", func(f *finding) string { return waiverOf(f).Expires }),
	},
)

var clauseType = arrowStruct("id", "en", "zh")

func appendClause(s *array.StructBuilder, c *audit.Clause) {
	appendText(s.FieldBuilder(0), c.ID)
	appendText(s.FieldBuilder(1), c.En)
	appendText(s.FieldBuilder(2), c.Zh)
}

// waiverOf is the waiver in force for a finding, an empty one without.
func waiverOf(f *finding) audit.Waiver {
	if f.Waived == nil {
		return audit.Waiver{}
	}
	return *f.Waived
}

func concat[T any](parts ...[]T) []T {
	var all []T
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
