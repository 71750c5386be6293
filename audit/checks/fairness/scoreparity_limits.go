package fairness

import (
	"fmt"
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// spCell are the limits of one stratum and group.
type spCell struct{ hists []stats.Hist } // by group

// limitsOf compares the quantiles of initial limits, raw and within strata.
func (w *scoreWriter) limitsOf() {
	if w.limits.cube.Len() == 0 {
		return
	}
	names, ranks := rankStrata(w.strata.len(), func(id int32) (string, bool) {
		v := w.strata.values(id)
		return strataName(v), !incomplete(v[:len(w.env.Plan.Strata)])
	})
	cells := make([]spCell, len(names))
	for i := range cells {
		cells[i].hists = make([]stats.Hist, len(w.names))
	}
	raw := make([]stats.Hist, len(w.names))
	for c, n := range w.limits.cube.All() {
		p, x := w.pairs.pairs[c&binRest], edgeOf(c>>binShift, w.limits.level)
		g := w.of[p[1]]
		raw[g].AddN(x, n)
		if at := ranks[p[0]]; at >= 0 {
			cells[at].hists[g].AddN(x, n)
		}
	}
	sizes := make([]int64, len(w.names))
	for g := range sizes {
		sizes[g] = raw[g].N()
	}
	withheld := shares.Withheld(sizes, w.env.Plan.Honesty.Suppress)
	h := w.env.Plan.Honesty
	for _, tau := range limitTaus {
		for g := range w.names {
			if sizes[g] == 0 {
				continue
			}
			add := func(m audit.Metric, least int64) {
				m.Segment = fmt.Sprintf("quantile=%g", tau)
				if least < h.MinCell {
					m.Reach = audit.Insufficient
				}
				if withheld[g] || m.Reference != "" && withheld[w.ref] {
					m.Suppress()
				}
				w.r.Metrics = append(w.r.Metrics, m)
			}
			m := w.metric(limitQuantile, g)
			m.Reference, m.N, m.Level, m.Interval = "", sizes[g], h.Level, "order_statistics"
			q, i := stats.QuantileInterval(&raw[g], tau, h.Level)
			m.Value = q
			between(&m, i)
			add(m, sizes[g])
			if g == w.ref {
				continue
			}
			m = w.metric(limitGap, g)
			m.N, m.NRef, m.Level, m.Interval = sizes[g], sizes[w.ref], h.Level, "order_statistics_mover"
			ref, iRef := stats.QuantileInterval(&raw[w.ref], tau, h.Level)
			m.Value = q - ref
			between(&m, stats.Mover(q, i, ref, iRef))
			add(m, min(sizes[g], sizes[w.ref]))
			m = w.within(cells, g, tau)
			add(m, min(m.N, m.NRef))
		}
	}
}

// within is the mean over strata of the gap between the quantiles, weighted as
// Mantel and Haenszel do.
func (w *scoreWriter) within(cells []spCell, g int, tau float64) audit.Metric {
	m := w.metric(limitGapHeld, g)
	level := w.env.Plan.Honesty.Level
	m.Level, m.Interval = level, "order_statistics_mover"
	var sum, weights, low, high float64
	strata := 0
	for i := range cells {
		a, b := &cells[i].hists[g], &cells[i].hists[w.ref]
		n1, n2 := a.N(), b.N()
		if min(n1, n2) < w.env.Plan.Honesty.Suppress {
			continue
		}
		strata++
		m.N, m.NRef = m.N+n1, m.NRef+n2
		weight := float64(n1) * float64(n2) / float64(n1+n2)
		q, iq := stats.QuantileInterval(a, tau, level)
		ref, iRef := stats.QuantileInterval(b, tau, level)
		gap := stats.Mover(q, iq, ref, iRef)
		sum += float64(weight * (q - ref))
		weights += weight
		down, up := weight*(q-ref-gap.Lo), weight*(gap.Hi-(q-ref))
		low += float64(down * down)
		high += float64(up * up)
	}
	m.Effect, m.EffectOf = float64(strata), "strata"
	if weights > 0 {
		m.Value = sum / weights
		m.Low, m.High = m.Value-math.Sqrt(low)/weights, m.Value+math.Sqrt(high)/weights
	}
	return m
}
