package parquetfile

import (
	"fmt"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
)

// listBuffers holds the levels of list values that were read and not yet
// handed out: a batch may end in the middle of a page, and a row may go on in
// the next.
type listBuffers struct {
	rep, def []int32
	at, n    int
	codes    []int32
}

func (b *listBuffers) reset() { b.at, b.n = 0, 0 }

// maxElements bounds the list elements of a batch.
const maxElements = page.MaxSlab / 4

// moreLevels reads the levels of the next values; false at the chunk's end.
func (c *column) moreLevels() (bool, error) {
	if c.page == 0 {
		if c.Left == 0 {
			return false, nil
		}
		if err := c.advance(); err != nil {
			return false, err
		}
	}
	b := &c.list
	k := min(c.page, features.BatchRows)
	b.rep, b.def = page.Grow(b.rep, k), page.Grow(b.def, k)
	if err := c.rep.Decode(b.rep); err != nil {
		return false, err
	}
	if err := c.def.Decode(b.def); err != nil {
		return false, err
	}
	for i := range b.rep {
		if int(b.rep[i]) > c.leaf.maxRep || int(b.def[i]) > c.leaf.maxDef {
			return false, page.Corrupt("a level is above %d/%d, the highest", c.leaf.maxRep, c.leaf.maxDef)
		}
	}
	b.at, b.n = 0, k
	c.page -= k
	return true, nil
}

// fillList reads the next n rows of a list column.
func (c *column) fillList(v *features.Vector, n int) error {
	v.Dict = c.texts.dict
	v.Codes, v.Valid = v.Codes[:0], nil
	v.Offsets = page.Grow(v.Offsets, n+1)
	v.Offsets[0] = 0
	rows := 0
	b := &c.list
	for {
		if b.at == b.n {
			more, err := c.moreLevels()
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
		// The run of levels that belongs to this batch.
		end, count := b.at, 0
		for started := rows; end < b.n; end++ {
			if b.rep[end] == 0 {
				if started == n {
					break
				}
				started++
			} else if started == 0 {
				return page.Corrupt("a row begins in the middle of a list")
			}
			if int(b.def[end]) == c.leaf.maxDef {
				count++
			}
		}
		if end == b.at {
			break
		}
		b.codes = page.Grow(b.codes, count)
		if err := c.denseCodes(b.codes); err != nil {
			return err
		}
		rows = c.emit(v, b.at, end, rows, n)
		b.at = end
		if len(v.Codes) > maxElements {
			return fmt.Errorf("a batch of lists has more than %d elements, the cap", maxElements)
		}
	}
	if rows < n {
		return page.Corrupt("has fewer rows than the row group's %d", c.group)
	}
	return nil
}

// emit appends the elements of levels at to end to v.
func (c *column) emit(v *features.Vector, at, end, rows, n int) int {
	b := &c.list
	first, top := int32(c.leaf.repDef), int32(c.leaf.maxDef)
	next := 0
	for i := at; i < end; i++ {
		d := b.def[i]
		if b.rep[i] == 0 {
			rows++
			if d < first-1 {
				c.nullRow(v, rows-1, n)
			} else if v.Valid != nil {
				v.Valid[rows-1] = true
			}
		}
		switch {
		case d == top:
			v.Codes = append(v.Codes, b.codes[next])
			next++
		case d >= first:
			v.Codes = append(v.Codes, features.Null)
		}
		v.Offsets[rows] = uint32(len(v.Codes))
	}
	return rows
}

// nullRow makes row of v null, the rows before it being set already.
func (c *column) nullRow(v *features.Vector, row, n int) {
	c.tally.Nulls++
	if v.Valid == nil {
		c.valid = page.Grow(c.valid, n)
		v.Valid = c.valid
		for i := range v.Valid[:row] {
			v.Valid[i] = true
		}
	}
	v.Valid[row] = false
}

// multi reads several text columns (reason_1, reason_2 …) as one list: a row's
// values that are not null, in the order of the columns. A row without any is
// null.
type multi struct {
	parts []*column
	vecs  []features.Vector
	tally features.ColumnTally
	valid []bool
}

func (m *multi) fill(v *features.Vector, n int) error {
	v.Kind, v.Present = features.TextList, true
	for i, p := range m.parts {
		if err := p.fill(&m.vecs[i], n); err != nil {
			return &partError{p.leaf.name, err}
		}
	}
	v.Dict = m.vecs[0].Dict
	v.Codes, v.Valid = v.Codes[:0], nil
	v.Offsets = page.Grow(v.Offsets, n+1)
	v.Offsets[0] = 0
	m.tally.Rows += int64(n)
	for row := range n {
		for i := range m.vecs {
			if code := m.vecs[i].Codes[row]; code != features.Null {
				v.Codes = append(v.Codes, code)
			}
		}
		v.Offsets[row+1] = uint32(len(v.Codes))
		empty := v.Offsets[row+1] == v.Offsets[row]
		if empty && v.Valid == nil {
			m.valid = page.Grow(m.valid, n)
			v.Valid = m.valid
			for i := range v.Valid[:row] {
				v.Valid[i] = true
			}
		}
		if empty {
			m.tally.Nulls++
		}
		if v.Valid != nil {
			v.Valid[row] = !empty
		}
	}
	return nil
}

// partError names the column of several that an error is about.
type partError struct {
	column string
	err    error
}

func (e *partError) Error() string { return e.err.Error() }
func (e *partError) Unwrap() error { return e.err }
