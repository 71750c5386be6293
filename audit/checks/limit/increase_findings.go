package limit

import (
	"math"
	"strconv"
	"strings"

	"evenhand/audit"
)

// concludeIncreases makes one finding a group whose incidence is flagged.
func concludeIncreases(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for i := range metrics {
		m := &metrics[i]
		if m.Name != incRatio || m.Status < audit.Warn {
			continue
		}
		f := audit.Finding{
			ID: audit.StableID(increaseName, m.Group, m.Reference), Check: increaseName,
			Severity: audit.S3, Grade: audit.E3, Cause: "INCREASE_GAP", Clauses: groupClauses,
			Harm: int64(math.Round(m.Effect)), Metrics: []string{m.ID()},
			Remedy: audit.T(
				"Find what opens the gap: the rules of the ladder, the inputs of the evaluation and who is evaluated when, at equal score and product; keep only what predicts repayment. Re-audit the next period.",
				"查明造成差距的环节：提额阶梯规则、评估所用输入，以及由谁在何时被评估（在同产品、同分段内比较）；只保留确能预测还款的部分；下一期复审。"),
			Customer: audit.T(
				"This figure is about groups and says nothing about a single account. You may ask when your limit is evaluated next and by what rules.",
				"该数字反映群体情况，不说明任何一个账户。您可以询问下次额度评估的时间和依据。"),
		}
		day := strings.TrimPrefix(m.Segment, "day=")
		f.Title = audit.Tf(
			"By day %[1]s, %[2]s had an increase %[3]s times as often as %[4]s, n = %[5]s",
			"截至第%[1]s天，%[2]s获得提额的比例为%[4]s的%[3]s倍，n = %[5]s",
			day, m.Group, fixed(m.Value, 3), groupName(m.Reference), audit.Thousands(m.N))
		en := audit.Tf(
			"%[1]s of %[2]s accounts had an increase by then, against %[3]s of %[4]s; with other ends of the wait allowed for, the ratio is %[5]s (%[6]s %% interval %[7]s to %[8]s), below %[9]g; log-rank test within strata, corrected p %[10]s; %.0[11]f increases short of the reference.",
			"截至该日%[2]s个账户中%[1]s个已提额，参照群体%[4]s个中%[3]s个；计入其他结束方式后，比率为%[5]s（%[6]s %%区间%[7]s至%[8]s），低于%[9]g；分层log-rank检验，校正后p值%[10]s；按参照群体计少%.0[11]f次提额。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), fixed(m.Value, 3),
			strconv.FormatFloat(100*m.Level, 'f', -1, 64), fixed(m.Low, 3), fixed(m.High, 3), m.Threshold, audit.PText(m.PAdjusted), m.Effect)
		for k := range metrics {
			if h := &metrics[k]; h.Name == incHazard && h.Segment == "" && h.Group == m.Group && h.Reference == m.Reference {
				f.Metrics = append(f.Metrics, h.ID())
				x := audit.Tf(" Within equal product, score band and strata the hazard of an increase is %[1]s of the reference's (%[2]s to %[3]s).",
					"在同产品、同评分分段、同层内，提额风险为参照群体的%[1]s倍（%[2]s至%[3]s）。", fixed(h.Value, 3), fixed(h.Low, 3), fixed(h.High, 3))
				en = audit.T(en.En+x.En, en.Zh+x.Zh)
			}
		}
		f.What = audit.T(en.En+" It says that groups wait differently, not why: inputs of the policy that are no stratum may explain it.",
			en.Zh+"仅说明各群体等待时间不同，不说明原因：未作为分层变量的政策输入可能解释该差距。")
		out = append(out, f)
	}
	return out
}

// fixed writes a number with so many decimals, – when it is not estimable.
func fixed(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// groupName is the group of a label such as "sex=F".
func groupName(label string) string {
	_, g, _ := strings.Cut(label, "=")
	return g
}
