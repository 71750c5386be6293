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
