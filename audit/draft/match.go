package draft

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"evenhand/features"
)

// guess is how one canonical column seems to be read.
type guess struct {
	column  features.Column
	from    []string
	options []string    // more keys, as YAML: "timezone: UTC"
	values  [][2]string // raw value and canonical value, in the order to write
	unknown []string    // raw values that have none
	todo    bool        // a suggestion: written as a comment
	note    string      // comment after it
	offers  []offer     // further keys, as comments
}

// offer is a key that changes an answer: it is for the lender to put in force.
type offer struct{ option, why string }

// recognise returns v as the table of the contract that it resembles most, or
// nil when it resembles none.
func recognise(v *view) *table {
	var best *table
	most := 0
	for i := range features.Schema {
		c := &features.Schema[i]
		t := &table{view: v, contract: c, paths: []string{v.path}}
		t.match()
		sign := signs[c.Name]
		if !slices.ContainsFunc(strings.Fields(sign.columns), func(name string) bool { return t.guess(name) != nil }) {
			continue
		}
		score := 0
		for _, g := range t.guesses {
			score++
			if g.column.Required {
				score++
			}
		}
		if slices.ContainsFunc(strings.Fields(sign.hints), func(h string) bool { return strings.Contains(v.base(), h) }) {
			score += 4
		}
		// Decisions carry features besides, so what they don't explain says
		// little; three points are an outcome and an id.
		if score >= 3 && score > most {
			best, most = t, score
		}
	}
	if best != nil {
		best.complete()
	}
	return best
}

// assume takes v for decisions, the table that every audit starts from.
func assume(v *view) *table {
	t := &table{view: v, contract: features.TableNamed("decisions"), paths: []string{v.path}, assumed: true}
	t.match()
	t.complete()
	return t
}

// match guesses each column of the contract that a field seems to hold.
func (t *table) match() {
	for _, c := range t.contract.Columns {
		switch {
		case c.Name == "outcome":
			t.outcome(c)
		case c.Name == "reasons" && t.numbered(c):
		case c.Enum != nil:
			t.vocabulary(c)
		default:
			if f := t.find(c); f != nil {
				t.guesses = append(t.guesses, t.read(c, f))
			}
		}
	}
}

// find returns the field that is called like the column and could hold it.
func (t *table) find(c features.Column) *field {
	for _, name := range append([]string{c.Name}, strings.Fields(synonyms[t.contract.Name][c.Name])...) {
		key := normal(name)
		for i := range t.fields {
			if f := &t.fields[i]; f.key == key && fits(c, f) {
				return f
			}
		}
	}
	return nil
}

// fits reports whether a field of its type can be read as the column.
func fits(c features.Column, f *field) bool {
	is := func(kinds ...features.Kind) bool { return slices.Contains(kinds, f.Natural) }
	switch c.Kind {
	case features.Text:
		return is(features.Text, features.Opaque, features.Int, features.Bool)
	case features.Opaque:
		return is(features.Text, features.Opaque, features.Int)
	case features.Int:
		return is(features.Int, features.Float)
	case features.Float:
		return is(features.Float, features.Int, features.Money)
	case features.Money:
		return is(features.Money, features.Int, features.Float)
	case features.Instant, features.Date:
		return is(features.Instant, features.Date, features.Text) || days(f)
	case features.Bool:
		return is(features.Bool) || binary(f)
	case features.TextList:
		return is(features.TextList, features.Text)
	}
	return false
}

// days reports whether a field counts days from some day.
func days(f *field) bool {
	return (f.Natural == features.Int || f.Natural == features.Float) && strings.HasPrefix(f.key, "days")
}

// binary reports whether a field holds 0 and 1 only.
func binary(f *field) bool {
	return f.Natural == features.Bool || (f.Natural == features.Int || f.Natural == features.Float) && len(f.Values) > 0 && len(f.Values) <= 2 &&
		!slices.ContainsFunc(f.Values, func(v string) bool { return v != "0" && v != "1" })
}

// unknownDay stands where an export counts days from a day that it does not
// name.
const unknownDay = "2020-01-01"

// read says how f is read as column c.
func (t *table) read(c features.Column, f *field) guess {
	g := guess{column: c, from: []string{f.Name}}
	switch {
	case c.Kind == features.Money && f.Natural == features.Float:
		g.offers = append(g.offers, offer{"float_money: true", "it is " + f.Type + ": uncomment to accept amounts rounded to the minor unit, or export decimals"})
	case c.Kind == features.Money && f.Natural == features.Int:
		g.offers = append(g.offers, offer{"unit: major", "whole numbers count as minor units (分, cents); uncomment if these are major ones (元, dollars)" + t.extent(f)})
	case (c.Kind == features.Instant || c.Kind == features.Date) && days(f):
		g.options = append(g.options, "days_since: "+unknownDay)
		g.note = "check: days from which day?" + t.extent(f)
	case c.Kind == features.Instant && strings.Contains(f.Type, "no zone"):
		g.options = append(g.options, "timezone: "+defaultZone)
		g.note = "check: the timestamps name no zone"
	case c.Kind == features.Instant && f.Natural == features.Date && f.Name != c.Name:
		g.note = "a date: the start of the day in the plan's zone"
	case c.Name == "decision_id" && f.key != "decisionid" || c.Name == "account_id" && f.key == "customerid":
		g.note = "check"
	}
	return g
}

// extent tells the least and largest value, for a comment.
func (t *table) extent(f *field) string {
	if f.Min == "" || f.Max == "" {
		return ""
	}
	return "; values run from " + quote(f.Min) + " to " + quote(f.Max)
}

var numberedReason = regexp.MustCompile(`^(?:reason|reasoncode|denialreason|denyreason|rejectreason|declinereason|adversereason|拒绝原因|原因码)(\d{1,2})$`)

// numbered guesses a list that is spread over columns: reason_1, reason_2 …
func (t *table) numbered(c features.Column) bool {
	type part struct {
		name string
		n    int
	}
	var parts []part
	for _, f := range t.fields {
		if m := numberedReason.FindStringSubmatch(f.key); m != nil && (f.Natural == features.Text || f.Natural == features.Int) {
			n, _ := strconv.Atoi(m[1])
			parts = append(parts, part{f.Name, n})
		}
	}
	if len(parts) < 2 {
		return false
	}
	slices.SortStableFunc(parts, func(a, b part) int { return a.n - b.n })
	g := guess{column: c}
	for _, p := range parts {
		g.from = append(g.from, p.name)
	}
	t.guesses = append(t.guesses, g)
	return true
}

var year = regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)(?:\D|$)`)

// complete adds suggestions for required columns that no field seems to hold.
func (t *table) complete() {
	var out []guess
	for _, c := range t.contract.Columns {
		if g := t.guess(c.Name); g != nil {
			out = append(out, *g)
			continue
		}
		if f := t.fieldNamed(c.Name); f != nil {
			// Not listed, it would be read all the same, and refused.
			out = append(out, guess{column: c, options: []string{"absent: true"}, note: "column " + quote(f.Name) + " is " + f.Type + " and does not hold the contract's " + c.Name + "; map it by values: if it does"})
			continue
		}
		if c.Required {
			out = append(out, t.suggest(c))
		}
	}
	t.guesses = out
}

func (t *table) fieldNamed(name string) *field {
	for i := range t.fields {
		if t.fields[i].Name == name {
			return &t.fields[i]
		}
	}
	return nil
}

// stands are the columns that can stand in for one that is missing.
var stands = map[string][]string{
	"decision_id":    {"application_id"},
	"application_id": {"decision_id"},
	"account_id":     {"customer_id"},
}

// suggest makes a required column of what there is.
func (t *table) suggest(c features.Column) guess {
	g := guess{column: c, todo: true, note: c.Doc}
	for _, other := range stands[c.Name] {
		if o := t.guess(other); o != nil && !o.todo {
			g.from, g.todo = o.from, false
			g.note = "check: " + map[string]string{
				"decision_id": "one decision an application?", "application_id": "one application a decision?", "account_id": "one account a customer?",
			}[c.Name]
			return g
		}
	}
	switch {
	case c.Name == "product":
		g.options = []string{"constant: cash"}
	case c.Kind == features.Instant || c.Kind == features.Date:
		day := "2026-06-30"
		if m := year.FindStringSubmatch(t.path); m != nil {
			day = m[1] + "-07-01"
		}
		g.options = []string{"constant: " + day}
	case c.Name == "outcome":
		g.options = []string{"from: COLUMN", "values: {Y: approved, N: denied}"}
	case c.Kind == features.Opaque:
		g.options = []string{"row: true"}
		if c.Name == "customer_id" {
			g.note += "; with row, every row counts as another customer"
		}
	default:
		g.options = []string{"from: COLUMN"}
	}
	return g
}
