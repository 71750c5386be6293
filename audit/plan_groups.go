package audit

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"evenhand/features"
)

// source returns how the column of a grouping is read: a canonical column as
// the plan maps it, else a feature, else a field of the export.
func (b *binder) source(path, dimension, column string) (features.Spec, features.Field, bool, error) {
	if _, canonical := features.TableNamed(b.table).Column(column); canonical {
		s, ok, err := b.Resolve(b.table, column, b.fields)
		if err != nil || ok {
			var f features.Field
			if len(s.From) > 0 {
				f, _ = fieldNamed(b.fields, s.From[0])
			}
			return s, f, ok, err
		}
	}
	if t := b.Tables[b.table]; t != nil && t.Features[column] != nil {
		s, ok, err := b.feature(column, unknownKind)
		if err != nil {
			return s, features.Field{}, ok, err
		}
		f, _ := fieldNamed(b.fields, s.From[0])
		return s, f, ok, nil
	}
	f, ok := fieldNamed(b.fields, column)
	if ok {
		s := features.Spec{Kind: f.Natural, From: []string{column}}
		if s.Kind == features.Money {
			s.Exponent = exponentOf(b.Currency)
		}
		return s, f, true, nil
	}
	// Groups may come from a table of their own, and only decisions must have
	// them: elsewhere they are unknown.
	if b.table != "decisions" || b.Tables["groups"] != nil && strings.HasPrefix(path, "groups.") {
		return features.Spec{}, f, false, nil
	}
	return features.Spec{}, f, false, PlanError{b.problemf(path, "%s: column %q (for %s) is not in the export; its columns are %s",
		b.table, column, dimension, listed(nearest(column, fieldNames(b.fields))))}
}

// grouping adds the column called name for a group dimension or segment. When
// the column is derived, it adds the sources and returns what makes it.
func (b *binder) grouping(section, name string, g Grouping) []func(out int) {
	path := section + "." + g.Name
	switch {
	case len(g.OneHot) > 0:
		return b.oneHot(path, name, g)
	case len(g.Bands) > 0:
		return b.bands(path, name, g)
	}
	s, f, ok, err := b.source(path, g.Name, cmp.Or(g.Column, g.Name))
	if err == nil && ok {
		s, err = b.asText(path, s, f, g)
	}
	s.Name, s.Kind, s.NotNull = name, features.Text, false
	b.add(s, ok, err)
	return nil
}

// asText makes s, which is read from f, the Text column of a grouping.
func (b *binder) asText(path string, s features.Spec, f features.Field, g Grouping) (features.Spec, error) {
	wrong := func(format string, args ...any) (features.Spec, error) {
		return s, PlanError{b.problemf(path, b.table+": "+format, args...)}
	}
	switch s.Kind {
	case features.Text, features.Opaque, features.Int, features.Bool:
	case features.Float, features.Money:
		if g.Values == nil {
			return wrong("%q (%s) is a number; cut it by bands: or name its values by values:", f.Name, f.Type)
		}
	default:
		return wrong("%q (%s) can't tell groups; name a column of text or numbers", f.Name, f.Type)
	}
	if s.Constant != nil {
		c := *s.Constant
		if to, ok := g.Values[c]; ok {
			s.Constant = &to
		}
		return s, nil
	}
	// Raw values go to the canonical ones first, then to the group's.
	values, err := rawKeys(f, g.Values)
	if err != nil {
		return wrong("%v", err)
	}
	composed := maps.Clone(s.Values)
	for raw, canonical := range composed {
		if to, ok := g.Values[canonical]; ok {
			composed[raw] = to
		}
	}
	if values != nil {
		if composed == nil {
			composed = map[string]string{}
		}
		for raw, to := range values {
			if _, ok := composed[raw]; !ok {
				composed[raw] = to
			}
		}
		s.Enum = nil // a group is no word of the contract
	}
	s.Values, s.Strict = composed, false
	s.Missing = slices.Concat(s.Missing, rawTexts(f, g.Missing))
	return s, nil
}

// numeric adds the source of a derived column and returns its position. A
// column that is read already, say as a feature, is not read twice.
func (b *binder) numeric(s features.Spec) int {
	s.NotNull = false
	if s.Kind == features.Int {
		s.Kind = features.Float // as features are
	}
	for i, have := range b.out.Specs {
		have.Name, have.NotNull = s.Name, false
		if reflect.DeepEqual(have, s) {
			return i
		}
	}
	b.out.Specs = append(b.out.Specs, s)
	return len(b.out.Specs) - 1
}

func (b *binder) bands(path, name string, g Grouping) []func(int) {
	s, f, ok, err := b.source(path, g.Name, cmp.Or(g.Column, g.Name))
	if err == nil && !ok || err != nil {
		b.add(features.Spec{Name: name, Kind: features.Text}, ok, err)
		return nil
	}
	scale := int64(1)
	switch s.Kind {
	case features.Money:
		scale = scaleOf("major", s.Exponent)
	case features.Int, features.Float:
	default:
		b.problems = append(b.problems, b.problemf(path+".bands", "%s: %q (%s) is no number; bands cut numbers, values: names text", b.table, f.Name, f.Type))
		return nil
	}
	s.Name = "source:" + path + "." + f.Name
	s.Missing = slices.Concat(s.Missing, rawTexts(f, g.Missing))
	in := b.numeric(s)
	return []func(int){func(out int) {
		b.out.Derived = append(b.out.Derived, features.NewBands(name, out, in, g.Bands, scale))
	}}
}

func (b *binder) oneHot(path, name string, g Grouping) []func(int) {
	groups := sortedKeys(g.OneHot)
	var inputs []int
	for _, group := range groups {
		s, f, ok, err := b.source(path, g.Name, g.OneHot[group])
		switch {
		case err != nil || !ok:
			b.add(features.Spec{Name: name, Kind: features.Text}, ok, err)
			return nil
		case s.Kind != features.Int && s.Kind != features.Float && s.Kind != features.Bool:
			b.problems = append(b.problems, b.problemf(path+".one_hot."+group, "%s: %q (%s) is no 0/1 column; one_hot wants one a group", b.table, f.Name, f.Type))
			return nil
		}
		s.Name = "source:" + path + "." + f.Name
		inputs = append(inputs, b.numeric(s))
	}
	return []func(int){func(out int) {
		b.out.Derived = append(b.out.Derived, features.NewOneHot(name, out, inputs, groups, g.Otherwise))
	}}
}
