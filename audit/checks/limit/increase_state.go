package limit

import (
	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
)

// What is counted of accounts, by day since they could first rise.
const (
	incEntered   = iota // came under observation
	incRaised           // ended by the first increase
	incDecreased        // ended by something that competes with it
	incClosed           //
	incFrozen           //
	incDefaulted        //
	incCensored         // no longer observed
	incExposure         // at 0: account-days, and
	incIncreases        // at 0: increases in them
	incEvaluated        // by evaluation: accounts that it found waiting, and
	incAtThis           // those that it raised
	incKinds            // number of things counted
)

// Accounts that are left out, in the order applied.
const (
	incUndated  = iota // no grant on record
	incEarlier         // raised, closed or in default before they were under observation
	incGuards          // number of guards
	incAccounts = incGuards
	incCounters = incGuards + 1
)

// incCycles bounds the evaluations told apart: later ones count as the last.
const incCycles = 24

// increases is the state of increaseparity.
type increases struct {
	env      *audit.Env
	settings *IncreaseSettings
	n        [incCounters]int64
	by       comparison

	// Helpers and scratch, no part of the state.
	ledger   ledger
	calendar *audit.Calendar
	scale    int64
	asOf     int64
	asOfDay  int64
	from     int64 // first instant of the window, or none
	reader   *timeline.Reader
	repaid   bool // the export has repayments
	t        *audit.Timeline
	h        *timeline.History
	panel    account
}

func newIncreases(env *audit.Env) (*increases, error) {
	s := &increases{env: env, settings: env.Settings.(*IncreaseSettings), scale: env.Plan.MoneyScale()}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	s.by = newComparison(env, s.settings.ScoreBand, true)
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: 5 * second, reversal: 10 * minute}
	s.calendar = env.Plan.Calendar()
	s.asOf = env.Plan.AsOfMicros()
	s.asOfDay = s.calendar.Day(s.asOf)
	s.repaid = env.Layouts["repayments"] != nil
	s.from = none
	if d, ok := s.settings.window(); ok {
		s.from = s.calendar.Start(d)
	}
	return s, nil
}

// Customer counts the accounts of one customer.
func (s *increases) Customer(t *audit.Timeline) {
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
	if s.settings.Panel {
		s.readings(&t.Limits, s.account)
		return
	}
	s.ledger.accounts(&t.Limits, s.account)
}

// account counts one account.
func (s *increases) account(a *account) {
	s.n[incAccounts]++
	x, guard := s.spell(a)
	if guard >= 0 {
		s.n[guard]++
		return
	}
	product := ""
	for i := a.lo; i < a.hi && product == ""; i++ {
		product = s.ledger.product.text(a.batch, i)
	}
	s.by.place(s.t, product, x.opened)
	s.by.add(incEntered, x.entry, 1)
	s.by.add(x.how, x.end, 1)
	s.by.add(incExposure, 0, x.exposure)
	s.by.add(incIncreases, 0, x.increases)
	for k := range x.evaluated {
		s.by.add(incEvaluated, int64(k), 1)
	}
	if x.raisedAt >= 0 {
		s.by.add(incAtThis, int64(x.raisedAt), 1)
	}
}

// Merge adds what o has seen.
func (s *increases) Merge(other audit.State) {
	o := other.(*increases)
	for i, n := range o.n {
		s.n[i] += n
	}
	s.by.merge(&o.by)
}

// MarshalBinary encodes the state.
func (s *increases) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Ints(s.n[:])
	s.by.encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *increases) UnmarshalBinary(data []byte) error {
	t, err := newIncreases(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	if n := d.Ints(); len(n) == incCounters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), incCounters)
	}
	t.by.decode(d, incKinds)
	if d.Err() == nil {
		t.verify(d)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// verify makes sure that the counts of a decoded state are life tables.
func (s *increases) verify(d *stats.Decoder) {
	for _, groups := range s.by.groupsOf() {
		for name, strata := range groups {
			for i := range strata {
				g, ok := incGroupOf(strata[i : i+1])
				if _, sound := stats.ReadLifeTable(g.counts); !ok || !sound {
					d.Fail("the counts of group %q are no life table", name)
					return
				}
			}
		}
	}
}

var _ audit.TimelineState = (*increases)(nil)
