package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// spScores are the scores of one kind, recorded or recomputed.
type spScores struct {
	moments []stats.Moments // by pair of model and group
	bins    condBins        // by pair of model and group, and approved or not
}

// scoreState is the state of scoreparity.
type scoreState struct {
	env      *audit.Env
	settings *ScoreSettings

	judge  decided.Judge
	groups condTuple // of all group dimensions
	models condTuple // model version, and product where models are of one
	scored condFold  // pairs of model and group
	kinds  [2]spScores

	// Initial limits: bins by pairs of stratum and group.
	score, limit, kind int       // columns; score and limit -1 when the export lacks them
	strata             condTuple // the plan's strata, product, policy version
	pairs              condFold
	limits             condBins

	// Caches and scratch, no part of the state.
	initial        rows.Codes[bool]
	group, stratum []int32
	model, pair    []int32
}

const recorded, recomputed = 0, 1

func newScoreParity(env *audit.Env) (*scoreState, error) {
	s := &scoreState{env: env, settings: env.Settings.(*ScoreSettings), score: -1, limit: -1}
	s.judge = decided.New(env, false)
	col := func(name string) int { return env.Col("decisions", name) }
	var dims, strata []int
	for _, g := range env.Plan.Groups {
		dims = append(dims, col(audit.GroupColumn(g.Name)))
	}
	for _, g := range env.Plan.Strata {
		strata = append(strata, col(audit.StratumColumn(g.Name)))
	}
	s.groups = newCondTuple(dims...)
	models := []int{col("model_version")}
	if slices.ContainsFunc(env.Plan.Models, func(m audit.ModelSpec) bool { return m.Product != "" }) {
		models = append(models, col("product"))
	}
	s.models = newCondTuple(models...)
	s.strata = newCondTuple(append(strata, col("product"), col("policy_version"))...)
	s.kind = col("application_type")
	for i := range s.kinds {
		s.kinds[i].bins.room = s.settings.Cells
	}
	s.limits.room = s.settings.Cells
	if env.Layouts["decisions"].Exported("score") {
		s.score = col("score")
	}
	if env.Layouts["decisions"].Exported("approved_limit") {
		s.limit = col("approved_limit")
	}
	return s, nil
}

// isInitial reports whether an application is for a first limit.
func isInitial(applicationType string) bool { return applicationType == "new_line" }

// Update gathers the rows of a batch.
func (s *scoreState) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approvals := s.judge.Rows(b)
	s.group = s.groups.of(s.group, b, judged)
	if s.score >= 0 || b.Scores != nil {
		s.model = s.models.of(s.model, b, judged)
		s.pair = slices.Grow(s.pair[:0], len(judged))[:len(judged)]
		for j, m := range s.model {
			s.pair[j] = s.scored.of(m, s.group[j])
		}
	}
	if s.score >= 0 {
		s.kinds[recorded].add(b.Cols[s.score].Floats, judged, approvals, s.pair, len(s.scored.pairs))
	}
	if b.Scores != nil {
		s.kinds[recomputed].add(b.Scores.Score, judged, approvals, s.pair, len(s.scored.pairs))
	}
	if s.limit >= 0 {
		s.addLimits(b, judged, approvals)
	}
}

// add gathers the scores of rows; NaN is none.
func (k *spScores) add(x []float64, judged []int32, approvals []uint8, pair []int32, pairs int) {
	for len(k.moments) < pairs {
		k.moments = append(k.moments, stats.Moments{})
	}
	k.bins.start()
	for j, i := range judged {
		if v := x[i]; v-v == 0 { // neither missing nor infinite
			k.moments[pair[j]].Add(v)
			k.bins.put(v, uint64(pair[j])<<1|uint64(approvals[j]))
		}
	}
	k.bins.finish()
}

// addLimits gathers the limits of those approved for a first one.
func (s *scoreState) addLimits(b *features.Batch, judged []int32, approvals []uint8) {
	s.stratum = s.strata.of(s.stratum, b, judged)
	v, kind := &b.Cols[s.limit], &b.Cols[s.kind]
	first := s.initial.Of(kind, isInitial)
	s.limits.start()
	for j, i := range judged {
		if approvals[j] == 0 || v.Valid != nil && !v.Valid[i] {
			continue
		}
		if c := kind.Codes[i]; c != features.Null && !first[c] {
			continue
		}
		s.limits.put(float64(v.Ints[i])/100, uint64(s.pairs.of(s.stratum[j], s.group[j])))
	}
	s.limits.finish()
}

// Merge adds what o has gathered.
func (s *scoreState) Merge(other audit.State) {
	o := other.(*scoreState)
	s.judge.Merge(&o.judge)
	groups, strata, models := s.groups.merge(&o.groups), s.strata.merge(&o.strata), s.models.merge(&o.models)
	scored := make([]int32, len(o.scored.pairs))
	for i, p := range o.scored.pairs {
		scored[i] = s.scored.of(models[p[0]], groups[p[1]])
	}
	for i := range s.kinds {
		k, from := &s.kinds[i], &o.kinds[i]
		for at := range from.moments {
			for len(k.moments) <= int(scored[at]) {
				k.moments = append(k.moments, stats.Moments{})
			}
			k.moments[scored[at]].Merge(&from.moments[at])
		}
		k.bins.merge(&from.bins, func(r uint64) uint64 { return uint64(scored[r>>1])<<1 | r&1 })
	}
	pairs := make([]int32, len(o.pairs.pairs))
	for i, p := range o.pairs.pairs {
		pairs[i] = s.pairs.of(strata[p[0]], groups[p[1]])
	}
	s.limits.merge(&o.limits, func(r uint64) uint64 { return uint64(pairs[r]) })
}

const scoreTag = 's'

// spUsed tells what has a score or a limit.
type spUsed struct{ groups, models, scored, strata, pairs []bool }

func (s *scoreState) used() spUsed {
	u := spUsed{
		make([]bool, s.groups.len()), make([]bool, s.models.len()), make([]bool, len(s.scored.pairs)),
		make([]bool, s.strata.len()), make([]bool, len(s.pairs.pairs)),
	}
	for i := range s.kinds {
		for at := range s.kinds[i].moments {
			if s.kinds[i].moments[at].N() > 0 {
				p := s.scored.pairs[at]
				u.scored[at], u.models[p[0]], u.groups[p[1]] = true, true, true
			}
		}
	}
	for k := range s.limits.cube.All() {
		p := k & binRest
		u.pairs[p] = true
		u.strata[s.pairs.pairs[p][0]], u.groups[s.pairs.pairs[p][1]] = true, true
	}
	return u
}

// MarshalBinary encodes the state, with numbers that depend on the names only.
func (s *scoreState) MarshalBinary() ([]byte, error) {
	u := s.used()
	var e stats.Encoder
	e.Byte(scoreTag)
	s.judge.Encode(&e)
	g := s.groups.encode(&e, u.groups)
	m := s.models.encode(&e, u.models)
	at := s.scored.encode(&e, u.scored, m, g)
	for i := range s.kinds {
		k := &s.kinds[i]
		var byRank []*stats.Moments
		for id, rank := range at {
			if rank < 0 {
				continue
			}
			for len(byRank) <= int(rank) {
				byRank = append(byRank, &stats.Moments{})
			}
			if id < len(k.moments) {
				byRank[rank] = &k.moments[id]
			}
		}
		for _, x := range byRank {
			e.Value(x)
		}
		k.bins.encode(&e, func(r uint64) uint64 { return uint64(at[r>>1])<<1 | r&1 })
	}
	t := s.strata.encode(&e, u.strata)
	p := s.pairs.encode(&e, u.pairs, t, g)
	s.limits.encode(&e, func(r uint64) uint64 { return uint64(p[r]) })
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *scoreState) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	d.Tag(scoreTag)
	fresh, err := newScoreParity(s.env)
	if err != nil {
		return err
	}
	fresh.judge.Decode(d)
	judged := fresh.judge.Judged()
	fresh.groups = s.groups.decode(d)
	fresh.models = s.models.decode(d)
	fresh.scored = decodeFold(d, fresh.models.len(), fresh.groups.len())
	scored := len(fresh.scored.pairs)
	for i := range fresh.kinds {
		k := &fresh.kinds[i]
		left := judged
		for range scored {
			var m stats.Moments
			d.Value(&m)
			if m.N() < 0 || m.N() > left || m.Missing() != 0 {
				d.Fail("more scores than decisions")
			}
			left -= m.N()
			k.moments = append(k.moments, m)
		}
		k.bins.decode(d, func(r uint64) bool { return r>>1 < uint64(scored) })
		counts := make([]int64, scored)
		for r, n := range k.bins.cube.All() {
			if d.Err() == nil {
				counts[r&binRest>>1] += n
			}
		}
		for g, n := range counts {
			if d.Err() == nil && n != k.moments[g].N() {
				d.Fail("the scores of a group differ in number")
			}
		}
	}
	fresh.strata = s.strata.decode(d)
	fresh.pairs = decodeFold(d, fresh.strata.len(), fresh.groups.len())
	fresh.limits.decode(d, func(r uint64) bool { return r < uint64(len(fresh.pairs.pairs)) })
	limits := int64(0)
	for _, n := range fresh.limits.cube.All() {
		limits += n
	}
	if limits > judged {
		d.Fail("more limits than decisions")
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *fresh
	return nil
}

// spGroups are the combinations of groups by group of a dimension.
type spGroups struct {
	names []string
	of    []int32 // by combination; -1: not counted
	ref   int
}

func (s *scoreState) groupsOf(dim int, used []bool) spGroups {
	names, of := s.groups.column(dim, used)
	g := spGroups{names, of, -1}
	if ref := s.env.Plan.Groups[dim].Reference; ref != "" {
		g.ref = slices.Index(names, ref)
	}
	return g
}
