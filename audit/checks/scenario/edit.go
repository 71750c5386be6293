package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/model"
)

// edit is how the policies on file are changed. Whatever it says, the cut-offs
// of the score are opened: they pass everybody who has a score, and whom they
// would stop is read off the distance to them.
type edit struct {
	off    []string // ids of rules that do not look at anybody
	factor float64  // of the limits; 0 is 1
	growth float64  // of the growth that ladders allow; 0 is 1
	closed bool     // the cut-offs stay as they are
	refer  bool     // instead of being opened, cut-offs pass from `refer` on
}

// far is a score beyond any.
const far = "1000000000000000"

// cutRule is a cut-off of the score: rule is its place in the decision table.
type cutRule struct{ rule int16 }

// movable reports whether shifts move a rule: a cut-off of the score that turns
// down, or refers, what is below it.
func movable(r *policy.Rule) bool {
	return r.Cutoff != nil && (r.Cutoff.Of == "" || r.Cutoff.Of == "score") && r.Then != "approve"
}

// findCuts lists the places in the decision tables that have such a cut-off.
func (w *world) findCuts() {
	ps := w.env.Policies.Policies
	for k := range 1 << 15 {
		some, more := false, false
		moved := make([]bool, len(ps))
		for i := range ps {
			more = more || k < len(ps[i].Rules)
			moved[i] = k < len(ps[i].Rules) && movable(&ps[i].Rules[k])
			some = some || moved[i]
		}
		if !more {
			return
		}
		if some {
			w.cuts, w.shifts = append(w.cuts, cutRule{int16(k)}), append(w.shifts, moved)
			w.last, w.at = append(w.last, nil), append(w.at, nil)
		}
	}
}

// compile compiles the policies as edited, for decisions.
func (w *world) compile(e edit) (*policy.Program, error) {
	r, err := w.edited(e)
	if err != nil {
		return nil, err
	}
	return r.Compile(decisions, replay.Resolver(w.env.Plan, w.env.Layouts[decisions], decisions))
}

// edited is the registry as edited.
func (w *world) edited(e edit) (*policy.Registry, error) {
	ps := slices.Clone(w.env.Policies.Policies)
	for i := range ps {
		e.apply(&ps[i])
	}
	exponent := int(math.Round(math.Log10(float64(w.env.Plan.MoneyScale()))))
	r, problems := policy.New(ps, w.env.Plan.Zone(), exponent)
	if len(problems) > 0 {
		return nil, fmt.Errorf("scenario: policies.%s: %s", problems[0].Path, problems[0].Text)
	}
	return r, nil
}

// apply edits one policy, without touching what others share.
func (e *edit) apply(p *policy.Policy) {
	p.Rules, p.Cooling = slices.Clone(p.Rules), slices.Clone(p.Cooling)
	for k := range p.Rules {
		r := &p.Rules[k]
		if slices.Contains(e.off, r.ID) {
			r.For = "false"
		}
		if !movable(r) || e.closed {
			continue
		}
		c := *r.Cutoff
		switch {
		case e.refer && c.Refer != "":
			c.Approve, c.Refer = c.Refer, ""
		case e.refer:
		case c.Better == "lower":
			c.Approve, c.Refer = far, ""
		default:
			c.Approve, c.Refer = "-"+far, ""
		}
		r.Cutoff = &c
	}
	for k := range p.Cooling {
		if slices.Contains(e.off, p.Cooling[k].ID) {
			p.Cooling[k].For = "false"
		}
	}
	e.climb(p)
	if p.Limit == nil || e.factor == 0 || e.factor == 1 {
		return
	}
	l := *p.Limit
	l.Terms = slices.Clone(l.Terms)
	by := policy.Expr(strconv.FormatFloat(e.factor, 'f', -1, 64))
	for k := range l.Terms {
		t := &l.Terms[k]
		switch {
		case t.Kind == "regulatory" || t.Kind == "partner": // not the lender's to move
		case t.Matrix != nil:
			m := *t.Matrix
			m.Times = times(m.Times, by)
			t.Matrix = &m
		default:
			t.Value = times(t.Value, by)
		}
	}
	p.Limit = &l
}

func times(x, by policy.Expr) policy.Expr {
	if x == "" {
		return by
	}
	if f, err := strconv.ParseFloat(string(x), 64); err == nil { // a whole number is no double to CEL
		return policy.Expr(strconv.FormatFloat(f, 'f', 1, 64)) + " * " + by
	}
	return "(" + x + ") * " + by
}

// band reports whether any movable cut-off has a refer band.
func (w *world) band() bool {
	for i := range w.env.Policies.Policies {
		p := &w.env.Policies.Policies[i]
		if slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return movable(&r) && r.Cutoff.Refer != "" }) {
			return true
		}
	}
	return false
}

// higherIsBetter says which way the scores go: as the first cut-off has it.
func (w *world) higherIsBetter() bool {
	for i := range w.env.Policies.Policies {
		for k := range w.env.Policies.Policies[i].Rules {
			if r := &w.env.Policies.Policies[i].Rules[k]; movable(r) {
				return r.Cutoff.Better != "lower"
			}
		}
	}
	return true
}

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
