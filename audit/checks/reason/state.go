package reason

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/reasons"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
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
	scored  []uint64 // see noted
	ofModel []int64  // denials by score that each model's rows will be judged by
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

// guard returns what takes row i out, or guards, and the rule that denied it,
// nil for a limit that came out lower.
func (s *state) guard(b *features.Batch, i int, out uint8) (int, *rule) {
	c := &s.at
	who := &b.Cols[c.decider]
	if w := who.Codes[i]; w != features.Null && s.persons.Known()[w] || !b.Cols[c.override].IsNull(i) {
		return isPerson, nil
	}
	status := s.classOf(&b.Cols[c.status], 0, i, func(x string) string { return cause.Technical(s.env.Plan, x, "") })
	failure := s.classOf(&b.Cols[c.errorCode], 1, i, func(x string) string { return cause.Technical(s.env.Plan, "", x) })
	switch {
	case !b.Cols[c.exemption].IsNull(i) || status == held || failure == held:
		return isExempt, nil
	case status == failed || failure == failed:
		return isTechnical, nil
	}
	s.given.read(s, b, i)
	switch {
	case s.given.told == 0:
		return isUntold, nil
	case len(s.given.codes) == 0 && s.given.unlisted == 0:
		return isGeneric, nil
	case !s.ready || b.Replay == nil || b.Replay.Policy[i] < 0 || b.Replay.Outcome[i] == features.Undecided || s.blind[b.Replay.Policy[i]]:
		return isUnreplayed, nil
	case b.Replay.Outcome[i] != out, out == outLower && (b.Cols[c.granted].IsNull(i) || b.Cols[c.granted].Ints[i] != b.Replay.Limit[i]):
		return isOtherwise, nil
	case b.Replay.Edge[i]:
		return isEdge, nil
	case s.misscored(b, i):
		return isMisscored, nil
	case len(s.given.codes) == 0:
		return isUnlisted, nil
	}
	p, k := b.Replay.Policy[i], int(b.Replay.Rule[i])
	if out == outLower && k < 0 {
		terms := s.book.terms[p]
		if bound := int(b.Replay.Bound[i]); bound < 0 || bound >= len(terms) || !terms[bound].any {
			return isUncoded, nil
		}
		return guards, nil
	}
	if k < 0 || k >= min(len(s.book.rules[p]), mostRules) {
		return isUncoded, nil
	}
	r := &s.book.rules[p][k]
	switch {
	case r.exempt:
		return isExempt, nil
	case r.kind == unclear, r.kind == byRule && !r.any:
		return isUncoded, nil
	case r.kind == byScore && (b.Scores == nil || b.Scores.Model[i] < 0 || !s.survey.Models[b.Scores.Model[i]].Rankable()):
		return isUncoded, nil
	}
	return guards, r
}

// misscored reports whether the score on record of row i is not the model's:
// its reasons may be those of another score.
func (s *state) misscored(b *features.Batch, i int) bool {
	x := b.Cols[s.at.score].Floats[i]
	if x != x || b.Scores == nil || b.Scores.Model[i] < 0 {
		return false
	}
	m := &s.env.Models[b.Scores.Model[i]]
	y := b.Scores.Score[i]
	switch m.Spec.Output {
	case "margin":
		y = b.Scores.Margin[i]
	case "probability":
		if len(b.Scores.Probability) == 0 {
			return false
		}
		y = b.Scores.Probability[i]
	}
	d := x - y
	return d > m.Tolerance(y) || -d > m.Tolerance(y)
}

// given are the reasons of one row.
type given struct {
	codes    []int32 // of the catalogue, in the order given, each once
	told     int     // all codes, generic and unlisted ones too
	unlisted int
}

// read reads the reasons of row i: those shown where the export has any, else
// those recorded.
func (g *given) read(s *state, b *features.Batch, i int) {
	v, reads := &b.Cols[s.at.reasons], s.recorded.Known()
	if shown := &b.Cols[s.at.shown]; s.hasShown && len(shown.List(i)) > 0 {
		v, reads = shown, s.shown.Known()
	}
	g.list(v.List(i), reads)
}

func (g *given) list(codes []int32, reads []int32) {
	g.codes, g.told, g.unlisted = g.codes[:0], 0, 0
	for _, c := range codes {
		if c == features.Null {
			continue
		}
		g.told++
		switch k := reads[c]; {
		case k == unlisted:
			g.unlisted++
		case k != generic && !slices.Contains(g.codes, k):
			g.codes = append(g.codes, k)
		}
	}
}

// noted is a denial by score, for the second pass to find again: a hash of its
// key and moment, and in the last byte the rule that denied it.
func noted(b *features.Batch, c *columns, i int) uint64 {
	return rows.HashInt(rows.Hash(7, b.Cols[c.id].Opaque(i)), b.Cols[c.decided].Ints[i]) &^ 0xff
}

// mostRules is how many rules of a policy a noted denial can tell apart.
const mostRules = 256

func (s *state) note(b *features.Batch, i int) {
	s.scored = append(s.scored, noted(b, &s.at, i)|uint64(b.Replay.Rule[i]))
	s.ofModel[b.Scores.Model[i]]++
}

// Merge adds what o has seen.
func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.survey.Merge(o.survey)
	s.scored = append(s.scored, o.scored...)
	for i, n := range o.ofModel {
		s.ofModel[i] += n
	}
	s.counts.merge(&o.counts)
	s.cases.Merge(&o.cases)
}

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.survey.Encode(&e)
	slices.Sort(s.scored)
	e.Count(len(s.scored))
	last := uint64(0)
	for _, x := range s.scored {
		e.Uvarint(x - last)
		last = x
	}
	e.Ints(s.ofModel)
	s.counts.encode(&e)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State.
func (s *state) UnmarshalBinary(data []byte) error {
	t, err := newState(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	out := int64(0)
	if n := d.Ints(); len(n) == guards {
		copy(t.n[:], n)
		for _, k := range n {
			if k < 0 {
				d.Fail("a negative count")
			}
			out += k
		}
	} else {
		d.Fail("%d counters instead of %d", len(n), int(guards))
	}
	t.survey.Decode(d)
	last := uint64(0)
	for n := d.Count(1); n > 0 && d.Err() == nil; n-- {
		last += d.Uvarint()
		t.scored = append(t.scored, last)
	}
	if !slices.IsSorted(t.scored) {
		d.Fail("denials out of order")
	}
	all := int64(0)
	if n := d.Ints(); len(n) == len(t.ofModel) {
		copy(t.ofModel, n)
		for _, k := range n {
			if k < 0 {
				d.Fail("a negative count")
			}
			all += k
		}
	} else {
		d.Fail("%d models instead of %d", len(n), len(t.ofModel))
	}
	if all != int64(len(t.scored)) || out > t.rowsIn {
		d.Fail("the counts of denials don't fit together")
	}
	t.counts.decode(d)
	t.cases.Decode(d, validCase)
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

func validCase(k *cases.Kept) bool {
	return len(k.Notes) == 0 && slices.Contains(classNames[:], k.Cause)
}
