package timeline

import (
	"math"
	"slices"
	"time"
)

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
