package fairness

import (
	"fmt"
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

// calibration adds how the probabilities did for a group, over all rows or in
// a period. Segments have none.
func (w *outcomeWriter) calibration(c *outcomeCell) {
	group := &w.dim.groups[c.id]
	switch {
	case w.whole:
		w.quality(c, group.whole(), &group.fine)
	case w.slice.period != "":
		at := w.slice.coord
		if at >= uint64(len(group.periods)) || group.periods[at] == nil {
			return
		}
		r := group.periods[at]
		events, others := r.Hists()
		w.quality(c, r, &[2]stats.Hist{*others, *events})
	}
}

// off tells whether observed / expected is outside of what the plan allows.
func (w *outcomeWriter) off(ratio float64) bool {
	return ratio < w.settings.Low || ratio > w.settings.High
}

// againstOthers returns observed / expected of a group over that of all others,
// and the test that they are one: given all bad loans, the group's share is that
// of its expected ones. A model that is off for everybody alike is no matter of
// groups. It is not ok where the others are none, or have no bad loan.
func (w *outcomeWriter) againstOthers(r *stats.Reliability) (relative float64, test stats.Test, ok bool) {
	var seen, foreseen float64
	for i := range w.dims[0].groups {
		all := w.dims[0].groups[i].whole()
		seen, foreseen = seen+float64(all.Events()), foreseen+all.Expected()
	}
	k, e := float64(r.Events()), r.Expected()
	if !(foreseen > e) || !(seen > k) {
		return math.NaN(), stats.Test{}, false
	}
	scale := seen / foreseen
	z := (k - float64(scale*e)) / math.Sqrt(scale*r.Variance()*(1-e/foreseen))
	return (k / e) / ((seen - k) / (foreseen - e)), stats.Test{Statistic: z, P: stats.TwoSided(z)}, true
}

// quality adds the metrics of probabilities; fine are those of the good and the
// bad.
func (w *outcomeWriter) quality(c *outcomeCell, r *stats.Reliability, fine *[2]stats.Hist) {
	n, k := r.N(), r.Events()
	if n == 0 {
		return
	}
	level := w.honesty().Level
	metric := func(name string, value float64) audit.Metric {
		m := w.metric(name, c)
		m.K, m.N, m.Value = k, n, value
		return m
	}
	add := func(m audit.Metric) {
		if n < w.honesty().MinCell {
			m.Reach = audit.Insufficient
		}
		if n < w.honesty().Suppress {
			m.Suppress()
		}
		w.add(m, c)
	}
	ratio, interval, _ := r.ObservedExpected(level)
	m := metric(observedRate, ratio)
	m.Low, m.High, m.Level, m.Interval = interval.Lo, interval.Hi, level, "wilson"
	mean := r.Expected() / float64(n)
	m.Effect, m.EffectOf = mean-float64(k)/float64(n), "calibration_gap"
	m.Threshold = w.settings.High
	if ratio < 1 {
		m.Threshold = w.settings.Low
	}
	// The normal approximation of the test needs some events on either side.
	if w.whole && r.Variance() >= 5 && w.dim.column >= 0 {
		if relative, test, ok := w.againstOthers(r); ok {
			m.Test, m.P = "calibration_z_relative", test.P
			if w.off(ratio) && w.off(relative) {
				m.Reach = audit.Warn
			}
		}
	}
	add(m)

	auc := metric("roc_auc", stats.AUC(&fine[1], &fine[0]))
	i := stats.AUCInterval(&fine[1], &fine[0], level)
	auc.Low, auc.High, auc.Level, auc.Interval = i.Lo, i.Hi, level, "delong"
	if min(k, n-k) < w.honesty().MinCell {
		auc.Reach = audit.Insufficient
	}
	add(auc)
	add(metric("brier_score", r.Brier()))
	if !w.whole {
		return
	}
	gini := metric("gini", 2*auc.Value-1)
	gini.Reach = auc.Reach
	gini.Low, gini.High, gini.Level, gini.Interval = 2*auc.Low-1, 2*auc.High-1, level, "delong"
	add(gini)
	ks := metric("ks", stats.Separation(&fine[1], &fine[0]))
	ks.Reach = auc.Reach
	add(ks)
	add(metric("log_loss", r.LogLoss()))
	add(metric("expected_calibration_error", r.ECE()))
	add(metric("mean_probability", mean))
	fit := r.Recalibrate()
	for _, x := range []struct {
		name      string
		value, se float64
	}{{"calibration_intercept", fit.Intercept, fit.InterceptSE}, {"calibration_slope", fit.Slope, fit.SlopeSE}} {
		m := metric(x.name, x.value)
		i := stats.Around(x.value, x.se, level)
		m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, level, "wald"
		if min(k, n-k) < w.honesty().MinCell {
			m.Reach = audit.Insufficient
		}
		add(m)
	}
	w.curve(c, "calibration_curve", "tenth", w.curves[outcomeKey{w.d, c.id}])
	if n >= 10*w.honesty().MinCell {
		var cells []*curveCell
		for _, b := range r.Quantiles(10) {
			cells = append(cells, &curveCell{CurveBin: b, Cell: suppress.Cell{N: b.N}})
		}
		suppress.Hide([]*suppress.Sum{curveSum(cells)}, w.honesty().Suppress)
		w.curve(c, "calibration_deciles", "decile", cells)
	}
}

// outcomeKey is a group of a dimension, both by number.
type outcomeKey struct {
	dim int
	id  int32
}

// curveCell is one bin of a calibration curve.
type curveCell struct {
	suppress.Cell
	stats.CurveBin
}

func curveSum(cells []*curveCell) *suppress.Sum {
	sum := &suppress.Sum{}
	for _, c := range cells {
		if c.CurveBin.N > 0 {
			sum.Cells = append(sum.Cells, &c.Cell)
		}
	}
	return sum
}

// curvesOf makes the calibration curves of all groups. Bins that are few are
// hidden, and those that would tell of them: the bins of a group add up to it,
// and the groups' bins to those of all rows.
func (s *outcomes) curvesOf() map[outcomeKey][]*curveCell {
	out := map[outcomeKey][]*curveCell{}
	var sums []*suppress.Sum
	for d := range s.dims {
		dim := &s.dims[d]
		bins := make([]*suppress.Sum, 10)
		for _, id := range dim.keys.Sorted() {
			var cells []*curveCell
			for i, b := range dim.groups[id].whole().Curve() {
				c := &curveCell{CurveBin: b, Cell: suppress.Cell{N: b.N, Open: dim.keys.Value(id) == unknown}}
				cells = append(cells, c)
				if d == 0 || b.N == 0 {
					continue
				}
				if bins[i] == nil {
					all := out[outcomeKey{0, 0}][i]
					bins[i] = &suppress.Sum{Whole: true, Cells: []*suppress.Cell{&all.Cell}}
					sums = append(sums, bins[i])
				}
				bins[i].Cells = append(bins[i].Cells, &c.Cell)
			}
			out[outcomeKey{d, id}] = cells
			sums = append(sums, curveSum(cells))
		}
	}
	suppress.Hide(sums, s.env.Plan.Honesty.Suppress)
	return out
}

// curve adds the bins of a calibration curve; the bin is the segment.
func (w *outcomeWriter) curve(c *outcomeCell, name, coordinate string, bins []*curveCell) {
	for i, b := range bins {
		if b.CurveBin.N == 0 {
			continue
		}
		m := w.metric(name, c)
		m.Segment = fmt.Sprintf("%s=%d", coordinate, i+1)
		m.K, m.N, m.Value = b.K, b.CurveBin.N, float64(b.K)/float64(b.CurveBin.N)
		level := w.honesty().Level
		ci := stats.Wilson(m.K, m.N, level)
		m.Low, m.High, m.Level, m.Interval = ci.Lo, ci.Hi, level, "wilson"
		m.Effect, m.EffectOf = b.Mean, "mean_probability"
		if m.N < w.honesty().MinCell {
			m.Reach = audit.Insufficient
		}
		if b.Hidden {
			m.Suppress()
		}
		w.add(m, c)
	}
}
