package drift

import (
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/baseline"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// against is what windows are held against: one of them, or a baseline.
type against struct {
	label string
	base  *baseline.Part // nil: a window
	at    int            // the window, -1 with a baseline
}

// compare adds the comparisons of all windows with one of them.
func (s *state) compare(r *audit.Result, ref int, ws []window) {
	s.compareAll(r, against{label: ws[ref].label, at: ref}, ws)
}

// compareStored adds the comparisons of all windows with a baseline, and says
// what it lacks.
func (s *state) compareStored(r *audit.Result, base *baseline.Part, ws []window) (why []audit.Text) {
	s.compareAll(r, against{label: base.Label(), base: base, at: -1}, ws)
	for _, f := range s.numbers {
		if base.Number(featureKey(f.name)) == nil {
			why = append(why, audit.Tf("the baseline has no feature %s", "基线中没有特征 %s", f.name))
		}
	}
	for _, f := range s.texts {
		if base.Text(featureKey(f.name)) == nil {
			why = append(why, audit.Tf("the baseline has no feature %s", "基线中没有特征 %s", f.name))
		}
	}
	for _, m := range s.env.Models {
		for _, b := range s.env.Baseline.Models {
			if b.Version == m.Spec.Version && b.SHA256 != m.Digest {
				why = append(why, audit.Tf("model %s is another file than the baseline's", "模型 %s 与基线中的不是同一文件", m.Spec.Label()))
			}
		}
	}
	return why
}

func (s *state) compareAll(r *audit.Result, a against, ws []window) {
	s.numbersOf(r, a, ws, series{metric: psiRecorded, suffix: "", key: scoreKey}, func(w window) *stats.Hist { return &w.all.recorded })
	s.numbersOf(r, a, ws, series{metric: psiRecomputed, suffix: "_recomputed", key: recomputedKey}, func(w window) *stats.Hist { return &w.all.recomputed })
	s.versionsOf(r, a, ws, &s.models, func(w window) map[int32]*scores { return w.models })
	s.versionsOf(r, a, ws, &s.policies, func(w window) map[int32]*scores { return w.policies })
	for i, f := range s.numbers {
		s.numbersOf(r, a, ws, series{metric: csi, segment: "feature=" + f.name, key: featureKey(f.name)}, func(w window) *stats.Hist { return &w.cell.numbers[i] })
	}
	for i, f := range s.texts {
		s.textsOf(r, a, ws, f.name, i)
	}
}

// series is a column that is compared window by window: the name of its index,
// what its distances are called besides, and its name in a baseline.
type series struct{ metric, suffix, segment, key string }

// versionsOf compares the scores within each version. One that the baseline
// does not know is held against its own first window.
func (s *state) versionsOf(r *audit.Result, a against, ws []window, t *versions, in func(window) map[int32]*scores) {
	ids := t.ids()
	if len(ids) < 2 && a.base == nil {
		return
	}
	for _, v := range ids {
		if t.names.Value(v) == "" {
			continue
		}
		of := func(w window) *stats.Hist {
			if c := in(w)[v]; c != nil {
				return &c.recorded
			}
			return nil
		}
		x := series{metric: psiRecorded, segment: t.column + "=" + t.names.Value(v)}
		x.key = scoreKey + " " + x.segment
		from := a
		if a.base.Number(x.key) == nil {
			i := slices.IndexFunc(ws, func(w window) bool { h := of(w); return h != nil && h.N() >= s.set.MinRows })
			if i < 0 {
				continue
			}
			from = against{label: ws[i].label, at: i}
		}
		s.numbersOf(r, from, ws, x, of)
	}
}

// numbersOf compares a number of all windows.
func (s *state) numbersOf(r *audit.Result, a against, ws []window, x series, of func(window) *stats.Hist) {
	ref, onto := &stats.Hist{}, func(h *stats.Hist) *stats.Hist { return h }
	if a.at >= 0 {
		ref = of(ws[a.at])
	} else if n := a.base.Number(x.key); n != nil {
		ref = n.Hist()
		onto = func(h *stats.Hist) *stats.Hist { return n.Onto(h, s.set.Special) }
	}
	if ref == nil || ref.N() == 0 {
		return
	}
	cuts := stats.NewCuts(ref, 10, s.set.Special...)
	counts := cuts.Counts(ref)
	plain, sd := without(ref, s.set.Special), 0.0
	sd = plain.SD()
	for i, w := range ws {
		h := of(w)
		if i == a.at || h == nil || h.N()+h.Missing() == 0 {
			continue
		}
		h = onto(h)
		m, ok := s.index(x, a, w, counts, cuts.Counts(h))
		r.Metrics = append(r.Metrics, m)
		s.missingShift(r, x, a, w, ref.Missing(), ref.N()+ref.Missing(), h.Missing(), h.N()+h.Missing())
		if !ok {
			continue
		}
		cur := without(h, s.set.Special)
		put := s.putter(r, x, a, w, plain.N(), cur.N())
		ks := stats.KolmogorovSmirnov(plain, cur)
		put("ks", ks.Statistic, "p_unadjusted", ks.P)
		put("js", stats.JensenShannon(counts, cuts.Counts(h)), "", nan)
		d := stats.Wasserstein(plain, cur)
		put("wasserstein", d, "", nan)
		if sd > 0 {
			put("wasserstein_normed", d/sd, "", nan)
		}
		s.conventions(put, x, ref, h)
	}
}

// textsOf compares a text feature of all windows.
func (s *state) textsOf(r *audit.Result, a against, ws []window, feature string, i int) {
	x := series{metric: csi, segment: "feature=" + feature, key: featureKey(feature)}
	var ref rows.Counts
	if a.at >= 0 {
		ref = ws[a.at].cell.texts[i]
	} else if l := a.base.Text(x.key); l != nil {
		ref = storedCounts(l)
	} else {
		return
	}
	levels := commonest(slices.DeleteFunc(ref.Values(), func(v rows.Value) bool { return v.Name == otherLevels }), s.set.Levels)
	counts := countLevels(levels, &ref)
	for j, w := range ws {
		c := &w.cell.texts[i]
		if j == a.at || c.Total() == 0 {
			continue
		}
		now := countLevels(levels, c)
		m, ok := s.index(x, a, w, counts, now)
		r.Metrics = append(r.Metrics, m)
		s.missingShift(r, x, a, w, ref.Of(""), ref.Total(), c.Of(""), c.Total())
		if !ok {
			continue
		}
		p, q := counts[:len(counts)-1], now[:len(now)-1] // without missing values
		put := s.putter(r, x, a, w, total(p), total(q))
		put("js", stats.JensenShannon(counts, now), "", nan)
		chi := stats.ChiSquare([][]int64{p, q})
		put("chi2", chi.Statistic, fmt.Sprintf("p_df%d", chi.DF), chi.P)
		if s.set.Convention == "evidently" {
			put("psi_evidently", stats.EvidentlyPSI(p, q), "", nan)
			put("js_evidently", stats.JensenShannonNats(p, q), "", nan)
		} else if s.set.Convention == "deciles" {
			put("psi_deciles", stats.PSI(p, q, stats.PSIFloor), "", nan)
		}
	}
}

// conventions adds the numbers of other tools, where the plan asks for them.
func (s *state) conventions(put func(metric string, value float64, effectOf string, effect float64), x series, ref, h *stats.Hist) {
	switch s.set.Convention {
	case "deciles":
		p, q := stats.DecileCounts(ref, h)
		put("psi_deciles", stats.PSI(p, q, stats.PSIFloor), "", nan)
	case "evidently":
		p, q := stats.EvidentlyCounts(ref, h)
		put("psi_evidently", stats.EvidentlyPSI(p, q), "", nan)
		put("js_evidently", stats.JensenShannonNats(p, q), "", nan)
	}
}

// putter returns what adds a distance of a comparison: a number to read beside
// the index, without a status of its own.
func (s *state) putter(r *audit.Result, x series, a against, w window, nRef, n int64) func(string, float64, string, float64) {
	return func(metric string, value float64, effectOf string, effect float64) {
		m := audit.NewMetric(name, metric+x.suffix)
		m.Period, m.Segment, m.Reference = w.label, x.segment, a.label
		m.N, m.NRef, m.Value, m.Effect, m.EffectOf = n, nRef, value, effect, effectOf
		r.Metrics = append(r.Metrics, m)
	}
}

// index makes one stability index; a and b are the counts of the reference and
// of the window. It reports whether both have rows enough.
func (s *state) index(x series, from against, w window, a, b []int64) (audit.Metric, bool) {
	var p, q []int64 // without bins that are empty in both
	var n, k int64
	for i := range a {
		if a[i]+b[i] > 0 {
			p, q = append(p, a[i]), append(q, b[i])
			n, k = n+a[i], k+b[i]
		}
	}
	m := audit.NewMetric(name, x.metric)
	m.Period, m.Segment, m.Reference = w.label, x.segment, from.label
	m.N, m.NRef = k, n
	m.Threshold = s.set.Warn
	if n < s.set.MinRows || k < s.set.MinRows {
		m.Reach = audit.Insufficient
		return m, false
	}
	m.Value = stats.PSI(p, q, stats.PSIHalf)
	if len(p) > 1 {
		m.Effect, m.EffectOf = stats.PSINull(len(p), n, k, 0.95), "null95"
		m.Test, m.P = "chi2", stats.ChiSquare([][]int64{p, q}).P
		switch {
		case m.Value > s.set.Fail && m.Value > m.Effect:
			m.Reach, m.Threshold = audit.Fail, s.set.Fail
		case m.Value > s.set.Warn && m.Value > m.Effect:
			m.Reach = audit.Warn
		}
	}
	return m, true
}

// missingShift adds the change of a missing rate, where any value is missing.
func (s *state) missingShift(r *audit.Result, x series, a against, w window, kRef, nRef, k, n int64) {
	if x.suffix != "" || x.metric == psiRecorded && x.segment != "" || kRef+k == 0 || nRef == 0 || n == 0 {
		return
	}
	m := audit.NewMetric(name, missingShift)
	m.Period, m.Segment, m.Reference = w.label, x.segment, a.label
	if m.Segment == "" {
		m.Segment = "column=score"
	}
	shares.Compare(&m, k, n, kRef, nRef, s.env.Plan.Honesty)
	m.Threshold = s.set.Missing
	if d := m.Value; d >= s.set.Missing || d <= -s.set.Missing {
		m.Reach = audit.Warn
	}
	if min(n, nRef) < s.set.MinRows {
		m.Reach = audit.Insufficient
	}
	r.Metrics = append(r.Metrics, m)
}

// without returns a histogram of the values that are no special codes.
func without(h *stats.Hist, special []float64) *stats.Hist {
	if len(special) == 0 {
		return h
	}
	out := &stats.Hist{}
	for _, b := range h.Bins() {
		if !slices.ContainsFunc(special, func(s float64) bool { return stats.LowerEdge(s) == b.Edge }) {
			out.AddN(b.Edge, b.N)
		}
	}
	return out
}

func total(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
