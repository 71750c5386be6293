package denial

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// factor is a feature that R0.8 neutralises: one of other lenders' loans, set
// to its best.
type factor struct {
	name   string
	column int
	best   float64
	worse  float64 // one step to the worse, or 0
}

// watched returns the columns that show arrears, and the factors, by name. No
// columns: arrears are not known, and nothing is watched.
func watched(env *audit.Env) (arrears []int, factors []factor) {
	l := env.Layouts["decisions"]
	if c := l.Index(audit.HistoryColumn("max_dpd_12m")); c >= 0 {
		arrears = append(arrears, c)
	}
	var names []string
	for name := range env.Plan.Dictionary {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := env.Plan.Dictionary[name]
		c := l.Index(audit.FeatureColumn(name))
		if c < 0 || l.Specs[c].Kind != features.Float {
			continue
		}
		switch f.Family {
		case "repayment":
			if f.Good == "lower" {
				arrears = append(arrears, c)
			}
		case "multi_lender":
			best := math.NaN()
			switch {
			case f.Good == "lower" && f.Least != nil:
				best = *f.Least
			case f.Good == "lower":
				best = 0
			case f.Good == "higher" && f.Most != nil:
				best = *f.Most
			}
			step := f.Step
			if step <= 0 {
				step = 1
			}
			switch f.Good {
			case "higher":
				step = -step
			case "lower":
			default:
				step = 0
			}
			factors = append(factors, factor{name, c, best, step})
		}
	}
	if len(arrears) == 0 {
		return nil, nil
	}
	return arrears, factors
}

// clean reports whether row i is known to be without arrears.
func (r *replayer) clean(b *features.Batch, i int) bool {
	for _, c := range r.arrears {
		if !(b.Cols[c].Floats[i] <= 0) {
			return false
		}
	}
	return true
}

// neutralise replays right denials with one factor at its best, for each in
// turn. That the replay then approves says that the debt burden is within the
// policy's own limit as well.
func (r *replayer) neutralise(b *features.Batch) {
	e, n := r.start(), len(r.flips)
	s := r.gather(b, r.flips)
	r.as, r.models = r.as[:0], r.models[:0]
	for _, i := range r.flips {
		m := int16(-1)
		if b.Scores != nil {
			m = b.Scores.Model[i]
		}
		r.as, r.models = append(r.as, b.Replay.Policy[i]), append(r.models, m)
	}
	kept := make([]float64, n)
	for k, f := range r.factors {
		v := s.Cols[f.column].Floats
		copy(kept, v)
		for j := range v {
			v[j] = f.best
		}
		e.ReplayAs(s, r.models, r.as)
		for j, i := range r.flips {
			if out := s.Replay.Outcome[j]; (out == outApproved || out == outLower) && !s.Replay.Edge[j] && kept[j] != f.best {
				x := &r.rulings[i]
				switch {
				case x.factor == -1:
					x.factor = int16(k)
				default:
					x.factor = several // more than one would do: none is the single one
				}
			}
		}
		copy(v, kept)
	}
}

// several marks a denial that more than one factor flips by itself.
const several = int16(-2)
