package timeline

import (
	"bytes"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Account is one account or credit line: the rows of limits that share an
// account_id.
type Account struct {
	ID     []byte // points into the timeline
	Lo, Hi int    // rows in t.Limits
	// Opened is the first grant, or else the first event: an account that is
	// older than the export opened no later than that. Closed is NoTime while
	// it is open.
	Opened, Closed int64
	Changes        []Change // of the limit, in time order

	levels []level
}

// Change is one entry of the ledger of a limit: a row of kind grant, increase,
// decrease, expire or close.
type Change struct {
	Row    int // in t.Limits
	At     int64
	Before int64 // limit_before; where it is null, the limit that the ledger has then; -1 unknown
	After  int64 // limit_after; where it is null, what the next entry starts from; -1 unknown
	Kind   string
	Until  int64 // end of a temporary limit; NoTime

	Broken   bool // Before is not what the entry before arrived at
	Lost     bool // recorded as made, but it left no trace: the ledger goes on from Before
	Failed   bool // it has an error code, and the limit did not change
	Reversed bool // one of a pair within ten minutes that cancel out
}

// level is the limit from an instant on; -1 unknown.
type level struct{ at, limit int64 }

// Limit returns the limit after all entries of the ledger at or before an
// instant, in minor units, and whether it is known. Lost and failed entries
// change nothing; temporary limits end at temporary_until.
func (a *Account) Limit(at int64) (limit int64, ok bool) {
	lo, hi := 0, len(a.levels)
	for lo < hi {
		if mid := (lo + hi) / 2; a.levels[mid].at <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 || a.levels[lo-1].limit < 0 {
		return 0, false
	}
	return a.levels[lo-1].limit, true
}

// What the kinds of rows of limits mean here.
const (
	otherEvent uint8 = iota
	grants
	increases
	decreases
	expires
	closes
	evaluates
	draws
)

var limitKinds = [...]string{"", "grant", "increase", "decrease", "expire", "close", "evaluate", "draw"}

func limitKind(s string) uint8 { return uint8(max(slices.Index(limitKinds[1:], s)+1, 0)) }

// isError is 1 for an error code that says that something failed.
func isError(s string) uint8 {
	switch s {
	case "", "0", "ok", "OK", "success", "SUCCESS", "none", "NONE":
		return 0
	}
	return 1
}

type limitCols struct {
	account, at, kind, before, after, outstanding, until, granted, result, failed int
}

func newLimitCols(l *audit.Layout) limitCols {
	return limitCols{
		account: l.Index("account_id"), at: l.Index("at"), kind: l.Index("kind"), before: l.Index("limit_before"), after: l.Index("limit_after"),
		outstanding: l.Index("outstanding"), until: l.Index("temporary_until"), granted: l.Index("granted_amount"), result: l.Index("result"),
		failed: l.Index("error_code"),
	}
}

// limits are the columns of a timeline's limits.
type limits struct {
	account, at, kind, before, after, outstanding, until, granted, result, failed *features.Vector

	kinds, errors, results []uint8 // classes of codes, at code+1
}

func (r *Reader) limits() limits {
	rows, c := &r.h.t.Limits, &r.lim
	l := limits{
		account: column(rows, c.account), at: column(rows, c.at), kind: column(rows, c.kind), before: column(rows, c.before), after: column(rows, c.after),
		outstanding: column(rows, c.outstanding), until: column(rows, c.until), granted: column(rows, c.granted), result: column(rows, c.result),
		failed: column(rows, c.failed),
	}
	if l.kind != nil {
		l.kinds = r.kinds.classes(l.kind)
	}
	if l.failed != nil {
		l.errors = r.errors.classes(l.failed)
	}
	if l.result != nil {
		l.results = r.draws.classes(l.result)
	}
	return l
}

// kindOf is the class of a row's kind.
func (l *limits) kindOf(i int) uint8 { return l.kinds[l.kind.Codes[i]+1] }

// accounts reads the accounts of the timeline.
func (r *Reader) accounts() {
	rows := &r.h.t.Limits
	r.cols = r.limits()
	cols := &r.cols
	if rows.Len() == 0 || cols.account == nil || cols.at == nil || cols.kind == nil {
		return
	}
	// The accounts keep slices of this: it must not move.
	r.change = slices.Grow(r.change[:0], rows.Len())
	r.ledger.levels = r.ledger.levels[:0]
	for lo := rows.Lo; lo < rows.Hi; {
		id := opaque(cols.account, lo)
		hi := lo + 1
		for hi < rows.Hi && bytes.Equal(opaque(cols.account, hi), id) {
			hi++
		}
		if id != nil {
			r.account(cols, id, lo, hi)
		}
		lo = hi
	}
}

// account reads the account of rows [lo, hi).
func (r *Reader) account(cols *limits, id []byte, lo, hi int) {
	a := Account{ID: id, Lo: lo, Hi: hi, Opened: NoTime, Closed: NoTime}
	first := len(r.change)
	granted := false
	for i := lo; i < hi; i++ {
		at := instant(cols.at, i)
		if at == NoTime {
			continue
		}
		kind := cols.kindOf(i)
		if a.Opened == NoTime || kind == grants && !granted {
			a.Opened = at
		}
		granted = granted || kind == grants
		if kind == closes && a.Closed == NoTime {
			a.Closed = at
		}
		if kind < grants || kind > closes {
			continue
		}
		c := Change{Row: i, At: at, Before: -1, After: -1, Kind: limitKinds[kind], Until: NoTime}
		if x, ok := number(cols.before, i); ok {
			c.Before = x
		}
		if x, ok := number(cols.after, i); ok {
			c.After = x
		} else if kind == closes {
			c.After = 0
		}
		if kind == grants || kind == increases {
			c.Until = instant(cols.until, i)
		}
		c.Failed = cols.failed != nil && cols.errors[cols.failed.Codes[i]+1] == 1 // so far: it has an error code
		r.change = append(r.change, c)
	}
	a.Changes = r.change[first:len(r.change):len(r.change)]
	firstLevel := len(r.ledger.levels)
	r.ledger.replay(a.Changes)
	a.levels = r.ledger.levels[firstLevel:len(r.ledger.levels):len(r.ledger.levels)]
	r.h.Accounts = append(r.h.Accounts, a)
}
