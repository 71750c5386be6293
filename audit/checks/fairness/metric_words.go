package fairness

import "evenhand/audit"

// parityMetrics names the metrics of approvalparity, and its cause.
var parityMetrics = map[string]audit.Text{
	"selection_rate":                           audit.T("approval rate", "通过率"),
	"selection_rate_ratio":                     audit.T("approval-rate ratio (AIR)", "通过率影响比率（AIR）"),
	"selection_rate_difference":                audit.T("approval-rate difference", "通过率差异"),
	"selection_rate_odds_ratio":                audit.T("approval odds ratio", "通过率比值比"),
	"selection_rate_ratio_bounds":              audit.T("approval-rate ratio, bounds for unknown groups", "通过率影响比率（未知群体的上下界）"),
	"demographic_parity_difference":            audit.T("demographic parity difference", "群体均等差异"),
	"demographic_parity_ratio":                 audit.T("demographic parity ratio", "群体均等比率"),
	"disparate_impact":                         audit.T("disparate impact: all others against the reference group", "差别影响：其他群体合计对参照群体"),
	"statistical_parity_difference":            audit.T("statistical parity difference: all others against the reference group", "统计均等差：其他群体合计对参照群体"),
	"selection_rate_ratio_score_interval":      audit.T("approval-rate ratio (AIR), score interval", "通过率影响比率（AIR），得分区间"),
	"smoothed_empirical_differential_fairness": audit.T("differential fairness, smoothed", "差分公平性（平滑）"),
	"APPROVAL_GAP":                             audit.T("gap in approval rates", "通过率差距"),
}
