package fairness

import "evenhand/audit"

// conditionalMetrics names the metrics of conditionalparity, and its cause.
var conditionalMetrics = map[string]audit.Text{
	mhOdds:            audit.T("approval odds ratio within strata", "分层内通过比值比"),
	mhRisk:            audit.T("approval-rate ratio within strata", "分层内通过率比"),
	cmhPlain:          audit.T("CMH test statistic", "CMH检验统计量"),
	cmhYates:          audit.T("CMH test statistic, corrected", "CMH检验统计量（校正）"),
	breslowDay:        audit.T("Breslow-Day statistic", "Breslow-Day统计量"),
	tarone:            audit.T("Breslow-Day statistic, Tarone's correction", "Breslow-Day统计量（Tarone校正）"),
	informative:       audit.T("strata that tell", "有信息的分层数"),
	crudeOdds:         audit.T("approval odds ratio, nothing held equal", "粗通过比值比"),
	remaining:         audit.T("share of the crude gap left within strata", "分层后仍存在的差距份额"),
	reversal:          audit.T("odds ratio within strata where overall rates say otherwise", "与总体比率说法不同的分层内比值比"),
	"CONDITIONAL_GAP": audit.T("gap in approval at equal circumstances", "同等条件下的通过差距"),
}
