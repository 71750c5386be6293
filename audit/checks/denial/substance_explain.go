package denial

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
)

// plainNumber reads an expression that is a number alone.
func plainNumber(s string) (float64, bool) {
	x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return x, err == nil && x > 0 && !math.IsInf(x, 0)
}

// gather makes the scratch batch of some rows of b: every column that a replay
// can read, in memory of its own, so that cells may be changed.
func (r *replayer) gather(b *features.Batch, rows []int) *features.Batch {
	s := &r.scratch
	s.Table, s.N, s.Scores, s.Replay, s.Period = b.Table, len(rows), nil, nil, nil
	if len(s.Cols) != len(b.Cols) {
		s.Cols = make([]features.Vector, len(b.Cols))
	}
	for c := range b.Cols {
		to, v := &s.Cols[c], &b.Cols[c]
		features.Gather(to, v, rows, b.N)
	}
	return s
}

// explain looks for what explains the departures of the rows asked: it changes
// one thing at a time and replays, all rows together.
func (r *replayer) explain(b *features.Batch, recorded []uint8) {
	e, n := r.start(), len(r.asked)
	s := r.gather(b, r.asked)
	own := make([]int16, n) // policies
	models := make([]int16, n)
	recomputed := make([]float64, n)
	for k, i := range r.asked {
		own[k], models[k], recomputed[k] = b.Replay.Policy[i], -1, math.NaN()
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			models[k], recomputed[k] = b.Scores.Model[i], b.Scores.Score[i]
		}
	}
	none := slices.Repeat([]int16{-1}, n)
	// hold marks what explains: the replay now gives what is on record.
	hold := func(bit why) {
		for k, i := range r.asked {
			if out := s.Replay.Outcome[k]; out <= outReferred && s.Replay.Policy[k] >= 0 {
				if departs, _ := r.departs(s, k, recorded[i], out, s.Replay.Limit[k]); !departs && !r.skips(recorded[i], out) {
					r.rulings[i].why |= bit
				}
			}
		}
	}
	// Recorded scores in place of recomputed ones.
	if r.scored(b) && len(r.env.Models) > 0 {
		e.ReplayAs(s, none, own)
		hold(whyScore)
		for k, i := range r.asked {
			x := b.Cols[r.score].Floats[i]
			if m := models[k]; m < 0 || x != x || math.Abs(x-recomputed[k]) <= r.env.Models[m].Tolerance(recomputed[k]) {
				r.rulings[i].why &^= whyScore
			} else if r.rulings[i].why&whyScore != 0 && r.unit(b, i, m, x) {
				r.rulings[i].why |= whyUnit
			}
		}
	}
	// Scores a hair lower or higher.
	column := &s.Cols[r.score]
	if len(column.Floats) == n {
		kept := slices.Clone(column.Floats)
		for _, towards := range []float64{math.Inf(-1), math.Inf(1)} {
			for k := range n {
				x := recomputed[k]
				if x != x {
					x = kept[k]
				}
				column.Floats[k] = math.Nextafter(x, towards)
			}
			e.ReplayAs(s, none, own)
			hold(whyTie)
			for k, i := range r.asked {
				// A denial at a cut-off may have been one to refer; another band of
				// the limit explains no denial.
				if out := s.Replay.Outcome[k]; out <= outReferred && (out <= outLower) != (b.Replay.Outcome[i] <= outLower) {
					r.rulings[i].why |= whyTie
				}
			}
		}
		copy(column.Floats, kept)
	}
	r.versions(b, s, recorded, own, models)
	r.arms(b, s, recorded, own, models)
	for _, i := range r.asked {
		x := &r.rulings[i]
		if recorded[i] == outDenied && r.foreign(b, i) {
			x.why |= whyRule
		}
		if x.why == noWhy {
			x.why = whyNothing
		}
	}
}

// foreign reports whether a reason on record of row i stands for a rule that
// the row's version does not have.
func (r *replayer) foreign(b *features.Batch, i int) bool {
	v := &b.Cols[r.reasons]
	for _, c := range v.List(i) {
		if c == features.Null {
			continue
		}
		rule := r.env.Plan.Reasons[v.Dict.Value(c)].Rule
		if rule != "" && r.env.Policies.Policies[b.Replay.Policy[i]].Rule(rule) < 0 {
			return true
		}
	}
	return false
}

// skips reports whether an adverse outcome stands against a referral.
func (r *replayer) skips(recorded, out uint8) bool {
	return out == outReferred && (recorded == outDenied || recorded == outLower)
}

func (r *replayer) scored(b *features.Batch) bool { return b.Cols[r.score].Present }

// versions replays the rows asked under each other version for their product,
// and notes those that give what is on record.
func (r *replayer) versions(b, s *features.Batch, recorded []uint8, own, models []int16) {
	as := make([]int16, len(own))
	for j := range min(len(r.env.Policies.Policies), 64) {
		if !r.under(b, r.asked, own, int16(j), as) {
			continue
		}
		r.start().ReplayAs(s, models, as)
		for k, i := range r.asked {
			if out := s.Replay.Outcome[k]; as[k] >= 0 && out <= outReferred && !s.Replay.Edge[k] && !r.skips(recorded[i], out) {
				if departs, _ := r.departs(s, k, recorded[i], out, s.Replay.Limit[k]); !departs {
					r.rulings[i].why |= whyVersion
					r.rulings[i].versions |= 1 << j
				}
			}
		}
	}
}

// under sets as to policy j for the rows that have another version, and whose
// product j holds for; -1 for others. It reports whether there are any.
func (r *replayer) under(b *features.Batch, rows []int, own []int16, j int16, as []int16) (any bool) {
	p := &r.env.Policies.Policies[j]
	for k, i := range rows {
		as[k] = -1
		if p.Version != r.env.Policies.Policies[own[k]].Version && holdsFor(p, b.Cols[r.product].Text(i)) {
			as[k], any = j, true
		}
	}
	return any
}

// between calls f for each right approval that another version denies: what
// speaks against that version having been applied.
func (r *replayer) between(b *features.Batch, f func(i int, other int16)) {
	n := len(r.agreed)
	if n == 0 || !r.several {
		return
	}
	s := r.gather(b, r.agreed)
	column := &s.Cols[r.score]
	if len(column.Floats) != n {
		return
	}
	own, as, none := make([]int16, n), make([]int16, n), make([]int16, n)
	for k, i := range r.agreed {
		own[k], none[k] = b.Replay.Policy[i], -1
		// The recomputed score is read as if it were on record: it need not
		// be computed again for each version.
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			column.Floats[k] = b.Scores.Score[i]
		}
	}
	for j := range min(len(r.env.Policies.Policies), 64) {
		if !r.under(b, r.agreed, own, int16(j), as) {
			continue
		}
		r.start().ReplayAs(s, none, as)
		for k, i := range r.agreed {
			if as[k] >= 0 && s.Replay.Outcome[k] == outDenied {
				f(i, int16(j))
			}
		}
	}
}

func holdsFor(p *policy.Policy, product string) bool {
	return len(p.Products) == 0 || slices.Contains(p.Products, product)
}

// units are the mistakes of unit that are tried, as scorematch's.
var units = [...]float64{100, 1. / 100, 10_000, 1. / 10_000, 1000, 1. / 1000, 12, 1. / 12, 30, 1. / 30}

// unit reports whether the recorded score x of row i is the model's once one
// input is multiplied or divided by a unit's factor.
func (r *replayer) unit(b *features.Batch, i int, m int16, x float64) bool {
	model := &r.env.Models[m]
	var t replayer // a scratch of its own
	t.env = r.env
	var at []int
	for _, in := range model.Model.Inputs() {
		c := r.env.Layouts["decisions"].Index(audit.FeatureColumn(model.Spec.Feature(in.Name)))
		if c >= 0 && b.Cols[c].Kind == features.Float && b.Cols[c].Floats[i] == b.Cols[c].Floats[i] && b.Cols[c].Floats[i] != 0 {
			at = append(at, c)
		}
	}
	if len(at) == 0 {
		return false
	}
	s := t.gather(b, slices.Repeat([]int{i}, len(at)*len(units)))
	for k, c := range at {
		for u, f := range units {
			s.Cols[c].Floats[k*len(units)+u] *= f
		}
	}
	n := s.N
	r.start().ReplayAs(s, slices.Repeat([]int16{m}, n), slices.Repeat([]int16{-1}, n))
	for k := range n {
		if y := s.Scores.Score[k]; s.Scores.Model[k] >= 0 && math.Abs(x-y) <= model.Tolerance(y) {
			return true
		}
	}
	return false
}
