package fairness

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// concludeConditional makes one finding of each group that is flagged.
func concludeConditional(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	by := map[string][]*audit.Metric{}
	var order []string
	for i := range metrics {
		m := &metrics[i]
		if m.Name != mhOdds || m.Period != "" {
			continue
		}
		if by[m.Group] == nil {
			order = append(order, m.Group)
		}
		by[m.Group] = append(by[m.Group], m)
	}
	slices.Sort(order)
	var out []audit.Finding
	for _, g := range order {
		flagged := slices.DeleteFunc(slices.Clone(by[g]), func(m *audit.Metric) bool { return m.Status < audit.Warn })
		if len(flagged) > 0 {
			out = append(out, conditionalGap(flagged, by[g], metrics))
		}
	}
	return out
}

// heldEqual is what a metric holds equal.
func heldEqual(m *audit.Metric) audit.Text {
	name := strings.TrimPrefix(m.Segment, "strata=")
	if name == decileSet {
		return audit.T("score decile, product, policy and model version", "评分十分位、产品、政策和模型版本")
	}
	return audit.T(name, name)
}

func conditionalGap(flagged, all []*audit.Metric, metrics []audit.Metric) audit.Finding {
	// The one with the most approvals missing is told first.
	worst := slices.MinFunc(flagged, func(a, b *audit.Metric) int {
		return cmp.Or(-cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Segment, b.Segment))
	})
	f := audit.Finding{
		ID: audit.StableID(conditionalName, worst.Group, worst.Reference), Check: conditionalName,
		Severity: audit.S2, Grade: audit.E3, Cause: "CONDITIONAL_GAP", Clauses: parityClauses,
		Harm: int64(math.Round(worst.Effect)), Metrics: ids(flagged...),
		Remedy: audit.Tf(
			"Compare decisions of both groups within the strata that differ most, rule by rule, and find what decided: a rule, a manual step, an input that stands for the group. Keep only what predicts repayment. Re-audit the next period.",
			"在差异最大的分层内逐条规则比较两个群体的决策，查明起决定作用的因素：规则、人工环节或代表群体的变量；只保留确能预测还款的部分；下一期复审。"),
		Customer: audit.T(
			"This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
			"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
	}
	held := heldEqual(worst)
	f.Title = audit.Text{
		En: fmt.Sprintf("At equal %s the odds of approval of %s are %s of %s's, n = %s", held.En, worst.Group, ratioText(worst.Value), groupOf(worst.Reference), audit.Thousands(worst.N)),
		Zh: fmt.Sprintf("在%s相同时，%s的通过比值是%s的%s倍，n = %s", held.Zh, worst.Group, groupOf(worst.Reference), ratioText(worst.Value), audit.Thousands(worst.N)),
	}
	percent := strconv.FormatFloat(100*worst.Level, 'f', -1, 64)
	t := audit.Tf(
		"%[1]s %% interval %[2]s to %[3]s, corrected p %[4]s; %.0[5]f approvals fewer than equal rates within strata would give.",
		"%[1]s %%区间%[2]s至%[3]s，校正后p值%[4]s；比分层内通过率相等时少通过%.0[5]f笔。",
		percent, ratioText(worst.Low), ratioText(worst.High), audit.PText(worst.PAdjusted), worst.Effect)
	for _, m := range all {
		if m == worst || math.IsNaN(m.Value) || m.Status == audit.Insufficient {
			continue
		}
		h := heldEqual(m)
		t.En += fmt.Sprintf(" At equal %s it is %s.", h.En, ratioText(m.Value))
		t.Zh += fmt.Sprintf("在%s相同时为%s。", h.Zh, ratioText(m.Value))
	}
	beside(&t, worst, metrics)
	t.En += " It is a screening figure, not a legal test: what is not held equal may explain the rest, and it is no proof that anyone was treated unequally."
	t.Zh += "这是筛查数字，不是法律判定：未保持相等的条件可能解释其余差距，也不证明任何人受到差别对待。"
	f.What = t
	return f
}

// beside adds what other metrics of the same set say.
func beside(t *audit.Text, of *audit.Metric, metrics []audit.Metric) {
	for i := range metrics {
		m := &metrics[i]
		if m.Segment != of.Segment || m.Group != of.Group || m.Period != "" || math.IsNaN(m.Value) {
			continue
		}
		switch {
		case m.Name == crudeOdds:
			t.En += fmt.Sprintf(" Nothing held equal, the odds ratio is %s (%s against %s approved).", ratioText(m.Value), audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef))
			t.Zh += fmt.Sprintf("不保持任何条件相等时比值比为%s（通过率%s对%s）。", ratioText(m.Value), audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef))
		case m.Name == reversal && len(m.Warnings) > 0:
			en, zh := " The overall ratio does not show it: ", "总体比率未能显示："
			if m.Effect > 1 { // the crude odds ratio: on the other side of 1
				en, zh = " A reversal (Simpson's paradox): ", "存在反转（辛普森悖论）："
			}
			t.En += en + m.Warnings[0].En + "."
			t.Zh += zh + m.Warnings[0].Zh + "。"
		case m.Name == tarone && m.Effect < 0.05:
			t.En += fmt.Sprintf(" The odds ratio is not the same in all strata (Tarone p %s): look at each.", audit.PText(m.Effect))
			t.Zh += fmt.Sprintf("各分层的比值比并不相同（Tarone p值%s）：应逐层查看。", audit.PText(m.Effect))
		}
	}
}
