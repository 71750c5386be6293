package fairness

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shrink"
	"evenhand/audit/stats"
)

const (
	crossRate     = "selection_rate"
	crossShrunken = "selection_rate_shrunken"
	crossRatio    = "intersection_selection_rate_ratio"
	crossBest     = "intersection_best_ratio"
	crossSmallest = "smallest_intersection"
	crossCause    = "INTERSECTION_GAP"
)

// Finish adds the metrics and the coverage.
func (s *cross) Finish(r *audit.Result) {
	cov := s.judge.Coverage(crossName)
	if s.dims < 2 {
		cov.Why = append(cov.Why, audit.T("the plan has one group column only: there is nothing to cross", "方案只有一个群体列，无可交叉"))
		r.Coverage = append(r.Coverage, cov)
		return
	}
	for i := range s.tables {
		t := &s.tables[i]
		if i == 0 && !t.over {
			continue
		}
		if t.over && (i > s.segments() || i > 0 || s.dims > 2) {
			cov.Why = append(cov.Why, audit.Tf("%[1]s have more than %[2]d combinations and are not crossed; cut them into fewer groups",
				"%[1]s的组合超过%[2]d个，未作交叉；请合并为更少的群体", s.namesOf(t.columns), s.settings.Cells))
		}
	}
	all := s.crossings(s.env.Plan.Honesty.Suppress)
	for _, c := range all {
		w := crossWriter{cross: s, r: r, crossing: c}
		if len(c.dims) > 1 {
			w.write(all)
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

// namesOf lists the names of columns.
func (s *cross) namesOf(columns []int) string {
	var names []string
	for _, c := range columns {
		names = append(names, s.columns[c].plan.Name)
	}
	return strings.Join(names, "×")
}

// crossWriter adds the metrics of one crossing.
type crossWriter struct {
	*cross
	r        *audit.Result
	crossing *crossing
	margins  []*crossing // of the same rows, by the crossing's dims
}

func (w *crossWriter) write(all []*crossing) {
	x := w.crossing
	for _, d := range x.dims {
		for _, y := range all {
			if len(y.dims) == 1 && y.dims[0] == d && y.segment == x.segment {
				w.margins = append(w.margins, y)
			}
		}
	}
	var references []string
	for _, d := range x.dims {
		references = append(references, w.columns[d].plan.Reference)
	}
	ref := x.find(references)
	honesty := w.env.Plan.Honesty
	if x.segment != "" {
		for _, c := range x.cells {
			if ref != nil && c != ref && !c.Open && !c.Hidden && !ref.Hidden && min(c.N, ref.N) >= honesty.MinCell {
				w.compare(c, ref)
			}
		}
		return
	}
	best := 0.
	var k, n []int64
	for _, c := range x.cells {
		k, n = append(k, c.k), append(n, c.N)
		if !c.Hidden && c.N >= honesty.MinCell {
			best = max(best, c.rate())
		}
	}
	prior := shrink.Fit(k, n)
	for _, c := range x.cells {
		m := w.metric(crossRate, w.label(c))
		m.K, m.N, m.Value = c.k, c.N, c.rate()
		m.Level, m.Interval = honesty.Level, "wilson"
		between(&m, stats.Wilson(c.k, c.N, honesty.Level))
		w.add(m, c)
		if c.Hidden {
			continue
		}

		m = w.metric(crossShrunken, w.label(c))
		m.K, m.N = c.k, c.N
		var i stats.Interval
		m.Value, i = prior.Rate(c.k, c.N, honesty.Level)
		m.Level, m.Interval = honesty.Level, "beta_binomial"
		if prior.Rho > 0 {
			between(&m, i)
		}
		w.r.Metrics = append(w.r.Metrics, m) // few rows are what it is for

		m = w.metric(crossBest, w.label(c))
		m.K, m.N = c.k, c.N
		if best > 0 {
			m.Value = c.rate() / best
		}
		w.add(m, c)
		if ref != nil && c != ref && !c.Open && !ref.Hidden {
			w.compare(c, ref)
		}
	}
	w.overall()
}

// compare adds the ratio to the reference combination, and what it is worth
// beyond the gaps of the single groups.
func (w *crossWriter) compare(c, ref *crossCell) {
	m := w.metric(crossRatio, w.label(c))
	m.Reference = w.label(ref)
	m.K, m.N, m.KRef, m.NRef = c.k, c.N, ref.k, ref.N
	t := stats.TableOf(c.k, c.N, ref.k, ref.N)
	level := w.env.Plan.Honesty.Level
	risk := t.RiskRatio(level)
	m.Value, m.Level, m.Interval = finite(risk.Value), level, "katz_log"
	between(&m, risk.Interval)
	m.Threshold = w.settings.Ratio
	m.Gap = stats.MinimumDetectableGap(ref.rate(), ref.N, c.N, testAlpha, testPower)
	expected := w.expected(c, ref)
	m.Effect, m.EffectOf = float64(float64(c.N)*expected)-float64(c.k), "excess_shortfall"
	below := shrink.Below(c.k, c.N, expected)
	above := shrink.Below(c.N-c.k, c.N, 1-expected)
	_, p := test(t)
	m.Test, m.P = "binomial", max(p, min(1, 2*min(below, above)))
	if m.Value < m.Threshold && m.Effect >= w.settings.Shortfall {
		m.Reach = audit.Fail
	}
	w.add(m, c, ref)
}

// expected is the rate that c has when nothing but the gaps of its groups, each
// on its own, works on it.
func (w *crossWriter) expected(c, ref *crossCell) float64 {
	rate := ref.rate()
	for i, margin := range w.margins {
		group, to := margin.find(c.groups[i:i+1]), margin.find(ref.groups[i:i+1])
		if x := ratio(group.k, group.N, to.k, to.N); x < 1 {
			rate *= x
		}
	}
	return rate
}

// overall adds the metrics of the whole crossing.
func (w *crossWriter) overall() {
	x, honesty := w.crossing, w.env.Plan.Honesty
	name := w.namesOf(x.dims)
	var cells []*cell
	var smallest *crossCell
	low, high := math.Inf(1), math.Inf(-1)
	var k, n int64
	left, hidden := 0, 0
	known := 0
	for _, c := range x.cells {
		if !c.Hidden && (smallest == nil || c.N < smallest.N) {
			smallest = c
		}
		if c.Hidden {
			hidden++
		}
		if slices.Contains(c.groups, unknown) {
			continue // compared with nobody
		}
		known++
		cells = append(cells, &c.cell)
		if c.Hidden || c.N < honesty.MinCell {
			left++
			continue
		}
		low, high = min(low, c.rate()), max(high, c.rate())
		k, n = k+c.k, n+c.N
	}
	value, used := differential(cells, honesty.MinCell)
	for _, m := range []audit.Metric{w.metric(parityDiff, name), w.metric(parityRatio, name), w.metric(smoothedFair, name)} {
		m.K, m.N = k, n
		switch {
		case used < 2:
			m.Reach = audit.Insufficient
		case m.Name == parityDiff:
			m.Value = high - low
		case m.Name == parityRatio && high > 0:
			m.Value = low / high
		case m.Name == smoothedFair:
			m.Value = value
		}
		if left > 0 {
			m.Warnings = append(m.Warnings, audit.Tf("%d of %d combinations are too small and left out", "%[2]d个组合中有%[1]d个样本过少，未计入", left, known))
		}
		w.r.Metrics = append(w.r.Metrics, m)
	}
	m := w.metric(crossSmallest, name)
	if smallest == nil {
		return
	}
	m.Value, m.N = float64(smallest.N), smallest.N
	if hidden > 0 {
		m.Warnings = append(m.Warnings, audit.Tf("%d of %d combinations are withheld, the smallest among them", "%[2]d个组合中有%[1]d个隐去，最小者亦在其中", hidden, len(x.cells)))
	}
	w.add(m, smallest)
}

func (w *crossWriter) metric(name, group string) audit.Metric {
	m := audit.NewMetric(crossName, name)
	m.Segment, m.Group = w.crossing.segment, group
	return m
}

// label names a combination: sex×age=F×<25.
func (w *crossWriter) label(c *crossCell) string {
	return w.namesOf(w.crossing.dims) + "=" + c.group
}

// add adds a metric: insufficient when one of the cells it is made of is too
// small to judge, withheld when one is hidden.
func (w *crossWriter) add(m audit.Metric, cells ...*crossCell) {
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
