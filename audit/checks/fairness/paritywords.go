package fairness

import (
	"fmt"
	"strconv"
	"strings"

	"evenhand/audit"
)

func tooMany(n int) error {
	return fmt.Errorf("plan: groups × segments make %d cross tables and at most %d fit; list fewer", n, maxTables)
}

var parityClauses = []audit.Text{
	audit.T("29 CFR 1607.4(D): the four-fifths rule, a convention for employment tests", "美国 29 CFR 1607.4(D)：五分之四规则，原为招聘检验的惯例"),
	audit.T("12 CFR 1002.4, 1002.6 as amended: no effects test at the federal level since 2026-07-21; a risk metric here", "美国 12 CFR 1002.4、1002.6（修订后）：联邦层面自2026-07-21起不再采用效果检验；此处仅作风险指标"),
	audit.T("PIPL 24: fair results of automated decisions", "个人信息保护法 第二十四条：自动化决策结果公平、公正"),
	audit.T("EU AI Act, Annex III 5(b), Art 10 (duties from 2027-12-02)", "欧盟《人工智能法》附件三第5(b)项、第10条（义务自2027-12-02起）"),
	audit.T("FCA PRIN 2A.9: outcomes by group of customers", "英国 FCA PRIN 2A.9：按客户群体监测结果"),
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
