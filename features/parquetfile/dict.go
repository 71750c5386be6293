package parquetfile

import (
	"evenhand/features"
	"evenhand/features/parquetfile/page"

	"github.com/parquet-go/parquet-go/format"
)

// openDict converts a chunk's dictionary to what the column delivers, once a
// distinct value.
func (c *column) openDict(body []byte) error {
	h := &c.Head
	if c.dictLen >= 0 {
		return page.Corrupt("has two dictionaries")
	}
	if c.Left != c.chunk.values {
		return page.Corrupt("has a dictionary behind its first page")
	}
	if h.Enc != format.Plain && h.Enc != page.PlainDictionary {
		return page.Corrupt("has a dictionary of encoding %d", int32(h.Enc))
	}
	n := int(h.Values)
	least := max(c.leaf.width, 1)
	if c.leaf.phys == format.ByteArray {
		least = 4
	}
	if n > len(body)/least || c.leaf.phys == format.Boolean {
		return page.Corrupt("%d bytes do not hold a dictionary of %d values", len(body), n)
	}
	// A view and its flags take more than the least value does.
	if held := n * 48; held > c.dictHeld {
		if err := c.Mem.Take(held - c.dictHeld); err != nil {
			return err
		}
		c.dictHeld = held
	}
	// The page's own memory is used again for the next page.
	if c.spec.Kind == features.Opaque && c.nat == natViews {
		if cap(c.dictBuf) < len(body)+page.Padding {
			if err := c.Mem.Take(len(body) + page.Padding - cap(c.dictBuf)); err != nil {
				return err
			}
			c.dictBuf = make([]byte, len(body)+page.Padding)
		}
		c.dictBuf = c.dictBuf[:len(body)]
		copy(c.dictBuf, body)
		body = c.dictBuf
	}
	if err := c.sec.Start(c.leaf.phys, c.leaf.width, format.Plain, body, n); err != nil {
		return err
	}
	c.inDict, c.dictBad = true, nil
	err := c.convertDict(n)
	c.inDict = false
	if err != nil {
		return err
	}
	if err := c.finishPage(); err != nil {
		return err
	}
	c.dictLen = n
	c.dictFlags = nil
	if c.flagged {
		c.dictFlags = append([]flag(nil), c.flags[:n]...)
	}
	return nil
}

func (c *column) convertDict(n int) error {
	c.flagged = false
	switch c.spec.Kind {
	case features.Float:
		c.dictFloats = page.Grow(c.dictFloats, n)
		return c.plainFloats(c.dictFloats)
	case features.Text:
		c.dictCodes = page.Grow(c.dictCodes, n)
		return c.plainCodes(c.dictCodes)
	case features.TextList:
		c.dictCodes = page.Grow(c.dictCodes, n)
		return c.plainLists(c.dictCodes)
	case features.Opaque:
		if err := c.plainViews(n); err != nil {
			return err
		}
		c.dictViews = append(c.dictViews[:0], c.views[:n]...)
		if c.rec.asText {
			// The views point into the slab, which the next page overwrites.
			c.slab = nil
		}
		return nil
	default:
		c.dictInts = page.Grow(c.dictInts, n)
		return c.plainInts(c.dictInts)
	}
}

// indices reads the next n dictionary indices into c.idx.
func (c *column) indices(n int) ([]int32, error) {
	c.idx = page.Grow(c.idx, n)
	if err := c.sec.Indices(c.idx); err != nil {
		return nil, err
	}
	return c.idx, nil
}

// gather looks the indices up. An index is checked before use.
func gather[T any](dst, dict []T, idx []int32) error {
	dst = dst[:len(idx)]
	for i, x := range idx {
		if uint(uint32(x)) >= uint(len(dict)) {
			return page.Corrupt("a value refers to entry %d of a dictionary of %d", uint32(x), len(dict))
		}
		dst[i] = dict[x]
	}
	return nil
}

// dictFlagsOf picks the flags of the values read by idx, nil when none is odd.
func (c *column) dictFlagsOf(idx []int32) []flag {
	if c.dictFlags == nil {
		return nil
	}
	c.picked = page.Grow(c.picked, len(idx))
	var any flag
	for i, x := range idx {
		f := c.dictFlags[x]
		c.picked[i] = f
		any |= f
		if f&fBad != 0 {
			c.example([]byte(c.dictBad[x]))
		}
	}
	if any == 0 {
		return nil
	}
	return c.picked
}

// The plain functions read and convert the next values of a page that is not
// dictionary-encoded, or of a dictionary.

func (c *column) plainInts(x []int64) error {
	c.flagged = false
	switch {
	case c.rec.asText:
		if err := c.asText(len(x)); err != nil {
			return err
		}
		c.rec.fromViews(c, c.views[:len(x)], x)
	case c.nat == natInts:
		if err := c.sec.Ints(x); err != nil {
			return err
		}
	case c.nat == natFloats:
		c.floats = page.Grow(c.floats, len(x))
		if err := c.sec.Floats(c.floats); err != nil {
			return err
		}
		c.rec.fromFloats(c, c.floats, x)
	default:
		c.views = page.Grow(c.views, len(x))
		if err := c.sec.Views(c.views); err != nil {
			return err
		}
		c.rec.fromViews(c, c.views, x)
	}
	for _, s := range c.rec.steps {
		s(c, x)
	}
	return nil
}

func (c *column) plainFloats(f []float64) error {
	c.flagged = false
	switch c.nat {
	case natFloats:
		if err := c.sec.Floats(f); err != nil {
			return err
		}
		c.missingFloats(f)
		for i, x := range f {
			if x != x {
				c.nan(i, len(f))
			}
		}
	case natInts:
		c.nums = page.Grow(c.nums, len(f))
		if err := c.sec.Ints(c.nums); err != nil {
			return err
		}
		for _, s := range c.rec.steps {
			s(c, c.nums)
		}
		c.intsToFloats(f)
	default:
		c.views = page.Grow(c.views, len(f))
		if err := c.sec.Views(c.views); err != nil {
			return err
		}
		c.rec.viewsToFloats(c, c.views, f)
	}
	return nil
}

// intsToFloats converts c.nums: decimals by their scale, others as they are.
func (c *column) intsToFloats(f []float64) {
	switch {
	case c.leaf.class == clDecimal:
		for i, x := range c.nums {
			f[i] = c.decimalFloat(x)
		}
	case c.leaf.unsigned:
		for i, x := range c.nums {
			f[i] = float64(c.asUnsigned(x))
		}
	default:
		for i, x := range c.nums {
			f[i] = float64(x)
		}
	}
}

// plainViews reads the next n values as bytes or text into c.views.
func (c *column) plainViews(n int) error {
	if c.rec.asText {
		return c.asText(n)
	}
	c.views = page.Grow(c.views, n)
	return c.sec.Views(c.views)
}

// plainCodes reads the next values as entries of c.texts.
func (c *column) plainCodes(x []int32) error {
	if err := c.plainViews(len(x)); err != nil {
		return err
	}
	for i, b := range c.views[:len(x)] {
		e, err := c.texts.entry(b)
		if err != nil {
			return err
		}
		x[i] = e
	}
	return nil
}
