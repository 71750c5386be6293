package audit

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/features"
)

// column validates how the canonical column c is read.
func (v *validator) column(path string, c features.Column, m *ColumnMap) {
	sources := 0
	for _, given := range []bool{len(m.From) > 0, m.Constant != nil, m.Row, m.Absent} {
		if given {
			sources++
		}
	}
	switch {
	case sources != 1 || slices.Contains(m.From, ""):
		v.wrong(path, "say where it comes from by exactly one of from, constant, row and absent")
		return
	case len(m.From) > 1 && c.Kind != features.TextList:
		v.wrong(path, "%s is no list: name one column, not %d", c.Name, len(m.From))
	case m.Row && c.Name == "reason_text":
		v.wrong(path, "row makes ids, not texts; use from or constant")
	case len(m.From) == 0 && (m.Values != nil || m.Missing != nil || m.NaN != ""):
		v.wrong(path, "values, missing and nan describe a column of the export; remove them or name the column in from")
	}
	v.options(path, c.Kind, m)
	if m.Unmapped != "" && c.Kind == features.Text && c.Enum == nil {
		v.wrong(path+".unmapped", "%s takes any value; unmapped applies to columns with a fixed vocabulary, such as outcome", c.Name)
	}
	v.targets(path+".values", c, m.Values)
	if m.Constant != nil {
		if _, err := v.constant(c, m); err != nil {
			v.wrong(path+".constant", "%v", err)
		}
	}
}

// feature validates how a feature is read.
func (v *validator) feature(path string, m *ColumnMap) {
	if m.Constant != nil || m.Row || m.Absent || len(m.From) != 1 || m.From[0] == "" {
		v.wrong(path, "a feature is read from one column of the export; name it in from")
	}
	for _, o := range []struct {
		key   string
		given bool
	}{{"unmapped", m.Unmapped != ""}, {"unit", m.Unit != ""}, {"float_money", m.FloatMoney}, {"round", m.Round != ""}, {"timezone", m.Timezone != ""}, {"days_since", m.DaysSince != ""}, {"months_since", m.MonthsSince != ""}} {
		if o.given {
			v.wrong(path+"."+o.key, "features are read as they are: only values, missing and nan apply to them")
		}
	}
}

// option is a key of ColumnMap that applies to some kinds of column only.
type option struct {
	key   string
	given func(*ColumnMap) bool
	kinds []features.Kind
}

var columnOptions = []option{
	{"row", func(m *ColumnMap) bool { return m.Row }, []features.Kind{features.Opaque}},
	{"values", func(m *ColumnMap) bool { return m.Values != nil }, []features.Kind{features.Text, features.TextList, features.Bool}},
	{"unmapped", func(m *ColumnMap) bool { return m.Unmapped != "" }, []features.Kind{features.Text}},
	{"unit", func(m *ColumnMap) bool { return m.Unit != "" }, []features.Kind{features.Money}},
	{"float_money", func(m *ColumnMap) bool { return m.FloatMoney }, []features.Kind{features.Money}},
	{"round", func(m *ColumnMap) bool { return m.Round != "" }, []features.Kind{features.Money}},
	{"nan", func(m *ColumnMap) bool { return m.NaN != "" }, []features.Kind{features.Int, features.Float, features.Money, features.Instant, features.Date, features.Bool}},
	{"timezone", func(m *ColumnMap) bool { return m.Timezone != "" }, []features.Kind{features.Instant, features.Date}},
	{"days_since", func(m *ColumnMap) bool { return m.DaysSince != "" }, []features.Kind{features.Instant, features.Date}},
	{"months_since", func(m *ColumnMap) bool { return m.MonthsSince != "" }, []features.Kind{features.Instant, features.Date}},
}

// options refuses options that mean nothing for the kind of column.
func (v *validator) options(path string, k features.Kind, m *ColumnMap) {
	for _, o := range columnOptions {
		if o.given(m) && !slices.Contains(o.kinds, k) {
			v.wrong(path+"."+o.key, "it does not apply to a column of kind %s; remove it", k)
		}
	}
	if m.Round != "" && !m.FloatMoney {
		v.wrong(path+".round", "only money in doubles is rounded; add float_money: true, or remove it")
	}
	if m.Timezone != "" {
		v.location(path+".timezone", m.Timezone)
	}
	for _, o := range [][2]string{{".days_since", m.DaysSince}, {".months_since", m.MonthsSince}} {
		if t, err := time.Parse(time.DateOnly, o[1]); o[1] != "" && (err != nil || inRange(t) != nil) {
			v.wrong(path+o[0], "%q is no date; write one like 2018-01-01", o[1])
		}
	}
	if m.DaysSince != "" && m.MonthsSince != "" {
		v.wrong(path+".months_since", "the column counts days or months, not both; remove days_since or months_since")
	}
}

// targets checks that values map onto the canonical vocabulary.
func (v *validator) targets(path string, c features.Column, values map[string]string) {
	vocabulary := c.Enum
	if c.Kind == features.Bool {
		vocabulary = []string{"true", "false"}
	}
	for raw, to := range values {
		if vocabulary != nil && !slices.Contains(vocabulary, to) {
			v.wrong(path+"."+raw, "%q is no value of %s%s", to, c.Name, orValue(to, vocabulary))
		}
	}
}

func orValue(word string, vocabulary []string) string {
	if s := suggest(word, vocabulary); s != "" {
		return s
	}
	return "; use " + strings.Join(vocabulary, ", ")
}

// constant returns the text of a constant in the form that readers parse:
// instants in RFC 3339, UTC; dates as 2006-01-02; money in minor units; bools
// as true and false.
func (p *Plan) constant(c features.Column, m *ColumnMap) (string, error) {
	s := *m.Constant
	switch c.Kind {
	case features.Text:
		if c.Enum != nil && !slices.Contains(c.Enum, s) {
			return "", fmt.Errorf("%q is no value of %s%s", s, c.Name, orValue(s, c.Enum))
		}
	case features.Int:
		if _, err := strconv.ParseInt(s, 10, 64); err != nil {
			return "", fmt.Errorf("%q must be a whole number", s)
		}
	case features.Float:
		if x, err := strconv.ParseFloat(s, 64); err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "", fmt.Errorf("%q must be a number", s)
		}
	case features.Bool:
		if s = strings.ToLower(s); s != "true" && s != "false" {
			return "", fmt.Errorf("%q must be true or false", s)
		}
	case features.Money:
		return p.amount(s, m.Unit)
	case features.Instant:
		t, _, err := parseInstant(s, p.columnZone(m))
		if err != nil {
			return "", fmt.Errorf("%q is no date; %s", s, instantForms)
		}
		return t.UTC().Format(time.RFC3339Nano), nil
	case features.Date:
		if t, err := time.Parse(time.DateOnly, s); err != nil || inRange(t) != nil {
			return "", fmt.Errorf("%q is no date; write one like 2026-06-30", s)
		}
	case features.Opaque:
		if s == "" {
			return "", fmt.Errorf("an empty id identifies nothing; give one")
		}
	}
	return s, nil
}

// amount reads an amount of money exactly: whole numbers are minor units
// unless unit says otherwise, decimals are major units.
func (p *Plan) amount(s, unit string) (string, error) {
	whole, fraction, decimal := strings.Cut(s, ".")
	exponent := exponentOf(p.Currency)
	if unit == "minor" && decimal || len(fraction) > exponent || decimal && fraction == "" {
		return "", fmt.Errorf("%q is no amount of %s in %s units", s, p.Currency, orElse(unit, "major"))
	}
	if decimal || unit == "major" {
		whole += fraction + strings.Repeat("0", exponent-len(fraction))
	}
	x, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.HasPrefix(fraction, "-") || strings.HasPrefix(fraction, "+") {
		return "", fmt.Errorf("%q is no amount of money", s)
	}
	return strconv.FormatInt(x, 10), nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// exponentOf is the number of decimals of a currency: ISO 4217 gives most of
// them two. (x/text has those of everyday use, which differ.)
func exponentOf(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

// grouping validates a group dimension or segment.
func (v *validator) grouping(path string, g Grouping) {
	if g.Name == "" || strings.ContainsAny(g.Name, "=\n") {
		v.wrong(path, "the name %q can't be used; choose one without = and line breaks", g.Name)
	}
	if g.OneHot != nil && len(g.OneHot) == 0 {
		v.wrong(path+".one_hot", "it is empty; give each group its 0/1 column")
	}
	if g.OneHot != nil && (g.Column != "" || g.Values != nil || g.Bands != nil || g.Missing != nil) {
		v.wrong(path, "one_hot names its own columns; remove column, values, bands and missing")
	}
	if g.OneHot == nil && g.Otherwise != "" {
		v.wrong(path+".otherwise", "it goes with one_hot; use values to name groups")
	}
	if g.Bands != nil && g.Values != nil {
		v.wrong(path, "bands cut numbers and values name them; give only one")
	}
	for group, column := range g.OneHot {
		if group == "" || column == "" || group == g.Otherwise {
			v.wrong(path+".one_hot", "each group needs a name of its own and a column")
		}
	}
	for i := 1; i < len(g.Bands); i++ {
		if g.Bands[i] <= g.Bands[i-1] {
			v.wrong(path+".bands", "the cut points must ascend, but %v follows %v", g.Bands[i], g.Bands[i-1])
		}
	}
	if labels := v.labels(g); labels != nil && g.Reference != "" && !slices.Contains(labels, g.Reference) {
		v.wrong(path+".reference", "there is no group %q; the groups are %s", g.Reference, strings.Join(labels, ", "))
	}
}

// labels returns the groups a grouping makes, nil when only the data tells.
func (v *validator) labels(g Grouping) []string {
	switch {
	case len(g.Bands) > 0:
		return features.BandLabels(g.Bands)
	case len(g.OneHot) > 0:
		labels := sortedKeys(g.OneHot)
		if g.Otherwise != "" {
			labels = append(labels, g.Otherwise)
		}
		return labels
	}
	return nil
}

// MoneyScale is the minor units in a unit of the plan's currency: 100 for CNY.
func (p *Plan) MoneyScale() int64 { return int64(math.Pow10(exponentOf(p.Currency))) }
