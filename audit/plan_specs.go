package audit

import (
	"cmp"
	"maps"
	"slices"

	"evenhand/features"
)

// Wanted is what the running checks want of one table, all taken together.
type Wanted struct {
	Columns []string // canonical columns, in any order
	// Inputs are the models' inputs by feature name, with the kind the model
	// wants: Float or Text. Features adds those that only the plan lists.
	Inputs map[string]features.Kind
	// Names are further features that policies read, of the kind the export
	// has.
	Names    []string
	Features bool
	// AvailableAt adds, for each feature, the column "<feature>__available_at"
	// that says when it was known, where the export has it.
	AvailableAt bool
	Groups      bool // every group, segment and stratum column
}

// Reading is how one table is read: the columns to bind, in this order, and
// those computed from them, which follow in the batch.
type Reading struct {
	Specs   []features.Spec
	Derived []*features.Derived // templates: a worker applies its own Clones
	Missing []string            // wanted columns that the export lacks, by Spec name, sorted
}

// Layout is the layout of the batches after Apply.
func (r *Reading) Layout() *Layout {
	specs := slices.Clone(r.Specs)
	for _, d := range r.Derived {
		specs = append(specs, features.Spec{Name: d.Name, Kind: features.Text})
	}
	return NewLayout(specs)
}

// Specs says how a table is read from an export that has the given fields:
// canonical columns in the order of the contract, features, groups, segments
// and strata by name, then the sources of derived columns. Wanted columns that
// the export lacks are bound as nulls. The error is a PlanError.
func (p *Plan) Specs(table string, fields []features.Field, want Wanted) (*Reading, error) {
	b := &binder{Plan: p, table: table, fields: fields, out: &Reading{}}
	t := features.TableNamed(table)
	order := func(c string) int { return slices.Index(columnNames(t), c) }
	columns := slices.Clone(want.Columns)
	slices.SortFunc(columns, func(a, c string) int { return cmp.Compare(order(a), order(c)) })
	for _, c := range slices.Compact(columns) {
		spec, ok, err := p.Resolve(table, c, fields)
		b.add(spec, ok, err)
	}
	b.features(want)
	if want.Groups {
		// Derived columns need the positions of their sources, hence the
		// number of all columns that are read: they come last.
		var derived []func(out int)
		for _, g := range p.Groups {
			derived = append(derived, b.grouping("groups", GroupColumn(g.Name), g)...)
		}
		for _, s := range p.Segments {
			derived = append(derived, b.grouping("segments", SegmentColumn(s.Name), s)...)
		}
		for _, s := range p.Strata {
			derived = append(derived, b.grouping("strata", StratumColumn(s.Name), s)...)
		}
		for i, f := range derived {
			f(len(b.out.Specs) + i)
		}
	}
	slices.Sort(b.out.Missing)
	if err := b.problems.sorted(); err != nil {
		return nil, err
	}
	return b.out, nil
}

// binder collects one table's Reading.
type binder struct {
	*Plan
	out      *Reading
	table    string
	fields   []features.Field
	problems PlanError
}

func (b *binder) add(s features.Spec, available bool, err error) {
	if err != nil {
		b.problems = append(b.problems, err.(PlanError)...)
		return
	}
	if !available {
		b.out.Missing = append(b.out.Missing, s.Name)
	}
	b.out.Specs = append(b.out.Specs, s)
}

func (b *binder) features(want Wanted) {
	kinds := maps.Clone(want.Inputs)
	if kinds == nil {
		kinds = map[string]features.Kind{}
	}
	for _, name := range want.Names {
		if _, ok := kinds[name]; !ok {
			kinds[name] = unknownKind
		}
	}
	var listed map[string]*ColumnMap
	if t := b.Tables[b.table]; t != nil {
		listed = t.Features
	}
	for name := range listed {
		if _, ok := kinds[name]; !ok && want.Features {
			kinds[name] = unknownKind
		}
	}
	names := sortedKeys(kinds)
	for _, name := range names {
		b.add(b.feature(name, kinds[name]))
	}
	if !want.AvailableAt {
		return
	}
	for _, name := range names {
		const suffix = "__available_at"
		from := name + suffix
		if m := listed[name]; m != nil {
			from = m.From[0] + suffix
		}
		if _, ok := fieldNamed(b.fields, from); ok {
			b.out.Specs = append(b.out.Specs, features.Spec{Name: FeatureColumn(name) + suffix, Kind: features.Instant, From: []string{from}, Zone: b.zone})
		}
	}
}

// unknownKind marks a feature whose kind only the export can tell.
const unknownKind features.Kind = 255

// feature returns how a feature is read; kind is what the model wants, or
// unknownKind.
func (b *binder) feature(name string, kind features.Kind) (features.Spec, bool, error) {
	s := features.Spec{Name: FeatureColumn(name), Kind: kind}
	m := &ColumnMap{From: []string{name}}
	if t := b.Tables[b.table]; t != nil && t.Features[name] != nil {
		m = t.Features[name]
	} else if _, ok := fieldNamed(b.fields, name); !ok {
		if kind == unknownKind {
			s.Kind = features.Float
		}
		return s, false, nil
	}
	path := "tables." + b.table + ".features." + name
	f, err := b.sources(path, b.table, name, m.From, b.fields)
	if err != nil {
		return s, false, err
	}
	if kind == unknownKind {
		switch f.Natural {
		case features.Text, features.Opaque:
			s.Kind = features.Text
		case features.Int, features.Float, features.Money, features.Bool:
			s.Kind = features.Float
		default:
			return s, false, PlanError{b.problemf(path, "%s: feature %s is read from %q (%s); features are numbers or text", b.table, name, f.Name, f.Type)}
		}
	}
	s.From, s.NaNNull = m.From, m.NaN == "null"
	s.Missing = rawTexts(f, m.Missing)
	if s.Values, err = rawKeys(f, m.Values); err != nil {
		return s, false, PlanError{b.problemf(path+".values", "%s: %v", b.table, err)}
	}
	if s.Values != nil && s.Kind != features.Text {
		return s, false, PlanError{b.problemf(path+".values", "%s: feature %s is a number; values rename text only, missing: names codes that stand for null", b.table, name)}
	}
	return s, true, nil
}
