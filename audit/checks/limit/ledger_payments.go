package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/timeline"
)

// mostMismatches bounds the instalments that a case lists.
const mostMismatches = 10

// payments compares a customer's payments with the record of repayments, loan
// by loan.
func (s *books) payments(t *audit.Timeline) {
	h := s.reader.Read(t)
	paid := map[string]bool{}
	loan := columnOf(s.env, "payments", "loan_id")
	for i := t.Payments.Lo; i < t.Payments.Hi; i++ {
		paid[string(loan.id(t.Payments.Batch, i))] = true
	}
	at := 0
	for i := range h.Loans {
		x := &h.Loans[i]
		from := at
		for at < len(h.Mismatches) && h.Mismatches[at].Row >= x.Lo && h.Mismatches[at].Row < x.Hi {
			at++
		}
		if !paid[string(x.ID)] {
			s.n[lUnpaired] += int64(x.Hi - x.Lo)
			continue
		}
		s.n[lLoans]++
		product := s.loans.product.text(t.Repayments.Batch, x.Lo)
		s.counts.AddN(countKey("loan", "", ""), 1)
		if product != "" {
			s.counts.AddN(countKey("loan", "product", product), 1)
		}
		if at == from {
			continue
		}
		s.n[lMismatch]++
		s.counts.AddN(countKey("mismatch", "", ""), 1)
		if product != "" {
			s.counts.AddN(countKey("mismatch", "product", product), 1)
		}
		s.mismatched(t, x, h.Mismatches[from:at], product)
	}
}

// mismatched makes a loan whose two records differ a case.
func (s *books) mismatched(t *audit.Timeline, x *timeline.Loan, list []timeline.Mismatch, product string) {
	b := t.Repayments.Batch
	k := &cases.Kept{Case: audit.Case{
		Table: "repayments", Key: string(x.ID), Customer: string(t.Customer), Account: string(x.Account), Product: product,
		Grade: audit.E1, Rules: []string{"R1.5"}, Cause: recordMismatch, Remedy: "human_review",
	}}
	k.Causes = []audit.Supported{{Code: recordMismatch, Grade: audit.E1}}
	for i := range list {
		m := &list[i]
		no := s.loans.no.int(b, m.Row)
		text := ""
		if m.What == "paid_at" {
			text = fmt.Sprintf("recorded %s, by payments %s", audit.DateText(m.Recorded), audit.DateText(m.Derived))
		} else {
			text = fmt.Sprintf("recorded %s, by payments %s", money(m.Recorded, s.scale), money(m.Derived, s.scale))
			k.Amount += max(m.Recorded-m.Derived, m.Derived-m.Recorded)
		}
		if i < mostMismatches {
			add(k, fmt.Sprintf("installment %d %s", no, m.What), text)
		}
		when := s.loans.due.int(b, m.Row)
		if when == none {
			continue
		}
		if start := s.calendar.Start(when); k.At == 0 || start < k.At {
			k.At = start
			k.Days = max(s.calendar.Day(s.asOf)-when, 0)
		}
		if len(k.Events) < mostEvents {
			k.Events = append(k.Events, audit.Event{
				At: s.calendar.Start(when), What: "repayments.due", Key: fmt.Sprintf("%s/%d", x.ID, no),
				Note: money(s.loans.amount.int(b, m.Row), s.scale) + " " + m.What,
			})
		}
	}
	if n := len(list); n > mostMismatches {
		add(k, "further instalments", fmt.Sprint(n-mostMismatches))
	}
	s.cases.Add(k)
}
