package timeline

import (
	"cmp"
	"math"
	"slices"
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
	if h.crowd {
		m.h = h
		return
	}
	*m = moment{h: h, at: at, day: h.r.calendar.Day(at), repay: h.t.Repayments.Batch != nil, limits: h.t.Limits.Batch != nil, payoff: NoTime}
	if account != nil {
		m.account = h.Account(account)
	} else if len(h.Accounts) == 1 {
		m.account = &h.Accounts[0]
	}
}

// fact computes one fact.
func (m *moment) fact(h *History, id factID) float64 {
	if h.crowd {
		return math.NaN()
	}
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
			m.payoff = max(m.payoff, l.paidOff(m.at))
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
	for i := range h.Loans {
		h.Loans[i].asOf(m.at)
	}
	for _, ref := range h.byDue() {
		if ref.due > m.day {
			break
		}
		i := &h.Loans[ref.loan].Instalments[ref.inst]
		last := m.day // that it was open
		if i.then != NoTime {
			last = h.r.calendar.Day(i.then)
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
		case i.then != NoTime && !(i.thenOff && last < i.Due):
			m.onTime++
			m.streak++
		}
	}
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
