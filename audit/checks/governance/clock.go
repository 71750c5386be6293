package governance

import (
	"math"
	"sort"
	"time"
)

// clock turns instants into days of the plan's zone. The offset is looked up
// once a change of the clocks, not per row.
type clock struct {
	zone     *time.Location
	from, to int64 // µs UTC: the offset holds in [from, to)
	offset   int64 // µs
}

const dayLength = 24 * int64(time.Hour/time.Microsecond)

// day is the local day of an instant, since 1970-01-01.
func (c *clock) day(us int64) int64 {
	if us < c.from || us >= c.to {
		c.move(us)
	}
	d := (us + c.offset) / dayLength
	if us+c.offset < d*dayLength {
		d--
	}
	return d
}

func (c *clock) move(us int64) {
	t := time.UnixMicro(us).In(c.zone)
	_, seconds := t.Zone()
	c.offset = int64(seconds) * 1_000_000
	from, to := t.ZoneBounds()
	c.from, c.to = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		c.from = from.UnixMicro()
	}
	if !to.IsZero() {
		c.to = to.UnixMicro()
	}
}

// ages tells how many whole months old something is: it turns k months old on
// the day of its month it began, or on the first of the next month where that
// month is shorter.
type ages struct {
	since time.Time
	turns []int64 // µs UTC, ascending; turns[k] is when it turns k months old
	step  float64 // mean length of a month, µs
}

// mostMonths bounds ages: nothing lives for a hundred years.
const mostMonths = 1200

// newAges prepares the ages up to an instant; later ones are known too, but take
// longer.
func newAges(since, until int64, zone *time.Location) *ages {
	a := &ages{since: time.UnixMicro(since).In(zone), turns: []int64{since}}
	for k := 1; k <= mostMonths && a.turns[k-1] <= until || k < 2; k++ {
		at := time.Date(a.since.Year(), a.since.Month()+time.Month(k), a.since.Day(), 0, 0, 0, 0, zone)
		if at.Day() != a.since.Day() { // the month is shorter
			at = time.Date(a.since.Year(), a.since.Month()+time.Month(k)+1, 1, 0, 0, 0, 0, zone)
		}
		a.turns = append(a.turns, at.UnixMicro())
	}
	n := len(a.turns) - 1
	a.step = float64(a.turns[n]-since) / float64(n)
	return a
}

// at is the age at an instant, -1 before it began.
func (a *ages) at(us int64) int {
	last := len(a.turns) - 1
	switch {
	case us < a.turns[0]:
		return -1
	case us >= a.turns[last]:
		t := time.UnixMicro(us).In(a.since.Location())
		months := (t.Year()-a.since.Year())*12 + int(t.Month()-a.since.Month())
		if t.Day() < a.since.Day() {
			months--
		}
		return min(months, mostMonths)
	}
	k := min(int(float64(us-a.turns[0])/a.step), last-1) // off by one at most, mostly
	if a.turns[k] <= us && us < a.turns[k+1] {
		return k
	}
	return sort.Search(last, func(i int) bool { return a.turns[i+1] > us })
}

// days is a set of days since 1970-01-01.
type days []uint64

// lastDay bounds the days of a set: 2100 and after are not kept.
const lastDay = 47_482

func (d *days) add(day int64) {
	if day < 0 || day > lastDay {
		return
	}
	w := int(day >> 6)
	if w >= len(*d) {
		*d = append(*d, make([]uint64, w+1-len(*d))...)
	}
	(*d)[w] |= 1 << (day & 63)
}

func (d *days) merge(o days) {
	if n := len(o) - len(*d); n > 0 {
		*d = append(*d, make([]uint64, n)...)
	}
	for i, w := range o {
		(*d)[i] |= w
	}
}
