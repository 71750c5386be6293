package timeline

import "math"

// reversalWindow is how long after a change its reversal may come for both to
// cancel out.
const reversalWindow = 10 * 60 * 1_000_000

// noticeOfEnd is how long before temporary_until an expire event may come.
const noticeOfEnd = 24 * 3600 * 1_000_000

// temporary is a temporary part of a limit.
type temporary struct{ until, amount int64 }

// ledger is the replay of one account's entries.
type ledger struct {
	limit  int64       // present limit; -1: unknown
	temps  []temporary // parts of it that will end
	levels []level     // all accounts'; this one's come last

	// last is the entry that limit comes from (-1: none that left a trace),
	// with its error code, its place in levels and what was temporary before.
	last   int
	erred  bool
	mark   int
	before []temporary
}

// replay completes what the entries of one account leave out, marks those that
// don't follow from the ones before, and appends the levels they arrive at.
func (l *ledger) replay(entries []Change) {
	l.limit, l.last, l.temps = -1, -1, l.temps[:0]
	for i := range entries {
		chain(entries, i, l.limit)
		c := &entries[i]
		erred := c.Failed // so far it says only that there is an error code
		c.Failed = false

		high, mark := l.limit, len(l.levels)
		l.expire(c.At)
		switch {
		case c.Before >= 0:
		case c.Kind == "expire":
			c.Before = high
		case c.Kind == "grant" && l.limit < 0:
			c.Before = 0
		default:
			c.Before = l.limit
		}
		if c.Before == high && c.Kind != "expire" { // nothing has ended after all
			l.limit, l.levels = high, l.levels[:mark]
		}
		if l.limit >= 0 && c.Before != l.limit && c.Before != high {
			if l.last >= 0 && entries[l.last].Before == c.Before {
				l.undo(&entries[l.last], c.At)
			} else {
				c.Broken = true
			}
		}
		if c.After < 0 {
			c.After = l.complete(entries, i, erred)
		}
		if c.After < 0 || c.After == c.Before {
			c.Failed = erred
			c.Lost = !erred && c.After >= 0 && (c.Kind == "increase" || c.Kind == "decrease")
			if l.limit < 0 || c.Broken { // at least it says where the limit stands
				l.limit, l.last = c.Before, -1
				l.levels = append(l.levels, level{c.At, l.limit})
			}
			continue
		}
		l.before = append(l.before[:0], l.temps...)
		if c.Kind == "expire" || c.Kind == "close" {
			l.ended(c.At)
		} else if c.Until > c.At && c.After > c.Before && c.Before >= 0 {
			l.temps = append(l.temps, temporary{c.Until, c.After - c.Before})
		}
		l.limit, l.last, l.erred, l.mark = c.After, i, erred, len(l.levels)
		l.levels = append(l.levels, level{c.At, l.limit})
		if i > 0 {
			cancel(&entries[i-1], c)
		}
	}
	l.expire(math.MaxInt64)
}

// expire ends what was temporary until an instant.
func (l *ledger) expire(at int64) {
	for {
		first := -1
		for i := range l.temps {
			if l.temps[i].until <= at && (first < 0 || l.temps[i].until < l.temps[first].until) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		l.limit -= l.temps[first].amount
		l.levels = append(l.levels, level{l.temps[first].until, l.limit})
		l.temps[first] = l.temps[len(l.temps)-1]
		l.temps = l.temps[:len(l.temps)-1]
	}
}

// undo takes the last entry back: the ledger goes on as if it had not been.
func (l *ledger) undo(e *Change, now int64) {
	e.Failed, e.Lost, e.Reversed = l.erred, !l.erred, false
	l.limit, l.last = e.Before, -1
	l.levels = append(l.levels[:l.mark], level{e.At, l.limit})
	l.temps = append(l.temps[:0], l.before...)
	l.expire(now)
}

// ended removes what an expire event at an instant ends.
func (l *ledger) ended(at int64) {
	kept := l.temps[:0]
	for _, t := range l.temps {
		if t.until > at+noticeOfEnd {
			kept = append(kept, t)
		}
	}
	l.temps = kept
}

// chain brings an entry that follows from the present limit to place i, among
// the entries of the same instant: their order in the export means nothing.
func chain(entries []Change, i int, limit int64) {
	for k := i; k < len(entries) && entries[k].At == entries[i].At && limit >= 0; k++ {
		if entries[k].Before == limit {
			c := entries[k]
			copy(entries[i+1:k+1], entries[i:k])
			entries[i] = c
			return
		}
	}
}

// complete is the limit after an entry that doesn't say: what the next one
// starts from, or else the end of what was temporary, or else unknown.
func (l *ledger) complete(entries []Change, i int, erred bool) int64 {
	c := &entries[i]
	switch {
	case erred:
		return c.Before
	case c.Kind == "expire":
		limit := l.limit
		for _, t := range l.temps {
			if t.until <= c.At+noticeOfEnd {
				limit -= t.amount
			}
		}
		return limit
	case i+1 < len(entries):
		return entries[i+1].Before
	}
	return -1
}

// cancel marks two entries that cancel out.
func cancel(a, b *Change) {
	if !a.Lost && !a.Failed && b.At-a.At <= reversalWindow && a.Before >= 0 && a.Before == b.After && a.After == b.Before &&
		(a.Kind == "increase" && b.Kind == "decrease" || a.Kind == "decrease" && b.Kind == "increase") {
		a.Reversed, b.Reversed = true, true
	}
}
