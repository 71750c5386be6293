package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// minor rounds an amount in units to minor units, half away from zero, so that
// products of doubles come to what they do on paper.
func minor(x, scale float64) (amount int64, ok bool) {
	x *= scale
	return away(x), x == x
}

// away rounds half away from zero, exactly, and keeps what is beyond any limit
// within an int64. It is math.Round by instructions that the CPU has.
func away(x float64) int64 {
	t := math.Trunc(x)
	if d := x - t; d >= 0.5 {
		t++
	} else if d <= -0.5 {
		t--
	}
	if t > -far && t < far {
		return int64(t)
	}
	switch {
	case t > 0:
		return far
	case t < 0:
		return -far
	}
	return 0
}

// far is an amount that bounds nothing.
const far = 1e17

// least is what the terms give for the rows of a batch.
type least struct {
	amount []int64 // unbounded when no term binds
	bound  []int16
	fate   []uint8 // refers or denies since a term is missing
	by     []int16 // … which
	values []float64
}

func (s *least) reset(n int) {
	s.amount, s.bound, s.by = grow(s.amount, n), grow(s.bound, n), grow(s.by, n)
	s.fate = clear8(s.fate, n)
	for i := range n {
		s.amount[i], s.bound[i], s.by[i] = unbounded, -1, -1
	}
}

// least takes the least of the terms for each row that is wanted, and marks
// rows near a cut point of the score's bands in edge.
func (l *limit) least(s *least, b *features.Batch, want []bool, tolerance []float64, edge []bool, scale float64) {
	s.reset(b.N)
	for k := range l.terms {
		t := &l.terms[k]
		in := t.load(b)
		s.values = grow(s.values, b.N)
		if t.matrix != nil {
			t.matrix.amounts(s.values)
			for _, a := range [...]*axis{&t.matrix.rows, &t.matrix.columns} {
				if a.scored && tolerance != nil {
					a.mark(want, in, tolerance, edge)
				}
			}
		} else {
			t.value.copy(s.values)
		}
		if in != nil {
			s.scope(t, in)
		}
		for i, x := range s.values {
			if !want[i] {
				continue
			}
			if x *= scale; x != x {
				s.lack(i, t, scale)
			} else if a := away(x); a < s.amount[i] && a < far {
				s.amount[i], s.bound[i] = a, t.bound
			}
		}
	}
}

// scope makes the amount of rows that a term is not for unbounded, and of rows
// of which that is not known missing.
func (s *least) scope(t *term, in []expr.Truth) {
	for i, applies := range in {
		switch {
		case applies == expr.False:
			s.values[i] = math.Inf(1)
		case applies == expr.Unknown && t.newcomer == nil:
			s.values[i] = math.NaN()
		case applies == expr.Unknown && !t.newcomer.missing:
			s.values[i] = math.Inf(1)
		}
	}
}

// lack says what follows since a term is missing for row i.
func (s *least) lack(i int, t *term, scale float64) {
	switch {
	case t.missing == passes:
	case t.missing == unsaid:
		if a, ok := minor(t.instead.at(i), scale); ok && a < s.amount[i] {
			s.amount[i], s.bound[i] = a, t.bound
		}
	case t.missing > s.fate[i]:
		s.fate[i], s.by[i] = t.missing, t.bound
	}
}

// load evaluates the term's expressions; it returns for whom it is, nil: all.
func (t *term) load(b *features.Batch) (in []expr.Truth) {
	switch {
	case t.newcomer != nil:
		in = t.newcomer.when.Truths(b)[:b.N]
	case t.scope != nil:
		in = t.scope.Truths(b)[:b.N]
	}
	t.instead.load(b)
	if t.matrix != nil {
		t.matrix.load(b)
	} else {
		t.value.load(b)
	}
	return in
}

// rounded brings an amount to the limit's step, or down to one of its amounts.
func (l *limit) rounded(i int, x int64, scale float64) int64 {
	if x == unbounded {
		return x
	}
	if l.amounts != nil {
		return downTo(l.amounts, i, x, scale)
	}
	step := int64(1)
	if l.step.set {
		if s, ok := minor(l.step.at(i), scale); ok && s > 0 {
			step = s
		}
	}
	rest := x % step
	if rest < 0 {
		rest += step // towards minus infinity
	}
	switch low := x - rest; {
	case rest == 0:
		return x
	case l.round == "up", l.round == "nearest" && 2*rest >= step:
		return low + step
	default:
		return low
	}
}

// downTo returns the greatest of the amounts up to x, 0 when there is none.
func downTo(amounts []quantity, i int, x int64, scale float64) int64 {
	best := int64(0)
	for k := range amounts {
		if a, ok := minor(amounts[k].at(i), scale); ok && a <= x {
			best = max(best, a)
		}
	}
	return best
}
