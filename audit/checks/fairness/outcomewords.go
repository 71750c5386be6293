package fairness

import "evenhand/audit"

// outcomeWords names the metrics of outcomeparity, and its causes.
var outcomeWords = func() map[string]audit.Text {
	words := map[string]audit.Text{
		"true_positive_rate":                         audit.T("bad customers predicted bad (TPR)", "坏客户中被判为坏的比例（TPR）"),
		"false_positive_rate":                        audit.T("good customers predicted bad (FPR)", "好客户中被判为坏的比例（FPR）"),
		fprGap:                                       audit.T("gap in false positives: good customers predicted bad", "假阳性率差距：好客户被判为坏"),
		fnrGap:                                       audit.T("gap in false negatives: bad customers predicted good", "假阴性率差距：坏客户被判为好"),
		"equalized_odds_difference":                  audit.T("equalized odds difference (worst case)", "均等化几率差（最差值）"),
		"equalized_odds_difference_mean":             audit.T("equalized odds difference (mean)", "均等化几率差（均值）"),
		"equalized_odds_ratio":                       audit.T("equalized odds ratio (worst case)", "均等化几率比（最差值）"),
		"equalized_odds_ratio_mean":                  audit.T("equalized odds ratio (mean)", "均等化几率比（均值）"),
		"equal_opportunity_difference":               audit.T("equal opportunity difference (bad as positive)", "机会均等差（以坏为正类）"),
		"approve_demographic_parity_ratio":           audit.T("demographic parity ratio of those predicted good", "判为好者的群体均等比率"),
		"disparate_impact":                           audit.T("disparate impact", "差别影响"),
		"statistical_parity_difference":              audit.T("statistical parity difference", "统计均等差"),
		"average_odds_difference":                    audit.T("average odds difference, signed", "平均几率差（带符号）"),
		"average_abs_odds_difference":                audit.T("average absolute odds difference", "平均绝对几率差"),
		"equal_opportunity_difference_favourable":    audit.T("equal opportunity difference (good as positive)", "机会均等差（以好为正类）"),
		"false_positive_rate_difference_favourable":  audit.T("false-positive rate difference (good as positive)", "假阳性率差（以好为正类）"),
		"false_omission_rate_difference_favourable":  audit.T("false-omission rate difference (good as positive)", "错误遗漏率差（以好为正类）"),
		"false_discovery_rate_difference_favourable": audit.T("false-discovery rate difference (good as positive)", "错误发现率差（以好为正类）"),
		"error_rate_difference":                      audit.T("error rate difference", "错误率差"),
		"theil_index":                                audit.T("Theil index of benefits", "收益的泰尔指数"),
		"generalized_entropy_index":                  audit.T("generalized entropy index of benefits (order 2)", "收益的广义熵指数（2阶）"),
		badRate:                                      audit.T("bad rate", "坏账率"),
		"bad_rate_bounds":                            audit.T("bad rate, bounds for the outcomes of the denied", "坏账率（被拒绝者结果未知的上下界）"),
		"bad_rate_difference":                        audit.T("bad rate difference", "坏账率差异"),
		observedRate:                                 audit.T("bad loans, observed / expected", "坏账实际值/预期值"),
		"roc_auc":                                    audit.T("AUC", "AUC"),
		"gini":                                       audit.T("Gini", "基尼系数"),
		"ks":                                         audit.T("KS separation", "KS 值"),
		"brier_score":                                audit.T("Brier score", "Brier 分数"),
		"log_loss":                                   audit.T("log loss", "对数损失"),
		"expected_calibration_error":                 audit.T("expected calibration error", "期望校准误差"),
		"mean_probability":                           audit.T("mean predicted probability of bad", "平均预测违约概率"),
		"calibration_intercept":                      audit.T("calibration intercept", "校准截距"),
		"calibration_slope":                          audit.T("calibration slope", "校准斜率"),
		"calibration_curve":                          audit.T("bad rate by tenth of the predicted probability", "按预测概率十等分区间的坏账率"),
		"calibration_deciles":                        audit.T("bad rate by decile of the predicted probability", "按预测概率十分位的坏账率"),
		"ERROR_RATE_GAP":                             audit.T("gap in error rates", "误判率差距"),
		"GROUP_MISCALIBRATED":                        audit.T("predicted risk is off for a group", "某群体的预测风险偏离"),
	}
	for name, t := range map[string]audit.Text{
		"tpr": audit.T("true positives of the bad", "真阳性率"), "tnr": audit.T("true negatives of the good", "真阴性率"),
		"fpr": audit.T("false positives of the good", "假阳性率"), "fnr": audit.T("false negatives of the bad", "假阴性率"),
		"for": audit.T("false omissions: bad among those predicted good", "错误遗漏率"), "fdr": audit.T("false discoveries: good among those predicted bad", "错误发现率"),
		"npv": audit.T("good among those predicted good", "阴性预测值"), "precision": audit.T("bad among those predicted bad", "精确率"),
		"ppr": audit.T("share of all predicted bad", "占全部判坏的比例"), "pprev": audit.T("share predicted bad", "判坏率"), "prev": audit.T("share bad", "坏样本占比"),
	} {
		words[name] = t
		words[name+"_disparity"] = audit.T(t.En+", ratio to the reference group", t.Zh+"与参照群体之比")
	}
	return words
}()
