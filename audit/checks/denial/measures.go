package denial

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

const (
	rateMetric      = "specific_reason_rate"
	diffMetric      = "specific_reason_rate_difference"
	unmatchedMetric = "appeal_fault_unmatched"
)

// measures writes the metrics.
type measures struct {
	*state
	r *audit.Result
}

// counts are the denials of one period, or of all, by verdict, and their days
// to the notice.
type counts struct {
	period   string
	verdicts map[audit.Disclosure]int64
	days     []stats.Cell
}

func (m *measures) write() {
	for _, c := range m.byPeriod() {
		m.period(c)
	}
	m.substance()
	for i := range m.groups {
		m.group(&m.groups[i])
	}
	if len(m.env.Plan.Reasons) > 0 && (m.hasReasons || m.hasShown) {
		m.rate("unlisted_reason_code_rate", m.n[codesUnlisted], m.n[codesShown])
	}
	if a := m.appeals; a.present {
		m.rate("appeal_overdue_rate", a.overdue, a.total)
		m.rate("appeal_without_human_rate", a.automatic, a.closed)
		unmatched := int64(0)
		for _, seen := range m.matched {
			if !seen {
				unmatched++
			}
		}
		m.rate(unmatchedMetric, unmatched, int64(len(a.faults)))
		if unmatched > 0 {
			m.r.Metrics[len(m.r.Metrics)-1].Reach = audit.Warn
		}
	}
}

// byPeriod reads the cube: all periods together first, then each in order.
func (m *measures) byPeriod() []*counts {
	all := &counts{verdicts: map[audit.Disclosure]int64{}}
	out := []*counts{all}
	byIndex := map[int32]*counts{}
	for key, n := range m.cube.All() {
		index := int32(key>>periodShift&(1<<(kindShift-periodShift)-1)) - 1
		value := key & (1<<periodShift - 1)
		to := []*counts{all}
		if label := m.env.Periods.Label(index); label != "" {
			c := byIndex[index]
			if c == nil {
				c = &counts{period: label, verdicts: map[audit.Disclosure]int64{}}
				byIndex[index] = c
				out = append(out, c) // verdicts come first in the cube, by period
			}
			to = append(to, c)
		}
		for _, c := range to {
			if key>>kindShift == verdicts {
				c.verdicts[audit.Disclosure(value)] += n
			} else {
				c.days = addDays(c.days, value, n)
			}
		}
	}
	return out
}

// addDays adds n to a day, which was counted from -1.
func addDays(days []stats.Cell, value uint64, n int64) []stats.Cell {
	i, ok := slices.BinarySearchFunc(days, value, func(c stats.Cell, v uint64) int { return cmp.Compare(c.Key, v) })
	if !ok {
		days = slices.Insert(days, i, stats.Cell{Key: value})
	}
	days[i].N += n
	return days
}

func (m *measures) metric(name, period string) audit.Metric {
	x := audit.NewMetric(checkName, name)
	x.Period = period
	return x
}

func (m *measures) add(x audit.Metric) { m.r.Metrics = append(m.r.Metrics, x) }

func (m *measures) period(c *counts) {
	var n, judged, specific int64
	for v, k := range c.verdicts {
		n += k
		switch v {
		case audit.Adequate, audit.Late, audit.NoRoute:
			specific += k
			judged += k
		case audit.Generic, audit.Absent:
			judged += k
		}
	}
	x := m.metric("denials", c.period)
	x.Value, x.K, x.N = float64(n), n, n
	m.add(x)
	if !m.assessed() {
		return
	}
	x = m.share(rateMetric, c.period, specific, judged)
	if c.period == "" && m.n[textsMixed] > 0 {
		x.Warnings = append(x.Warnings, audit.Tf("%d denials count as specific by a text that mixes generic wording with other words: read some",
			"%d笔拒绝因文字中除笼统措辞外另有内容而计为具体原因：请抽查", m.n[textsMixed]))
	}
	m.add(x)
	for v, name := range audit.DisclosureNames() {
		d := audit.Disclosure(v)
		switch d {
		case audit.Wrong, audit.Misleading: // not judged here
			continue
		}
		if c.verdicts[d] > 0 || c.period == "" {
			m.add(m.share("disclosure_"+strings.ToLower(name), c.period, c.verdicts[d], n))
		}
	}
	for _, q := range []struct {
		name  string
		share float64
	}{{"days_to_notice_p50", 0.5}, {"days_to_notice_p90", 0.9}} {
		if !m.hasNotice {
			break
		}
		x := m.metric(q.name, c.period)
		for _, d := range c.days {
			x.N += d.N
		}
		x.K = x.N
		x.Value = quantile(c.days, q.share) - 1 // days are counted from -1
		m.small(&x, x.N)
		m.add(x)
	}
}

// share is k/n with its interval.
func (m *measures) share(name, period string, k, n int64) audit.Metric {
	x := m.metric(name, period)
	shares.Set(&x, k, n, m.env.Plan.Honesty)
	return x
}

func (m *measures) rate(name string, k, n int64) { m.add(m.share(name, "", k, n)) }

func (m *measures) small(x *audit.Metric, n int64) {
	if n < m.env.Plan.Honesty.MinCell {
		x.Reach = audit.Insufficient
	}
}

// share of one group.
type groupCell struct {
	label  string
	k, n   int64
	hidden bool
}

// group compares how often groups get a specific reason.
func (m *measures) group(g *groupCounts) {
	if !m.assessed() {
		return
	}
	var cells []*groupCell
	var sizes []int64
	var ref *groupCell
	for _, v := range g.judged.Values() {
		name := v.Name
		if name == "" {
			name = "(unknown)"
		}
		c := &groupCell{label: g.plan.Name + "=" + name, k: g.specific.Of(v.Name), n: v.N}
		cells, sizes = append(cells, c), append(sizes, v.N)
		if name == g.plan.Reference {
			ref = c
		}
	}
	for i, hidden := range shares.Withheld(sizes, m.env.Plan.Honesty.Suppress) {
		cells[i].hidden = hidden
	}
	for _, c := range cells {
		x := m.share(rateMetric, "", c.k, c.n)
		x.Group = c.label
		if c.hidden {
			x.Suppress()
		}
		m.add(x)
		if ref != nil && c != ref {
			m.compare(c, ref)
		}
	}
}

func (m *measures) compare(c, ref *groupCell) {
	x := m.metric(diffMetric, "")
	x.Group, x.Reference = c.label, ref.label
	shares.Compare(&x, c.k, c.n, ref.k, ref.n, m.env.Plan.Honesty)
	x.Threshold = -m.settings.QualityGap
	x.Effect, x.EffectOf = math.Max(0, -x.Value)*float64(c.n), "specific reasons short of the reference rate"
	x.Gap = stats.MinimumDetectableGap(float64(ref.k)/float64(ref.n), ref.n, c.n, 0.05, 0.8)
	if x.Value <= x.Threshold {
		x.Reach = audit.Warn
	}
	m.small(&x, min(c.n, ref.n))
	if c.hidden || ref.hidden {
		x.Suppress()
	}
	m.add(x)
}
