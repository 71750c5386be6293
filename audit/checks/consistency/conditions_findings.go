package consistency

import (
	"fmt"
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const condCause = "CIRCUMSTANCE"

// conditionsWords names the metrics and the cause of conditions.
var conditionsWords = map[string]audit.Text{
	condOdds:      audit.T("odds of denial among equals", "同层比较的拒绝优势比"),
	condPlainOdds: audit.T("odds of denial among equals, without technical failures", "同层比较的拒绝优势比，剔除技术故障"),
	condShare:     audit.T("denials under a circumstance that lie in an incident", "该情形下处于事故时段的拒绝占比"),
	condP99:       audit.T("latency that one decision in a hundred reaches, ms", "百分之一的决策达到的耗时（毫秒）"),
	condCause:     audit.T("a circumstance that no policy names", "政策未规定的情形"),
}

// circumstances are what findings call each circumstance.
var circumstances = map[string]audit.Text{
	circLatency: audit.T("when the engine was slow (latency above its 99th percentile)", "引擎缓慢时（耗时超过第99百分位）"),
	circError:   audit.T("with an error code on record", "记录了错误代码时"),
	circLoad:    audit.T("in the busiest tenth of the hours", "在最繁忙的十分之一小时内"),
	circNight:   audit.T("at night", "在夜间"),
	circWeekend: audit.T("at weekends", "在周末"),
}

var conditionsClauses = []audit.Clause{
	clauses.PIPL24.Cite("transparent and fair results", "透明、结果公平公正"),
	clauses.AIActAccuracy.Cite("robustness", "稳健性"),
}

// concludeConditions makes a finding of each circumstance that is flagged.
func concludeConditions(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	of := func(name, segment string) *audit.Metric {
		for i := range metrics {
			if m := &metrics[i]; m.Name == name && m.Segment == segment {
				return m
			}
		}
		return nil
	}
	var out []audit.Finding
	for i := range metrics {
		if m := &metrics[i]; m.Name == condOdds && m.Status >= audit.Warn {
			out = append(out, circumstanceFinding(env, m, of(condPlainOdds, m.Segment), of(condShare, m.Segment)))
		}
	}
	return out
}

func circumstanceFinding(env *audit.Env, m, plain, share *audit.Metric) audit.Finding {
	name := strings.TrimPrefix(m.Segment, "circumstance=")
	said := circumstances[name]
	settings := env.Settings.(*ConditionsSettings)
	f := audit.Finding{
		ID: audit.StableID(conditionsName, name), Check: conditionsName, Severity: audit.S3, Grade: audit.E3, Cause: condCause,
		Causes: []audit.Supported{{Code: condCause, Grade: audit.E3}}, Clauses: conditionsClauses, Harm: int64(math.Round(m.Effect)),
		Metrics: []string{m.ID()},
	}
	odds, oddsZh := "infinite", "无穷大"
	against := audit.T("nobody else was denied", "没有其他人被拒绝")
	if m.Value == m.Value {
		odds = fmt.Sprintf("%.2f (%.2f to %.2f)", m.Value, m.Low, m.High)
		oddsZh = fmt.Sprintf("%.2f（%.2f至%.2f）", m.Value, m.Low, m.High)
		against = audit.T("the odds of a denial are "+odds+" times as high", "被拒绝的优势为"+oddsZh+"倍")
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Denied more often %s: common odds ratio %s, %d denials above what is expected", said.En, odds, f.Harm),
		Zh: fmt.Sprintf("%s更易被拒绝：合并优势比%s，比预期多%d笔拒绝", said.Zh, oddsZh, f.Harm),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("%s of %s decisions were denied, against %s of %s otherwise. At equal product, application type, policy version, replayed outcome and band of the score %s; Cochran-Mantel-Haenszel p %s, corrected %s.",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), against.En, audit.PText(m.P), audit.PText(m.PAdjusted)),
		Zh: fmt.Sprintf("该情形下%[2]s笔决策中%[1]s笔被拒绝，其余%[4]s笔中%[3]s笔。在产品、申请类型、政策版本、复算结果和评分档相同的情况下，%[5]s；Cochran-Mantel-Haenszel检验p %[6]s，校正后%[7]s。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), against.Zh, audit.PText(m.P), audit.PText(m.PAdjusted)),
	}
	if share != nil && share.Value == share.Value {
		f.Metrics = append(f.Metrics, share.ID())
		f.What.En += fmt.Sprintf(" %s of its denials lie in the window of an incident.", audit.Percent(share.K, share.N))
		f.What.Zh += fmt.Sprintf("其中%s的拒绝处于事故时段。", audit.Percent(share.K, share.N))
	}
	if plain != nil {
		f.Metrics = append(f.Metrics, plain.ID())
		f.Severity = leftOver(&f.What, m, plain, settings)
	}
	f.What.En += " This is an association after what was held equal, and no proof of a cause, nor of a single denial being wrong."
	f.What.Zh += "这是在控制上述因素之后的关联，不证明原因，也不证明任何一笔拒绝有误。"
	f.Remedy = audit.T("Find what happens at that moment: time-outs that fall through to a denial, fallback rules, jobs and deployments, data that comes late. Replay the denials of the circumstance when it is over.",
		"查明该情形下发生了什么：超时后默认拒绝、降级规则、批处理或发布、数据迟到等。情形结束后对这些拒绝重新计算。")
	f.Customer = audit.T("This figure is about many decisions and says nothing about a single one. You may ask for the reasons of your own decision and for a human review.",
		"该数字反映许多笔决策的情况，不说明任何一笔。您可以要求说明您本人申请结果的原因，并申请人工复核。")
	return f
}

// leftOver says how much stays without technical failures, and how severe that
// is.
func leftOver(what *audit.Text, m, plain *audit.Metric, settings *ConditionsSettings) audit.Severity {
	gone := m.K + m.KRef - plain.K - plain.KRef
	stays := plain.Effect >= settings.Excess && (plain.Value >= settings.Odds || plain.Value != plain.Value)
	switch {
	case gone == 0:
		return audit.S3
	case stays:
		odds, oddsZh := "infinite", "无穷大"
		if plain.Value == plain.Value {
			odds = fmt.Sprintf("%.2f", plain.Value)
			oddsZh = odds
		}
		what.En += fmt.Sprintf(" Without the %s recorded as denials (see technicaldenial) the common odds ratio is %s, with %.0f denials above expectation.", audit.Plural(gone, "technical failure"), odds, plain.Effect)
		what.Zh += fmt.Sprintf("剔除被记为拒绝的%s笔技术故障（见technicaldenial）后，合并优势比为%s，超出预期%.0f笔。", audit.Thousands(gone), oddsZh, plain.Effect)
		return audit.S3
	}
	what.En += fmt.Sprintf(" Without the %s recorded as denials, which technicaldenial lists, too little of it is left to flag: %.0f of %.0f denials above expectation.", audit.Plural(gone, "technical failure"), max(0, plain.Effect), m.Effect)
	what.Zh += fmt.Sprintf("剔除technicaldenial所列、被记为拒绝的%s笔技术故障后，不再达到标记的程度：超出预期的%.0f笔中还剩%.0f笔。", audit.Thousands(gone), m.Effect, max(0, plain.Effect))
	return audit.S4
}
