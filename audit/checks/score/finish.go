package score

import (
	"math"
	"strconv"
	"time"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

const name = "scorematch"

// The names of the metrics that conclude reads.
const (
	matchRate        = "score_match_rate"
	mismatchRate     = "mismatch_rate" // of group class=M1 … class=M8
	notRecomputable  = "not_recomputable"
	unknownVersion   = "not_recomputable_version"
	unscorableInputs = "not_recomputable_input"
)

func (s *state) Finish(r *audit.Result) { s.finish(r, nil, nil, nil) }

// finish adds the result. The last three are what the second pass found, nil
// when there was none; see judge.
func (s *state) finish(r *audit.Result, stale []float64, holds []bool, match map[int]snapshot) {
	items := s.sample.Items()
	records := make([]*record, len(items))
	for i, it := range items {
		records[i] = it.Value
	}
	if stale == nil {
		stale = make([]float64, len(records))
		for i := range stale {
			stale[i] = math.NaN()
		}
	}
	verdicts := judge(s.c, s.set, records, stale, holds)
	for i, v := range verdicts {
		var from *snapshot
		if x, ok := match[i]; ok && v.class == m5Stale {
			from = &x
		}
		r.Cases = append(r.Cases, s.caseOf(records[i], v, from))
	}
	total := s.total()
	first := len(r.Metrics)
	s.metrics(r, total, verdicts)
	for i := first; i < len(r.Metrics); i++ {
		r.Metrics[i].Name = metricOf(s.table, r.Metrics[i].Name)
	}
	var unscored int64
	for _, u := range s.unscoredRows() {
		unscored += u.n
	}
	cov := audit.Coverage{Check: name, RowsIn: s.rows, Judged: total.n, Excluded: []audit.Excluded{
		{Guard: audit.T("test rows", "测试记录"), Rows: s.test},
		{Guard: audit.T("no recorded score", "没有记录评分"), Rows: s.unrecorded},
		{Guard: audit.T("not recomputable (M9)", "无法复算（M9）"), Rows: unscored},
	}}
	if k := int64(len(records)); k < s.sample.Count() {
		cov.Why = append(cov.Why, audit.Tf(
			"%[2]d rows mismatch; a sample of %[1]d of them, by hash of decision_id, is classified and listed",
			"共 %[2]d 行评分不一致；按 decision_id 的哈希抽取其中 %[1]d 行分类并列出", k, s.sample.Count()))
	}
	r.Coverage = append(r.Coverage, cov)
}

// metricOf is what a metric is called of the scores of a table.
func metricOf(table, metric string) string {
	if table == limits {
		return "limit_" + metric
	}
	return metric
}

func (s *state) total() (t cell) {
	for _, cells := range s.cells {
		for _, c := range cells {
			t.add(c)
		}
	}
	return t
}

func (s *state) metrics(r *audit.Result, total cell, verdicts []verdict) {
	s.rate(r, matchRate, "", "", total)
	periods := map[int32]cell{}
	for m, cells := range s.cells {
		var c cell
		for p, x := range cells {
			c.add(x)
			all := periods[int32(p-1)]
			all.add(x)
			periods[int32(p-1)] = all
		}
		s.rate(r, matchRate, "model_version="+s.c.models[m].name, "", c)
	}
	for p, c := range periods {
		if label := s.env.Periods.Label(p); label != "" {
			s.rate(r, matchRate, "", label, c)
		}
	}
	for k, d := range dimensions {
		for _, v := range s.judged[k].Values() {
			if v.Name != "" {
				s.rate(r, matchRate, d+"="+v.Name, "", cell{v.N, s.differ[k].Of(v.Name)})
			}
		}
	}
	s.rate(r, "pd_match_rate", "", "", s.pd)

	var counts [m8Unexplained + 1]int64
	for _, v := range verdicts {
		counts[v.class]++
	}
	for c := m1Rounding; c <= m8Unexplained; c++ {
		m := audit.NewMetric(name, mismatchRate)
		m.Group = "class=" + c.String()
		m.K, m.N = counts[c], total.n
		if k := int64(len(verdicts)); k < total.differ {
			m.K = int64(math.Round(float64(counts[c]) / float64(k) * float64(total.differ)))
			m.Warnings = append(m.Warnings, audit.Tf("estimated from a sample of %d of %d mismatching rows",
				"由 %[2]d 行不一致记录中的 %[1]d 行样本估算", k, total.differ))
		}
		m.Value = float64(m.K) / float64(m.N)
		if m.N > 0 {
			r.Metrics = append(r.Metrics, m)
		}
	}
	if total.n > 0 {
		for _, x := range []struct {
			name  string
			value float64
		}{{"score_difference_max", s.largest}, {"score_difference_mean", s.absolute.Mean()}} {
			m := audit.NewMetric(name, x.name)
			m.Value, m.N = x.value, total.n
			r.Metrics = append(r.Metrics, m)
		}
	}
	s.unscoredMetrics(r, total)
}

// rate adds the share of rows whose scores match.
func (s *state) rate(r *audit.Result, metric, segment, period string, c cell) {
	if c.n == 0 {
		return
	}
	h := s.env.Plan.Honesty
	m := audit.NewMetric(name, metric)
	m.Segment, m.Period = segment, period
	m.K, m.N = c.n-c.differ, c.n
	m.Value = float64(m.K) / float64(m.N)
	ci := stats.Wilson(m.K, m.N, h.Level)
	m.Low, m.High, m.Level, m.Interval = ci.Lo, ci.Hi, h.Level, "wilson"
	m.Threshold = 1 - s.set.Share
	switch {
	case c.n < h.MinCell:
		m.Reach = audit.Insufficient
	case metric != matchRate || c.differ == 0:
		m.Reach = audit.Pass
	case m.Value <= m.Threshold:
		m.Reach = audit.Fail
	default:
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
}

// unscoredMetrics counts the rows that can't be recomputed (M9): all, and by
// version and reason.
func (s *state) unscoredMetrics(r *audit.Result, total cell) {
	var all int64
	unknown, inputs := rows.Counts{}, rows.Counts{}
	for _, u := range s.unscoredRows() {
		all += u.n
		if s.hasModel(u.version, u.product) {
			inputs.AddN(u.version, u.n)
		} else {
			unknown.AddN(u.version, u.n)
		}
	}
	n := total.n + all
	add := func(metric, segment string, k int64) {
		if n == 0 {
			return
		}
		m := audit.NewMetric(name, metric)
		m.Segment, m.K, m.N, m.Value = segment, k, n, float64(k)/float64(n)
		if k > 0 {
			m.Reach = audit.Warn
		}
		r.Metrics = append(r.Metrics, m)
	}
	add(notRecomputable, "", all)
	for _, v := range unknown.Values() {
		add(unknownVersion, "model_version="+v.Name, v.N)
	}
	for _, v := range inputs.Values() {
		add(unscorableInputs, "model_version="+v.Name, v.N)
	}
}

// hasModel reports whether the plan has a model for the version and product.
func (s *state) hasModel(version, product string) bool {
	for _, m := range s.env.Models {
		if (m.Spec.Version == "" || m.Spec.Version == version) && (m.Spec.Product == "" || m.Spec.Product == product) {
			return true
		}
	}
	return false
}

// The names of the evidence that conclude reads.
const (
	evClass     = "class"
	evSignature = "signature"
	evSystemic  = "systemic"
)

func (s *state) caseOf(r *record, v verdict, from *snapshot) audit.Case {
	c := audit.Case{
		Check: name, Table: s.table, Key: r.key, Customer: r.customer, Account: r.account, At: r.at,
		Product: r.product, PolicyVersion: r.policy, ModelVersion: r.version,
		Substance: audit.Indeterminate, Disclosure: audit.NotAssessed, Grade: audit.E1,
		Rules: []string{v.class.String()}, Cause: causes[v.class],
	}
	add := func(name, value string) {
		if value != "" {
			c.Evidence = append(c.Evidence, audit.Item{Name: name, Value: value})
		}
	}
	add("recorded_score", number(r.recorded))
	add("recomputed_score", number(r.recomputed))
	add("difference", number(r.recorded-r.recomputed))
	add("model", s.c.models[r.model].name)
	add(evClass, v.class.String())
	for _, it := range s.c.detail(v) {
		add(it.Name, it.Value)
	}
	if from != nil {
		add("earlier_decision", from.key)
		add("earlier_decided_at", time.UnixMicro(from.at).In(s.env.Plan.Zone()).Format(time.RFC3339))
	}
	for _, o := range v.others {
		add("also", s.c.describe(verdict{signature: o}))
	}
	if v.systemic {
		add(evSystemic, "yes")
		add(evSignature, s.c.describe(v))
	}
	add("channel", r.channel)
	add("partner", r.partner)
	add("region", r.region)
	return c
}

// describe names an explanation; it is the same for the same explanation, and
// finding ids depend on it.
func (c *classifier) describe(v verdict) string {
	s := v.class.String() + " " + c.models[v.model].name
	for _, it := range c.detail(v) {
		s += " " + it.Name + "=" + it.Value
	}
	return s
}

// detail names what an explanation changes.
func (c *classifier) detail(v verdict) []audit.Item {
	m := &c.models[v.model]
	input := func() audit.Item { return audit.Item{Name: "input", Value: m.model.Inputs()[v.a].Name} }
	switch v.class {
	case m1Rounding:
		return []audit.Item{{Name: "rounding", Value: m.rounding[v.a].name}}
	case m2BinEdge:
		return []audit.Item{input()}
	case m3Missing:
		how := ""
		switch v.b {
		case valueAsNull:
			how = "value read as null"
		case nullAsZero:
			how = "null read as 0"
		case nullAsUnknown:
			how = "null read as an unknown level"
		default:
			how = "null read as " + number(m.missing[v.a][v.b-nullAsNumber])
		}
		return []audit.Item{input(), {Name: "treatment", Value: how}}
	case m4Version:
		return []audit.Item{{Name: "other_model", Value: c.models[v.a].name}}
	case m6Unit:
		return []audit.Item{input(), {Name: "factor", Value: factors[v.b].name}}
	case m7Shift:
		return []audit.Item{{Name: "shift", Value: number(v.shift)}}
	}
	return nil
}

// number writes a score: ten digits tell any two scores apart that matter.
func number(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }
