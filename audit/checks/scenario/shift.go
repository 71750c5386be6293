package scenario

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
	"evenhand/features/model"
)

// lasts sets, for each cut-off, the last shift in whole points at which each
// row of a batch passes it; always where it does not look at the row, or its
// score or cut-off is missing (the open policy then says what follows). A shift
// d moves a cut-off of points to a + d; one of a probability p, or of log-odds,
// by d·ln 2/pdo in log-odds, the stricter way for d > 0. refer asks for the
// lower end of the refer band, of a program edited that way.
func (w *world) lasts(b *features.Batch, p *policy.Program, policies []int16, refer bool) {
	if len(w.rules) < b.N {
		w.rules = make([]int16, b.N)
	}
	for k, c := range w.cuts {
		for i := range b.N {
			w.rules[i] = c.rule
		}
		if len(w.last[k]) < b.N {
			w.last[k], w.at[k] = make([]int32, b.N), make([]float64, b.N)
		}
		p.Cutoffs(b, policies, w.rules[:b.N], w.at[k][:b.N])
		for i := range b.N {
			w.last[k][i] = always
			at := policies[i]
			if at < 0 || !w.shifts[k][at] || math.IsNaN(w.at[k][i]) {
				continue
			}
			cut := w.env.Policies.Policies[at].Rules[c.rule].Cutoff
			tie := cut.Tie != "fail"
			if refer && cut.Refer != "" && cut.ReferTie != "" {
				tie = cut.ReferTie != "fail"
			}
			if x := w.scoreOf(b, i); !math.IsNaN(x) {
				w.last[k][i] = w.lastShift(x, w.at[k][i], cut.Better == "lower", tie, w.inLogOdds(b, i))
			}
		}
	}
}

// scoreOf is the score that the policy cuts.
func (w *world) scoreOf(b *features.Batch, i int) float64 {
	if s := b.Scores; s != nil && s.Model[i] >= 0 && !math.IsNaN(s.Score[i]) {
		return s.Score[i]
	}
	return b.Cols[w.score].Floats[i]
}

// inLogOdds reports whether a row's score is the margin of its model.
func (w *world) inLogOdds(b *features.Batch, i int) bool {
	s := b.Scores
	return s != nil && s.Model[i] >= 0 && w.env.Models[s.Model[i]].Spec.Output == "margin"
}

// margin is how far x lies beyond the cut-off a, in points, the better way.
func (w *world) margin(x, a float64, lower, logOdds bool) float64 {
	if a > 0 && a < 1 && x >= 0 && x <= 1 { // a probability
		x, a, logOdds = logit(x), logit(a), true
	}
	m := x - a
	if logOdds {
		m = float64(m * w.pdo / math.Ln2)
	}
	if lower {
		m = -m
	}
	return m
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// lastShift is the last whole shift, from never to always, at which x passes a.
func (w *world) lastShift(x, a float64, lower, tie, logOdds bool) int32 {
	points := !logOdds && !(a > 0 && a < 1 && x >= 0 && x <= 1)
	m := w.margin(x, a, lower, logOdds)
	t := math.Floor(m)
	if !(t > never) {
		return never
	}
	t = min(t, always)
	sign := 1.0
	if lower {
		sign = -1
	}
	passes := func(d float64) bool {
		y, c := sign*x, sign*a+d
		return y > c || y == c && tie
	}
	if points { // as a replay of the shifted cut-off compares, to the last bit
		for t < always && passes(t+1) {
			t++
		}
		for t >= -reach && !passes(t) {
			t--
		}
		return int32(t)
	}
	if tie = passes(0); tie != (t >= 0) {
		if t = -1; tie {
			t = 0
		}
	}
	return int32(t)
}

// lastOf is the last shift at which row i passes every cut-off that comes before
// a rule which approves it. out and rule are of the open policy; off are cut-offs
// that are turned off, by cut-off and policy.
func (w *world) lastOf(i int, at int16, out uint8, rule int16, off [][]bool) int32 {
	t := int32(always)
	for k := range w.cuts {
		if off != nil && off[k][at] || out <= 1 && rule >= 0 && w.cuts[k].rule > rule {
			continue
		}
		t = min(t, w.last[k][i])
	}
	return t
}

// badSign tells whether a model's probability is that of bad (1) or of good
// (-1): from its scale, else from which way score and probability go together.
// 0: it can't be told.
func badSign(m *audit.ScoringModel, higher bool) int {
	if s := m.Spec.Scale; s != nil {
		if s.Target == "good" {
			return -1
		}
		return 1
	}
	in := m.Model.Inputs()
	row := make([]model.Value, len(in))
	first := m.Model.ScoreRow(row)
	for i := range row {
		for _, x := range []float64{0, 1, -1, 10, 0.5, 100, 1e3, 1e4, 1e6} {
			row[i] = model.Value{Num: x}
			o := m.Model.ScoreRow(row)
			if math.IsNaN(first.Score) || math.IsNaN(first.Probability) {
				if first = o; !math.IsNaN(o.Score) {
					continue
				}
			}
			d, p := o.Score-first.Score, o.Probability-first.Probability
			if d*p > 0 == higher && d*p != 0 && d == d && p == p {
				return -1
			} else if d*p != 0 && d == d && p == p {
				return 1
			}
		}
	}
	return 0
}
