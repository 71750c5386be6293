package denial

import (
	"time"

	"evenhand/audit"
)

// calendar turns instants into days of a zone; it is ready once the zone is
// set.
type calendar struct {
	zone *time.Location
	days *audit.Calendar
}

const (
	second = int64(time.Second / time.Microsecond)
	day    = 24 * 3600 * second
)

func (c *calendar) look() *audit.Calendar {
	if c.days == nil {
		c.days = audit.NewCalendar(c.zone)
	}
	return c.days
}

// day returns the days since 1970-01-01 of an instant (µs UTC).
func (c *calendar) day(us int64) int64 { return c.look().Day(us) }

// hour returns the hour of the day, 0 to 23, of an instant (µs UTC).
func (c *calendar) hour(us int64) int { return c.look().Hour(us) }

// date writes a day as 2025-03-31.
func date(day int64) string { return audit.DateText(day) }
