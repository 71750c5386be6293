package governance

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// inputs adds what is known of the inputs of a model.
func (t *table) inputs(r *audit.Result, u *usage, f *modelFacts) {
	var n int64
	for _, c := range u.periods {
		n += c.n
	}
	if n == 0 || !f.readable() {
		return
	}
	h := t.env.Plan.Honesty
	for k := range f.inputs {
		in, x := &f.inputs[k], &u.inputs[k]
		t.share(r, inputCoverage, f, in.name, x.n, n)
		if x.lost > 0 {
			m := t.share(r, lostToInput, f, in.name, x.lost, n)
			if m.Reach != audit.Insufficient {
				m.Reach = audit.Warn
			}
		}
		if in.missing == in.missing {
			t.shifts(r, u, f, k, n)
		}
		if t.idle(in, x, n) && n >= h.MinCell {
			m := audit.NewMetric(name, constantInput)
			m.Segment, m.Group, m.K, m.N = versionPrefix+f.label, featurePrefix+in.name, x.n, n
			if !in.text && x.n > 0 {
				m.Value = x.least + 0
			}
			if m.Threshold = float64(t.set.ConstantRows); n >= t.set.ConstantRows {
				m.Reach = audit.Warn
			}
			r.Metrics = append(r.Metrics, m)
		}
		if foreign, ok := x.untrainedRows(in); ok && x.n > 0 {
			m := t.share(r, untrained, f, in.name, foreign, x.n)
			if m.Threshold = t.set.UntrainedShare; m.Reach != audit.Insufficient && m.Value >= m.Threshold {
				m.Reach = audit.Warn
			}
		}
	}
}

// idle reports whether an input never changes, though it did in training.
func (t *table) idle(in *inputFacts, x *input, n int64) bool {
	switch {
	case x.n == 0:
		return in.missing != 1
	case x.n < n || !x.constant(in.text):
		return false // nulls among values are a change
	}
	return !(in.ranged && in.least == in.most) && len(in.codes) != 1
}

// shifts adds the difference of the missing rate from that of training, over
// all rows and by period.
func (t *table) shifts(r *audit.Result, u *usage, f *modelFacts, k int, n int64) {
	h := t.env.Plan.Honesty
	in := &f.inputs[k]
	add := func(period string, missing, n int64, level float64) *audit.Metric {
		m := audit.NewMetric(name, missingShift)
		m.Segment, m.Group, m.Reference, m.Period = versionPrefix+f.label, featurePrefix+in.name, "training", period
		m.K, m.N, m.Value = missing, n, float64(missing)/float64(n)-in.missing
		ci := stats.Wilson(missing, n, level)
		m.Low, m.High, m.Level, m.Interval = ci.Lo-in.missing, ci.Hi-in.missing, level, "wilson"
		m.Threshold, m.Effect, m.EffectOf = t.set.MissingShift, m.Value, "difference"
		switch {
		case n < h.MinCell:
			m.Reach = audit.Insufficient
		case math.Abs(m.Value) >= m.Threshold && (m.Low > 0 || m.High < 0):
			m.Reach = audit.Warn
		}
		r.Metrics = append(r.Metrics, m)
		return &r.Metrics[len(r.Metrics)-1]
	}
	var missing int64
	enough := 0
	for _, c := range u.periods {
		if c.n == 0 {
			continue
		}
		missing += c.missing[k]
		if c.n >= h.MinCell {
			enough++
		}
	}
	m := add("", missing, n, h.Level)
	m.Test, m.P = "score", scoreTest(missing, n, in.missing)
	for p, c := range u.periods {
		if label := t.env.Periods.Label(int32(p - 1)); c.n > 0 && label != "" {
			add(label, c.missing[k], c.n, 1-(1-h.Level)/float64(max(enough, 1)))
		}
	}
}
