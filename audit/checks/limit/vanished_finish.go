package limit

import (
	"cmp"
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
)

var vanishedGuards = [vGuards]audit.Text{
	vOther:      audit.T("events of other kinds", "其他类型的事件"),
	vUndated:    audit.T("promises without a due date, and none in the policy", "没有到期日的承诺，政策中也没有"),
	vClosed:     audit.T("promises of accounts that were closed before the window ended", "兑现期结束前已销户的承诺"),
	vNotDue:     audit.T("promises whose window is still open", "兑现期未满的承诺"),
	vAttempt:    audit.T("increases for promises: read with them", "为承诺所作的提额：与承诺一并读取"),
	vFew:        audit.T("other increases, without a cadence", "没有固定节奏的其他提额"),
	vTemporary:  audit.T("decreases at the end of a temporary limit", "临时额度到期的下调"),
	vCustomer:   audit.T("decreases that the customer asked for", "客户主动要求的下调"),
	vReversal:   audit.T("decreases that take an increase back within minutes, or are taken back", "数分钟内冲正的下调"),
	vTransfer:   audit.T("decreases at a change of currency or product", "币种或产品转换时的下调"),
	vUnpromised: audit.T("decreases without a promise in the days before", "此前一段时间没有承诺的下调"),
	vAdverse:    audit.T("decreases after a feature got worse", "特征变差之后的下调"),
	vNoLimit:    audit.T("decreases without amounts, or without effect", "没有金额或没有生效的下调"),
}

// Finish adds the cases, the metrics and the coverage.
func (s *vanished) Finish(r *audit.Result) {
	list := s.cases.All()
	cases := make([]audit.Case, len(list))
	for i := range list {
		c := &cases[i]
		*c = list[i].Case
		c.Check = vanishedName
		if at := list[i].Notes[noteAttempt]; at != none {
			s.blame(c, at)
		}
		slices.SortStableFunc(c.Causes, func(a, b audit.Supported) int { return cmp.Compare(cause.Rank(a.Code), cause.Rank(b.Code)) })
	}
	r.Cases = append(r.Cases, cases...)
	m := &measures{vanished: s, r: r}
	m.write(cases)
	r.Coverage = append(r.Coverage, s.coverage())
}

// blame names the incident that a technical failure lies in as its cause, when
// attempts failed more often then than usual.
func (s *vanished) blame(c *audit.Case, at int64) {
	i, grade := s.excess.At(at, c.Item("error_code"))
	if i < 0 {
		return
	}
	if grade == audit.E3 && c.Cause == cause.TechnicalError {
		c.Cause = cause.Incident
	}
	x, n := &s.incidents.List[i], s.excess.Of(i)
	c.Causes = append(c.Causes, audit.Supported{Code: cause.Incident, Grade: grade})
	c.Evidence = append(c.Evidence, audit.Item{Name: "incident", Value: x.ID}, audit.Item{
		Name:  "failed_in_incident",
		Value: fmt.Sprintf("%d of %d, in the weeks before %d of %d", n.Failed[0], n.Rows[0], n.Failed[1], n.Rows[1]),
	})
}

func (s *vanished) coverage() audit.Coverage {
	c := audit.Coverage{Check: vanishedName, RowsIn: s.rowsIn, Judged: s.rowsIn}
	for i, guard := range vanishedGuards {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: guard, Rows: s.n[i]})
		c.Judged -= s.n[i]
	}
	if s.n[vKept]+s.n[vUnmet]+s.n[vNotDue]+s.n[vClosed]+s.n[vUndated] == 0 {
		c.Why = append(c.Why, audit.T("no promise is on record: only the cadence of increases is judged (R1.2, grade E3)", "没有承诺记录：只判断提额节奏（R1.2，证据等级E3）"))
	}
	if s.engine == nil {
		c.Why = append(c.Why, audit.T("the plan has no policies: conditions and caps of promises can't be replayed, and unmet promises are INDETERMINATE (E3)",
			"审计方案中没有政策：无法复算承诺的条件和上限，未兑现的承诺为INDETERMINATE（E3）"))
	}
	if s.env.Layouts["repayments"] == nil {
		c.Why = append(c.Why, audit.T("no table of repayments: a new past due is not seen as the reason of a decrease, and conditions on repayment are not known",
			"没有还款表：无法识别新逾期导致的下调，涉及还款的条件无法判断"))
	}
	if s.env.Lookups["incidents"] == nil {
		c.Why = append(c.Why, audit.T("no table of incidents: technical failures are not tied to any", "没有故障表：技术失败无法对应到故障"))
	}
	return c
}

// vanishedConclude makes one finding a fault.
func vanishedConclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	set := env.Settings.(*VanishedSettings)
	var out []audit.Finding
	for _, c := range clusters(cases, vanishedKey) {
		f := c.finding(vanishedName)
		f.Severity = severity(&f)
		decrease := slices.Contains(f.Rules, "R1.3")
		w := vanishedWordsOf(c, &f, env)
		f.Title, f.What, f.Remedy, f.Customer = w.title, w.what, w.remedy, w.customer
		f.Clauses = clausesFor(set.Regime, decrease)
		out = append(out, f)
	}
	for i := range metrics {
		switch m := &metrics[i]; {
		case m.Status < audit.Warn:
		case m.Name == loadMetric:
			out = append(out, loadFinding(m))
		case m.Name == keptGapMetric:
			out = append(out, gapFinding(m))
		case m.Name == turnMetric:
			out = append(out, turnFinding(env, m))
		}
	}
	return out
}

// vanishedKey is the fault that a case is of: "" for those rightly told, which
// make no finding.
func vanishedKey(c *audit.Case) string {
	if c.Substance == audit.NotYet || c.Substance == audit.Justified && (c.Disclosure == audit.Adequate || c.Disclosure == audit.NotAssessed) {
		return ""
	}
	rule := "R1.1"
	switch {
	case slices.Contains(c.Rules, "R1.2"):
		rule = "R1.2"
	case slices.Contains(c.Rules, "R1.3"):
		rule = "R1.3"
	}
	key := rule + "\x1f" + c.Cause + "\x1f" + c.Substance.String()
	switch c.Cause {
	case cause.Incident:
		key += "\x1f" + c.Item("incident")
	case cause.PolicyDeclared:
		key += "\x1f" + c.Item("ended_by")
	case cause.PolicyUndeclared:
		key += "\x1f" + c.PolicyVersion
	case cause.Experiment, cause.ExperimentOver:
		key += "\x1f" + c.Item("experiment")
	}
	return key
}
