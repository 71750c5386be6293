package stats

import "math"

// AalenJohansen returns the share of spells that the event has ended by each
// time, where other events compete for them: the cumulative incidence, with its
// standard error by the delta method. Without other events it is 1 − S of
// [LifeTable.KaplanMeier], and so is its standard error.
//
// Source: Aalen & Johansen (1978); Dinse & Larson (1986) for the variance.
// Reference: lifelines AalenJohansenFitter.
func (t LifeTable) AalenJohansen() Curve {
	var c Curve
	steps := t.incidence()
	for k := range steps {
		if steps[k].q1 == 0 {
			continue
		}
		// The variance at this time, from the steps up to it.
		at, v := steps[k].f, 0.0
		for j := range steps[:k+1] {
			v += steps[j].variance(steps[j].before, at-steps[j].f)
		}
		c.step(steps[k].at, at, math.Sqrt(v))
	}
	return c
}

// incidenceStep is a time at which spells ended: by the event (share q1 of
// those at risk) or by others (q2).
type incidenceStep struct {
	at     int64
	n      float64 // at risk
	q1, q2 float64
	before float64 // share not ended before
	f      float64 // incidence, this step included
}

func (t LifeTable) incidence() []incidenceStep {
	var out []incidenceStep
	s, f := 1.0, 0.0
	for i := range t {
		if t[i].Events+t[i].Competing == 0 {
			continue
		}
		n := float64(t[i].AtRisk)
		x := incidenceStep{at: t[i].Time, n: n, q1: float64(t[i].Events) / n, q2: float64(t[i].Competing) / n, before: s}
		f += float64(s * x.q1)
		x.f = f
		s = float64(s * (float64(t[i].AtRisk-t[i].Events-t[i].Competing) / n))
		out = append(out, x)
	}
	return out
}

// variance is what a step adds to the variance of a functional whose derivative
// by q1 is gain − loss/(1 − q), and by q2 −loss/(1 − q): the shares at one time
// are multinomial, and independent from time to time.
func (x *incidenceStep) variance(gain, loss float64) float64 {
	rest := 1 - x.q1 - x.q2
	b := 0.0
	if loss != 0 {
		if !(rest > 0) {
			return nan
		}
		b = loss / rest
	}
	a := gain - b
	// var(a·q1 − b·q2)
	return (float64(a*a*x.q1*(1-x.q1)) + float64(b*b*x.q2*(1-x.q2)) + 2*float64(a*b*x.q1*x.q2)) / x.n
}

// TimeLost returns the mean time within [0, to] that spells spend after the
// event: the area under the cumulative incidence, and its variance. Where
// nothing competes, to − TimeLost is the restricted mean survival time.
//
// It is NaN when nobody is under observation up to to, unless the curve has
// ended before. Source: Andersen (2013). Reference: the definition, in numpy.
func (t LifeTable) TimeLost(to int64) (area, variance float64) {
	if !t.observed(to) {
		return nan, nan
	}
	steps := t.incidence()
	var next *incidenceStep
	after := 0.0 // the area behind a step of what is added behind it
	// Backwards: what lies behind a step is known when it is reached.
	for i := len(steps) - 1; i >= 0; i-- {
		x := &steps[i]
		if x.at > to {
			continue
		}
		if next != nil {
			after += float64(float64(to-next.at) * (next.f - x.f))
		}
		variance += x.variance(float64(x.before*float64(to-x.at)), after)
		next = x
	}
	if next != nil {
		area = after + float64(float64(to-next.at)*next.f)
	}
	return area, variance
}

// observed reports whether the curve is known up to a time: someone is at risk
// there, or no one was left before.
func (t LifeTable) observed(to int64) bool {
	if len(t) == 0 {
		return false
	}
	if t.AtRisk(to) > 0 {
		return true
	}
	for i := len(t) - 1; i >= 0; i-- {
		if r := &t[i]; r.Time <= to && r.AtRisk > 0 {
			return r.Events+r.Competing == r.AtRisk // all ended: nothing is unknown
		}
	}
	return false
}

// RestrictedMean returns the mean of the time to the event, cut at to: the area
// under Kaplan & Meier's curve, and its variance. Other events count as
// censored. Reference: lifelines restricted_mean_survival_time; the variance is
// Greenwood's sum of squared areas, as in R's survRM2.
func (t LifeTable) RestrictedMean(to int64) (mean, variance float64) {
	alone := make(LifeTable, len(t))
	for i, r := range t {
		r.Censored, r.Competing = r.Censored+r.Competing, 0
		alone[i] = r
	}
	lost, v := alone.TimeLost(to)
	return float64(to) - lost, v
}

// CurveRatio returns the ratio of two incidences, with the normal interval of
// its logarithm. Reference: the delta method.
func CurveRatio(value, se, ref, seRef, level float64) Ratio {
	if !(value > 0) || !(ref > 0) {
		r := value / ref
		if math.IsInf(r, 0) {
			r = nan
		}
		return Ratio{r, nan, notEstimable}
	}
	a, b := se/value, seRef/ref
	return logRatio(value/ref, math.Sqrt(float64(a*a)+float64(b*b)), level)
}
