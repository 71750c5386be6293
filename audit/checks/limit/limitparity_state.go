package limit

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/timeline"
)

// What is counted of accounts and customers; sums of logs are in ten-thousandths,
// hours in quarters, money in minor units.
const (
	lpAccounts  = iota
	lpExposure  // account-days open, not frozen, not in default
	lpDecreases // in them
	lpDecrease2 // … of each account, squared
	lpCrossed   // … of each account, times its account-days
	lpExposure2 // account-days squared
	lpTold      // … of which a notice came by the day
	lpLowered   // accounts with a decrease
	lpToldFirst // … of whose first one a notice came by the day
	lpViewed    // accounts with a display
	lpViewDays  // their account-days
	lpViewDays2 // … squared
	lpPhantoms  // accounts with a phantom
	lpHours     // quarters of hours of phantoms
	lpHours2    // … squared
	lpHoursDays // … times account-days
	lpGrants    // accounts with a first limit
	lpGrantLog  // its log
	lpGrantLog2 // … squared
	lpRises     // accounts with an increase, and of the first one
	lpRiseLog   // log of increase / limit before
	lpRiseLog2  // … squared
	lpCustomers
	lpShort  // promised money that did not come, minor units
	lpShort2 // … in whole units, squared, of each customer
	lpKinds  // number of things counted
)

const lpLogs, lpQuarter = 1e4, 15 * minute

// limitParity is the state of limitparity.
type limitParity struct {
	env      *audit.Env
	settings *LimitParitySettings
	accounts int64
	by       comparison

	// Helpers and scratch, no part of the state.
	ledger   ledger
	calendar *audit.Calendar
	scale    int64
	asOf     int64
	asOfDay  int64
	reader   *timeline.Reader
	repaid   bool
	displays bool
	promises *vanished // attributes increases to promises; keeps nothing
	phantom  *PhantomSettings
	t        *audit.Timeline
	h        *timeline.History
	views    []view
	first    []uint64 // profiles of the customer's first account
	short    int64
}

func newLimitParity(env *audit.Env) (*limitParity, error) {
	s := &limitParity{env: env, settings: env.Settings.(*LimitParitySettings), scale: env.Plan.MoneyScale()}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	s.by = newComparison(env, s.settings.ScoreBand, false)
	s.by.dims = append(s.by.dims, compared{name: "product", decisions: -1, limits: -1, product: true},
		compared{name: "channel", decisions: env.Layouts["decisions"].Index("channel"), limits: -1})
	s.by.once()
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: 5 * second, reversal: 10 * minute}
	s.calendar = env.Plan.Calendar()
	s.asOf = env.Plan.AsOfMicros()
	s.asOfDay = s.calendar.Day(s.asOf)
	s.repaid = env.Layouts["repayments"] != nil
	s.displays = has(env, "limits", "displayed_limit") && has(env, "limits", "drawable_limit")
	var ok bool
	if s.phantom, ok = env.Plan.Settings(phantomName).(*PhantomSettings); !ok {
		s.phantom = PhantomLimit.Settings().(*PhantomSettings)
	}
	x, ok := env.Plan.Settings(vanishedName).(*VanishedSettings)
	if !ok {
		x = VanishedIncrement.Settings().(*VanishedSettings)
	}
	s.promises = &vanished{env: env, settings: x, asOf: s.asOf, scale: s.scale, calendar: s.calendar, numbers: map[numberKey]number{},
		coded: has(env, "limits", "promise_condition"), ledger: s.ledger}
	return s, nil
}

// Customer counts the accounts of one customer.
func (s *limitParity) Customer(t *audit.Timeline) {
	if t.Limits.Len() == 0 {
		return
	}
	s.t, s.h = t, nil
	if s.repaid && t.Repayments.Len() > 0 {
		if s.reader == nil {
			s.reader = timeline.NewReader(s.env)
		}
		s.h = s.reader.Read(t)
	}
	s.first, s.short = s.first[:0], 0
	s.ledger.accounts(&t.Limits, s.account)
	s.by.ids = append(s.by.ids[:0], s.first...)
	s.by.add(lpCustomers, 0, 1)
	s.by.add(lpShort, 0, s.short)
	units := s.short / s.scale
	s.by.add(lpShort2, 0, units*units)
}

// account counts one account.
func (s *limitParity) account(a *account) {
	s.accounts++
	c := s.ledger.limitColumns
	opened, product := c.at.int(a.batch, a.lo), ""
	for i := a.lo; i < a.hi && product == ""; i++ {
		product = c.product.text(a.batch, i)
	}
	s.by.place(s.t, product, opened)
	if len(s.first) == 0 {
		s.first = append(s.first, s.by.ids...)
	}
	s.by.add(lpAccounts, 0, 1)
	until := s.asOf
	if d := defaulted(s.env, s.calendar, s.t, s.h, a, s.asOfDay); d != none {
		until = min(until, max(s.calendar.Start(d), opened))
	}
	days, until := openDays(&s.ledger, s.calendar, a, opened, until)
	s.by.add(lpExposure, 0, days)
	s.by.add(lpExposure2, 0, days*days)
	n := s.changes(a, until)
	s.by.add(lpDecreases, 0, n)
	s.by.add(lpDecrease2, 0, n*n)
	s.by.add(lpCrossed, 0, n*days)
	s.short += s.missing(a)
	if s.displays {
		s.look(a, days)
	}
}

// changes counts the notices of decreases, the first increase and the first
// limit, and returns the number of decreases. Of increases it takes the first: an
// account raised every day would count for many.
func (s *limitParity) changes(a *account, until int64) (decreases int64) {
	c := s.ledger.limitColumns
	granted, raised := false, false
	for i := range a.writes {
		w := &a.writes[i]
		switch {
		case w.at > until:
			return decreases
		case w.kind == "grant" && w.after > 0 && !granted:
			granted = true
			s.log(lpGrants, float64(w.after)/float64(s.scale))
		case fallen(w) && c.trigger.text(a.batch, w.row) != "customer" && (i == 0 || !s.ledger.transferred(a, a.writes[i-1].row, w.row)):
			if decreases++; decreases == 1 {
				s.by.add(lpLowered, 0, 1)
			}
			if x := c.notice.int(a.batch, w.row); x != none && s.calendar.Day(x) <= s.calendar.Day(w.at) {
				s.by.add(lpTold, 0, 1)
				if decreases == 1 {
					s.by.add(lpToldFirst, 0, 1)
				}
			}
		case !raised && w.before > 0 && s.ledger.raised(a, w, units(s.settings.LeastStep, s.scale), s.settings.StepShare):
			raised = true
			s.log(lpRises, float64(w.delta)/float64(w.before))
		}
	}
	return decreases
}

// log counts a value, its log and the log's square, which follow each other.
func (s *limitParity) log(what uint8, x float64) {
	l := int64(math.Round(lpLogs * math.Log(x)))
	s.by.add(what, 0, 1)
	s.by.add(what+1, 0, l)
	s.by.add(what+2, 0, l*l)
}

// missing is the promised money of an account that fell due and did not come, as
// vanishedincrement attributes it.
func (s *limitParity) missing(a *account) (short int64) {
	p := s.promises
	p.timeline = s.t
	p.gather(a)
	if len(p.promises) == 0 {
		return 0
	}
	p.attribute(a)
	closed := p.closed(a)
	for k := range p.promises {
		x := &p.promises[k]
		if x.kept() || closed != none && closed < x.stop || x.stop > s.asOf+1 {
			continue
		}
		short += x.shortfall()
	}
	return short
}

// look counts the phantoms of an account: runs of displays, as phantomlimit cuts
// them, and the time from the first to the one that showed it over.
func (s *limitParity) look(a *account, days int64) {
	c := s.ledger.limitColumns
	owed, seen, quarters := int64(none), false, int64(0)
	r := run{views: s.views[:0], until: none}
	end := func(until int64) {
		if len(r.views) > 0 && r.real() && !r.lag(int64(s.phantom.LagMinutes)*minute) {
			if until == none {
				until = r.last().at
			}
			quarters += (until - r.first().at + lpQuarter/2) / lpQuarter
			seen = true
		}
		s.views = r.views[:0]
		r = run{views: s.views, until: none}
	}
	shown, last := false, int64(none)
	for i := a.lo; i < a.hi; i++ {
		at := c.at.int(a.batch, i)
		if at == none || at > s.asOf {
			continue
		}
		if x := c.outstanding.int(a.batch, i); x != none {
			owed = x + max(c.holds.int(a.batch, i), 0)
		}
		v := view{row: i, at: at, displayed: c.displayed.int(a.batch, i), drawable: c.draw.int(a.batch, i), owed: owed}
		switch c.kind.text(a.batch, i) {
		case "display":
			if v.displayed != none {
				last = v.displayed
			}
		case "draw":
			if v.displayed == none {
				v.displayed = last
			}
		default:
			continue
		}
		if v.displayed == none || v.drawable == none {
			continue
		}
		shown = true
		if v.displayed <= v.drawable {
			end(at)
			continue
		}
		v.limit = a.limitAt(at)
		r.views = append(r.views, v)
		if s.phantom.asGoodAsNothing(&v, s.scale) {
			r.phantom++
		}
	}
	end(none)
	if !shown {
		return
	}
	s.by.add(lpViewed, 0, 1)
	s.by.add(lpViewDays, 0, days)
	s.by.add(lpViewDays2, 0, days*days)
	if seen {
		s.by.add(lpPhantoms, 0, 1)
		s.by.add(lpHours, 0, quarters)
		s.by.add(lpHours2, 0, quarters*quarters)
		s.by.add(lpHoursDays, 0, quarters*days)
	}
}

var _ audit.TimelineState = (*limitParity)(nil)
