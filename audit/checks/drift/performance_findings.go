package drift

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// perfWords names the metrics of performance, and its causes.
var perfWords = map[string]audit.Text{
	"roc_auc":                    audit.T("AUC by vintage", "各批次 AUC"),
	"gini":                       audit.T("Gini by vintage", "各批次基尼系数"),
	"ks":                         audit.T("KS separation by vintage", "各批次 KS 值"),
	aucDrop:                      audit.T("change of the AUC against the reference vintage", "AUC 相对基准批次的变化"),
	perfRatio:                    audit.T("bad loans, observed / expected, by vintage", "各批次坏账实际值/预期值"),
	"brier_score":                audit.T("Brier score by vintage", "各批次 Brier 分数"),
	"log_loss":                   audit.T("log loss by vintage", "各批次对数损失"),
	"expected_calibration_error": audit.T("expected calibration error by vintage", "各批次期望校准误差"),
	"calibration_intercept":      audit.T("calibration intercept by vintage", "各批次校准截距"),
	"calibration_slope":          audit.T("calibration slope by vintage", "各批次校准斜率"),
	"bad_rate":                   audit.T("bad rate by vintage", "各批次坏账率"),
	badDrift:                     audit.T("drift of the bad rate over vintages (Cramér's V)", "坏账率随批次的漂移（Cramér's V）"),
	aucForeseen:                  audit.T("AUC estimated before labels", "尚无结果时估计的 AUC"),
	"estimated_bad_rate":         audit.T("bad rate estimated before labels", "尚无结果时估计的坏账率"),
	"estimated_accuracy":         audit.T("accuracy estimated before labels", "尚无结果时估计的准确率"),
	"estimated_f1":               audit.T("F1 estimated before labels", "尚无结果时估计的 F1"),
	"estimated_true_positive":    audit.T("share of true positives estimated before labels", "尚无结果时估计的真阳性占比"),
	"estimated_false_positive":   audit.T("share of false positives estimated before labels", "尚无结果时估计的假阳性占比"),
	"estimated_false_negative":   audit.T("share of false negatives estimated before labels", "尚无结果时估计的假阴性占比"),
	"estimated_true_negative":    audit.T("share of true negatives estimated before labels", "尚无结果时估计的真阴性占比"),
	"MODEL_DECAY":                audit.T("the model tells good from bad less well", "模型区分能力下降"),
	"MODEL_MISCALIBRATED":        audit.T("predicted risk is off", "预测风险偏离"),
	"TARGET_DRIFT":               audit.T("the bad rate drifts", "坏账率漂移"),
}

// perfCause is the cause that a flagged metric is of.
var perfCause = map[string]string{aucDrop: "MODEL_DECAY", aucForeseen: "MODEL_DECAY", perfRatio: "MODEL_MISCALIBRATED", badDrift: "TARGET_DRIFT"}

// concludePerformance makes one finding a model version and cause.
func concludePerformance(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	type key struct{ cause, segment string }
	by := map[key][]*audit.Metric{}
	var order []key
	for i := range metrics {
		m := &metrics[i]
		cause := perfCause[m.Name]
		if cause == "" || m.Status < audit.Warn {
			continue
		}
		k := key{cause, m.Segment}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	slices.SortFunc(order, func(a, b key) int { return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.segment, b.segment)) })
	var out []audit.Finding
	for _, k := range order {
		out = append(out, perfFinding(k.cause, k.segment, by[k]))
	}
	return out
}

func perfFinding(cause, segment string, ms []*audit.Metric) audit.Finding {
	f := audit.Finding{ID: audit.StableID(perfName, cause, segment), Check: perfName, Severity: audit.S3, Grade: audit.E3, Cause: cause,
		Clauses: []audit.Clause{clauses.SR262.Cite("ongoing monitoring, outcomes analysis", "持续监测、结果分析"), clauses.InternetLoansModels.Cite("", "")}}
	who := audit.T("The model", "模型")
	if _, v, ok := strings.Cut(segment, "="); ok {
		who = audit.T("Model "+v, "模型 "+v)
	}
	var worst *audit.Metric
	var en, zh []string
	far := func(m *audit.Metric) float64 {
		if m.Name == perfRatio {
			return math.Abs(math.Log(m.Value))
		}
		if m.Name == aucForeseen {
			return -m.Effect
		}
		return math.Abs(m.Value)
	}
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		if worst == nil || far(m) > far(worst) {
			worst = m
		}
		t := perfLine(m)
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	f.What = audit.T(strings.Join(en, " "), strings.Join(zh, ""))
	var title, after audit.Text
	switch worst.Name {
	case aucDrop:
		title = audit.Tf(" tells good from bad less well: AUC %.3[1]f lower in %[2]s than in %[3]s, n = %[4]s", "的区分能力下降：%[2]s 的 AUC 比 %[3]s 低 %.3[1]f，n = %[4]s",
			-worst.Value, worst.Period, worst.Reference, audit.Thousands(worst.N))
		after = audit.T(" A cut-off that moved changes the AUC among those approved by itself. It says that the ranking got worse, not why, and nothing of a single decision.",
			"阈值变动本身就会改变获批者中的 AUC。这说明排序能力变差，不说明原因，也不涉及任何一笔决定。")
	case aucForeseen:
		title = audit.Tf(" is expected to tell good from bad less well in %[1]s: AUC %.3[2]f, %.3[3]f below that of %[4]s", "在 %[1]s 的区分能力预计下降：AUC %.3[2]f，比 %[4]s 低 %.3[3]f",
			worst.Period, worst.Value, -worst.Effect, worst.Reference)
		after = audit.T(" Outcomes are not known yet: it is an estimate from the applicants alone, to be held against the labels when they come.", "结果尚未知晓：这只是根据申请人构成作出的估计，待结果出现后核对。")
	case perfRatio:
		title = audit.Tf(" foresees %[1]s: %.2[2]f times as many bad loans as expected in %[3]s, n = %[4]s", "%[5]s：%[3]s 的坏账为预期的 %.2[2]f 倍，n = %[4]s",
			"too little risk", worst.Value, worst.Period, audit.Thousands(worst.N), "低估风险")
		if worst.Value < 1 {
			title = audit.Tf(" foresees %[1]s: %.2[2]f times as many bad loans as expected in %[3]s, n = %[4]s", "%[5]s：%[3]s 的坏账为预期的 %.2[2]f 倍，n = %[4]s",
				"too much risk", worst.Value, worst.Period, audit.Thousands(worst.N), "高估风险")
		}
		after = audit.T(" Among loans whose window has closed. A pd above what happens denies people who would repay; one below it costs the lender money. It is a statistical finding of grade E3.",
			"仅限表现期已结束的贷款。预测概率高于实际会拒绝本会还款的人，低于实际则使机构受损。这是统计性发现（证据等级 E3）。")
	default:
		title = audit.Tf(": the bad rate differs between vintages, n = %s", "：各批次坏账率不同，n = %s", audit.Thousands(worst.N))
		after = audit.T(" The economy, the applicants or the policy may have changed; it is no fault of the model by itself.", "可能是经济环境、申请人或政策发生了变化；其本身并非模型的错误。")
		f.Severity = audit.S4
	}
	f.Title = audit.T(who.En+title.En, who.Zh+title.Zh)
	f.What = audit.T(f.What.En+after.En, f.What.Zh+after.Zh)
	f.Remedy = audit.T(
		"Find what changed from the first flagged vintage on (applicants, inputs, policy, economy); recalibrate where only the level moved, rebuild where the ranking did, and check both by group.",
		"查明自首个异常批次起发生了什么变化（申请人、输入、政策、经济环境）；仅水平变动时重新校准，排序变差时重建模型，并按群体核查。")
	return f
}

// perfLine says what one flagged metric has found.
func perfLine(m *audit.Metric) audit.Text {
	switch m.Name {
	case aucDrop:
		return audit.Tf("%[1]s: AUC %.3[2]f against %[3]s (interval %.3[4]f to %.3[5]f), %[6]s bad of %[7]s, corrected p %[8]s.",
			"%[1]s：AUC 相对 %[3]s 变化 %.3[2]f（区间 %.3[4]f 至 %.3[5]f），%[7]s 笔中坏账 %[6]s 笔，校正后 p %[8]s。",
			m.Period, m.Value, m.Reference, m.Low, m.High, audit.Thousands(m.K), audit.Thousands(m.N), audit.PText(m.PAdjusted))
	case aucForeseen:
		return audit.Tf("%[1]s: estimated AUC %.3[2]f (interval %.3[3]f to %.3[4]f), n = %[5]s, corrected p %[6]s.",
			"%[1]s：估计 AUC %.3[2]f（区间 %.3[3]f 至 %.3[4]f），n = %[5]s，校正后 p %[6]s。",
			m.Period, m.Value, m.Low, m.High, audit.Thousands(m.N), audit.PText(m.PAdjusted))
	case perfRatio:
		return audit.Tf("%[1]s: %[2]s bad of %[3]s, %.0[4]f expected, ratio %.2[5]f (interval %.2[6]f to %.2[7]f), corrected p %[8]s.",
			"%[1]s：%[3]s 笔中坏账 %[2]s 笔，预期 %.0[4]f 笔，比值 %.2[5]f（区间 %.2[6]f 至 %.2[7]f），校正后 p %[8]s。",
			m.Period, audit.Thousands(m.K), audit.Thousands(m.N), float64(m.K)/m.Value, m.Value, m.Low, m.High, audit.PText(m.PAdjusted))
	}
	return audit.Tf("Cramér's V %.3[1]f over %.0[2]f vintages, corrected p %[3]s.", "%.0[2]f 个批次的 Cramér's V 为 %.3[1]f，校正后 p %[3]s。",
		m.Value, m.Effect, audit.PText(m.PAdjusted))
}
