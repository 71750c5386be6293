package audit

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"evenhand/features"
)

// validator collects what is wrong with a plan that could be read.
type validator struct {
	*Plan
	suite    []*Check // those that the plan may name
	problems PlanError
}

func (v *validator) wrong(path, format string, args ...any) {
	v.problems = append(v.problems, v.problemf(path, path+": "+format, args...))
}

// validate resolves the plan's zone and as-of instant and returns everything
// that is wrong with it; checks are those it may name.
func (p *Plan) validate(checks []*Check) PlanError {
	v := &validator{Plan: p, suite: checks}
	switch {
	case p.Version == 0:
		v.problems = append(v.problems, p.problemf("", "version is missing; write version: 1"))
	case p.Version != 1:
		v.wrong("version", "this program reads version 1 only; write version: 1")
	}
	_, p.zoneGiven = p.lines["timezone"]
	p.zone = v.location("timezone", p.Timezone)
	v.asOfInstant()
	v.businessDays()
	if _, err := currency.ParseISO(p.Currency); err != nil || p.Currency != strings.ToUpper(p.Currency) {
		v.wrong("currency", "%q is no ISO 4217 code; write one like CNY or USD", p.Currency)
	}
	v.tables()
	v.models()
	for _, g := range p.Groups {
		v.grouping("groups."+g.Name, g)
		if g.Reference == "" {
			v.wrong("groups."+g.Name, "reference is missing; name the group that the others are compared with")
		}
	}
	for _, s := range p.Segments {
		v.grouping("segments."+s.Name, s)
		if s.Reference != "" {
			v.wrong("segments."+s.Name, "a segment has no reference; remove it, or list the column under groups")
		}
	}
	for _, s := range p.Strata {
		v.grouping("strata."+s.Name, s)
		if s.Reference != "" {
			v.wrong("strata."+s.Name, "a stratum has no reference; remove it, or list the column under groups")
		}
	}
	for i, c := range p.Controls {
		if slices.Index(p.Controls, c) < i {
			v.wrong("controls."+strconv.Itoa(i+1), "%q is listed twice; remove one", c)
		}
	}
	if p.Outcome.BadDays < 1 || p.Outcome.Months < 1 {
		v.wrong("outcome", "bad_days and months must be at least 1, e.g. {bad_days: 90, months: 12}")
	}
	v.honesty()
	v.dictionary()
	v.checks()
	v.gates()
	v.waivers()
	return v.problems
}

func (v *validator) location(path, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		v.wrong(path, "%q is no time zone; write an IANA name like Asia/Shanghai or UTC", name)
		return time.UTC
	}
	return zone
}

// parseInstant reads a date (its first moment in zone) or an instant with its
// own offset.
func parseInstant(s string, zone *time.Location) (t time.Time, isDate bool, err error) {
	if t, err = time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return t, true, inRange(t)
	}
	if t, err = time.Parse(time.RFC3339Nano, strings.Replace(s, " ", "T", 1)); err == nil {
		return t, false, inRange(t)
	}
	return t, false, err
}

// inRange refuses years that microseconds or the periods can't hold.
func inRange(t time.Time) error {
	if y := t.Year(); y < 1900 || y > 2100 {
		return errors.New("the year is out of range")
	}
	return nil
}

const instantForms = "write a date like 2026-06-30 or an instant like 2026-06-30T18:00:00+08:00"

func (v *validator) asOfInstant() {
	if v.AsOf == "" {
		v.problems = append(v.problems, v.problemf("as_of", "as_of is missing; give the date the export was made as of, e.g. as_of: 2026-06-30 (without it, what is unpaid and what is not yet due look the same)"))
		return
	}
	t, isDate, err := parseInstant(v.AsOf, v.zone)
	if err != nil {
		v.wrong("as_of", "%q is no date; %s", v.AsOf, instantForms)
		return
	}
	if isDate {
		t = t.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	v.asOf = t.UnixMicro()
}

func (v *validator) instant(path, s string) {
	if _, _, err := parseInstant(s, v.zone); s != "" && err != nil {
		v.wrong(path, "%q is no date; %s", s, instantForms)
	}
}

func (v *validator) tables() {
	if len(v.Tables) == 0 {
		v.problems = append(v.problems, v.problemf("tables", "tables is missing; name at least one: %s", strings.Join(tableNames(), ", ")))
	}
	for _, name := range sortedKeys(v.Tables) {
		t, path := v.Tables[name], "tables."+name
		table := features.TableNamed(name)
		if table == nil {
			v.wrong(path, "there is no table %q%s", name, orKnown(name, tableNames()))
			continue
		}
		if len(t.Files) == 0 || slices.Contains(t.Files, "") {
			v.wrong(path, "files is missing or empty; say where the Parquet files are")
		}
		for _, c := range sortedKeys(t.Columns) {
			at := path + ".columns." + c
			column, ok := table.Column(c)
			if !ok {
				v.wrong(at, "%s has no column %q in the contract%s", name, c, orNearest(c, columnNames(table)))
				continue
			}
			v.column(at, column, t.Columns[c])
		}
		if len(t.Features) > 0 && !table.Features {
			v.wrong(path+".features", "%s carries no features; list them under decisions, limits or features", name)
		}
		for _, f := range sortedKeys(t.Features) {
			v.feature(path+".features."+f, t.Features[f])
		}
		if t.Int96 != "" && !strings.EqualFold(t.Int96, "utc") {
			v.location(path+".int96", t.Int96)
		}
	}
}

func tableNames() []string {
	var names []string
	for _, t := range features.Schema {
		names = append(names, t.Name)
	}
	return names
}

func columnNames(t *features.Table) []string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

func (v *validator) honesty() {
	h := v.Honesty
	if h.Alpha <= 0 || h.Alpha >= 1 {
		v.wrong("honesty.alpha", "it must be between 0 and 1, e.g. 0.05")
	}
	if h.Level <= 0 || h.Level >= 1 {
		v.wrong("honesty.level", "it must be between 0 and 1, e.g. 0.95")
	}
	if h.MinCell < 1 {
		v.wrong("honesty.min_cell", "it must be at least 1")
	}
	if h.Suppress < 0 {
		v.wrong("honesty.suppress", "it can't be negative; 0 publishes every cell")
	}
}

func (v *validator) dictionary() {
	for _, name := range sortedKeys(v.Dictionary) {
		f, path := v.Dictionary[name], "dictionary."+name
		// YAML 1.1 tools write yes and no as true and false.
		switch f.Mutable {
		case "true":
			f.Mutable = "yes"
		case "false":
			f.Mutable = "no"
		}
		v.Dictionary[name] = f
		if f.Cost < 0 {
			v.wrong(path+".cost", "it can't be negative; steps that cost nothing do not exist, leave the key out for 1")
		}
		if f.Step < 0 {
			v.wrong(path+".step", "it can't be negative; good: says which way is better")
		}
		if f.Least != nil && f.Most != nil && *f.Least > *f.Most {
			v.wrong(path+".most", "it is below least")
		}
	}
}

func (v *validator) checks() {
	for i, name := range v.Skip {
		if _, ok := v.Checks[name]; !ok {
			v.problems = append(v.problems, v.problemf("skip."+strconv.Itoa(i+1), "skip: no check is called %q%s", name, orChecks(name, v.Checks)))
		}
	}
	for _, name := range sortedKeys(v.Checks) {
		if s, ok := v.Checks[name].(interface{ Validate() error }); ok {
			if err := s.Validate(); err != nil {
				v.wrong("checks."+name, "%v", err)
			}
		}
	}
}
