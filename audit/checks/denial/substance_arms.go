package denial

import (
	"slices"

	"evenhand/features"
)

// arms replays the rows asked that were part of an experiment as if they had
// been in each of its other arms, and marks those of which one gives what is on
// record.
func (r *replayer) arms(b, s *features.Batch, recorded []uint8, own, models []int16) {
	others := make([][]string, len(r.asked))
	most := 0
	for k, i := range r.asked {
		id := b.Cols[r.experiment].Text(i)
		if id == "" {
			continue
		}
		mine := b.Cols[r.arm].Text(i)
		for name := range r.env.Policies.Policies[own[k]].Arms[id].Arms {
			if name != mine {
				others[k] = append(others[k], name)
			}
		}
		slices.Sort(others[k])
		most = max(most, len(others[k]))
	}
	if most == 0 {
		return
	}
	// The scratch gets a dictionary of its own: the reader's is not to grow
	// by values that no row has.
	v := &s.Cols[r.arm]
	d := features.NewDict()
	for c := range v.Dict.Len() {
		d.CodeOf(v.Dict.Value(int32(c)))
	}
	v.Dict = d
	kept, as := slices.Clone(v.Codes), make([]int16, len(own))
	for a := range most {
		for k := range as {
			as[k] = -1
			if a < len(others[k]) {
				as[k], v.Codes[k] = own[k], d.CodeOf(others[k][a])
			}
		}
		r.start().ReplayAs(s, models, as)
		for k, i := range r.asked {
			if out := s.Replay.Outcome[k]; as[k] >= 0 && out <= outReferred && !s.Replay.Edge[k] && !r.skips(recorded[i], out) {
				if departs, _ := r.departs(s, k, recorded[i], out, s.Replay.Limit[k]); !departs {
					r.rulings[i].why |= whyArm
				}
			}
		}
		copy(v.Codes, kept)
	}
}

// outlived reports whether row i was decided in an arm of an experiment that was
// over then, or not begun, or that nobody approved or declared.
func (r *replayer) outlived(b *features.Batch, i int) bool {
	if r.tests == nil {
		return false
	}
	id := b.Cols[r.experiment].Text(i)
	if id == "" || b.Cols[r.decided].IsNull(i) {
		return false
	}
	at := b.Cols[r.decided].Ints[i]
	arm := r.tests.Of(id, b.Cols[r.arm].Text(i), at)
	return arm == nil || arm.Approved == "" || !arm.Holds(at)
}

// withoutArm replays the denials whose arm should not have ruled as if they had
// been in none, and calls those wrong that the policy then approves.
func (r *replayer) withoutArm(b *features.Batch, recorded []uint8) {
	n := len(r.over)
	s := r.gather(b, r.over)
	own, models := make([]int16, n), make([]int16, n)
	for k, i := range r.over {
		own[k], models[k] = b.Replay.Policy[i], -1
		if b.Scores != nil {
			models[k] = b.Scores.Model[i]
		}
		s.Cols[r.experiment].Codes[k], s.Cols[r.arm].Codes[k] = features.Null, features.Null
	}
	r.start().ReplayAs(s, models, own)
	for k, i := range r.over {
		if s.Replay.Outcome[k] > outLower || s.Replay.Edge[k] {
			continue
		}
		if said, person := r.person(b, i); said || person {
			continue
		}
		_, short := r.departs(s, k, recorded[i], s.Replay.Outcome[k], s.Replay.Limit[k])
		x := &r.rulings[i]
		x.standing, x.why, x.short = wrong, whyOver, short
	}
}
