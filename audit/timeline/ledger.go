package timeline

// reversalWindow is how long after a change its reversal may come for both to
// cancel out.
const reversalWindow = 10 * 60 * 1_000_000

// noticeOfEnd is how long before temporary_until an expire event may come.
const noticeOfEnd = 24 * 3600 * 1_000_000

// temporary is a temporary part of a limit.
type temporary struct{ until, amount int64 }

// ledger replays the entries of one account: it completes what they leave out,
// marks those that don't follow from the ones before, and appends the levels
// that they arrive at.
func (r *Reader) ledger(entries []Change) {
	limit := int64(-1) // -1: unknown
	temps := r.temps[:0]
	first := len(r.levels)
	last := -1 // entry that the present level comes from
	for i := range entries {
		chain(entries, i, limit)
		c := &entries[i]
		erred := c.Failed
		c.Failed = false

		// Temporary limits end by themselves, unless the entry shows that
		// they have not.
		high, mark := limit, len(r.levels)
		kept := len(temps)
		for t := earliest(temps); t >= 0 && temps[t].until <= c.At; t = earliest(temps) {
			limit -= temps[t].amount
			r.levels = append(r.levels, level{temps[t].until, limit})
			temps[t], temps[len(temps)-1] = temps[len(temps)-1], temps[t]
			temps = temps[:len(temps)-1]
		}
		if c.Before < 0 {
			c.Before = limit
			if c.Kind == "expire" {
				c.Before = high
			}
		}
		if high != limit && c.Before == high && c.Kind != "expire" {
			limit, temps, r.levels = high, temps[:kept], r.levels[:mark]
		}
		if p := last; p >= 0 && limit >= 0 && c.Before != limit && c.Before != high {
			if e := &entries[p]; c.Before == e.Before && e.Before >= 0 && !e.Reversed {
				e.Failed, e.Lost = r.erred, !r.erred
				limit = e.Before
				r.levels = append(r.levels[:r.mark], level{e.At, limit})
				if n := len(temps); e.Until != NoTime && n > 0 {
					temps = temps[:n-1] // it never began
				}
			} else {
				c.Broken = true
			}
		} else if p < 0 && limit >= 0 && c.Before != limit && c.Before != high {
			c.Broken = true
		}

		if c.After < 0 {
			c.After = r.complete(entries, i, erred, limit, &temps)
		}
		switch {
		case c.After < 0 || c.After == c.Before:
			c.Failed = erred
			c.Lost = !erred && c.After >= 0 && (c.Kind == "increase" || c.Kind == "decrease")
			if limit < 0 || c.Broken { // at least it says where the limit stands
				limit = c.Before
				r.levels = append(r.levels, level{c.At, limit})
			}
			last = -1
			continue
		case c.Kind == "expire" || c.Kind == "close":
			temps = ended(temps, c.At)
		case c.Until != NoTime && c.Until > c.At && c.After > c.Before && c.Before >= 0:
			temps = append(temps, temporary{c.Until, c.After - c.Before})
		}
		limit, last, r.erred, r.mark = c.After, i, erred, len(r.levels)
		r.levels = append(r.levels, level{c.At, limit})
		if i > 0 {
			cancel(&entries[i-1], c)
		}
	}
	for t := earliest(temps); t >= 0; t = earliest(temps) {
		limit -= temps[t].amount
		r.levels = append(r.levels, level{temps[t].until, limit})
		temps[t] = temps[len(temps)-1]
		temps = temps[:len(temps)-1]
	}
	r.temps = temps
	// A temporary limit may end after an entry that came while it lasted.
	for i := first + 1; i < len(r.levels); i++ {
		for k := i; k > first && r.levels[k].at < r.levels[k-1].at; k-- {
			r.levels[k], r.levels[k-1] = r.levels[k-1], r.levels[k]
		}
	}
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
func (r *Reader) complete(entries []Change, i int, erred bool, limit int64, temps *[]temporary) int64 {
	c := &entries[i]
	switch {
	case erred:
		return c.Before
	case c.Kind == "expire":
		for _, t := range *temps {
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

// earliest returns the place of the temporary limit that ends first, -1 when
// there is none.
func earliest(temps []temporary) int {
	out := -1
	for i := range temps {
		if out < 0 || temps[i].until < temps[out].until {
			out = i
		}
	}
	return out
}

// ended removes the temporary limits that an expire event at an instant ends.
func ended(temps []temporary, at int64) []temporary {
	kept := temps[:0]
	for _, t := range temps {
		if t.until > at+noticeOfEnd {
			kept = append(kept, t)
		}
	}
	return kept
}

// cancel marks two entries that cancel out.
func cancel(a, b *Change) {
	if !a.Lost && !a.Failed && b.At-a.At <= reversalWindow && a.Before >= 0 && a.Before == b.After && a.After == b.Before &&
		(a.Kind == "increase" && b.Kind == "decrease" || a.Kind == "decrease" && b.Kind == "increase") {
		a.Reversed, b.Reversed = true, true
	}
}
