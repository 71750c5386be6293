package audit

import (
	"fmt"
	"sort"
	"time"
)

// Periods cuts time into the plan's periods, in its time zone.
type Periods struct {
	every  string
	days   []int64 // the same as starts, as local days since 1970-01-01
	starts []int64 // µs UTC, ascending; period i is [starts[i], starts[i+1])
	labels []string
	step   float64 // mean length, to guess the index
}

// NewPeriods returns the periods called every: "day", "week" (ISO, from
// Monday), "month", "quarter", "year" or "all".
func NewPeriods(every string, zone *time.Location) (*Periods, error) {
	p := &Periods{every: every}
	const first, last = 1970, 2100
	// The calendar is walked in UTC and each start placed in the zone on its
	// own: walking in the zone would carry an hour lost to a clock change on.
	t := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC)
	var next func(time.Time) time.Time
	var label func(time.Time) string
	switch every {
	case "all":
		return p, nil
	case "day":
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
		label = func(t time.Time) string { return t.Format("2006-01-02") }
	case "week":
		t = time.Date(first, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
		label = func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprintf("%d-W%02d", y, w) }
	case "month":
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
		label = func(t time.Time) string { return t.Format("2006-01") }
	case "quarter":
		next = func(t time.Time) time.Time { return t.AddDate(0, 3, 0) }
		label = func(t time.Time) string { return fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3) }
	case "year":
		next = func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }
		label = func(t time.Time) string { return t.Format("2006") }
	default:
		return nil, fmt.Errorf("period %q is unknown; use day, week, month, quarter, year or all", every)
	}
	for ; t.Year() <= last; t = next(t) {
		p.starts = append(p.starts, time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone).UnixMicro())
		p.days = append(p.days, t.Unix()/86400)
		p.labels = append(p.labels, label(t))
	}
	p.step = float64(p.starts[len(p.starts)-1]-p.starts[0]) / float64(len(p.starts)-1)
	return p, nil
}

// Of returns the period of an instant (µs UTC), or -1 outside 1970–2100.
func (p *Periods) Of(us int64) int32 {
	n := len(p.starts)
	if n == 0 {
		return 0
	}
	if us < p.starts[0] || us >= p.starts[n-1] {
		return -1
	}
	// Periods are nearly equal: the guess is off by one or two at most.
	i := int(float64(us-p.starts[0]) / p.step)
	if i >= n-1 {
		i = n - 2
	}
	for p.starts[i] > us {
		i--
	}
	for p.starts[i+1] <= us {
		i++
	}
	return int32(i)
}

// OfDay returns the period of a calendar day (days since 1970-01-01), or -1.
func (p *Periods) OfDay(day int64) int32 {
	n := len(p.days)
	if n == 0 {
		return 0
	}
	if day < p.days[0] || day >= p.days[n-1] {
		return -1
	}
	return int32(sort.Search(n, func(i int) bool { return p.days[i] > day })) - 1
}

// Label names period i: "2025-03", "2025-W07", "2025-Q1" …, "" for -1 and "all".
func (p *Periods) Label(i int32) string {
	if i < 0 || int(i) >= len(p.labels) {
		return ""
	}
	return p.labels[i]
}

// Index returns the period labelled label, or -1.
func (p *Periods) Index(label string) int32 {
	if p.every == "all" {
		return 0
	}
	i := sort.SearchStrings(p.labels, label) // labels sort as their periods do
	if i < len(p.labels) && p.labels[i] == label {
		return int32(i)
	}
	return -1
}
