package timeline

// Mismatch is one thing that the payments and the rows of repayments say
// differently.
type Mismatch struct {
	Row int // in t.Repayments
	// What is "unpaid" (recorded as paid, but the payments don't cover it),
	// "paid" (the other way round), "paid_at" (settled on another day) or
	// "paid_amount".
	What string
	// Recorded and Derived are days for paid_at, else minor units.
	Recorded, Derived int64
}

// compare lists what the rows of repayments say differently from the payments.
func (r *Reader) compare(l *Loan, cols *repayments) {
	if cols.paid == nil || l.broken || len(l.Instalments) != l.Hi-l.Lo {
		return // several rows an instalment: they can't be told apart
	}
	for k := range l.Instalments {
		i := &l.Instalments[k]
		at := instant(cols.paid, i.Row)
		amount, known := number(cols.paidAmount, i.Row)
		off, _ := number(cols.payoff, i.Row)
		if at != NoTime && !known {
			amount = i.Amount
		}
		add := func(what string, recorded, derived int64) {
			r.h.Mismatches = append(r.h.Mismatches, Mismatch{Row: i.Row, What: what, Recorded: recorded, Derived: derived})
		}
		settled := at != NoTime && (amount >= i.Amount || off == 1)
		switch {
		case settled && i.Settled == NoTime:
			add("unpaid", amount, i.Paid)
			continue
		case !settled && i.Settled != NoTime && i.Amount > 0:
			add("paid", amount, i.Paid)
			continue
		case settled && i.Amount > 0:
			if a, b := r.calendar.Day(at), r.calendar.Day(i.Settled); a != b {
				add("paid_at", a, b)
			}
		}
		if known && off != 1 && amount != i.Paid && at != NoTime {
			add("paid_amount", amount, i.Paid)
		}
	}
}

// markPayoff makes payoffs of the payments that the rows of repayments say
// settled the loan early, where the payments themselves don't.
func (r *Reader) markPayoff(l *Loan, cols *repayments, list []payment) {
	if cols.payoff == nil {
		return
	}
	for k := range list {
		if list[k].kind == paysOff {
			return
		}
	}
	for i := l.Lo; i < l.Hi; i++ {
		if off, _ := number(cols.payoff, i); off != 1 {
			continue
		}
		at := instant(cols.paid, i)
		if at == NoTime {
			continue
		}
		day := r.calendar.Day(at)
		for k := len(list) - 1; k >= 0; k-- {
			if list[k].kind == pays && r.calendar.Day(list[k].paid) == day {
				list[k].kind = paysOff
				return
			}
		}
	}
}
