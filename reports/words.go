package reports

import (
	"strings"

	"evenhand/audit"
)

// The vocabulary in words, by the constants of package audit.
var (
	levelWords = map[string]audit.Text{
		"fail": audit.T("decide now", "须决策"), "warn": audit.T("attention", "须关注"), "info": audit.T("for information", "供参考"),
		"pass": audit.T("no findings", "未发现问题"), "none": audit.T("not audited", "未审查"), "insufficient": audit.T("insufficient", "样本不足"),
	}
	severityWords = []audit.Text{ // S4 … S1
		audit.T("advice", "改进建议"), audit.T("minor", "较轻"), audit.T("serious", "严重"), audit.T("grave", "重大"),
	}
	substanceWords = []audit.Text{
		audit.T("cannot be determined", "无法判定"),
		audit.T("not justified by the lender's own policy", "按机构自身政策不成立"),
		audit.T("justified by the lender's own policy", "符合机构自身政策"),
		audit.T("window still open", "期限未到"),
		audit.T("technical fault", "技术故障所致"),
	}
	disclosureWords = []audit.Text{
		audit.T("not assessed", "未评估"), audit.T("adequate", "披露充分"), audit.T("generic reason", "理由笼统"),
		audit.T("wrong reason", "理由错误"), audit.T("told late", "告知逾期"), audit.T("not told", "未告知"),
		audit.T("misleading", "误导性展示"), audit.T("no route to appeal", "无有效申诉渠道"), audit.T("not yet due", "未到告知期限"),
		audit.T("exempt", "依规豁免"),
	}
	gradeWords = []audit.Text{
		audit.T("no grade", "无等级"), audit.T("exact replay", "精确复算"), audit.T("replay within tolerance", "容差内复算"),
		audit.T("statistical", "统计推断"), audit.T("circumstantial", "间接证据"),
	}
	statusWords = []audit.Text{
		audit.T("insufficient", "样本不足"), audit.T("pass", "通过"), audit.T("warn", "预警"), audit.T("fail", "越限"),
	}
	coverageWords = map[string]audit.Text{
		"ran": audit.T("ran", "已运行"), "degraded": audit.T("degraded", "降级运行"), "skipped": audit.T("skipped", "未运行"),
	}
)

// chapters are the parts of the report that show checks, in their order.
var chapters = []struct {
	Name  string
	Title audit.Text
	About audit.Text
}{
	{"replication", audit.T("Replication", "复算"), audit.T("Are the recorded scores and decisions the ones that model and policy give?", "记录的评分与决策，是否就是模型与政策算出的结果？")},
	{"denials", audit.T("Denials", "拒绝"), audit.T("Was each denial right, and was the customer told why, in time?", "每一笔拒绝是否成立？是否及时、具体地告知了客户？")},
	{"limits", audit.T("Limits", "额度"), audit.T("Did limits move as promised, and could they be drawn as displayed?", "额度是否按承诺变动？显示的可借额度能否借出？")},
	{"fairness", audit.T("Fairness", "公平性"), audit.T("Do groups fare differently? A ratio is a screen, not a legal test.", "不同群体的结果是否不同？比率只是筛查，不是法律判定。")},
	{"drift", audit.T("Drift", "漂移"), audit.T("Do the applicants and the scores still look like those the model was built on?", "申请人和评分是否仍与建模时相似？")},
	{"ingest", audit.T("Data quality", "数据质量"), audit.T("Is the export itself consistent?", "导出的数据本身是否一致？")},
}

// causeWords name the causes that are not those of package cause; others show
// their code alone.
var causeWords = map[string]audit.Text{
	"APPEAL_NOT_OFFERED":    audit.T("no appeal offered", "未提供申诉渠道"),
	"APPEAL_OVERDUE":        audit.T("overdue appeal", "申诉逾期未结"),
	"APPEAL_WITHOUT_HUMAN":  audit.T("appeal without a human", "申诉无人工复核"),
	"APPEAL_UNMATCHED":      audit.T("appeal without a decision", "申诉无对应决策"),
	"NOTICE_WITHOUT_REASON": audit.T("notice without a reason", "通知未写理由"),
	"NO_REASON_RECORDED":    audit.T("no reason recorded", "未记录理由"),
	"UNEQUAL_REASONS":       audit.T("reasons of unequal quality", "理由质量不均"),
	"APPROVAL_GAP":          audit.T("gap in approval rates", "通过率差距"),
	"DRIFT":                 audit.T("drift", "漂移"),
	"GENERIC_REASON":        audit.T("generic reason", "理由笼统"),
	"NO_NOTICE":             audit.T("no notice", "未告知"),
	"LATE_NOTICE":           audit.T("late notice", "告知逾期"),
	"M1_ROUNDING":           audit.T("rounding", "取整"),
	"M2_BIN_EDGE":           audit.T("bin edge", "分箱边界"),
	"M3_MISSING":            audit.T("missing handling", "缺失值处理"),
	"M4_VERSION":            audit.T("wrong version", "版本错误"),
	"M5_STALE":              audit.T("stale feature", "特征过期"),
	"M6_UNIT":               audit.T("wrong unit", "单位错误"),
	"M7_SHIFT":              audit.T("constant shift", "常数偏移"),
	"M8_UNEXPLAINED":        audit.T("unexplained", "无法解释"),
	"M9_NOT_RECOMPUTABLE":   audit.T("not recomputable", "无法复算"),
}

// cause names a cause code, "" when only the code is known.
func (r *Report) cause(code string) audit.Text {
	if t, ok := causeWords[code]; ok {
		return t
	}
	if t, ok := r.words[code]; ok {
		return t
	}
	return same(strings.ToLower(strings.ReplaceAll(code, "_", " ")))
}

// metricWords name metrics; parts that are not here keep their own name.
var metricWords = map[string]audit.Text{
	"selection_rate":                  audit.T("approval rate", "通过率"),
	"selection_rate_ratio":            audit.T("approval-rate ratio (AIR)", "通过率影响比率（AIR）"),
	"selection_rate_difference":       audit.T("approval-rate difference", "通过率差异"),
	"denial_rate":                     audit.T("denial rate", "拒绝率"),
	"psi":                             audit.T("population stability index (PSI)", "群体稳定性指数（PSI）"),
	"csi":                             audit.T("characteristic stability index (CSI)", "特征稳定性指数（CSI）"),
	"ks":                              audit.T("Kolmogorov–Smirnov distance", "KS 距离"),
	"score_mean":                      audit.T("mean score", "平均评分"),
	"score_match_rate":                audit.T("recorded = recomputed score", "评分复算一致率"),
	"decision_match_rate":             audit.T("recorded = replayed decision", "决策复算一致率"),
	"match_rate":                      audit.T("match rate", "一致率"),
	"mismatch_rate":                   audit.T("mismatch rate", "不一致率"),
	"missing_rate":                    audit.T("missing rate", "缺失率"),
	"override_rate":                   audit.T("override rate", "人工改判率"),
	"default_rate":                    audit.T("default rate (booked only)", "违约率（仅已放款）"),
	"standardized_mean_difference":    audit.T("standardised mean difference of score", "评分标准化均值差"),
	"true_positive_rate":              audit.T("true positive rate (booked only)", "真正率（仅已放款）"),
	"false_positive_rate":             audit.T("false positive rate (booked only)", "假正率（仅已放款）"),
	"false_negative_rate":             audit.T("false negative rate (booked only)", "假负率（仅已放款）"),
	"mantel_haenszel_odds_ratio":      audit.T("stratified odds ratio (Mantel–Haenszel)", "分层比值比（Mantel–Haenszel）"),
	"adequate_disclosure_rate":        audit.T("adequate disclosure rate", "充分披露率"),
	"equalized_odds_difference":       audit.T("equalized odds difference", "均等几率差异"),
	"demographic_parity_difference":   audit.T("demographic parity difference", "群体均等差异"),
	"selection_rate_odds_ratio":       audit.T("approval odds ratio", "通过率比值比"),
	"selection_rate_ratio_bounds":     audit.T("approval-rate ratio, bounds for unknown groups", "通过率影响比率（未知群体的上下界）"),
	"psi_recomputed":                  audit.T("PSI of the recomputed score", "复算评分的 PSI"),
	"pd_match_rate":                   audit.T("recorded = recomputed probability", "违约概率复算一致率"),
	"not_recomputable":                audit.T("not recomputable", "无法复算"),
	"not_recomputable_version":        audit.T("not recomputable, by version", "无法复算（按版本）"),
	"score_difference_mean":           audit.T("mean absolute difference of score", "评分平均绝对差"),
	"score_difference_max":            audit.T("largest absolute difference of score", "评分最大绝对差"),
	"model_version_share":             audit.T("share of model versions", "模型版本占比"),
	"specific_reason_rate":            audit.T("share of denials with a specific reason", "给出具体理由的拒绝占比"),
	"specific_reason_rate_difference": audit.T("difference in specific reasons", "具体理由占比的差异"),
	"days_to_notice_p50":              audit.T("days to notice, median", "告知天数（中位数）"),
	"days_to_notice_p90":              audit.T("days to notice, 90th percentile", "告知天数（90 分位）"),
	"denials":                         audit.T("denials", "拒绝笔数"),
	"disclosure":                      audit.T("what denied customers were told", "对被拒客户的披露"),
	"disclosure_absent":               audit.T("not told", "未告知"),
	"disclosure_adequate":             audit.T("adequately told", "披露充分"),
	"disclosure_exempt":               audit.T("exempt", "依规豁免"),
	"disclosure_generic":              audit.T("generic reason", "理由笼统"),
	"disclosure_late":                 audit.T("told late", "告知逾期"),
	"disclosure_wrong":                audit.T("wrong reason", "理由错误"),
	"disclosure_misleading":           audit.T("misleading", "误导性展示"),
	"disclosure_no_route":             audit.T("no route to appeal", "无有效申诉渠道"),
	"disclosure_not_assessed":         audit.T("disclosure not assessed", "披露未评估"),
	"disclosure_not_due":              audit.T("not yet due", "未到告知期限"),
	"appeal_fault_unmatched":          audit.T("appeals that match no decision", "无对应决策的申诉"),
	"appeal_overdue_rate":             audit.T("overdue appeals", "逾期未结的申诉占比"),
	"appeal_without_human_rate":       audit.T("appeals closed without a human", "无人工复核即结案的申诉占比"),
	"unlisted_reason_code_rate":       audit.T("reason codes outside the catalogue", "目录外的理由代码占比"),
	"duplicate_key":                   audit.T("duplicate keys", "主键重复"),
	"orphan_key":                      audit.T("orphan keys", "孤立外键"),
	"mixed_currency":                  audit.T("mixed currencies in an account", "账户内币种混杂"),
	"after_as_of":                     audit.T("rows after the as-of date", "晚于截止日的行"),
	"decided_before_submitted":        audit.T("decided before submitted", "决策早于提交"),
	"notice_before_decision":          audit.T("notice before decision", "告知早于决策"),
	"demographic_parity_ratio":        audit.T("demographic parity ratio", "群体均等比率"),
}

func (r *Report) metricName(name string) audit.Text {
	if t, ok := metricWords[name]; ok {
		return t
	}
	if t, ok := r.words[name]; ok {
		return t
	}
	return same(strings.ReplaceAll(name, "_", " "))
}

// slice names the rows a metric is about.
func slice(m *audit.Metric) audit.Text {
	var parts []string
	for _, p := range []string{m.Period, m.Segment, m.Group} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return audit.T("all rows", "全部")
	}
	return same(strings.Join(parts, " · "))
}
