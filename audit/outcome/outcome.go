// Package outcome tells what became of each decision: bad, good or not known,
// by decisions.bad or by the repayments of the loans it booked.
package outcome

import (
	"bytes"
	"time"

	"evenhand/audit"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// Kind is what became of a decision.
type Kind uint8

const (
	None    Kind = iota // nothing was booked, as far as the export tells
	Pending             // the window in which it may turn bad is still open
	Good
	Bad
	Kinds = int(Bad) + 1
)

// Known reports whether the outcome is known.
func (k Kind) Known() bool { return k >= Good }

// Columns are the columns of decisions that outcomes are read off.
var columns = []audit.Want{{Column: "bad"}, {Column: "decision_id"}}

// Needs returns what a check needs to read of the export to know outcomes:
// decisions as rows where it has decisions.bad, and else as timelines beside the
// repayments that tell. Need is what the check reads of decisions besides.
//
// A state made for these needs is a RowState, whose Update judges nothing
// unless [Reader.Recorded], and a TimelineState, whose Customer judges nothing
// if so.
func Needs(need audit.TableNeed) []audit.TableNeed {
	need.Table = "decisions"
	need.Optional = append(append([]audit.Want{}, need.Optional...), columns...)
	timed := need
	timed.Timeline, timed.When = true, derived
	return []audit.TableNeed{need, timed,
		{Table: "repayments", IfPresent: true, Timeline: true, When: derived, Required: []string{"loan_id"}},
		{Table: "payments", IfPresent: true, Timeline: true, When: derived, Required: []string{"loan_id"}},
	}
}

// derived reports whether outcomes come from the repayments.
func derived(exports func(table, column string) bool) bool {
	return !exports("decisions", "bad") && exports("decisions", "decision_id") && exports("repayments", "decision_id")
}

// Count is what a Reader counts besides outcomes: it belongs to the state that
// holds the Reader.
type Count struct {
	Loans    int64 // with instalments in the export
	Unjoined int64 // of them, those that name no decision of their customer
	Broken   int64 // of them, those with an instalment that lacks its due date or amount
}

// Merge adds what o has counted.
func (c *Count) Merge(o Count) {
	c.Loans, c.Unjoined, c.Broken = c.Loans+o.Loans, c.Unjoined+o.Unjoined, c.Broken+o.Broken
}

// Reader tells outcomes. It belongs to one state.
type Reader struct {
	Count Count

	recorded, derived bool
	bad, id, at       int // columns of decisions; -1: not there
	asOf              int64
	badDays           int
	months            int
	zone              *time.Location
	calendar          *audit.Calendar
	reader            *timeline.Reader

	kinds []Kind
	first []int64 // by decision: when its first loan was booked
	index map[string]int32
	known struct { // the last window asked for
		from, to int64
		end      int64
	}
}

// New returns a reader of the outcomes of env's export.
func New(env *audit.Env) *Reader {
	l, rep := env.Layouts["decisions"], env.Layouts["repayments"]
	r := &Reader{
		bad: l.Index("bad"), id: l.Index("decision_id"), at: l.Index("decided_at"),
		recorded: l.Exported("bad"), asOf: env.Plan.AsOfMicros(),
		badDays: env.Plan.Outcome.BadDays, months: env.Plan.Outcome.Months, zone: env.Plan.Zone(),
	}
	r.derived = !r.recorded && r.id >= 0 && rep.Exported("decision_id")
	if r.zone == nil {
		r.zone = time.UTC
	}
	if r.derived {
		r.calendar, r.reader = env.Plan.Calendar(), timeline.NewReader(env)
	}
	return r
}

// Recorded reports whether outcomes come with the rows, from decisions.bad.
func (r *Reader) Recorded() bool { return r.recorded }

// Derived reports whether outcomes come from the repayments, with the
// timelines. When they neither come so nor are recorded, none is known.
func (r *Reader) Derived() bool { return r.derived }

// Rows returns what became of the given rows of a batch of decisions, by
// decisions.bad. Where that is null the outcome is pending as long as the
// window of the plan, counted from the decision, is open. It is valid until the
// next call.
func (r *Reader) Rows(b *features.Batch, rows []int32) []Kind {
	r.kinds = r.kinds[:0]
	v, at := &b.Cols[r.bad], &b.Cols[r.at]
	for _, i := range rows {
		k := None
		switch {
		case v.Valid != nil && !v.Valid[i]:
			if (at.Valid == nil || at.Valid[i]) && r.open(at.Ints[i]) {
				k = Pending
			}
		case v.Ints[i] != 0:
			k = Bad
		default:
			k = Good
		}
		r.kinds = append(r.kinds, k)
	}
	return r.kinds
}

// open reports whether the window from an instant on is still open.
func (r *Reader) open(from int64) bool {
	// Windows of one length end in the order in which they begin: what lies
	// between two known ones needs no calendar.
	k := &r.known
	if from >= k.from && from <= k.to && k.to > 0 {
		return k.end != 0
	}
	open := r.end(from) > r.asOf
	switch {
	case k.to == 0 || open != (k.end != 0):
		k.from, k.to = from, from
	default:
		k.from, k.to = min(k.from, from), max(k.to, from)
	}
	k.end = 0
	if open {
		k.end = 1
	}
	return open
}

// end is when the window that begins at from ends: so many calendar months
// later, the last day of the month where it has no such day.
func (r *Reader) end(from int64) int64 {
	t := time.UnixMicro(from).In(r.zone)
	y, m, d := t.Date()
	month := int(m) + r.months
	last := time.Date(y, time.Month(month+1), 0, 0, 0, 0, 0, r.zone).Day()
	h, mi, s := t.Clock()
	return time.Date(y, time.Month(month), min(d, last), h, mi, s, t.Nanosecond(), r.zone).UnixMicro()
}

// Timeline returns what became of each decision of a customer, in the order of
// t.Decisions, by the loans that name it:
//
//   - the window begins when the first of its loans was booked (booked_at, or
//     else the decision) and lasts the plan's outcome.months;
//   - bad: a loan of the decision was outcome.bad_days past due within the
//     window, by the payments that were booked until then (package timeline);
//   - pending: the window is open as of the export, whatever was seen so far,
//     since bad loans show before good ones.
//
// Loans that name no decision of the customer are counted, and no more. It is
// valid until the next call.
func (r *Reader) Timeline(t *audit.Timeline) []Kind {
	n := t.Decisions.Len()
	r.kinds = r.kinds[:0]
	for range n {
		r.kinds = append(r.kinds, None)
	}
	if t.Repayments.Len() == 0 {
		return r.kinds
	}
	h := r.reader.Read(t)
	r.Count.Loans += int64(len(h.Loans))
	r.first = r.first[:0]
	for range n {
		r.first = append(r.first, timeline.NoTime)
	}
	r.indexed(t)
	for i := range h.Loans {
		l := &h.Loans[i]
		d := r.decision(t, l.Decision)
		if d < 0 {
			r.Count.Unjoined++
			continue
		}
		if from := r.booked(t, l, d); r.first[d] == timeline.NoTime || from < r.first[d] {
			r.first[d] = from
		}
	}
	for i := range h.Loans {
		l := &h.Loans[i]
		d := r.decision(t, l.Decision)
		switch {
		case d < 0:
		case len(l.Instalments) == 0 || l.Broken():
			r.Count.Broken++
		case r.first[d] == timeline.NoTime:
		case r.open(r.first[d]):
			r.kinds[d] = Pending
		case r.kinds[d] == Bad:
		case r.late(l, r.first[d]):
			r.kinds[d] = Bad
		default:
			r.kinds[d] = Good
		}
	}
	return r.kinds
}

// booked is when a loan of decision d was booked.
func (r *Reader) booked(t *audit.Timeline, l *timeline.Loan, d int) int64 {
	if l.Booked != timeline.NoTime {
		return l.Booked
	}
	if v := &t.Decisions.Batch.Cols[r.at]; !v.IsNull(t.Decisions.Lo + d) {
		return v.Ints[t.Decisions.Lo+d]
	}
	return timeline.NoTime
}

// late reports whether a loan was bad days past due in the window that begins at
// from: the oldest open instalment is that late no sooner than so many days after
// some due date.
func (r *Reader) late(l *timeline.Loan, from int64) bool {
	const day = int64(24 * time.Hour / time.Microsecond)
	first := -1
	for k := range l.Instalments {
		// Nearly all are settled in time, by far: no calendar need be asked. A
		// day begins within a day of its beginning in UTC.
		i := &l.Instalments[k]
		if i.Settled == timeline.NoTime || i.Posted == timeline.NoTime || i.Posted >= (i.Due+int64(r.badDays)-1)*day {
			first = k
			break
		}
	}
	if first < 0 {
		return false
	}
	end := r.end(from)
	for k := first; k < len(l.Instalments); k++ {
		at := r.calendar.Start(l.Instalments[k].Due + int64(r.badDays))
		if at > end {
			break // by due date
		}
		if l.DPD(at) >= r.badDays {
			return true
		}
	}
	return l.DPD(end) >= r.badDays // what a reversal opened again
}

// few is how many decisions are looked through one by one.
const few = 32

// indexed makes the index of a customer of many decisions.
func (r *Reader) indexed(t *audit.Timeline) {
	if t.Decisions.Len() <= few {
		return
	}
	r.index = make(map[string]int32, t.Decisions.Len())
	v := &t.Decisions.Batch.Cols[r.id]
	for i := t.Decisions.Hi - 1; i >= t.Decisions.Lo; i-- { // the first of several wins
		r.index[string(v.Opaque(i))] = int32(i - t.Decisions.Lo)
	}
}

// decision finds a decision of the customer by its id; -1: there is none.
func (r *Reader) decision(t *audit.Timeline, id []byte) int {
	if len(id) == 0 || t.Decisions.Len() == 0 {
		return -1
	}
	if t.Decisions.Len() > few {
		if i, ok := r.index[string(id)]; ok {
			return int(i)
		}
		return -1
	}
	v := &t.Decisions.Batch.Cols[r.id]
	for i := t.Decisions.Lo; i < t.Decisions.Hi; i++ {
		if bytes.Equal(v.Opaque(i), id) {
			return i - t.Decisions.Lo
		}
	}
	return -1
}
