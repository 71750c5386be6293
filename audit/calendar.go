package audit

import (
	"strconv"
	"time"
)

// Calendar knows the days of the plan's time zone, and which of them are
// business days. A day is a number: days since 1970-01-01. A Calendar
// remembers the zone's current offset and so belongs to one worker, or to one
// state; its zero value does not work.
type Calendar struct {
	zone     *time.Location
	from, to int64 // µs UTC: where offset holds
	offset   int64 // µs
	off      map[int64]bool
	on       map[int64]bool
}

const (
	microsOfSecond = int64(time.Second / time.Microsecond)
	microsOfDay    = 24 * 3600 * microsOfSecond
)

// Calendar returns a new calendar of the plan: its zone, its holidays and its
// workdays.
func (p *Plan) Calendar() *Calendar {
	return &Calendar{zone: p.zone, off: daySet(p.Holidays), on: daySet(p.Workdays)}
}

// NewCalendar returns a calendar of a zone without holidays.
func NewCalendar(zone *time.Location) *Calendar { return &Calendar{zone: zone} }

// daySet returns the days of dates that the plan's validation has passed.
func daySet(dates []string) map[int64]bool {
	set := make(map[int64]bool, len(dates))
	for _, s := range dates {
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			set[t.Unix()/(24*3600)] = true
		}
	}
	return set
}

// Day returns the day of an instant, µs UTC.
func (c *Calendar) Day(at int64) int64 {
	if at < c.from || at >= c.to {
		c.look(at)
	}
	at += c.offset
	d := at / microsOfDay
	if at%microsOfDay < 0 {
		d--
	}
	return d
}

// Hour returns the hour of the day, 0 to 23, of an instant, µs UTC.
func (c *Calendar) Hour(at int64) int {
	d := c.Day(at)
	return int((at + c.offset - d*microsOfDay) / (3600 * microsOfSecond))
}

// look finds the zone's offset at an instant, and how long it holds.
func (c *Calendar) look(at int64) {
	t := time.UnixMicro(at).In(c.zone)
	_, offset := t.Zone()
	c.offset = int64(offset) * microsOfSecond
	start, end := t.ZoneBounds()
	c.from, c.to = at-400*microsOfDay, at+400*microsOfDay
	if !start.IsZero() {
		c.from = start.UnixMicro()
	}
	if !end.IsZero() {
		c.to = end.UnixMicro()
	}
}

// Start returns the first instant of a day, µs UTC.
func (c *Calendar) Start(day int64) int64 {
	y, m, d := time.Unix(day*24*3600, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.zone).UnixMicro()
}

// Business reports whether a day is a business day: Monday to Friday unless
// the plan lists it as a holiday, or a Saturday or Sunday that the plan lists
// as a workday.
func (c *Calendar) Business(day int64) bool {
	if weekend(day) {
		return c.on[day]
	}
	return !c.off[day]
}

// weekend reports whether a day is a Saturday or Sunday: 1970-01-01 was a
// Thursday.
func weekend(day int64) bool {
	w := ((day % 7) + 7) % 7
	return w == 2 || w == 3
}

// Add returns the day that is so many business days after day, or before it
// when the number is negative; day itself when it is 0.
func (c *Calendar) Add(day int64, businessDays int) int64 {
	step := int64(1)
	if businessDays < 0 {
		step, businessDays = -1, -businessDays
	}
	for businessDays > 0 {
		day += step
		if c.Business(day) {
			businessDays--
		}
	}
	return day
}

// DateText writes a day as 2025-03-31.
func DateText(day int64) string {
	return time.Unix(day*24*3600, 0).UTC().Format(time.DateOnly)
}

// businessDays validates the plan's holidays and workdays.
func (v *validator) businessDays() {
	holidays := daySet(v.Holidays)
	for i, s := range v.Holidays {
		v.calendarDay("holidays."+strconv.Itoa(i+1), s)
	}
	for i, s := range v.Workdays {
		path := "workdays." + strconv.Itoa(i+1)
		d, ok := v.calendarDay(path, s)
		switch {
		case !ok:
		case holidays[d]:
			v.wrong(path, "%s is listed as a holiday too; remove it from one of the lists", s)
		case !weekend(d):
			v.wrong(path, "%s is neither a Saturday nor a Sunday: it is a business day anyway; remove it", s)
		}
	}
}

// calendarDay reads one day of a list.
func (v *validator) calendarDay(path, s string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err == nil {
		err = inRange(t)
	}
	if err != nil {
		v.wrong(path, "%q is no date; write one like 2026-10-01", s)
		return 0, false
	}
	return t.Unix() / (24 * 3600), true
}
