package parquetfile

import "time"

const (
	dayMicros  = 86_400_000_000
	daySeconds = 86_400
)

// zoner converts between UTC and a zone's wall clock. It keeps the stretch of
// time in which the zone's offset last held, so that a column costs a look-up
// a transition, not one a row.
type zoner struct {
	loc    *time.Location
	lo, hi int64 // UTC seconds in which off holds
	off    int64 // seconds east of UTC
}

// offset returns the zone's offset at sec, in seconds since 1970 UTC.
func (z *zoner) offset(sec int64) int64 {
	if sec >= z.lo && sec < z.hi {
		return z.off
	}
	t := time.Unix(sec, 0).In(z.loc)
	_, off := t.Zone()
	start, end := t.ZoneBounds()
	z.off = int64(off)
	z.lo, z.hi = -1<<62, 1<<62
	if !start.IsZero() {
		z.lo = start.Unix()
	}
	if !end.IsZero() {
		z.hi = end.Unix()
	}
	return z.off
}

// utc returns the UTC microseconds of a wall clock given in microseconds. An
// hour that a change of the clocks repeats is taken as its first occurrence;
// one that it skips is read with the offset before the change.
func (z *zoner) utc(local int64) int64 {
	sec := floorDiv(local, 1_000_000)
	// Far from a transition the offset is the same on either side.
	if u := sec - z.off; u >= z.lo+daySeconds && u < z.hi-daySeconds {
		return local - z.off*1_000_000
	}
	before := z.offset(sec - daySeconds)
	after := z.offset(sec + daySeconds)
	off := before
	if before != after && z.offset(sec-before) != before && z.offset(sec-after) == after {
		off = after
	}
	return local - off*1_000_000
}

// day returns the zone's calendar day, since 1970, of UTC microseconds.
func (z *zoner) day(utc int64) int64 {
	sec := floorDiv(utc, 1_000_000)
	return floorDiv(sec+z.offset(sec), daySeconds)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// daysFrom returns the days since 1970 of a date of the Gregorian calendar,
// and whether there is such a date.
func daysFrom(y, m, d int) (int64, bool) {
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1 || y > 9999 {
		return 0, false
	}
	if d > 28 && d > monthDays(y, m) {
		return 0, false
	}
	// Howard Hinnant, "chrono-compatible low-level date algorithms".
	if m <= 2 {
		y--
	}
	era := y / 400
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468, true
}

func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
