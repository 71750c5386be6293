package scenario

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// rating compares the groups of the plan's dimensions.
type rating struct {
	env  *audit.Env
	dims []dimension
	n    int64
}

// dimension is a group dimension, with what is withheld of it.
type dimension struct {
	plan   audit.Grouping
	groups []string
	leaves [][]int // by group
	n      []int64 // rows by group
	hidden []bool
	ref    int // the reference group, or -1
}

// newRating returns the rating of leaves of n(leaf) rows.
func newRating(env *audit.Env, l *leaves, n func(leaf int) int64) *rating {
	r := &rating{env: env}
	for i := range l.tuples {
		r.n += n(i)
	}
	for k, g := range env.Plan.Groups {
		d := dimension{plan: g, ref: -1}
		d.groups, d.leaves = l.sides(k)
		for i, ls := range d.leaves {
			d.n = append(d.n, 0)
			for _, leaf := range ls {
				d.n[i] += n(leaf)
			}
			if g.Reference != "" && d.groups[i] == g.Reference {
				d.ref = i
			}
		}
		d.hidden = shares.Withheld(d.n, env.Plan.Honesty.Suppress)
		r.dims = append(r.dims, d)
	}
	return r
}

// of adds up a number of the leaves of group i of a dimension.
func (d *dimension) of(i int, n func(leaf int) int64) (sum int64) {
	for _, leaf := range d.leaves[i] {
		sum += n(leaf)
	}
	return sum
}

// rated are the groups that a dimension compares: big enough, and no reference.
func (r *rating) rated(d *dimension) (out []int) {
	least := r.env.Plan.Honesty.MinCell
	if d.ref < 0 || d.n[d.ref] < least || d.hidden[d.ref] {
		return nil
	}
	for i := range d.groups {
		if i != d.ref && d.groups[i] != unknown && d.n[i] >= least && !d.hidden[i] {
			out = append(out, i)
		}
	}
	return out
}

// least is the least adverse impact ratio of any group that is big enough, and
// the group; NaN when there is none. A group that is approved more often than the
// reference group counts by the ratio of that to it: to exchange one group's
// disadvantage for another's is no gain.
func (r *rating) least(approved func(leaf int) int64) (air float64, of string) {
	air = math.NaN()
	for k := range r.dims {
		d := &r.dims[k]
		for _, i := range r.rated(d) {
			a := ratio(d.of(i, approved), d.n[i], d.of(d.ref, approved), d.n[d.ref])
			if a > 1 {
				a = 1 / a
			}
			if a == a && !(a >= air) {
				air, of = a, d.plan.Name+"="+d.groups[i]
			}
		}
	}
	return air, of
}

// ratio is the adverse impact ratio, NaN when it can't be told.
func ratio(k, n, kRef, nRef int64) float64 {
	if n == 0 || nRef == 0 || kRef == 0 {
		return math.NaN()
	}
	return float64(k) / float64(n) / (float64(kRef) / float64(nRef))
}

// impact makes m the adverse impact ratio k/n over kRef/nRef with Katz' log
// interval. No test is made: nothing is flagged by it.
func (r *rating) impact(m *audit.Metric, k, n, kRef, nRef int64) {
	h := r.env.Plan.Honesty
	m.K, m.N, m.KRef, m.NRef = k, n, kRef, nRef
	m.Value = ratio(k, n, kRef, nRef)
	m.Level, m.Interval = h.Level, "katz_log"
	if k > 0 && kRef > 0 {
		i := stats.TableOf(k, n, kRef, nRef).RiskRatio(h.Level).Interval
		m.Low, m.High = i.Lo, i.Hi
	}
	if n < h.MinCell || nRef < h.MinCell {
		m.Reach = audit.Insufficient
	}
}

// share makes m the share k/n, where there are rows.
func (r *rating) share(m *audit.Metric, k, n int64) {
	shares.Set(m, k, n, r.env.Plan.Honesty)
	if n == 0 {
		m.Low, m.High = math.NaN(), math.NaN()
	}
}
