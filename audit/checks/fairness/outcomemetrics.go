package fairness

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
)

// The names of the metrics that concludeOutcomes reads.
const (
	fprGap       = "fpr_difference"
	fnrGap       = "fnr_difference"
	badRate      = "bad_rate"
	observedRate = "observed_expected_ratio"
)

// Finish adds the metrics and the coverage.
func (s *outcomes) Finish(r *audit.Result) {
	cov := s.in.Judge.Coverage(outcomeName)
	approved, denied := &s.in.Kinds[1], &s.in.Kinds[0]
	known := approved[outcome.Good] + approved[outcome.Bad]
	retrospective := denied[outcome.Good] + denied[outcome.Bad]
	cov.Judged = known + retrospective
	cov.Excluded = append(cov.Excluded,
		audit.Excluded{Guard: audit.T("denied, so that nothing became of them", "已拒绝，没有后续结果"), Rows: denied[outcome.None] + denied[outcome.Pending]},
		audit.Excluded{Guard: audit.T("approved, but no booked loan tells what became of them", "已通过，但没有放款记录可知结果"), Rows: approved[outcome.None]},
		audit.Excluded{Guard: audit.T("booked, but the window for turning bad is still open", "已放款，但表现期尚未结束"), Rows: approved[outcome.Pending]})
	errors := s.settings.Threshold > 0 || s.settings.ScoreBelow != 0 || retrospective >= s.env.Plan.Honesty.MinCell
	cov.Why = s.why(known, retrospective, denied[outcome.None]+denied[outcome.Pending], errors)
	if cov.Judged > 0 {
		curves := s.curvesOf()
		for d := range s.dims {
			s.finishDim(r, d, curves, errors, retrospective)
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

// why says whom the numbers are about, and what is missing.
func (s *outcomes) why(known, retrospective, denied int64, errors bool) (why []audit.Text) {
	count := s.in.Reader.Count
	switch {
	case !s.in.Reader.Recorded() && !s.in.Reader.Derived():
		return []audit.Text{audit.T("the export has neither decisions.bad nor repayments with decision_id: nothing says what became of a decision",
			"导出中既无 decisions.bad，也无带 decision_id 的还款记录：无从得知决策的结果")}
	case known+retrospective == 0 || denied == 0:
	case retrospective == 0:
		why = append(why, audit.T("booked only: no denied decision has an outcome, so the numbers hold among those approved",
			"仅限已放款：被拒绝的决策没有结果，数字只适用于获批者"))
	}
	if known+retrospective > 0 && !errors {
		why = append(why, audit.T("error rates need outcomes of denied decisions, or a threshold on pd: they are left out",
			"误判率需要被拒绝决策的结果，或对pd设定threshold：未予计算"))
	}
	if count.Unjoined > 0 {
		why = append(why, audit.Tf("%[1]s of %[2]s loans name no decision of their customer and were not joined",
			"%[2]s笔贷款中有%[1]s笔未指明该客户的决策，未予关联", audit.Thousands(count.Unjoined), audit.Thousands(count.Loans)))
	}
	if count.Broken > 0 {
		why = append(why, audit.Tf("%s loans have an instalment without due date or amount: their outcome is not known",
			"%s笔贷款有分期缺少应还日或金额：结果未知", audit.Thousands(count.Broken)))
	}
	var n, missing int64
	for i := range s.dims[0].groups {
		all := s.dims[0].groups[i].whole()
		n, missing = n+all.N(), missing+all.Missing()
	}
	if known+retrospective > 0 && missing > 0 {
		why = append(why, audit.Tf("%[1]s of %[2]s decisions with an outcome have no pd, recorded or recomputed: calibration leaves them out",
			"%[2]s笔有结果的决策中有%[1]s笔没有记录或复算的pd：校准未予计入", audit.Thousands(missing), audit.Thousands(n+missing)))
	}
	for i := range s.dims[1:] {
		g := &s.dims[i+1].plan
		if _, seen := s.dims[i+1].keys.Lookup(g.Reference); g.Reference == "" || !seen {
			why = append(why, audit.Tf("%[1]s has no reference group with an outcome: its rates are given, not compared",
				"%[1]s没有具有结果的参照群体：只列比率，不作比较", g.Name))
		}
	}
	return why
}

func (s *outcomes) finishDim(r *audit.Result, d int, curves map[outcomeKey][]*curveCell, errors bool, retrospective int64) {
	all := s.slicesOf(d)
	hideOutcomes(all, s.env.Plan.Honesty.Suppress)
	for _, sl := range all {
		w := outcomeWriter{outcomes: s, r: r, d: d, dim: &s.dims[d], slice: sl, whole: sl.family == 0, curves: curves, denied: retrospective}
		ref := (*outcomeCell)(nil)
		if w.dim.plan.Reference != "" {
			ref = sl.find(w.dim.plan.Reference)
		}
		for _, c := range sl.cells {
			w.badRate(c)
			if w.whole && c.denied > 0 {
				w.bounds(c)
			}
			if errors {
				w.rates(c, sl.cells)
			}
			if ref != nil && c != ref {
				w.badDifference(c, ref)
				if errors {
					w.errorGaps(c, ref)
				}
				if errors && w.whole {
					w.favourable(c, ref)
				}
			}
			if errors && w.whole && ref != nil {
				w.disparities(c, ref, sl.cells)
			}
			w.calibration(c)
		}
		switch {
		case d > 0 && errors:
			w.spreads()
		case errors && w.whole:
			w.entropies()
		}
	}
}

// outcomeWriter adds the metrics of one slice.
type outcomeWriter struct {
	*outcomes
	r     *audit.Result
	d     int
	dim   *outcomeDim
	slice *outcomeSlice
	whole bool // over all rows

	curves map[outcomeKey][]*curveCell
	denied int64 // denied decisions that have an outcome
}

func (w *outcomeWriter) honesty() audit.Honesty { return w.env.Plan.Honesty }

func (w *outcomeWriter) metric(name string, c *outcomeCell) audit.Metric {
	m := audit.NewMetric(outcomeName, name)
	m.Period, m.Segment, m.Group = w.slice.period, w.slice.segment, w.dim.plan.Name
	if c != nil && w.dim.column >= 0 {
		m.Group += "=" + c.group
	}
	return m
}

// add adds a metric about cells: withheld when one is hidden, insufficient when
// one is too small, or the metric has a denominator that is.
func (w *outcomeWriter) add(m audit.Metric, cells ...*outcomeCell) {
	for _, c := range cells {
		if c.Cell.N < w.honesty().MinCell {
			m.Reach = audit.Insufficient
		}
	}
	if m.Reach == audit.Insufficient {
		m.P, m.Test = math.NaN(), ""
	}
	for _, c := range cells {
		if c.Hidden {
			m.Suppress()
		}
	}
	w.r.Metrics = append(w.r.Metrics, m)
}

// addErrors adds a metric read off the tables of predictions and outcomes of
// cells.
func (w *outcomeWriter) addErrors(m audit.Metric, cells ...*outcomeCell) {
	for _, c := range cells {
		if c.secret {
			m.Suppress()
			m.Warnings = nil
		}
	}
	w.add(m, cells...)
}

// share returns the share k/n. A small denominator is withheld too.
func (w *outcomeWriter) share(name string, k, n int64, c *outcomeCell) audit.Metric {
	m := w.metric(name, c)
	shares.Set(&m, k, n, w.honesty())
	if n == 0 {
		m.Low, m.High = math.NaN(), math.NaN()
		m.Warnings = append(m.Warnings, audit.Tf("not estimable: n+ = %[1]s, n- = %[2]s", "无法估计：n+ = %[1]s，n- = %[2]s",
			audit.Thousands(c.Positives()), audit.Thousands(c.Negatives())))
	}
	if n > 0 && n < w.honesty().Suppress {
		m.Suppress()
	}
	return m
}

func (w *outcomeWriter) badRate(c *outcomeCell) {
	w.add(w.share(badRate, c.bad, c.Cell.N, c), c)
	if m := &w.r.Metrics[len(w.r.Metrics)-1]; w.d == 0 && w.whole && w.denied > 0 && !m.Suppressed {
		m.Warnings = append(m.Warnings, audit.Tf("retrospective: of these, %s were denied and have an outcome all the same",
			"回溯数据：其中%s笔被拒绝但仍有结果", audit.Thousands(w.denied)))
	}
}

// bounds adds what the bad rate would be of all that were decided, had none of
// the denied without an outcome turned bad, and had all.
func (w *outcomeWriter) bounds(c *outcomeCell) {
	m := w.metric("bad_rate_bounds", c)
	m.K, m.N, m.Value = c.bad, c.Cell.N, float64(c.bad)/float64(c.Cell.N)
	all := float64(c.Cell.N + c.denied)
	m.Low, m.High, m.Interval = float64(c.bad)/all, float64(c.bad+c.denied)/all, "denied_outcomes"
	m.Warnings = append(m.Warnings, audit.Tf("%s denied have no outcome: the ends are those of none and of all of them turning bad; no test is made on bounds",
		"%s笔被拒绝的决策没有结果：上下界为其无一变坏和全部变坏；上下界不作检验", audit.Thousands(c.denied)))
	if c.Hidden || c.denied < w.honesty().Suppress {
		m.Suppress()
		m.Warnings = nil
	}
	w.add(m, c)
}

// rates adds the rates of the confusion table: Aequitas' only over all rows.
func (w *outcomeWriter) rates(c *outcomeCell, cells []*outcomeCell) {
	w.addErrors(w.share("true_positive_rate", c.TP, c.Positives(), c), c)
	w.addErrors(w.share("false_positive_rate", c.FP, c.Negatives(), c), c)
	if !w.whole {
		return
	}
	for _, x := range aequitas(c, cells) {
		w.addErrors(w.share(x.name, x.k, x.n, c), c)
	}
}

// namedShare is one of Aequitas' rates.
type namedShare struct {
	name string
	k, n int64
}

// value is the rate, NaN without a denominator.
func (s namedShare) value() float64 { return float64(s.k) / float64(s.n) }

func aequitas(c *outcomeCell, cells []*outcomeCell) []namedShare {
	var predicted int64
	for _, o := range cells {
		predicted += o.Predicted()
	}
	return []namedShare{
		{"tpr", c.TP, c.Positives()}, {"tnr", c.TN, c.Negatives()}, {"fpr", c.FP, c.Negatives()}, {"fnr", c.FN, c.Positives()},
		{"for", c.FN, c.Rest()}, {"fdr", c.FP, c.Predicted()}, {"npv", c.TN, c.Rest()}, {"precision", c.TP, c.Predicted()},
		{"ppr", c.Predicted(), predicted}, {"pprev", c.Predicted(), c.predicted()}, {"prev", c.Positives(), c.predicted()},
	}
}

// versus starts a metric that compares c with ref.
func (w *outcomeWriter) versus(name string, c, ref *outcomeCell) audit.Metric {
	m := w.metric(name, c)
	m.Reference = w.dim.plan.Name + "=" + ref.group
	m.N, m.NRef = c.Cell.N, ref.Cell.N
	return m
}

func (w *outcomeWriter) disparities(c, ref *outcomeCell, cells []*outcomeCell) {
	base := aequitas(ref, cells)
	for i, x := range aequitas(c, cells) {
		m := w.versus(x.name+"_disparity", c, ref)
		m.K, m.N, m.KRef, m.NRef = x.k, x.n, base[i].k, base[i].n
		m.Value = finite(x.value() / base[i].value())
		if min(x.n, base[i].n) < w.honesty().MinCell {
			m.Reach = audit.Insufficient
		}
		w.addErrors(m, c, ref)
	}
}

func (w *outcomeWriter) badDifference(c, ref *outcomeCell) {
	m := w.versus("bad_rate_difference", c, ref)
	shares.Compare(&m, c.bad, c.Cell.N, ref.bad, ref.Cell.N, w.honesty())
	m.Test, m.P = "", math.NaN() // shown, not judged
	w.add(m, c, ref)
}

// errorGaps adds the gaps in both error rates; over all rows they are tested.
func (w *outcomeWriter) errorGaps(c, ref *outcomeCell) {
	for _, x := range []struct {
		name             string
		k, n, kRef, nRef int64
	}{{fprGap, c.FP, c.Negatives(), ref.FP, ref.Negatives()}, {fnrGap, c.FN, c.Positives(), ref.FN, ref.Positives()}} {
		m := w.versus(x.name, c, ref)
		m.K, m.N, m.KRef, m.NRef = x.k, x.n, x.kRef, x.nRef
		m.Threshold = w.settings.Gap
		if x.n == 0 || x.nRef == 0 {
			m.Reach = audit.Insufficient
			w.addErrors(m, c, ref)
			continue
		}
		shares.Compare(&m, x.k, x.n, x.kRef, x.nRef, w.honesty())
		base := float64(x.kRef) / float64(x.nRef)
		m.Gap = stats.MinimumDetectableGap(1-base, x.nRef, x.n, testAlpha, testPower)
		switch {
		case min(x.n, x.nRef) < w.honesty().MinCell:
			m.Reach = audit.Insufficient
		case !w.whole:
			m.Test, m.P = "", math.NaN()
		case math.Abs(m.Value) >= w.settings.Gap:
			m.Reach = audit.Warn
		}
		w.addErrors(m, c, ref)
	}
}

// favourable adds what AIF360 says of a group, approved and good being the
// favourable outcome.
func (w *outcomeWriter) favourable(c, ref *outcomeCell) {
	g, r := c.Other(), ref.Other()
	tp, fp := g.TPR()-r.TPR(), g.FPR()-r.FPR()
	for _, x := range []struct {
		name  string
		value float64
	}{
		{"disparate_impact", finite(g.PPrev() / r.PPrev())}, {"statistical_parity_difference", g.PPrev() - r.PPrev()},
		{"equal_opportunity_difference_favourable", tp}, {"average_odds_difference", (tp + fp) / 2},
		{"average_abs_odds_difference", (math.Abs(tp) + math.Abs(fp)) / 2},
		{"false_positive_rate_difference_favourable", fp}, {"false_omission_rate_difference_favourable", g.FOR() - r.FOR()},
		{"false_discovery_rate_difference_favourable", g.FDR() - r.FDR()}, {"error_rate_difference", r.Accuracy() - g.Accuracy()},
	} {
		m := w.versus(x.name, c, ref)
		m.Value = x.value
		w.addErrors(m, c, ref)
	}
}

// spreads adds what is said of all groups of the dimension at once; rows of
// unknown group are none.
func (w *outcomeWriter) spreads() {
	var tpr, fpr, approved []float64
	left := 0
	least := w.honesty().MinCell
	var n int64
	groups := slices.DeleteFunc(slices.Clone(w.slice.cells), func(c *outcomeCell) bool { return c.group == unknown })
	for _, c := range groups {
		take := func(rate float64, of int64) float64 {
			if c.Hidden || c.secret || of < least {
				return math.NaN()
			}
			return rate
		}
		tpr, fpr = append(tpr, take(c.TPR(), c.Positives())), append(fpr, take(c.FPR(), c.Negatives()))
		approved = append(approved, take(1-c.PPrev(), c.predicted()))
		if c.Hidden || c.secret || c.Positives() < least || c.Negatives() < least {
			left++
		} else {
			n += c.predicted()
		}
	}
	td, tr := stats.Spread(tpr)
	fd, fr := stats.Spread(fpr)
	_, ar := stats.Spread(approved)
	all := []struct {
		name  string
		value float64
	}{
		{"equalized_odds_difference", math.Max(td, fd)}, {"equalized_odds_difference_mean", (td + fd) / 2},
		{"equalized_odds_ratio", math.Min(tr, fr)}, {"equalized_odds_ratio_mean", (tr + fr) / 2},
		{"equal_opportunity_difference", td}, {"approve_demographic_parity_ratio", ar},
	}
	if !w.whole {
		all = all[:1]
	}
	for _, x := range all {
		m := w.metric(x.name, nil)
		m.Value, m.N = x.value, n
		if m.Value != m.Value {
			m.Reach = audit.Insufficient
		}
		if left > 0 {
			m.Warnings = append(m.Warnings, audit.Tf("%d of %d groups have too few rows with, or without, the outcome and are left out of the spread of that rate",
				"%[2]d个群体中有%[1]d个坏样本或好样本过少，相应比率未计入", left, len(groups)))
		}
		w.add(m)
	}
}

// entropies adds what is said of all rows, whatever their group.
func (w *outcomeWriter) entropies() {
	for _, c := range w.slice.cells {
		for _, x := range []struct {
			name  string
			value float64
		}{{"theil_index", c.Other().Theil()}, {"generalized_entropy_index", c.Other().GeneralizedEntropy()}} {
			m := w.metric(x.name, c)
			m.Value, m.N = x.value, c.predicted()
			w.addErrors(m, c)
		}
	}
}
