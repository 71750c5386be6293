package reports

import (
	"io"

	"evenhand/audit"
)

// remediesFormat is the re-decision list: what a lender's engineers work off.
var remediesFormat = Format{
	Name: "remedies", File: "remedies.arrow",
	Doc: "one row a case to which the lender owes a new decision, an amount, an evaluation or a correction, with the customer's text",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "remedies", remedyColumns(r), r.owed())
	},
}

// owed reports whether a case's remedy is more than telling the customer.
func owed(c *audit.Case) bool { return c.Remedy != "" && c.Remedy != "tell" }

// owed are the cases with a remedy owed, in the order of the cases. What several
// checks find of one decision or event is owed once: as the first of them says.
func (r *Report) owed() []audit.Case {
	type what struct{ remedy, table, key string }
	seen := map[what]bool{}
	var out []audit.Case
	for i := range r.res.Cases {
		c := &r.res.Cases[i]
		if k := (what{c.Remedy, c.Table, c.Key}); owed(c) && !seen[k] {
			seen[k] = true
			out = append(out, *c)
		}
	}
	return out
}

func remedyColumns(r *Report) []column[kase] {
	return concat([]column[kase]{
		textColumn("remedy", "what is owed: redecide, apply_shortfall, run_evaluation, correct_display or human_review", func(c *kase) string { return c.Remedy }),
		textColumn("table", "table of key", func(c *kase) string { return c.Table }),
		textColumn("key", "the decision, account or event", func(c *kase) string { return c.Key }),
		textColumn("customer", "customer", func(c *kase) string { return c.Customer }),
		textColumn("account", "account", func(c *kase) string { return c.Account }),
		textColumn("product", "product", func(c *kase) string { return c.Product }),
		instantColumn("at", "instant of the decision or event", func(c *kase) int64 { return c.At }),
		intColumn("amount", "shortfall or amount at stake, minor units", func(c *kase) int64 { return c.Amount }),
		intColumn("days", "days it lasted, as of the export", func(c *kase) int64 { return c.Days }),
		textColumn("cause", "primary cause", func(c *kase) string { return c.Cause }),
		textColumn("check", "check that judged it", func(c *kase) string { return c.Check }),
		textColumn("finding", "id of the finding that holds it", func(c *kase) string { return c.Finding }),
	}, bilingual("letter", "what the customer may truthfully be told", r.letter))
}

// letter is what the customer of a case may be told: the check's own words for
// the case, else those of its finding.
func (r *Report) letter(c *kase) audit.Text {
	if check := r.check[c.Check]; check != nil && check.Letter != nil {
		if t := check.Letter(r.plan, c); !t.IsZero() {
			return t
		}
	}
	return r.finding[c.Finding].Customer
}
