package drift

import "evenhand/audit"

// driftMetrics names the metrics of scoredrift, and its cause.
var driftMetrics = map[string]audit.Text{
	"psi":                           audit.T("population stability index (PSI)", "群体稳定性指数（PSI）"),
	"psi_recomputed":                audit.T("PSI of the recomputed score", "复算评分的 PSI"),
	"csi":                           audit.T("characteristic stability index (CSI)", "特征稳定性指数（CSI）"),
	"score_mean":                    audit.T("mean score", "平均评分"),
	"missing_rate":                  audit.T("missing rate", "缺失率"),
	"model_version_share":           audit.T("share of model versions", "模型版本占比"),
	"policy_version_share":          audit.T("share of policy versions", "政策版本占比"),
	"missing_rate_difference":       audit.T("change of the missing rate", "缺失率的变化"),
	"ks":                            audit.T("Kolmogorov–Smirnov distance", "KS 距离"),
	"ks_recomputed":                 audit.T("Kolmogorov–Smirnov distance of the recomputed score", "复算评分的 KS 距离"),
	"js":                            audit.T("Jensen–Shannon distance (base 2)", "JS 距离（以 2 为底）"),
	"js_recomputed":                 audit.T("Jensen–Shannon distance of the recomputed score", "复算评分的 JS 距离"),
	"wasserstein":                   audit.T("Wasserstein distance", "Wasserstein 距离"),
	"wasserstein_recomputed":        audit.T("Wasserstein distance of the recomputed score", "复算评分的 Wasserstein 距离"),
	"wasserstein_normed":            audit.T("Wasserstein distance in standard deviations of the reference", "Wasserstein 距离（以基准标准差计）"),
	"wasserstein_normed_recomputed": audit.T("Wasserstein distance of the recomputed score in standard deviations", "复算评分的 Wasserstein 距离（以标准差计）"),
	"chi2":                          audit.T("chi-square statistic of the levels", "各取值的卡方统计量"),
	"psi_deciles":                   audit.T("PSI as numpy users' deciles give it", "PSI（numpy 十分位惯例）"),
	"psi_deciles_recomputed":        audit.T("PSI of the recomputed score as numpy users' deciles give it", "复算评分的 PSI（numpy 十分位惯例）"),
	"psi_evidently":                 audit.T("PSI as evidently gives it", "PSI（evidently 惯例）"),
	"psi_evidently_recomputed":      audit.T("PSI of the recomputed score as evidently gives it", "复算评分的 PSI（evidently 惯例）"),
	"js_evidently":                  audit.T("Jensen–Shannon distance as evidently gives it", "JS 距离（evidently 惯例）"),
	"js_evidently_recomputed":       audit.T("Jensen–Shannon distance of the recomputed score as evidently gives it", "复算评分的 JS 距离（evidently 惯例）"),
	"DRIFT":                         audit.T("drift", "漂移"),
}
