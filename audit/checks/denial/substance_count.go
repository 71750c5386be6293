package denial

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// Kinds of cells of state.replays, by policy and period.
const (
	confusion  = iota // a: outcome on record, b: outcome replayed (or unknownOutcome)
	standingOf        // a: standing of an adverse decision
	mismatchOf        // a: class of the mismatch, b: 1 when better for the applicant
	forceOf           // b: 1 when the version was not in force
	watchOf           // a: factor that flips a right denial by itself
	replayKinds

	unknownOutcome = 15
)

func replayKey(kind int, policy int16, period int32, a, b uint8) uint64 {
	return uint64(kind)<<56 | uint64(policy+1)<<40 | uint64(period+1)<<16 | uint64(a)<<8 | uint64(b)
}

// replayCell is what a key says.
type replayCell struct {
	kind   int
	policy int16
	period int32
	a, b   uint8
}

func cellOf(key uint64) replayCell {
	return replayCell{int(key >> 56), int16(key>>40&0xffff) - 1, int32(key>>16&0xffffff) - 1, uint8(key >> 8), uint8(key)}
}

// mismatchKinds are the classes of decision mismatches: index 0 is that of
// scores, index k that of Dk.
const mismatchKinds = 8

func mismatchName(k uint8) string {
	if k == 0 {
		return "score"
	}
	return "D" + string(rune('0'+k))
}

// mismatch is the class of a row that departs from the replay; ok is false for
// one that does not.
func (x *ruling) mismatch() (class uint8, ok bool) {
	switch x.standing {
	case overridden:
		return 1, true
	case departed:
		return 2, true
	case technical:
		return 6, true
	case wrong, skippedReview:
		name := mismatchNames[x.why.primary()]
		for k := range uint8(mismatchKinds) {
			if mismatchName(k) == name {
				return k, true
			}
		}
	}
	return 0, false
}

// replay judges a batch against the lender's policy, and counts; nil without
// policies.
func (s *state) replay(b *features.Batch) []ruling {
	if !s.replayer.judges || b.Replay == nil {
		return nil
	}
	index := s.recordedAs.Of(s.col.outcome, func(v string) uint8 {
		if i := slices.Index(features.Outcomes, v); i >= 0 {
			return uint8(i)
		}
		return unknownOutcome
	})
	s.recordedOf = s.recordedOf[:0]
	for i := range b.N {
		out := uint8(unknownOutcome)
		if c := s.col.outcome.Codes[i]; c != features.Null {
			out = index[c]
		}
		if c := s.col.application.Codes[i]; s.col.test.Ints[i] != 0 || c != features.Null && isPrescreened(s.col.application.Dict.Value(c)) {
			out = unknownOutcome
		}
		s.recordedOf = append(s.recordedOf, out)
	}
	s.exemptions.Of(s.col.exemption, notEmpty)
	rulings := s.replayer.rule(b, s.recordedOf, s.isExempt)
	for i := range b.N {
		s.count(b, i, s.recordedOf[i], &rulings[i])
	}
	s.replayer.between(b, func(i int, other int16) {
		if !s.col.decided.IsNull(i) {
			s.versions.Add(versionKey(false, b.Replay.Policy[i], other, s.col.product.Text(i), s.calendar.day(s.col.decided.Ints[i])))
		}
	})
	if s.watches() {
		s.replayer.twins(b, func(i int, factor uint8) {
			s.twins.near.Add(rows.Hash(0, s.col.id.Opaque(i)), factor)
		})
	}
	return rulings
}

func (s *state) count(b *features.Batch, i int, recorded uint8, x *ruling) {
	if recorded > outReferred {
		return
	}
	p, period := b.Replay.Policy[i], int32(-1)
	if b.Period != nil {
		period = b.Period[i]
	}
	replayed := b.Replay.Outcome[i]
	if replayed > outReferred {
		replayed = unknownOutcome
	}
	s.replays.Add(replayKey(confusion, p, -1, recorded, replayed))
	if p >= 0 && !s.col.decided.IsNull(i) {
		s.replays.Add(replayKey(forceOf, p, -1, 0, uint8(b2i(!s.env.Policies.InForce(p, s.col.decided.Ints[i])))))
	}
	adverse := recorded == outDenied || recorded == outLower
	if adverse {
		s.replays.Add(replayKey(standingOf, p, period, uint8(x.standing), 0))
	}
	// Wrong denials are classed when all are known: see settle.
	if class, ok := x.mismatch(); ok && !(adverse && x.standing == wrong) {
		s.replays.Add(replayKey(mismatchOf, p, -1, class, uint8(b2i(!adverse))))
	}
	if x.factor >= 0 {
		s.replays.Add(replayKey(watchOf, p, -1, uint8(x.factor), 0))
	}
}

// hold puts into a record what the replay makes of row i.
func (s *state) hold(r *record, b *features.Batch, i int, x *ruling) {
	r.standing, r.why, r.replayed = x.standing, x.why, b.Replay.Outcome[i]
	switch x.standing {
	case wrong:
		r.rules |= r06
		r.amount = x.short
	case skippedReview:
		r.rules |= d07
	}
	if r.rules == 0 {
		return
	}
	all := s.env.Policies.Policies
	if x.standing == wrong {
		r.versions, r.as = x.versions, b.Replay.Policy[i]
		if r.why&whyVersion != 0 && r.why&whyTie == 0 && !s.col.decided.IsNull(i) {
			for j := range min(len(all), 64) {
				if x.versions&(1<<j) != 0 {
					s.versions.Add(versionKey(true, r.as, int16(j), s.col.product.Text(i), s.calendar.day(s.col.decided.Ints[i])))
				}
			}
		}
	}
	if v := &b.Cols[s.replayer.score]; v.Floats[i] == v.Floats[i] {
		r.score = v.Floats[i]
	}
	if b.Scores != nil && b.Scores.Model[i] >= 0 {
		r.recomputed = b.Scores.Score[i]
	}
	p := b.Replay.Policy[i]
	if p < 0 {
		return
	}
	if k := int(b.Replay.Rule[i]); k >= 0 {
		r.rule = s.intern(all[p].RuleName(k))
		if !all[p].RuleExempt(k) && all[p].RuleStage(k) != "fraud" { // nobody is told of those
			r.factors = s.intern(strings.Join(all[p].RuleFactors(k), ","))
		}
	}
	if x.standing == undecided {
		r.missing = s.intern(strings.Join(s.replayer.missing(b, i), ", "))
	}
}

// missing are up to five names that the policies read and that row i lacks.
func (r *replayer) missing(b *features.Batch, i int) []string {
	l := r.env.Layouts["decisions"]
	var out []string
	for _, name := range r.env.Policies.Names("decisions") {
		for _, column := range []string{name, audit.FeatureColumn(name), audit.HistoryColumn(strings.TrimPrefix(name, "history."))} {
			c := l.Index(column)
			if c < 0 {
				continue
			}
			if name == "score" && b.Scores != nil && b.Scores.Model[i] >= 0 {
				break
			}
			if b.Cols[c].IsNull(i) && len(out) < 5 {
				out = append(out, name)
			}
			break
		}
	}
	return out
}

// substanceOf is the verdict that a standing stands for, and its grade.
func (r *record) substanceOf() (audit.Substance, audit.Grade) {
	switch r.standing {
	case technical:
		return audit.Technical, audit.E1
	case right:
		return audit.Justified, audit.E1
	case wrong:
		if math.IsNaN(r.recomputed) {
			return audit.Unjustified, audit.E2 // on the recorded score
		}
		return audit.Unjustified, audit.E1
	}
	return audit.Indeterminate, audit.E1
}

// versionKey is a key of state.versions: decisions by day that another version
// would have denied, while their own approves them. denied says that they were.
func versionKey(denied bool, own, other int16, product string, day int64) uint64 {
	return uint64(b2i(denied))<<63 | uint64(own)&0x7ff<<44 | uint64(other)&0xfff<<32 | (rows.HashString(0, product)&0xffff)<<16 | uint64(day)&0xffff
}

// settle decides which departures another version explains: one that was
// applied denies all that it would deny, for a time; where approvals that it
// would have denied go on beside, it was not. It returns, for each record, what
// explains it, and the other version (-1: none).
func (s *state) settle(list []*record) ([]why, []int16) {
	whys, others := make([]why, len(list)), make([]int16, len(list))
	for i, r := range list {
		whys[i], others[i] = r.why, -1
		if r.standing != wrong || r.why&whyVersion == 0 {
			continue
		}
		best := 0.0
		for j := range min(len(s.env.Policies.Policies), 64) {
			if r.versions&(1<<j) == 0 {
				continue
			}
			denied, all := s.around(r, int16(j))
			if x := float64(denied) / float64(max(all, 1)); x >= 0.5 && x > best {
				best, others[i] = x, int16(j)
				// Among denials that no tie explains, one at the cut-off is
				// more of the same.
				if denied >= 2 {
					whys[i] &^= whyTie
				}
			}
		}
		if others[i] < 0 {
			whys[i] &^= whyVersion
			if whys[i] == noWhy {
				whys[i] = whyNothing
			}
		}
	}
	return whys, others
}

// around counts, among the decisions of these days that the other version
// denies and the row's own approves, the denied ones and all: over the days
// before, around or after, whichever has the greatest share, with five decisions
// or more where a month has them.
func (s *state) around(r *record, other int16) (denied, all int64) {
	if r.at == none {
		return 0, 0
	}
	product, day := s.name(r.product), s.calendar.day(r.at)
	for _, side := range [][2]int64{{1, 0}, {1, 1}, {0, 1}} {
		var d, n int64
		for _, days := range []int64{3, 7, 14, 30} {
			d, n = 0, 0
			for x := day - days*side[0]; x <= day+days*side[1]; x++ {
				k := s.versions.N(versionKey(true, r.as, other, product, x))
				d, n = d+k, n+k+s.versions.N(versionKey(false, r.as, other, product, x))
			}
			if n >= 5 {
				break
			}
		}
		if n > 0 && (all == 0 || d*all > denied*n) {
			denied, all = d, n
		}
	}
	return denied, all
}
