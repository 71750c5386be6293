package fairness

import (
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

var outcomeClauses = []audit.Clause{
	clauses.SR262.Cite("outcomes analysis", "结果分析"),
	clauses.PIPL24.Cite("fair results", "结果公平公正"),
	clauses.AIActAccuracy.Cite("accuracy", "准确性"),
	clauses.ConsumerDuty.Cite("outcomes by group of customers", "按客户群体监测结果"),
}

// concludeOutcomes makes one finding a group of flagged error rates, and one a
// dimension of flagged calibration.
func concludeOutcomes(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	errors, off := map[string][]*audit.Metric{}, map[string][]*audit.Metric{}
	var groups, dims []string
	ratio := map[string]*audit.Metric{} // by group, over all rows
	for i := range metrics {
		m := &metrics[i]
		if m.Name == observedRate && m.Period == "" && m.Segment == "" && m.Status != audit.Insufficient {
			ratio[m.Group] = m
		}
		if m.Status < audit.Warn {
			continue
		}
		switch m.Name {
		case fprGap, fnrGap:
			if errors[m.Group] == nil {
				groups = append(groups, m.Group)
			}
			errors[m.Group] = append(errors[m.Group], m)
		case observedRate:
			dim, _, _ := strings.Cut(m.Group, "=")
			if off[dim] == nil {
				dims = append(dims, dim)
			}
			off[dim] = append(off[dim], m)
		}
	}
	for _, g := range groups {
		out = append(out, errorFinding(errors[g]))
	}
	for _, d := range dims {
		var ref *audit.Metric
		for _, g := range env.Plan.Groups {
			if g.Name == d && g.Reference != "" {
				ref = ratio[d+"="+g.Reference]
			}
		}
		out = append(out, calibrationFinding(d, off[d], ref, env.Settings.(*OutcomeSettings)))
	}
	return out
}

func outcomeFinding(cause, key string, ms []*audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(outcomeName, cause, key), Check: outcomeName, Severity: audit.S3, Grade: audit.E3,
		Cause: cause, Clauses: outcomeClauses, Metrics: ids(ms...),
		Customer: audit.T(
			"This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
			"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
	}
}

func errorFinding(ms []*audit.Metric) audit.Finding {
	worst := ms[0]
	for _, m := range ms {
		if math.Abs(m.Value) > math.Abs(worst.Value) {
			worst = m
		}
	}
	f := outcomeFinding("ERROR_RATE_GAP", worst.Group, ms)
	f.Harm = int64(math.Round(math.Abs(worst.Value) * float64(worst.N)))
	kind := audit.T("Good customers predicted bad", "好客户被判为坏")
	if worst.Name == fnrGap {
		kind = audit.T("Bad customers predicted good", "坏客户被判为好")
	}
	f.Title = audit.Tf("%[1]s: %[3]s of %[4]s against %[5]s of %[6]s, n = %[7]s", "%[2]s：%[4]s为%[3]s，%[6]s为%[5]s，n = %[7]s",
		kind.En, kind.Zh, audit.Percent(worst.K, worst.N), worst.Group, audit.Percent(worst.KRef, worst.NRef), worst.Reference, audit.Thousands(worst.N))
	var en, zh []string
	for _, m := range ms {
		t := audit.Tf("%[1]s: %[2]s of %[3]s against %[4]s of %[5]s, difference %.3[6]f (interval %.3[7]f to %.3[8]f), corrected p %[9]s.",
			"%[1]s：%[3]s 中 %[2]s，参照群体 %[5]s 中 %[4]s，差 %.3[6]f（区间 %.3[7]f 至 %.3[8]f），校正后 p %[9]s。",
			m.Name, audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), m.Value, m.Low, m.High, audit.PText(m.PAdjusted))
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	f.What = audit.T(strings.Join(en, " ")+" It is about decisions whose outcome is known, and says that errors fall differently, not why; where bad rates differ, equal error rates and equal calibration can't both be had.",
		strings.Join(zh, "")+"仅涉及结果已知的决策，说明误判的分布不同，不说明原因；坏账率不同时，误判率相等与校准相等不可兼得。")
	f.Remedy = audit.T(
		"Compare the groups at equal pd and policy version, then input by input: look for inputs that are noisier for the group, and for a cut-off or model with a smaller gap at the same expected loss.",
		"在同等预测概率和政策版本下比较各群体，再逐变量比较：查找对该群体噪声更大的变量，并寻找在预期损失相同时差距更小的阈值或模型。")
	return f
}

func calibrationFinding(dim string, ms []*audit.Metric, ref *audit.Metric, set *OutcomeSettings) audit.Finding {
	worst := ms[0]
	for _, m := range ms {
		if math.Abs(math.Log(m.Value)) > math.Abs(math.Log(worst.Value)) {
			worst = m
		}
	}
	f := outcomeFinding("GROUP_MISCALIBRATED", dim, ms)
	f.Harm = worst.N
	f.Title = audit.Tf("Predicted risk is off for %[1]s: %[2]s bad loans where %.0[3]f were expected (%.2[4]f times)",
		"%[1]s的预测风险偏离：实际坏账%[2]s笔，预期%.0[3]f笔（%.2[4]f倍）",
		worst.Group, audit.Thousands(worst.K), float64(worst.K)/worst.Value, worst.Value)
	var en, zh []string
	for _, m := range ms {
		t := audit.Tf("%[1]s: observed / expected %.2[2]f (interval %.2[3]f to %.2[4]f), n = %[5]s, corrected p %[6]s.",
			"%[1]s：实际/预期 %.2[2]f（区间 %.2[3]f 至 %.2[4]f），n = %[5]s，校正后 p %[6]s。",
			m.Group, m.Value, m.Low, m.High, audit.Thousands(m.N), audit.PText(m.PAdjusted))
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	f.What = audit.T(strings.Join(en, " "), strings.Join(zh, ""))
	switch {
	case ref == nil || ref.Group == worst.Group:
	case (ref.Value < set.Low || ref.Value > set.High) && (ref.Value > 1) == (worst.Value > 1):
		f.Severity = audit.S4
		t := audit.Tf(" For the reference group %[1]s it is %.2[2]f, on the same side: the model is off for everyone, which check performance tells of, more than for one group.",
			"参照群体 %[1]s 为 %.2[2]f，方向相同：模型对所有人均有偏离（见检查 performance），并非仅对某一群体。", ref.Group, ref.Value)
		f.What = audit.T(f.What.En+t.En, f.What.Zh+t.Zh)
	default:
		t := audit.Tf(" For the reference group %[1]s it is %.2[2]f.", "参照群体 %[1]s 为 %.2[2]f。", ref.Group, ref.Value)
		f.What = audit.T(f.What.En+t.En, f.What.Zh+t.Zh)
	}
	what := audit.T(" Among decisions whose outcome is known; a predicted risk above what is seen costs the group approvals, one below it costs the lender money. It is a statistical finding of grade E3, and says nothing of why.",
		"仅限结果已知的决策；预测风险高于实际会使该群体少获批准，低于实际则使机构受损。这是统计性发现（证据等级 E3），不说明原因。")
	f.What = audit.T(f.What.En+what.En, f.What.Zh+what.Zh)
	f.Remedy = audit.T(
		"Recalibrate, and check that the calibration holds within each group and vintage; look for inputs whose meaning differs between the groups.",
		"重新校准，并核实各群体、各放款批次内校准是否成立；查找在不同群体中含义不同的变量。")
	return f
}
