package fairness

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

const (
	channelRate   = "channel_selection_rate"
	channelOdds   = "channel_conditional_odds_ratio"
	channelSpread = "channel_odds_ratio_spread"
	channelCause  = "CHANNEL_GAP"
)

// Finish adds the metrics and the coverage.
func (s *channel) Finish(r *audit.Result) {
	cov := s.judge.Coverage(channelName)
	present := 0
	for i := range s.columns {
		c := &s.columns[i]
		if s.env.Layouts["decisions"].Exported(c.plan.Name) {
			present++
		}
		s.finish(c, r)
	}
	if present == 0 {
		cov.Why = append(cov.Why, audit.T("the export has neither channel nor partner: there is nothing to compare", "导出数据没有渠道，也没有合作方：无可比较"))
	}
	r.Coverage = append(r.Coverage, cov)
}

// finish compares the values of one column.
func (s *channel) finish(c *channelColumn, r *audit.Result) {
	h := s.env.Plan.Honesty
	var cells []*cell
	ids := map[*cell]uint32{}
	by := map[uint32]*cell{}
	sum := &suppress.Sum{}
	for rank, id := range c.keys.Sorted() {
		x := &cell{group: c.keys.Value(id)}
		x.Open = x.group == unknown
		cells = append(cells, x)
		ids[x], by[uint32(rank)] = uint32(rank), x
		sum.Cells = append(sum.Cells, &x.Cell)
	}
	counts := c.counts.Renumbered(renumberBit(s.strata.keys.Ranks(), c.keys.Ranks()))
	counts.Each(func(_, cell uint32, n int64) {
		x := by[cell>>1]
		x.N += n
		x.k += n * int64(cell&1)
	})
	suppress.Hide([]*suppress.Sum{sum}, h.Suppress)
	// Those without a score are not alike for it.
	strata := slices.DeleteFunc(counts.Cut(s.settings.Bands), func(b bands.Band) bool { return b.Number < 0 })
	scored := s.env.Layouts["decisions"].Exported("score")
	known := 0
	for _, x := range cells {
		if x.group != unknown {
			known++
		}
	}
	var compared []audit.Metric
	for _, x := range cells {
		label := c.plan.Name + "=" + x.group
		m := audit.NewMetric(channelName, channelRate)
		m.Group, m.K, m.N, m.Value = label, x.k, x.N, x.rate()
		m.Level, m.Interval = h.Level, "wilson"
		between(&m, stats.Wilson(x.k, x.N, h.Level))
		s.add(r, m, x)
		if x.group == unknown || known < 2 || !scored {
			continue
		}
		m, spread := s.compare(label, c.plan.Name, bands.Tables(strata, func(cell uint32) (bands.Side, bool) {
			switch {
			case cell>>1 == ids[x]:
				return bands.Group, cell&1 == 1
			case by[cell>>1].group == unknown:
				return bands.Neither, false
			}
			return bands.Reference, cell&1 == 1
		}))
		if m.N < h.MinCell || m.NRef < h.MinCell {
			m.Reach, spread.Reach = audit.Insufficient, audit.Insufficient
		}
		if x.Hidden {
			m.Suppress()
			spread.Suppress()
		}
		compared = append(compared, m)
		r.Metrics = append(r.Metrics, spread)
	}
	if len(compared) == 2 { // mirror images: the one behind is tested
		ahead := 0
		if compared[1].Value >= compared[0].Value {
			ahead = 1
		}
		compared[ahead].P, compared[ahead].Test = math.NaN(), ""
		if compared[ahead].Reach > audit.Pass {
			compared[ahead].Reach = audit.Pass
		}
	}
	r.Metrics = append(r.Metrics, compared...)
}

// compare gives the common odds ratio of strata and how far they spread.
func (s *channel) compare(label, column string, tables []stats.Table) (m, spread audit.Metric) {
	h := s.env.Plan.Honesty
	m = audit.NewMetric(channelName, channelOdds)
	m.Group, m.Reference = label, column+"=(others)"
	spread = m
	spread.Name = channelSpread
	var expected float64
	for _, t := range tables {
		n, ref := t.A+t.B, t.C+t.D
		m.K, m.N, m.KRef, m.NRef = m.K+t.A, m.N+n, m.KRef+t.C, m.NRef+ref
		expected += float64(n) * float64(t.A+t.C) / float64(n+ref)
	}
	spread.K, spread.N, spread.KRef, spread.NRef = m.K, m.N, m.KRef, m.NRef
	if len(tables) == 0 {
		return m, spread
	}
	odds := stats.MantelHaenszelOR(tables, h.Level)
	m.Value, m.Level, m.Interval = finite(odds.Value), h.Level, "robins_breslow_greenland"
	between(&m, odds.Interval)
	m.Threshold = s.settings.Odds
	if m.Value < 1 {
		m.Threshold = 1 / s.settings.Odds
	}
	m.Effect, m.EffectOf = float64(m.K)-expected, "approvals_above_expected"
	cmh := stats.CochranMantelHaenszel(tables, true)
	m.Test, m.P = "cmh_corrected", cmh.P
	apart := m.Value > s.settings.Odds || m.Value < 1/s.settings.Odds
	if apart && math.Abs(m.Effect) >= s.settings.Excess {
		m.Reach = audit.Warn
	}
	tarone := stats.BreslowDay(tables, true)
	spread.Value, spread.Effect, spread.EffectOf = tarone.Statistic, tarone.P, "p_uncorrected"
	return m, spread
}

func (s *channel) add(r *audit.Result, m audit.Metric, c *cell) {
	if c.N < s.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
	if c.Hidden {
		m.Suppress()
	}
	r.Metrics = append(r.Metrics, m)
}
