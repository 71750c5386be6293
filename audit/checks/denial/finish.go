package denial

import (
	"fmt"
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/stats"
)

var guardNames = [guards]audit.Text{
	isTest:       audit.T("test rows", "测试记录"),
	isPrescreen:  audit.T("prescreens, which are no applications", "预筛，并非申请"),
	isWithdrawn:  audit.T("withdrawn by the applicant", "申请人撤回"),
	isIncomplete: audit.T("incomplete applications", "资料不全的申请"),
	isNotAdverse: audit.T("not against the applicant: approved, referred, technical error", "结果并非不利：通过、转人工或技术错误"),
	isOther:      audit.T("outcome missing or outside the vocabulary", "结果缺失或不在约定取值内"),
	isExempt:     audit.T("exempt from disclosure, as declared", "已声明豁免披露"),
	isNotDue:     audit.T("no reason shown yet, deadline still open", "尚未告知原因，但期限未到"),
	isUndated:    audit.T("no reason shown, and no date to start the clock", "未告知原因，且无起算日期"),
}

// Finish adds the cases, the metrics and the coverage.
func (s *state) Finish(r *audit.Result) {
	r.Cases = append(r.Cases, s.cases()...)
	m := &measures{state: s, r: r}
	m.write()
	s.shifts.measure(s.env, r)
	r.Coverage = append(r.Coverage, s.coverage())
}

func (s *state) coverage() audit.Coverage {
	c := audit.Coverage{Check: checkName, RowsIn: s.rowsIn, Judged: s.rowsIn}
	for i, name := range guardNames {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: name, Rows: s.n[i]})
		c.Judged -= s.n[i]
	}
	if !s.assessed() {
		c.Excluded = append(c.Excluded, audit.Excluded{
			Guard: audit.T("the export says nothing about reasons", "导出数据中没有任何原因信息"), Rows: c.Judged,
		})
		c.Judged = 0
		c.Why = append(c.Why, audit.T(
			"without decisions.reasons, reasons_shown or reason_text denials are counted, and what applicants were told is not assessed",
			"缺少decisions.reasons、reasons_shown和reason_text：只统计拒绝数量，不评估告知情况"))
	}
	if s.replayer.judges {
		c.Why = append(c.Why, s.replayCoverage()...)
	} else {
		c.Why = append(c.Why, audit.T(
			"whether a denial was right is not judged: its substance is INDETERMINATE without a replay of the policy",
			"不判断拒绝本身是否正确：未复算政策，实体结论为INDETERMINATE"))
	}
	if (s.hasReasons || s.hasShown) && len(s.env.Plan.Reasons) == 0 {
		c.Why = append(c.Why, audit.T(
			"no catalogue of reasons: codes are taken at their word, so that a generic code may pass as specific",
			"没有原因代码目录：只能按代码字面判断，笼统的代码可能被当作具体原因"))
	}
	layout := s.env.Layouts["decisions"]
	if !layout.Exported("completed_at") && !layout.Exported("submitted_at") {
		c.Why = append(c.Why, audit.T(
			"neither completed_at nor submitted_at: the clock of notices starts at decided_at, later than it should",
			"没有completed_at和submitted_at：通知期限从decided_at起算，晚于应起算的时间"))
	}
	if !s.appeals.present {
		c.Why = append(c.Why, audit.T("no table of appeals: how appeals were handled is not judged", "没有申诉表：不判断申诉处理情况"))
	}
	if n := s.n[noticesUndated]; n > 0 {
		c.Why = append(c.Why, audit.Tf("no date of a notice on %d denials that had a reason shown: whether it was late is not judged",
			"%d笔拒绝已告知原因但没有通知日期：不判断是否逾期", n))
	}
	return c
}

// cases turns the records into cases.
func (s *state) cases() []audit.Case {
	list := s.records.sorted()
	repeats := s.repeats(list)
	whys, others := s.settle(list)
	out := make([]audit.Case, len(list))
	today := s.calendar.day(s.env.Plan.AsOfMicros())
	for i, r := range list {
		rules := r.rules
		if repeats[i] != "" {
			rules |= r07
		}
		c := &out[i]
		*c = audit.Case{
			Check: checkName, Table: "decisions",
			Key: string(s.records.id(r, 0)), Customer: string(s.records.id(r, 2)), Account: string(s.records.id(r, 3)),
			Product: s.name(r.product), PolicyVersion: s.name(r.policy), ModelVersion: s.name(r.model),
			Disclosure: r.verdict, Amount: r.amount,
			Evidence: s.evidence(r, repeats[i], others[i]), Events: s.events(r),
		}
		c.Substance, c.Grade = r.substanceOf()
		c.Cause, c.Causes, c.Remedy = s.causes(r, whys[i])
		if r.at != none {
			c.At = r.at
			c.Days = max(0, today-s.calendar.day(r.at))
		}
		for k, name := range ruleNames {
			if rules&(1<<k) != 0 {
				c.Rules = append(c.Rules, name)
			}
		}
	}
	return out
}

func (s *state) name(id int32) string { return s.records.names.Value(id) }

// Names of evidence that Conclude reads again.
const (
	itemWording = "generic wording"
	itemLate    = "days late"
	itemChannel = "channel"
	itemLapse   = "disclosure fault" // of cases whose cause is another
	itemRule    = "replayed_rule"
	itemFactors = "factors"
	itemOther   = "other_policy_version"
	itemGiven   = "reasons given"
	itemOutcome = "outcome"
	itemReplay  = "replayed_outcome"
)

var clockNames = [...]string{"completed_at", "submitted_at", "decided_at"}

// evidence lists what was read about one case. It holds no ids and no prose
// but generic one, which could identify people.
func (s *state) evidence(r *record, repeat string, other int16) []audit.Item {
	var out []audit.Item
	add := func(name, value string) {
		if value != "" {
			out = append(out, audit.Item{Name: name, Value: value})
		}
	}
	outcome := "approved_lower"
	if r.denied {
		outcome = "denied"
	}
	add(itemOutcome, outcome)
	if r.start != none {
		started := s.calendar.day(r.start)
		add("clock started", date(started)+" ("+clockNames[r.startFrom]+")")
		add("last day for a notice", date(started+int64(s.settings.NoticeDays)))
	}
	switch {
	case r.noticed:
		add("notice", date(s.calendar.day(r.notice)))
	case s.hasNotice:
		add("notice", "none")
	}
	if r.late > 0 {
		add(itemLate, fmt.Sprint(r.late))
	}
	given := s.name(r.given)
	switch r.verdict {
	case audit.Absent, audit.NotDue:
		add("reasons recorded, not shown", given)
	default:
		add(itemGiven, given)
	}
	add(itemWording, s.name(r.phrase))
	if r.unoffered {
		add("appeal offered", "no")
	}
	if r.appeal >= 0 {
		add("appeal", s.appeals.faults[r.appeal].text(&s.calendar))
	}
	add("repeat", repeat)
	s.replayed(r, other, add)
	items, _ := enough.Decode(s.env.Plan, s.name(r.enough))
	out = append(out, items...)
	add(itemChannel, s.name(r.channel))
	return out
}

// quantile returns the least day at which at least the share q of the counts
// is reached: the nearest rank.
func quantile(days []stats.Cell, q float64) float64 {
	var n, sum int64
	for _, d := range days {
		n += d.N
	}
	rank := int64(math.Ceil(q * float64(n)))
	for _, d := range days {
		if sum += d.N; sum >= rank {
			return float64(d.Key)
		}
	}
	return math.NaN()
}
