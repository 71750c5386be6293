package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// minor rounds an amount in units to minor units, half away from zero, so that
// products of doubles come to what they do on paper.
func minor(x, scale float64) (amount int64, ok bool) {
	x = math.Round(x * scale)
	if x != x {
		return 0, false
	}
	return int64(min(max(x, -1e17), 1e17)), true
}

// least is what the terms give for the rows of a batch.
type least struct {
	amount []int64 // unbounded when no term binds
	bound  []int16
	fate   []uint8 // refers or denies since a term is missing
	by     []int16 // … which
}

func (s *least) reset(n int) {
	s.amount, s.bound, s.by = grow(s.amount, n), grow(s.bound, n), grow(s.by, n)
	s.fate = clear8(s.fate, n)
	for i := range n {
		s.amount[i], s.bound[i], s.by[i] = unbounded, -1, -1
	}
}

// terms takes the least of the terms for each row that is wanted.
func (l *limit) least(s *least, b *features.Batch, want []bool, tolerance []float64, edge []bool, scale float64) {
	s.reset(b.N)
	for k := range l.terms {
		t := &l.terms[k]
		in := t.load(b)
		for i := range b.N {
			if !want[i] {
				continue
			}
			applies := expr.True
			if in != nil {
				applies = in[i]
			}
			if t.newcomer != nil && applies == expr.Unknown {
				applies = expr.False
				if t.newcomer.missing {
					applies = expr.True
				}
			}
			if applies == expr.False {
				continue
			}
			if m := t.matrix; m != nil && tolerance != nil && (m.rows.scored && m.rows.near(i, tolerance[i]) || m.columns.scored && m.columns.near(i, tolerance[i])) {
				edge[i] = true
			}
			x := t.at(i)
			if applies == expr.Unknown {
				x = math.NaN()
			}
			s.take(i, t, x, scale)
		}
	}
}

func (s *least) take(i int, t *term, x, scale float64) {
	amount, ok := minor(x, scale)
	if !ok {
		switch t.missing {
		case passes:
			return
		case unsaid:
			if amount, ok = minor(t.instead.at(i), scale); !ok {
				return
			}
		default:
			if t.missing > s.fate[i] {
				s.fate[i], s.by[i] = t.missing, t.bound
			}
			return
		}
	}
	if amount < s.amount[i] {
		s.amount[i], s.bound[i] = amount, t.bound
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

func (t *term) at(i int) float64 {
	if t.matrix != nil {
		return t.matrix.at(i)
	}
	return t.value.at(i)
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
	if s, ok := minor(l.step.at(i), scale); ok && s > 0 {
		step = s
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
