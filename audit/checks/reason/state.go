package reason

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/reasons"
	"evenhand/audit/replay"
	"evenhand/features"
)

// What takes rows out, in the order applied.
const (
	isTest = iota
	isPrescreen
	isNotAdverse
	isPerson
	isExempt
	isTechnical
	isUntold
	isGeneric
	isUnreplayed
	isOtherwise
	isEdge
	isMisscored
	isUncoded
	isUnlisted
	guards
)

// state is the statistic of the first pass: it judges denials by rules, surveys
// applicants for the references that scores are held against, and notes which
// denials by score the second pass is to judge.
type state struct {
	env      *audit.Env
	settings *Settings
	book     *catalogue
	calendar *audit.Calendar
	hasShown bool
	blind    []bool    // by policy: it has experiments, and the export does not say who was in which
	better   []float64 // by policy: see reasons.BetterOf
	ready    bool      // there is anything to judge by

	rowsIn  int64
	n       [guards]int64
	survey  *reasons.Survey
	scored  notes
	ofModel []int64 // denials by score that each model's rows will be judged by
	counts  counts
	cases   cases.List

	// Caches and scratch, no part of the state.
	at         columns
	engine     *replay.Engine
	outcomes   rows.Codes[uint8]
	prescreens rows.Codes[bool]
	persons    rows.Codes[bool]
	recorded   rows.Codes[int32]
	shown      rows.Codes[int32]
	classes    [2]rows.Codes[uint8]
	code       func(string) int32
	keep       []bool
	ways       []float64
	given      given
	open       open
	finder     *enough.Finder
}

// Outcomes as the contract numbers them.
const (
	outApproved uint8 = iota
	outLower
	outDenied
	outReferred
	outElse = 255
)

func newState(env *audit.Env) (*state, error) {
	s := &state{env: env, settings: env.Settings.(*Settings), calendar: audit.NewCalendar(env.Plan.Zone())}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.at.find(env)
	s.survey = reasons.NewSurvey(env, s.settings.Band, s.settings.Background)
	s.book = newCatalogue(env, s.survey.Models)
	s.ofModel = make([]int64, len(env.Models))
	s.scored = newNotes(env)
	s.finder = enough.New(env)
	s.counts = newCounts(env)
	l := env.Layouts["decisions"]
	s.hasShown = l.Exported("reasons_shown")
	s.ready = env.Policies != nil && len(env.Plan.Reasons) > 0 && (s.hasShown || l.Exported("reasons"))
	if env.Policies != nil {
		told := l.Exported("experiment_id") && l.Exported("experiment_arm")
		for i := range env.Policies.Policies {
			s.blind = append(s.blind, !told && len(env.Policies.Policies[i].Arms) > 0)
			s.better = append(s.better, reasons.BetterOf(&env.Policies.Policies[i]))
		}
	}
	s.code = s.book.of
	return s, nil
}

// start returns the engine: made late, since states that only merge need none.
func (s *state) start() *replay.Engine {
	if s.engine == nil {
		s.engine = newEngine(s.env)
	}
	return s.engine
}

func newEngine(env *audit.Env) *replay.Engine {
	e, err := replay.New(env, "decisions", false)
	if err != nil {
		panic(checkName + ": " + err.Error()) // the driver has made the same one
	}
	return e
}

func outcomeOf(v string) uint8 {
	if i := slices.Index(features.Outcomes, v); i >= 0 {
		return uint8(i)
	}
	return outElse
}

// Engine classes that say that nobody decided on a denial, or that its reasons
// need not be told.
const (
	ordinary uint8 = iota
	failed
	held
)

func (s *state) classOf(v *features.Vector, k, i int, of func(string) string) uint8 {
	if v.Codes[i] == features.Null {
		return ordinary
	}
	return s.classes[k].Of(v, func(x string) uint8 {
		switch of(x) {
		case "technical":
			return failed
		case "fraud":
			return held
		}
		return ordinary
	})[v.Codes[i]]
}

// Update surveys the applicants of a batch, and judges its denials.
func (s *state) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.rowsIn += int64(b.N)
	c := &s.at
	outcomes := s.outcomes.Of(&b.Cols[c.outcome], outcomeOf)
	prescreens := s.prescreens.Of(&b.Cols[c.application], func(v string) bool { return v == "prescreen" })
	s.persons.Of(&b.Cols[c.decider], func(v string) bool { return v == "manual" || v == "override" })
	s.recorded.Of(&b.Cols[c.reasons], s.code)
	s.shown.Of(&b.Cols[c.shown], s.code)
	s.keep = slices.Grow(s.keep[:0], b.N)[:b.N]
	outcome, application, test := &b.Cols[c.outcome], &b.Cols[c.application], &b.Cols[c.test]
	for i := range b.N {
		s.keep[i] = false
		out := uint8(outElse)
		if k := outcome.Codes[i]; k != features.Null {
			out = outcomes[k]
		}
		k := application.Codes[i]
		switch {
		case test.Ints[i] != 0:
			s.n[isTest]++
			continue
		case k != features.Null && prescreens[k]:
			s.n[isPrescreen]++
			continue
		}
		s.keep[i] = out <= outReferred
		if out != outDenied && out != outLower {
			s.n[isNotAdverse]++
			continue
		}
		s.adverse(b, i, out)
	}
	if len(s.open.list) > 0 {
		s.open.keep(s.finder, b, s.open.rows, &s.cases)
	}
	if s.ready && b.Scores != nil {
		e := s.start()
		if policies := e.Policies(b); policies != nil {
			s.ways = s.ways[:0]
			for _, p := range policies {
				way := 0.0
				if p >= 0 {
					way = s.better[p]
				}
				s.ways = append(s.ways, way)
			}
			s.survey.Add(b, s.keep, e.Cutoffs(b, policies, nil), s.ways, &b.Cols[c.id])
		}
	}
}

// adverse judges a denial or an approval of less than was asked for, as far as
// the first pass can.
func (s *state) adverse(b *features.Batch, i int, out uint8) {
	guard, r := s.guard(b, i, out)
	if guard < guards {
		s.n[guard]++
		return
	}
	if r == nil {
		s.lower(b, i)
		return
	}
	if r.kind == byScore {
		s.note(b, i)
		return
	}
	s.byRule(b, i, r)
}

// Merge adds what o has seen.
func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.survey.Merge(o.survey)
	s.scored.merge(&o.scored)
	for i, n := range o.ofModel {
		s.ofModel[i] += n
	}
	s.counts.merge(&o.counts)
	s.cases.Merge(&o.cases)
}
