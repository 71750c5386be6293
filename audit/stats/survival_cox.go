package stats

import "math"

// CoxTies says how events of one time are ordered.
type CoxTies int

const (
	CoxEfron CoxTies = iota
	CoxBreslow
)

// CoxGroup is all spells with the same covariates in one stratum.
type CoxGroup struct {
	X     []float64
	Table LifeTable
}

// CoxFit is a fitted model of proportional hazards. Coef and SE are NaN when
// the likelihood has no maximum: a group without events, say.
type CoxFit struct {
	Coef, SE     []float64 // log hazard ratios
	LogLik, Null float64   // partial log likelihood, at Coef and at 0
	Score        Test      // score test that all coefficients are 0
}

// HazardRatio returns exp of a coefficient with its interval.
func (f *CoxFit) HazardRatio(i int, level float64) Ratio {
	return logRatio(math.Exp(f.Coef[i]), f.SE[i], level)
}

// Cox fits λ(t | x) = λ_stratum(t)·exp(xᵀβ) to spells of few covariate
// patterns: the sums run over groups, not spells. Delayed entry is allowed for;
// other events count as censored. It is fitted by Newton's method with halved
// steps; the order of all sums is that of the arguments. Without ties, one 0/1
// covariate and no strata, its score test is the log-rank test.
//
// Source: Cox (1972), Efron (1977), Breslow (1974). Reference: lifelines
// CoxPHFitter (Efron), statsmodels PHReg (both; entry and strata).
func Cox(strata [][]CoxGroup, ties CoxTies) CoxFit {
	p := 0
	tables := make([][]LifeTable, len(strata))
	for s, groups := range strata {
		for g := range groups {
			p = max(p, len(groups[g].X))
			tables[s] = append(tables[s], groups[g].Table)
		}
	}
	c := &cox{strata: strata, tables: tables, ties: ties, u: make([]float64, p), info: make([][]float64, p)}
	for i := range c.info {
		c.info[i] = make([]float64, p)
	}
	beta := make([]float64, p)
	fit := CoxFit{Coef: nans(p), SE: nans(p), Score: notTestable}
	ll := c.eval(beta)
	fit.LogLik, fit.Null = ll, ll
	l, ok := factorize(c.info)
	if p == 0 || !ok {
		return fit
	}
	step := l.solve(c.u)
	q := inner(c.u, step)
	fit.Score = Test{Statistic: q, P: ChiSquareSF(q, p), DF: p}
	for range 60 {
		if q < 1e-20*max(1, math.Abs(ll)) {
			for i := range beta {
				fit.Coef[i], fit.SE[i] = beta[i], math.Sqrt(l.inverseAt(i))
			}
			fit.LogLik = ll
			return fit
		}
		next := make([]float64, p)
		for scale, tries := 1.0, 0; ; scale, tries = scale/2, tries+1 {
			for i := range beta {
				next[i] = beta[i] + float64(scale*step[i])
			}
			if x := c.eval(next); x >= ll-1e-12*math.Abs(ll) {
				ll = x
				break
			}
			if tries == 30 {
				return fit
			}
		}
		beta = next
		for _, b := range beta {
			if math.Abs(b) > 25 {
				return fit // no maximum: it runs away
			}
		}
		if l, ok = factorize(c.info); !ok {
			return fit
		}
		step = l.solve(c.u)
		q = inner(c.u, step)
	}
	return fit
}

type cox struct {
	strata [][]CoxGroup
	tables [][]LifeTable
	ties   CoxTies
	u      []float64
	info   [][]float64
}

// eval returns the partial log likelihood at beta, and leaves its gradient and
// the information behind.
func (c *cox) eval(beta []float64) (ll float64) {
	p := len(beta)
	clear(c.u)
	for i := range c.info {
		clear(c.info[i])
	}
	s1, d1, m := make([]float64, p), make([]float64, p), make([]float64, p)
	eachDeath(c.tables, func(s int, d, n []float64) {
		groups := c.strata[s]
		var s0, d0, all float64
		clear(s1)
		clear(d1)
		weight := make([]float64, len(groups))
		for g := range groups {
			eta := inner(groups[g].X, beta)
			weight[g] = math.Exp(eta)
			ll += float64(d[g] * eta)
			all += d[g]
			s0 += float64(n[g] * weight[g])
			d0 += float64(d[g] * weight[g])
			for i, x := range groups[g].X {
				c.u[i] += float64(d[g] * x)
				s1[i] += float64(n[g] * weight[g] * x)
				d1[i] += float64(d[g] * weight[g] * x)
			}
		}
		// Breslow's risk set is the same for all events of a time.
		rounds, each := int(all), 1.0
		if c.ties == CoxBreslow {
			rounds, each = 1, all
		}
		for r := range rounds {
			part := 0.0
			if c.ties == CoxEfron {
				part = float64(r) / all
			}
			f := s0 - float64(part*d0)
			ll -= float64(each * math.Log(f))
			for i := range p {
				m[i] = (s1[i] - float64(part*d1[i])) / f
				c.u[i] -= float64(each * m[i])
			}
			for g := range groups {
				w := (n[g] - float64(part*d[g])) * weight[g] / f
				for i, x := range groups[g].X {
					for j, y := range groups[g].X {
						c.info[i][j] += float64(each * w * (x - m[i]) * (y - m[j]))
					}
				}
			}
		}
	})
	return ll
}

func inner(a, b []float64) (s float64) {
	for i := range a {
		s += float64(a[i] * b[i])
	}
	return s
}
