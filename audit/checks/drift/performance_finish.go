package drift

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
)

// The names of the metrics that concludePerformance reads.
const (
	aucDrop     = "roc_auc_difference"
	perfRatio   = "observed_expected_ratio"
	badDrift    = "bad_rate_drift"
	aucForeseen = "estimated_roc_auc"
)

// leastDrift is the Cramér's V from which the bad rate counts as drifting: what
// is customarily called a small effect.
const leastDrift = 0.1

// seen lists the versions that rows have, by name.
func (s *performance) seen() []int32 {
	var ids []int32
	for v, of := range s.versions {
		if slices.ContainsFunc(of.vintages, func(x *vintage) bool { return x != nil }) {
			ids = append(ids, int32(v))
		}
	}
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(s.names.Value(a), s.names.Value(b)) })
	return ids
}

// large lists the versions with enough rows to speak of, by name, and counts the
// rows with an outcome of the others. Where none has enough, all are listed.
func (s *performance) large() (ids []int32, few int64) {
	all := s.seen()
	for _, v := range all {
		var rows, known int64
		for _, x := range s.versions[v].vintages {
			if x != nil {
				k := x.known.N() + x.known.Missing()
				known, rows = known+k, rows+k+x.pending.N()+x.pending.Missing()
			}
		}
		if rows < s.set.MinRows {
			few += known
		} else {
			ids = append(ids, v)
		}
	}
	if len(ids) == 0 {
		return all, 0
	}
	return ids, few
}

// together adds the versions up. Vintages of which some version has too few rows
// to publish are left out: the sum would tell of them.
func (s *performance) together(ids []int32) *perfVersion {
	all := &perfVersion{}
	small := map[int]bool{}
	for _, v := range ids {
		for p, x := range s.versions[v].vintages {
			for len(all.vintages) <= p {
				all.vintages = append(all.vintages, nil)
			}
			if x == nil {
				continue
			}
			for _, n := range []int64{x.known.N(), x.pending.N()} {
				small[p] = small[p] || len(ids) > 1 && n > 0 && n < s.env.Plan.Honesty.Suppress
			}
			if all.vintages[p] == nil {
				all.vintages[p] = &vintage{}
			}
			all.vintages[p].merge(x)
		}
	}
	for p := range all.vintages {
		if small[p] {
			all.vintages[p] = nil
		}
	}
	return all
}

// Finish adds the metrics and the coverage.
func (s *performance) Finish(r *audit.Result) {
	cov := s.in.Judge.Coverage(perfName)
	approved, denied := &s.in.Kinds[1], &s.in.Kinds[0]
	retrospective := denied[outcome.Good] + denied[outcome.Bad]
	known := approved[outcome.Good] + approved[outcome.Bad] + retrospective
	cov.Judged = known
	cov.Excluded = append(cov.Excluded,
		audit.Excluded{Guard: audit.T("denied, so that nothing became of them", "已拒绝，没有后续结果"), Rows: denied[outcome.None] + denied[outcome.Pending]},
		audit.Excluded{Guard: audit.T("approved, but no booked loan tells what became of them", "已通过，但没有放款记录可知结果"), Rows: approved[outcome.None]},
		audit.Excluded{Guard: audit.T("booked, but the window for turning bad is still open: estimated only", "已放款，但表现期尚未结束：仅作估计"), Rows: approved[outcome.Pending]})
	switch {
	case !s.in.Reader.Recorded() && !s.in.Reader.Derived():
		cov.Why = append(cov.Why, audit.T("the export has neither decisions.bad nor repayments with decision_id: nothing says what became of a decision",
			"导出中既无 decisions.bad，也无带 decision_id 的还款记录：无从得知决策的结果"))
	case known > 0 && retrospective == 0 && denied[outcome.None]+denied[outcome.Pending] > 0:
		cov.Why = append(cov.Why, audit.T("booked only: no denied decision has an outcome, so the numbers hold among those approved",
			"仅限已放款：被拒绝的决策没有结果，数字只适用于获批者"))
	}
	if c := s.in.Reader.Count; c.Unjoined > 0 {
		cov.Why = append(cov.Why, audit.Tf("%[1]s of %[2]s loans name no decision of their customer and were not joined",
			"%[2]s笔贷款中有%[1]s笔未指明该客户的决策，未予关联", audit.Thousands(c.Unjoined), audit.Thousands(c.Loans)))
	}
	ids, few := s.large()
	if few > 0 {
		cov.Why = append(cov.Why, audit.Tf("%[1]s decisions of model versions with fewer than %[2]d rows each are left out",
			"%[1]s笔决策所属的模型版本行数各不足%[2]d，未予计入", audit.Thousands(few), s.set.MinRows))
		cov.Judged -= min(few, cov.Judged)
	}
	all := s.together(ids)
	series := []perfSeries{{performance: s, r: r, of: all, tested: len(ids) == 1}}
	if len(ids) > 1 {
		for _, v := range ids {
			name := s.names.Value(v)
			if name == "" {
				name = "(unknown)"
			}
			series = append(series, perfSeries{performance: s, r: r, of: s.versions[v], segment: "model_version=" + name, tested: true})
		}
	}
	scored := int64(0)
	for i := range series {
		scored = max(scored, series[i].write())
	}
	if known > 0 && scored == 0 {
		cov.Judged = 0
		cov.Why = append(cov.Why, audit.T("no decision with an outcome has a pd, recorded or recomputed", "有结果的决策均没有记录或复算的pd"))
	}
	r.Coverage = append(r.Coverage, cov)
}

// perfSeries writes the metrics of one model version, or of all.
type perfSeries struct {
	*performance
	r       *audit.Result
	of      *perfVersion
	segment string
	tested  bool
}

func (s *perfSeries) metric(name string, p int) audit.Metric {
	m := audit.NewMetric(perfName, name)
	m.Segment = s.segment
	if p >= 0 {
		m.Period = s.periods.Label(int32(p) - 1)
	}
	return m
}

// add adds a metric about n rows.
func (s *perfSeries) add(m audit.Metric, n int64) {
	if n < s.set.MinRows {
		m.Reach = audit.Insufficient
	}
	if m.Reach == audit.Insufficient {
		m.Test, m.P = "", math.NaN()
	}
	if n < s.env.Plan.Honesty.Suppress {
		m.Suppress()
	}
	s.r.Metrics = append(s.r.Metrics, m)
}

// write adds all metrics of the series and returns how many rows with an
// outcome had a probability.
func (s *perfSeries) write() (scored int64) {
	least := s.env.Plan.Honesty.MinCell
	ref, mature := -1, []int(nil)
	pool := &stats.Reliability{}
	for p, x := range s.of.vintages {
		if x == nil || p == 0 {
			continue
		}
		scored += x.known.N()
		if x.pending.N()+x.pending.Missing() > 0 || x.known.N() == 0 {
			continue
		}
		mature = append(mature, p)
		pool.Merge(&x.known)
		k, n := x.known.Events(), x.known.N()
		enough := n >= s.set.MinRows && min(k, n-k) >= least
		if s.set.Reference != "" {
			enough = s.periods.Label(int32(p)-1) == s.set.Reference
		}
		if ref < 0 && enough {
			ref = p
		}
	}
	for _, p := range mature {
		s.realised(p, ref)
	}
	s.badDrift(mature)
	if pool.N() >= s.set.MinRows && min(pool.Events(), pool.N()-pool.Events()) >= least {
		for p, x := range s.of.vintages {
			if x != nil && p > 0 && x.pending.N() > 0 {
				s.foresee(p, x, pool, mature)
			}
		}
	}
	return scored
}

// realised adds what the outcomes of a mature vintage say.
func (s *perfSeries) realised(p, ref int) {
	x := &s.of.vintages[p].known
	n, k, h := x.N(), x.Events(), s.env.Plan.Honesty
	few := min(k, n-k) < h.MinCell
	metric := func(name string, value float64) audit.Metric {
		m := s.metric(name, p)
		m.K, m.N, m.Value = k, n, value
		return m
	}
	rate := metric("bad_rate", 0)
	shares.Set(&rate, k, n, h)
	s.add(rate, n)

	events, others := x.Hists()
	auc := metric("roc_auc", stats.AUC(events, others))
	i := stats.AUCInterval(events, others, h.Level)
	auc.Low, auc.High, auc.Level, auc.Interval = i.Lo, i.Hi, h.Level, "delong"
	gini := metric("gini", 2*auc.Value-1)
	gini.Low, gini.High, gini.Level, gini.Interval = 2*i.Lo-1, 2*i.Hi-1, h.Level, "delong"
	ks := metric("ks", stats.Separation(events, others))
	for _, m := range []*audit.Metric{&auc, &gini, &ks} {
		if few {
			m.Reach = audit.Insufficient
		}
		s.add(*m, n)
	}
	if ref >= 0 && ref != p {
		base := &s.of.vintages[ref].known
		e, o := base.Hists()
		m := metric(aucDrop, auc.Value-stats.AUC(e, o))
		m.Reference, m.KRef, m.NRef = s.periods.Label(int32(ref)-1), base.Events(), base.N()
		se := math.Hypot(stats.AUCStandardError(events, others), stats.AUCStandardError(e, o))
		i := stats.Around(m.Value, se, h.Level)
		m.Low, m.High, m.Level, m.Interval, m.Threshold = i.Lo, i.Hi, h.Level, "delong", -s.set.Drop
		switch {
		case few || base.N() < s.set.MinRows || min(base.Events(), base.N()-base.Events()) < h.MinCell:
			m.Reach = audit.Insufficient
		case s.tested && se > 0:
			m.Test, m.P = "delong_z", stats.TwoSided(m.Value/se)
			if m.Value <= -s.set.Drop {
				m.Reach = audit.Warn
			}
		}
		s.add(m, n)
	}
	ratio, interval, test := x.ObservedExpected(h.Level)
	oe := metric(perfRatio, ratio)
	oe.Low, oe.High, oe.Level, oe.Interval = interval.Lo, interval.Hi, h.Level, "wilson"
	oe.Effect, oe.EffectOf = x.Expected()/float64(n), "mean_probability"
	oe.Threshold = s.set.High
	if ratio < 1 {
		oe.Threshold = s.set.Low
	}
	// The normal approximation of the test needs some events on either side.
	if s.tested && x.Variance() >= 5 {
		oe.Test, oe.P = "calibration_z", test.P
		if ratio < s.set.Low || ratio > s.set.High {
			oe.Reach = audit.Warn
		}
	}
	s.add(oe, n)
	s.add(metric("brier_score", x.Brier()), n)
	s.add(metric("log_loss", x.LogLoss()), n)
	s.add(metric("expected_calibration_error", x.ECE()), n)
	fit := x.Recalibrate()
	for _, c := range []struct {
		name      string
		value, se float64
	}{{"calibration_intercept", fit.Intercept, fit.InterceptSE}, {"calibration_slope", fit.Slope, fit.SlopeSE}} {
		m := metric(c.name, c.value)
		i := stats.Around(c.value, c.se, h.Level)
		m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "wald"
		if few {
			m.Reach = audit.Insufficient
		}
		s.add(m, n)
	}
}

// badDrift adds the drift of what the model predicts.
func (s *perfSeries) badDrift(mature []int) {
	var rows [][]int64
	var n, k int64
	for _, p := range mature {
		x := &s.of.vintages[p].known
		if x.N() >= s.set.MinRows {
			rows = append(rows, []int64{x.Events(), x.N() - x.Events()})
			n, k = n+x.N(), k+x.Events()
		}
	}
	if len(rows) < 2 {
		return
	}
	m := s.metric(badDrift, -1)
	m.K, m.N, m.Threshold = k, n, leastDrift
	t := stats.ChiSquare(rows)
	m.Value = math.Sqrt(t.Statistic / float64(n)) // two columns: V is φ
	m.Effect, m.EffectOf = float64(len(rows)), "vintages"
	least := float64(min(k, n-k)) / float64(len(rows)) // about the least expected cell
	if s.tested && least >= 5 && t.P == t.P {
		m.Test, m.P = "chi2", t.P
		if m.Value >= leastDrift {
			m.Reach = audit.Warn
		}
	}
	s.add(m, n)
}

// foresee adds the estimates of a masked vintage: all its rows, those whose
// outcome is known already too.
func (s *perfSeries) foresee(p int, x *vintage, pool *stats.Reliability, mature []int) {
	levels, good, bad := pool.Levels()
	n := make([]int64, len(levels))
	for i := range n {
		n[i] = good[i] + bad[i]
	}
	fit := stats.FitIsotonic(levels, bad, n)
	rows := &stats.Reliability{}
	rows.Merge(&x.known)
	rows.Merge(&x.pending)
	at, others, events := rows.Levels()
	calibrated, counts := make([]float64, len(at)), make([]int64, len(at))
	for i := range at {
		calibrated[i], counts[i] = fit.At(at[i]), others[i]+events[i]
	}
	f := stats.Foresee(at, calibrated, counts, s.set.Threshold)
	h := s.env.Plan.Honesty
	metric := func(name string, value, se float64) audit.Metric {
		m := s.metric(name, p)
		m.N, m.Value = f.N, value
		m.Reference = s.periods.Label(int32(mature[0]) - 1)
		if last := s.periods.Label(int32(mature[len(mature)-1]) - 1); last != m.Reference {
			m.Reference += " … " + last
		}
		m.NRef, m.KRef = pool.N(), pool.Events()
		if se == se {
			i := stats.Around(value, se, h.Level)
			m.Low, m.High, m.Level, m.Interval = max(i.Lo, 0), min(i.Hi, 1), h.Level, "expected_counts"
		}
		m.Warnings = append(m.Warnings, audit.T("an estimate before labels, if the calibrated probabilities are right", "尚无结果时的估计，以校准后的概率正确为前提"))
		return m
	}
	m := metric(aucForeseen, f.AUC, f.AUCSE)
	e, o := pool.Hists()
	before := stats.AUC(e, o)
	m.Threshold = before - s.set.Drop
	m.Effect, m.EffectOf = f.AUC-before, "difference_to_reference"
	se := math.Hypot(f.AUCSE, stats.AUCStandardError(e, o))
	switch {
	case f.Events < float64(h.MinCell) || float64(f.N)-f.Events < float64(h.MinCell):
		m.Reach = audit.Insufficient
	case s.tested && se > 0:
		m.Test, m.P = "delong_z", stats.TwoSided(m.Effect/se)
		if m.Value <= m.Threshold {
			m.Reach = audit.Warn
		}
	}
	s.add(m, f.N)
	s.add(metric("estimated_bad_rate", f.Events/float64(f.N), f.RateSE), f.N)
	if s.set.Threshold == 0 {
		return
	}
	s.add(metric("estimated_accuracy", f.Accuracy(), f.AccuracySE), f.N)
	nan := math.NaN()
	for _, x := range []struct {
		name  string
		value float64
	}{
		{"estimated_f1", f.F1()}, {"estimated_true_positive", f.TP / float64(f.N)}, {"estimated_false_positive", f.FP / float64(f.N)},
		{"estimated_false_negative", f.FN / float64(f.N)}, {"estimated_true_negative", f.TN / float64(f.N)},
	} {
		s.add(metric(x.name, x.value, nan), f.N)
	}
}
