package denial

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/stats"
	"evenhand/features"
)

const (
	technicalRate  = "technical_denial_rate"
	incidentExcess = "incident_failure_excess"
	incidentDenial = "incident_denial_excess"
	hourSpread     = "denial_rate_hour_spread"
)

var techGuardNames = [techGuards]audit.Text{
	techTest:      audit.T("test rows", "测试记录"),
	techPrescreen: audit.T("prescreens, which are no applications", "预筛，并非申请"),
	techNotDenied: audit.T("not denied: approved, approved for less, referred, recorded as a technical error", "并非拒绝：通过、降额通过、转人工、已记录为技术错误"),
	techOther:     audit.T("withdrawn, incomplete, or an outcome outside the vocabulary", "撤回、资料不全，或结果不在约定取值内"),
	techFraud:     audit.T("fraud holds", "欺诈管控"),
}

// gapShare is the share of denials from which missing scores are a gap in the
// export, and no failures.
const gapShare = 0.2

// Finish adds the cases, the metrics and the coverage.
func (s *technicalState) Finish(r *audit.Result) {
	judged := s.judgedRows()
	cov := audit.Coverage{Check: technicalName, RowsIn: s.rowsIn, Judged: judged}
	for i, g := range techGuardNames {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: g, Rows: s.n[i]})
	}
	list := slices.Clone(s.list)
	slices.SortFunc(list, compareTechnical)
	lost := int64(0)
	for _, d := range list {
		lost += int64(b2i(d.proof == byNoScore))
	}
	if float64(lost) > gapShare*float64(judged) {
		list = slices.DeleteFunc(list, func(d technicalDenial) bool { return d.proof == byNoScore })
		cov.Why = append(cov.Why, audit.Tf("%[1]d of %[2]d denials have no score: taken for a gap in the export, not for failures",
			"%[2]d笔拒绝中有%[1]d笔没有评分：视为导出数据不全，不视为故障", lost, judged))
	}
	decisive := make([]bool, len(s.incidents.List))
	for i := range decisive {
		decisive[i] = s.failed.Decisive(i)
	}
	for i := range list {
		r.Cases = append(r.Cases, s.caseOf(&list[i], decisive))
	}
	if !s.recorded && len(s.incidents.List) == 0 {
		cov.Why = append(cov.Why, audit.T(
			"without engine_status, error_code, latency_ms and incidents, denials are only screened by hour of the day (grade E4): no denial is judged technical for it",
			"缺少engine_status、error_code、latency_ms和事故表：只按小时筛查拒绝率（证据等级E4），不据此认定任何拒绝属于技术故障"))
	}
	s.metrics(r, judged)
	r.Coverage = append(r.Coverage, cov)
}

func (s *technicalState) judgedRows() int64 {
	n := s.rowsIn
	for _, k := range s.n {
		n -= k
	}
	return n
}

// incidentOf returns the incident whose window holds an instant and whose
// failures were in excess, or -1: among several, the first that names the code.
func (s *technicalState) incidentOf(at int64, code string, decisive []bool) (which int, named bool) {
	which = -1
	for k := range s.incidents.List {
		x := &s.incidents.List[k]
		if x.From > at {
			break
		}
		if !decisive[k] || !x.Holds(at) {
			continue
		}
		if x.Names(code) {
			return k, true
		}
		if which < 0 {
			which = k
		}
	}
	return which, false
}

// Names of evidence that Conclude and Letter read again.
const (
	itemProof    = "proof"
	itemIncident = "incident"
)

var proofNames = [proofs]string{"", "technical status", "time-out", "placeholder score", "missing score"}

func (s *technicalState) caseOf(d *technicalDenial, decisive []bool) audit.Case {
	c := audit.Case{
		Check: technicalName, Table: "decisions", Key: d.key, Customer: d.customer, Account: d.account,
		Product: d.product, PolicyVersion: d.policy, ModelVersion: d.model,
		Substance: audit.Technical, Disclosure: audit.NotAssessed, Grade: audit.E1, Rules: []string{"R4.6"},
		Cause: cause.TechnicalError, Causes: []audit.Supported{{Code: cause.TechnicalError, Grade: audit.E1}},
		Amount: d.amount, Remedy: "redecide",
	}
	add := func(name, value string) {
		if value != "" {
			c.Evidence = append(c.Evidence, audit.Item{Name: name, Value: value})
		}
	}
	add(itemProof, d.label())
	add("engine_status", d.status)
	add("error_code", d.code)
	if d.latency >= 0 {
		add("latency_ms", strconv.FormatInt(d.latency, 10))
	}
	switch {
	case d.score == d.score:
		add("recorded_score", strconv.FormatFloat(d.score, 'g', 10, 64))
	case s.scored:
		add("recorded_score", "none")
	}
	if int(d.replayed) < len(features.Outcomes) {
		add("replayed_outcome", features.Outcomes[d.replayed])
	}
	add(itemChannel, d.channel)
	if d.at != none {
		c.At = d.at
		c.Days = max(0, s.calendar.day(s.env.Plan.AsOfMicros())-s.calendar.day(d.at))
		if k, named := s.incidentOf(d.at, d.code, decisive); k >= 0 {
			x, a := &s.incidents.List[k], s.failed.Of(k)
			value, interval := s.failed.Ratio(k)
			c.Cause = cause.Incident
			grade := audit.E3
			if named {
				grade = audit.E1
			}
			c.Causes = append([]audit.Supported{{Code: cause.Incident, Grade: grade}}, c.Causes...)
			add(itemIncident, x.ID)
			add("incident_window", s.moment(x.From)+" to "+s.moment(x.To))
			add("failures_in_window", fmt.Sprintf("%d of %d", a.Failed[0], a.Rows[0]))
			add("failures_before", fmt.Sprintf("%d of %d in the same hours of %d weeks before", a.Failed[1], a.Rows[1], 4))
			add("excess", ratioText(value, interval))
			c.Events = append(c.Events, audit.Event{At: x.From, What: "incidents.started", Key: x.ID}, audit.Event{At: x.To, What: "incidents.ended", Key: x.ID})
		}
	}
	for _, e := range []audit.Event{
		{At: d.submitted, What: "decisions.submitted"}, {At: d.at, What: "decisions.denied", Note: d.label()}, {At: d.notice, What: "decisions.notice"},
	} {
		if e.At != none {
			e.Key = d.key
			c.Events = append(c.Events, e)
		}
	}
	slices.SortStableFunc(c.Events, func(a, b audit.Event) int { return cmp.Compare(a.At, b.At) })
	return c
}

func (s *technicalState) moment(us int64) string {
	return time.UnixMicro(us).In(s.env.Plan.Zone()).Format("2006-01-02 15:04")
}

// label names the fault: one label, one finding.
func (d *technicalDenial) label() string {
	said := d.code
	if said == "" {
		said = d.status
	}
	switch d.proof {
	case bySentinel:
		return proofNames[d.proof] + " " + strconv.FormatFloat(d.score, 'g', 10, 64)
	case byNoScore:
		return proofNames[d.proof]
	case byTimeout:
		if said == "" || !strings.ContainsAny(said, "0123456789") && d.code == "" {
			return proofNames[d.proof]
		}
	}
	return proofNames[d.proof] + " " + said
}

// metrics writes the rates, and what the incidents brought.
func (s *technicalState) metrics(r *audit.Result, judged int64) {
	h := s.env.Plan.Honesty
	rate := func(segment, period string, k, n int64) {
		if n == 0 || !s.recorded && !s.scored { // a rate of nothing looked for would read as a clean bill
			return
		}
		m := shareMetric(technicalName, technicalRate, k, n, h)
		m.Segment, m.Period = segment, period
		r.Metrics = append(r.Metrics, m)
	}
	var hit int64
	hours := [24][hourKinds]int64{}
	periods := map[int32][2]int64{}
	for key, n := range s.cube.All() {
		switch key >> kindShift {
		case techByPeriod:
			p := int32(key>>periodShift&(1<<(kindShift-periodShift)-1)) - 1
			c := periods[p]
			c[1] += n
			if key&1 == 1 {
				c[0] += n
				hit += n
			}
			periods[p] = c
		case techByHour:
			if hour, kind := key>>8&0xff, key&0xff; hour < 24 && kind < hourKinds {
				hours[hour][kind] += n
			}
		}
	}
	rate("", "", hit, judged)
	for p, c := range periods {
		if label := s.env.Periods.Label(p); label != "" {
			rate("", label, c[0], c[1])
		}
	}
	for k := range s.segments {
		g := &s.segments[k]
		for _, v := range g.judged.Values() {
			if v.Name != "" {
				rate(g.name+"="+v.Name, "", g.hit.Of(v.Name), v.N)
			}
		}
	}
	var table [][]int64
	for hour, c := range hours {
		if c[hourDecided] == 0 {
			continue
		}
		name := fmt.Sprintf("hour=%02d", hour)
		if s.recorded {
			rate(name, "", c[hourTechnical], c[hourDenied])
		}
		m := shareMetric(technicalName, "denial_rate", c[hourDenied], c[hourDecided], h)
		m.Segment = name
		r.Metrics = append(r.Metrics, m)
		table = append(table, []int64{c[hourDenied], c[hourDecided] - c[hourDenied]})
	}
	if len(table) > 1 {
		t := stats.ChiSquare(table)
		m := audit.NewMetric(technicalName, hourSpread)
		m.Value, m.Test, m.P = spread(table), "chi2", t.P
		for _, c := range table {
			m.K, m.N = m.K+c[0], m.N+c[0]+c[1]
		}
		m.Threshold = s.settings.HourSpread
		if m.Value >= m.Threshold && !s.recorded {
			m.Reach = audit.Warn
		}
		if m.N < h.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	for i := range s.incidents.List {
		if s.recorded {
			r.Metrics = append(r.Metrics, s.excess(incidentExcess, s.failed, i, true))
		}
		r.Metrics = append(r.Metrics, s.excess(incidentDenial, s.denied, i, !s.recorded))
	}
}

// excess is the ratio of a rate in an incident's window to that before.
func (s *technicalState) excess(name string, e *cause.Excess, i int, warn bool) audit.Metric {
	m := audit.NewMetric(technicalName, name)
	m.Segment = "incident=" + s.incidents.List[i].ID
	a := e.Of(i)
	value, interval := e.Ratio(i)
	m.Value, m.Low, m.High, m.Level, m.Interval = value, interval.Lo, interval.Hi, 0.95, "score"
	m.K, m.N, m.KRef, m.NRef = a.Failed[0], a.Rows[0], a.Failed[1], a.Rows[1]
	m.Threshold = 1
	switch {
	case a.Rows[0] == 0 || a.Rows[1] == 0:
		m.Reach = audit.Insufficient
	case warn && e.Decisive(i):
		m.Reach = audit.Warn
	}
	if a.Failed[1] == 0 { // an infinite ratio is no number for a report
		m.Value, m.High = math.NaN(), math.NaN()
	}
	return m
}

// ratioText writes a ratio with its interval.
func ratioText(value float64, i stats.Interval) string {
	if math.IsInf(value, 1) {
		return fmt.Sprintf("none before (at least %.2f)", i.Lo)
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", value, i.Lo, i.Hi)
}

// spread is the greatest distance of an hour's rate from that of all hours,
// among hours of 30 decisions or more.
func spread(table [][]int64) float64 {
	var k, n int64
	for _, c := range table {
		k, n = k+c[0], n+c[0]+c[1]
	}
	all, most := float64(k)/float64(n), 0.0
	for _, c := range table {
		if m := c[0] + c[1]; m >= 30 {
			most = max(most, math.Abs(float64(c[0])/float64(m)-all))
		}
	}
	return most
}

// shareMetric is k/n with its Wilson interval.
func shareMetric(check, name string, k, n int64, h audit.Honesty) audit.Metric {
	m := audit.NewMetric(check, name)
	m.K, m.N = k, n
	if n > 0 {
		m.Value = float64(k) / float64(n)
	}
	i := stats.Wilson(k, n, h.Level)
	m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "wilson"
	if n < h.MinCell {
		m.Reach = audit.Insufficient
	}
	return m
}
