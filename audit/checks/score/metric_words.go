package score

import "evenhand/audit"

// scoreMetrics names the metrics of scorematch, of decisions and of limits, and its causes.
var scoreMetrics = map[string]audit.Text{
	"score_match_rate":               audit.T("recorded = recomputed score", "评分复算一致率"),
	"pd_match_rate":                  audit.T("recorded = recomputed probability", "违约概率复算一致率"),
	"mismatch_rate":                  audit.T("mismatch rate", "不一致率"),
	"not_recomputable":               audit.T("not recomputable", "无法复算"),
	"not_recomputable_version":       audit.T("not recomputable, by version", "无法复算（按版本）"),
	"not_recomputable_input":         audit.T("not recomputable for want of an input, by version", "因输入缺失无法复算（按版本）"),
	"score_difference_mean":          audit.T("mean absolute difference of score", "评分平均绝对差"),
	"score_difference_max":           audit.T("largest absolute difference of score", "评分最大绝对差"),
	"limit_score_match_rate":         audit.T("recorded = recomputed score (limits)", "评分复算一致率（额度）"),
	"limit_pd_match_rate":            audit.T("recorded = recomputed probability (limits)", "违约概率复算一致率（额度）"),
	"limit_mismatch_rate":            audit.T("mismatch rate (limits)", "不一致率（额度）"),
	"limit_not_recomputable":         audit.T("not recomputable (limits)", "无法复算（额度）"),
	"limit_not_recomputable_version": audit.T("not recomputable, by version (limits)", "无法复算（按版本）（额度）"),
	"limit_not_recomputable_input":   audit.T("not recomputable for want of an input, by version (limits)", "因输入缺失无法复算（按版本）（额度）"),
	"limit_score_difference_mean":    audit.T("mean absolute difference of score (limits)", "评分平均绝对差（额度）"),
	"limit_score_difference_max":     audit.T("largest absolute difference of score (limits)", "评分最大绝对差（额度）"),
	"M1_ROUNDING":                    audit.T("rounding", "取整"),
	"M2_BIN_EDGE":                    audit.T("bin edge", "分箱边界"),
	"M3_MISSING":                     audit.T("missing handling", "缺失值处理"),
	"M4_VERSION":                     audit.T("wrong version", "版本错误"),
	"M5_STALE":                       audit.T("stale feature", "特征过期"),
	"M6_UNIT":                        audit.T("wrong unit", "单位错误"),
	"M7_SHIFT":                       audit.T("constant shift", "常数偏移"),
	"M8_UNEXPLAINED":                 audit.T("unexplained", "无法解释"),
	"M9_NOT_RECOMPUTABLE":            audit.T("not recomputable", "无法复算"),
}
