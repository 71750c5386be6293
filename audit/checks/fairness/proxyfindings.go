package fairness

import (
	"fmt"
	"math"

	"evenhand/audit"
)

// concludeProxy makes one finding of each group whose weighted ratio is flagged
// over all rows, or else in a slice.
func concludeProxy(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	by := map[string]*gap{}
	var order []string
	sure := map[string]*audit.Metric{}
	for i := range metrics {
		m := &metrics[i]
		whole := m.Period == "" && m.Segment == ""
		switch {
		case m.Name == proxySureRatio && whole:
			sure[m.Group] = m
		case m.Name != proxyRatio || m.Status < audit.Warn:
		default:
			if by[m.Group] == nil {
				by[m.Group] = &gap{}
				order = append(order, m.Group)
			}
			if whole {
				by[m.Group].overall = m
			} else {
				by[m.Group].slices = append(by[m.Group].slices, m)
			}
		}
	}
	var out []audit.Finding
	for _, name := range order { // metrics are sorted
		g := by[name]
		m, part, severity := g.overall, "overall", audit.S2
		if m == nil {
			m, part, severity = g.slices[0], "slices", audit.S3
		}
		f := audit.Finding{
			ID: audit.StableID(proxyName, m.Group, m.Reference, part), Check: proxyName,
			Severity: severity, Grade: audit.E3, Cause: "PROXY_GAP", Clauses: parityClauses, Harm: int64(math.Round(m.Effect)),
			Remedy:   finding(m, severity, part).Remedy,
			Customer: finding(m, severity, part).Customer,
		}
		if g.overall != nil {
			f.Metrics = ids(g.overall)
		}
		f.Metrics = append(f.Metrics, ids(g.slices...)...)
		where := audit.T("", "")
		if g.overall == nil {
			where = audit.T(" in "+sliceOf(m), "（"+sliceOf(m)+"）")
		}
		f.Title = audit.Text{
			En: fmt.Sprintf("By proxy, the approval rate of %s is %s of %s's%s", m.Group, ratioText(m.Value), groupOf(m.Reference), where.En),
			Zh: fmt.Sprintf("按代理概率，%s的通过率是%s的%s倍%s", m.Group, groupOf(m.Reference), ratioText(m.Value), where.Zh),
		}
		f.What = audit.Tf(
			"Weighted by the probability of membership, about %[1]s of %[2]s decisions were approved against %[3]s of %[4]s; ratio %[5]s (interval %[6]s to %[7]s, chance of membership included), below %[8]g; corrected p %[9]s; about %.0[10]f approvals short.",
			"按属于该群体的概率加权，约 %[2]s 笔决策中有 %[1]s 笔通过，参照群体 %[4]s 笔中有 %[3]s 笔；比率 %[5]s（区间 %[6]s 至 %[7]s，已含归属的不确定性），低于 %[8]g；校正后 p 值 %[9]s；约少通过 %.0[10]f 笔。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), ratioText(m.Value), ratioText(m.Low), ratioText(m.High), m.Threshold, audit.PText(m.PAdjusted), m.Effect)
		if s := sure[m.Group]; s != nil && s.Value == s.Value {
			f.What.En += fmt.Sprintf(" Among customers near certain to be members the ratio is %s; the weighted estimate tends to understate a gap, this one to overstate it.", ratioText(s.Value))
			f.What.Zh += fmt.Sprintf("在几乎确定属于该群体的客户中比率为 %s；加权估计往往低估差距，后者往往高估。", ratioText(s.Value))
		}
		f.What.En += " Nobody's group is known: this is a screen of grade E3 on guessed groups, not a legal test, and says nothing of a person."
		f.What.Zh += "没有任何人的群体是已知的：这是对推断群体的筛查（E3），不是法律判定，也不说明任何个人。"
		out = append(out, f)
	}
	return out
}
