package recourse

import "math"

// nogood is a box of changes that a replay ruled out: no set within it is good.
type nogood struct {
	lo, hi  []int32 // steps, by lever
	scored  bool    // and the score within the open interval, or equal to low
	low, up float64
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
