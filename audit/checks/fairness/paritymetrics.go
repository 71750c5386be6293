package fairness

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/stats"
)

const (
	rateMetric   = "selection_rate"
	diffMetric   = "selection_rate_difference"
	ratioMetric  = "selection_rate_ratio"
	oddsMetric   = "selection_rate_odds_ratio"
	boundsMetric = "selection_rate_ratio_bounds"
	parityDiff   = "demographic_parity_difference"
	parityRatio  = "demographic_parity_ratio"
)

// fisherBelow is the size of a cell under which the chi-square approximation
// gives way to Fisher's exact test.
const fisherBelow = 100

// The minimum detectable gap is stated at the customary level and power.
const testAlpha, testPower = 0.05, 0.8

// Finish adds the metrics and the coverage.
func (s *parity) Finish(r *audit.Result) {
	s.settle()
	cov := s.judge.Coverage(parityName)
	for d := range s.dims {
		g := &s.dims[d].plan
		sl := s.slicesOf(d)
		hide(sl, s.env.Plan.Honesty.Suppress)
		if why, ok := missingReference(g, sl[0]); !ok && cov.Judged > 0 {
			cov.Why = append(cov.Why, why)
		}
		for _, one := range sl {
			w := writer{parity: s, r: r, dim: g, slice: one}
			w.write()
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

func missingReference(g *audit.Grouping, all *slice) (audit.Text, bool) {
	switch {
	case g.Reference == "":
		return audit.Tf("%[1]s has no reference group in the plan: its rates are given, not compared",
			"审计方案未给%[1]s指定参照群体：只列通过率，不作比较", g.Name), false
	case all.find(g.Reference) == nil:
		return audit.Tf("no decision has %[1]s=%[2]s, the reference group: the rates of %[1]s are given, not compared",
			"没有任何决策属于参照群体%[1]s=%[2]s：%[1]s只列通过率，不作比较", g.Name, g.Reference), false
	}
	return audit.Text{}, true
}

// writer adds the metrics of one slice.
type writer struct {
	*parity
	r     *audit.Result
	dim   *audit.Grouping
	slice *slice
}

func (w *writer) write() {
	ref := w.slice.find(w.dim.Reference)
	none := w.slice.find(unknown)
	for _, c := range w.slice.cells {
		w.rate(c)
		if ref == nil || c == ref {
			continue
		}
		w.compare(c, ref)
		w.scoreInterval(c, ref)
		if none != nil && c != none && ref != none {
			w.bounds(c, ref, none)
		}
	}
	if ref != nil {
		w.aif360(ref)
	}
	w.parityOf()
}

func (w *writer) metric(name, group string) audit.Metric {
	m := audit.NewMetric(parityName, name)
	m.Period, m.Segment, m.Group = w.slice.period, w.slice.segment, group
	return m
}

func (w *writer) label(c *cell) string { return w.dim.Name + "=" + c.group }

// add adds a metric: insufficient when one of the cells it is made of is too
// small to judge, withheld when one is hidden.
func (w *writer) add(m audit.Metric, cells ...*cell) {
	for _, c := range cells {
		if c.N < w.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
	}
	for _, c := range cells {
		if c.Hidden {
			m.Suppress()
		}
	}
	w.r.Metrics = append(w.r.Metrics, m)
}

func (w *writer) rate(c *cell) {
	m := w.metric(rateMetric, w.label(c))
	m.K, m.N, m.Value = c.k, c.N, c.rate()
	m.Level, m.Interval = w.level(), "wilson"
	between(&m, stats.Wilson(c.k, c.N, w.level()))
	w.add(m, c)
}

func (w *writer) level() float64 { return w.env.Plan.Honesty.Level }

// versus returns a metric that compares c with ref.
func (w *writer) versus(name string, c, ref *cell, interval string) audit.Metric {
	m := w.metric(name, w.label(c))
	m.Reference = w.label(ref)
	m.K, m.N, m.KRef, m.NRef = c.k, c.N, ref.k, ref.N
	m.Level, m.Interval = w.level(), interval
	return m
}

func between(m *audit.Metric, i stats.Interval) { m.Low, m.High = i.Lo, i.Hi }

func (w *writer) compare(c, ref *cell) {
	table := stats.TableOf(c.k, c.N, ref.k, ref.N)

	m := w.versus(diffMetric, c, ref, "newcombe")
	m.Value = table.Difference()
	between(&m, stats.Newcombe(c.k, c.N, ref.k, ref.N, w.level()))
	w.add(m, c, ref)

	m = w.versus(oddsMetric, c, ref, "woolf")
	odds := table.OddsRatio(w.level())
	m.Value = finite(odds.Value)
	between(&m, odds.Interval)
	w.add(m, c, ref)

	m = w.versus(ratioMetric, c, ref, "katz_log")
	risk := table.RiskRatio(w.level())
	m.Value = finite(risk.Value)
	between(&m, risk.Interval)
	m.Threshold = w.settings.Ratio
	m.Effect, m.EffectOf = float64(c.N)*float64(ref.k)/float64(ref.N)-float64(c.k), "shortfall"
	m.Gap = stats.MinimumDetectableGap(ref.rate(), ref.N, c.N, testAlpha, testPower)
	m.Test, m.P = test(table)
	if m.Value < m.Threshold && m.Effect >= w.settings.Shortfall {
		m.Reach = audit.Fail
	}
	w.add(m, c, ref)
}

// finite makes a ratio to a rate of 0 not estimable.
func finite(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// ratio is k/n over kRef/nRef.
func ratio(k, n, kRef, nRef int64) float64 {
	group, ref := stats.TableOf(k, n, kRef, nRef).Rates()
	return finite(group / ref)
}

// test is Fisher's when a cell of the table is small, else chi-square with
// Yates' correction.
func test(t stats.Table) (name string, p float64) {
	if min(t.A, t.B, t.C, t.D) < fisherBelow {
		return "fisher", t.Fisher()
	}
	return "chi2_yates", t.ChiSquare(true).P
}

// bounds gives the ratio had the rows of unknown group belonged to c and ref
// in the worst way for c, and in the best.
func (w *writer) bounds(c, ref, none *cell) {
	m := w.versus(boundsMetric, c, ref, "unknown_groups")
	m.Level = math.NaN() // certain, given the rows
	m.Value = ratio(c.k, c.N, ref.k, ref.N)
	denied := none.N - none.k
	m.Low = ratio(c.k, c.N+denied, ref.k+none.k, ref.N+none.k)
	m.High = ratio(c.k+none.k, c.N+none.k, ref.k, ref.N+denied)
	m.Warnings = append(m.Warnings, audit.Tf("%d rows have no %s; no test is made on bounds",
		"%d条记录没有%s；上下界不作检验", none.N, w.dim.Name))
	if none.Hidden {
		m.Suppress()
		m.Warnings = nil
	}
	w.add(m, c, ref)
}

// parityOf adds the metrics over all groups with enough rows: parity, and
// differential fairness.
func (w *writer) parityOf() {
	diff, quot, fair := w.metric(parityDiff, w.dim.Name), w.metric(parityRatio, w.dim.Name), w.metric(smoothedFair, w.dim.Name)
	low, high := math.Inf(1), math.Inf(-1)
	used, left := 0, 0
	groups := slices.DeleteFunc(slices.Clone(w.slice.cells), func(c *cell) bool { return c.group == unknown })
	for _, c := range groups {
		if c.Hidden || c.N < w.env.Plan.Honesty.MinCell {
			left++
			continue
		}
		used++
		low, high = min(low, c.rate()), max(high, c.rate())
		diff.K, diff.N = diff.K+c.k, diff.N+c.N
	}
	quot.K, quot.N = diff.K, diff.N
	fair.K, fair.N = diff.K, diff.N
	fair.Value, _ = differential(groups, w.env.Plan.Honesty.MinCell)
	if used < 2 {
		diff.Reach, quot.Reach, fair.Reach = audit.Insufficient, audit.Insufficient, audit.Insufficient
	} else {
		diff.Value = high - low
		if high > 0 {
			quot.Value = low / high
		}
	}
	if left > 0 {
		for _, m := range []*audit.Metric{&diff, &quot, &fair} {
			m.Warnings = append(m.Warnings, leftOut(left, len(groups)))
		}
	}
	w.add(diff)
	w.add(quot)
	w.add(fair)
}
