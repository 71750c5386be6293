package consistency

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"fmt"
	"math"
	"strings"
)

// concludeEdge makes one finding of the rounding conflicts, one of each version
// whose scores pile up, and one of overrides.
func concludeEdge(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	if len(list) > 0 {
		out = append(out, roundingFinding(list, metrics))
	}
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Status < audit.Warn:
		case m.Name == edgeDensity:
			out = append(out, bunchFinding(m, metrics))
		case m.Name == edgeJump:
			out = append(out, jumpFinding(m))
		}
	}
	return out
}

func roundingFinding(list []audit.Case, metrics []audit.Metric) audit.Finding {
	f := audit.Finding{ID: audit.StableID(edgeName, edgeRounding), Check: edgeName, Cause: edgeRounding, Substance: audit.Indeterminate, Clauses: likeClauses}
	all := make([]*audit.Case, len(list))
	versions := map[string]int64{}
	for i := range list {
		all[i] = &list[i]
		versions[list[i].ModelVersion]++
	}
	cases.Fill(&f, all)
	f.Severity = severityOf(f.Customers)
	for i := range metrics {
		if metrics[i].Name == edgeConflicts && metrics[i].Segment == "" {
			f.Metrics = append(f.Metrics, metrics[i].ID())
		}
	}
	f.Title = audit.Text{
		En: deniedWords(f.Cases) + " though the rounded score reaches the cut-off",
		Zh: fmt.Sprintf("%s笔申请取整后的评分达到分数线却被拒绝", audit.Thousands(f.Cases)),
	}
	f.What = audit.Text{
		En: "The score as the model's file rounds it reaches the cut-off, and the score before rounding does not: the engine seems to have decided before rounding. By model version: " + strings.Join(cases.Largest(versions), ", ") + ". Which of the two the policy means is for its owner to say; unexplaineddenial judges the denials by the file's rounding.",
		Zh: "按模型文件取整后的评分达到分数线，取整前则未达：引擎似乎在取整前作了决定。按模型版本：" + strings.Join(cases.Largest(versions), "、") + "。政策以何者为准由其负责人说明；拒绝是否有误由unexplaineddenial按文件的取整方式判断。",
	}
	f.Remedy = audit.T("Say in the policy which score the cut-off is of, and let the engine, the model's file and the record use the same one.",
		"在政策中写明分数线针对哪一种评分，并使引擎、模型文件与记录一致。")
	f.Customer = audit.T("The result of your application depends on how your score is rounded. A person will look at it; the outcome is open.",
		"您的申请结果取决于评分的取整方式。我们将安排人工复核；结果以实际为准。")
	return f
}

func bunchFinding(m *audit.Metric, metrics []audit.Metric) audit.Finding {
	version := strings.TrimPrefix(m.Segment, "policy_version=")
	f := audit.Finding{
		ID: audit.StableID(edgeName, edgeBunching, version), Check: edgeName, Severity: audit.S3, Grade: audit.E3, Cause: edgeBunching, Substance: audit.Indeterminate,
		Causes: []audit.Supported{{Code: edgeBunching, Grade: audit.E3}}, Clauses: likeClauses, Metrics: []string{m.ID()}, Harm: int64(math.Round(m.Effect)),
	}
	var where []string
	for i := range metrics {
		x := &metrics[i]
		if x.Name == edgeDensity && x.Segment == m.Segment && x.Group != "" && x.Status > audit.Insufficient && x.Value >= m.Threshold {
			where = append(where, fmt.Sprintf("%s %.2f", x.Group, x.Value))
			f.Metrics = append(f.Metrics, x.ID())
		}
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Scores under version %s are %.2f times as frequent just above the cut-off as just below", version, m.Value),
		Zh: fmt.Sprintf("版本%s下紧邻分数线之上的评分是之下的%.2f倍", version, m.Value),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Of %s within the bins around the cut-off, the lines through both sides meet it %.1f scores a bin apart (corrected p %s).",
			audit.Plural(m.N, "score"), m.Effect, audit.PText(m.PAdjusted)),
		Zh: fmt.Sprintf("分数线附近各箱共%s个评分，两侧直线在线上相差每箱%.1f个（校正后p值%s）。",
			audit.Thousands(m.N), m.Effect, audit.PText(m.PAdjusted)),
	}
	if m.Low == m.Low {
		f.What.En += fmt.Sprintf(" The ratio's interval is %.2f to %.2f.", m.Low, m.High)
		f.What.Zh += fmt.Sprintf("比率的区间为%.2f至%.2f。", m.Low, m.High)
	}
	if len(where) > 0 {
		f.What.En += " Also in: " + strings.Join(where[:min(len(where), 8)], ", ") + "."
		f.What.Zh += "同样见于：" + strings.Join(where[:min(len(where), 8)], "、") + "。"
	}
	f.What.En += " Scores may have been adjusted to pass. That is a sign, and no proof: a cut-off that applicants know, or a card with few scores, can look alike."
	f.What.Zh += "评分可能为通过而被调整。这是迹象而非证据：申请人知晓分数线，或评分卡取值很少，也会如此。"
	f.Remedy = audit.T("Compare the inputs of applications just above the cut-off with their sources, first those changed shortly before the decision, by channel and reviewer.",
		"将分数线之上申请的输入与其来源核对，先查决定前不久改动过的，并按渠道和审核人比较。")
	return f
}

func jumpFinding(m *audit.Metric) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(edgeName, edgePersons), Check: edgeName, Severity: audit.S4, Grade: audit.E3, Cause: edgePersons, Substance: audit.Indeterminate,
		Causes: []audit.Supported{{Code: edgePersons, Grade: audit.E3}}, Clauses: likeClauses, Metrics: []string{m.ID()},
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Overrides jump at the cut-off: %s just below, %s just above", audit.Percent(m.KRef, m.NRef), audit.Percent(m.K, m.N)),
		Zh: fmt.Sprintf("改判率在分数线处跳跃：紧邻其下%s，紧邻其上%s", audit.Percent(m.KRef, m.NRef), audit.Percent(m.K, m.N)),
	}
	f.What = audit.Tf(
		"Persons overrode %d of %d decisions just below the cut-off and %d of %d just above (corrected p %s). Departing at the line may be what overrides are for; it is no fault by itself.",
		"人工改判：分数线之下%[2]d笔中%[1]d笔，之上%[4]d笔中%[3]d笔（校正后p值%[5]s）。在线边偏离可能正是改判的用意，本身并非过错。",
		m.KRef, m.NRef, m.K, m.N, audit.PText(m.PAdjusted))
	f.Remedy = audit.T("Read a sample of these overrides with their reasons, and see whether like applications were treated alike.",
		"抽查这些改判及其理由，核对条件相同的申请是否得到相同处理。")
	return f
}
