package limit

import (
	"cmp"
	"fmt"
	"slices"

	"evenhand/audit"
)

// events lists what happened to the account: its ledger and evaluations, and
// the last instalments.
func (s *stalledState) events(w *stalledAccount) []audit.Event {
	c, b := s.ledger.limitColumns, w.batch
	var out []audit.Event
	for i := w.lo; i < w.hi; i++ {
		kind := c.kind.text(b, i)
		if kind == "display" || kind == "draw" {
			continue
		}
		e := audit.Event{At: c.at.int(b, i), What: "limits." + kind, Key: string(c.id.id(b, i))}
		before, after := c.before.int(b, i), c.after.int(b, i)
		switch {
		case kind == "evaluate":
			e.Note = stalledOr(c.result.text(b, i), "-")
			if r := c.reason.text(b, i); r != "" {
				e.Note += " " + r
			}
			if x, ok := s.replayed(i); ok {
				e.Note += fmt.Sprintf("; replay %s", money(x, s.scale))
			}
		case before != none && after != none:
			e.Note = money(before, s.scale) + " -> " + money(after, s.scale)
		case after != none:
			e.Note = money(after, s.scale)
		}
		out = append(out, e)
	}
	const most, dues = 30, 8
	out = out[max(0, len(out)-(most-dues)):]
	var paid []audit.Event
	for l := range s.h.Loans {
		loan := &s.h.Loans[l]
		for i := range loan.Instalments {
			if x := &loan.Instalments[i]; s.own(loan, w.account) && x.OnTime() && x.Settled <= s.asOf {
				paid = append(paid, audit.Event{At: x.Settled, What: "repayments.paid", Key: fmt.Sprintf("%s/%d", loan.ID, x.No),
					Note: money(x.Amount, s.scale) + ", due " + audit.DateText(x.Due)})
			}
		}
	}
	byTime := func(a, b audit.Event) int { return cmp.Compare(a.At, b.At) }
	slices.SortStableFunc(paid, byTime)
	out = append(out, paid[max(0, len(paid)-dues):]...)
	slices.SortStableFunc(out, byTime)
	return out
}
