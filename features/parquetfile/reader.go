package parquetfile

import (
	"context"
	"errors"
	"fmt"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
	"evenhand/features/storage"
)

// reader reads units for one worker. It implements features.Reader.
type reader struct {
	s    *Source
	cols []readColumn
	cs   page.Codecs
	mem  page.Budget

	ctx  context.Context
	file storage.File
	at   int // index of file, -1 when none is open
	unit int
	row  int64
	open bool
	now  string // the column being read, for messages
}

// readColumn is one bound column's state in one reader.
type readColumn struct {
	b     *boundColumn
	one   *column
	parts *multi
	fixed *constants
}

// NewReader returns a reader for one worker. Bind comes first.
func (s *Source) NewReader() features.Reader {
	if !s.bound {
		panic("parquetfile: NewReader before Bind")
	}
	r := &reader{s: s, at: -1, mem: page.NewBudget(s.opts.MaxHeld), cols: make([]readColumn, len(s.cols))}
	for i := range s.cols {
		b := &s.cols[i]
		c := &r.cols[i]
		c.b = b
		switch b.origin {
		case fromConstant, fromPartition:
			spec := &b.spec
			if b.origin == fromConstant {
				bare := b.spec
				bare.Values, bare.Missing, bare.Enum = nil, nil, nil
				spec = &bare
			}
			c.fixed = &constants{spec: spec, texts: newTexts(spec, &s.opts)}
		case fromLeaf:
			c.one = newColumn(&b.spec, &s.opts, &r.mem)
			if k := b.spec.Kind; k == features.Text || k == features.TextList {
				c.one.texts = newTexts(&b.spec, &s.opts)
			}
		case fromSeveral:
			c.parts = newMulti(b, &s.opts, &r.mem)
		}
	}
	return r
}

func newMulti(b *boundColumn, opts *Options, mem *page.Budget) *multi {
	spec := b.spec
	spec.Kind = features.Text
	shared := newTexts(&spec, opts)
	m := &multi{vecs: make([]features.Vector, len(spec.From))}
	for range spec.From {
		p := newColumn(&spec, opts, mem)
		p.texts = shared
		m.parts = append(m.parts, p)
	}
	return m
}

// Open positions the reader at the start of unit u.
func (r *reader) Open(ctx context.Context, u int) (err error) {
	r.ctx, r.unit, r.row, r.open, r.now = ctx, u, 0, false, ""
	if err := ctx.Err(); err != nil {
		return err
	}
	unit := r.s.units[u]
	m := r.s.files[unit.File]
	if r.at != unit.File {
		if err := r.closeFile(); err != nil {
			return err
		}
		if r.file, err = m.open(); err != nil {
			return err
		}
		r.at = unit.File
	}
	defer r.recovered(&err)
	r.open = true
	if unit.Rows == 0 {
		return nil
	}
	g := &m.groups[unit.RowGroup]
	remote := storage.Remote(m.input.Path)
	for i := range r.cols {
		c := &r.cols[i]
		switch c.b.origin {
		case fromLeaf, fromSeveral:
			for k, st := range c.b.stored[unit.File] {
				col := c.one
				if c.parts != nil {
					col = c.parts.parts[k]
				}
				r.now = st.leaf.name
				if err := col.openChunk(r.file, remote, st.leaf, st.rec, g, &r.cs); err != nil {
					return r.failed(err)
				}
			}
		}
	}
	return nil
}

// Next fills b with the next rows of the unit; false at its end.
func (r *reader) Next(b *features.Batch) (more bool, err error) {
	if !r.open {
		panic("parquetfile: Next without Open, or after an error")
	}
	unit := r.s.units[r.unit]
	if err := r.ctx.Err(); err != nil {
		return false, err
	}
	defer r.recovered(&err)
	n := int(min(unit.Rows-r.row, features.BatchRows))
	if n == 0 {
		r.open = false
		if unit.Rows == 0 {
			return false, nil
		}
		return false, r.finish()
	}
	if len(b.Cols) != len(r.cols) {
		b.Cols = make([]features.Vector, len(r.cols))
	}
	b.Table, b.Unit, b.Row, b.N = r.s.table, r.unit, unit.FirstRow+r.row, n
	for i := range r.cols {
		if err := r.fill(&r.cols[i], &b.Cols[i], unit, n); err != nil {
			return false, r.failed(err)
		}
	}
	r.row += int64(n)
	return true, nil
}

func (r *reader) fill(c *readColumn, v *features.Vector, unit features.Unit, n int) error {
	m := r.s.files[unit.File]
	r.now = c.b.spec.Name
	switch c.b.origin {
	case fromLeaf:
		r.now = c.one.leaf.name
		return c.one.fill(v, n)
	case fromSeveral:
		return c.parts.fill(v, n)
	case fromConstant:
		return c.fixed.fill(v, &c.b.value, n)
	case fromPartition:
		return c.fixed.fill(v, &c.b.values[unit.File], n)
	case fromRowID:
		rowIDs(v, m.input.Name, unit.FirstRow+r.row, n)
		return nil
	}
	if v.Present || v.Kind != c.b.spec.Kind || v.Codes == nil && v.Ints == nil && v.Floats == nil && v.Offsets == nil ||
		max(len(v.Codes), len(v.Ints), len(v.Floats), len(v.Offsets)-1) < n {
		v.Absent(c.b.spec.Kind, n)
	}
	return nil
}

// finish makes sure that every column held the rows promised, and no more.
func (r *reader) finish() error {
	for i := range r.cols {
		c := &r.cols[i]
		cols := []*column{c.one}
		if c.parts != nil {
			cols = c.parts.parts
		}
		for _, col := range cols {
			if col == nil {
				continue
			}
			r.now = col.leaf.name
			if err := col.finishChunk(); err != nil {
				return r.failed(err)
			}
		}
	}
	return nil
}

// recovered turns a panic of a decoder into an error that names the place.
func (r *reader) recovered(err *error) {
	switch x := recover().(type) {
	case nil:
	case noZone:
		*err = r.failed(errNoZone("timestamps"))
	default:
		*err = r.failed(page.Corrupt("a page cannot be decoded (%v)", x))
	}
}

// failed says where an error occurred, and whether the file changed meanwhile.
func (r *reader) failed(err error) error {
	r.open = false
	unit := r.s.units[r.unit]
	m := r.s.files[unit.File]
	if e := m.unchanged(); e != nil {
		return e
	}
	var re *page.ReadError
	if errors.As(err, &re) {
		return fmt.Errorf("%s: row group %d: %s: %w", m.input.Path, unit.RowGroup, r.now, re.Err)
	}
	var pe *partError
	if errors.As(err, &pe) {
		r.now, err = pe.column, pe.err
	}
	return &DataError{File: m.input.Path, RowGroup: unit.RowGroup, Column: r.now, Err: err}
}

// Tally returns what the reader noticed so far, by canonical column.
func (r *reader) Tally() features.Tally {
	t := features.Tally{Columns: map[string]features.ColumnTally{}}
	for i := range r.cols {
		c := &r.cols[i]
		var ct features.ColumnTally
		switch {
		case c.one != nil:
			ct = c.one.finishedTally()
		case c.fixed != nil:
			ct = c.fixed.tally
			c.fixed.texts.tally(&ct)
			if c.b.spec.NotNull {
				ct.BadNull = ct.Nulls
			}
		case c.parts != nil:
			ct = c.parts.tally
			missing := features.ColumnTally{}
			c.parts.parts[0].texts.tally(&missing)
			ct.Missing, ct.Other = missing.Missing, missing.Other
			if c.b.spec.NotNull {
				ct.BadNull = ct.Nulls
			}
		default:
			continue
		}
		name := c.b.spec.Name
		t.Add(features.Tally{Columns: map[string]features.ColumnTally{name: ct}})
	}
	return t
}

func (r *reader) closeFile() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file, r.at = nil, -1
	return err
}

// Close gives back the reader's file and decompressors.
func (r *reader) Close() error {
	r.open = false
	r.cs.Close()
	return r.closeFile()
}
