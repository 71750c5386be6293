package limit

import (
	"fmt"
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// compare holds a group against the reference.
func (w *incWriter) compare(g, ref *incLabel) {
	p := w.pair(g, ref, w.evaluations)
	rank := stats.LogRank(p.tables, stats.LogRankPlain)
	hazard := w.hazard(p.tables, func(t stats.LifeTable) stats.LifeTable { return t })
	for _, at := range []int64{int64(w.settings.Early), int64(w.settings.Horizon)} {
		w.incidence(g, ref, at, rank, hazard)
	}
	ratio := func(name string, r stats.Ratio, how string) audit.Metric {
		m := w.metric(name, "", w.dim, g, ref)
		m.Value, m.Low, m.High, m.Level, m.Interval = r.Value, r.Interval.Lo, r.Interval.Hi, w.level(), how
		m.K, m.N, m.KRef, m.NRef = g.all.kinds[incRaised], g.n, ref.all.kinds[incRaised], ref.n
		return m
	}
	w.add(ratio(incHazard, hazard, "cox_efron_stratified"), g, ref)
	for _, x := range [][2]int64{{-2, int64(w.settings.Early)}, {int64(w.settings.Early), int64(w.settings.Horizon)}} {
		r := w.hazard(p.tables, func(t stats.LifeTable) stats.LifeTable { return t.Between(x[0], x[1]) })
		m := ratio(incHazard, r, "cox_efron_stratified")
		m.Segment = fmt.Sprintf("days=%d-%d", max(x[0], 0), x[1])
		m.K, m.KRef = raisedBy(g, x[1])-raisedBy(g, x[0]), raisedBy(ref, x[1])-raisedBy(ref, x[0])
		if x[0] >= 0 {
			m.N, m.NRef = g.table.AtRisk(x[0]+1), ref.table.AtRisk(x[0]+1)
		}
		switch n := min(m.N, m.NRef); {
		case n < w.env.Plan.Honesty.Suppress:
			m.Suppress()
		case n < w.env.Plan.Honesty.MinCell:
			m.Reach = audit.Insufficient
		}
		w.add(m, g, ref)
	}
	w.add(ratio("discrete_hazard_ratio", stats.DiscreteHazard(p.cells, stats.HazardCLogLog, w.level()), "cloglog"), g, ref)
	w.add(ratio("discrete_hazard_odds_ratio", stats.DiscreteHazard(p.cells, stats.HazardLogit, w.level()), "logit"), g, ref)

	m := w.metric("observed_to_expected_increases", "", w.dim, g, ref)
	m.Value = ratioOf(rank.Observed[1], rank.Expected[1])
	m.K, m.N, m.NRef = int64(rank.Observed[1]), g.n, ref.n
	w.add(m, g, ref)

	rate, _ := stats.RateRatio(g.all.increases, g.all.years(), ref.all.increases, ref.all.years(), w.level())
	m = w.metric("increase_rate_ratio", "", w.dim, g, ref)
	m.Value, m.Low, m.High, m.Level, m.Interval = rate.Value, rate.Interval.Lo, rate.Interval.Hi, w.level(), "clopper_pearson"
	m.K, m.N, m.KRef, m.NRef = g.all.increases, g.n, ref.all.increases, ref.n
	w.add(m, g, ref)

	to := int64(w.settings.Horizon)
	difference := func(name string, of func(stats.LifeTable, int64) (float64, float64)) {
		a, va := of(g.table, to)
		b, vb := of(ref.table, to)
		m := w.metric(name, dayOf(to), w.dim, g, ref)
		w.mean(&m, a-b, va+vb, g)
		m.KRef, m.NRef = ref.all.kinds[incRaised], ref.n
		w.add(m, g, ref)
	}
	difference("restricted_mean_time_lost_difference", stats.LifeTable.TimeLost)
	if w.alone {
		difference("restricted_mean_survival_time_difference", stats.LifeTable.RestrictedMean)
	}
}

// hazard is the hazard ratio within strata, of what cut leaves of the tables.
func (w *incWriter) hazard(strata [][]stats.LifeTable, cut func(stats.LifeTable) stats.LifeTable) stats.Ratio {
	var groups [][]stats.CoxGroup
	for _, t := range strata {
		groups = append(groups, []stats.CoxGroup{{X: []float64{0}, Table: cut(t[0])}, {X: []float64{1}, Table: cut(t[1])}})
	}
	fit := stats.Cox(groups, stats.CoxEfron)
	return fit.HazardRatio(0, w.level())
}

// incidence compares how many had an increase by a day. The test is made at the
// horizon only, so that a comparison counts once in the correction.
func (w *incWriter) incidence(g, ref *incLabel, at int64, rank stats.LogRankResult, hazard stats.Ratio) {
	m := w.metric(incRatio, dayOf(at), w.dim, g, ref)
	m.K, m.N, m.KRef, m.NRef = raisedBy(g, at), g.n, raisedBy(ref, at), ref.n
	if g.hidden || ref.hidden || min(g.table.Last(), ref.table.Last()) < at {
		w.add(m, g, ref)
		return // nobody was observed that long
	}
	a, sa := g.curve.At(at)
	b, sb := ref.curve.At(at)
	r := stats.CurveRatio(a, sa, b, sb, w.level())
	m.Value, m.Low, m.High, m.Level, m.Interval = r.Value, r.Interval.Lo, r.Interval.Hi, w.level(), "delta_log"
	m.Threshold = w.settings.Ratio
	m.Effect, m.EffectOf = float64(g.n)*(b-a), "shortfall"
	if at == int64(w.settings.Horizon) {
		m.Test, m.P = "logrank_stratified", rank.Test.P
		m.Gap = stats.MinimumDetectableGap(b, ref.n, g.n, .05, .8)
		if m.Value < m.Threshold && m.Effect >= w.settings.Shortfall && hazard.Value < m.Threshold && m.P == m.P {
			m.Reach = audit.Fail
		}
	}
	w.add(m, g, ref)
}

// raisedBy is how many spells an increase had ended by a day.
func raisedBy(g *incLabel, at int64) (n int64) {
	for i := range g.table {
		if g.table[i].Time <= at {
			n += g.table[i].Events
		}
	}
	return n
}

// ratioOf is a/b, NaN where b is 0.
func ratioOf(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
