package denial

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What takes rows out, in the order applied, and what else is counted.
const (
	isTest = iota
	isPrescreen
	isWithdrawn
	isIncomplete
	isNotAdverse
	isOther // outcome missing or outside the vocabulary
	isExempt
	isNotDue
	isUndated // no date to start the clock from
	guards

	isDenied = iota - 1 // from here on: counters
	isLower
	codesShown
	codesUnlisted
	textsMixed
	noticesUndated // reasons shown, but no date of the notice
	counters
)

// none stands for a missing instant.
const none = math.MinInt64

// maxDays caps the days to notice that are told apart.
const maxDays = 4000

// Keys of the cube: what is counted, in which period, of which value.
const (
	verdicts    = 0
	noticeDays  = 1
	kindShift   = 56
	periodShift = 28
)

// state is the statistic of unexplaineddenial.
type state struct {
	env      *audit.Env
	settings *Settings
	lexicon  *lexicon
	appeals  *appeals
	calendar calendar
	asOf     int64 // first day not over as of the plan's as_of

	// What the export has.
	hasReasons, hasShown, hasText, hasNotice bool

	rowsIn int64
	n      [counters]int64
	cube   stats.Cube
	// What the replay counts: see substance_count.go.
	replays, versions stats.Cube
	twins             twins

	groups  []groupCounts
	shifts  shifts
	records records
	matched []bool // appeals.faults whose decision was judged

	// Caches and scratch, no part of the state.
	at               columns
	col              vectors
	replayer         *replayer
	recordedAs       rows.Codes[uint8] // of features.Outcomes
	recordedOf       []uint8
	outcomes         rows.Codes[uint8]
	prescreens       rows.Codes[bool]
	exemptions       rows.Codes[bool]
	recorded, shown  rows.Codes[read]
	product, policy  rows.Codes[int32]
	model, channel   rows.Codes[int32]
	texts            map[string]read
	judged, specific []bool
	given            []byte
	finder           *enough.Finder
	turn             []int32 // rows of the batch that are right denials and cases
	turned           []int   // their records
	code             func(string) read
	intern           func(string) int32
}

// groupCounts counts, by group of one dimension, the denials judged and those
// with a specific reason.
type groupCounts struct {
	plan             audit.Grouping
	column           int
	judged, specific rows.Counts
}

func newState(env *audit.Env) (*state, error) {
	s := &state{env: env, settings: env.Settings.(*Settings)}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.calendar.zone = env.Plan.Zone()
	s.asOf = s.calendar.day(env.Plan.AsOfMicros() + 1)
	s.lexicon = newLexicon(env.Plan)
	s.appeals = newAppeals(env, &s.calendar, int64(s.settings.AppealDays))
	s.matched = make([]bool, len(s.appeals.faults))
	layout := env.Layouts["decisions"]
	has := func(column string) bool { return layout.Exported(column) }
	s.hasReasons, s.hasShown, s.hasText, s.hasNotice = has("reasons"), has("reasons_shown"), has("reason_text"), has("notice_at")
	s.at.find(env)
	for _, g := range env.Plan.Groups {
		s.groups = append(s.groups, groupCounts{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))})
	}
	s.replayer = newReplayer(env)
	s.finder = enough.New(env)
	s.twins = newTwins()
	s.shifts = newShifts(env)
	s.texts = map[string]read{}
	s.code = s.lexicon.code
	s.intern = func(v string) int32 { return s.records.names.ID(v) }
	s.intern("")
	return s, nil
}

// assessed reports whether the export says anything about reasons.
func (s *state) assessed() bool { return s.hasReasons || s.hasShown || s.hasText }

func classOf(outcome string) uint8 {
	switch outcome {
	case "denied":
		return isDenied
	case "approved_lower":
		return isLower
	case "withdrawn":
		return isWithdrawn
	case "incomplete":
		return isIncomplete
	case "approved", "referred", "error":
		return isNotAdverse
	}
	return isOther
}

func isPrescreened(applicationType string) bool { return applicationType == "prescreen" }

func notEmpty(v string) bool { return v != "" }

// Update judges the rows of a batch.
func (s *state) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.rowsIn += int64(b.N)
	s.col.bind(b, &s.at)
	classes := s.outcomes.Of(s.col.outcome, classOf)
	prescreens := s.prescreens.Of(s.col.application, isPrescreened)
	s.exemptions.Of(s.col.exemption, notEmpty)
	s.recorded.Of(s.col.reasons, s.code)
	s.shown.Of(s.col.shown, s.code)
	s.judged, s.specific = cleared(s.judged, b.N), cleared(s.specific, b.N)
	rulings := s.replay(b)
	for i := range b.N {
		class := uint8(isOther)
		if c := s.col.outcome.Codes[i]; c != features.Null {
			class = classes[c]
		}
		if c := s.col.application.Codes[i]; c != features.Null && prescreens[c] {
			class = isPrescreen
		}
		if s.col.test.Ints[i] != 0 {
			class = isTest
		}
		s.n[class]++
		if class != isTest && class != isPrescreen {
			s.shifts.add(b, i, s.calendar.day(b.Cols[s.shifts.decided].Ints[i]))
		}
		if class < guards {
			continue
		}
		period := int32(-1)
		if b.Period != nil {
			period = b.Period[i]
		}
		var x *ruling
		if rulings != nil {
			x = &rulings[i]
		}
		verdict := s.judge(b, i, class == isDenied, period, x)
		s.cube.Add(uint64(verdicts)<<kindShift | uint64(period+1)<<periodShift | uint64(verdict))
		switch verdict {
		case audit.NotAssessed, audit.Exempt, audit.NotDue:
			continue
		case audit.Adequate, audit.Late, audit.NoRoute:
			s.specific[i] = true
		}
		s.judged[i] = true
	}
	if len(s.turn) > 0 {
		s.enough(b)
	}
	for d := range s.groups {
		g := &s.groups[d]
		g.judged.Add(&b.Cols[g.column], s.judged, b.N)
		g.specific.Add(&b.Cols[g.column], s.specific, b.N)
	}
}

func cleared(s []bool, n int) []bool {
	if cap(s) < n {
		s = make([]bool, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// Merge adds what o has seen.
func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.cube.Merge(&o.cube)
	s.replays.Merge(&o.replays)
	s.versions.Merge(&o.versions)
	s.twins.merge(&o.twins)
	s.shifts.merge(&o.shifts)
	for d := range s.groups {
		s.groups[d].judged.Merge(&o.groups[d].judged)
		s.groups[d].specific.Merge(&o.groups[d].specific)
	}
	for i, m := range o.matched {
		s.matched[i] = s.matched[i] || m
	}
	s.records.merge(&o.records)
}
