package cause

import (
	"sort"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// Excess counts what happened in the window of each incident, and in the same
// weekdays and hours of the four weeks before, to tell an incident that failed
// customers from one that merely was at the time. It is mergeable; add rows of
// one kind only, e.g. all decisions.
type Excess struct {
	in     *Incidents
	counts []Around
}

// Around is what happened around one incident: in its window [0], and in the
// same hours of the weeks before [1].
type Around struct {
	Rows, Failed [2]int64
}

// NewExcess returns the counts of nothing yet.
func NewExcess(in *Incidents) *Excess {
	return &Excess{in: in, counts: make([]Around, len(in.List))}
}

// Add counts a row at an instant, µs UTC, in every window that it lies in.
func (e *Excess) Add(at int64, failed bool) {
	in := e.in
	i := sort.Search(len(in.spans), func(i int) bool { return in.spans[i].from > at })
	for i--; i >= 0 && in.until[i] >= at; i-- {
		s := &in.spans[i]
		// A row of a long incident is no comparison for the incident itself.
		if s.to < at || s.before && in.List[s.incident].Holds(at) {
			continue
		}
		c, k := &e.counts[s.incident], 0
		if s.before {
			k = 1
		}
		c.Rows[k]++
		if failed {
			c.Failed[k]++
		}
	}
}

// Merge adds the counts of o, over the same incidents.
func (e *Excess) Merge(o *Excess) {
	for i := range e.counts {
		for k := range 2 {
			e.counts[i].Rows[k] += o.counts[i].Rows[k]
			e.counts[i].Failed[k] += o.counts[i].Failed[k]
		}
	}
}

// Encode writes the counts.
func (e *Excess) Encode(to *stats.Encoder) {
	to.Count(len(e.counts))
	for _, c := range e.counts {
		for k := range 2 {
			to.Varint(c.Rows[k])
			to.Varint(c.Failed[k])
		}
	}
}

// Decode makes the counts what Encode wrote, of the same incidents.
func (e *Excess) Decode(from *stats.Decoder) {
	if n := from.Count(4); n != len(e.counts) && from.Err() == nil {
		from.Fail("%d incidents were counted, there are %d", n, len(e.counts))
		return
	}
	for i := range e.counts {
		for k := range 2 {
			e.counts[i].Rows[k], e.counts[i].Failed[k] = from.Varint(), from.Varint()
		}
	}
}

// Of returns the counts around incident i of the list.
func (e *Excess) Of(i int) Around { return e.counts[i] }

// Ratio is the rate of failures in the window of incident i over that of the
// weeks before, with the 95 % interval of the score method of Miettinen and
// Nurminen, which exists without failures before, too. All are NaN when no row
// is to be compared with.
//
// Reference: statsmodels confint_proportions_2indep(compare="ratio",
// method="score", correction=True).
func (e *Excess) Ratio(i int) (value float64, interval stats.Interval) {
	c := e.counts[i]
	p, q := stats.TableOf(c.Failed[0], c.Rows[0], c.Failed[1], c.Rows[1]).Rates()
	return p / q, stats.ScoreRatio(c.Failed[0], c.Rows[0], c.Failed[1], c.Rows[1], 0.95)
}

// Decisive reports whether failures were in excess during incident i: the
// lower end of the interval is above 1.
func (e *Excess) Decisive(i int) bool {
	_, interval := e.Ratio(i)
	return interval.Lo > 1 // false for NaN
}

// Grade is how sure an incident is as a cause of what happened in its window:
// E3 with measured excess, E4 by the overlap in time alone.
func (e *Excess) Grade(i int) audit.Grade {
	if e.Decisive(i) {
		return audit.E3
	}
	return audit.E4
}

// At returns the incident that explains a failure at an instant, and its
// grade: among those whose window holds it, one with measured excess before
// one without, then one that names the error code. It returns -1 when there is
// none.
func (e *Excess) At(at int64, code string) (incident int, grade audit.Grade) {
	best, rank := -1, -1
	for k := range e.in.List {
		x := &e.in.List[k]
		if x.From > at {
			break
		}
		if !x.Holds(at) {
			continue
		}
		r := 0
		if e.Decisive(k) {
			r += 2
		}
		if x.Names(code) {
			r++
		}
		if r > rank {
			best, rank = k, r
		}
	}
	if best < 0 {
		return -1, audit.NoGrade
	}
	return best, e.Grade(best)
}
