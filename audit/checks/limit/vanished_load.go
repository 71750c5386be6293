package limit

import (
	"math/bits"
	"slices"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/stats"
)

const (
	loadMetric = "attempt_failure_load_odds"
	turnMetric = "promise_kept_rate_change"
)

// attempts counts every attempt at an increase around incidents, and by its
// latency on its day: those that failed or left no trace, and the others.
func (s *vanished) attempts(a *account) {
	l := &s.ledger
	for i := range a.writes {
		w := &a.writes[i]
		if w.kind != "increase" || w.at < 0 {
			continue
		}
		ms := l.latency.int(a.batch, w.row)
		technical := w.state == failed && cause.Technical(s.env.Plan, l.result.text(a.batch, w.row), l.errorCode.text(a.batch, w.row)) == "technical" ||
			w.state != applied && w.state != reversed && ms >= int64(s.settings.Timeout)
		s.excess.Add(w.at, technical)
		bad := uint64(0)
		if technical {
			bad = 1
		}
		if ms >= 0 {
			if w.state == lost || w.state == idle {
				bad = 1
			}
			s.loads.Add(uint64(max(s.calendar.Day(w.at), 0))<<stepBits<<1 | step(uint64(ms))<<1 | bad)
		}
	}
}

// Steps of latency: eight to a doubling, so that a decile falls near where it
// should.
const (
	stepBits = 10
	stepMask = 1<<stepBits - 1
)

func step(ms uint64) uint64 {
	if ms < 16 {
		return ms
	}
	n := bits.Len64(ms)
	return min(uint64(n-3)*8+(ms>>(n-4))&7, stepMask)
}

// load compares attempts in the top decile of latency with the others, within
// each day.
func (m *measures) load() {
	steps := map[uint64]int64{}
	total := int64(0)
	for k, n := range m.loads.All() {
		steps[k>>1&stepMask] += n
		total += n
	}
	if total == 0 {
		return
	}
	var order []uint64
	for s := range steps {
		order = append(order, s)
	}
	slices.Sort(order)
	top, above := order[len(order)-1], int64(0)
	for i := len(order) - 1; i >= 0 && (above == 0 || above+steps[order[i]] <= (total+9)/10); i-- {
		top = order[i]
		above += steps[top]
	}
	type cell struct{ bad, n, badRest, nRest int64 }
	days := map[uint64]*cell{}
	for k, n := range m.loads.All() {
		d := k >> 1 >> stepBits
		if days[d] == nil {
			days[d] = &cell{}
		}
		c, bad := days[d], int64(k&1)*n
		if k>>1&stepMask >= top {
			c.bad, c.n = c.bad+bad, c.n+n
		} else {
			c.badRest, c.nRest = c.badRest+bad, c.nRest+n
		}
	}
	var strata []stats.Table
	var all cell
	for _, d := range sortedKeys(days) {
		c := days[d]
		strata = append(strata, stats.TableOf(c.bad, c.n, c.badRest, c.nRest))
		all = cell{all.bad + c.bad, all.n + c.n, all.badRest + c.badRest, all.nRest + c.nRest}
	}
	x := m.metric(loadMetric)
	x.K, x.N, x.KRef, x.NRef = all.bad, all.n, all.badRest, all.nRest
	x.Segment, x.Reference = "latency=slowest", "latency=the rest"
	or := stats.MantelHaenszelOR(strata, m.env.Plan.Honesty.Level)
	test := stats.CochranMantelHaenszel(strata, false)
	x.Value, x.Low, x.High, x.Level, x.Interval = or.Value, or.Interval.Lo, or.Interval.Hi, m.env.Plan.Honesty.Level, "mantel_haenszel"
	x.Test, x.P = "cmh", test.P
	x.Threshold, x.Effect, x.EffectOf = 2, or.Value, "odds ratio"
	switch {
	case all.n < m.env.Plan.Honesty.MinCell || all.nRest < m.env.Plan.Honesty.MinCell || x.P != x.P:
		x.Reach = audit.Insufficient
	case or.Value >= 2:
		x.Reach = audit.Warn
	}
	m.add(x)
}

// turns looks, product by product, for a day from which promises are kept less
// often than in the first days (R1.7).
func (m *measures) turns() {
	byProduct := map[string][]cause.Day{}
	for _, v := range m.counts.Values() { // by name, and so by day
		what, product, value := splitKey(v.Name)
		t, err := time.Parse(time.DateOnly, value)
		if what != "day" || err != nil {
			continue
		}
		byProduct[product] = append(byProduct[product], cause.Day{Day: t.Unix() / (24 * 3600), N: v.N, Yes: m.n[countKey("daykept", product, value)]})
	}
	for _, product := range sortedKeys(byProduct) {
		series := byProduct[product]
		from, up, ok := cause.ChangePoint(series, m.settings.Base)
		if !ok {
			continue
		}
		x := m.metric(turnMetric)
		if product != "" {
			x.Segment = "product=" + product
		}
		x.Reference = "before " + audit.DateText(from)
		for _, d := range series {
			if d.Day < from {
				x.KRef, x.NRef = x.KRef+d.Yes, x.NRef+d.N
			} else {
				x.K, x.N = x.K+d.Yes, x.N+d.N
			}
		}
		t := stats.TableOf(x.K, x.N, x.KRef, x.NRef)
		i := stats.Newcombe(x.K, x.N, x.KRef, x.NRef, m.env.Plan.Honesty.Level)
		x.Value, x.Low, x.High, x.Level, x.Interval = t.Difference(), i.Lo, i.Hi, m.env.Plan.Honesty.Level, "newcombe"
		x.Test, x.P = "fisher", t.Fisher()
		switch {
		case min(x.N, x.NRef) < m.env.Plan.Honesty.MinCell:
			x.Reach = audit.Insufficient
		case !up:
			x.Reach = audit.Warn
		}
		m.add(x)
	}
}
