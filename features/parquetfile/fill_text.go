package parquetfile

import (
	"fmt"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
)

func (c *column) fillTexts(v *features.Vector, n int) error {
	v.Dict = c.texts.dict
	v.Codes = page.Grow(v.Codes, n)
	for row := 0; row < n; {
		k, count, all, err := c.run(n - row)
		if err != nil {
			return err
		}
		x := v.Codes[row : row+k]
		if err := c.denseCodes(x[:count]); err != nil {
			return err
		}
		if !all {
			spread(x, c.present[:k], count, features.Null)
		}
		row += k
	}
	return nil
}

// denseCodes reads the next values as codes of c.texts.dict.
func (c *column) denseCodes(x []int32) error {
	if len(x) == 0 {
		return nil
	}
	if c.sec.Indexed() {
		idx, err := c.indices(len(x))
		if err != nil {
			return err
		}
		if err := gather(x, c.dictCodes[:c.dictLen], idx); err != nil {
			return err
		}
	} else if err := c.plainCodes(x); err != nil {
		return err
	}
	return c.texts.settle(x)
}

// fillBytes reads ids and free text: the bytes of all rows, and where each
// row's begin.
func (c *column) fillBytes(v *features.Vector, n int) error {
	v.Valid = nil
	v.Offsets = page.Grow(v.Offsets, n+1)
	v.Bytes = v.Bytes[:0]
	v.Offsets[0] = 0
	for row := 0; row < n; {
		k, count, all, err := c.run(n - row)
		if err != nil {
			return err
		}
		views, err := c.denseViews(count)
		if err != nil {
			return err
		}
		if len(c.rec.missTexts) > 0 {
			all = c.dropMissing(views, k, all)
		}
		buf, ends := v.Bytes, v.Offsets[row+1:row+1+k]
		j := 0
		for i := range ends {
			if all || c.present[i] {
				buf = append(buf, views[j]...)
				j++
			}
			ends[i] = uint32(len(buf))
		}
		v.Bytes = buf
		if len(buf) > page.MaxSlab {
			return fmt.Errorf("a batch of values needs more than %d bytes, the cap; leave the column out, or export it shortened", page.MaxSlab)
		}
		c.setValid(v, row, k, n, all)
		row += k
	}
	return nil
}

// dropMissing takes declared missing codes out of present and out of views.
func (c *column) dropMissing(views [][]byte, k int, all bool) bool {
	present := c.present[:k]
	if all {
		for i := range present {
			present[i] = true
		}
	}
	kept, j := views[:0], 0
	for i, p := range present {
		if !p {
			continue
		}
		if b := views[j]; c.missingText(b) {
			present[i] = false
			c.tally.Missing++
			c.tally.Nulls++
		} else {
			kept = append(kept, b)
		}
		j++
	}
	return all && len(kept) == k
}

// denseViews reads the next n values as bytes.
func (c *column) denseViews(n int) ([][]byte, error) {
	if n == 0 {
		return nil, nil
	}
	if !c.sec.Indexed() {
		err := c.plainViews(n)
		return c.views[:n], err
	}
	idx, err := c.indices(n)
	if err != nil {
		return nil, err
	}
	c.views = page.Grow(c.views, n)
	return c.views, gather(c.views, c.dictViews[:c.dictLen], idx)
}
