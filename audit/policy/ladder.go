package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// ladder is a compiled ladder.
type ladder struct {
	scope, when              *expr.Expr
	raise                    bool // unknown conditions do not hold a raise back
	stay                     bool // … or do
	steps                    []quantity
	any                      bool
	factor, add, step, share quantity
	tenure                   float64
	lower                    bool
	scored                   bool // the conditions read the score

	kind, before, limit, months int // columns, or -1
	evaluate                    int32
	kinds                       *features.Dict
}

func (c *compiler) ladder(x *Ladder) *ladder {
	l := &ladder{
		scope: c.truth("ladder.for", x.For), when: c.truth("ladder.when", x.When),
		raise: x.Missing == "raise", stay: x.Missing == "stay", steps: c.numbers("ladder.steps", x.Steps), any: x.Climb == "any",
		factor: c.number("ladder.factor", x.Factor), add: c.number("ladder.add", x.Add),
		step: c.number("ladder.min_increase", x.MinStep), share: c.number("ladder.min_increase_share", x.MinShare),
		tenure: float64(x.Tenure), lower: x.Decrease,
	}
	l.scored = c.scored(l.when)
	column := func(name string, kind features.Kind) int {
		if col, ok := c.lookup(name); ok && col.Kind == kind {
			return col.Index
		}
		return -1
	}
	l.kind, l.before = column(kindColumn, features.Text), column(beforeColumn, features.Money)
	l.limit, l.months = column(factLimit, features.Float), column(factMonths, features.Float)
	return l
}

// evaluations sets want for the rows of kind evaluate.
func (l *ladder) evaluations(b *features.Batch, want []bool) (some bool) {
	if l.kind < 0 {
		return false
	}
	kinds := &b.Cols[l.kind]
	if kinds.Dict != l.kinds {
		l.kinds, l.evaluate = kinds.Dict, kinds.Dict.CodeOf("evaluate")
	}
	for i := range b.N {
		want[i] = kinds.Codes[i] == l.evaluate
		some = some || want[i]
	}
	return some
}

// current is the limit before the review, in minor units: limit_before, else
// the history's.
func (l *ladder) current(b *features.Batch, i int, scale float64) (int64, bool) {
	if l.before >= 0 && !b.Cols[l.before].IsNull(i) {
		return b.Cols[l.before].Ints[i], true
	}
	if l.limit >= 0 {
		return minor(b.Cols[l.limit].Floats[i], scale)
	}
	return 0, false
}

func (l *ladder) load(b *features.Batch) (scope, when []expr.Truth) {
	l.factor.load(b)
	l.add.load(b)
	l.step.load(b)
	l.share.load(b)
	for k := range l.steps {
		l.steps[k].load(b)
	}
	if l.scope != nil {
		scope = l.scope.Truths(b)
	}
	if l.when != nil {
		when = l.when.Truths(b)
	}
	return scope, when
}

// review replays the evaluations of limits: see Ladder.
func (p *Program) review(v *variant, b *features.Batch, tolerance []float64, out *features.Replay) {
	s, l, x := &p.scratch, v.ladder, &p.r.Policies[v.policy]
	if l == nil {
		return
	}
	s.want = grow(s.want, b.N)
	if !l.evaluations(b, s.want) {
		return
	}
	v.limit.least(&s.least, b, s.want, tolerance, out.Edge, p.r.scale)
	v.limit.step.load(b)
	for k := range v.limit.amounts {
		v.limit.amounts[k].load(b)
	}
	if v.limit.fixed != nil {
		v.limit.fixed.load(b)
	}
	scope, when := l.load(b)
	if l.scored && tolerance != nil {
		v := &s.verdicts
		v.now = append(v.now[:0], when...)
		when = v.now
		v.hair.mark(l.when, b, when, tolerance, func(i int) { out.Edge[i] = out.Edge[i] || s.want[i] })
	}
	for i := range b.N {
		if s.want[i] {
			p.reviewRow(v, x, b, i, truthAt(scope, i), truthAt(when, i), out)
		}
	}
}

func truthAt(t []expr.Truth, i int) expr.Truth {
	if t == nil {
		return expr.True
	}
	return t[i]
}

func (p *Program) reviewRow(v *variant, x *Policy, b *features.Batch, i int, scope, when expr.Truth, out *features.Replay) {
	l, s, scale := v.ladder, &p.scratch.least, p.r.scale
	now, ok := l.current(b, i, scale)
	if !ok {
		return
	}
	end := func(to int64, bound int16) {
		out.Outcome[i], out.Limit[i], out.Bound[i] = denied, to, bound
		if to > now {
			out.Outcome[i] = approved
		}
	}
	if fixed := v.limit.fixed; fixed != nil {
		if to, ok := minor(fixed.at(i), scale); ok {
			end(to, x.bound(boundArm))
		}
		return
	}
	switch {
	case scope == expr.False:
		end(now, x.bound(boundScope))
		return
	case scope == expr.Unknown || s.fate[i] == refers:
		return
	case s.fate[i] == denies:
		end(now, s.by[i])
		return
	}
	// The terms alone say how low a review may go; growth how high.
	base, bound := s.amount[i], s.bound[i]
	to := base
	atMost := func(amount float64, of boundKind) {
		if a, ok := minor(amount, scale); ok && a < to {
			to, bound = a, x.bound(of)
		}
	}
	units := float64(now) / scale
	atMost(float64(units*l.factor.at(i)), boundFactor)
	atMost(units+l.add.at(i), boundAdd)
	if len(l.steps) > 0 {
		to, bound = l.climb(i, now, to, bound, x.bound(boundStep), scale)
	} else {
		to = v.limit.rounded(i, to, scale)
	}
	if to == math.MaxInt64 {
		return // nothing bounds it: nothing can be said
	}
	if to <= now {
		if low := p.lowered(v, i, base); l.lower && low < now {
			end(low, s.bound[i])
			return
		}
		end(now, bound)
		return
	}
	p.raise(l, x, b, i, now, to, bound, when, end, out)
}

// raise looks at what may hold back an increase that terms and growth allow.
func (p *Program) raise(l *ladder, x *Policy, b *features.Batch, i int, now, to int64, bound int16, when expr.Truth, end func(int64, int16), out *features.Replay) {
	months, unknown := math.NaN(), false
	if l.tenure > 0 {
		if l.months >= 0 {
			months = b.Cols[l.months].Floats[i]
		}
		if months < l.tenure {
			end(now, x.bound(boundTenure))
			return
		}
		unknown = months != months
	}
	if least, ok := minor(l.step.at(i), p.r.scale); ok && to-now < least {
		end(now, x.bound(boundMinIncrease))
		return
	}
	if least, ok := minor(float64(float64(now)/p.r.scale*l.share.at(i)), p.r.scale); ok && to-now < least {
		end(now, x.bound(boundMinIncrease))
		return
	}
	switch {
	case when == expr.False || when == expr.Unknown && l.stay || unknown && l.stay:
		end(now, x.bound(boundConditions))
	case (when == expr.Unknown || unknown) && !l.raise:
		return
	default:
		end(to, bound)
	}
}

// climb brings what terms and growth allow down to a step: the next one above
// the present limit at most, unless reviews may climb any number.
func (l *ladder) climb(i int, now, to int64, bound, step int16, scale float64) (int64, int16) {
	next, top := int64(math.MaxInt64), int64(0)
	for k := range l.steps {
		a, ok := minor(l.steps[k].at(i), scale)
		if !ok {
			continue
		}
		if a > now {
			next = min(next, a)
		}
		top = max(top, a)
	}
	switch {
	case next == math.MaxInt64: // it stands on the last one
		if to > now {
			bound = step
		}
		return min(to, now), bound
	case l.any:
		if to > top {
			bound = step
		}
		return max(downTo(l.steps, i, to, scale), min(to, now)), bound
	case to >= next:
		if to > next {
			bound = step
		}
		return next, bound
	default: // what is allowed does not reach the next step
		return min(to, now), bound
	}
}

// lowered is the limit that a review that may lower it comes to by the terms.
func (p *Program) lowered(v *variant, i int, base int64) int64 {
	scale := p.r.scale
	if len(v.ladder.steps) > 0 {
		if base == unbounded {
			return base
		}
		return downTo(v.ladder.steps, i, base, scale)
	}
	return max(v.limit.rounded(i, base, scale), 0)
}
