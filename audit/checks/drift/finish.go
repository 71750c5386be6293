package drift

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// The names of the metrics that conclude reads.
const (
	psiRecorded   = "psi"
	psiRecomputed = "psi_recomputed"
	csi           = "csi"
	versionShare  = "model_version_share"
	policyShare   = "policy_version_share"
	missingRate   = "missing_rate"
	missingShift  = "missing_rate_difference"
)

func (s *state) Finish(r *audit.Result) {
	ws := s.windows()
	cov := audit.Coverage{Check: name, RowsIn: s.rows, Excluded: []audit.Excluded{
		{Guard: audit.T("test rows", "测试记录"), Rows: s.tested},
		{Guard: audit.T("decided outside 1970 to 2100, or at no known time", "决策时间缺失或超出 1970–2100 年"), Rows: s.undated},
	}}
	for _, w := range ws {
		cov.Judged += w.cell.rows
	}
	s.levels(r, ws)
	if base := s.env.Baseline.Part(name); base != nil {
		cov.Why = s.compareStored(r, base, ws)
	} else if ref, why := s.reference(ws); why != nil {
		cov.Judged, cov.Why = 0, []audit.Text{*why}
	} else {
		s.compare(r, ref, ws)
	}
	r.Coverage = append(r.Coverage, cov)
}

// reference returns the reference window, or why there is none to speak of.
func (s *state) reference(ws []window) (int, *audit.Text) {
	enough := func(w window) bool { return w.cell.rows >= s.set.MinRows }
	ref := slices.IndexFunc(ws, enough)
	if s.set.Reference != "" {
		label := s.periods.Label(s.periods.Index(s.set.Reference))
		ref = slices.IndexFunc(ws, func(w window) bool { return w.label == label })
		if ref < 0 || !enough(ws[ref]) {
			why := audit.Tf("the reference period %s has fewer than %d rows", "基准期 %s 的记录不足 %d 条", s.set.Reference, s.set.MinRows)
			return 0, &why
		}
	}
	others := 0
	for i, w := range ws {
		if i != ref && enough(w) {
			others++
		}
	}
	if ref < 0 || others == 0 {
		why := audit.Tf("one period only: fewer than two periods have %d rows, so there is nothing to compare; name the baseline of an earlier run",
			"只有一个时期：拥有至少 %d 条记录的时期不足两个，无从比较；可指定此前运行所存的基线", s.set.MinRows)
		return 0, &why
	}
	return ref, nil
}

// levels adds what is said of each window by itself.
func (s *state) levels(r *audit.Result, ws []window) {
	level := s.env.Plan.Honesty.Level
	rate := func(metric, segment string, w window, k, n int64) {
		if n == 0 {
			return
		}
		m := audit.NewMetric(name, metric)
		m.Period, m.Segment = w.label, segment
		m.K, m.N, m.Value = k, n, float64(k)/float64(n)
		ci := stats.Wilson(k, n, level)
		m.Low, m.High, m.Level, m.Interval = ci.Lo, ci.Hi, level, "wilson"
		if n < s.set.MinRows {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	missing := make([]int64, len(s.numbers)+len(s.texts))
	for _, w := range ws {
		for i, k := range w.cell.missing() {
			missing[i] += k
		}
	}
	named := slices.Concat(s.numbers, s.texts)
	for _, w := range ws {
		if s.score >= 0 && w.all.sum.N() > 0 {
			m := audit.NewMetric(name, "score_mean")
			m.Period, m.Value, m.N = w.label, w.all.sum.Mean(), w.all.sum.N()
			if sd := w.all.recorded.SD(); m.N > 1 && sd == sd {
				half := float64(stats.NormalQuantile((1+level)/2) * sd / math.Sqrt(float64(m.N-1)))
				m.Low, m.High, m.Level, m.Interval = m.Value-half, m.Value+half, level, "normal"
			}
			if m.N < s.set.MinRows {
				m.Reach = audit.Insufficient
			}
			r.Metrics = append(r.Metrics, m)
			rate(missingRate, "column=score", w, w.all.recorded.Missing(), w.cell.rows)
		}
		for i, k := range w.cell.missing() {
			if missing[i] > 0 {
				rate(missingRate, "feature="+named[i].name, w, k, w.cell.rows)
			}
		}
		for _, t := range []struct {
			of     *versions
			metric string
			in     map[int32]*scores
		}{{&s.models, versionShare, w.models}, {&s.policies, policyShare, w.policies}} {
			if t.of.col < 0 {
				continue
			}
			for _, v := range t.of.ids() {
				if c := t.in[v]; c != nil && t.of.names.Value(v) != "" {
					rate(t.metric, t.of.column+"="+t.of.names.Value(v), w, c.rows, w.cell.rows)
				}
			}
		}
	}
}

// missing returns the missing values of each feature: numbers, then texts.
func (c *cell) missing() []int64 {
	var out []int64
	for i := range c.numbers {
		out = append(out, c.numbers[i].Missing())
	}
	for i := range c.texts {
		out = append(out, c.texts[i].Of(""))
	}
	return out
}

// commonest returns the levels of the greatest counts, without null.
func commonest(vs []rows.Value, most int) []string {
	vs = slices.DeleteFunc(vs, func(v rows.Value) bool { return v.Name == "" })
	slices.SortStableFunc(vs, func(a, b rows.Value) int { return int(min(max(b.N-a.N, -1), 1)) })
	var out []string
	for _, v := range vs[:min(len(vs), most)] {
		out = append(out, v.Name)
	}
	return out
}

// countLevels returns the counts of levels, of all others, and of nulls.
func countLevels(levels []string, c *rows.Counts) []int64 {
	out := make([]int64, 0, len(levels)+2)
	rest := c.Total() - c.Of("")
	for _, l := range levels {
		out = append(out, c.Of(l))
		rest -= c.Of(l)
	}
	return append(out, rest, c.Of(""))
}
