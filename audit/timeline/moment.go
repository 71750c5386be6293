package timeline

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Days of the windows that facts look back over.
const year = 365

// moment computes facts as of one moment, each group of them once.
type moment struct {
	h       *History
	at, day int64
	account *Account // of the row, or the customer's only one
	repay   bool     // repayments are there
	limits  bool

	gotLoans                          bool
	open, paidOff                     int
	dpd                               int
	owed, payoff                      int64 // payoff: instant of the last one
	gotInstalments                    bool
	lateCount, maxDPD, onTime, streak int
}

func (m *moment) set(h *History, account []byte, at int64) {
	*m = moment{h: h, at: at, day: h.r.calendar.Day(at), repay: h.t.Repayments.Batch != nil, limits: h.t.Limits.Batch != nil, payoff: NoTime}
	if account != nil {
		m.account = h.Account(account)
	} else if len(h.Accounts) == 1 {
		m.account = &h.Accounts[0]
	}
}

// fact computes one fact.
func (m *moment) fact(h *History, id factID) float64 {
	switch id {
	case applications30, applications90, denials180, daysSinceApproval, daysSinceDenial:
		return m.ofDecisions(id)
	case daysPastDue, openLoans, paidOffLoans, daysSincePayoff:
		return m.ofLoans(id)
	case lateCount, maxDPD, onTimeCount, onTimeStreak:
		return m.ofInstalments(id)
	case monthsOnBook:
		return m.months()
	case outstanding:
		return m.outstanding() / h.r.scale
	}
	return m.ofAccount(id)
}

// since is the days since an instant, NaN when there is none.
func (m *moment) since(at int64) float64 {
	if at == NoTime {
		return math.NaN()
	}
	return float64(m.day - m.h.r.calendar.Day(at))
}

func (m *moment) ofDecisions(id factID) float64 {
	if m.h.t.Decisions.Batch == nil {
		return math.NaN()
	}
	f := m.h.decided()
	switch id {
	case applications30:
		return m.within(f.applications, 30)
	case applications90:
		return m.within(f.applications, 90)
	case denials180:
		return m.within(f.denials, 180)
	case daysSinceApproval:
		return m.since(before(f.approvals, m.at))
	}
	return m.since(before(f.denials, m.at))
}

// before is the last of ascending instants that is earlier than at, or NoTime.
func before(times []int64, at int64) int64 {
	if i, _ := slices.BinarySearch(times, at); i > 0 {
		return times[i-1]
	}
	return NoTime
}

// within counts the instants of the last days, before the moment.
func (m *moment) within(times []int64, days int64) float64 {
	hi, _ := slices.BinarySearch(times, m.at)
	lo, _ := slices.BinarySearch(times[:hi], m.h.r.calendar.Start(m.day-days))
	return float64(hi - lo)
}

func (m *moment) ofLoans(id factID) float64 {
	if !m.repay {
		return math.NaN()
	}
	if !m.gotLoans {
		m.loans()
	}
	switch id {
	case daysPastDue:
		return float64(m.dpd)
	case openLoans:
		return float64(m.open)
	case paidOffLoans:
		return float64(m.paidOff)
	}
	return m.since(m.payoff)
}

func (m *moment) loans() {
	m.gotLoans = true
	for i := range m.h.Loans {
		l := &m.h.Loans[i]
		if start := l.start(); start == NoTime || start >= m.at {
			continue
		}
		s := l.known(m.at)
		m.owed += s.owed
		m.dpd = max(m.dpd, l.DPD(m.at))
		switch {
		case s.open < len(l.Instalments):
			m.open++
		case !l.broken:
			m.paidOff++
			at := l.PaidOff
			if l.reversed {
				at = s.at
			}
			m.payoff = max(m.payoff, at)
		}
	}
}

func (m *moment) ofInstalments(id factID) float64 {
	if !m.repay {
		return math.NaN()
	}
	if !m.gotInstalments {
		m.instalments()
	}
	switch id {
	case lateCount:
		return float64(m.lateCount)
	case maxDPD:
		return float64(m.maxDPD)
	case onTimeCount:
		return float64(m.onTime)
	}
	return float64(m.streak)
}

func (m *moment) instalments() {
	m.gotInstalments = true
	h := m.h
	for _, ref := range h.byDue() {
		if ref.due > m.day {
			break
		}
		l := &h.Loans[ref.loan]
		i := &l.Instalments[ref.inst]
		last := m.day // that it was open
		settled := l.settledAt(ref.inst, m.at)
		if settled != NoTime {
			last = h.r.calendar.Day(settled)
		}
		switch {
		case last > i.until:
			m.streak = 0
			if i.Due >= m.day-year {
				m.lateCount++
			}
			if last >= m.day-year {
				m.maxDPD = max(m.maxDPD, int(last-i.Due))
			}
		case settled != NoTime && !(i.Payoff && last < i.Due):
			m.onTime++
			m.streak++
		}
	}
}

// settledAt is when the instalment was settled, as was known at an instant;
// NoTime when it was open.
func (l *Loan) settledAt(inst int32, at int64) int64 {
	i := &l.Instalments[inst]
	if !l.reversed || i.Amount <= 0 {
		if i.Posted <= at {
			return i.Settled
		}
		return NoTime
	}
	settled := int64(NoTime)
	for k := range l.marks {
		if x := &l.marks[k]; x.known > at {
			break
		} else if x.inst == int(inst) {
			settled = x.paid
		}
	}
	return settled
}

// ref is one instalment of a history.
type ref struct {
	due        int64
	loan, inst int32
}

// byDue returns all instalments by due date.
func (h *History) byDue() []ref {
	if h.sorted {
		return h.due
	}
	h.sorted, h.due = true, h.due[:0]
	for l := range h.Loans {
		for i := range h.Loans[l].Instalments {
			h.due = append(h.due, ref{h.Loans[l].Instalments[i].Due, int32(l), int32(i)})
		}
	}
	if len(h.Loans) > 1 {
		slices.SortFunc(h.due, func(a, b ref) int {
			return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.loan, b.loan), cmp.Compare(a.inst, b.inst))
		})
	}
	return h.due
}

// months is the whole months on book.
func (m *moment) months() float64 {
	if !m.repay && !m.limits {
		return math.NaN()
	}
	opened := int64(math.MaxInt64)
	if m.account != nil {
		opened = m.account.Opened
	} else {
		for i := range m.h.Accounts {
			if at := m.h.Accounts[i].Opened; at != NoTime {
				opened = min(opened, at)
			}
		}
		for i := range m.h.Loans {
			if at := m.h.Loans[i].start(); at != NoTime {
				opened = min(opened, at)
			}
		}
	}
	if opened == NoTime || opened >= m.at {
		return 0
	}
	return float64(monthsBetween(m.h.r.calendar.Day(opened), m.day))
}

// monthsBetween is the number of whole months from one day to a later one.
func monthsBetween(from, to int64) int {
	y1, m1, d1 := time.Unix(from*24*3600, 0).UTC().Date()
	y2, m2, d2 := time.Unix(to*24*3600, 0).UTC().Date()
	n := (y2-y1)*12 + int(m2-m1)
	if d2 < d1 {
		n--
	}
	return n
}

// outstanding is what is left to pay, in minor units.
func (m *moment) outstanding() float64 {
	if m.repay {
		m.ofLoans(openLoans)
		return float64(m.owed)
	}
	return m.recorded()
}

// recorded is the last outstanding of the account's events.
func (m *moment) recorded() float64 {
	if m.account == nil {
		return math.NaN()
	}
	f := m.h.events(m.account)
	if i, _ := slices.BinarySearch(f.owedAt, m.at); i > 0 {
		return float64(f.owed[i-1])
	}
	return math.NaN()
}

func (m *moment) ofAccount(id factID) float64 {
	a := m.account
	if !m.limits || a == nil && len(m.h.Accounts) > 0 {
		return math.NaN()
	}
	if a == nil {
		if id == draws30 || id == draws180 {
			return 0
		}
		return math.NaN()
	}
	f := m.h.events(a)
	switch id {
	case daysSinceIncrease:
		return m.since(before(f.increases, m.at))
	case daysSinceDecrease:
		return m.since(before(f.decreases, m.at))
	case daysSinceEvaluation:
		return m.since(before(f.evaluations, m.at))
	case daysSinceDraw:
		return m.since(before(f.draws, m.at))
	case draws30:
		return m.within(f.draws, 30)
	case draws180:
		return m.within(f.draws, 180)
	case initialLimit:
		if len(a.levels) > 0 && a.levels[0].at < m.at && a.levels[0].limit >= 0 {
			return float64(a.levels[0].limit) / m.h.r.scale
		}
		return math.NaN()
	}
	limit, ok := a.Limit(m.at - 1)
	switch {
	case !ok:
		return math.NaN()
	case id == limitNow:
		return float64(limit) / m.h.r.scale
	case limit <= 0:
		return math.NaN()
	}
	owed := m.recorded()
	if math.IsNaN(owed) && m.repay {
		owed = 0
		for i := range m.h.Loans {
			if l := &m.h.Loans[i]; string(l.Account) == string(a.ID) || l.Account == nil && len(m.h.Accounts) == 1 {
				owed += float64(l.Outstanding(m.at))
			}
		}
	}
	return owed / float64(limit)
}
