package parquetfile

import (
	"bytes"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
)

// flag is what was odd about one value. Most batches have none, and then no
// flags are kept.
type flag uint8

const (
	fMissing   flag = 1 << iota // a declared missing code
	fNaN                        // not a number
	fNaNNull                    // and that is this export's null
	fBad                        // not convertible
	fTruncated                  // an instant that lost precision
	fRounded                    // float money
)

// fNull are the flags that make a value null.
const fNull = fMissing | fNaN | fNaNNull | fBad

// mark flags value i of the n being converted.
func (c *column) mark(i, n int, f flag) {
	if !c.flagged {
		c.flags = page.Grow(c.flags, n)
		clear(c.flags)
		c.flagged = true
	}
	c.flags[i] |= f
}

// bad flags value i of n as not convertible; raw is shown in messages.
func (c *column) bad(i, n int, raw []byte) {
	c.mark(i, n, fBad)
	if len(raw) > 64 {
		raw = raw[:64]
	}
	if c.inDict {
		if c.dictBad == nil {
			c.dictBad = map[int32]string{}
		}
		c.dictBad[int32(i)] = string(raw)
		return
	}
	c.example(raw)
}

func (c *column) example(raw []byte) {
	if c.tally.Example == "" || bytes.Compare(raw, []byte(c.tally.Example)) < 0 {
		c.tally.Example = string(raw)
	}
}

// count adds the flags of values that were read to the tally, and returns the
// number that are null.
func (c *column) count(flags []flag) (nulls int64) {
	t := &c.tally
	for _, f := range flags {
		if f == 0 {
			continue
		}
		if f&fNull != 0 {
			nulls++
		}
		if f&fNaN != 0 {
			t.NaN++
		}
		switch {
		case f&fMissing != 0:
			t.Missing++
			t.Nulls++
		case f&fNaNNull != 0:
			t.Nulls++
		case f&fBad != 0:
			t.Bad++
		}
		if f&fTruncated != 0 {
			t.Truncated++
		}
		if f&fRounded != 0 {
			t.Rounded++
		}
	}
	return nulls
}

// finish returns the column's tally so far.
func (c *column) finishedTally() features.ColumnTally {
	t := c.tally
	if c.texts != nil {
		c.texts.tally(&t)
	}
	if c.spec.NotNull {
		t.BadNull = t.Nulls
	}
	return t
}
