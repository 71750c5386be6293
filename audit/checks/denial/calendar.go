package denial

import "time"

// calendar turns instants into days of the plan's time zone. It remembers the
// zone's current offset, since neighbouring rows nearly always share it.
type calendar struct {
	zone     *time.Location
	from, to int64 // µs UTC: where offset holds
	offset   int64 // µs
}

const (
	second = int64(time.Second / time.Microsecond)
	day    = 24 * 3600 * second
)

// day returns the days since 1970-01-01 of an instant (µs UTC).
func (c *calendar) day(us int64) int64 {
	if us < c.from || us >= c.to {
		c.look(us)
	}
	us += c.offset
	d := us / day
	if us%day < 0 {
		d--
	}
	return d
}

// hour returns the hour of the day, 0 to 23, of an instant (µs UTC).
func (c *calendar) hour(us int64) int {
	d := c.day(us)
	return int((us + c.offset - d*day) / (3600 * second))
}

func (c *calendar) look(us int64) {
	t := time.UnixMicro(us).In(c.zone)
	_, offset := t.Zone()
	c.offset = int64(offset) * second
	start, end := t.ZoneBounds()
	c.from, c.to = us, us+1
	if !start.IsZero() {
		c.from = start.UnixMicro()
	} else {
		c.from = us - 400*day
	}
	if !end.IsZero() {
		c.to = end.UnixMicro()
	} else {
		c.to = us + 400*day
	}
}

// date writes a day as 2025-03-31.
func date(day int64) string {
	return time.Unix(day*24*3600, 0).UTC().Format("2006-01-02")
}
