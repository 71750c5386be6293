package denial

import (
	"evenhand/audit/timeline"
	"evenhand/features"
)

// settled returns the loan of the product that was settled last within the
// days before an instant, or nil.
func (s *repaid) settled(product string, at int64) *timeline.Loan {
	var last *timeline.Loan
	h := s.past()
	for k := range h.Loans {
		l := &h.Loans[k]
		if l.PaidOff == timeline.NoTime || l.PaidOff > at || at-l.PaidOff > int64(s.settings.Days)*dayMicros || !s.of(l, product) {
			continue
		}
		if last == nil || l.PaidOff > last.PaidOff {
			last = l
		}
	}
	return last
}

// of reports whether a loan is of the product; one without is of every one.
func (s *repaid) of(l *timeline.Loan, product string) bool {
	if s.at.repProduct < 0 {
		return true
	}
	p := s.timeline.Repayments.Batch.Cols[s.at.repProduct].Text(l.Lo)
	return p == "" || p == product
}

// open reports whether a loan of the product booked before is unsettled.
func (s *repaid) open(product string, at int64) bool {
	h := s.past()
	for k := range h.Loans {
		l := &h.Loans[k]
		if s.of(l, product) && (l.Booked == timeline.NoTime || l.Booked < at) && (l.PaidOff == timeline.NoTime || l.PaidOff > at) {
			return true
		}
	}
	return false
}

// late reports whether an instalment that was due before was paid late.
func (s *repaid) late(at int64) bool {
	h := s.past()
	for k := range h.Loans {
		for _, x := range h.Loans[k].Instalments {
			if x.Late > 0 && x.Due*dayMicros < at {
				return true
			}
		}
	}
	return false
}

// prior is the row of the customer's last approval for the product before row
// i, or -1.
func (s *repaid) prior(b *features.Batch, i int, product string) int {
	for k := i - 1; k >= s.timeline.Decisions.Lo; k-- {
		if o := b.Cols[s.at.outcome].Text(k); (o == "approved" || o == "approved_lower") && b.Cols[s.at.product].Text(k) == product &&
			b.Cols[s.at.kind].Text(k) != "prescreen" {
			return k
		}
	}
	return -1
}

func (s *repaid) larger(b *features.Batch, i, prior int) bool {
	asked, ok := money(&b.Cols[s.at.requested], i)
	was, known := money(&b.Cols[s.at.granted], prior)
	if before, asked := money(&b.Cols[s.at.requested], prior); asked {
		was, known = max(was, before), true
	}
	return ok && known && float64(asked) > s.settings.Larger*float64(was)
}
