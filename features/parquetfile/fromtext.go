package parquetfile

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"evenhand/features/parquetfile/page"
)

// What follows reads values stored as text. A value that does not parse is a
// bad cell; a declared missing code is null.

func (c *column) missingText(b []byte) bool {
	for _, m := range c.rec.missTexts {
		if string(m) == string(b) {
			return true
		}
	}
	return false
}

func viewsToInts(c *column, v [][]byte, x []int64) {
	for i, b := range v {
		n, ok := parseInt(b)
		c.setText(i, b, n, ok, x)
	}
}

// setText stores what b parsed to, or flags it.
func (c *column) setText(i int, b []byte, n int64, ok bool, x []int64) {
	x[i] = n
	if len(c.rec.missTexts) > 0 && c.missingText(b) {
		x[i] = 0
		c.mark(i, len(x), fMissing)
	} else if !ok {
		x[i] = 0
		c.bad(i, len(x), b)
	}
}

func viewsToMoney(c *column, v [][]byte, x []int64) {
	for i, b := range v {
		m, frac, ok := parseDecimal(b)
		if ok {
			m, ok = mulDiv(m, c.rec.num, pow10[frac])
		}
		c.setText(i, b, m, ok, x)
	}
}

func viewsToBools(c *column, v [][]byte, x []int64) {
	for i, b := range v {
		n, ok := parseBool(b)
		if s, mapped := c.rec.values[text(b)]; mapped {
			n, ok = parseBool([]byte(s))
		}
		c.setText(i, b, n, ok, x)
	}
}

func viewsToFloats(c *column, v [][]byte, f []float64) {
	for i, b := range v {
		x, ok := parseFloat(b)
		f[i] = x
		switch {
		case len(c.rec.missTexts) > 0 && c.missingText(b):
			c.mark(i, len(f), fMissing)
		case !ok:
			c.bad(i, len(f), b)
		case x != x:
			c.nan(i, len(f))
		}
	}
}

// noZone is raised by a timestamp that lacks a zone where the plan gives none.
type noZone struct{}

func viewsToInstants(c *column, v [][]byte, x []int64) {
	z := &c.rec.zone
	for i, b := range v {
		t, ok := parseMoment(b)
		if ok && !t.zoned {
			if z.loc == nil {
				panic(noZone{})
			}
			t.micros = z.utc(t.micros)
		}
		if ok && t.truncated {
			c.mark(i, len(x), fTruncated)
		}
		c.setText(i, b, t.micros, ok, x)
	}
}

// viewsToDates reads dates; of timestamps, the date in the zone when they
// name one, else the date as written.
func viewsToDates(c *column, v [][]byte, x []int64) {
	z := &c.rec.zone
	for i, b := range v {
		day, rest, ok := parseDay(trim(b))
		if ok && len(rest) > 0 {
			var t moment
			t, ok = parseMoment(b)
			if ok && t.zoned {
				if z.loc == nil {
					panic(noZone{})
				}
				day = z.day(t.micros)
			}
		}
		c.setText(i, b, day, ok, x)
	}
}

// int96ToMicros reads Impala's and old Spark's timestamps: nanoseconds of the
// day, then the Julian day.
func int96ToMicros(c *column, v [][]byte, x []int64) {
	for i, b := range v {
		us, rest, ok := int96Micros(b)
		x[i] = us
		if !ok {
			c.bad(i, len(x), c.formatInt96(b))
		} else if rest {
			c.mark(i, len(x), fTruncated)
		}
	}
}

const (
	julian1970 = 2440588
	firstDay   = -719162 // 0001-01-01
	lastDay    = 2932896 // 9999-12-31
)

func int96Micros(b []byte) (us int64, truncated, ok bool) {
	ns := int64(binary.LittleEndian.Uint64(b))
	day := int64(int32(binary.LittleEndian.Uint32(b[8:]))) - julian1970
	// Writers leave garbage here, which readers turn into garbage each in its
	// own way: what is no moment of the years 1 to 9999 is no value.
	if day > lastDay || day < firstDay || ns < 0 || ns >= dayMicros*1000 {
		return 0, false, false
	}
	us = ns / 1000
	return day*dayMicros + us, us*1000 != ns, true
}

// int96Nanos is the count of nanoseconds since 1970; b must be valid and near.
func int96Nanos(b []byte) int64 {
	ns := int64(binary.LittleEndian.Uint64(b))
	day := int64(int32(binary.LittleEndian.Uint32(b[8:]))) - julian1970
	return day*dayMicros*1000 + ns
}

func (c *column) formatInt96(b []byte) []byte {
	return fmt.Appendf(c.fmtBuf[:0], "int96 %x", b)
}

// appendDay writes days since 1970 as a date.
func appendDay(b []byte, day int64) []byte {
	if day > lastDay || day < firstDay {
		return fmt.Appendf(b, "day %d", day)
	}
	return time.Unix(day*daySeconds, 0).UTC().AppendFormat(b, "2006-01-02")
}

// appendInstant writes a stored instant, with Z when it is in UTC.
func (c *column) appendInstant(b []byte, x int64) []byte {
	l := c.leaf
	per := l.perUnit
	if per == 0 {
		per = 1_000_000 // INT96, already in microseconds
	}
	sec := floorDiv(x, per)
	if sec > 253402300799 || sec < -62135596800 {
		return fmt.Appendf(b, "%d/%d s", x, per)
	}
	layout := map[int64]string{1e3: ".000", 1e6: ".000000", 1e9: ".000000000"}[per]
	t := time.Unix(sec, (x-sec*per)*(1_000_000_000/per)).UTC()
	b = t.AppendFormat(b, "2006-01-02T15:04:05"+layout)
	if l.utc {
		b = append(b, 'Z')
	}
	return b
}

// asText formats n values of any type, into c.views.
func (c *column) asText(n int) error {
	c.views = page.Grow(c.views, n)
	c.slab, c.ends = c.slab[:0], c.ends[:0]
	add := func(b []byte) {
		c.slab = append(c.slab, b...)
		c.ends = append(c.ends, len(c.slab))
	}
	switch c.nat {
	case natInts:
		c.nums = page.Grow(c.nums, n)
		if err := c.sec.Ints(c.nums); err != nil {
			return err
		}
		for _, x := range c.nums {
			add(c.formatInt(x))
		}
	case natFloats:
		c.floats = page.Grow(c.floats, n)
		if err := c.sec.Floats(c.floats); err != nil {
			return err
		}
		for _, x := range c.floats {
			add(c.formatFloat(x))
		}
	default:
		if err := c.sec.Views(c.views); err != nil {
			return err
		}
		for _, b := range c.views {
			add(c.formatView(b))
		}
	}
	from := 0
	for i, end := range c.ends {
		c.views[i] = c.slab[from:end:end]
		from = end
	}
	return nil
}

func (c *column) formatView(b []byte) []byte {
	switch c.leaf.class {
	case clDecimal:
		return c.formatDecimal(b)
	case clInstant:
		us, _, ok := int96Micros(b)
		if !ok {
			return c.formatInt96(b)
		}
		if n := c.leaf.int96Micros; n > 0 && us >= 0 && us < early1970/1000 {
			us = int96Nanos(b) * n
		}
		c.fmtBuf = c.appendInstant(c.fmtBuf[:0], us)
		return c.fmtBuf
	case clUUID:
		c.fmtBuf = fmt.Appendf(c.fmtBuf[:0], "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
		return c.fmtBuf
	}
	return slices.Clip(b)
}
