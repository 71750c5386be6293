package limit

import (
	"math"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// Names of metrics that Conclude and the charts read.
const (
	incRatio     = "cumulative_incidence_ratio"
	incIncidence = "cumulative_incidence"
	incRisk      = "at_risk"
	incHazard    = "hazard_ratio"
)

// Finish adds the metrics and the coverage.
func (s *increases) Finish(r *audit.Result) {
	cov := audit.Coverage{Check: increaseName, RowsIn: s.n[incAccounts], Judged: s.n[incAccounts] - s.n[incUndated] - s.n[incEarlier]}
	for i, guard := range [incGuards]audit.Text{
		incUndated: audit.T("no grant on record: since when the account waits is not known", "没有授信记录：等待起点未知"),
		incEarlier: audit.T("raised, closed, frozen or in default before the observation begins", "观察期开始前已提额、关闭、冻结或违约"),
	} {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: guard, Rows: s.n[i]})
	}
	if len(s.by.left) > 0 {
		cov.Why = append(cov.Why, audit.T("a stratum of the plan says what the policy gave: it is no policy input, and is not held equal",
			"审计方案中有分层变量是政策给出的结果而非政策输入：不作为分层"))
	}
	all := s.by.groupsOf()
	w := incWriter{increases: s, r: r}
	whole := s.labels(all[0])
	if len(whole) == 1 {
		w.evaluations = whole[0].all.risk != [incCycles]int64{}
		w.alone = float64(whole[0].all.competing()) < s.settings.Competing*float64(whole[0].n)
	}
	for d := range s.by.dims {
		labels := whole
		if d > 0 {
			labels = s.labels(all[d])
		}
		w.dim = &s.by.dims[d]
		w.write(labels)
	}
	r.Coverage = append(r.Coverage, cov)
}

// incWriter adds metrics.
type incWriter struct {
	*increases
	r           *audit.Result
	dim         *compared
	evaluations bool // the export has some
	alone       bool // next to nothing competes
}

func (w *incWriter) write(labels []*incLabel) {
	var ref *incLabel
	for _, l := range labels {
		if !w.dim.everywhere && l.name == w.dim.reference {
			ref = l
		}
	}
	for _, l := range labels {
		w.single(l)
		if ref != nil && l != ref && l.name != noGroup {
			w.compare(l, ref)
		}
	}
}

// add adds a metric: insufficient when a group is too small to judge, withheld
// when one is hidden.
func (w *incWriter) add(m audit.Metric, groups ...*incLabel) {
	for _, g := range groups {
		if g.n < w.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
	}
	for _, g := range groups {
		if g.hidden {
			m.Suppress()
		}
	}
	w.r.Metrics = append(w.r.Metrics, m)
}

func (w *incWriter) level() float64 { return w.env.Plan.Honesty.Level }

func dayOf(at int64) string { return "day=" + strconv.FormatInt(at, 10) }

// single describes one group.
func (w *incWriter) single(g *incLabel) {
	m := w.metric("increases_per_account_year", "", w.dim, g, nil)
	i := stats.PoissonRate(g.all.increases, g.all.years(), w.level())
	m.K, m.N, m.Value = g.all.increases, g.n, ratioOf(float64(g.all.increases), g.all.years())
	m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, w.level(), "poisson_exact"
	w.add(m, g)

	m = w.metric("competing_event_rate", "", w.dim, g, nil)
	shares.Set(&m, g.all.competing(), g.n, w.env.Plan.Honesty)
	if w.dim.everywhere {
		m.Warnings = append(m.Warnings, w.curves())
	}
	w.add(m, g)
	if g.hidden {
		return
	}
	if w.dim.everywhere {
		for i, name := range []string{"decrease", "close", "freeze", "default"} {
			m := w.metric("competing_event_rate", "kind="+name, w.dim, g, nil)
			shares.Set(&m, g.all.kinds[incDecreased+i], g.n, w.env.Plan.Honesty)
			w.add(m, g)
		}
	}
	w.curve(g)
	w.median(g)
	to := int64(w.settings.Horizon)
	area, v := g.table.TimeLost(to)
	m = w.metric("restricted_mean_time_lost", dayOf(to), w.dim, g, nil)
	w.mean(&m, area, v, g)
	w.add(m, g)
	if w.alone {
		mean, v := g.table.RestrictedMean(to)
		m = w.metric("restricted_mean_survival_time", dayOf(to), w.dim, g, nil)
		w.mean(&m, mean, v, g)
		w.add(m, g)
	}
}

// curves says which curves are given, and why.
func (w *incWriter) curves() audit.Text {
	if w.alone {
		return audit.T("few waits end otherwise than by an increase: Kaplan-Meier and restricted means are given beside the incidence",
			"因其他原因结束的等待很少：除累积发生率外，另列Kaplan-Meier估计与限制平均时间")
	}
	return audit.T("waits often end otherwise than by an increase: only the incidence with competing events is given, and no Kaplan-Meier",
		"较多等待因其他原因结束：只列含竞争事件的累积发生率，不列Kaplan-Meier")
}

// mean sets a mean with the interval of its variance.
func (w *incWriter) mean(m *audit.Metric, x, variance float64, g *incLabel) {
	m.Value, m.N, m.K = x, g.n, g.all.kinds[incRaised]
	d := stats.NormalQuantile(.5+w.level()/2) * math.Sqrt(variance)
	m.Low, m.High, m.Level, m.Interval = x-d, x+d, w.level(), "normal"
}

// curve gives the incidence month by month, as far as enough are at risk.
func (w *incWriter) curve(g *incLabel) {
	km := g.table.KaplanMeier()
	for _, at := range w.settings.points() {
		risk := g.table.AtRisk(at)
		if at > g.table.Last() || risk < w.env.Plan.Honesty.Suppress {
			break
		}
		m := w.metric(incIncidence, dayOf(at), w.dim, g, nil)
		m.Value, _ = g.curve.At(at)
		m.N = g.n
		i := g.curve.LogLogIntervalOfIncidence(at, w.level())
		m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, w.level(), "aalen_johansen_log_log"
		w.add(m, g)
		m = w.metric(incRisk, dayOf(at), w.dim, g, nil)
		m.Value, m.N = float64(risk), g.n
		w.add(m, g)
		if w.alone && (at == int64(w.settings.Early) || at == int64(w.settings.Horizon)) {
			m = w.metric("kaplan_meier_estimate", dayOf(at), w.dim, g, nil)
			m.Value, _ = km.At(at)
			m.N = g.n
			i := km.LogLogInterval(at, w.level())
			m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, w.level(), "log_log"
			w.add(m, g)
		}
	}
}

// median is the first day by which half had an increase. With competing events
// it may never come.
func (w *incWriter) median(g *incLabel) {
	waiting := stats.Curve{Start: 1, Time: g.curve.Time, SE: g.curve.SE}
	for _, f := range g.curve.Value {
		waiting.Value = append(waiting.Value, 1-f)
	}
	m := w.metric("median_days_to_increase", "", w.dim, g, nil)
	m.N, m.K = g.n, g.all.kinds[incRaised]
	if x, ok := waiting.Median(); ok {
		m.Value = float64(x)
		lo, hi := waiting.MedianInterval(w.level())
		if lo >= 0 {
			m.Low = float64(lo)
		}
		if hi >= 0 {
			m.High = float64(hi)
		}
		m.Level, m.Interval = w.level(), "brookmeyer_crowley_log_log"
	}
	w.add(m, g)
}
