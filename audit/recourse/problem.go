package recourse

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// problem is the search for one row.
type problem struct {
	s      *Searcher
	row    int
	model  int16
	scorer *scorer // nil: what changes does not move the score
	v      *variant
	now    int64
	done   bool
	result Result

	from  []float64 // by lever
	most  []int32   // steps, by lever; 0: it does not move
	terms []float64 // of the row as it is, where the model is additive
	cells []model.Value
	work  []float64 // terms of a set
	sum   float64

	active  []bool // by hurdle: it is part of the problem
	scored  bool   // an active hurdle reads the score
	stale   bool   // candidates are to be made anew
	nogoods []nogood
	least   []int32 // by lever: fewer steps can't do
	sign    float64 // 1 when the score must rise, -1 when it must fall, 0: neither
	need    float64 // sum that the terms must come to, times sign and direction
	have    float64 // sum of the row as it is, likewise

	values [][]candidate // by lever
	start  []int         // by lever: of the candidates, the first that can do
	top    []float64     // by lever: most gain for a cost of 1
	size   int           // of the sets looked for
	wide   int           // sets replayed at a time
	rounds int
	found  []set // to be replayed, in order
	floor  set   // sets up to this one are ruled out
	best   set   // accepted, maybe not the smallest; n is 0 for none
	nodes  int   // sets weighed
	greed  greed

	cutted []float64 // scratch
}

// candidate is a value of a lever.
type candidate struct {
	steps int32
	cost  float64
	gain  float64 // of the sum, times sign and direction
	peak  float64 // the greatest gain of this and all before it
}

// set is a set of changes: candidates of levers in ascending order.
type set struct {
	n     int
	lever [MaxChanges]int
	steps [MaxChanges]int32
	cost  float64
}

// before reports whether a set is smaller than another.
func (a *set) before(b *set) bool {
	if a.n != b.n {
		return a.n < b.n
	}
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	for i := range a.n {
		if a.lever[i] != b.lever[i] {
			return a.lever[i] < b.lever[i]
		}
	}
	for i := range a.n {
		if a.steps[i] != b.steps[i] {
			return a.steps[i] < b.steps[i]
		}
	}
	return false
}

func newProblem(s *Searcher) *problem {
	n := len(s.levers)
	return &problem{s: s, from: make([]float64, n), most: make([]int32, n), least: make([]int32, n),
		values: make([][]candidate, n), start: make([]int, n), top: make([]float64, n)}
}

// open takes up a row of the searcher's batch. now is set.
func (p *problem) open(row int) {
	s, b := p.s, p.s.batch
	p.row, p.done = row, false
	p.result = Result{Changes: p.result.Changes[:0], Rule: -1}
	p.v = s.variantOf(row)
	p.model, p.scorer = -1, nil
	if b.Scores != nil {
		p.model = b.Scores.Model[row]
	}
	if p.model >= 0 {
		p.scorer = &s.models[p.model]
	}
	if p.decided() {
		return
	}
	for l := range s.levers {
		p.from[l] = nan
		if v := &b.Cols[s.levers[l].column]; !v.Unread() {
			p.from[l] = v.Floats[row]
		}
		p.most[l] = min(s.levers[l].most(p.from[l]), int32(s.limits.Steps))
		if p.scorer.code(l, p.from[l]) {
			p.most[l] = 0
		}
		p.least[l] = 0
	}
	p.active = slices.Grow(p.active[:0], len(p.v.hurdles))[:len(p.v.hurdles)]
	clear(p.active)
	p.scored, p.stale, p.nogoods = false, true, p.nogoods[:0]
	p.sign, p.need, p.have, p.size, p.wide, p.rounds, p.nodes = 0, math.Inf(-1), 0, 1, 1, 0, 0
	p.best, p.floor, p.found, p.greed = set{}, set{}, p.found[:0], greed{}
	p.terms = p.terms[:0]
	if p.additive() {
		p.cells = p.scorer.values(p.cells, b, row)
		p.terms = slices.Grow(p.terms, len(p.cells))[:len(p.cells)]
		p.scorer.additive.Terms(p.cells, p.terms)
		p.work = append(p.work[:0], p.terms...)
		p.sum = 0
		for _, t := range p.terms {
			p.sum += t
		}
	} else if p.scorer != nil {
		p.wide = 64
	}
	score := math.NaN()
	if p.scorer != nil {
		score = b.Scores.Score[row]
	}
	p.learn(&set{}, score, b.Replay, row)
}

func (p *problem) additive() bool { return p.scorer != nil && p.scorer.additive != nil }

// decided closes rows that are no matter of advice, and those in a cooling-off
// time.
func (p *problem) decided() bool {
	s, b := p.s, p.s.batch
	if s.table != "decisions" {
		return false
	}
	x, rule := s.policyOf(p.v.policy), b.Replay.Rule[p.row]
	switch k := int(rule) - len(x.Rules); {
	case rule < 0:
	case private(s.env, p.v.policy, rule):
		p.close(Exempt, rule)
	case k >= 0 && k < len(x.Cooling):
		p.close(Waiting, rule)
		if c := s.env.Layouts[s.table].Index(audit.HistoryColumn("days_since_" + x.Cooling[k].After)); c >= 0 {
			p.result.Days = max(x.Cooling[k].Days-int(b.Cols[c].Floats[p.row])+1, 1)
		}
	}
	return p.done
}

// private reports whether what decides need not be explained: nobody is told
// how to get past it.
func private(env *audit.Env, policy, rule int16) bool {
	x := &env.Policies.Policies[policy]
	return x.RuleExempt(int(rule)) || x.RuleStage(int(rule)) == "fraud"
}

func (p *problem) close(status Status, rule int16) {
	p.done = true
	p.result.Status, p.result.Rule = status, rule
	p.result.Proved = status != Unfinished
}

// learn takes in what a replay said of a set that was not accepted, row i of a
// replay. news says that the problem got harder by a hurdle.
func (p *problem) learn(t *set, score float64, r *features.Replay, i int) (news bool) {
	if p.right(r, i) {
		// Good, but the score is too near to a cut-off: that is no single
		// hurdle's fault, and rules out this set alone.
		return p.activate(len(p.v.hurdles) - 1)
	}
	k := p.s.engine.Program().HurdleOf(p.v.said, p.s.of[p.row], r, i)
	h := &p.v.hurdles[k]
	if !h.relevant || p.fixed(h) {
		rule := h.rule
		if rule < 0 && p.s.table == "decisions" {
			rule = r.Rule[i]
		}
		if p.s.table == "decisions" && rule >= 0 && private(p.s.env, p.v.policy, rule) {
			p.close(Exempt, rule)
			return false
		}
		p.close(Unreachable, rule)
		return false
	}
	news = p.activate(k)
	if !h.score || p.scorer == nil || p.additive() {
		p.box(t, h, score)
	}
	return news
}

// activate makes a hurdle part of the problem, unless it is.
func (p *problem) activate(k int) bool {
	if p.active[k] {
		return false
	}
	p.active[k], p.stale = true, true
	p.scored = p.scored || p.v.hurdles[k].score && p.scorer != nil
	return true
}

// fixed reports whether nothing that a hurdle reads can move in this row.
func (p *problem) fixed(h *hurdle) bool {
	for _, r := range h.levers {
		if p.most[r.lever] > 0 {
			return false
		}
	}
	if !h.score || p.scorer == nil {
		return true
	}
	for l, of := range p.scorer.of {
		if len(of) > 0 && p.most[l] > 0 {
			return false
		}
	}
	return true
}
