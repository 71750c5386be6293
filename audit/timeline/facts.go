package timeline

import (
	"math"

	"evenhand/features"
)

// Fact is one fact of a customer's history, as of a moment.
type Fact struct {
	Name string // as in history.NAME
	Doc  string // one line: meaning, unit, and when it is missing
}

// factID is the place of a fact in Facts.
type factID int

// The facts, in the order of Facts.
const (
	applications30 factID = iota
	applications90
	daysPastDue
	daysSinceApproval
	daysSinceDecrease
	daysSinceDenial
	daysSinceDraw
	daysSinceEvaluation
	daysSinceIncrease
	daysSincePayoff
	denials180
	draws180
	draws30
	initialLimit
	lateCount
	limitNow
	maxDPD
	monthsOnBook
	onTimeCount
	onTimeStreak
	openLoans
	outstanding
	paidOffLoans
	utilisation
)

// Facts are all facts, by name. Expressions of a policy call them history.NAME.
// All hold strictly before the row's own event: decisions and limit events of
// an earlier instant, payments that were booked by then (posted_at, or else
// paid_at). Days are calendar days of the plan's zone, so that "the last 30
// days" are today and the 30 days before. Facts of loans are over all of the
// customer's loans; facts of a limit are those of the row's account or, when
// the row names none, of the customer's only account. All are missing for a
// customer of more than Crowd rows.
var Facts = []Fact{
	{"applications_30d", "applications first decided in the last 30 days, without prescreens and tests; missing without decisions"},
	{"applications_90d", "applications first decided in the last 90 days, without prescreens and tests; missing without decisions"},
	{"days_past_due", "days past due of the oldest open instalment, 0 within the grace period; missing without repayments"},
	{"days_since_approval", "days since the last decision approved or approved_lower; missing when there is none"},
	{"days_since_decrease", "days since the last decrease of the limit that took effect; missing when there is none"},
	{"days_since_denial", "days since the last decision denied; missing when there is none"},
	{"days_since_draw", "days since the last draw that was granted; missing when there is none"},
	{"days_since_evaluation", "days since the last event evaluate of the limit; missing when there is none"},
	{"days_since_increase", "days since the last increase of the limit that took effect; missing when there is none"},
	{"days_since_payoff", "days since the last loan was paid in full; missing when there is none"},
	{"denials_180d", "decisions denied in the last 180 days, without prescreens and tests; missing without decisions"},
	{"draws_180d", "draws granted in the last 180 days; missing without limits"},
	{"draws_30d", "draws granted in the last 30 days; missing without limits"},
	{"initial_limit", "first limit in the ledger, in units such as yuan; missing when there is none"},
	{"late_count_12m", "instalments due in the last 365 days that were paid, or are open, after their grace period; missing without repayments"},
	{"limit", "limit of the account, in units such as yuan; missing when the ledger says none"},
	{"max_dpd_12m", "most days past due that any instalment reached in the last 365 days, 0 within the grace period; missing without repayments"},
	{"months_on_book", "whole months since the account was opened, or without one since the customer's first account or loan, 0 before it; missing without limits and repayments"},
	{"on_time_count", "instalments due so far that were paid within their grace period, without those of an early payoff; missing without repayments"},
	{"on_time_streak", "the same, since the last one that was late; missing without repayments"},
	{"open_loans", "loans booked and not paid in full; missing without repayments"},
	{"outstanding", "left to pay of all loans, in units such as yuan; without repayments the last outstanding of the account's events; missing without both"},
	{"paid_off_loans", "loans paid in full; missing without repayments"},
	{"utilisation", "last outstanding of the account's events, or else of its loans, over its limit; missing without a limit above 0"},
}

// lookup returns the fact called name, or -1.
func lookup(name string) factID {
	for i := range Facts {
		if Facts[i].Name == name {
			return factID(i)
		}
	}
	return -1
}

// Fill sets rows [lo, hi) of b, a batch of the table called table that holds
// rows of h's customer, to the facts of the history as of each row's moment
// (at[i-lo], µs UTC; nil: the row's own decided_at or at). cols[i] is the Float
// column of fact facts[i]; missing facts are NaN. A fact that is not in Facts
// panics.
func (r *Reader) Fill(h *History, table string, b *features.Batch, lo, hi int, at []int64, facts []string, cols []int) {
	r.resolve(facts)
	var moments, accounts *features.Vector
	if c, ok := r.at[table]; ok && c >= 0 {
		moments = &b.Cols[c]
	}
	if c := r.accountColumn(table); c >= 0 && b.Cols[c].Present {
		accounts = &b.Cols[c]
	}
	for i := lo; i < hi; i++ {
		when := int64(NoTime)
		if at != nil {
			when = at[i-lo]
		} else {
			when = instant(moments, i)
		}
		if when == NoTime {
			for _, c := range cols {
				b.Cols[c].Floats[i] = math.NaN()
			}
			continue
		}
		r.now.set(h, opaque(accounts, i), when)
		for k, c := range cols {
			b.Cols[c].Floats[i] = r.now.fact(h, r.want[k])
		}
	}
}

// Fact returns one fact of h as of an instant (µs UTC); account may be nil. It
// is NaN when missing, and panics on a name that is not in Facts.
func (r *Reader) Fact(h *History, name string, account []byte, at int64) float64 {
	id := lookup(name)
	if id < 0 {
		panic("timeline: no fact is called " + name)
	}
	r.now.set(h, account, at)
	return r.now.fact(h, id)
}

// resolve finds the facts by name, unless they are those asked for last.
func (r *Reader) resolve(facts []string) {
	if len(facts) == len(r.asked) && (len(facts) == 0 || &facts[0] == &r.asked[0]) {
		return
	}
	r.asked, r.want = facts, r.want[:0]
	for _, f := range facts {
		id := lookup(f)
		if id < 0 {
			panic("timeline: no fact is called " + f)
		}
		r.want = append(r.want, id)
	}
}

func (r *Reader) accountColumn(table string) int {
	switch table {
	case "decisions":
		return r.dec.account
	case "limits":
		return r.lim.account
	}
	return -1
}
