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

// nogood is a box of changes that a replay ruled out: no set within it is good.
type nogood struct {
	lo, hi  []int32 // steps, by lever
	scored  bool    // and the score within the open interval, or equal to low
	low, up float64
}

func newProblem(s *Searcher) *problem {
	n := len(s.levers)
	return &problem{s: s, from: make([]float64, n), most: make([]int32, n), least: make([]int32, n),
		values: make([][]candidate, n), start: make([]int, n), top: make([]float64, n)}
}

// open takes up a row of the searcher's batch.
func (p *problem) open(row int) {
	s, b := p.s, p.s.batch
	p.row, p.now, p.done = row, math.MinInt64, false
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

// box adds the nogood of a set that a hurdle stopped.
func (p *problem) box(t *set, h *hurdle, score float64) {
	s := p.s
	n := p.nogood()
	for l := range s.levers {
		n.lo[l], n.hi[l] = 0, p.most[l]
	}
	for _, r := range h.levers {
		k := t.of(r.lever)
		if r.any {
			n.lo[r.lever], n.hi[r.lever] = k, k
			continue
		}
		p.cutted = p.cutted[:0]
		for c := range r.cuts {
			p.cutted = append(p.cutted, s.cutAt(&r.cuts[c], p.row))
		}
		p.narrow(n, r.lever, k, p.cutted)
	}
	if h.score && p.scorer != nil {
		p.interval(n, h, score)
	}
	p.tighten(n)
}

// narrow keeps a nogood to the run of steps around k that no cut divides.
func (p *problem) narrow(n *nogood, l int, k int32, cuts []float64) {
	lo, hi := p.s.levers[l].cell(p.from[l], k, p.most[l], cuts)
	n.lo[l], n.hi[l] = max(n.lo[l], lo), min(n.hi[l], hi)
}

// interval keeps a nogood to the scores around one that no cut divides.
func (p *problem) interval(n *nogood, h *hurdle, score float64) {
	n.scored, n.low, n.up = true, math.Inf(-1), math.Inf(1)
	if h.any || score != score {
		n.low, n.up = score, score
		return
	}
	for c := range h.cuts {
		x := p.s.cutAt(&h.cuts[c], p.row)
		switch {
		case x == score:
			n.low, n.up = score, score
			return
		case x < score:
			n.low = max(n.low, x)
		case x > score:
			n.up = min(n.up, x)
		}
	}
}

// nogood returns the next nogood, with the memory of earlier rows.
func (p *problem) nogood() *nogood {
	if len(p.nogoods) < cap(p.nogoods) {
		p.nogoods = p.nogoods[:len(p.nogoods)+1]
	} else {
		p.nogoods = append(p.nogoods, nogood{})
	}
	n := &p.nogoods[len(p.nogoods)-1]
	if n.lo == nil {
		both := make([]int32, 2*len(p.s.levers))
		n.lo, n.hi = both[:len(p.s.levers)], both[len(p.s.levers):]
	}
	n.scored = false
	return n
}

// of is the steps of a lever in a set.
func (a *set) of(lever int) int32 {
	for i := range a.n {
		if a.lever[i] == lever {
			return a.steps[i]
		}
	}
	return 0
}

// tighten draws from a nogood that is about one lever alone, or about the score
// alone, what every set must come to.
func (p *problem) tighten(n *nogood) {
	one, levers := -1, 0
	for l := range n.lo {
		if n.lo[l] > 0 || n.hi[l] < p.most[l] {
			one = l
			levers++
		}
	}
	switch {
	case n.scored && levers == 0 && n.low < n.up:
		if math.IsInf(n.low, -1) && p.sign >= 0 {
			p.raise(1, n.up)
		} else if math.IsInf(n.up, 1) && p.sign <= 0 {
			p.raise(-1, n.low)
		}
	case !n.scored && levers == 1 && n.lo[one] == 0 && n.hi[one]+1 > p.least[one]:
		p.least[one] = n.hi[one] + 1
	case !n.scored && levers == 0:
		p.close(Unreachable, -1)
	}
}

// raise sets what the sum must come to for the score to reach one.
func (p *problem) raise(sign, score float64) {
	need := p.scorer.needed(score, sign)
	if p.sign == 0 {
		p.sign, p.stale = sign, true
		p.have = sign * p.scorer.rises * p.sum
	}
	p.need = max(p.need, need-1e-9*(1+math.Abs(p.have)))
}

// excluded reports whether a nogood rules a set out; score is that of the set,
// where the problem has one.
func (p *problem) excluded(t *set, score float64) bool {
next:
	for i := range p.nogoods {
		n := &p.nogoods[i]
		if n.scored && !(score > n.low && score < n.up || score == n.low && n.low == n.up) {
			continue
		}
		for l, lo := range n.lo {
			if k := t.of(l); k < lo || k > n.hi[l] {
				continue next
			}
		}
		return true
	}
	return false
}
