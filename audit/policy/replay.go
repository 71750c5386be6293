package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// scratch is what one call of Replay works with.
type scratch struct {
	variant  []int32 // of each row, or -1
	rows     [][]int32
	part     features.Batch // the rows of one variant
	scores   features.Scores
	edges    []float64
	out      features.Replay
	verdicts verdicts
	least    least
	want     []bool
}

// Replay says what the policies[i] of the registry says of row i (-1: none)
// and fills out. Batch.Scores has the recomputed scores, or is nil.
// Row i is an edge case when its score is not equal to a cut-off, or to a cut
// point of the limit's bands, but within tolerance[i] of one (nil: none is).
//
// On decisions, cooling-off times are looked at first, then the rules in their
// order, then the limit of what they approve. A rule that lacks a value, and
// does not say what follows then, leaves the row undecided, by that rule,
// unless all ends alike whatever it would have said.
func (p *Program) Replay(b *features.Batch, policies []int16, tolerance []float64, out *features.Replay) {
	out.Grow(b.N)
	copy(out.Policy, policies[:b.N])
	s := &p.scratch
	single, mixed := p.split(b, policies)
	if !mixed {
		if single >= 0 && b.N > 0 {
			p.run(p.variants[single], b, tolerance, out)
		}
		return
	}
	for k, rows := range s.rows {
		if len(rows) == 0 {
			continue
		}
		v := p.variants[k]
		part := s.gather(v, b, rows)
		var edges []float64
		if tolerance != nil {
			edges = grow(s.edges, len(rows))
			s.edges = edges
			for i, row := range rows {
				edges[i] = tolerance[row]
			}
		}
		s.out.Grow(part.N)
		p.run(v, part, edges, &s.out)
		for i, row := range rows {
			out.Outcome[row], out.Rule[row], out.Limit[row] = s.out.Outcome[i], s.out.Rule[i], s.out.Limit[i]
			out.Bound[row], out.Edge[row] = s.out.Bound[i], s.out.Edge[i]
		}
	}
}

// split sorts the rows of a batch by variant. A batch whose rows all have the
// same one needs no sorting.
func (p *Program) split(b *features.Batch, policies []int16) (single int32, mixed bool) {
	s := &p.scratch
	s.variant = grow(s.variant, b.N)
	p.arms.variants(b, policies, s.variant)
	for _, v := range s.variant {
		if v != s.variant[0] {
			mixed = true
			break
		}
	}
	if !mixed {
		if b.N == 0 {
			return -1, false
		}
		return s.variant[0], false
	}
	if s.rows == nil {
		s.rows = make([][]int32, len(p.variants))
	}
	for k := range s.rows {
		s.rows[k] = s.rows[k][:0]
	}
	for i, v := range s.variant {
		if v >= 0 {
			s.rows[v] = append(s.rows[v], int32(i))
		}
	}
	return -1, true
}

// run replays one variant over a batch of its rows.
func (p *Program) run(v *variant, b *features.Batch, tolerance []float64, out *features.Replay) {
	if p.table == limits {
		p.review(v, b, tolerance, out)
		return
	}
	s := &p.scratch
	worst := p.r.Policies[v.policy].Order == "worst"
	s.verdicts.reset(b.N, out.Edge, worst)
	for k := range v.rules {
		s.verdicts.apply(&v.rules[k], b, tolerance)
	}
	s.want = grow(s.want, b.N)
	some := false
	for i := range b.N {
		said, rule, doubt := s.verdicts.settle(i)
		out.Rule[i] = rule
		s.want[i] = !doubt && said <= approves
		some = some || s.want[i]
		if !doubt {
			out.Outcome[i] = outcomeOf[said]
		}
	}
	if v.limit != nil && some {
		p.grant(v, b, tolerance, out)
	}
}

// grant finds the limits of the rows that are wanted: those approved.
func (p *Program) grant(v *variant, b *features.Batch, tolerance []float64, out *features.Replay) {
	s, l, x, scale := &p.scratch, v.limit, &p.r.Policies[v.policy], p.r.scale
	if l.scope != nil {
		for i, t := range l.scope.Truths(b)[:b.N] {
			if s.want[i] && t == expr.Unknown {
				out.Outcome[i] = features.Undecided
			}
			s.want[i] = s.want[i] && t == expr.True
		}
	}
	l.least(&s.least, b, s.want, tolerance, out.Edge, scale)
	l.step.load(b)
	l.minimum.load(b)
	for k := range l.amounts {
		l.amounts[k].load(b)
	}
	var asked *features.Vector
	if l.column >= 0 {
		asked = &b.Cols[l.column]
	}
	if l.fixed != nil {
		l.fixed.load(b)
	}
	for i := range b.N {
		if s.want[i] {
			p.grantRow(l, x, i, asked, out)
		}
	}
}

func (p *Program) grantRow(l *limit, x *Policy, i int, asked *features.Vector, out *features.Replay) {
	s, scale := &p.scratch.least, p.r.scale
	amount, bound := s.amount[i], s.bound[i]
	turn := func(v uint8, rule int16) {
		out.Outcome[i], out.Rule[i] = outcomeOf[v], rule
	}
	if l.fixed != nil {
		fixed, ok := minor(l.fixed.at(i), scale)
		if !ok {
			out.Outcome[i] = features.Undecided
			return
		}
		amount, bound = fixed, x.bound(boundArm)
	} else {
		if s.fate[i] != open {
			turn(s.fate[i], x.ruleOfTerm(s.by[i]))
			return
		}
		amount = l.rounded(i, amount, scale)
		least, ok := int64(0), false
		if l.minimum.set {
			least, ok = minor(l.minimum.at(i), scale)
		}
		if amount <= 0 || ok && amount < least {
			if l.below != passes || !ok {
				below := l.below
				if below == passes { // no minimum is known that could be granted
					below = denies
				}
				turn(below, x.ruleBelow())
				out.Bound[i] = bound
				return
			}
			amount, bound = least, x.bound(boundMinimum)
		}
	}
	if asked != nil && !asked.IsNull(i) {
		q := asked.Ints[i]
		switch {
		case amount >= q:
			if amount > q {
				amount, bound = q, x.bound(boundRequested)
			}
		case l.requested == "deny", l.requested == "refer":
			turn(verdict(l.requested, denies), x.ruleRequested())
			out.Bound[i] = bound
			return
		default:
			out.Outcome[i] = approvedLower
		}
	}
	if amount != math.MaxInt64 {
		out.Limit[i], out.Bound[i] = amount, bound
	}
}

// gather copies the rows of one variant, and of the columns only those that it
// reads, into a batch of their own.
func (s *scratch) gather(v *variant, b *features.Batch, rows []int32) *features.Batch {
	to := &s.part
	if len(to.Cols) != len(b.Cols) {
		to.Cols = make([]features.Vector, len(b.Cols))
	}
	to.Table, to.Unit, to.Row, to.N = b.Table, b.Unit, b.Row, len(rows)
	for _, c := range v.columns {
		gatherVector(&to.Cols[c], &b.Cols[c], rows)
	}
	to.Scores = nil
	if b.Scores != nil {
		s.scores.Model, s.scores.Score = grow(s.scores.Model, len(rows)), grow(s.scores.Score, len(rows))
		for i, row := range rows {
			s.scores.Model[i], s.scores.Score[i] = b.Scores.Model[row], b.Scores.Score[row]
		}
		to.Scores = &s.scores
	}
	return to
}

func gatherVector(to, from *features.Vector, rows []int32) {
	to.Kind, to.Present, to.Dict = from.Kind, from.Present, from.Dict
	switch from.Kind {
	case features.Text:
		to.Codes = grow(to.Codes, len(rows))
		for i, row := range rows {
			to.Codes[i] = from.Codes[row]
		}
		return
	case features.Float:
		to.Floats = grow(to.Floats, len(rows))
		for i, row := range rows {
			to.Floats[i] = from.Floats[row]
		}
		return
	}
	to.Ints = grow(to.Ints, len(rows))
	for i, row := range rows {
		to.Ints[i] = from.Ints[row]
	}
	if from.Valid == nil {
		to.Valid = nil
		return
	}
	to.Valid = grow(to.Valid, len(rows))
	for i, row := range rows {
		to.Valid[i] = from.Valid[row]
	}
}
