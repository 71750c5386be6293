package recourse

import (
	"evenhand/features"
)

// bench replays sets of many rows at a time.
type bench struct {
	batch            features.Batch
	models, policies []int16
	tried            []trial
}

// trial is a run of rows of the bench: the sets of one problem.
type trial struct {
	p  *problem
	at int
}

// solve brings problems to their end, round by round.
func (s *Searcher) solve(problems []*problem) {
	for open := true; open; {
		open = false
		for _, p := range problems {
			if p.done {
				continue
			}
			if p.advance(); p.done {
				continue
			}
			open = true
			if s.bench.batch.N+len(p.found) > features.BatchRows {
				s.run()
			}
			s.place(p)
		}
		s.run()
	}
}

// place puts the sets that a problem wants to be replayed on the bench.
func (s *Searcher) place(p *problem) {
	x := &s.bench
	if x.batch.Cols == nil {
		x.batch.Cols = make([]features.Vector, len(s.batch.Cols))
		x.models, x.policies = make([]int16, features.BatchRows), make([]int16, features.BatchRows)
	}
	x.tried = append(x.tried, trial{p, x.batch.N})
	for i := range p.found {
		n := x.batch.N
		for _, c := range s.columns {
			copyCell(&x.batch.Cols[c], n, &s.batch.Cols[c], p.row)
		}
		t := &p.found[i]
		for k := range t.n {
			v := &s.levers[t.lever[k]]
			if col := &x.batch.Cols[v.column]; n < len(col.Floats) { // else nothing reads it
				col.Floats[n] = v.at(p.from[t.lever[k]], t.steps[k])
			}
		}
		x.models[n], x.policies[n] = p.model, s.batch.Replay.Policy[p.row]
		x.batch.N++
	}
}

// copyCell writes a cell to row n of a column on the bench.
func copyCell(to *features.Vector, n int, from *features.Vector, row int) {
	if from.Unread() {
		return
	}
	to.Kind, to.Present, to.Dict = from.Kind, from.Present, from.Dict
	switch from.Kind {
	case features.Float:
		if to.Floats == nil {
			to.Floats = make([]float64, features.BatchRows)
		}
		to.Floats[n] = from.Floats[row]
	case features.Text:
		if to.Codes == nil {
			to.Codes = make([]int32, features.BatchRows)
		}
		to.Codes[n] = from.Codes[row]
	case features.Opaque, features.TextList: // no policy reads them
	default:
		if to.Ints == nil {
			to.Ints, to.Valid = make([]int64, features.BatchRows), make([]bool, features.BatchRows)
		}
		to.Ints[n], to.Valid[n] = from.Ints[row], from.Valid == nil || from.Valid[row]
	}
}

// run replays what is on the bench, and lets the problems know.
func (s *Searcher) run() {
	x := &s.bench
	b := &x.batch
	if b.N > 0 {
		b.Table = s.table
		s.engine.ReplayAs(b, x.models[:b.N], x.policies[:b.N])
		for _, t := range x.tried {
			t.p.judge(b, t.at)
		}
	}
	b.N, x.tried = 0, x.tried[:0]
}

// good reports whether row i of a replay is what the customer asked for, and
// surely so.
func (p *problem) good(r *features.Replay, i int) bool { return p.right(r, i) && !r.Edge[i] }

// right is good but for how near the score is to a cut-off.
func (p *problem) right(r *features.Replay, i int) bool {
	if p.s.table == "limits" {
		return r.Outcome[i] != features.Undecided && r.Limit[i] > p.now
	}
	return p.s.good[r.Outcome[i]]
}

// judge takes in the replay of the sets of a problem, whose first is row at.
func (p *problem) judge(b *features.Batch, at int) {
	p.result.Rows += len(p.found)
	if p.greed.on {
		p.judgeGreedy(b, at)
		return
	}
	p.rounds++
	news, failed := false, false
	for i := range p.found {
		t := &p.found[i]
		if p.good(b.Replay, at+i) {
			if !failed {
				p.accept(t, true)
				return
			}
			// It may be beaten by sets that the new hurdles bring up.
			p.best = *t
			break
		}
		failed = true
		score := nan
		if b.Scores != nil {
			score = b.Scores.Score[at+i]
		}
		news = p.learn(t, score, b.Replay, at+i) || news
		if p.done {
			return
		}
	}
	if p.floor = p.found[len(p.found)-1]; news {
		p.floor = p.found[0]
	}
	if p.rounds > 2 {
		p.wide = min(4*p.wide, 256)
	}
}

// accept ends the search with a set.
func (p *problem) accept(t *set, proved bool) {
	p.done = true
	r := &p.result
	r.Status, r.Proved, r.Cost = Found, proved, t.cost
	for i := range t.n {
		l := t.lever[i]
		v := &p.s.levers[l]
		r.Changes = append(r.Changes, Change{Lever: l, Feature: v.name, From: p.from[l], To: v.at(p.from[l], t.steps[i]),
			Steps: int(t.steps[i]), Cost: float64(float64(t.steps[i]) * v.cost)})
	}
}

// advance finds what to replay next, or ends the search.
func (p *problem) advance() {
	if p.greed.on {
		p.nextGreedy()
		return
	}
	budget := p.s.limits.Rows
	if p.scorer != nil && !p.additive() {
		budget /= 2 // the other half is for what no order leads to
	}
	for {
		switch left := budget - p.result.Rows; {
		case p.size > MaxChanges:
			p.close(Unreachable, p.s.batch.Replay.Rule[p.row])
			return
		case left <= 0, p.nodes > p.s.limits.Nodes:
			p.giveUp()
			return
		default:
			p.look(min(p.wide, left))
		}
		switch {
		case p.nodes > p.s.limits.Nodes:
			p.giveUp()
			return
		case len(p.found) > 0:
			return
		case p.best.n > 0:
			t := p.best
			p.accept(&t, true)
			return
		}
		p.size++
		p.floor = set{}
	}
}
