package denial

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
	"evenhand/features"
)

func featureName(column string) (string, bool) {
	name, ok := strings.CutPrefix(column, audit.FeatureColumn(""))
	return name, ok && !strings.HasSuffix(name, "__available_at")
}

func cellText(v *features.Vector, i int) string {
	switch {
	case v.IsNull(i):
		return "missing"
	case v.Kind == features.Text:
		return v.Text(i)
	}
	return strconv.FormatFloat(v.Floats[i], 'f', -1, 64)
}

func sortedFeatures(p *audit.Plan) []string {
	names := make([]string, 0, len(p.Dictionary))
	for n := range p.Dictionary {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// events is the evidence timeline of a case: the loan that was settled, and the
// customer's decisions, the last thirty.
func (s *repaid) events(loan *timeline.Loan) []audit.Event {
	var out []audit.Event
	key := string(loan.ID)
	for _, x := range loan.Instalments {
		if x.Settled != timeline.NoTime {
			note := audit.Units(x.Paid, s.scale)
			if x.Payoff {
				note += ", payoff"
			}
			out = append(out, audit.Event{At: x.Settled, What: "repayments.paid", Key: key + "/" + strconv.FormatInt(x.No, 10), Note: note})
		}
	}
	rows := &s.timeline.Decisions
	for i := rows.Lo; i < rows.Hi; i++ {
		b := rows.Batch
		note := ""
		if x, ok := money(&b.Cols[s.at.requested], i); ok {
			note = "asked for " + audit.Units(x, s.scale)
		}
		out = append(out, audit.Event{At: b.Cols[s.at.decided].Ints[i], What: "decisions." + b.Cols[s.at.outcome].Text(i), Key: string(b.Cols[s.at.id].Opaque(i)), Note: note})
	}
	slices.SortStableFunc(out, func(a, b audit.Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.What, b.What), cmp.Compare(a.Key, b.Key))
	})
	const most = 30
	return out[max(0, len(out)-most):]
}

// Finish adds the cases, metrics and the coverage.
func (s *repaid) Finish(r *audit.Result) {
	n := int64(0)
	for _, k := range s.cases.All() {
		k.Check = repaidName
		r.Cases = append(r.Cases, k.Case)
		n++
	}
	s.measure(r, n)
	c := audit.Coverage{Check: repaidName, RowsIn: s.rowsIn, Judged: s.rowsIn}
	for k, g := range [rpGuards]audit.Text{
		rpOther:      audit.T("no denials", "并非拒绝"),
		rpTest:       audit.T("test rows and prescreens", "测试记录与预筛"),
		rpFraud:      audit.T("fraud holds, and declared exemptions", "反欺诈冻结及已声明豁免"),
		rpNoPayoff:   audit.T("no loan of the product settled within the days before", "此前期限内没有结清该产品的贷款"),
		rpOpen:       audit.T("another loan of the product is open", "该产品仍有未结清贷款"),
		rpLate:       audit.T("instalments paid late", "有逾期还款"),
		rpNoApproval: audit.T("no earlier approval for the product", "该产品此前没有通过记录"),
		rpLarger:     audit.T("much more asked for than was approved before", "申请金额远高于此前批准金额"),
	} {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: g, Rows: s.n[k]})
		c.Judged -= s.n[k]
	}
	if s.env.Policies == nil {
		c.Why = append(c.Why, audit.T("without policies only the sequence is listed: no denial is called unjustified", "没有政策：只列出先后顺序，不作不成立判定"))
	}
	if c.Judged == 0 && s.rowsIn > 0 && s.n[rpApplied] > 0 {
		// Applications after a payoff were looked at, and none was denied.
		c.Judged = s.n[rpApplied]
		c.Excluded[rpOther].Rows -= s.n[rpApplied]
	}
	r.Coverage = append(r.Coverage, c)
}

func (s *repaid) measure(r *audit.Result, denied int64) {
	h := s.env.Plan.Honesty
	m := audit.NewMetric(repaidName, "repaid_denied")
	m.Value, m.K, m.N = float64(denied), denied, s.rowsIn
	r.Metrics = append(r.Metrics, m)
	if n := s.n[rpApplied]; n > 0 {
		m := audit.NewMetric(repaidName, "repaid_denial_rate")
		i := stats.Wilson(min(denied, n), n, h.Level)
		m.Value, m.Low, m.High, m.Level, m.Interval, m.K, m.N = float64(denied)/float64(n), i.Lo, i.Hi, h.Level, "wilson", denied, n
		if n < h.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	s.measureLags(r)
	s.measureOdds(r)
}

// measureLags reads quantiles of the posting lag off the counts (nearest rank).
func (s *repaid) measureLags(r *audit.Result) {
	var total int64
	cells := s.lags.Cells()
	for _, c := range cells {
		total += c.N
	}
	if total == 0 {
		return
	}
	for _, q := range []struct {
		name     string
		per, all int64
	}{{"posting_lag_p50", 50, 100}, {"posting_lag_p99", 99, 100}} {
		rank, seen := (total*q.per+q.all-1)/q.all, int64(0)
		for _, c := range cells {
			if seen += c.N; seen >= rank {
				m := audit.NewMetric(repaidName, q.name)
				m.Value, m.N = float64(c.Key), total
				r.Metrics = append(r.Metrics, m)
				break
			}
		}
	}
}

// measureOdds is R4.5: the Mantel-Haenszel odds ratio of approval after a
// payoff, over policy and band of the score.
func (s *repaid) measureOdds(r *audit.Result) {
	var tables []stats.Table
	at := map[uint64]int{}
	for _, c := range s.odds.Cells() {
		key := c.Key >> 2
		k, ok := at[key]
		if !ok {
			k = len(tables)
			at[key] = k
			tables = append(tables, stats.Table{})
		}
		t := &tables[k]
		switch c.Key & 3 {
		case 3:
			t.A += c.N
		case 2:
			t.B += c.N
		case 1:
			t.C += c.N
		default:
			t.D += c.N
		}
	}
	if len(tables) == 0 {
		return
	}
	x := stats.MantelHaenszelOR(tables, s.env.Plan.Honesty.Level)
	m := audit.NewMetric(repaidName, "payoff_approval_odds_ratio")
	m.Value, m.Low, m.High, m.Level, m.Interval = x.Value, x.Interval.Lo, x.Interval.Hi, s.env.Plan.Honesty.Level, "robins_breslow_greenland"
	for _, t := range tables {
		m.K, m.N = m.K+t.A, m.N+t.A+t.B
		m.KRef, m.NRef = m.KRef+t.C, m.NRef+t.C+t.D
	}
	m.Group, m.Reference, m.Threshold = "after=payoff", "after=other", s.settings.Odds
	switch {
	case m.N < s.env.Plan.Honesty.MinCell || m.NRef < s.env.Plan.Honesty.MinCell || m.Value != m.Value:
		m.Reach = audit.Insufficient
	case m.Value < s.settings.Odds && m.High < 1:
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
}

// repaidReasons says a cause to a customer.
var repaidReasons = map[string]audit.Text{
	cause.DataStale:        audit.T("our records did not yet show your repayment", "我方记录尚未反映您的还款"),
	cause.ScoreError:       audit.T("an error in our internal assessment", "我方内部评估有误"),
	cause.DataUnit:         audit.T("an error in our data", "我方数据有误"),
	cause.TieRule:          audit.T("an error in applying our rule", "我方规则适用有误"),
	cause.PolicyUndeclared: audit.T("a rule that should not have been applied", "适用了不应适用的规则"),
	cause.TechnicalError:   audit.T("a technical fault of our systems", "我方系统技术故障"),
	cause.Incident:         audit.T("an incident of our systems", "我方系统故障"),
	cause.PolicyDeclared:   audit.T("our lending policy changed in between", "我方授信政策在此期间有调整"),
	cause.CoolingOff:       audit.T("applications are not accepted for a while after a repayment", "结清后一段时间内暂不受理新申请"),
	cause.Unexplained:      audit.T("a reason that we are looking into", "原因正在核查"),
}

// repaidLetter is what the customer of a case may be told.
func repaidLetter(p *audit.Plan, c *audit.Case) audit.Text {
	wrongly := c.Substance == audit.Unjustified || c.Substance == audit.Technical
	if why, ok := repaidReasons[c.Cause]; ok {
		t := audit.T("Compared with your last approval: "+why.En+".", "与上次通过相比："+why.Zh+"。")
		if wrongly {
			t.En += " This is not a judgment of your credit. We will decide your application anew; the result follows our rules. You may ask for a review by a person."
			t.Zh += "这不是对您信用的评价。我们将重新审批您的申请，结果以规则为准。您可以申请人工复核。"
		} else {
			t.En += " You may ask for a review by a person."
			t.Zh += "您可以申请人工复核。"
		}
		return t
	}
	var en, zh []string
	for _, e := range c.Evidence {
		name, ok := strings.CutPrefix(e.Name, "changed ")
		info := p.Dictionary[name]
		if !ok || info.Mutable != "yes" && info.Mutable != "slow" || len(en) == 3 {
			continue
		}
		was, is, _ := strings.Cut(e.Value, " -> ")
		en = append(en, cmp.Or(info.En, name)+" from "+was+" to "+is)
		zh = append(zh, cmp.Or(info.Zh, name)+"由"+was+"变为"+is)
	}
	if en == nil {
		return audit.Text{}
	}
	return audit.T("Compared with your last approval, this has changed: "+strings.Join(en, "; ")+". You may ask for a review by a person, and have wrong data corrected.",
		"与上次通过相比，变化项："+strings.Join(zh, "；")+"。您可以申请人工复核；数据有误的，可以要求更正。")
}

var repaidWords = map[string]audit.Text{
	"repaid_denied":              audit.T("denials after a full repayment", "结清后被拒笔数"),
	"repaid_denial_rate":         audit.T("denial rate after a full repayment", "结清后再借的拒绝率"),
	"posting_lag_p50":            audit.T("hours from payment to posting, median", "还款到入账小时数（中位数）"),
	"posting_lag_p99":            audit.T("hours from payment to posting, 99th percentile", "还款到入账小时数（99分位）"),
	"payoff_approval_odds_ratio": audit.T("odds of approval after a payoff, at equal score and policy", "结清后再借的通过比值比（同评分同政策）"),
}
