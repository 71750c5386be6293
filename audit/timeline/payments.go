package timeline

import (
	"bytes"

	"evenhand/audit"
	"evenhand/features"
)

// What a row of payments does.
const (
	pays     uint8 = iota // scheduled and early ones, and any other kind
	paysOff               // settles all that is left of the loan
	refund                // gives money back
	reversal              // takes a payment back
)

func paymentKind(s string) uint8 {
	switch s {
	case "payoff":
		return paysOff
	case "refund":
		return refund
	case "reversal":
		return reversal
	}
	return pays
}

// payment is one payment, or one taking back.
type payment struct {
	row    int
	kind   uint8
	inst   int // instalment it is allocated to; -1: the oldest open one
	amount int64
	paid   int64
	known  int64 // posted, or else paid
	keeps  bool  // what is too much stays with the instalment
}

type paymentCols struct{ loan, paid, posted, amount, no, kind int }

func newPaymentCols(l *audit.Layout) paymentCols {
	return paymentCols{
		loan: l.Index("loan_id"), paid: l.Index("paid_at"), posted: l.Index("posted_at"),
		amount: l.Index("amount"), no: l.Index("installment_no"), kind: l.Index("kind"),
	}
}

// payments walks a timeline's payments loan by loan. It is empty when there
// are none.
type payments struct {
	loan, paid, posted, amount, no, kind *features.Vector

	lo, hi int
	class  []uint8 // of kind
}

func (p *payments) none() bool { return p.lo >= p.hi }

func (r *Reader) payments() payments {
	rows, c := &r.h.t.Payments, &r.pay
	p := payments{
		loan: column(rows, c.loan), paid: column(rows, c.paid), posted: column(rows, c.posted),
		amount: column(rows, c.amount), no: column(rows, c.no), kind: column(rows, c.kind),
		lo: rows.Lo, hi: rows.Hi,
	}
	if p.loan == nil || p.paid == nil || p.amount == nil {
		return payments{}
	}
	if p.kind != nil {
		p.class = r.payKinds.classes(p.kind)
	}
	return p
}

// of returns the payments of a loan and moves on behind them: loans and
// payments come in the same order.
func (p *payments) of(loan []byte) payments {
	for p.lo < p.hi && bytes.Compare(p.loan.Opaque(p.lo), loan) < 0 {
		p.lo++
	}
	own := *p
	for p.lo < p.hi && bytes.Equal(p.loan.Opaque(p.lo), loan) {
		p.lo++
	}
	own.hi = p.lo
	return own
}

// list appends the payments to list, for the instalments of l.
func (p *payments) list(list []payment, l *Loan) []payment {
	for i := p.lo; i < p.hi; i++ {
		paid := instant(p.paid, i)
		amount, ok := number(p.amount, i)
		if paid == NoTime || !ok {
			continue // a bad row: ingest reports it
		}
		x := payment{row: i, inst: -1, amount: amount, paid: paid, known: instant(p.posted, i)}
		if x.known == NoTime {
			x.known = paid
		}
		if p.kind != nil {
			x.kind = p.class[p.kind.Codes[i]+1]
		}
		if amount < 0 { // some exports write what is taken back as negative
			x.amount = -amount
			if x.kind != refund {
				x.kind = reversal
			}
		}
		if no, ok := number(p.no, i); ok {
			for k := range l.Instalments {
				if l.Instalments[k].No == no {
					x.inst = k
					break
				}
			}
		}
		list = append(list, x)
	}
	return list
}

// recorded appends what the rows of repayments say was paid, each allocated to
// its own instalment.
func (r *Reader) recorded(list []payment, l *Loan, cols *repayments) []payment {
	for i := l.Lo; i < l.Hi; i++ {
		paid := instant(cols.paid, i)
		if paid == NoTime {
			continue
		}
		no, _ := number(cols.no, i)
		due, _ := number(cols.due, i)
		owed, _ := number(cols.amount, i)
		k := l.find(i, no, due, owed)
		if k < 0 {
			continue
		}
		x := payment{row: i, inst: k, paid: paid, known: instant(cols.posted, i), keeps: true}
		if x.known == NoTime {
			x.known = paid
		}
		if amount, ok := number(cols.paidAmount, i); ok {
			x.amount = amount
		} else {
			x.amount = owed
		}
		if off, _ := number(cols.payoff, i); off == 1 {
			x.kind = paysOff
		}
		list = append(list, x)
	}
	return list
}

// find returns the instalment of row i.
func (l *Loan) find(i int, no, due, amount int64) int {
	if k := i - l.Lo; k < len(l.Instalments) && l.Instalments[k].Row == i { // nearly always
		return k
	}
	for k := range l.Instalments {
		if x := &l.Instalments[k]; x.No == no && x.Due == due && x.Amount == amount {
			return k
		}
	}
	return -1
}
