package parquetfile

import (
	"fmt"
	"math"
	"strconv"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
	"evenhand/features/storage"
)

// constant is one value that stands in every row: of the plan, or of a
// partition directory.
type constant struct {
	null  bool
	text  string
	num   int64
	float float64
	flags flag
	raw   string
}

// textLeaf is the column that a constant would be stored in.
var textLeaf = &leaf{class: clText, typ: "text"}

// newConstant parses text as spec's kind. The vocabulary and the missing codes
// are not applied: a plan's constant is canonical.
func newConstant(spec *features.Spec, text string, opts *Options) (constant, error) {
	bare := *spec
	bare.Missing, bare.Values, bare.Enum = nil, nil, nil
	c, err := parseConstant(&bare, text, opts)
	if err == nil && c.flags&(fBad|fNaN) != 0 {
		err = fmt.Errorf("is not %s", spec.Kind)
	}
	return c, err
}

// partitionValue parses a partition directory's value.
func partitionValue(spec *features.Spec, p storage.Partition, opts *Options) (constant, error) {
	if p.Null {
		return constant{null: true}, nil
	}
	return parseConstant(spec, p.Value, opts)
}

func parseConstant(spec *features.Spec, text string, opts *Options) (k constant, err error) {
	defer func() {
		if _, ok := recover().(noZone); ok {
			err = errNoZone("a time")
		}
	}()
	k = constant{text: text, raw: excerpt(text)}
	r, err := newRecipe(textLeaf, spec, opts)
	if err != nil {
		return k, err
	}
	c := &column{spec: spec, leaf: textLeaf, rec: r, opts: opts}
	v := [][]byte{[]byte(text)}
	switch {
	case r.fromViews != nil:
		x := make([]int64, 1)
		r.fromViews(c, v, x)
		k.num = x[0]
	case r.viewsToFloats != nil:
		x := make([]float64, 1)
		r.viewsToFloats(c, v, x)
		k.float = x[0]
	}
	if c.flagged {
		k.flags = c.flags[0]
	}
	if spec.Kind == features.Opaque && c.missingText(v[0]) {
		k.flags = fMissing
	}
	return k, nil
}

// constants fills vectors with constants, for one reader.
type constants struct {
	spec  *features.Spec
	texts *texts
	tally features.ColumnTally
}

func (c *constants) fill(v *features.Vector, k *constant, n int) error {
	c.tally.Rows += int64(n)
	col := column{spec: c.spec}
	null := k.null
	for range n {
		if k.null {
			c.tally.Nulls++
		} else if k.flags != 0 {
			one := [1]flag{k.flags}
			col.count(one[:])
		}
	}
	if k.flags&fNull != 0 {
		null = true
	}
	if k.flags&fBad != 0 && (c.tally.Example == "" || k.raw < c.tally.Example) {
		c.tally.Example = k.raw
	}
	c.merge(&col.tally)
	if c.spec.Kind == features.Text || c.spec.Kind == features.TextList {
		return c.fillText(v, k, n)
	}
	if null {
		v.Absent(c.spec.Kind, n)
		v.Present = true
		return nil
	}
	v.Kind, v.Present, v.Valid = c.spec.Kind, true, nil
	switch c.spec.Kind {
	case features.Float:
		v.Floats = page.Grow(v.Floats, n)
		for i := range v.Floats {
			v.Floats[i] = k.float
		}
	case features.Opaque:
		v.Bytes, v.Offsets = v.Bytes[:0], page.Grow(v.Offsets, n+1)
		v.Offsets[0] = 0
		for i := range n {
			v.Bytes = append(v.Bytes, k.text...)
			v.Offsets[i+1] = uint32(len(v.Bytes))
		}
	default:
		v.Ints = page.Grow(v.Ints, n)
		for i := range v.Ints {
			v.Ints[i] = k.num
		}
	}
	return nil
}

func (c *constants) merge(t *features.ColumnTally) {
	var a features.Tally
	a.Columns = map[string]features.ColumnTally{"": c.tally}
	a.Add(features.Tally{Columns: map[string]features.ColumnTally{"": *t}})
	c.tally = a.Columns[""]
}

// fillText fills a Text column, or a TextList of one element a row.
func (c *constants) fillText(v *features.Vector, k *constant, n int) error {
	if k.null {
		v.Absent(c.spec.Kind, n)
		v.Present, v.Dict = true, c.texts.dict
		return nil
	}
	v.Kind, v.Present, v.Valid, v.Dict = c.spec.Kind, true, nil, c.texts.dict
	v.Codes = page.Grow(v.Codes, n)
	e, err := c.texts.entry([]byte(k.text))
	if err != nil {
		return err
	}
	for i := range v.Codes {
		v.Codes[i] = e
	}
	if c.spec.Kind == features.TextList {
		v.Offsets = page.Grow(v.Offsets, n+1)
		for i := range v.Offsets {
			v.Offsets[i] = uint32(i)
		}
	}
	return c.texts.settle(v.Codes)
}

// rowIDs fills v with "<file>#<row number>".
func rowIDs(v *features.Vector, name string, first int64, n int) {
	v.Kind, v.Present, v.Valid = features.Opaque, true, nil
	v.Bytes, v.Offsets = v.Bytes[:0], page.Grow(v.Offsets, n+1)
	v.Offsets[0] = 0
	for i := range n {
		v.Bytes = append(append(v.Bytes, name...), '#')
		v.Bytes = strconv.AppendInt(v.Bytes, first+int64(i), 10)
		v.Offsets[i+1] = uint32(min(len(v.Bytes), math.MaxUint32))
	}
}
