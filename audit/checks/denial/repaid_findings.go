package denial

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

type repaidCluster struct {
	substance            audit.Substance
	cause, policy, model string
	watch                bool
}

// repaidConclude makes one finding of the cases of one cause and version.
// Denials that are right make none, but for the watch of R4.3.
func repaidConclude(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	by := map[repaidCluster][]*audit.Case{}
	for i := range list {
		c := &list[i]
		k := repaidCluster{substance: c.Substance, cause: c.Cause, policy: c.PolicyVersion}
		switch {
		case c.Substance == audit.Unjustified && (c.Cause == cause.ScoreError || c.Cause == cause.DataUnit):
			k.model = c.ModelVersion
		case c.Substance == audit.Justified && slices.Contains(c.Rules, "R4.3"):
			k.watch = true
		case c.Substance == audit.Justified, c.Cause == cause.Override:
			continue
		}
		by[k] = append(by[k], c)
	}
	keys := make([]repaidCluster, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b repaidCluster) int {
		return cmp.Or(cmp.Compare(a.substance, b.substance), cmp.Compare(a.cause, b.cause), cmp.Compare(a.policy, b.policy), cmp.Compare(a.model, b.model))
	})
	var out []audit.Finding
	for _, k := range keys {
		out = append(out, repaidFinding(env, k, by[k]))
	}
	for i := range metrics {
		if m := &metrics[i]; m.Name == "payoff_approval_odds_ratio" && m.Status >= audit.Warn {
			out = append(out, penaltyFinding(env, m))
		}
	}
	return out
}

func repaidFinding(env *audit.Env, k repaidCluster, list []*audit.Case) audit.Finding {
	f := audit.Finding{ID: audit.StableID(repaidName, k.cause, k.policy, k.model, k.substance.String()), Check: repaidName,
		Substance: k.substance, Disclosure: audit.NotAssessed, Cause: k.cause, Severity: audit.S1}
	cases.Fill(&f, list)
	n, why := audit.Thousands(f.Cases), cause.Words(k.cause)
	switch {
	case k.watch:
		f.Severity = audit.S4
		f.Title = audit.Tf("Denials after a full repayment turn on spending features alone: %[1]s", "%[1]s笔结清后的拒绝仅取决于消费行为特征", n)
		f.What = audit.T("Repayment is clean, and the replay approves once the spending feature is what it was at the last approval. The rule was applied rightly; whether it should weigh so much is for the lender to say.",
			"还款记录良好；若消费行为特征与上次通过时相同，复算结果为通过。规则适用无误，但其权重是否恰当应由机构评估。")
		f.Remedy = audit.T("Review what the feature adds to the prediction for customers with clean repayment, and let a person look at such denials.", "评估该特征对还款良好客户的预测增量，并对此类拒绝安排人工复核。")
		f.Owed = 0
	case k.substance == audit.Indeterminate:
		f.Severity = audit.S3
		f.Title = audit.Tf("Repaid in full, then denied, and whether rightly is not known: %[1]s", "%[1]s位客户结清后被拒，是否成立无法判定", n)
		f.What = audit.T("The sequence is read off the export. Whether the denial was right can't be replayed: see the coverage.", "先后顺序取自导出数据；拒绝是否成立无法复算，见覆盖范围。")
		f.Remedy = audit.T("Give the audit the policies and snapshots, or let a person look at these denials.", "向审计提供政策与快照，或安排人工复核。")
	default:
		who, whoZh := n+" customers", n+"位客户"
		if f.Cases == 1 {
			who = "A customer"
		}
		f.Title = audit.T(who+" repaid in full and then got a wrong denial ("+why.En+")", whoZh+"结清后被错误拒绝（"+why.Zh+"）")
		f.What = repaidWhat(k)
		f.Remedy = audit.T("Decide these applications anew, and mend the cause.", "重新审批这些申请，并消除成因。")
		if fix, ok := repaidFix[k.cause]; ok {
			f.Remedy = audit.T(f.Remedy.En+" "+fix.En, f.Remedy.Zh+fix.Zh)
		}
	}
	f.Customer = audit.T("Tell each customer what changed since the last approval; the text of each case is in remedies.arrow.", "逐户说明与上次通过相比的变化；每个案例的文字见remedies.arrow。")
	f.Clauses = clausesOfRegime(env.Settings.(*RepaidSettings).Regime)
	return f
}

// repaidWhat says what is known of a wrong denial, by how it is known.
func repaidWhat(k repaidCluster) audit.Text {
	before := audit.T("Every instalment was settled on time before the application. ", "申请前每期均已按时结清。")
	after := audit.T(" It is no forecast of what another application would get.", "这不预示另一次申请的结果。")
	how := audit.T("The policy in force, replayed as of the decision, approves.", "按决策时有效的政策复算，结果为通过。")
	switch {
	case k.substance == audit.Technical:
		how = audit.T("The row carries proof of a technical error: nothing was decided about the customer.", "该记录带有技术错误的证据：并未对客户作出实质审批。")
	case k.cause == cause.DataStale:
		how = audit.T("The snapshot itself replays as denied; with the features that the payoff had settled corrected as of the decision, the policy in force approves.", "按快照复算为拒绝；将结清已了结的特征更正至决策时点后，有效政策的复算结果为通过。")
	}
	return audit.T(before.En+how.En+after.En, before.Zh+how.Zh+after.Zh)
}

var repaidFix = map[string]audit.Text{
	cause.DataStale:        audit.T("Publish the lag from payment to feature, and refresh the snapshot before deciding.", "公布从还款到特征更新的时延，决策前刷新快照。"),
	cause.TechnicalError:   audit.T("Record technical failures as errors and retry them.", "将技术失败记录为错误并重试。"),
	cause.PolicyUndeclared: audit.T("Put every rule that is applied into the registry before it is applied.", "任何规则须先登记、后适用。"),
	cause.ScoreError:       audit.T("Score with the model in service, and compare recorded with recomputed scores daily.", "以在用模型评分，并每日核对记录值与复算值。"),
}

func penaltyFinding(env *audit.Env, m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(repaidName, "penalty"), Check: repaidName, Severity: audit.S3, Substance: audit.Indeterminate, Grade: audit.E3,
		Cause: cause.Unexplained, Rules: []string{"R4.5"}, Metrics: []string{m.ID()},
		Title:   audit.T("Customers who repaid in full are approved less often than others of equal score", "结清客户的通过机会低于同评分的其他客户"),
		What:    audit.T("Odds of approval within bands of the recomputed score, versions of the policy and replayed outcomes. It is statistical: what else sets these customers apart is not known.", "在复算评分档、政策版本与复算结果内比较通过的比值。此为统计结论：这些客户的其他差异未知。"),
		Remedy:  audit.T("Look for a feature or rule that punishes an early payoff, and say so openly if it is meant.", "查找惩罚提前结清的特征或规则；若为有意设计，应公开说明。"),
		Clauses: clausesOfRegime(env.Settings.(*RepaidSettings).Regime),
	}
}

// clausesOfRegime are those of a denial that was not explained as it came to be.
func clausesOfRegime(regime []string) []audit.Clause {
	var out []audit.Clause
	for _, r := range []string{"cn", "us", "eu"} {
		if slices.Contains(regime, r) {
			out = append(out, clauses[r][audit.Absent]...)
		}
	}
	return out
}
