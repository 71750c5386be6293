package draft

import (
	"slices"
	"strconv"
	"strings"

	"evenhand/features"
)

// dimension is a guessed group dimension.
type dimension struct {
	name      string
	column    string // "" when it is the name
	values    [][2]string
	missing   []string
	bands     []int
	oneHot    [][2]string // group and column
	reference string
	also      []string // fields that hold the same, as it seems
}

// attributes are the protected attributes, with the names of columns that hold
// them, the likeliest first, and the words that longer names start or end with.
var attributes = []struct{ name, columns, words string }{
	{"sex", "sex gender applicant_sex derived_sex code_gender 性别", "sex gender"},
	{"age", "age applicant_age age_years age_in_years 年龄 age_band age_bracket age_group", "age"},
	{"race", "race applicant_race derived_race", "race"},
	{"ethnicity", "ethnicity derived_ethnicity ethnic nationality_group 民族", "ethnicity"},
	{"marital", "marital marital_status married name_family_status 婚姻状况 婚姻", "marital"},
	{"nationality", "nationality foreign_worker 国籍", "nationality"},
	{"religion", "religion 宗教", "religion"},
	{"disability", "disability disabled 残疾", "disability"},
}

// ageOf are first words of ages of something else than a person.
const ageOf = "vehicle car account file loan property house card credit device"

// races are 0/1 columns, one a group.
const races = "white black asian hispanic hispan latino native pacific"

// unknowns are groups' words for unknown.
const unknowns = "u unknown na xna notprovided notavailable 未知 不详"

// groups guesses the group dimensions of the decisions.
func (d *drafter) groups() {
	t := d.named("decisions")
	if t == nil {
		return
	}
	for _, a := range attributes {
		var found *dimension
		for _, f := range t.called(a.columns, a.words) {
			if t.used(f.Name) {
				continue
			}
			if found != nil {
				found.also = append(found.also, f.Name)
				continue
			}
			found = dimensionOf(a.name, f)
		}
		if found == nil {
			found = t.spread(a.name)
		}
		if found != nil {
			d.dims = append(d.dims, *found)
		}
	}
}

// called returns the fields of the given names, then those whose names start
// or end with one of the words.
func (t *table) called(names, words string) []*field {
	var out []*field
	add := func(f *field) {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, name := range strings.Fields(names) {
		for i := range t.fields {
			if t.fields[i].key == normal(name) {
				add(&t.fields[i])
			}
		}
	}
	for i := range t.fields {
		parts := tokens(t.fields[i].Name)
		for _, w := range strings.Fields(words) {
			n := len(parts)
			if n > 1 && (parts[0] == w || parts[n-1] == w) && !slices.Contains(strings.Fields(ageOf), parts[0]) {
				add(&t.fields[i])
			}
		}
	}
	return out
}

// dimensionOf cuts a field into groups; nil when it has no groups to offer.
func dimensionOf(name string, f *field) *dimension {
	d := &dimension{name: name}
	if f.Name != name {
		d.column = f.Name
	}
	numeric := f.Natural == features.Int || f.Natural == features.Float
	switch {
	case name == "age" && numeric && len(f.Values) > 8:
		d.bands = []int{25, 35, 45, 60}
		d.reference = features.BandLabels([]float64{25, 35, 45, 60})[bandOf(f.Values[0], d.bands)]
		return d
	case len(f.Values) == manyValues || f.Natural == features.Instant || f.Natural == features.Date || f.Natural == features.TextList || f.Natural == features.Money:
		return nil
	case binary(f) && f.Natural != features.Bool && f.key != name:
		// A column called married says what 1 means.
		d.values = [][2]string{{"1", f.Name}, {"0", "not " + f.Name}}
	case f.Natural == features.Float:
		for _, v := range f.Values {
			d.values = append(d.values, [2]string{v, v})
		}
	}
	for _, v := range f.Values {
		if slices.Contains(strings.Fields(unknowns), normal(v)) || normal(v) == "" {
			d.missing = append(d.missing, v)
		} else if d.reference == "" {
			d.reference = mapped(d.values, v)
		}
	}
	if d.reference == "" {
		return nil // a group needs another to be compared with
	}
	return d
}

func mapped(values [][2]string, v string) string {
	for _, p := range values {
		if p[0] == v {
			return p[1]
		}
	}
	return v
}

func bandOf(v string, cuts []int) int {
	x, err := strconv.ParseFloat(v, 64)
	band := 0
	for _, c := range cuts {
		if err == nil && x >= float64(c) {
			band++
		}
	}
	return band
}

// spread guesses a dimension that the export holds in 0/1 columns.
func (t *table) spread(name string) *dimension {
	switch name {
	case "sex":
		for _, sex := range [][2]string{{"male", "female"}, {"female", "male"}} {
			for i := range t.fields {
				f := &t.fields[i]
				if f.key != sex[0] && f.key != "is"+sex[0] || !binary(f) {
					continue
				}
				one, zero := "1", "0"
				if f.Natural == features.Bool {
					one, zero = "true", "false"
				}
				d := &dimension{name: name, column: f.Name, values: [][2]string{{one, sex[0]}, {zero, sex[1]}}, reference: sex[0]}
				if len(f.Values) > 0 {
					d.reference = mapped(d.values, f.Values[0])
				}
				return d
			}
		}
	case "race":
		d := &dimension{name: name}
		most := int64(-1)
		for _, race := range strings.Fields(races) {
			for i := range t.fields {
				f := &t.fields[i]
				if f.key != race && f.key != "is"+race || !binary(f) {
					continue
				}
				if race == "hispan" {
					race = "hispanic"
				}
				d.oneHot = append(d.oneHot, [2]string{race, f.Name})
				// Where 1 is the most frequent value, the group is the largest.
				if most < 0 || len(f.Values) > 0 && (f.Values[0] == "1" || f.Values[0] == "true") {
					most, d.reference = 1, race
				}
			}
		}
		if len(d.oneHot) > 1 {
			return d
		}
	}
	return nil
}

// segments guesses the columns to repeat comparisons within.
func (t *table) segments() []string {
	var out []string
	add := func(name string, f *field) {
		if f != nil && len(f.Values) > 1 && len(f.Values) <= 20 && f.Natural == features.Text {
			out = append(out, name)
		}
	}
	for _, name := range []string{"product", "channel", "region"} {
		if g := t.guess(name); g != nil && !g.todo && len(g.from) == 1 {
			add(name, t.fieldNamed(g.from[0]))
		}
	}
	for _, name := range []string{"segment", "customer_segment", "客群"} {
		if !slices.Contains(out, name) {
			add(name, t.fieldNamed(name))
		}
	}
	return out
}
