package limit

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/clauses"
)

// phantomCluster is what the cases of one finding have in common.
type phantomCluster struct {
	substance     audit.Substance
	disclosure    audit.Disclosure
	cause, policy string
	draws         bool
}

// key is the cluster in words: the finding's id follows from it.
func (k phantomCluster) key() string {
	return strings.Join([]string{k.cause, k.policy, k.substance.String(), k.disclosure.String(), yesNo(k.draws)}, "\x1f")
}

func phantomClusterOf(c *audit.Case) phantomCluster {
	return phantomCluster{c.Substance, c.Disclosure, c.Cause, c.PolicyVersion, slices.Contains(c.Rules, "R3.4")}
}

// phantomConclude makes one finding of the cases of one cause. Phantoms that
// are justified, and said so on the screen, make none.
func phantomConclude(env *audit.Env, list []audit.Case, _ []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for _, c := range clusters(list, func(c *audit.Case) string {
		if c.Substance == audit.Justified && c.Disclosure != audit.Misleading {
			return ""
		}
		return phantomClusterOf(c).key()
	}) {
		out = append(out, phantomFinding(env, phantomClusterOf(c.cases[0]), c))
	}
	return out
}

func phantomFinding(env *audit.Env, k phantomCluster, c *cluster) audit.Finding {
	f := c.finding(phantomName)
	n := f.Cases
	why := cause.Words(k.cause)
	one := n == 1
	switch {
	case k.draws:
		f.Title = audit.Tf("%[1]s draws within the displayed limit were declined for technical reasons", "%[1]s笔在展示额度之内的借款因技术原因被拒", audit.Thousands(n))
		if one {
			f.Title = audit.T("A draw within the displayed limit was declined for technical reasons", "1笔在展示额度之内的借款因技术原因被拒")
		}
	case k.substance == audit.Justified && one:
		f.Title = audit.Tf("A display showed a limit that could not be drawn, and gave no reason (%[1]s)", "1处展示的额度不可借，且未说明原因（%[2]s）", why.En, why.Zh)
	case k.substance == audit.Justified:
		f.Title = audit.Tf("%[1]s displays showed a limit that could not be drawn, and gave no reason (%[2]s)", "%[1]s处展示的额度不可借，且未说明原因（%[3]s）", audit.Thousands(n), why.En, why.Zh)
	case one:
		f.Title = audit.Tf("A displayed limit could not be drawn (%[1]s)", "1处显示的额度借不出（%[2]s）", why.En, why.Zh)
	default:
		f.Title = audit.Tf("%[1]s displayed limits could not be drawn (%[2]s)", "%[1]s处显示的额度借不出（%[3]s）", audit.Thousands(n), why.En, why.Zh)
	}
	f.Severity = phantomSeverity(k, f.Customers)
	f.What = phantomWhat(k)
	f.Remedy = phantomFix(k)
	f.Customer = audit.T("Tell each customer what was displayed, what could be drawn, why, and until when; the text of each case is in remedies.arrow.",
		"逐户告知：页面显示额度、当时可借额度、差异原因与持续时间；每个案例的文字见remedies.arrow。")
	f.Clauses = phantomClauses(env.Settings.(*PhantomSettings).Regime)
	return f
}

func phantomSeverity(k phantomCluster, customers int64) audit.Severity {
	switch {
	case k.substance == audit.Unjustified || k.substance == audit.Technical || customers >= 1000:
		return audit.S1
	case k.disclosure == audit.Misleading:
		return audit.S2
	}
	return audit.S3
}

func phantomWhat(k phantomCluster) audit.Text {
	switch {
	case k.draws:
		return audit.T("The draw was within what the page displayed, and the row carries a technical error code. It says nothing about the customer's credit.",
			"借款金额在页面展示额度之内，记录带有技术错误码。这与客户信用无关。")
	case k.cause == cause.SecondReview && k.substance == audit.Indeterminate:
		return audit.T("A second review holds the limit back on record. It was last seen within the policy's review_days, and its end only after them, or not at all.",
			"在案的二次审核限制了额度。最后一次见到该限制时尚在政策的review_days之内，而解除只在其后见到，或从未见到。")
	case k.cause == cause.SecondReview && k.substance != audit.Justified:
		return audit.T("A second review holds the limit back on record, for longer than the policy's review_days.", "在案的二次审核限制了额度，时间超过政策的review_days。")
	case k.cause == cause.ExperimentOver:
		return audit.T("The arm of an experiment holds the limit back, outside its planned window, without an approval on record, or undeclared.", "测试分组限制了额度，但已超出计划期间、没有在案批准或未经登记。")
	case k.cause == cause.ScoreError:
		return audit.T("The score recorded when the limit was held back is not the one that the model in service gives for the recorded inputs.", "限制额度时记录的评分，并非在用模型按所记录输入算出的评分。")
	case k.cause == cause.Incident:
		return audit.T("The entitlement follows from the ledger at the same instant. The run began inside an incident with more failures than the same hours of the week had in the four weeks before (lower 95 % limit above 1).", "应有额度由同一时刻的台账得出。该区间始于事故期间，且失败率高于此前四周同一时段（95 %下限大于1）。")
	case k.substance == audit.Unjustified:
		return audit.T("The entitlement follows from the ledger of limits, less outstanding and holds, at the same instant; no rule, quota, review or experiment on record makes less drawable then. A hold that the export does not have would change this.",
			"应有额度由同一时刻的额度台账减去已借与冻结金额得出；没有任何在案规则、限额、审核或测试可使可借金额更少。若存在导出数据之外的冻结，结论会改变。")
	case k.substance == audit.Technical:
		return audit.T("Displays or draws of the run carry a technical error code: row-level proof.", "区间内的展示或借款带有技术错误码：有逐条证据。")
	case k.substance == audit.Justified:
		return audit.T("That less can be drawn is right by the lender's own rules; that the page shows more, with no reason beside it, is not.",
			"按机构自身规则，可借金额较少是成立的；页面显示更多且未说明原因，则不成立。")
	}
	return audit.T("More was displayed than could be drawn. Whether the customer was entitled to more is not known from this export.", "显示额度多于可借金额。仅凭本次导出无法得知客户是否应有更多额度。")
}

func phantomFix(k phantomCluster) audit.Text {
	show := audit.T("Display what can be drawn, in real time, with the reason and its duration; ", "实时展示可借金额，并说明原因与持续时间；")
	more := map[string]audit.Text{
		cause.TechnicalError: audit.T("monitor errors of the limit service, retry, and never store a failure as a limit.", "监控额度服务错误并重试，不得将失败写作额度。"),
		cause.Incident:       audit.T("restore what the incident changed, and test the service under the load of that hour.", "恢复事故改变的数据，并按当时负载进行压力测试。"),
		cause.Sentinel:       audit.T("stop writing a placeholder amount; write null and a code.", "停止写入占位金额；改写空值与代码。"),
		cause.ExperimentOver: audit.T("end the experiment, restore the limits of its arm, and let no arm outlive its window.", "结束该测试，恢复分组额度；任何分组不得超过计划期间。"),
		cause.SecondReview:   audit.T("close the overdue reviews, and lift the hold when review_days are over.", "了结逾期审核，并在review_days届满时解除限制。"),
		cause.ScoreError:     audit.T("rescore the accounts with the model in service and restore their limits.", "以在用模型重新评分并恢复额度。"),
		cause.DisplayLag:     audit.T("refresh the display within an hour of a change of the limit.", "额度变动后一小时内刷新展示。"),
	}
	m, ok := more[k.cause]
	if !ok {
		m = audit.T("find what holds the limit back, declare it or lift it.", "查明限制额度的原因，予以声明或解除。")
	}
	return audit.T(show.En+m.En, show.Zh+m.Zh)
}

func phantomClauses(regime []string) []audit.Clause {
	var out []audit.Clause
	for _, r := range regime {
		switch r {
		case "cn":
			out = append(out, clauses.ConsumerLaw.Cite("right to know; no misleading statement", "知情权；不得作引人误解的宣传"),
				clauses.PIPL24.Cite("transparent and fair results", "透明、结果公平公正"))
		case "us":
			out = append(out, clauses.RegBNotice.Cite("(a): notice of adverse action on an existing account, where it is one", "(a)：对现有账户的不利行动通知（如构成）"))
		case "uk":
			out = append(out, clauses.ConsumerDuty.Cite("understanding, no foreseeable harm", "消费者理解，避免可预见损害"))
		}
	}
	return out
}
