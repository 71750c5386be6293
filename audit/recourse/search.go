package recourse

import "math"

// look fills found with the smallest sets of the present size that neither the
// score's bounds nor a nogood rules out, in order, at most limit of them.
func (p *problem) look(limit int) {
	p.prepare()
	p.found = p.found[:0]
	required := 0
	for l, cs := range p.values {
		k := 0
		for k < len(cs) && cs[k].steps < p.least[l] {
			k++
		}
		p.start[l] = k
		if p.least[l] > 0 {
			if required++; k == len(cs) {
				return
			}
		}
	}
	if required > p.size {
		return
	}
	q := quest{p: p, limit: limit, need: math.Inf(-1), required: required}
	if p.sign != 0 {
		q.need = p.need - p.have
	}
	q.t.n = p.size
	q.levers(0, 0)
}

// quest is one call of look.
type quest struct {
	p        *problem
	limit    int
	need     float64 // gain that the set must come to
	required int     // levers that must be in the set, still to be taken
	t        set     // being put together
}

// levers takes the levers of a set, from one on, and then their values.
func (q *quest) levers(depth, from int) {
	p := q.p
	for l := from; l < len(p.values); l++ {
		must := p.least[l] > 0
		if p.start[l] < len(p.values[l]) {
			q.t.lever[depth] = l
			if must {
				q.required--
			}
			switch left := p.size - depth - 1; {
			case q.required > left:
			case left > 0:
				q.levers(depth+1, l+1)
			default:
				q.values(0, 0, 0)
			}
			if must {
				q.required++
			}
		}
		if must {
			return // there is no doing without it
		}
	}
}

// values takes the value of each lever of the set in turn.
func (q *quest) values(depth int, gain, cost float64) {
	p := q.p
	l := q.t.lever[depth]
	// What the levers after this one can gain at most, and cost at least.
	rest, least, top := 0.0, 0.0, 0.0
	for _, o := range q.t.lever[depth+1 : p.size] {
		cs := p.values[o]
		rest += cs[len(cs)-1].peak
		least += cs[p.start[o]].cost
		top = max(top, p.top[o])
	}
	cs := p.values[l]
	j := p.start[l]
	if wants := q.need - gain - rest; cs[len(cs)-1].peak < wants {
		return
	} else if len(cs)-j > 16 {
		j = max(j, firstPeak(cs, wants))
	}
	for ; j < len(cs); j++ {
		c := &cs[j]
		p.nodes++
		total := cost + c.cost
		if !q.room(total + least) {
			return
		}
		g := gain + c.gain
		if g+rest < q.need {
			continue
		}
		q.t.steps[depth] = c.steps
		if depth+1 == p.size {
			q.t.cost = total
			q.leaf()
			continue
		}
		if more := q.need - g; more > 0 && !q.room(total+more/top*(1-1e-9)) {
			continue
		}
		if p.nodes > p.s.limits.Nodes {
			return
		}
		q.values(depth+1, g, total)
	}
}

// firstPeak is the first candidate by which the gain has come to x.
func firstPeak(cs []candidate, x float64) int {
	lo, hi := 0, len(cs)
	for lo < hi {
		mid := (lo + hi) / 2
		if cs[mid].peak >= x {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// room reports whether a set of this cost could still be among those wanted.
func (q *quest) room(cost float64) bool {
	p := q.p
	if n := len(p.found); n == q.limit && !(cost < p.found[n-1].cost) {
		return false // of equals, the first found comes first
	}
	return p.best.n == 0 || cost <= p.best.cost
}

// leaf takes the set up among those found, unless something rules it out.
func (q *quest) leaf() {
	p, t := q.p, &q.t
	if p.floor.n > 0 && !p.floor.before(t) || p.best.n > 0 && !t.before(&p.best) {
		return
	}
	score := math.NaN()
	if p.scored && p.additive() {
		if score = p.score(t); score != score {
			return
		}
	}
	if p.excluded(t, score) {
		return
	}
	n := len(p.found)
	if n < q.limit {
		p.found = append(p.found, *t)
		n++
	}
	i := n - 1
	for i > 0 && t.cost < p.found[i-1].cost {
		p.found[i] = p.found[i-1]
		i--
	}
	p.found[i] = *t
}
