package parquetfile

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
	"evenhand/features/storage"

	"github.com/parquet-go/parquet-go/format"
)

// origin is where a bound column's cells come from.
type origin uint8

const (
	fromNothing origin = iota
	fromConstant
	fromRowID
	fromPartition
	fromLeaf
	fromSeveral
)

// boundColumn is one column that readers deliver.
type boundColumn struct {
	spec   features.Spec
	origin origin
	value  constant   // of constants
	values []constant // of partitions, by file
	// stored is, by file, the leaf or leaves the column is read from.
	stored [][]storedColumn
}

type storedColumn struct {
	leaf *leaf
	rec  *recipe
}

// Bind fixes the columns that readers deliver. It may be called again, for
// readers made after.
func (s *Source) Bind(specs []features.Spec) error {
	s.cols, s.bound = make([]boundColumn, len(specs)), false
	for i := range specs {
		b := &s.cols[i]
		b.spec = specs[i]
		if err := s.bindColumn(b); err != nil {
			return err
		}
	}
	if err := s.checkUnits(); err != nil {
		return err
	}
	s.bound = true
	return nil
}

func (s *Source) bindColumn(b *boundColumn) error {
	sp := &b.spec
	set := 0
	for _, given := range [...]bool{len(sp.From) > 0, sp.Constant != nil, sp.RowID} {
		set += btoi(given)
	}
	first := s.files[s.base].input.Path
	switch {
	case set == 0:
		return nil
	case set > 1:
		return dataErr(first, sp.Name, "is given in two ways; name a column, a constant or the row number")
	case sp.RowID && sp.Kind != features.Opaque:
		return dataErr(first, sp.Name, "a row number is an id, not %s", sp.Kind)
	case sp.RowID:
		b.origin = fromRowID
		return nil
	case sp.Constant != nil:
		b.origin = fromConstant
		var err error
		if b.value, err = newConstant(sp, *sp.Constant, &s.opts); err != nil {
			return dataErr(first, sp.Name, "the constant %q %w", *sp.Constant, err)
		}
		return nil
	case len(sp.From) > 1 && sp.Kind != features.TextList:
		return dataErr(first, sp.Name, "is %s, which comes from one column, not %d", sp.Kind, len(sp.From))
	}
	if s.isPartition(sp.From[0]) && len(sp.From) == 1 {
		return s.bindPartition(b)
	}
	b.origin = fromLeaf
	if len(sp.From) > 1 {
		b.origin = fromSeveral
	}
	return s.bindStored(b)
}

// isPartition reports whether name is a partition column and no column of the
// files has it too: those are typed, and win.
func (s *Source) isPartition(name string) bool {
	for _, l := range s.files[s.base].leaves {
		if l.name == name {
			return false
		}
	}
	return slices.ContainsFunc(s.files[0].input.Partitions, func(p storage.Partition) bool { return p.Name == name })
}

func (s *Source) bindPartition(b *boundColumn) error {
	b.origin = fromPartition
	for _, m := range s.files {
		if b.spec.Kind == features.Instant {
			return dataErr(m.input.Path, b.spec.From[0], "is a partition, and partition values never stand for times; map a timestamp column")
		}
		i := slices.IndexFunc(m.input.Partitions, func(p storage.Partition) bool { return p.Name == b.spec.From[0] })
		p := m.input.Partitions[i]
		c, err := partitionValue(&b.spec, p, &s.opts)
		if err != nil {
			return dataErr(m.input.Path, b.spec.From[0], "%w", err)
		}
		b.values = append(b.values, c)
	}
	return nil
}

// shape is what a recipe depends on besides the spec.
type shape struct {
	phys                         format.Type
	class                        class
	width, prec, scale, def, rep int
	perUnit, int96               int64
	unsigned, utc                bool
	refuse, typ                  string
}

func (l *leaf) shape() shape {
	return shape{phys: l.phys, class: l.class, width: l.width, prec: l.prec, scale: l.scale, def: l.maxDef, rep: l.maxRep,
		perUnit: l.perUnit, int96: l.int96Micros, unsigned: l.unsigned, utc: l.utc, refuse: l.refuse, typ: l.typ}
}

// bindStored finds the stored column or columns in every file, and makes sure
// that the files agree on their types.
func (s *Source) bindStored(b *boundColumn) error {
	spec := b.spec
	if b.origin == fromSeveral {
		spec.Kind = features.Text
	}
	recipes := map[shape]*recipe{}
	types := map[string]string{}
	b.stored = make([][]storedColumn, len(s.files))
	for i, m := range s.files {
		if m.info.Rows == 0 && i != s.base {
			continue // engines write empty parts with another schema
		}
		if i > 0 && b.stored[i-1] != nil && &m.leaves[0] == &s.files[i-1].leaves[0] {
			b.stored[i] = b.stored[i-1]
			continue
		}
		for _, name := range spec.From {
			l, err := s.find(m, i, name)
			if err != nil {
				return err
			}
			if t, ok := types[name]; ok && t != l.typ {
				return dataErr(m.input.Path, name, "is %s here and %s in %s: the part files differ; export them with one schema", l.typ, t, s.files[s.base].input.Path)
			}
			types[name] = l.typ
			r, ok := recipes[l.shape()]
			if !ok {
				made, err := newRecipe(l, &spec, &s.opts)
				if err != nil {
					return dataErr(m.input.Path, name, "%w", err)
				}
				r = &made
				recipes[l.shape()] = r
			}
			b.stored[i] = append(b.stored[i], storedColumn{l, r})
		}
	}
	return nil
}

func (s *Source) find(m *fileMeta, file int, name string) (*leaf, error) {
	var found *leaf
	for i := range m.leaves {
		if m.leaves[i].name != name {
			continue
		}
		if found != nil {
			return nil, dataErr(m.input.Path, name, "occurs more than once; export it under two names")
		}
		found = &m.leaves[i]
	}
	if found != nil {
		return found, nil
	}
	if file != s.base {
		return nil, dataErr(m.input.Path, name, "is missing here, though %s has it: the part files differ; export them with one schema", s.files[s.base].input.Path)
	}
	return nil, dataErr(m.input.Path, name, "there is no such column%s", suggest(name, s.fields))
}

// suggest names what was meant, or what there is.
func suggest(name string, fields []features.Field) string {
	var names []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) || strings.HasPrefix(f.Name, name+".") {
			return fmt.Sprintf("; did you mean %q?", f.Name)
		}
		names = append(names, f.Name)
	}
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return "; the file has " + strings.Join(names, ", ")
}

// checkUnits makes sure that what is bound can be decompressed, within the cap
// of a row group, and notes deprecated ways of storing it.
func (s *Source) checkUnits() error {
	var cs page.Codecs
	defer cs.Close()
	for i, m := range s.files {
		legacy := ""
		for g := range m.groups {
			size := int64(0)
			for k := range s.cols {
				if s.cols[k].stored == nil {
					continue
				}
				for _, st := range s.cols[k].stored[i] {
					c := &m.groups[g].chunks[st.leaf.index]
					if _, err := cs.Get(c.codec); err != nil {
						return &DataError{File: m.input.Path, RowGroup: g, Column: st.leaf.name, Err: err}
					}
					if c.codec == format.Lz4 && legacy == "" {
						legacy = st.leaf.name
					}
					if size += c.size; size > s.opts.MaxUnit || size < 0 {
						return &DataError{File: m.input.Path, RowGroup: g, Err: fmt.Errorf(
							"the columns wanted have more than %d bytes uncompressed, the cap; export smaller row groups", s.opts.MaxUnit)}
					}
				}
			}
		}
		if legacy != "" {
			s.note(m, fmt.Sprintf("column %s is compressed with the deprecated LZ4 codec, which writers understood differently; LZ4_RAW or zstd is safe", legacy))
		}
	}
	return nil
}

func (s *Source) note(m *fileMeta, text string) {
	n := Note{File: m.input.Shown, Text: text}
	if !slices.Contains(s.notes, n) {
		s.notes = append(s.notes, n)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
