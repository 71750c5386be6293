package fairness

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

const (
	proxyRate       = "proxy_selection_rate"
	proxyDifference = "proxy_selection_rate_difference"
	proxyRatio      = "proxy_selection_rate_ratio"
	proxySureRate   = "proxy_thresholded_rate"
	proxySureRatio  = "proxy_thresholded_ratio"
	proxyBounds     = "proxy_rate_bounds"
	proxyCoverage   = "proxy_coverage"
)

// proxyCell is one group in one slice.
type proxyCell struct {
	suppress.Cell // N is Σp, rounded
	group         string
	rate          stats.Rate // weighted
	sure, sureYes int64
	low, high     float64 // bounds of the approved members
	bins          [proxyBins + 1]struct{ weight, rows, yes int64 }
}

// proxySlice is all rows, a period, or a value of a segment.
type proxySlice struct {
	name  string // as in state
	cells []*proxyCell
}

// Finish adds the metrics and the coverage.
func (s *proxy) Finish(r *audit.Result) {
	cov := s.judge.Coverage(proxyName)
	proxies := false
	for d := range s.dims {
		out := s.slicesOf(uint64(d))
		for _, sl := range out {
			for _, c := range sl.cells {
				proxies = proxies || c.sure < c.rowsOf()
			}
		}
	}
	if !proxies && cov.Judged > 0 {
		cov.Judged = 0
		cov.Why = append(cov.Why, audit.T("no customer has a proxy: declared groups are compared by approvalparity", "没有客户使用代理概率：申报的群体由 approvalparity 比较"))
	}
	if s.over > 0 {
		cov.Why = append(cov.Why, audit.Tf("probabilities of a dimension add up to more than 1 for %d decisions, which are left out of it", "%d 笔决策的客户在某一维度的概率之和超过 1，未计入该维度", s.over))
	}
	for d := range s.dims {
		if cov.Judged > 0 {
			s.dim(r, d, cov.Judged)
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

func (c *proxyCell) rowsOf() (n int64) {
	for _, b := range c.bins {
		n += b.rows
	}
	return n
}

// slicesOf reads the slices of a dimension off the cube, all rows first.
func (s *proxy) slicesOf(dim uint64) []*proxySlice {
	by := map[uint64]*proxySlice{}
	cells := map[[2]uint64]*proxyCell{}
	var out []*proxySlice
	for k, n := range s.cube.All() {
		d, at, group, low := unpackProxy(k)
		if d != dim {
			continue
		}
		sl := by[at]
		if sl == nil {
			sl = &proxySlice{name: s.slices.Value(int32(at))}
			by[at] = sl
			out = append(out, sl)
		}
		c := cells[[2]uint64{at, group}]
		if c == nil {
			c = &proxyCell{group: s.dims[dim].groups.Value(int32(group))}
			cells[[2]uint64{at, group}] = c
			sl.cells = append(sl.cells, c)
		}
		bin, part := low>>proxyBinShift, low&(1<<partBits-1)
		switch part {
		case proxyWeight:
			if bin == 0 {
				c.rate.N += float64(n)
			} else {
				c.bins[bin].weight += n
			}
		case proxyApproved:
			c.rate.X += float64(n)
		case proxySure:
			c.sure = n
		case proxySureYes:
			c.sureYes = n
		case proxyRows:
			c.bins[bin].rows = n
		case proxyRowsYes:
			c.bins[bin].yes = n
		}
	}
	for _, sl := range out {
		for _, c := range sl.cells {
			c.settle()
		}
		slices.SortFunc(sl.cells, func(a, b *proxyCell) int { return strings.Compare(a.group, b.group) })
	}
	slices.SortFunc(out, func(a, b *proxySlice) int { return strings.Compare(a.name, b.name) })
	return out
}

// settle turns millionths into rows, and makes the bounds.
func (c *proxyCell) settle() {
	rest := int64(c.rate.N) // whole: a sum of integers
	for i := range c.bins[1:] {
		rest -= c.bins[i+1].weight
	}
	c.bins[0].weight = rest
	for _, b := range c.bins {
		w := float64(b.weight) / million
		c.low += max(0, w-float64(b.rows-b.yes))
		c.high += min(w, float64(b.yes))
	}
	c.rate.X, c.rate.N = c.rate.X/million, c.rate.N/million
	c.N = int64(math.Round(c.rate.N))
}

// hideProxies hides the groups that are too few: see hide.
func hideProxies(all []*proxySlice, least int64) {
	var cells []suppress.Slice
	for _, sl := range all {
		var x suppress.Slice
		if x.Family, _, _ = strings.Cut(sl.name, "="); sl.name != "" && sl.name[0] == 'p' {
			x.Family = "p"
		}
		for _, c := range sl.cells {
			x.Groups, x.Cells = append(x.Groups, c.group), append(x.Cells, &c.Cell)
		}
		cells = append(cells, x)
	}
	suppress.Slices(cells, least)
}

// dim adds the metrics of a dimension.
func (s *proxy) dim(r *audit.Result, d int, judged int64) {
	g := &s.dims[d].plan
	all := s.slicesOf(uint64(d))
	if len(all) == 0 {
		return // nobody's proxies are of this dimension
	}
	hideProxies(all, s.env.Plan.Honesty.Suppress)
	m := audit.NewMetric(proxyName, proxyCoverage)
	m.Group = g.Name
	shares.Set(&m, s.dims[d].covered, judged, s.env.Plan.Honesty)
	r.Metrics = append(r.Metrics, m)
	for _, sl := range all {
		w := proxyWriter{proxy: s, r: r, dim: g, slice: sl}
		var ref *proxyCell
		for _, c := range sl.cells {
			if c.group == g.Reference {
				ref = c
			}
		}
		for _, c := range sl.cells {
			w.rates(c)
			if ref != nil && c != ref {
				w.compare(c, ref)
			}
		}
	}
}

type proxyWriter struct {
	*proxy
	r     *audit.Result
	dim   *audit.Grouping
	slice *proxySlice
}

func (w *proxyWriter) metric(name string, c *proxyCell) audit.Metric {
	m := audit.NewMetric(proxyName, name)
	m.Group = w.dim.Name + "=" + c.group
	if n := w.slice.name; n != "" && n[0] == 'p' {
		m.Period = n[1:]
	} else if n != "" {
		m.Segment = n[1:]
	}
	m.Level = w.env.Plan.Honesty.Level
	return m
}

func (w *proxyWriter) add(m audit.Metric, cells ...*proxyCell) {
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

func (w *proxyWriter) rates(c *proxyCell) {
	m := w.metric(proxyRate, c)
	m.K, m.N, m.Value, m.Interval = int64(math.Round(c.rate.X)), c.N, c.rate.Value(), "wilson_weighted"
	between(&m, c.rate.Wilson(m.Level))
	w.add(m, c)

	m = w.metric(proxyBounds, c)
	m.Level, m.Interval = math.NaN(), "frechet_bounds"
	m.K, m.N, m.Value = int64(math.Round(c.rate.X)), c.N, c.rate.Value()
	m.Low, m.High = c.low/c.rate.N, c.high/c.rate.N
	w.add(m, c)

	m = w.metric(proxySureRate, c)
	shares.Set(&m, c.sureYes, c.sure, w.env.Plan.Honesty)
	if c.sure > 0 && c.sure < w.env.Plan.Honesty.Suppress {
		m.Suppress()
	}
	w.add(m, c)
}

func (w *proxyWriter) compare(c, ref *proxyCell) {
	versus := func(name, interval string) audit.Metric {
		m := w.metric(name, c)
		m.Reference, m.Interval = w.dim.Name+"="+ref.group, interval
		m.K, m.N, m.KRef, m.NRef = int64(math.Round(c.rate.X)), c.N, int64(math.Round(ref.rate.X)), ref.N
		return m
	}
	var i stats.Interval
	m := versus(proxyDifference, "newcombe_weighted")
	m.Value, i = c.rate.Minus(ref.rate, m.Level)
	between(&m, i)
	w.add(m, c, ref)

	m = versus(proxyRatio, "katz_log_weighted")
	m.Value, i = c.rate.Over(ref.rate, m.Level)
	between(&m, i)
	m.Threshold = w.settings.Ratio
	m.Effect, m.EffectOf = float64(c.rate.N*ref.rate.Value())-c.rate.X, "shortfall"
	m.Gap = stats.MinimumDetectableGap(ref.rate.Value(), ref.N, c.N, testAlpha, testPower)
	m.Test, m.P = "z_weighted", c.rate.ZTest(ref.rate).P
	if m.Value < m.Threshold && m.Effect >= w.settings.Shortfall {
		m.Reach = audit.Fail
	}
	w.add(m, c, ref)

	m = versus(proxySureRatio, "katz_log")
	m.K, m.N, m.KRef, m.NRef = c.sureYes, c.sure, ref.sureYes, ref.sure
	if h := w.env.Plan.Honesty; min(c.sure, ref.sure) < h.MinCell {
		m.Reach = audit.Insufficient
		if min(c.sure, ref.sure) < h.Suppress {
			m.Suppress()
		}
	} else {
		risk := stats.TableOf(c.sureYes, c.sure, ref.sureYes, ref.sure).RiskRatio(m.Level)
		m.Value = finite(risk.Value)
		between(&m, risk.Interval)
	}
	w.add(m, c, ref)
}
