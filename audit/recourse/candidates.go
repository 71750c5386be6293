package recourse

import (
	"math"
	"slices"

	"evenhand/features/model"
)

// prepare makes the candidates of every lever: the values at which an active
// hurdle, or the model, can change.
func (p *problem) prepare() {
	if !p.stale {
		return
	}
	p.stale = false
	for l := range p.s.levers {
		p.values[l] = p.values[l][:0]
		if p.most[l] == 0 {
			continue
		}
		p.byHurdles(l)
		own := len(p.values[l])
		if p.scored && len(p.scorer.of[l]) > 0 {
			p.byModel(l)
		}
		p.sorted(l, own)
	}
}

// add adds a candidate; steps out of reach are none, and the one after a code
// stands for it.
func (p *problem) add(l int, steps int32) {
	for steps <= p.most[l] && p.scorer.code(l, p.s.levers[l].at(p.from[l], steps)) {
		steps++
	}
	if steps > 0 && steps <= p.most[l] {
		p.values[l] = append(p.values[l], candidate{steps: steps})
	}
}

// every adds each value.
func (p *problem) every(l int) {
	for k := int32(1); k <= p.most[l]; k++ {
		if !p.scorer.code(l, p.s.levers[l].at(p.from[l], k)) {
			p.values[l] = append(p.values[l], candidate{steps: k})
		}
	}
}

// cut adds the values nearest to a cut on its good side, on it and beyond it.
func (p *problem) cut(l int, at float64) {
	v := &p.s.levers[l]
	k := v.reach(p.from[l], at, false, p.most[l])
	p.add(l, k)
	if k <= p.most[l] && v.at(p.from[l], k) == at {
		p.add(l, k+1)
	}
}

func (p *problem) byHurdles(l int) {
	for k, on := range p.active {
		if !on {
			continue
		}
		h := &p.v.hurdles[k]
		for i := range h.levers {
			r := &h.levers[i]
			if r.lever != l {
				continue
			}
			for c := range r.cuts {
				p.cut(l, p.s.cutAt(&r.cuts[c], p.row))
			}
			if r.any {
				p.every(l)
			}
		}
	}
}

func (p *problem) byModel(l int) {
	if p.scorer.every[l] {
		p.every(l)
		return
	}
	for _, e := range p.scorer.edges[l] {
		p.cut(l, e)
	}
}

// sorted brings the candidates of a lever into order, own of them for hurdles,
// and finds what each costs and gains. Those of the model's that gain what the
// one before does are dropped.
func (p *problem) sorted(l, own int) {
	cs := p.values[l]
	hurdles := len(cs[:own]) > 0
	for i := range cs {
		cs[i].gain = 0
		if i < own {
			cs[i].peak = 1 // marks a hurdle's
		}
	}
	if own > 0 || !slices.IsSortedFunc(cs, bySteps) {
		slices.SortFunc(cs, bySteps)
		cs = slices.CompactFunc(cs, func(a, b candidate) bool { return a.steps == b.steps })
	}
	v := &p.s.levers[l]
	last, peak, n := 0.0, 0.0, 0
	p.top[l] = 0
	for _, c := range cs {
		mine := hurdles && c.peak == 1
		if p.additive() && p.scored {
			if c.gain = p.gain(l, v.at(p.from[l], c.steps)); c.gain != c.gain {
				c.gain = math.Inf(-1) // the model has no rule for it
			}
			if c.gain == last && !mine {
				continue
			}
			last = c.gain
		}
		peak = max(peak, c.gain)
		c.cost, c.peak = float64(float64(c.steps)*v.cost), peak
		p.top[l] = max(p.top[l], c.gain/c.cost)
		cs[n] = c
		n++
	}
	p.values[l] = cs[:n]
}

// bySteps orders candidates by steps, those of hurdles first.
func bySteps(a, b candidate) int {
	if a.steps != b.steps {
		return int(a.steps - b.steps)
	}
	return int(b.peak - a.peak)
}

// gain is what a value of a lever adds to the sum, times sign and direction.
func (p *problem) gain(l int, x float64) float64 {
	g := 0.0
	for _, i := range p.scorer.of[l] {
		g += p.scorer.additive.Term(i, model.Value{Num: x}) - p.terms[i]
	}
	if p.sign != 0 {
		g *= p.sign * p.scorer.rises
	}
	return g
}

// score is the score with a set of changes; NaN where the problem has none.
func (p *problem) score(t *set) float64 {
	for i := range t.n {
		l := t.lever[i]
		for _, in := range p.scorer.of[l] {
			p.work[in] = p.scorer.additive.Term(in, model.Value{Num: p.s.levers[l].at(p.from[l], t.steps[i])})
		}
	}
	total := p.scorer.additive.Total(p.work)
	for i := range t.n {
		for _, in := range p.scorer.of[t.lever[i]] {
			p.work[in] = p.terms[in]
		}
	}
	return total
}
