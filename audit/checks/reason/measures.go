package reason

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/reasons"
	"evenhand/audit/stats"
)

const (
	rightMetric     = "right_reason_rate"
	rightDifference = "right_reason_rate_difference"
	firstMetric     = "first_reason_agreement"
	firstDifference = "first_reason_agreement_difference"
	agreeMetric     = "method_first_agreement"
	overlapMetric   = "method_top_overlap"
)

// measures writes the metrics.
type measures struct {
	*state
	r      *audit.Result
	counts *counts
}

// ratios are the metrics that are one count's share of another.
var ratios = []struct {
	name        string
	part, whole int
}{
	{rightMetric, nRight, nJudged},
	{firstMetric, nFirstSame, nFirst},
	{"reason_precision", nLookedTop, nLooked},
	{"principal_recall", nPrincipalTold, nPrincipal},
	{"many_reasons_rate", nMany, nJudged},
	{"sufficient_reasons_rate", nSuffice, nNeutral},
}

func (m *measures) write(t *second) {
	n := &m.counts.all
	if n[nJudged] == 0 {
		return
	}
	for _, x := range ratios {
		m.add(m.share(x.name, n[x.part], n[x.whole]))
	}
	x := audit.NewMetric(checkName, "reasons_per_denial")
	x.Value, x.K, x.N = float64(n[nGiven])/float64(n[nJudged]), n[nGiven], n[nJudged]
	m.small(&x, x.N)
	m.add(x)
	for i := range m.counts.dims {
		m.dimension(&m.counts.dims[i])
	}
	if t == nil {
		return
	}
	if k := t.tau.N(); k > 0 {
		x := audit.NewMetric(checkName, "reason_order_tau")
		x.Value, x.K, x.N = t.tau.Mean(), k, k
		m.small(&x, k)
		m.add(x)
	}
	for i := range t.agree {
		m.agreement(t, i)
	}
}

func (m *measures) add(x audit.Metric) { m.r.Metrics = append(m.r.Metrics, x) }

func (m *measures) small(x *audit.Metric, n int64) {
	if n < m.env.Plan.Honesty.MinCell {
		x.Reach = audit.Insufficient
	}
}

// share is k/n with its interval.
func (m *measures) share(name string, k, n int64) audit.Metric {
	x := audit.NewMetric(checkName, name)
	shares.Set(&x, k, n, m.env.Plan.Honesty)
	return x
}

// cell is one value of a dimension.
type cell struct {
	label  string
	n      *[kinds]int64
	hidden bool
}

// dimension writes the shares of each value of a dimension, and compares groups
// with their reference.
func (m *measures) dimension(d *dimension) {
	var cells []*cell
	var sizes []int64
	var ref *cell
	values := d.values()
	for i := range values {
		v := &values[i]
		name := v.name
		if name == "" {
			if !d.group {
				continue
			}
			name = "(unknown)"
		}
		c := &cell{label: d.name + "=" + name, n: &v.n}
		cells, sizes = append(cells, c), append(sizes, v.n[nJudged])
		if d.group && name == d.reference {
			ref = c
		}
	}
	if d.group {
		for i, hidden := range shares.Withheld(sizes, m.env.Plan.Honesty.Suppress) {
			cells[i].hidden = hidden
		}
	}
	for _, c := range cells {
		for _, s := range ratios[:4] {
			if c.n[s.whole] == 0 {
				continue
			}
			x := m.share(s.name, c.n[s.part], c.n[s.whole])
			if d.group {
				x.Group = c.label
			} else {
				x.Segment = c.label
			}
			if c.hidden {
				x.Suppress()
			}
			m.add(x)
		}
		if ref != nil && c != ref {
			m.compare(rightDifference, "right reasons short of the reference rate", nRight, nJudged, c, ref)
			m.compare(firstDifference, "right first reasons short of the reference rate", nFirstSame, nFirst, c, ref)
		}
	}
}

// compare holds a group's share against the reference group's.
func (m *measures) compare(name, effect string, part, whole int, c, ref *cell) {
	k, n, kRef, nRef := c.n[part], c.n[whole], ref.n[part], ref.n[whole]
	if n == 0 || nRef == 0 {
		return
	}
	x := audit.NewMetric(checkName, name)
	x.Group, x.Reference = c.label, ref.label
	shares.Compare(&x, k, n, kRef, nRef, m.env.Plan.Honesty)
	x.Threshold = -m.settings.QualityGap
	x.Effect, x.EffectOf = math.Max(0, -x.Value)*float64(n), effect
	x.Gap = stats.MinimumDetectableGap(float64(kRef)/float64(nRef), nRef, n, 0.05, 0.8)
	if x.Value <= x.Threshold {
		x.Reach = audit.Warn
	}
	m.small(&x, min(n, nRef))
	if c.hidden || ref.hidden {
		x.Suppress()
	}
	m.add(x)
}

// agreement writes how far the methods of a model agree.
func (m *measures) agreement(t *second, of int) {
	primary := t.ranker.Primary(of)
	for q := range reasons.Methods {
		for p := q + 1; p < reasons.Methods; p++ {
			n := &t.agree[of].pairs[q][p]
			if n.n == 0 {
				continue
			}
			a, b := q, p
			if b == primary {
				a, b = p, q
			}
			for _, x := range []audit.Metric{m.share(agreeMetric, n.first, n.n), m.share(overlapMetric, n.shared, n.slots)} {
				x.Segment = "model=" + m.env.Models[of].Spec.Label()
				x.Group, x.Reference = "method="+a.String(), "method="+b.String()
				if a == primary && !a.Regulatory() && b.Regulatory() {
					x.Threshold = m.settings.Agreement
					if x.Value < x.Threshold && x.Reach == audit.Pass {
						x.Reach = audit.Warn
					}
				}
				m.add(x)
			}
		}
	}
}
