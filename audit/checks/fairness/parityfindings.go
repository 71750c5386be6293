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

// gap is what was flagged about one group.
type gap struct {
	overall *audit.Metric   // over all rows; flagged or not
	slices  []*audit.Metric // periods and segment values that are flagged
}

// concludeParity makes one finding a group: the gap over all rows with the
// slices it also shows in, or the slices alone.
func concludeParity(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	gaps := map[string]*gap{}
	var order []string
	for i := range metrics {
		m := &metrics[i]
		if m.Name != ratioMetric {
			continue
		}
		g := gaps[m.Group]
		if g == nil {
			g = &gap{}
			gaps[m.Group] = g
			order = append(order, m.Group)
		}
		switch {
		case m.Period == "" && m.Segment == "":
			g.overall = m
		case m.Status >= audit.Warn:
			g.slices = append(g.slices, m)
		}
	}
	slices.Sort(order)
	var out []audit.Finding
	for _, name := range order {
		g := gaps[name]
		switch {
		case g.overall != nil && g.overall.Status >= audit.Warn:
			out = append(out, overallGap(g, metrics))
		case len(g.slices) > 0:
			out = append(out, slicesGap(g))
		}
	}
	return out
}

func finding(m *audit.Metric, severity audit.Severity, part string) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(parityName, m.Group, m.Reference, part), Check: parityName,
		Severity: severity, Grade: audit.E3, Cause: "APPROVAL_GAP", Clauses: parityClauses,
		Harm: int64(math.Round(m.Effect)),
		Remedy: audit.Tf(
			"Find the rules and model inputs that open the gap (compare the groups at equal score and policy version, then rule by rule); keep only what predicts repayment, and look for a cut-off or input set with a smaller gap at the same expected loss. Re-audit the next period.",
			"查明造成差距的规则和模型变量（先在同分段、同政策版本内比较，再逐条规则比较）；只保留确能预测还款的部分，并在预期损失相同的前提下寻找差距更小的阈值或变量组合；下一期复审。"),
		Customer: audit.T(
			"This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
			"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
	}
}

const notLegalEn = " This is a screening ratio, not a legal test, and it does not say why the rates differ."
const notLegalZh = "这是筛查用的比率，不是法律判定，也不说明差异的原因。"

func overallGap(g *gap, metrics []audit.Metric) audit.Finding {
	m := g.overall
	f := finding(m, audit.S2, "overall")
	f.Metrics = append(ids(m), ids(g.slices...)...)
	f.Title = audit.Tf(
		"Approval rate of %[1]s is %[2]s of %[3]s's (%[4]s vs %[5]s), n = %[6]s",
		"%[1]s的通过率是%[3]s的%[2]s倍（%[4]s对%[5]s），n = %[6]s",
		m.Group, ratioText(m.Value), groupOf(m.Reference), audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef), audit.Thousands(m.N))
	en, zh := evidence(m)
	if len(g.slices) > 0 {
		en += " Also flagged in " + slicesText(g.slices, ", ") + "."
		zh += "以下切片同样被标记：" + slicesText(g.slices, "、") + "。"
	}
	for _, h := range simpson(m, metrics) {
		en += fmt.Sprintf(" Within every value of %s that has enough rows the ratio is at least %s: over all rows the gap owes to how the groups are spread over %s.", h.segment, ratioText(h.least), h.segment)
		zh += fmt.Sprintf("在样本足够的每个%s取值内，比率均不低于%s：总体差距主要来自各群体在%s上的分布不同。", h.segment, ratioText(h.least), h.segment)
	}
	f.What = audit.T(en+notLegalEn, zh+notLegalZh)
	return f
}

func slicesGap(g *gap) audit.Finding {
	worst := slices.MinFunc(g.slices, func(a, b *audit.Metric) int { return cmp.Compare(a.Value, b.Value) })
	f := finding(worst, audit.S3, "slices")
	f.Metrics = ids(g.slices...)
	where := audit.T(sliceOf(worst), sliceOf(worst))
	en, zh := evidence(worst)
	if n := len(g.slices); n > 1 {
		where = audit.Tf("%[2]s and %[1]s", "%[2]s等%[3]d个切片", audit.Plural(int64(n-1), "other slice"), sliceOf(worst), n)
		en += " Flagged in " + slicesText(g.slices, ", ") + "."
		zh += "被标记的切片：" + slicesText(g.slices, "、") + "。"
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Approval rate of %s falls to %s of %s's in %s, though not over all rows", worst.Group, ratioText(worst.Value), groupOf(worst.Reference), where.En),
		Zh: fmt.Sprintf("%s的通过率在%s低至%s的%s倍，总体未被标记", worst.Group, where.Zh, groupOf(worst.Reference), ratioText(worst.Value)),
	}
	f.What = audit.T(en+notLegalEn, zh+notLegalZh)
	return f
}

// evidence says how large the gap is, and how sure.
func evidence(m *audit.Metric) (en, zh string) {
	args := []any{audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), ratioText(m.Value),
		strconv.FormatFloat(100*m.Level, 'f', -1, 64), ratioText(m.Low), ratioText(m.High), m.Threshold, audit.PText(m.PAdjusted), m.Effect}
	t := audit.Tf(
		"%s of %s approved against %s of %s; ratio %s (%s %% interval %s to %s), below %g; corrected p %s; %.0f approvals short of the reference rate.",
		"%[2]s笔中%[1]s笔通过，参照群体%[4]s笔中%[3]s笔；比率%[5]s（%[6]s %%区间%[7]s至%[8]s），低于%[9]g；校正后p值%[10]s；按参照通过率计少通过%.0[11]f笔。",
		args...)
	return t.En, t.Zh
}

// hint is a segment in none of whose values the gap shows.
type hint struct {
	segment string
	values  int
	least   float64 // ratio
}

// simpson lists the segments within which the gap is not past the threshold,
// in any of at least two values with enough rows.
func simpson(overall *audit.Metric, metrics []audit.Metric) []hint {
	var hints []hint
	for i := range metrics {
		m := &metrics[i]
		if m.Name != ratioMetric || m.Group != overall.Group || m.Segment == "" || m.Status == audit.Insufficient || m.Value != m.Value {
			continue
		}
		name, _, _ := strings.Cut(m.Segment, "=")
		at := slices.IndexFunc(hints, func(h hint) bool { return h.segment == name })
		if at < 0 {
			at = len(hints)
			hints = append(hints, hint{segment: name, least: m.Value})
		}
		hints[at].values++
		hints[at].least = min(hints[at].least, m.Value)
	}
	return slices.DeleteFunc(hints, func(h hint) bool { return h.values < 2 || h.least < overall.Threshold })
}
