package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Guards of overrideparity, beyond those of decided.Judge.
const (
	noDecider  = iota
	noPolicy   // what the policy says is not known
	referredTo // the policy refers to a human, and none decided
	atCutoff   // the score lies at a cut-off
	unowned    // the outcome departs from the policy and no human did it
	overrideGuards
)

var overrideGuardNames = [overrideGuards]audit.Text{
	noDecider:  audit.T("no decider recorded", "未记录决策人"),
	noPolicy:   audit.T("what the policy says is not known", "政策结论不明"),
	referredTo: audit.T("the policy refers to a human, and none decided", "政策转人工，但并非人工决定"),
	atCutoff:   audit.T("the score lies at a cut-off, within tolerance", "评分在容差内落在阈值上"),
	unowned:    audit.T("departs from the policy, and no human did it", "偏离政策但并非人工作出"),
}

// A case has a bit that tells whether it was overridden, or a referral approved,
// and two of its side.
const (
	overriddenBit = 1
	sideShift     = 1
	sideBits      = 2
	overrideBits  = sideShift + sideBits

	sideRoom = 1 << sideBits // sides that a number of a stratum leaves room for
)

// override is the state of overrideparity.
type override struct {
	env      *audit.Env
	settings *OverrideSettings
	judge    decided.Judge
	excluded [overrideGuards]int64

	product, version, score, decider int // columns
	deciders                         rows.Codes[uint8]
	strata                           alike
	dims                             []overrideDim
	reviewer                         crossColumn
	reviewers                        stats.Cube // reviewer and case
	referrals                        stats.Cube // reviewer, stratum and whether approved
	all                              [1 << overrideBits]int64

	// Scratch: the rows counted, their cases, those that a human decided.
	rows, human, sent []int32
	cases, humanCases []uint64
	base, keys, ids   []uint64
	scores            []float64
}

// overrideDim is a group dimension: its rows by stratum and side, score, group
// and overridden; and by reviewer, group and case.
type overrideDim struct {
	crossColumn
	counts    bands.Counts
	reviewers stats.Cube
}

// reviewerShift is where a reviewer begins in a key of a reviewer, a group and a
// case, or of a reviewer, a stratum and a bit.
const reviewerShift = 32

// The deciders.
const (
	nobody = iota
	auto
	manual
	overrider
)

func deciderOf(s string) uint8 {
	switch s {
	case "auto":
		return auto
	case "manual":
		return manual
	case "override":
		return overrider
	}
	return nobody
}

func newOverride(env *audit.Env) (*override, error) {
	s := &override{env: env, settings: env.Settings.(*OverrideSettings)}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, false)
	s.product, s.version, s.score, s.decider = env.Col("decisions", "product"), env.Col("decisions", "policy_version"), env.Col("decisions", "score"), env.Col("decisions", "decider")
	s.reviewer.column = env.Col("decisions", "reviewer")
	for _, g := range env.Plan.Groups {
		s.dims = append(s.dims, overrideDim{crossColumn: crossColumn{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))}})
	}
	return s, nil
}

// Update counts the rows of a batch.
func (s *override) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.sort(b)
	for _, c := range s.cases {
		s.all[c]++
	}
	s.scores = scoresOf(s.scores, b, s.score, s.rows)
	s.base = s.base[:0]
	for _, c := range s.cases {
		s.base = append(s.base, (c&overriddenBit)<<bands.CellShift|c>>sideShift<<bands.StratumShift)
	}
	s.strata.pack(s.base, &b.Cols[s.product], &b.Cols[s.version], s.rows, bands.StratumShift+sideBits)
	for d := range s.dims {
		x := &s.dims[d]
		s.keys = append(s.keys[:0], s.base...)
		x.pack(s.keys, b, s.rows, bands.CellShift+1)
		x.counts.AddSlice(s.keys, s.scores)
	}
	if len(s.human) == 0 || !b.Cols[s.reviewer.column].Present {
		return
	}
	s.ids = append(s.ids[:0], s.humanCases...)
	s.reviewer.pack(s.ids, b, s.human, overrideBits)
	s.reviewers.AddSlice(s.ids)
	s.refer(b)
	for d := range s.dims {
		x := &s.dims[d]
		s.keys = s.keys[:0]
		for j, c := range s.humanCases {
			s.keys = append(s.keys, s.ids[j]>>overrideBits<<reviewerShift|c)
		}
		x.pack(s.keys, b, s.human, overrideBits)
		x.reviewers.AddSlice(s.keys)
	}
}

// refer counts the referrals among the rows that a human decided.
func (s *override) refer(b *features.Batch) {
	s.sent, s.keys = s.sent[:0], s.keys[:0]
	for j, c := range s.humanCases {
		if c>>sideShift == referral {
			s.sent = append(s.sent, s.human[j])
			s.keys = append(s.keys, s.ids[j]>>overrideBits<<reviewerShift|c&overriddenBit)
		}
	}
	s.strata.pack(s.keys, &b.Cols[s.product], &b.Cols[s.version], s.sent, 1)
	s.referrals.AddSlice(s.keys)
}

// sort lists the rows that no guard takes out, and their cases.
func (s *override) sort(b *features.Batch) {
	judged, approved := s.judge.Rows(b)
	deciders := &b.Cols[s.decider]
	kinds := s.deciders.Of(deciders, deciderOf)
	reviewers := &b.Cols[s.reviewer.column]
	s.rows, s.cases = slices.Grow(s.rows[:0], len(judged)), slices.Grow(s.cases[:0], len(judged))
	s.human, s.humanCases = s.human[:0], s.humanCases[:0]
	for j, i := range judged {
		who := uint8(nobody)
		if c := deciders.Codes[i]; c != features.Null {
			who = kinds[c]
		}
		if who == nobody {
			s.excluded[noDecider]++
			continue
		}
		policy, replayed, why := s.policyOf(b, int(i), who, approved[j])
		if why >= 0 {
			s.excluded[why]++
			continue
		}
		c := uint64(referral)<<sideShift | uint64(approved[j])
		if policy != referral {
			// The policy's approvals are the high side.
			departs := uint64(policy ^ approved[j])
			if departs == 1 && who == auto {
				s.excluded[unowned]++
				continue
			}
			c = uint64(policy)<<sideShift | departs
		} else if who == auto && reviewers.Codes[i] == features.Null {
			s.excluded[referredTo]++
			continue
		}
		s.rows, s.cases = append(s.rows, i), append(s.cases, c)
		// Without a replay, a human who follows the policy can't be told.
		if replayed && (who != auto || reviewers.Codes[i] != features.Null) {
			s.human, s.humanCases = append(s.human, i), append(s.humanCases, c)
		}
	}
}

// policyOf returns the side of the row: 1 when the policy approves it, 0 when it
// denies it and 2 when it refers it to a human; and whether the replay says so; or the guard that takes the row out.
func (s *override) policyOf(b *features.Batch, i int, who, approved uint8) (policy uint8, replayed bool, why int) {
	if r := b.Replay; r != nil && r.Policy[i] >= 0 && r.Outcome[i] != features.Undecided {
		switch {
		case r.Edge[i]:
			return 0, true, atCutoff
		case r.Outcome[i] <= 1: // approved, approved_lower
			return highSide, true, -1
		case r.Outcome[i] == 2: // denied
			return lowSide, true, -1
		}
		return referral, true, -1
	}
	switch who {
	case auto:
		return approved, false, -1
	case overrider:
		return 1 - approved, false, -1
	}
	return 0, false, noPolicy
}
