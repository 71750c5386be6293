package denial

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

// wrongKey is what the denials of one finding on substance have in common.
type wrongKey struct{ cause, rule, version, detail string }

// concludeSubstance makes one finding of each cause, version of the policy and
// rule, and of each metric of the replay that stands out.
func concludeSubstance(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	by := map[wrongKey][]*audit.Case{}
	for i := range cases {
		c := &cases[i]
		k := wrongKey{cause: c.Cause, version: c.PolicyVersion, rule: "R0.6"}
		switch {
		case slices.Contains(c.Rules, "D7"):
			k.rule = "D7"
			k.detail = c.Item(itemRule)
		case !slices.Contains(c.Rules, "R0.6"):
			continue
		case c.Cause == cause.PolicyUndeclared:
			k.detail = c.Item(itemOther)
		case c.Cause == cause.ScoreError, c.Cause == cause.DataUnit:
			k.detail = c.ModelVersion
		}
		by[k] = append(by[k], c)
	}
	var keys []wrongKey
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b wrongKey) int {
		return cmp.Or(strings.Compare(a.rule, b.rule), strings.Compare(a.cause, b.cause), strings.Compare(a.version, b.version), strings.Compare(a.detail, b.detail))
	})
	var out []audit.Finding
	for _, k := range keys {
		out = append(out, k.finding(env, by[k]))
	}
	var forces, edges, watches, twins []*audit.Metric
	above := map[string][]*audit.Metric{}
	var classes []string
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Name == forceMetric:
			forces = append(forces, m)
		case m.Name == edgeMetric:
			edges = append(edges, m)
		case m.Name == watchMetric:
			watches = append(watches, m)
		case m.Name == twinMetric:
			twins = append(twins, m)
		case strings.HasPrefix(m.Name, mismatchMetric) && m.Group == "side=above the policy" && m.Name != mismatchMetric+"D1":
			if above[m.Name] == nil {
				classes = append(classes, m.Name)
			}
			above[m.Name] = append(above[m.Name], m)
		}
	}
	out = append(out, watchFindings(env, watches, twins)...)
	for _, m := range forces {
		out = append(out, forceFinding(m))
	}
	for _, class := range classes {
		out = append(out, aboveFinding(class, above[class]))
	}
	if len(edges) > 0 {
		out = append(out, edgeFinding(edges))
	}
	return out
}

// wrongWords are what the cause of wrong denials says of itself and asks for;
// the argument is the finding's detail.
var wrongWords = map[string][2]audit.Text{
	cause.DataUnit: {
		audit.T("the recorded score of model %s comes of an input in the wrong unit, and decided", "模型%s的记录评分由单位错误的输入算出，并据此作出决定"),
		audit.T("Mend the unit of that input where the score is computed, and hold its range at the entry.", "在评分环节更正该输入的单位，并在入口处校验取值范围。"),
	},
	cause.ScoreError: {
		audit.T("the recorded score is not that of model %s, and decided", "记录评分与模型%s的复算评分不符，并据此作出决定"),
		audit.T("Find what made the score on record (see scorematch), and compare scores with a recomputation before deciding.", "查明记录评分的来源（见scorematch），决策前核对复算评分。"),
	},
	cause.TieRule: {
		audit.T("the score is equal to the cut-off, which passes%s", "评分恰好等于分数线，应视为通过%s"),
		audit.T("Decide scores equal to the cut-off as the policy says, and hold that by a test.", "评分等于分数线的，按政策规定处理，并以测试固定。"),
	},
	cause.PolicyUndeclared: {
		audit.T("the rule applied is that of version %s, which the rows do not record", "所适用的是版本%s的规则，而记录的并非该版本"),
		audit.T("Find where the other rule went live; put it into force in the registry, approved and dated, or take it out.", "查明另一规则在何处生效：要么经审批并注明日期列入政策登记，要么撤下。"),
	},
	cause.Experiment: {
		audit.T("another arm of the experiment gives the outcome%s", "实验的另一分组才会得出该结果%s"),
		audit.T("Find why the row's own arm was not applied.", "查明为何没有适用其所属分组的规则。"),
	},
	cause.ExperimentOver: {
		audit.T("only an experiment's arm denies, outside its window or without approval%s", "仅因测试分组而被拒，而该测试已超出期限或未经批准%s"),
		audit.T("End the experiment, and let no arm rule outside its window or before it is approved.", "结束该测试；任何分组不得在计划期间之外或批准之前适用。"),
	},
	cause.Unexplained: {
		audit.T("nothing on record explains it%s", "没有任何记录可以解释%s"),
		audit.T("Trace some of these decisions through the engine's log: a rule outside the registry, or an override that nobody recorded.", "从引擎日志追查其中若干笔：是否存在政策登记之外的规则，或未记录的人工改动。"),
	},
}

func (k wrongKey) finding(env *audit.Env, list []*audit.Case) audit.Finding {
	first := list[0]
	f := audit.Finding{
		ID: audit.StableID(checkName, k.rule, k.cause, k.version, k.detail), Check: checkName, Severity: audit.S1,
		Substance: audit.Unjustified, Cause: k.cause,
		Clauses: clausesFor(env, audit.NoRoute),
	}
	cases.Fill(&f, list)
	f.Grade, f.Rules = first.Grade, []string{k.rule}
	n, c := audit.Thousands(f.Cases), audit.Plural(f.Customers, "customer")
	spread := audit.Text{En: strings.Join(spreadOf(list, false), " "), Zh: strings.Join(spreadOf(list, true), "")}
	if k.rule == "D7" {
		f.Severity, f.Substance = audit.S3, audit.Indeterminate
		f.Title = audit.Tf("%s denied by the engine that version %s refers to a person (%s)", "%s版本%s应转人工的申请被系统直接拒绝（%s）",
			audit.Plural(f.Cases, "application"), k.version, c)
		f.Title.Zh = fmt.Sprintf("%s笔按版本%s应转人工的申请被系统直接拒绝（%s位客户）", n, k.version, audit.Thousands(f.Customers))
		f.What = audit.Text{
			En: fmt.Sprintf("The replay refers them by rule %s, and no person is on record as having decided. Whether a review would have approved is open: no denial is judged wrong for it. %s", orNone(k.detail), spread.En),
			Zh: fmt.Sprintf("按政策复算，规则%s应转人工，而记录中没有人工决定。人工审核是否会通过不得而知：不据此认定拒绝有误。%s", orNone(k.detail), spread.Zh),
		}
		f.Remedy = audit.T("Give these applications to a person to decide, and let no rule of the engine close what the policy refers.",
			"将这些申请交人工决定；政策要求转人工的，引擎不得直接办结。")
		f.Customer = audit.T("By the rules in force a person should have looked at your application. A person will; the outcome is open.",
			"按当时的规则，您的申请应由人工审核。我们将安排人工审核；结果以实际为准。")
		return f
	}
	w := wrongWords[k.cause]
	detail := k.detail
	if k.cause == cause.PolicyUndeclared && detail == "" {
		w[0] = audit.T("the reason on record names a rule that the version does not have%s", "记录的原因所指规则不在该版本之内%s")
	}
	if k.cause == cause.TieRule || k.cause == cause.Experiment || k.cause == cause.ExperimentOver || k.cause == cause.Unexplained {
		detail = ""
	}
	why := audit.Tf(w[0].En, w[0].Zh, detail)
	f.Title = audit.Text{
		En: fmt.Sprintf("%s of %s went against version %s of the policy: %s", audit.Plural(f.Cases, "denial"), c, orNone(k.version), why.En),
		Zh: fmt.Sprintf("%s笔拒绝（%s位客户）与政策版本%s不符：%s", n, audit.Thousands(f.Customers), orNone(k.version), why.Zh),
	}
	f.What = audit.Text{
		En: "The policy version that each row records, replayed on the recorded features and the recomputed score, approves (or grants more), and no person is on record as having departed from it. " + spread.En,
		Zh: "按每笔记录的政策版本，以记录的特征和复算评分复算，结果为通过（或额度更高），且没有人工改动的记录。" + spread.Zh,
	}
	f.Remedy = audit.Text{
		En: w[1].En + " Decide these applications again (see the re-decision list); where less was granted, grant the difference.",
		Zh: w[1].Zh + "对这些申请重新作出决定（见重新决定清单）；额度不足的，补足差额。",
	}
	f.Customer = audit.T("By the rules in force the result of your application should have been another. It will be decided again; the outcome is open.",
		"按当时的规则，您申请的结果与应有结果不符。我们将重新作出决定；结果以实际为准。")
	return f
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func versionOf(m *audit.Metric) string { return strings.TrimPrefix(m.Segment, "policy_version=") }

// forceFinding is the finding that a version decided while it was not in force.
func forceFinding(m *audit.Metric) audit.Finding {
	v := versionOf(m)
	return audit.Finding{
		ID: audit.StableID(checkName, forceMetric, v), Check: checkName, Severity: audit.S3, Grade: audit.E1, Cause: cause.PolicyUndeclared,
		Causes: []audit.Supported{{Code: cause.PolicyUndeclared, Grade: audit.E1}}, Rules: []string{"D3"}, Metrics: []string{m.ID()}, Harm: m.K,
		Title: audit.Text{
			En: fmt.Sprintf("%s recorded version %s of the policy while it was not in force", audit.Plural(m.K, "decision"), v),
			Zh: fmt.Sprintf("%s笔决定记录的政策版本%s当时并未生效", audit.Thousands(m.K), v),
		},
		What: audit.Tf("%d of the %d decisions under this version, by the registry's effective_from (inclusive) and effective_to (exclusive). They are replayed under the version they record.",
			"该版本共%[2]d笔决定，其中%[1]d笔不在登记的effective_from（含）至effective_to（不含）之内。复算仍按其记录的版本进行。", m.K, m.N),
		Remedy: audit.T("Correct the dates in the registry, or find why the engine used a version before or after its time.",
			"更正政策登记的日期，或查明引擎为何在生效期之外使用该版本。"),
	}
}

// aboveFinding is the finding that approvals or limits are above the policy.
func aboveFinding(class string, ms []*audit.Metric) audit.Finding {
	class = strings.TrimPrefix(class, mismatchMetric)
	f := audit.Finding{
		ID: audit.StableID(checkName, mismatchMetric, class), Check: checkName, Severity: audit.S4, Grade: audit.E1, Cause: "ABOVE_POLICY", Rules: []string{class},
		Remedy: audit.T("Find what let these through: an override that nobody recorded, another version, or another reading of a cut-off.",
			"查明放行的原因：未记录的人工改动、其他版本，或对分数线的不同理解。"),
	}
	if class == "score" {
		f.Rules = nil
	}
	var k, n int64
	var parts []string
	for _, m := range ms {
		k, n = k+m.K, n+m.N
		parts = append(parts, versionOf(m)+" "+audit.Thousands(m.K))
		f.Metrics = append(f.Metrics, m.ID())
	}
	if k >= 100 {
		f.Severity = audit.S3
	}
	words := map[string]audit.Text{
		"score": audit.T("the recorded score is not the model's", "记录评分与模型不符"), "D2": audit.T("a person decided and gave no reason", "人工决定而未记录理由"),
		"D3": audit.T("another version of the policy gives it", "其他政策版本会得出该结果"), "D4": audit.T("the score is equal to a cut-off", "评分等于分数线"),
		"D7": audit.T("nothing on record explains it", "没有记录可以解释"),
	}[class]
	f.Title = audit.Text{
		En: fmt.Sprintf("Approved or granted above the policy in %s: %s", audit.Plural(k, "decision"), words.En),
		Zh: fmt.Sprintf("%s笔决定的批准或额度高于政策：%s", audit.Thousands(k), words.Zh),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Among %s decisions under these versions. It is a mismatch of decisions (%s), not a verdict on any applicant. By policy version: %s.", audit.Thousands(n), class, strings.Join(parts, ", ")),
		Zh: fmt.Sprintf("占相应版本%s笔决定之中。这是决策不一致（%s），不是对任何申请人的判定。按政策版本：%s。", audit.Thousands(n), class, strings.Join(parts, "、")),
	}
	return f
}

// edgeFinding is the advice about scores within the tolerance of a cut-off.
func edgeFinding(ms []*audit.Metric) audit.Finding {
	f := audit.Finding{ID: audit.StableID(checkName, edgeMetric), Check: checkName, Severity: audit.S4, Grade: audit.E2, Cause: "EDGE_CASE"}
	var k int64
	var parts []string
	for _, m := range ms {
		k += m.K
		parts = append(parts, versionOf(m)+" "+audit.Thousands(m.K))
		f.Metrics = append(f.Metrics, m.ID())
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Edge cases: %s departed from the replay with a score within the tolerance of a cut-off", audit.Plural(k, "denial")),
		Zh: fmt.Sprintf("临界情况：%s笔拒绝与复算不符，但评分与分数线之差在容差以内", audit.Thousands(k)),
	}
	f.What = audit.Text{
		En: "The replay can't tell on which side of the cut-off they fell: none is judged wrong. By policy version: " + strings.Join(parts, ", ") + ".",
		Zh: "复算无法判断落在分数线哪一侧：不认定其中任何一笔有误。按政策版本：" + strings.Join(parts, "、") + "。",
	}
	f.Remedy = audit.T("Round scores before they are compared with a cut-off, or give the model's own tolerance in the plan.",
		"先对评分取整再与分数线比较，或在方案中给出模型的容差。")
	return f
}
