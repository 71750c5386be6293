package fairness

import (
	"fmt"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

func tooMany(n int) error {
	return fmt.Errorf("plan: groups × segments make %d cross tables and at most %d fit; list fewer", n, maxTables)
}

var parityClauses = []audit.Clause{
	clauses.FourFifths.Cite("a convention for employment tests", "原为招聘检验的惯例"),
	clauses.RegBGroups.Cite("no effects test at the federal level since 2026-07-21; a risk metric here", "联邦层面自2026-07-21起不再采用效果检验；此处仅作风险指标"),
	clauses.PIPL24.Cite("fair results", "结果公平公正"),
	clauses.AIActData.Cite("", ""),
	clauses.ConsumerDuty.Cite("outcomes by group of customers", "按客户群体监测结果"),
}

func ids(ms ...*audit.Metric) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.ID()
	}
	return out
}

// sliceOf names the slice of a metric: "2025-03" or "product=cash".
func sliceOf(m *audit.Metric) string { return m.Period + m.Segment }

// slicesText lists slices with their ratios, the first dozen of them.
func slicesText(ms []*audit.Metric, separator string) string {
	const most = 12
	var out []string
	for _, m := range ms[:min(len(ms), most)] {
		out = append(out, sliceOf(m)+" ("+ratioText(m.Value)+")")
	}
	text := strings.Join(out, separator)
	if len(ms) > most {
		text += fmt.Sprintf(" … (%d)", len(ms))
	}
	return text
}

// groupOf is the group of a label such as "sex=F".
func groupOf(label string) string {
	_, g, _ := strings.Cut(label, "=")
	return g
}

func ratioText(x float64) string {
	if x != x {
		return "–"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}
