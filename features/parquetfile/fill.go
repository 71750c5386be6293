package parquetfile

import (
	"math"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
)

// fill reads the next n rows into v.
func (c *column) fill(v *features.Vector, n int) error {
	v.Kind, v.Present = c.spec.Kind, true
	c.tally.Rows += int64(n)
	switch c.spec.Kind {
	case features.Float:
		return c.fillFloats(v, n)
	case features.Text:
		return c.fillTexts(v, n)
	case features.Opaque:
		return c.fillBytes(v, n)
	case features.TextList:
		if c.leaf.isList() {
			return c.fillList(v, n)
		}
		return c.fillJSON(v, n)
	}
	return c.fillInts(v, n)
}

// run reads the levels of the next rows, at most want, all of one page:
// k rows, of which the count that are present are marked in c.present unless
// all are.
func (c *column) run(want int) (k, count int, all bool, err error) {
	if c.page == 0 {
		if err := c.advance(); err != nil {
			return 0, 0, false, err
		}
	}
	k = min(want, c.page)
	count, all, err = c.def.Mask(c.present[:k], c.scratch)
	c.page -= k
	c.tally.Nulls += int64(k - count)
	c.pageNulls += k - count
	return k, count, all, err
}

// spread moves dense values to the rows that are present, and null to the
// others, in place.
func spread[T any](x []T, present []bool, count int, null T) {
	for i := len(present) - 1; i >= 0; i-- {
		if present[i] {
			count--
			x[i] = x[count]
		} else {
			x[i] = null
		}
	}
}

// drop takes the values that flags makes null out of present, and nulls them
// in dense x.
func drop[T any](c *column, x []T, k, count int, all bool, flags []flag, null T) (stillAll bool) {
	if c.count(flags) == 0 {
		return all
	}
	present := c.present[:k]
	if all {
		for i := range present {
			present[i] = true
		}
	}
	j := 0
	for i, p := range present {
		if !p {
			continue
		}
		if flags[j]&fNull != 0 {
			x[j] = null
			present[i] = false
		}
		j++
	}
	return false
}

// tag counts what holds of each of count values that were read, flags aside.
func (c *column) tag(count int, flags []flag) {
	if c.rec.each != fTruncated {
		return
	}
	for _, f := range flags {
		if f&fNull != 0 {
			count--
		}
	}
	c.tally.Truncated += int64(count)
}

func (c *column) fillInts(v *features.Vector, n int) error {
	v.Ints = page.Grow(v.Ints, n)
	v.Valid = nil
	for row := 0; row < n; {
		k, count, all, err := c.run(n - row)
		if err != nil {
			return err
		}
		x := v.Ints[row : row+k]
		flags, err := c.denseInts(x[:count])
		if err != nil {
			return err
		}
		if c.rec.each != 0 {
			c.tag(count, flags)
		}
		wasAll := all
		if flags != nil {
			all = c.dropInts(x, k, count, all, flags)
		}
		if !wasAll && flags == nil {
			spread(x, c.present[:k], count, 0)
		}
		c.setValid(v, row, k, n, all)
		row += k
	}
	return nil
}

// dropInts spreads count dense values over k rows and nulls flagged ones.
func (c *column) dropInts(x []int64, k, count int, all bool, flags []flag) bool {
	if !all {
		// The rows must be spread by the levels before present changes.
		c.idx = page.Grow(c.idx, k)
		j := int32(0)
		for i, p := range c.present[:k] {
			c.idx[i] = -1
			if p {
				c.idx[i] = j
				j++
			}
		}
	}
	still := drop(c, x[:count], k, count, all, flags, 0)
	if !all {
		for i := k - 1; i >= 0; i-- {
			if j := c.idx[i]; j >= 0 {
				x[i] = x[j]
			} else {
				x[i] = 0
			}
		}
	}
	return still
}

// setValid records which of k rows from row on are null.
func (c *column) setValid(v *features.Vector, row, k, n int, all bool) {
	if all && v.Valid == nil {
		return
	}
	if v.Valid == nil {
		c.valid = page.Grow(c.valid, n)
		v.Valid = c.valid
		for i := range v.Valid[:row] {
			v.Valid[i] = true
		}
	}
	valid := v.Valid[row : row+k]
	if !all {
		copy(valid, c.present[:k])
		return
	}
	for i := range valid {
		valid[i] = true
	}
}

// denseInts reads the next values; flags are nil when none is odd.
func (c *column) denseInts(x []int64) ([]flag, error) {
	if len(x) == 0 {
		return nil, nil
	}
	if c.sec.Indexed() {
		idx, err := c.indices(len(x))
		if err != nil {
			return nil, err
		}
		if err := gather(x, c.dictInts[:c.dictLen], idx); err != nil {
			return nil, err
		}
		return c.dictFlagsOf(idx), nil
	}
	if err := c.plainInts(x); err != nil {
		return nil, err
	}
	if !c.flagged {
		return nil, nil
	}
	return c.flags[:len(x)], nil
}

func (c *column) fillFloats(v *features.Vector, n int) error {
	v.Floats = page.Grow(v.Floats, n)
	for row := 0; row < n; {
		k, count, all, err := c.run(n - row)
		if err != nil {
			return err
		}
		x := v.Floats[row : row+k]
		flags, err := c.denseFloats(x[:count])
		if err != nil {
			return err
		}
		if flags != nil {
			c.count(flags)
			for j, f := range flags {
				if f&fNull != 0 {
					x[j] = math.NaN()
				}
			}
		}
		if !all {
			spread(x, c.present[:k], count, math.NaN())
		}
		row += k
	}
	return nil
}

func (c *column) denseFloats(x []float64) ([]flag, error) {
	if len(x) == 0 {
		return nil, nil
	}
	if c.sec.Indexed() {
		idx, err := c.indices(len(x))
		if err != nil {
			return nil, err
		}
		if err := gather(x, c.dictFloats[:c.dictLen], idx); err != nil {
			return nil, err
		}
		return c.dictFlagsOf(idx), nil
	}
	if err := c.plainFloats(x); err != nil {
		return nil, err
	}
	if !c.flagged {
		return nil, nil
	}
	return c.flags[:len(x)], nil
}
