package stats

import (
	"math"
	"slices"
)

// LogRankResult is the log-rank test of k groups: events observed and expected
// in each, the covariance of their differences, and the test.
type LogRankResult struct {
	Observed, Expected []float64
	Variance           [][]float64
	Test               Test
}

// LogRankWeight says how much each time counts.
type LogRankWeight int

const (
	LogRankPlain LogRankWeight = iota // all alike: powerful against proportional hazards
	LogRankGehan                      // by the number at risk (Gehan, Breslow): early times count more
)

// LogRank tests that the hazard of the event is the same in k groups at every
// time, within strata: strata[s][g] is the life table of group g. Other events
// count as censored, so it compares cause-specific hazards. Delayed entry is
// allowed for, since only those at risk are compared. The test is NaN when
// fewer than two groups can be compared.
//
// Source: Mantel (1966), Peto & Peto (1972), Gehan (1965). Reference: lifelines
// logrank_test and multivariate_logrank_test; statsmodels survdiff, with strata.
func LogRank(strata [][]LifeTable, weight LogRankWeight) LogRankResult {
	k := 0
	for _, s := range strata {
		k = max(k, len(s))
	}
	r := LogRankResult{Observed: make([]float64, k), Expected: make([]float64, k), Variance: make([][]float64, k)}
	u := make([]float64, k)
	for g := range r.Variance {
		r.Variance[g] = make([]float64, k)
	}
	eachDeath(strata, func(_ int, d, n []float64) {
		var all, at float64
		for g := range d {
			all, at = all+d[g], at+n[g]
		}
		w := 1.0
		if weight == LogRankGehan {
			w = at
		}
		c := 0.0
		if at > 1 {
			c = w * w * all / at * ((at - all) / (at - 1))
		}
		for g := range d {
			e := all * n[g] / at
			r.Observed[g] += d[g]
			r.Expected[g] += e
			u[g] += float64(w * (d[g] - e))
			for h := range d {
				x := -n[g] * (n[h] / at)
				if g == h {
					x = n[g] * (1 - n[g]/at)
				}
				r.Variance[g][h] += float64(c * x)
			}
		}
	})
	r.Test = quadratic(u, r.Variance)
	return r
}

// eachDeath calls f with the events and those at risk of each group, at each time of
// each stratum at which there was an event, in order.
func eachDeath(strata [][]LifeTable, f func(stratum int, d, n []float64)) {
	var times []int64
	for s, groups := range strata {
		times = times[:0]
		for _, t := range groups {
			for i := range t {
				if t[i].Events > 0 {
					times = append(times, t[i].Time)
				}
			}
		}
		slices.Sort(times)
		times = slices.Compact(times)
		d, n := make([]float64, len(groups)), make([]float64, len(groups))
		at := make([]int, len(groups))
		for _, time := range times {
			for g, t := range groups {
				for at[g] < len(t) && t[at[g]].Time < time {
					at[g]++
				}
				i := at[g]
				switch {
				case i < len(t) && t[i].Time == time:
					d[g], n[g] = float64(t[i].Events), float64(t[i].AtRisk)
				case i > 0:
					d[g], n[g] = 0, float64(t[i-1].after())
				default:
					d[g], n[g] = 0, 0
				}
			}
			f(s, d, n)
		}
	}
}

// quadratic returns uᵀV⁻u as a χ² test, where u adds up to 0: one group that
// varies is left out, and all that don't.
func quadratic(u []float64, v [][]float64) Test {
	var vary []int
	for g := range u {
		if v[g][g] > 0 {
			vary = append(vary, g)
		}
	}
	if len(vary) < 2 {
		return notTestable
	}
	vary = vary[:len(vary)-1]
	x, a := make([]float64, len(vary)), make([][]float64, len(vary))
	for i, g := range vary {
		x[i] = u[g]
		a[i] = make([]float64, len(vary))
		for j, h := range vary {
			a[i][j] = v[g][h]
		}
	}
	l, ok := factorize(a)
	if !ok {
		return notTestable // groups that are never at risk together
	}
	y := l.solve(x)
	q := 0.0
	for i := range x {
		q += float64(x[i] * y[i])
	}
	return Test{Statistic: q, P: ChiSquareSF(q, len(vary)), DF: len(vary)}
}

// lower is a Cholesky factor, row by row.
type lower [][]float64

// factorize factors a symmetric matrix, and reports whether it is positive
// definite beyond rounding.
func factorize(a [][]float64) (lower, bool) {
	n := len(a)
	l := make(lower, n)
	for i := range n {
		l[i] = make([]float64, i+1)
		for j := 0; j <= i; j++ {
			s := a[i][j]
			for k := range j {
				s -= float64(l[i][k] * l[j][k])
			}
			if i != j {
				l[i][j] = s / l[j][j]
				continue
			}
			if !(s > 1e-12*math.Abs(a[i][i])) {
				return nil, false
			}
			l[i][i] = math.Sqrt(s)
		}
	}
	return l, true
}

// solve returns x with L·Lᵀ·x = b.
func (l lower) solve(b []float64) []float64 {
	n := len(l)
	x := slices.Clone(b)
	for i := range n {
		for k := range i {
			x[i] -= float64(l[i][k] * x[k])
		}
		x[i] /= l[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= float64(l[k][i] * x[k])
		}
		x[i] /= l[i][i]
	}
	return x
}

// inverseAt returns element (i, i) of the inverse.
func (l lower) inverseAt(i int) float64 {
	e := make([]float64, len(l))
	e[i] = 1
	return l.solve(e)[i]
}
