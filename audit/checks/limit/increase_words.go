package limit

import (
	"evenhand/audit"
	"evenhand/audit/clauses"
)

// increaseMetrics names the metrics of increaseparity, and its cause.
var increaseMetrics = map[string]audit.Text{
	"increases_per_account_year":               audit.T("increases per account-year", "每账户年提额次数"),
	"increase_rate_ratio":                      audit.T("ratio of increases per account-year", "每账户年提额次数之比"),
	incIncidence:                               audit.T("accounts with an increase by a day (cumulative incidence)", "截至某日已提额的比例（累积发生率）"),
	incRisk:                                    audit.T("accounts still waiting", "仍在等待的账户数"),
	incRatio:                                   audit.T("ratio of accounts with an increase by a day", "截至某日已提额比例之比"),
	"median_days_to_increase":                  audit.T("median days to the first increase", "首次提额等待天数（中位数）"),
	"restricted_mean_time_lost":                audit.T("mean days after the increase, within the horizon", "期限内处于提额之后的平均天数"),
	"restricted_mean_time_lost_difference":     audit.T("difference in mean days after the increase", "处于提额之后平均天数的差异"),
	"kaplan_meier_estimate":                    audit.T("accounts still without an increase (Kaplan-Meier)", "尚未提额的比例（Kaplan-Meier）"),
	"restricted_mean_survival_time":            audit.T("mean days of waiting, within the horizon", "期限内平均等待天数"),
	"restricted_mean_survival_time_difference": audit.T("difference in mean days of waiting", "平均等待天数的差异"),
	"competing_event_rate":                     audit.T("waits that end otherwise", "以其他方式结束的等待占比"),
	incHazard:                                  audit.T("hazard ratio of an increase, within strata", "分层提额风险比"),
	"observed_to_expected_increases":           audit.T("increases against those expected within strata", "提额数与层内期望数之比"),
	"discrete_hazard_ratio":                    audit.T("hazard ratio by evaluation", "逐次评估的提额风险比"),
	"discrete_hazard_odds_ratio":               audit.T("odds ratio by evaluation", "逐次评估的提额比值比"),
	"INCREASE_GAP":                             audit.T("gap in increases", "提额差距"),
}

// groupClauses are the clauses that gaps between groups are evidence for.
var groupClauses = []audit.Clause{
	clauses.RegBGroups.Cite("no effects test at the federal level since 2026-07-21; a risk metric here", "联邦层面自2026-07-21起不再采用效果检验；此处仅作风险指标"),
	clauses.PIPL24.Cite("fair results", "结果公平公正"),
	clauses.AIActData.Cite("", ""),
	clauses.ConsumerDuty.Cite("outcomes by group of customers", "按客户群体监测结果"),
}
