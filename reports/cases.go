package reports

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
)

var casesFormat = Format{
	Name: "cases", File: "cases.arrow",
	Doc: "one row a decision or account judged and found wanting",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "cases", caseColumns, r.res.Cases)
	},
}

type kase = audit.Case

var caseColumns = []column[kase]{
	textColumn("check", "check that judged it", func(c *kase) string { return c.Check }),
	textColumn("table", "table of key", func(c *kase) string { return c.Table }),
	textColumn("key", "row key, with check: the decision, account or event judged", func(c *kase) string { return c.Key }),
	textColumn("customer", "customer, as the export or the pack's key has it; empty: unknown", func(c *kase) string { return c.Customer }),
	textColumn("account", "account, likewise", func(c *kase) string { return c.Account }),
	instantColumn("at", "instant of the decision or event", func(c *kase) int64 { return c.At }),
	textColumn("product", "product", func(c *kase) string { return c.Product }),
	textColumn("policy_version", "recorded policy version", func(c *kase) string { return c.PolicyVersion }),
	textColumn("model_version", "recorded model version", func(c *kase) string { return c.ModelVersion }),
	textColumn("substance", "verdict on the outcome", func(c *kase) string { return c.Substance.String() }),
	textColumn("disclosure", "verdict on what the customer was told", func(c *kase) string { return c.Disclosure.String() }),
	textColumn("grade", "evidence: E1 to E4; empty: none", func(c *kase) string { return c.Grade.String() }),
	listColumn("rules", "rules that fired", func(c *kase) []string { return c.Rules }),
	textColumn("cause", "primary cause; MIXED when none holds half of it", func(c *kase) string { return c.Cause }),
	structsColumn("causes", "every cause the evidence supports, with its grade and its Shapley share of the change (null: no share)", causeType,
		func(c *kase) []audit.Supported { return c.Causes }, appendCause),
	intColumn("amount", "money at stake, minor units of evenhand.currency; 0: none known", func(c *kase) int64 { return c.Amount }),
	intColumn("days", "days it lasted, as of the export; harm is amount x days", func(c *kase) int64 { return c.Days }),
	textColumn("remedy", "what the lender owes this case: redecide, apply_shortfall, run_evaluation, correct_display, human_review or tell; empty: nothing", func(c *kase) string { return c.Remedy }),
	structsColumn("evidence", "what was read, by name, in a fixed order", itemType,
		func(c *kase) []audit.Item { return c.Evidence },
		func(s *array.StructBuilder, e *audit.Item) {
			appendText(s.FieldBuilder(0), e.Name)
			appendText(s.FieldBuilder(1), e.Value)
		}),
	structsColumn("events", "evidence timeline, up to 30 events in time order", eventType,
		func(c *kase) []audit.Event { return c.Events }, appendEvent),
	textColumn("finding", "id of the finding that holds it; empty: none", func(c *kase) string { return c.Finding }),
}
