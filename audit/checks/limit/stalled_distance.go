package limit

import (
	"math"
	"slices"
	"strconv"

	"evenhand/features"

	"evenhand/audit/checks/internal/cases"
)

// Bounds of the search for the next step of a feature: 2^probes steps at most.
const stalledProbes = 12

// distances finds, for each feature that the customer can change, the least
// number of steps that makes the replay give more by a step: by doubling, then
// by halving what lies between.
func (s *stalledState) distances(w *stalledAccount, k *cases.Kept, i int) {
	type search struct {
		*stalledLever
		lo, hi int // steps: lo is not enough, hi is
		most   int
	}
	from := s.t.Limits.Batch
	var open []search
	for v := range s.levers {
		x := &s.levers[v]
		now := from.Cols[x.column].Floats
		if i >= len(now) || math.IsNaN(now[i]) {
			continue // a missing value is a matter of documents, not of change
		}
		if most := x.most(now[i]); most > 0 {
			open = append(open, search{stalledLever: x, most: most})
		}
	}
	if len(open) == 0 {
		return
	}
	enough := func(b *features.Batch, row int) bool {
		return stalledRaised(b, row) && stalledLimitOf(b, row)-w.base >= s.step(w.base)
	}
	b := s.copies(i, len(open)*stalledProbes)
	for o := range open {
		now := b.Cols[open[o].column].Floats
		for p := range stalledProbes {
			now[o*stalledProbes+p] = open[o].at(from.Cols[open[o].column].Floats[i], min(1<<p, open[o].most))
		}
	}
	s.again(b)
	found := open[:0]
	for o, x := range open {
		for p := range stalledProbes {
			if enough(b, o*stalledProbes+p) {
				x.hi = min(1<<p, x.most)
				if p > 0 {
					x.lo = 1 << (p - 1)
				}
				found = append(found, x)
				break
			}
		}
	}
	for range stalledProbes {
		var mid []int
		for f := range found {
			if x := &found[f]; x.hi-x.lo > 1 {
				mid = append(mid, f)
			}
		}
		if len(mid) == 0 {
			break
		}
		b := s.copies(i, len(mid))
		for row, f := range mid {
			x := &found[f]
			b.Cols[x.column].Floats[row] = x.at(from.Cols[x.column].Floats[i], (x.lo+x.hi)/2)
		}
		s.again(b)
		for row, f := range mid {
			if x := &found[f]; enough(b, row) {
				x.hi = (x.lo + x.hi) / 2
			} else {
				x.lo = (x.lo + x.hi) / 2
			}
		}
	}
	slices.SortStableFunc(found, func(a, b search) int { return a.hi - b.hi })
	for f, x := range found {
		now := from.Cols[x.column].Floats[i]
		s.add(k, stalledStepItem+x.name, stalledNumber(now)+" -> "+stalledNumber(x.at(now, x.hi)))
		if f == 0 {
			s.add(k, "next_step_steps", strconv.Itoa(x.hi))
			s.cube.Add(stalledDistance<<stalledShift | uint64(x.hi))
		}
	}
	if len(found) == 0 {
		s.add(k, "next_step_steps", "none within reach")
	}
}

// most is the number of steps up to the feature's last value.
func (v *stalledLever) most(now float64) int {
	const far = 1 << (stalledProbes - 1)
	end := v.info.Most
	if v.info.Good == "lower" {
		end = v.info.Least
	}
	if end == nil {
		return far
	}
	n := math.Floor(math.Abs(*end-now)/v.info.Step + 1e-9)
	if v.info.Good == "higher" && *end < now || v.info.Good == "lower" && *end > now {
		return 0
	}
	return int(min(n, far))
}

// at is the value so many steps from now, without the noise of decimal steps.
func (v *stalledLever) at(now float64, steps int) float64 {
	x := now + float64(float64(steps)*v.info.Step)
	if v.info.Good == "lower" {
		x = now - float64(float64(steps)*v.info.Step)
	}
	scale := 1.0
	for v.info.Step*scale != math.Trunc(v.info.Step*scale) && scale < 1e9 {
		scale *= 10
	}
	return math.Round(x*scale*1000) / (scale * 1000)
}
