package stats

import (
	"cmp"
	"math"
	"slices"
)

// SpellCount counts what happened to spells at one time, in whole units such
// as days: how many came under observation, and how many ended, and how.
type SpellCount struct {
	Time      int64
	Entered   int64 // under observation after Time: delayed entry (left truncation)
	Events    int64 // ended by the event of interest
	Competing int64 // ended by another event, after which it can't come
	Censored  int64 // no longer observed
}

// LifeRow is one time of a life table.
type LifeRow struct {
	SpellCount
	// AtRisk are the spells under observation just before Time: entered before
	// it, and not ended before it.
	AtRisk int64
}

// after is how many are at risk after the row.
func (r *LifeRow) after() int64 { return r.AtRisk + r.Entered - r.Events - r.Competing - r.Censored }

// LifeTable is the times at which something happened, ascending.
type LifeTable []LifeRow

// NewLifeTable makes the life table of counts, in any order, several of one
// time added up. A spell observed from its beginning enters at a negative time,
// so that an end at time 0 finds it at risk: (entry, end], as in R's Surv. It
// panics when more end than entered.
func NewLifeTable(counts []SpellCount) LifeTable {
	t, ok := ReadLifeTable(counts)
	if !ok {
		panic("stats: more spells end than are at risk")
	}
	return t
}

// ReadLifeTable is NewLifeTable for counts from outside: it reports whether
// they make sense.
func ReadLifeTable(counts []SpellCount) (LifeTable, bool) {
	sorted := slices.Clone(counts)
	slices.SortFunc(sorted, func(a, b SpellCount) int { return cmp.Compare(a.Time, b.Time) })
	var t LifeTable
	for _, c := range sorted {
		if n := len(t); n > 0 && t[n-1].Time == c.Time {
			r := &t[n-1]
			r.Entered += c.Entered
			r.Events += c.Events
			r.Competing += c.Competing
			r.Censored += c.Censored
			continue
		}
		t = append(t, LifeRow{SpellCount: c})
	}
	risk := int64(0)
	for i := range t {
		r := &t[i]
		r.AtRisk = risk
		if min(r.Entered, r.Events, r.Competing, r.Censored) < 0 || r.Events+r.Competing+r.Censored > risk {
			return nil, false
		}
		risk = r.after()
	}
	return t, true
}

// AtRisk is the number at risk just before a time.
func (t LifeTable) AtRisk(at int64) int64 {
	i, ok := slices.BinarySearchFunc(t, at, func(r LifeRow, at int64) int { return cmp.Compare(r.Time, at) })
	switch {
	case ok:
		return t[i].AtRisk
	case i == 0:
		return 0
	}
	return t[i-1].after()
}

// Between returns the life table of the times in (from, to]: who is at risk after
// from enters there, and who is left after to is censored. A hazard ratio that
// differs between two pieces of time speaks against proportional hazards.
func (t LifeTable) Between(from, to int64) LifeTable {
	counts := []SpellCount{{Time: from, Entered: t.AtRisk(from + 1)}}
	left := counts[0].Entered
	for i := range t {
		if r := &t[i]; r.Time > from && r.Time <= to {
			counts = append(counts, r.SpellCount)
			left += r.Entered - r.Events - r.Competing - r.Censored
		}
	}
	return NewLifeTable(append(counts, SpellCount{Time: to, Censored: left}))
}

// Totals returns how many spells entered, and how many ended by the event and
// by others.
func (t LifeTable) Totals() (entered, events, competing int64) {
	for i := range t {
		entered += t[i].Entered
		events += t[i].Events
		competing += t[i].Competing
	}
	return entered, events, competing
}

// Last is the last time at which the curve is known: the last end of any kind
// for which anyone was at risk; -1 when there is none.
func (t LifeTable) Last() int64 {
	for i := len(t) - 1; i >= 0; i-- {
		if t[i].AtRisk > 0 {
			return t[i].Time
		}
	}
	return -1
}

// Curve is a step function of time, with the standard error at each step. It
// holds from Time[i] to before Time[i+1], and is Start before the first.
type Curve struct {
	Time      []int64
	Value, SE []float64
	Start     float64
}

// At returns the curve's value and standard error at a time.
func (c *Curve) At(at int64) (value, se float64) {
	i, ok := slices.BinarySearch(c.Time, at)
	if !ok {
		i--
	}
	if i < 0 {
		return c.Start, 0
	}
	return c.Value[i], c.SE[i]
}

// KaplanMeier returns the share of spells that the event has not ended, with
// Greenwood's standard error. Spells that something else ended count as
// censored: where that is frequent, 1 − S overstates how many see the event,
// and [LifeTable.AalenJohansen] does not.
//
// Source: Kaplan & Meier (1958), Greenwood (1926). Reference: lifelines
// KaplanMeierFitter, statsmodels SurvfuncRight.surv_prob_se.
func (t LifeTable) KaplanMeier() Curve {
	c := Curve{Start: 1}
	s, green := 1.0, 0.0
	for i := range t {
		d, n := float64(t[i].Events), float64(t[i].AtRisk)
		if d == 0 {
			continue
		}
		s = float64(s * ((n - d) / n))
		green += d / float64(n*(n-d))
		se := float64(s * math.Sqrt(green))
		if s == 0 {
			se = nan
		}
		c.step(t[i].Time, s, se)
	}
	return c
}

// NelsonAalen returns the cumulative hazard, Σ d/n, with the standard error
// √Σ d/n² of Aalen. Reference: lifelines NelsonAalenFitter(nelson_aalen_smoothing=False).
func (t LifeTable) NelsonAalen() Curve {
	var c Curve
	h, v := 0.0, 0.0
	for i := range t {
		d, n := float64(t[i].Events), float64(t[i].AtRisk)
		if d == 0 {
			continue
		}
		h += d / n
		v += d / float64(n*n)
		c.step(t[i].Time, h, math.Sqrt(v))
	}
	return c
}

func (c *Curve) step(at int64, value, se float64) {
	c.Time, c.Value, c.SE = append(c.Time, at), append(c.Value, value), append(c.SE, se)
}

// PlainInterval is value ± z·SE, cut to [0, 1]: R's conf.type = "plain".
func (c *Curve) PlainInterval(at int64, level float64) Interval {
	v, se := c.At(at)
	if se != se {
		return notEstimable
	}
	d := float64(critical(level) * se)
	return Interval{max(0, v-d), min(1, v+d)}
}

// LogLogInterval is exp(−exp(ln(−ln v) ± z·SE/(v·ln v))) of a survival curve:
// lifelines' "exponential Greenwood" interval and R's conf.type = "log-log". It
// stays within (0, 1), and is not estimable where the curve is 0 or 1.
func (c *Curve) LogLogInterval(at int64, level float64) Interval {
	v, se := c.At(at)
	return logLog(v, se, level)
}

// LogLogIntervalOfIncidence is the same of a curve that rises from 0: the
// interval of 1 − v, turned round.
func (c *Curve) LogLogIntervalOfIncidence(at int64, level float64) Interval {
	v, se := c.At(at)
	i := logLog(1-v, se, level)
	return Interval{1 - i.Hi, 1 - i.Lo}
}

func logLog(v, se, level float64) Interval {
	if !(v > 0 && v < 1) || se != se {
		return notEstimable
	}
	l := math.Log(v)
	d := critical(level) * (se / float64(v*l)) // negative
	at := math.Log(-l)
	return Interval{math.Exp(-math.Exp(at - d)), math.Exp(-math.Exp(at + d))}
}

// Median returns the first time at which a survival curve is at most one half,
// and false when it never is. Reference: lifelines median_survival_time_.
func (c *Curve) Median() (int64, bool) { return c.Quantile(.5) }

// Quantile returns the first time at which a survival curve is at most 1 − q.
func (c *Curve) Quantile(q float64) (int64, bool) {
	for i, v := range c.Value {
		if v <= 1-q+1e-15 {
			return c.Time[i], true
		}
	}
	return 0, false
}

// MedianInterval returns the times at which the ends of the log-log interval
// reach one half, after Brookmeyer & Crowley; an end that never does is -1.
// Reference: lifelines median_survival_times(confidence_interval_).
func (c *Curve) MedianInterval(level float64) (lo, hi int64) {
	lo, hi = -1, -1
	for i, at := range c.Time {
		v := c.LogLogInterval(at, level)
		if c.Value[i] == 0 {
			v = Interval{0, 0}
		}
		if lo < 0 && v.Lo <= .5 {
			lo = at
		}
		if hi < 0 && v.Hi <= .5 {
			hi = at
		}
	}
	return lo, hi
}
