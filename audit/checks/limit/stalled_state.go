package limit

import (
	"bytes"
	"strings"
	"unicode"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// What takes accounts out, in the order applied.
const (
	stalledClosed = iota
	stalledFrozen
	stalledUnlimited
	stalledFew
	stalledLate
	stalledHardship
	stalledYoung
	stalledRose
	stalledPromised
	stalledReview
	stalledUnreplayed
	stalledGuards
)

// What else is counted.
const (
	stalledAccounts  = iota + stalledGuards
	stalledCohort    // accounts judged
	stalledEvals     // evaluations in the export
	stalledReplayed  // accounts whose latest evaluation was replayed with other repayment records
	stalledSensitive // … and whose limit a better record changes
	stalledWeighed   // … or whose review a worse one changes
	stalledCounters
)

// Keys of the cube.
const (
	stalledWait     = iota // days since the last increase, of the cohort
	stalledDistance        // steps to the nearest next step
	stalledShift    = 32
)

// stalledState is the statistic of stalledlimit.
type stalledState struct {
	env      *audit.Env
	settings *StalledSettings
	scale    int64
	asOf     int64
	asOfDay  int64

	n     [stalledCounters]int64
	cube  stats.Cube
	cases cases.List
	peers rows.Counts // spells between increases: see stalled_peers.go
	group []stalledGroup
	panel stalledPanel
	dues  stalledDues

	// Caches and scratch, no part of the state.
	ledger      ledger
	rep         stalledRepayments
	reader      *timeline.Reader
	calendar    *audit.Calendar
	codes       map[string]uint8 // folded code: what it says
	says        rows.Codes[uint8]
	saysToo     rows.Codes[uint8]
	engine      *replay.Engine
	reads       []int    // columns of limits that replays read
	unread      []string // features that they would, and that the export lacks
	readsScore  bool
	relaxed     *replay.Engine // without least increases
	scratch     features.Batch
	levers      []stalledLever
	record      []stalledLever // features of the repayment record
	stale       []stalledFeature
	borrowed    bool // features that evaluations lack were joined as of their day
	experiments *cause.Experiments
	work        stalledAccount
	t           *audit.Timeline
	h           *timeline.History
}

// stalledGroup counts, by group of one dimension or segment, the accounts
// judged and those found unjustified.
type stalledGroup struct {
	name, reference string
	segment         bool
	product         bool // the account's own, and not its customer's latest
	column          int  // of decisions, or -1
	judged, wrong   rows.Counts
}

// What codes of results and reasons say.
const (
	stalledSaysOptOut = iota + 1
	stalledSaysInactive
	stalledSaysHardship
)

func newStalledState(env *audit.Env) (*stalledState, error) {
	s := &stalledState{env: env, settings: env.Settings.(*StalledSettings), scale: env.Plan.MoneyScale(), codes: map[string]uint8{}}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: 5 * second, reversal: 10 * minute}
	s.calendar = env.Plan.Calendar()
	s.asOf = env.Plan.AsOfMicros()
	s.asOfDay = s.calendar.Day(s.asOf)
	s.rep = stalledRepaymentsOf(env)
	for says, codes := range map[uint8][]string{
		stalledSaysOptOut: s.settings.OptOut, stalledSaysInactive: s.settings.Inactive, stalledSaysHardship: s.settings.Hardship,
	} {
		for _, c := range codes {
			s.codes[stalledFold(c)] = says
		}
	}
	for _, g := range env.Plan.Groups {
		s.group = append(s.group, stalledGroup{name: g.Name, reference: g.Reference, column: env.Layouts["decisions"].Index(audit.GroupColumn(g.Name))})
	}
	for _, g := range env.Plan.Segments {
		s.group = append(s.group, stalledGroup{name: g.Name, segment: true, column: env.Layouts["decisions"].Index(audit.SegmentColumn(g.Name)),
			product: (g.Column == "product" || g.Column == "" && g.Name == "product") && len(g.Values) == 0 && has(env, "limits", "product")})
	}
	if err := s.panel.bind(env, s.settings); err != nil {
		return nil, err
	}
	s.bindLevers()
	s.bindStale()
	s.bindReads()
	s.experiments = cause.NewExperiments(env)
	return s, nil
}

// stalledFold leaves a code's letters and digits, in lower case.
func stalledFold(code string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, code)
}

// Customer judges the accounts of one customer.
func (s *stalledState) Customer(t *audit.Timeline) {
	s.dues.add(s, t)
	if s.settings.Panel {
		s.panel.add(s, t)
		return
	}
	if t.Limits.Len() == 0 {
		return
	}
	if s.reader == nil {
		s.reader = timeline.NewReader(s.env)
	}
	s.t, s.h = t, s.reader.Read(t)
	s.ledger.accounts(&t.Limits, s.account)
}

// label returns the customer's value of a group or segment: that of the latest
// decision that has one.
func (g *stalledGroup) label(t *audit.Timeline) string {
	r := &t.Decisions
	if g.column < 0 || r.Batch == nil || g.column >= len(r.Batch.Cols) {
		return ""
	}
	v := &r.Batch.Cols[g.column]
	for i := r.Hi - 1; i >= r.Lo && i < len(v.Codes); i-- {
		if !v.IsNull(i) {
			return v.Text(i)
		}
	}
	return ""
}

// judged counts an account of the cohort.
func (s *stalledState) judged(w *stalledAccount, wrong bool) {
	s.n[stalledCohort]++
	for i := range s.group {
		g := &s.group[i]
		label := w.product
		if !g.product {
			label = g.label(s.t)
		}
		g.judged.AddN(label, 1)
		if wrong {
			g.wrong.AddN(label, 1)
		}
	}
}

// Merge adds what o has seen.
func (s *stalledState) Merge(other audit.State) {
	o := other.(*stalledState)
	for i, n := range o.n {
		s.n[i] += n
	}
	s.cube.Merge(&o.cube)
	s.cases.Merge(&o.cases)
	s.peers.Merge(&o.peers)
	for i := range s.group {
		s.group[i].judged.Merge(&o.group[i].judged)
		s.group[i].wrong.Merge(&o.group[i].wrong)
	}
	s.panel.merge(&o.panel)
	s.dues.merge(&o.dues)
}

// own reports whether a loan is the account's: it says so, or says nothing and
// the customer has no other account.
func (s *stalledState) own(l *timeline.Loan, a *account) bool {
	if len(l.Account) > 0 {
		return bytes.Equal(l.Account, a.id)
	}
	return a.lo == s.t.Limits.Lo && a.hi == s.t.Limits.Hi
}
