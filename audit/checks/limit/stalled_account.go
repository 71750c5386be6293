package limit

import (
	"time"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/timeline"
)

// stalledAccount is an account under judgment; amounts in minor units, instants
// in µs UTC, or none.
type stalledAccount struct {
	*account
	limit  int64 // now
	base   int64 // … or at the latest evaluation, if that was more
	opened int64
	rose   int64 // since when the limit stands still: it last rose, or was granted
	evals  []int // rows of evaluations since then, in time order
	before int64 // the last evaluation before that, or none

	streak   int // instalments on time in a row, the last ones due
	months   int // on book
	product  string
	ladder   *policy.Ladder // of the policy in force as of the export; nil: none
	policy   string         // its version
	cycle    int            // days
	declared bool           // by the policy
}

// account judges one account, or counts the guard that takes it out.
func (s *stalledState) account(a *account) {
	w := &s.work
	*w = stalledAccount{account: a, evals: w.evals[:0], before: none, opened: none, rose: none}
	s.n[stalledAccounts]++
	guard := s.read(w)
	s.spells(w, guard)
	if guard >= 0 {
		s.n[guard]++
		return
	}
	k := s.judge(w)
	if k == nil {
		return
	}
	s.judged(w, k.Substance == audit.Unjustified)
	s.cube.Add(stalledWait<<stalledShift | uint64(max(0, (s.asOf-w.rose)/day)))
	s.cases.Add(k)
}

// read fills w and returns the first guard that takes the account out, or -1.
func (s *stalledState) read(w *stalledAccount) int {
	c, b := s.ledger.limitColumns, w.batch
	closed, frozen, hardship := false, false, false
	w.opened = c.at.int(b, w.lo)
	for i := w.lo; i < w.hi; i++ {
		if w.product == "" {
			w.product = c.product.text(b, i)
		}
		switch c.kind.text(b, i) {
		case "close":
			closed = true
		case "freeze":
			frozen = true
		case "unfreeze":
			frozen = false
		case "evaluate":
			s.n[stalledEvals]++
			w.evals = append(w.evals, i)
		}
		if s.saysOf(i) == stalledSaysHardship {
			hardship = s.asOf-c.at.int(b, i) <= 365*day
		}
	}
	w.limit = w.limitAt(s.asOf)
	s.stall(w)
	s.schedule(w)
	days, late := s.repaid(w)
	w.months = stalledMonths(w.opened, s.asOf, s.env.Plan.Zone(), true)
	switch {
	case closed:
		return stalledClosed
	case frozen:
		return stalledFrozen
	case w.limit <= 0:
		return stalledUnlimited
	case late:
		return stalledLate
	case w.streak < s.settings.Instalments || days == 0:
		return stalledFew
	case hardship:
		return stalledHardship
	case s.asOf < s.first(w):
		return -1 // young by the policy's own rule, which tells the customer when
	case w.months < s.settings.Months:
		return stalledYoung
	case s.asOf-w.rose < int64(s.settings.StallDays)*day && len(w.evals) < s.settings.Cycles:
		return stalledRose
	case s.promised(w):
		return stalledPromised
	case s.reviewed(w):
		return stalledReview
	}
	return -1
}

// step is the least rise of a limit that counts, and gap the least shortfall
// that does.
func (s *stalledState) step(limit int64) int64 {
	return max(units(s.settings.LeastStep, s.scale), stalledShare(limit, s.settings.StepShare))
}

func (s *stalledState) gap(limit int64) int64 {
	return max(s.step(limit), stalledShare(limit, s.settings.GapShare))
}

// stalledShare is a share of an amount, brought up to the minor unit: 5 % of
// 1000.10 is 50.01.
func stalledShare(amount int64, share float64) int64 {
	const million = 1_000_000
	parts := int64(share*million + .5)
	return (amount/million)*parts + (amount%million*parts+million-1)/million
}

// stall finds since when the limit stands still, and the evaluations since.
func (s *stalledState) stall(w *stalledAccount) {
	c, b := s.ledger.limitColumns, w.batch
	w.rose = w.opened
	for i := range w.writes {
		x := &w.writes[i]
		if x.state != applied || x.at > s.asOf || c.temporary.int(b, x.row) != none {
			continue
		}
		if x.kind == "grant" || x.kind == "increase" && x.delta >= s.step(x.before) {
			w.rose = x.at
		}
	}
	keep := w.evals[:0]
	for _, i := range w.evals {
		switch at := c.at.int(b, i); {
		case at > s.asOf:
		case at < w.rose:
			w.before = at
		default:
			keep = append(keep, i)
		}
	}
	w.evals = keep
}

// schedule finds the ladder and the cycle of evaluations.
func (s *stalledState) schedule(w *stalledAccount) {
	w.ladder, w.cycle, w.declared = nil, s.settings.CycleDays, false
	if s.env.Policies == nil {
		return
	}
	i := s.env.Policies.Pick("", w.product, s.asOf)
	if i < 0 {
		return
	}
	p := &s.env.Policies.Policies[i]
	w.policy, w.ladder = p.Version, p.Ladder
	if p.Ladder != nil && p.Ladder.CycleDays > 0 {
		w.cycle, w.declared = p.Ladder.CycleDays, true
	}
}

// first is when the policy first allows a rise.
func (s *stalledState) first(w *stalledAccount) int64 {
	at := w.opened
	if w.ladder != nil {
		at = max(w.opened+int64(w.ladder.Window)*day,
			time.UnixMicro(w.opened).In(s.env.Plan.Zone()).AddDate(0, w.ladder.Tenure, 0).UnixMicro())
	}
	return at
}

// repaid reads the repayments: how many instalments fell due, whether one was
// late within a year, and the streak.
func (s *stalledState) repaid(w *stalledAccount) (due int, late bool) {
	year, streakEnd := s.asOfDay-365, int64(none)
	each := func(f func(x *timeline.Instalment)) {
		for l := range s.h.Loans {
			if loan := &s.h.Loans[l]; s.own(loan, w.account) {
				for i := range loan.Instalments {
					f(&loan.Instalments[i])
				}
			}
		}
	}
	// Late days of any loan of the customer count, those of the year: one that
	// is still open, or was settled late within it.
	for l := range s.h.Loans {
		for i := range s.h.Loans[l].Instalments {
			x := &s.h.Loans[l].Instalments[i]
			late = late || x.Late > 0 && (x.Settled == timeline.NoTime || s.calendar.Day(x.Settled) > year)
		}
	}
	each(func(x *timeline.Instalment) {
		if x.Late > 0 && x.Due <= s.asOfDay {
			streakEnd = max(streakEnd, x.Due)
		}
	})
	each(func(x *timeline.Instalment) {
		if x.Due > s.asOfDay {
			return
		}
		due++
		if x.OnTime() && x.Due > streakEnd {
			w.streak++
		}
	})
	return due, late
}

// active reports whether the account was used lately: an instalment due, a
// balance or a draw.
func (s *stalledState) active(w *stalledAccount) bool {
	since := s.asOf - int64(s.settings.ActiveDays)*day
	for l := range s.h.Loans {
		loan := &s.h.Loans[l]
		if !s.own(loan, w.account) {
			continue
		}
		if loan.Outstanding(s.asOf) > 0 {
			return true
		}
		for i := range loan.Instalments {
			if d := loan.Instalments[i].Due; d <= s.asOfDay && d >= s.calendar.Day(since) {
				return true
			}
		}
	}
	c, b := s.ledger.limitColumns, w.batch
	for i := w.lo; i < w.hi; i++ {
		if at := c.at.int(b, i); at < since || at > s.asOf {
			continue
		}
		if c.kind.text(b, i) == "draw" && c.granted.int(b, i) > 0 || c.outstanding.int(b, i) > 0 {
			return true
		}
	}
	return false
}

// promised reports whether an increase was promised since the limit last rose:
// whether it came is another check's question.
func (s *stalledState) promised(w *stalledAccount) bool {
	c, b := s.ledger.limitColumns, w.batch
	for i := w.lo; i < w.hi; i++ {
		if c.kind.text(b, i) == "promise" && c.at.int(b, i) >= w.rose && c.at.int(b, i) <= s.asOf {
			return true
		}
	}
	return false
}

// reviewed reports whether the latest evaluation is held back by a second
// review that may still go on.
func (s *stalledState) reviewed(w *stalledAccount) bool {
	if len(w.evals) == 0 {
		return false
	}
	c, b, i := s.ledger.limitColumns, w.batch, w.evals[len(w.evals)-1]
	days := 7
	if p := s.inForce(w.product); p != nil && p.Terms.ReviewDays > 0 {
		days = p.Terms.ReviewDays
	}
	review := s.env.Plan.Errors[c.errorCode.text(b, i)].Class == "review" || s.env.Plan.Errors[c.reason.text(b, i)].Class == "review"
	return review && s.asOf-c.at.int(b, i) <= int64(days)*day
}

// inForce is the policy of a product as of the export, or nil.
func (s *stalledState) inForce(product string) *policy.Policy {
	if s.env.Policies == nil {
		return nil
	}
	if i := s.env.Policies.Pick("", product, s.asOf); i >= 0 {
		return &s.env.Policies.Policies[i]
	}
	return nil
}
