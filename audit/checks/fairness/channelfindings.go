package fairness

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// concludeChannel makes one finding of each column: its flagged values.
func concludeChannel(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	flagged := map[string][]*audit.Metric{}
	var order []string
	for i := range metrics {
		m := &metrics[i]
		if m.Name != channelOdds || m.Status < audit.Warn {
			continue
		}
		column, _, _ := strings.Cut(m.Group, "=")
		if flagged[column] == nil {
			order = append(order, column)
		}
		flagged[column] = append(flagged[column], m)
	}
	slices.Sort(order)
	var out []audit.Finding
	for _, column := range order {
		out = append(out, channelFinding(column, flagged[column]))
	}
	return out
}

// channelFinding tells of the flagged values of a column, the furthest first.
func channelFinding(column string, ms []*audit.Metric) audit.Finding {
	slices.SortStableFunc(ms, func(a, b *audit.Metric) int {
		return -compareFloats(math.Abs(a.Effect), math.Abs(b.Effect))
	})
	// Where some are behind, those ahead of all others are so for being no part of
	// them.
	behind := 0
	for _, m := range ms {
		if m.Value < 1 {
			behind++
		}
	}
	slices.SortStableFunc(ms, func(a, b *audit.Metric) int {
		switch {
		case (a.Value < 1) == (b.Value < 1):
			return 0
		case a.Value < 1:
			return -1
		}
		return 1
	})
	first, others := ms[0], len(ms)-1
	if behind > 0 {
		others = behind - 1
	}
	f := audit.Finding{
		ID: audit.StableID(channelName, column), Check: channelName, Severity: audit.S3, Grade: audit.E3, Cause: channelCause,
		Harm: int64(math.Round(math.Abs(first.Effect))), Metrics: ids(ms...),
		Clauses: []audit.Clause{
			clauses.InternetLoans22.Cite("the bank decides on its own", "独立风控、自主决策"),
			clauses.AssistedLoans.Cite("partners by list, decisions by the bank", "合作机构名单制管理，银行自主风控决策"),
		},
		Remedy: audit.T(
			"Say which rule, price or quota of the channel or partner does this; write it into the policy with its reason, or remove it; record quota denials under a code of their own.",
			"说明是渠道或合作方的哪条规则、定价或配额所致；写入政策并注明理由，否则取消；因配额而拒绝的，使用单独的代码记录。"),
		Customer: audit.T(
			"Approval at equal score depended on the way the application came. You may ask whether that was so for yours, and apply by another way.",
			"同等评分下，是否通过与申请渠道有关。您可以询问本人的申请是否受此影响，也可以通过其他渠道申请。"),
	}
	f.Title = audit.Tf(
		"At equal score and policy, the odds of approval of %[1]s are %[2]s times those of all others",
		"同等评分与政策下，%[1]s的通过比值是其他各方的%[2]s倍", first.Group, ratioText(first.Value))
	if others > 0 {
		f.Title.En += fmt.Sprintf("; flagged besides: %d", others)
		f.Title.Zh += fmt.Sprintf("；另有%d个取值被标记", others)
	}
	var en, zh []string
	for _, m := range ms[:min(len(ms), 8)] {
		t := audit.Tf("%[1]s: odds ratio %[2]s (%[3]s to %[4]s), %[5]s of %[6]s approved, %+.0[7]f against equal odds",
			"%[1]s：比值比%[2]s（%[3]s至%[4]s），%[6]s笔中%[5]s笔通过，较比值相等时%+.0[7]f笔",
			m.Group, ratioText(m.Value), ratioText(m.Low), ratioText(m.High), audit.Thousands(m.K), audit.Thousands(m.N), m.Effect)
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	f.What = audit.Text{
		En: strings.Join(en, "; ") + ". Compared within product, policy version and score band. This is no comparison of protected groups, and a lender may lawfully decide by channel; what the score does not hold may explain it.",
		Zh: strings.Join(zh, "；") + "。在同一产品、政策版本和分数段内比较。这不是受保护群体之间的比较，机构可以合法地按渠道作出不同决定；评分未包含的因素也可能解释差异。",
	}
	return f
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
