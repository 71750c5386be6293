package drift

import (
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
)

func (s *state) Finish(r *audit.Result) {
	var total int64
	var periods []int32 // with rows
	for p, c := range s.cells {
		if c != nil && c.rows > 0 {
			periods = append(periods, int32(p))
			total += c.rows
		}
	}
	cov := audit.Coverage{Check: name, RowsIn: s.rows, Judged: total, Excluded: []audit.Excluded{
		{Guard: audit.T("test rows", "测试记录"), Rows: s.tested},
		{Guard: audit.T("decided outside 1970 to 2100, or at no known time", "决策时间缺失或超出 1970–2100 年"), Rows: s.undated},
	}}
	s.levels(r, periods)
	if ref, why := s.reference(periods); why != nil {
		cov.Judged, cov.Why = 0, []audit.Text{*why}
	} else {
		s.compare(r, ref, periods)
	}
	r.Coverage = append(r.Coverage, cov)
}

// reference returns the reference period, or why there is none to speak of.
func (s *state) reference(periods []int32) (int32, *audit.Text) {
	enough := func(p int32) bool { return s.cells[p].rows >= s.set.MinRows }
	ref := int32(-1)
	if s.set.Reference != "" {
		ref = s.periods.Index(s.set.Reference)
		if !slices.Contains(periods, ref) || !enough(ref) {
			why := audit.Tf("the reference period %s has fewer than %d rows", "基准期 %s 的记录不足 %d 条", s.set.Reference, s.set.MinRows)
			return 0, &why
		}
	} else if i := slices.IndexFunc(periods, enough); i >= 0 {
		ref = periods[i]
	}
	others := 0
	for _, p := range periods {
		if p != ref && enough(p) {
			others++
		}
	}
	if ref < 0 || others == 0 {
		why := audit.Tf("one period only: fewer than two periods have %d rows, so there is nothing to compare",
			"只有一个时期：拥有至少 %d 条记录的时期不足两个，无从比较", s.set.MinRows)
		return 0, &why
	}
	return ref, nil
}

// scoresIn returns the scores of all versions in a period.
func (s *state) scoresIn(p int32) *scores {
	all := &scores{}
	for _, of := range s.versions {
		if int(p) < len(of.periods) && of.periods[p] != nil {
			all.merge(of.periods[p])
		}
	}
	return all
}

// levels adds what is said of each period by itself.
func (s *state) levels(r *audit.Result, periods []int32) {
	level := s.env.Plan.Honesty.Level
	rate := func(metric, segment string, p int32, k, n int64) {
		m := audit.NewMetric(name, metric)
		m.Period, m.Segment = s.periods.Label(p), segment
		m.K, m.N, m.Value = k, n, float64(k)/float64(n)
		ci := stats.Wilson(k, n, level)
		m.Low, m.High, m.Level, m.Interval = ci.Lo, ci.Hi, level, "wilson"
		if n < s.set.MinRows {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	missing := make([]int64, len(s.numbers)+len(s.texts))
	for _, p := range periods {
		for i, k := range s.cells[p].missing() {
			missing[i] += k
		}
	}
	named := slices.Concat(s.numbers, s.texts)
	for _, p := range periods {
		c, all := s.cells[p], s.scoresIn(p)
		if s.score >= 0 && all.sum.N() > 0 {
			m := audit.NewMetric(name, "score_mean")
			m.Period, m.Value, m.N = s.periods.Label(p), all.sum.Mean(), all.sum.N()
			if m.N < s.set.MinRows {
				m.Reach = audit.Insufficient
			}
			r.Metrics = append(r.Metrics, m)
			rate("missing_rate", "column=score", p, all.recorded.Missing(), c.rows)
		}
		for i, k := range c.missing() {
			if missing[i] > 0 {
				rate("missing_rate", "feature="+named[i].name, p, k, c.rows)
			}
		}
		if s.version >= 0 {
			for _, v := range s.versionIDs() {
				if of := s.versions[v].periods; int(p) < len(of) && of[p] != nil && s.names.Value(v) != "" {
					rate(versionShare, "model_version="+s.names.Value(v), p, of[p].rows, c.rows)
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

// compare adds the stability indexes of all periods against ref.
func (s *state) compare(r *audit.Result, ref int32, periods []int32) {
	numeric := func(metric, segment string, base int32, of func(p int32) *stats.Hist) {
		h := of(base)
		if h == nil || h.N() == 0 {
			return
		}
		cuts := stats.NewCuts(h, 10, s.set.Special...)
		counts := cuts.Counts(h)
		for _, p := range periods {
			if x := of(p); p != base && x != nil && x.N()+x.Missing() > 0 {
				s.index(r, metric, segment, base, p, counts, cuts.Counts(x))
			}
		}
	}
	cache := map[int32]*scores{}
	all := func(p int32) *scores {
		if cache[p] == nil {
			cache[p] = s.scoresIn(p)
		}
		return cache[p]
	}
	numeric(psiRecorded, "", ref, func(p int32) *stats.Hist { return &all(p).recorded })
	numeric(psiRecomputed, "", ref, func(p int32) *stats.Hist { return &all(p).recomputed })
	if ids := s.versionIDs(); len(ids) > 1 {
		for _, v := range ids {
			of := func(p int32) *stats.Hist {
				if ps := s.versions[v].periods; int(p) < len(ps) && ps[p] != nil {
					return &ps[p].recorded
				}
				return nil
			}
			// A version is held against its own first period.
			base := slices.IndexFunc(periods, func(p int32) bool { h := of(p); return h != nil && h.N() >= s.set.MinRows })
			if base >= 0 && s.names.Value(v) != "" {
				numeric(psiRecorded, "model_version="+s.names.Value(v), periods[base], of)
			}
		}
	}
	for i, f := range s.numbers {
		numeric(csi, "feature="+f.name, ref, func(p int32) *stats.Hist { return &s.cells[p].numbers[i] })
	}
	for i, f := range s.texts {
		levels := commonest(s.cells[ref].texts[i].Values(), s.set.Levels)
		counts := countLevels(levels, &s.cells[ref].texts[i])
		for _, p := range periods {
			if p != ref {
				s.index(r, csi, "feature="+f.name, ref, p, counts, countLevels(levels, &s.cells[p].texts[i]))
			}
		}
	}
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

// index adds one stability index. a and b are the counts of the reference and
// of period p.
func (s *state) index(r *audit.Result, metric, segment string, ref, p int32, a, b []int64) {
	var x, y []int64 // without bins that are empty in both
	var n, k int64
	for i := range a {
		if a[i]+b[i] > 0 {
			x, y = append(x, a[i]), append(y, b[i])
			n, k = n+a[i], k+b[i]
		}
	}
	m := audit.NewMetric(name, metric)
	m.Period, m.Segment, m.Reference = s.periods.Label(p), segment, s.periods.Label(ref)
	m.N, m.NRef = k, n
	m.Threshold = s.set.Warn
	if n < s.set.MinRows || k < s.set.MinRows {
		m.Reach = audit.Insufficient
		r.Metrics = append(r.Metrics, m)
		return
	}
	m.Value = stats.PSI(x, y, stats.PSIHalf)
	if len(x) > 1 {
		m.Effect, m.EffectOf = stats.PSINull(len(x), n, k, 0.95), "null95"
		switch {
		case m.Value > s.set.Fail && m.Value > m.Effect:
			m.Reach, m.Threshold = audit.Fail, s.set.Fail
		case m.Value > s.set.Warn && m.Value > m.Effect:
			m.Reach = audit.Warn
		}
	}
	r.Metrics = append(r.Metrics, m)
}
