package fairness

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// compare adds what is said of one group within one set.
func (w *condWriter) compare(p *condPair) {
	if !p.enough {
		w.add(w.odds(p), p)
		return
	}
	level := w.env.Plan.Honesty.Level
	m := w.odds(p)
	flagged := m.Value < m.Threshold && (m.High < 1 || m.Value == 0) && m.Effect >= w.settings.Shortfall
	if p.decides && w.names[p.group] != unknown {
		m.Test, m.P = "cmh_corrected", stats.CochranMantelHaenszel(p.tables, true).P
		if flagged {
			m.Reach = audit.Fail
		}
	}
	crude := stats.TableOf(p.all.k, p.all.n, p.ref.k, p.ref.n)
	kind := w.reversal(p, crude, &m, flagged)
	if p.set.left > 0 {
		m.Warnings = append(m.Warnings, audit.Tf("%d judged rows of any group have no value of %s and are left out",
			"各群体共%d条已判定记录没有%s的取值，不计入", p.set.left, p.set.name))
	}
	w.add(m, p)

	rr := w.metric(mhRisk, p)
	risk := stats.MantelHaenszelRR(p.tables, level)
	rr.Value, rr.Level, rr.Interval = finite(risk.Value), level, "greenland_robins"
	between(&rr, risk.Interval)
	w.add(rr, p)

	for _, x := range []struct {
		name string
		test stats.Test
	}{
		{cmhPlain, stats.CochranMantelHaenszel(p.tables, false)},
		{cmhYates, stats.CochranMantelHaenszel(p.tables, true)},
		{breslowDay, stats.BreslowDay(p.tables, false)},
		{tarone, stats.BreslowDay(p.tables, true)},
	} {
		m := w.metric(x.name, p)
		m.Value, m.Effect, m.EffectOf = x.test.Statistic, x.test.P, "p_uncorrected"
		w.add(m, p)
	}
	strata := w.metric(informative, p)
	strata.Value = float64(len(p.tables))
	w.add(strata, p)

	or := crude.OddsRatio(level)
	c := w.metric(crudeOdds, p)
	c.K, c.N, c.KRef, c.NRef = p.all.k, p.all.n, p.ref.k, p.ref.n
	c.Value, c.Level, c.Interval = finite(or.Value), level, "woolf"
	between(&c, or.Interval)
	w.add(c, p)
	// A share of next to nothing says nothing.
	if (c.High < 1 || c.Low > 1) && m.Value > 0 {
		share := w.metric(remaining, p)
		share.Value = math.Log(m.Value) / math.Log(c.Value)
		w.add(share, p)
	}
	if !kind.IsZero() {
		x := w.metric(reversal, p)
		x.Value, x.Effect, x.EffectOf = m.Value, c.Value, crudeOdds
		x.Warnings = []audit.Text{kind}
		w.add(x, p)
	}
}

// reversal tells when the crude comparison and the one within strata say
// different things, and warns of it.
func (w *condWriter) reversal(p *condPair, crude stats.Table, m *audit.Metric, flagged bool) audit.Text {
	rate := crude.RiskRatio(w.env.Plan.Honesty.Level)
	short := float64(p.all.n)*float64(p.ref.k)/float64(p.ref.n) - float64(p.all.k)
	_, chance := test(crude)
	crudely := rate.Value < w.settings.Ratio && short >= w.settings.Shortfall && chance < w.env.Plan.Honesty.Alpha
	var kind audit.Text
	switch {
	case crudely && !flagged:
		kind = audit.Tf("over all rows the approval rate is %s of the reference's, but within equal %s the odds ratio is %s: the overall gap comes from how the groups are spread over %[2]s",
			"总体通过率为参照群体的%s倍，但在%s相同时比值比为%s：总体差距来自各群体在%[2]s上的分布", ratioText(rate.Value), p.set.name, ratioText(m.Value))
	case flagged && rate.Value >= w.settings.Ratio:
		kind = audit.Tf("over all rows the approval rate is %s of the reference's, which passes, but within equal %s the odds ratio is %s: the overall rates hide the gap",
			"总体通过率为参照群体的%s倍，未越过阈值，但在%s相同时比值比为%s：总体比率掩盖了差距", ratioText(rate.Value), p.set.name, ratioText(m.Value))
	default:
		return kind
	}
	m.Warnings = append(m.Warnings, kind)
	return kind
}
