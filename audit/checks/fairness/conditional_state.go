package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/stats"
	"evenhand/features"
)

// condSet is one way to hold things equal: the values of some columns.
type condSet struct {
	name    string // "dti", "dti × ltv"
	segment bool   // of the plan's segments, not of its strata
	timed   bool   // counted by period too
	tuple   condTuple
}

// Keys of the two cubes. plain: set, value, group, approved or not. timed:
// period, value, group, approved or not, of the one set that is timed.
const (
	condApproved   = 1
	condGroupShift = 1
	condValueShift = 29
	condSetShift   = 56
	condGroups     = 1<<(condValueShift-condGroupShift) - 1
	condValues     = 1<<(condSetShift-condValueShift) - 1
	condMaxSets    = 1 << (64 - condSetShift)

	condTimedValue  = 23
	condTimedPeriod = 47
)

// conditional is the state of conditionalparity.
type conditional struct {
	env      *audit.Env
	settings *ConditionalSettings

	judge  decided.Judge
	groups condTuple // of all group dimensions
	sets   []condSet

	plain, timed stats.Cube

	// The recorded score: bins by pairs of product × policy version × model
	// version and group.
	score   int // column, or -1
	context condTuple
	pairs   condFold
	scores  condBins

	// Scratch, no part of the state.
	group, value []int32
	keys         []uint64
}

func newConditional(env *audit.Env) (*conditional, error) {
	s := &conditional{env: env, settings: env.Settings.(*ConditionalSettings), score: -1}
	s.judge = decided.New(env, s.settings.Errors == "denied")
	col := func(name string) int { return env.Col("decisions", name) }
	var dims, crossing []int
	for _, g := range env.Plan.Groups {
		dims = append(dims, col(audit.GroupColumn(g.Name)))
	}
	s.groups = newCondTuple(dims...)
	strata := map[string]bool{}
	name := ""
	for i, g := range env.Plan.Strata {
		strata[g.Name] = true
		c := col(audit.StratumColumn(g.Name))
		crossing = append(crossing, c)
		if i > 0 {
			name += " × "
		}
		name += g.Name
		s.sets = append(s.sets, condSet{name: g.Name, tuple: newCondTuple(c)})
	}
	if len(crossing) > 1 {
		s.sets = slices.Insert(s.sets, 0, condSet{name: name, tuple: newCondTuple(crossing...)})
	}
	if len(crossing) > 0 {
		s.sets[0].timed = true
	}
	for _, g := range env.Plan.Segments {
		if !strata[g.Name] {
			s.sets = append(s.sets, condSet{name: g.Name, segment: true, tuple: newCondTuple(col(audit.SegmentColumn(g.Name)))})
		}
	}
	if len(s.sets) > condMaxSets {
		return nil, condTooMany(len(s.sets))
	}
	s.context = newCondTuple(col("product"), col("policy_version"), col("model_version"))
	s.scores.room = s.settings.Cells
	named := slices.ContainsFunc(s.sets, func(set condSet) bool { return set.name == decileSet })
	if env.Layouts["decisions"].Exported("score") && !named {
		s.score = col("score")
	}
	return s, nil
}

// Update counts the rows of a batch.
func (s *conditional) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approvals := s.judge.Rows(b)
	s.group = s.groups.of(s.group, b, judged)
	for i := range s.sets {
		set := &s.sets[i]
		s.value = set.tuple.of(s.value, b, judged)
		s.keys = slices.Grow(s.keys[:0], len(judged))[:len(judged)]
		if set.timed {
			for j, v := range s.value {
				period := int32(0)
				if b.Period != nil {
					period = b.Period[judged[j]] + 1
				}
				s.keys[j] = uint64(period)<<condTimedPeriod | uint64(v)<<condTimedValue | uint64(s.group[j])<<condGroupShift | uint64(approvals[j])
			}
			s.timed.AddSlice(s.keys)
			continue
		}
		base := uint64(i) << condSetShift
		for j, v := range s.value {
			s.keys[j] = base | uint64(v)<<condValueShift | uint64(s.group[j])<<condGroupShift | uint64(approvals[j])
		}
		s.plain.AddSlice(s.keys)
	}
	if s.score >= 0 {
		s.countScores(b, judged, approvals)
	}
}

// countScores counts the rows that have a recorded score.
func (s *conditional) countScores(b *features.Batch, judged []int32, approvals []uint8) {
	s.value = s.context.of(s.value, b, judged)
	x := b.Cols[s.score].Floats
	s.scores.start()
	for j, i := range judged {
		if x[i] == x[i] {
			s.scores.put(x[i], uint64(s.pairs.of(s.value[j], s.group[j]))<<1|uint64(approvals[j]))
		}
	}
	s.scores.finish()
}

// Merge adds o's counts.
func (s *conditional) Merge(other audit.State) {
	o := other.(*conditional)
	s.judge.Merge(&o.judge)
	groups := s.groups.merge(&o.groups)
	values := make([][]int32, len(s.sets))
	for i := range s.sets {
		values[i] = s.sets[i].tuple.merge(&o.sets[i].tuple)
	}
	s.plain.Merge(o.plain.Map(func(k uint64) uint64 { return condPlain(k, groups, values) }))
	if o.timed.Len() > 0 {
		s.timed.Merge(o.timed.Map(func(k uint64) uint64 { return condTimed(k, groups, values[0]) }))
	}
	context := s.context.merge(&o.context)
	pairs := make([]int32, len(o.pairs.pairs))
	for i, p := range o.pairs.pairs {
		pairs[i] = s.pairs.of(context[p[0]], groups[p[1]])
	}
	s.scores.merge(&o.scores, func(k uint64) uint64 { return uint64(pairs[k>>1])<<1 | k&1 })
}

// condPlain renumbers a key of the plain cube.
func condPlain(k uint64, groups []int32, values [][]int32) uint64 {
	set, v, g := k>>condSetShift, k>>condValueShift&condValues, k>>condGroupShift&condGroups
	return set<<condSetShift | uint64(values[set][v])<<condValueShift | uint64(groups[g])<<condGroupShift | k&condApproved
}

// condTimed renumbers a key of the timed cube.
func condTimed(k uint64, groups, values []int32) uint64 {
	p, v, g := condTimedParts(k)
	return p<<condTimedPeriod | uint64(values[v])<<condTimedValue | uint64(groups[g])<<condGroupShift | k&condApproved
}

func condTimedParts(k uint64) (period, value, group uint64) {
	return k >> condTimedPeriod, k >> condTimedValue & (1<<(condTimedPeriod-condTimedValue) - 1), k >> condGroupShift & (1<<(condTimedValue-condGroupShift) - 1)
}
