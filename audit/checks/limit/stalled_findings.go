package limit

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// stalledConclude makes one finding a fault: one verdict and cause, under one
// version of policy and model. Limits that stand still for a reason, or whose
// time has not come, are cases and no finding.
func stalledConclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for _, c := range clusters(cases, stalledKey) {
		f := c.finding(stalledName)
		stalledSay(&f, c, env)
		out = append(out, f)
	}
	if f, ok := stalledWeightless(env, metrics); ok {
		out = append(out, f)
	}
	return out
}

// stalledKey tells the faults apart; "" for what is none.
func stalledKey(c *audit.Case) string {
	switch {
	case c.Substance == audit.Justified || c.Substance == audit.NotYet:
		return ""
	case c.Substance == audit.Unjustified, c.Substance == audit.Technical:
		return strings.Join([]string{c.Substance.String(), c.Cause, c.PolicyVersion, c.ModelVersion}, stalledSep)
	case stalledWatched(c):
		return "watch"
	}
	return c.Substance.String() + stalledSep + c.Cause
}

// stalledWatched reports whether nothing but its peers speaks of a case.
func stalledWatched(c *audit.Case) bool { return len(c.Rules) == 1 && c.Rules[0] == "R2.5" }

// stalledSay fills severity, texts and clauses.
func stalledSay(f *audit.Finding, c *cluster, env *audit.Env) {
	n, people := audit.Thousands(f.Cases), audit.Thousands(f.Customers)
	f.Severity = severity(f)
	switch w := cause.Words(f.Cause); {
	case f.Substance == audit.Unjustified, f.Substance == audit.Technical:
		f.Title = audit.Text{
			En: fmt.Sprintf("%s of %s stand%s below what the lender's own policy gives (cause: %s)", audit.Plural(f.Cases, "limit"),
				audit.Plural(f.Customers, "punctual customer"), stalledOne(f.Cases, "s"), w.En),
			Zh: fmt.Sprintf("%s位按时还款客户的%s个额度低于按机构自身政策复算的结果（原因：%s）", people, n, w.Zh),
		}
		how := map[string]audit.Text{
			cause.DataStale:      audit.T(" on the values known at the time", "（使用评估时已知的数据）"),
			cause.ExperimentOver: audit.T(" without the experiment's arm", "（不计试验分组）"),
		}[f.Cause]
		f.What = audit.Tf("Replaying the latest evaluation under policy %[1]s"+how.En+" gives limits that are higher by %[2]s in all (grade %[3]s). Limits that the same replay leaves where they are count as justified and are not in this finding.",
			"按政策%[1]s复算最近一次评估"+how.Zh+"，额度合计应高出%[2]s（证据等级%[3]s）。复算后维持不变的额度视为合理，不在本发现之内。",
			stalledOr(c.cases[0].PolicyVersion, "–"), money(f.Amount, env.Plan.MoneyScale()), f.Grade)
		f.Remedy = stalledRemedy(f.Cause)
		f.Customer = audit.T("Your limit is lower than the lender's own rules give for the way you have repaid. You may ask for it to be corrected and for the reason in writing.",
			"按机构自身规则和您的还款情况，您的额度偏低。您可以要求更正，并要求书面说明原因。")
		f.Clauses = stalledClauses
	case stalledWatched(c.cases[0]):
		f.Severity = audit.S4
		f.Title = audit.Tf("%[1]s of punctual customers waited longer than those of nearly all peers", "%[2]s位按时还款客户的额度停滞时间长于几乎所有同类客户",
			audit.Plural(f.Cases, "limit"), people)
		share := 100 * env.Settings.(*StalledSettings).PeerShare
		f.What = audit.Tf("Without policies to replay, an account is only held against peers of the same product and size of limit. Up to %[1]g %% of all waits are as long where nothing is wrong: it says where to look, no more.",
			"没有可复算的政策，只能与同产品、同额度档的客户比较。即使一切正常，也有至多%[1]g %%的等待这么久：这只说明应当查看哪里。", share)
		f.Remedy = audit.T("Have these accounts looked at, and export the policies so that evaluations can be replayed.", "人工查看这些账户，并导出政策以便复算评估。")
		f.Customer = stalledAsk
	case f.Cause == cause.EvaluationOverdue:
		f.Title = audit.Tf("The evaluation of %[1]s of punctual customers is overdue", "%[2]s位按时还款客户的额度评估已逾期", audit.Plural(f.Cases, "limit"), people)
		f.What = audit.T("No evaluation is on record within one and a half cycles of the last one. It does not say that the limit would have risen: only an evaluation can.",
			"超过一个半评估周期没有评估记录。这并不说明额度本应提高：只有评估才能回答。")
		f.Remedy = audit.T("Run the overdue evaluations, find why the schedule skipped these accounts, and alert on accounts past their date.",
			"补做逾期的评估，查明排程遗漏这些账户的原因，并对超期账户设置告警。")
		f.Customer = audit.T("The regular evaluation of your limit is overdue. You may ask for it to be made; its outcome is open.", "您的额度定期评估已逾期。您可以要求进行评估；结果以实际为准。")
		f.Clauses = stalledClauses
	default:
		f.Title = audit.Tf("Replay raises %[1]s of punctual customers, but can't judge why the lender did not", "%[2]s位按时还款客户的额度低于复算结果，但原因无法由复算判断",
			audit.Plural(f.Cases, "limit"), people)
		f.What = audit.Tf("On record or close to it: %[1]s. Such a departure is not judged right or wrong here.", "记录显示或接近于：%[2]s。此处不判断这种偏离是否正确。", w.En, w.Zh)
		f.Remedy = audit.T("Have a second person look at each of them, and record the reason.", "由另一人逐一复核，并记录理由。")
		f.Customer = stalledAsk
	}
}

var stalledAsk = audit.T("You may ask what holds your limit, when it is next evaluated, and for a human review.", "您可以询问限制额度的原因和下次评估时间，并申请人工复核。")

// stalledClauses are what a finding is evidence for: no law found gives a right
// to a higher limit, nor to a notice where none was asked for.
var stalledClauses = []audit.Clause{pipl, consumerDuty}

func stalledOne(n int64, s string) string {
	if n == 1 {
		return s
	}
	return ""
}

func stalledRemedy(code string) audit.Text {
	apply := audit.T("Apply the shortfall of each account on the re-decision list", "按重新处理清单补足各账户的差额")
	then := map[string]audit.Text{
		cause.ScoreError:     audit.T(", and correct the score service: the recorded score is not the model's.", "，并修正评分服务：记录的评分并非模型算出。"),
		cause.DataStale:      audit.T(", and make evaluations read values as of their own day: they used older ones.", "，并使评估读取当日的数据：当前使用的是旧值。"),
		cause.TechnicalError: audit.T(", retry what failed, and alert on increases that end in an error.", "，重试失败的操作，并对以错误告终的提额设置告警。"),
		cause.LostUpdate:     audit.T(", and write limits by compare-and-set: the increase is on record and left no trace.", "，并以比较后写入的方式更新额度：提额有记录但未生效。"),
		cause.ExperimentOver: audit.T(", and end the experiment's restriction: its window is over or it was never approved.", "，并解除试验限制：试验期已过或未经批准。"),
	}
	t, ok := then[code]
	if !ok {
		t = audit.T(", and find what kept the evaluations from doing what the policy says.", "，并查明评估未按政策执行的原因。")
	}
	return audit.T(apply.En+t.En, apply.Zh+t.Zh)
}

// stalledWeightless is the finding on the design of the policy that no
// repayment record, better or worse, changes any evaluation.
func stalledWeightless(env *audit.Env, metrics []audit.Metric) (audit.Finding, bool) {
	var weight, best *audit.Metric
	for i := range metrics {
		switch m := &metrics[i]; m.Name {
		case stalledWeightMetric:
			weight = m
		case stalledBestMetric:
			best = m
		}
	}
	if weight == nil || best == nil || weight.N < env.Plan.Honesty.MinCell || weight.K > 0 {
		return audit.Finding{}, false
	}
	n := audit.Thousands(weight.N)
	return audit.Finding{
		ID: audit.StableID(stalledName, "R2.4"), Check: stalledName, Severity: audit.S4, Substance: audit.Indeterminate, Grade: audit.E1,
		Cause: cause.ThresholdRule, Causes: []audit.Supported{{Code: cause.ThresholdRule, Grade: audit.E1}}, Rules: []string{"R2.4"}, Metrics: []string{weight.ID(), best.ID()},
		Title: audit.Tf("Punctuality carries no weight: it changes none of %s evaluations", "按时还款没有权重：%s次评估均不因还款记录而改变", n),
		What: audit.Tf("Each latest evaluation was replayed with the best repayment record, and with a bad one: limit, score and binding constraint stay as they are for all %s accounts. It is a statement about the design of model and policy, not about an account.",
			"对%s个账户的最近一次评估，分别以最好和较差的还款记录复算：额度、评分和约束项均不变。这是对模型与政策设计的说明，不针对单个账户。", n),
		Remedy: audit.T("Decide whether the limit model should know repayment; if not, take promises that punctuality raises limits out of all templates.",
			"决定额度模型是否应当使用还款记录；若不使用，应在所有话术模板中删除按时还款可提额的承诺。"),
		Customer: stalledAsk,
	}, true
}

// stalledLetter says what may truthfully be told: what binds the limit, what
// would move it by replay, and when it is next evaluated.
func stalledLetter(plan *audit.Plan, c *audit.Case) audit.Text {
	get := c.Item
	var en, zh strings.Builder
	fmt.Fprintf(&en, "Your last %s instalments were paid on time. ", get(stalledStreakItem))
	fmt.Fprintf(&zh, "您近%s期均按时还款。", get(stalledStreakItem))
	switch {
	case c.Substance == audit.Unjustified, c.Substance == audit.Technical:
		fmt.Fprintf(&en, "Your limit is %s. Recomputed by the rules in force at the evaluation of %s it is short by %s. The cause found is %s. You may ask for the difference to be corrected, and for a human review.",
			get(stalledLimitItem), stalledDay(get(stalledEvalItem)), get(stalledShortItem), cause.Words(c.Cause).En)
		fmt.Fprintf(&zh, "当前额度为%s。按%s评估时适用的规则复算，额度应再增加%s。查明的原因：%s。您可以要求补足差额，并申请人工复核。",
			get(stalledLimitItem), stalledDay(get(stalledEvalItem)), get(stalledShortItem), cause.Words(c.Cause).Zh)
	case c.Cause == cause.EvaluationOverdue:
		fmt.Fprintf(&en, "The evaluation of your limit was due on %s and is not on record. You may ask for it to be made; its outcome is open.", get(stalledOverdueItem))
		fmt.Fprintf(&zh, "您的额度评估应于%s进行，目前没有评估记录。您可以要求进行评估；结果以实际为准。", get(stalledOverdueItem))
	case c.Substance == audit.NotYet:
		fmt.Fprintf(&en, "Your limit is not due for an evaluation yet; the next one is no later than %s.", get(stalledNextItem))
		fmt.Fprintf(&zh, "您的额度尚未到评估时间；下次评估不晚于%s。", get(stalledNextItem))
	case c.Substance == audit.Justified:
		w := cause.Words(c.Cause)
		fmt.Fprintf(&en, "What holds your limit at present is %s.", w.En)
		fmt.Fprintf(&zh, "当前额度受以下约束：%s。", w.Zh)
		stalledAdvise(plan, c, &en, &zh)
		if next := get(stalledNextItem); next != "" {
			fmt.Fprintf(&en, " The next evaluation is no later than %s.", next)
			fmt.Fprintf(&zh, "下次评估不晚于%s。", next)
		}
	default:
		en.WriteString(stalledAsk.En)
		zh.WriteString(stalledAsk.Zh)
	}
	return audit.T(en.String(), zh.String())
}

// stalledAdvise adds the nearest change of one feature by which the replay
// gives more. It promises nothing.
func stalledAdvise(plan *audit.Plan, c *audit.Case, en, zh *strings.Builder) {
	if _, ok := stalledSteps(c); !ok {
		return
	}
	for _, it := range c.Evidence {
		name, ok := strings.CutPrefix(it.Name, stalledStepItem)
		if !ok {
			continue
		}
		info, known := plan.Dictionary[name]
		if !known {
			info = plan.Dictionary[strings.TrimPrefix(name, "history.")]
		}
		if info.Mutable != "yes" && info.Mutable != "slow" || info.En == "" || info.Zh == "" {
			continue
		}
		from, to, _ := strings.Cut(it.Value, " -> ")
		fmt.Fprintf(en, " With all else as it was, the same rules gave the next step with %s at %s instead of %s; the outcome of a later evaluation is open.", info.En, to, from)
		fmt.Fprintf(zh, "其他条件不变，若%s由%s变为%s，按同一规则复算可到下一档；以后的评估结果以实际为准。", info.Zh, from, to)
		return
	}
}

// stalledDay is the day of a time as evidence writes it.
func stalledDay(s string) string {
	day, _, _ := strings.Cut(s, " ")
	return day
}
