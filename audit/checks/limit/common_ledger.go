package limit

import (
	"bytes"

	"evenhand/audit"
	"evenhand/features"
)

// ledger reads the rows of a customer's limits as the ledger of each account.
// It belongs to one state.
type ledger struct {
	*limitColumns
	skew     int64 // µs within which two writes of one limit_before collide
	reversal int64 // µs within which a change and its reversal cancel out

	book account
}

// account is the ledger of one account, in the order of time. It is
// overwritten by the next one.
type account struct {
	id     []byte
	batch  *features.Batch
	lo, hi int
	writes []write // what changed the limit, or tried to
}

// write is an event that changed the limit, or tried to.
type write struct {
	row           int
	at            int64
	kind          string
	before, after int64 // as recorded, or none
	delta         int64 // what it did to the limit, as the ledger shows
	state         state
	gap           int64 // limit_before less the limit that the ledger had; 0 when it fits
	partner       int   // of a reversal or collision: the other write; else -1
	follows       bool  // the ledger before it is known: gap was judged
}

// state is what became of a write.
type state uint8

const (
	applied   state = iota
	failed          // recorded as failed: an error, or no limit_after, and no change
	lost            // recorded as done, but the next reading of the ledger is as before
	idle            // recorded as an increase or decrease that changes nothing
	reversed        // undone, or undoing, within minutes
	temporary       // the end of a temporary limit
	unread          // limits are not on record
)

func writes(kind string) bool {
	return kind == "grant" || kind == "increase" || kind == "decrease" || kind == "expire"
}

// accounts calls f for each account of a customer's limits.
func (l *ledger) accounts(r *audit.Rows, f func(*account)) {
	for lo := r.Lo; lo < r.Hi; {
		id := l.account.id(r.Batch, lo)
		hi := lo + 1
		for hi < r.Hi && bytes.Equal(l.account.id(r.Batch, hi), id) {
			hi++
		}
		a := &l.book
		*a = account{id: id, batch: r.Batch, lo: lo, hi: hi, writes: a.writes[:0]}
		l.read(a)
		f(a)
		lo = hi
	}
}

// read fills a.writes.
func (l *ledger) read(a *account) {
	for i := a.lo; i < a.hi; i++ {
		kind := l.kind.text(a.batch, i)
		if !writes(kind) {
			continue
		}
		w := write{
			row: i, at: l.at.int(a.batch, i), kind: kind,
			before: l.before.int(a.batch, i), after: l.after.int(a.batch, i), partner: -1,
		}
		switch {
		case kind == "increase" && l.errorCode.text(a.batch, i) != "" && (w.after == none || w.before == w.after):
			w.state = failed
		case w.before == none && w.after == none:
			w.state = unread
		}
		a.writes = append(a.writes, w)
	}
	a.order()
	l.settle(a)
}

// order puts writes of the same instant into the order in which each starts
// from where the one before ended, if there is one: their ids say nothing.
func (a *account) order() {
	limit := int64(none)
	for i := range a.writes {
		if limit != none && a.writes[i].before != limit {
			for j := i + 1; j < len(a.writes) && a.writes[j].at == a.writes[i].at; j++ {
				if a.writes[j].before == limit {
					a.writes[i], a.writes[j] = a.writes[j], a.writes[i]
					break
				}
			}
		}
		if w := &a.writes[i]; w.after != none && w.state == applied {
			limit = w.after
		}
	}
}

// settle says of each write what it did.
func (l *ledger) settle(a *account) {
	prev := -1 // the write that the ledger stands at
	for i := range a.writes {
		w := &a.writes[i]
		if w.state != applied {
			continue
		}
		if prev >= 0 {
			l.judge(a, prev, i)
		}
		switch {
		case w.before != none && w.after != none:
			w.delta = w.after - w.before
		case w.after != none && prev >= 0 && a.writes[prev].after != none && (a.writes[prev].state == applied || a.writes[prev].state == temporary):
			w.delta = w.after - a.writes[prev].after
		case w.kind == "grant":
			w.delta = max(w.after, 0)
		}
		if (w.kind == "increase" || w.kind == "decrease") && w.before != none && w.before == w.after {
			w.state = idle
			continue
		}
		if w.kind == "expire" || l.ends(a, i) {
			w.state = temporary
		}
		prev = i
	}
	if prev >= 0 && a.writes[prev].state == applied {
		l.reread(a, prev)
	}
	l.reversals(a)
}

// judge compares the limit that write i started from with the one that write
// prev left.
func (l *ledger) judge(a *account, prev, i int) {
	p, w := &a.writes[prev], &a.writes[i]
	if w.before == none || p.after == none {
		return
	}
	w.follows = true
	if w.before == p.after || l.transferred(a, p.row, w.row) {
		return
	}
	until := l.until(a, p)
	switch {
	case until != none && until <= w.at && w.before == p.before:
		return // the temporary limit ended without an event
	case p.state == applied && p.kind != "grant" && p.before != none && w.before == p.before:
		p.state, p.delta = lost, 0
		if w.at-p.at <= l.skew {
			p.partner = i
		}
	default:
		w.gap = w.before - p.after
	}
}

// reread looks for a reading of the ledger after the last write: the limit as
// other events record it, an hour later or more.
func (l *ledger) reread(a *account, last int) {
	w := &a.writes[last]
	if w.kind != "increase" && w.kind != "decrease" || w.before == none || w.after == none || l.until(a, w) != none {
		return
	}
	for i := w.row + 1; i < a.hi; i++ {
		if writes(l.kind.text(a.batch, i)) || l.at.int(a.batch, i) < w.at+hour {
			continue
		}
		if x := l.before.int(a.batch, i); x != none {
			if x == w.before {
				w.state, w.delta = lost, 0
			}
			return
		}
	}
}

// ends reports whether write i is the end of a temporary limit: a decrease to
// what it was before, once the time was over.
func (l *ledger) ends(a *account, i int) bool {
	w := &a.writes[i]
	if w.kind != "decrease" {
		return false
	}
	open, fits := 0, false // temporary limits that are over; each ends once
	for j := range i {
		p := &a.writes[j]
		if p.state == temporary {
			open--
		}
		if until := l.until(a, p); p.state == applied && until != none && until <= w.at+day && p.delta > 0 {
			open++
			fits = fits || -w.delta <= p.delta
		}
	}
	if open > 0 && fits {
		return true
	}
	until := l.temporary.int(a.batch, w.row)
	return until != none && until > w.at-day && until <= w.at+day
}

// until is the end of the temporary limit that a write gives, or none. An end
// before its beginning is none.
func (l *ledger) until(a *account, w *write) int64 {
	if x := l.temporary.int(a.batch, w.row); x > w.at {
		return x
	}
	return none
}

// reversals marks changes that were taken back within minutes.
func (l *ledger) reversals(a *account) {
	for i := range a.writes {
		w := &a.writes[i]
		if w.state != applied || w.delta == 0 || w.kind == "grant" {
			continue
		}
		for j := i + 1; j < len(a.writes) && a.writes[j].at-w.at <= l.reversal; j++ {
			if x := &a.writes[j]; x.state == applied && x.delta == -w.delta && x.kind != "grant" {
				w.state, x.state, w.partner, x.partner = reversed, reversed, j, i
				break
			}
		}
	}
}

// transferred reports whether currency or product changed between two rows.
func (l *ledger) transferred(a *account, i, j int) bool {
	differ := func(c column) bool {
		x, y := c.text(a.batch, i), c.text(a.batch, j)
		return x != "" && y != "" && x != y
	}
	return differ(l.currency) || differ(l.product)
}

// next returns the write that the ledger goes on with after write i, or nil.
func (a *account) next(i int) *write {
	for j := i + 1; j < len(a.writes); j++ {
		if w := &a.writes[j]; w.state != failed && w.state != unread {
			return w
		}
	}
	return nil
}

// limitAt is the limit of the ledger after all writes up to an instant, or
// none.
func (a *account) limitAt(at int64) int64 {
	limit := int64(none)
	for i := range a.writes {
		w := &a.writes[i]
		if w.at > at {
			if limit == none && w.before != none {
				limit = w.before
			}
			break
		}
		switch {
		case w.state == lost || w.state == idle || w.state == failed:
			if w.before != none {
				limit = w.before
			}
		case w.after != none:
			limit = w.after
		}
	}
	return limit
}
