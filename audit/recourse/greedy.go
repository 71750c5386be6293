package recourse

import (
	"math"

	"evenhand/features"
)

var nan = math.NaN()

// greed is the search for any set at all, once the budget for the smallest is
// spent: the change that lifts the score most is taken, then the next; what is
// found is cut down again, change by change.
type greed struct {
	on   bool
	set  set // so far
	trim int // the change being cut down, once a set was accepted
}

// giveUp ends the search in order.
func (p *problem) giveUp() {
	switch {
	case p.best.n > 0:
		t := p.best
		p.accept(&t, false)
	case p.scored && !p.additive():
		p.greed.on = true
		p.nextGreedy()
	default:
		p.close(Unfinished, p.s.batch.Replay.Rule[p.row])
	}
}

// nextGreedy finds the sets to replay next.
func (p *problem) nextGreedy() {
	p.found = p.found[:0]
	g := &p.greed
	if p.best.n > 0 {
		for ; g.trim < p.best.n && len(p.found) == 0; g.trim++ {
			l := p.best.lever[g.trim]
			p.thin(l, 32, func(c *candidate) {
				if c.steps < p.best.steps[g.trim] {
					p.found = append(p.found, p.with(&p.best, l, c))
				}
			})
		}
		if len(p.found) == 0 {
			t := p.best
			p.accept(&t, false)
		}
		return
	}
	if g.set.n < MaxChanges {
		each := min(max((p.s.limits.Rows/2-96)/(MaxChanges*max(len(p.values), 1)), 2), 64)
		for l := range p.values {
			if g.set.of(l) == 0 {
				p.thin(l, each, func(c *candidate) { p.found = append(p.found, p.with(&g.set, l, c)) })
			}
		}
	}
	if len(p.found) == 0 {
		p.close(Unfinished, p.s.batch.Replay.Rule[p.row])
	}
}

// thin calls f for at most n candidates of a lever, evenly, the last among them.
func (p *problem) thin(l, n int, f func(*candidate)) {
	cs := p.values[l]
	step := max((len(cs)+n-1)/n, 1)
	for j := (len(cs) - 1) % step; j < len(cs); j += step {
		if j >= 0 && cs[j].steps >= p.least[l] {
			f(&cs[j])
		}
	}
}

// with is a set with the value of a lever put in, in the order of levers.
func (p *problem) with(t *set, l int, c *candidate) set {
	out := set{}
	put := func(lever int, steps int32) {
		out.lever[out.n], out.steps[out.n] = lever, steps
		out.cost += float64(float64(steps) * p.s.levers[lever].cost)
		out.n++
	}
	done := false
	for i := range t.n {
		if !done && t.lever[i] >= l {
			put(l, c.steps)
			done = true
			if t.lever[i] == l {
				continue
			}
		}
		put(t.lever[i], t.steps[i])
	}
	if !done {
		put(l, c.steps)
	}
	return out
}

// judgeGreedy takes in the replay of what nextGreedy found.
func (p *problem) judgeGreedy(b *features.Batch, at int) {
	g := &p.greed
	lift, most := -1, math.Inf(-1)
	for i := range p.found {
		t := &p.found[i]
		if p.good(b.Replay, at+i) {
			if p.best.n == 0 || t.before(&p.best) {
				p.best = *t
			}
			continue
		}
		if b.Scores == nil {
			continue
		}
		if x := b.Scores.Score[at+i] * p.better(); x > most {
			lift, most = i, x
		}
	}
	switch {
	case p.best.n > 0:
	case lift < 0:
		p.close(Unfinished, p.s.batch.Replay.Rule[p.row])
	default:
		g.set = p.found[lift]
	}
}

// better is 1 where a higher score is better, -1 where a lower one is.
func (p *problem) better() float64 {
	x := p.s.policyOf(p.v.policy)
	for i := range x.Rules {
		if k := x.Rules[i].Cutoff; k != nil && (k.Of == "" || k.Of == "score") && k.Better == "lower" {
			return -1
		}
	}
	return 1
}
