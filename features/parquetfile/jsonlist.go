package parquetfile

import (
	"bytes"
	"encoding/json"
	"io"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
)

// jsonLists turns lists stored as text into elements, once a distinct text. A
// text is a JSON array of strings, numbers and nulls, or else one element by
// itself; an empty text is an empty list.
type jsonLists struct {
	byText map[string]int32
	elems  []int32 // entries of texts, or -1, of all lists
	ends   []int32
	bad    map[int32]string // texts that do not parse
	size   int
}

func (c *column) listID(b []byte) (int32, error) {
	j := &c.json
	if id, ok := j.byText[string(b)]; ok {
		return id, nil
	}
	if j.byText == nil {
		j.byText, j.bad = map[string]int32{}, map[int32]string{}
	}
	id := int32(len(j.ends))
	j.size += len(b)
	if len(j.ends) >= c.opts.MaxDistinct || j.size > maxTextBytes {
		return 0, c.texts.tooMany()
	}
	elems, ok := listElements(b)
	for _, e := range elems {
		x := int32(-1)
		if e != nil {
			var err error
			if x, err = c.texts.entry(e); err != nil {
				return 0, err
			}
		}
		j.elems = append(j.elems, x)
	}
	if !ok {
		j.bad[id] = excerpt(string(b))
	}
	j.ends = append(j.ends, int32(len(j.elems)))
	j.byText[string(b)] = id
	return id, nil
}

// listElements parses one text; a nil element is null.
func listElements(b []byte) (elems [][]byte, ok bool) {
	b = trim(b)
	if len(b) == 0 {
		return nil, true
	}
	if b[0] != '[' {
		return [][]byte{b}, true
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var list []any
	if d.Decode(&list) != nil {
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, false
	}
	for _, x := range list {
		switch x := x.(type) {
		case nil:
			elems = append(elems, nil)
		case string:
			elems = append(elems, append([]byte{}, x...))
		case json.Number:
			elems = append(elems, []byte(x.String()))
		default:
			return nil, false
		}
	}
	return elems, true
}

// plainLists reads the next values as ids of lists.
func (c *column) plainLists(x []int32) error {
	if c.leaf.isList() {
		return c.plainCodes(x)
	}
	if err := c.plainViews(len(x)); err != nil {
		return err
	}
	for i, b := range c.views[:len(x)] {
		id, err := c.listID(b)
		if err != nil {
			return err
		}
		x[i] = id
	}
	return nil
}

// fillJSON reads the next n rows of a text column as lists.
func (c *column) fillJSON(v *features.Vector, n int) error {
	v.Dict = c.texts.dict
	v.Codes, v.Valid = v.Codes[:0], nil
	v.Offsets = page.Grow(v.Offsets, n+1)
	v.Offsets[0] = 0
	for row := 0; row < n; {
		k, count, all, err := c.run(n - row)
		if err != nil {
			return err
		}
		ids := page.Grow(c.list.codes, k)
		c.list.codes = ids
		if err := c.denseLists(ids[:count]); err != nil {
			return err
		}
		if !all {
			spread(ids, c.present[:k], count, -1)
		}
		from := len(v.Codes)
		for i, id := range ids {
			raw, bad := "", false
			if len(c.json.bad) > 0 {
				raw, bad = c.json.bad[id]
			}
			switch {
			case id < 0:
				c.tally.Nulls-- // run counted it, and nullRow does
				c.nullRow(v, row+i, n)
			case bad:
				c.example([]byte(raw))
				c.tally.Bad++
				c.tally.Nulls-- // a bad cell, not a null
				c.nullRow(v, row+i, n)
			default:
				if v.Valid != nil {
					v.Valid[row+i] = true
				}
				start := int32(0)
				if id > 0 {
					start = c.json.ends[id-1]
				}
				v.Codes = append(v.Codes, c.json.elems[start:c.json.ends[id]]...)
			}
			v.Offsets[row+i+1] = uint32(len(v.Codes))
		}
		if err := c.texts.settleList(v.Codes[from:]); err != nil {
			return err
		}
		row += k
	}
	return nil
}

func (c *column) denseLists(x []int32) error {
	if len(x) == 0 {
		return nil
	}
	if !c.sec.Indexed() {
		return c.plainLists(x)
	}
	idx, err := c.indices(len(x))
	if err != nil {
		return err
	}
	return gather(x, c.dictCodes[:c.dictLen], idx)
}

// settleList is settle for elements, of which -1 are null.
func (t *texts) settleList(x []int32) error {
	for i, e := range x {
		if e < 0 {
			x[i] = features.Null
		} else if err := t.settle(x[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}
