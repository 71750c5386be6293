package limit

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
)

var ledgerGuards = [lGuards]audit.Text{
	lOther:    audit.T("events that change no limit", "不改变额度的事件"),
	lFailed:   audit.T("increases that failed as recorded", "已记录为失败的提额"),
	lUnread:   audit.T("events without limit_before and limit_after", "没有limit_before和limit_after的事件"),
	lUnpaired: audit.T("instalments of loans without payments to compare", "没有可比对还款流水的分期"),
	lPayment:  audit.T("payments: read with the instalments of their loans", "还款流水：与所属贷款的分期一并读取"),
}

// Finish adds the cases, the metrics and the coverage.
func (s *books) Finish(r *audit.Result) {
	for _, k := range s.cases.All() {
		k.Case.Check = ledgerName
		r.Cases = append(r.Cases, k.Case)
	}
	n := map[string]int64{}
	values := s.counts.Values()
	for _, v := range values {
		n[v.Name] = v.N
	}
	for _, x := range []struct{ name, of, total string }{
		{"ledger_break_rate", "break", "pair"}, {"lost_update_rate", "lost", "change"},
		{"silent_decrease_rate", "silent", "need"}, {"record_mismatch_rate", "mismatch", "loan"},
	} {
		for _, v := range values {
			what, by, value := splitKey(v.Name)
			if what != x.total || by == "period" && value == "" {
				continue
			}
			m := audit.NewMetric(ledgerName, x.name)
			place(&m, by, value)
			r.Metrics = append(r.Metrics, rate(m, s.env.Plan, n[countKey(x.of, by, value)], v.N))
		}
	}
	if k := s.n[lChanges]; k > 0 {
		r.Metrics = append(r.Metrics, rate(audit.NewMetric(ledgerName, "write_collision_rate"), s.env.Plan, s.n[lCollided], k))
	}
	for _, g := range []struct {
		reason string
		at     int
	}{{"temporary_end", lTemporary}, {"customer", lCustomer}, {"reversal", lReversed}, {"transfer", lTransfer}} {
		if k := s.n[g.at]; k > 0 {
			m := audit.NewMetric(ledgerName, "decrease_guard")
			m.Segment, m.Value = "reason="+g.reason, float64(k)
			r.Metrics = append(r.Metrics, m)
		}
	}
	r.Coverage = append(r.Coverage, s.coverage())
}

func (s *books) coverage() audit.Coverage {
	c := audit.Coverage{Check: ledgerName, RowsIn: s.rowsIn, Judged: s.rowsIn}
	for i, guard := range ledgerGuards {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: guard, Rows: s.n[i]})
		c.Judged -= s.n[i]
	}
	if s.env.Layouts["limits"] == nil {
		c.Why = append(c.Why, audit.T("no table of limits: only payments are compared with repayments", "没有额度表：只比对还款流水与还款记录"))
	}
	if s.env.Layouts["repayments"] == nil || !s.settled {
		c.Why = append(c.Why, audit.T("repayments or payments are not in the plan: the two are not compared", "审计方案中缺少还款记录或还款流水：不作比对"))
	}
	return c
}

// ledgerConclude makes one finding a fault.
func ledgerConclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	set := env.Settings.(*LedgerSettings)
	var out []audit.Finding
	for _, c := range clusters(cases, func(c *audit.Case) string { return c.Cause }) {
		f := c.finding(ledgerName)
		f.Severity = severity(&f)
		switch f.Cause {
		case cause.LostUpdate:
			f.Severity = max(f.Severity, audit.S2)
		case lateNotice:
			if slices.ContainsFunc(c.cases, func(k *audit.Case) bool { return k.Days > slightlyLate }) {
				f.Severity = max(f.Severity, audit.S2)
			}
		}
		w := ledgerWordsOf(c, &f, env)
		f.Title, f.What, f.Remedy, f.Customer = w.title, w.what, w.remedy, w.customer
		f.Clauses = clausesFor(set.Regime, f.Cause == noNotice || f.Cause == lateNotice)
		if f.Cause == cause.Unexplained || f.Cause == recordMismatch {
			f.Clauses = nil
		}
		out = append(out, f)
	}
	return out
}

// slightlyLate is how many days late a notice may be for the third severity.
const slightlyLate = 7
