package denial

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
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
