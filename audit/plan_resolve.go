package audit

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/features"
)

// Resolve says how the canonical column of a table is read from an export that
// has the given fields: as the plan maps it, else from the field of the same
// name. It reports false, with a Spec of nulls, when the export has no such
// column. The error, a PlanError, says that the plan and the export disagree.
// It panics when the contract has no such column.
func (p *Plan) Resolve(table, column string, fields []features.Field) (features.Spec, bool, error) {
	t := features.TableNamed(table)
	if t == nil {
		panic("audit: no table is called " + table)
	}
	c, ok := t.Column(column)
	if !ok {
		panic("audit: table " + table + " has no column " + column)
	}
	s := features.Spec{Name: c.Name, Kind: c.Kind}
	m := p.mapping(table, column)
	if m == nil {
		if _, ok := fieldNamed(fields, column); !ok {
			return s, false, nil
		}
		m = &ColumnMap{From: []string{column}}
	}
	if m.Absent {
		return s, false, nil
	}
	path := "tables." + table + ".columns." + column
	field, err := p.sources(path, table, column, m.From, fields)
	if err != nil {
		return s, false, err
	}
	s.From, s.RowID, s.NotNull = m.From, m.Row, c.Required
	s.NaNNull = m.NaN == "null"
	s.Missing = rawTexts(field, m.Missing)
	if s.Values, err = rawKeys(field, m.Values); err != nil {
		return s, false, PlanError{p.problemf(path+".values", "%s: %v", table, err)}
	}
	if m.Constant != nil {
		text, err := p.constant(c, m)
		if err != nil {
			return s, false, PlanError{p.problemf(path+".constant", "%s: constant for %s: %v", table, column, err)}
		}
		s.Constant = &text
	}
	switch c.Kind {
	case features.Text:
		s.Enum = c.Enum
		s.Strict = c.Enum != nil && (m.Unmapped == "refuse" || c.Required && m.Unmapped != "keep")
		if c.Enum != nil && len(m.From) > 0 && m.Values == nil && field.Natural != features.Text && field.Natural != features.Opaque {
			return s, false, PlanError{p.problemf(path, "%s: %s is read from %q (%s), which can't hold its words; add values:, e.g. values: {%s: %s}", table, column, field.Name, field.Type, exampleOf(field.Natural), c.Enum[0])}
		}
	case features.Money:
		s.Exponent, s.FloatMoney, s.Round = exponentOf(p.Currency), m.FloatMoney, m.Round
		s.Scale = scaleOf(m.Unit, s.Exponent)
		if s.Constant != nil {
			s.Scale = 0 // it is in minor units already
		}
	case features.Instant, features.Date:
		s.Zone = p.columnZone(m)
		if m.Timezone == "" && !p.zoneGiven && strings.Contains(field.Type, "no zone") {
			return s, false, PlanError{p.problemf(path, "%s: column %q (for %s) holds timestamps without a zone; say which by timezone: on the column or at the top of the plan", table, field.Name, column)}
		}
		if m.DaysSince != "" {
			s.Epoch = epoch(m.DaysSince, c.Kind, s.Zone)
		}
		if m.MonthsSince != "" {
			s.Epoch, s.Months = epoch(m.MonthsSince, c.Kind, s.Zone), true
		}
	}
	return s, true, nil
}

// Has reports whether the export has the canonical column: the plan maps it,
// or there is a field of its name.
func (p *Plan) Has(table, column string, fields []features.Field) bool {
	_, ok, err := p.Resolve(table, column, fields)
	return ok && err == nil
}

// mapping returns what the plan says of a canonical column, or nil.
func (p *Plan) mapping(table, column string) *ColumnMap {
	if t := p.Tables[table]; t != nil {
		return t.Columns[column]
	}
	return nil
}

// sources finds the fields that from names and returns the first: the zero
// Field when from is empty.
func (p *Plan) sources(path, table, what string, from []string, fields []features.Field) (features.Field, error) {
	var first features.Field
	for i, name := range from {
		f, ok := fieldNamed(fields, name)
		if !ok {
			return f, PlanError{p.problemf(path, "%s: column %q (for %s) is not in the export; its columns are %s", table, name, what, listed(nearest(name, fieldNames(fields))))}
		}
		if i == 0 {
			first = f
		}
	}
	return first, nil
}

func fieldNamed(fields []features.Field, name string) (features.Field, bool) {
	i := slices.IndexFunc(fields, func(f features.Field) bool { return f.Name == name })
	if i < 0 {
		return features.Field{}, false
	}
	return fields[i], true
}

func fieldNames(fields []features.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// scaleOf is the minor units in a unit; 0 leaves it to the column's type.
func scaleOf(unit string, exponent int) int64 {
	switch unit {
	case "minor":
		return 1
	case "major":
		return int64(math.Pow10(exponent))
	}
	return 0
}

func (p *Plan) columnZone(m *ColumnMap) *time.Location {
	if m.Timezone != "" {
		if zone, err := time.LoadLocation(m.Timezone); err == nil {
			return zone
		}
	}
	return p.zone
}

// epoch is the start of the day that days are counted from: in the zone for
// instants, in UTC for dates.
func epoch(day string, k features.Kind, zone *time.Location) *time.Time {
	if k == features.Date {
		zone = time.UTC
	}
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		panic("audit: the plan was not validated: " + err.Error())
	}
	return &t
}

func exampleOf(k features.Kind) string {
	if k == features.Bool {
		return "true"
	}
	return "1"
}

// rawText is the text under which a reader knows a raw value: numbers in plain
// digits (decimals with those of their type), bools as true and false. So 1.0,
// 1 and 01 are the same code of a numeric column, though not of a text column.
func rawText(f features.Field, s string) string {
	switch f.Natural {
	case features.Int, features.Float:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
		if n, err := strconv.ParseUint(s, 10, 64); err == nil {
			return strconv.FormatUint(n, 10)
		}
		if x, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
	case features.Money:
		var precision, scale int
		if _, err := fmt.Sscanf(f.Type, "decimal(%d,%d)", &precision, &scale); err != nil || len(s) > 100 || strings.ContainsAny(s, "eEpPxX/_") {
			return s
		}
		if x, ok := new(big.Rat).SetString(s); ok && scale >= 0 && scale <= 100 {
			text := x.FloatString(scale)
			if y, _ := new(big.Rat).SetString(text); y.Cmp(x) == 0 {
				return text
			}
		}
	case features.Bool:
		switch strings.ToLower(s) {
		case "true", "1":
			return "true"
		case "false", "0":
			return "false"
		}
	}
	return s
}

func rawTexts(f features.Field, texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, rawText(f, s))
	}
	return out
}

func rawKeys(f features.Field, values map[string]string) (map[string]string, error) {
	if values == nil {
		return nil, nil
	}
	out := make(map[string]string, len(values))
	for _, raw := range sortedKeys(values) {
		key, to := rawText(f, raw), values[raw]
		if other, ok := out[key]; ok && other != to {
			return nil, fmt.Errorf("value %s means both %q and %q; remove one", key, other, to)
		}
		out[key] = to
	}
	return out, nil
}

// Int96Zone is the zone in which the table's INT96 timestamps were written.
func (p *Plan) Int96Zone(table string) *time.Location {
	if t := p.Tables[table]; t != nil && t.Int96 != "" && !strings.EqualFold(t.Int96, "utc") {
		return p.columnZone(&ColumnMap{Timezone: t.Int96})
	}
	return time.UTC
}
