package timeline

import (
	"bytes"
	"cmp"
	"slices"

	"evenhand/audit"
)

// What an outcome of a decision means here.
const (
	otherOutcome uint8 = iota
	approved
	denied
)

func outcomeKind(s string) uint8 {
	switch s {
	case "approved", "approved_lower":
		return approved
	case "denied":
		return denied
	}
	return otherOutcome
}

// applicationKind is 1 for what is no application.
func applicationKind(s string) uint8 {
	if s == "prescreen" {
		return 1
	}
	return 0
}

// drawResult is 1 for a draw that was not granted.
func drawResult(s string) uint8 {
	switch s {
	case "declined", "denied", "rejected", "failed", "error", "refused":
		return 1
	}
	return 0
}

type decisionCols struct{ id, application, account, at, outcome, kind, test int }

func newDecisionCols(l *audit.Layout) decisionCols {
	return decisionCols{
		id: l.Index("decision_id"), application: l.Index("application_id"), account: l.Index("account_id"), at: l.Index("decided_at"),
		outcome: l.Index("outcome"), kind: l.Index("application_type"), test: l.Index("is_test"),
	}
}

// decided returns when a decision was made, NoTime when it is not there.
func (r *Reader) decided(id []byte) int64 {
	rows := &r.h.t.Decisions
	ids, at := column(rows, r.dec.id), column(rows, r.dec.at)
	if ids == nil {
		return NoTime
	}
	for i := rows.Lo; i < rows.Hi; i++ {
		if bytes.Equal(ids.Opaque(i), id) {
			return instant(at, i)
		}
	}
	return NoTime
}

// firsts are when things happened, each list ascending.
type firsts struct {
	known                            bool // the decisions are listed
	applications, denials, approvals []int64
	first                            []application // memory

	of                                       *Account // the events are of
	increases, decreases, evaluations, draws []int64
	owedAt, owed                             []int64
}

// application is one decision on an application.
type application struct {
	id []byte
	at int64
}

// decided lists the decisions, once a history.
func (h *History) decided() *firsts {
	f, r, rows := &h.firsts, h.r, &h.t.Decisions
	if f.known {
		return f
	}
	f.known = true
	f.applications, f.denials, f.approvals, f.first = f.applications[:0], f.denials[:0], f.approvals[:0], f.first[:0]
	at, outcome := column(rows, r.dec.at), column(rows, r.dec.outcome)
	ids, kind, test := column(rows, r.dec.application), column(rows, r.dec.kind), column(rows, r.dec.test)
	if at == nil || outcome == nil {
		return f
	}
	outcomes := r.outcomes.classes(outcome)
	var kinds []uint8
	if kind != nil {
		kinds = r.types.classes(kind)
	}
	for i := rows.Lo; i < rows.Hi; i++ {
		when := instant(at, i)
		tested, _ := number(test, i)
		if when == NoTime || tested == 1 || kind != nil && kinds[kind.Codes[i]+1] == 1 {
			continue
		}
		switch outcomes[outcome.Codes[i]+1] {
		case approved:
			f.approvals = append(f.approvals, when)
		case denied:
			f.denials = append(f.denials, when)
		}
		f.first = append(f.first, application{opaque(ids, i), when})
	}
	// Of each application, the first decision counts.
	slices.SortFunc(f.first, func(a, b application) int { return cmp.Or(bytes.Compare(a.id, b.id), cmp.Compare(a.at, b.at)) })
	for i, a := range f.first {
		if i == 0 || a.id == nil || !bytes.Equal(a.id, f.first[i-1].id) {
			f.applications = append(f.applications, a.at)
		}
	}
	slices.Sort(f.applications)
	return f
}

// events lists the events of an account, once as long as it is the same one.
func (h *History) events(a *Account) *firsts {
	f, c := &h.firsts, &h.r.cols
	if f.of == a {
		return f
	}
	f.of = a
	f.increases, f.decreases, f.evaluations, f.draws = f.increases[:0], f.decreases[:0], f.evaluations[:0], f.draws[:0]
	f.owedAt, f.owed = f.owedAt[:0], f.owed[:0]
	for i := range a.Changes {
		x := &a.Changes[i]
		switch {
		case x.Lost || x.Failed || x.Reversed:
		case x.Kind == "increase":
			f.increases = append(f.increases, x.At)
		case x.Kind == "decrease":
			f.decreases = append(f.decreases, x.At)
		}
	}
	for i := a.Lo; i < a.Hi; i++ {
		at := instant(c.at, i)
		if at == NoTime {
			continue
		}
		if owed, ok := number(c.outstanding, i); ok {
			f.owedAt, f.owed = append(f.owedAt, at), append(f.owed, owed)
		}
		switch c.kindOf(i) {
		case evaluates:
			f.evaluations = append(f.evaluations, at)
		case draws:
			if c.grantedAt(i) {
				f.draws = append(f.draws, at)
			}
		}
	}
	return f
}

// grantedAt reports whether the draw of row i was granted: by its amount, else
// by its result and error code.
func (l *limits) grantedAt(i int) bool {
	if amount, ok := number(l.granted, i); ok {
		return amount > 0
	}
	return !(l.results != nil && l.results[l.result.Codes[i]+1] == 1) && !(l.errors != nil && l.errors[l.failed.Codes[i]+1] == 1)
}
