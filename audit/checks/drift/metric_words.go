package drift

import "evenhand/audit"

// driftMetrics names the metrics of scoredrift, and its cause.
var driftMetrics = map[string]audit.Text{
	"psi":                 audit.T("population stability index (PSI)", "群体稳定性指数（PSI）"),
	"psi_recomputed":      audit.T("PSI of the recomputed score", "复算评分的 PSI"),
	"csi":                 audit.T("characteristic stability index (CSI)", "特征稳定性指数（CSI）"),
	"score_mean":          audit.T("mean score", "平均评分"),
	"missing_rate":        audit.T("missing rate", "缺失率"),
	"model_version_share": audit.T("share of model versions", "模型版本占比"),
	"DRIFT":               audit.T("drift", "漂移"),
}
