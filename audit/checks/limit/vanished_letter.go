package limit

import (
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// reasons are what a letter may say of a cause.
var reasons = map[string]audit.Text{
	cause.TechnicalError: audit.T("a technical failure", "技术故障"),
	cause.Incident:       audit.T("an incident of our systems", "系统故障"),
	cause.LostUpdate:     audit.T("an update that our systems lost", "系统更新丢失"),
	cause.Experiment:     audit.T("a limited test", "限期测试"),
	cause.ExperimentOver: audit.T("a test that had ended", "已结束的测试"),
	cause.PolicyDeclared: audit.T("a change of the rules before the date", "到期前规则调整"),
	cause.ConditionUnmet: audit.T("a condition that was not met on the date", "到期日条件未满足"),
	cause.ProductCap:     audit.T("the limit is at the most that the product allows", "额度已达产品上限"),
	cause.RegulatoryCap:  audit.T("the limit is at the most that regulation allows", "额度已达监管上限"),
	cause.CampaignEnd:    audit.T("the campaign had ended", "活动已结束"),
}

// vanishedLetter tells the customer of a case what was promised, what arrived
// and why, from the case alone.
func vanishedLetter(plan *audit.Plan, c *audit.Case) audit.Text {
	due, last := c.Item("promise_due"), c.Item("last_day")
	promised, applied, short := c.Item("promised"), c.Item("applied"), c.Item("shortfall")
	switch {
	case slices.Contains(c.Rules, "R1.2"):
		return audit.Tf("Your limit rose regularly until %[1]s and has not since. You may ask us for the rule behind it, and for a human review; the outcome of a review is open.",
			"您的额度在%[1]s之前定期增加，此后没有增加。您可以向我们了解所依据的规则，并申请人工复核；复核结果以实际为准。", c.Item("last_increase"))
	case slices.Contains(c.Rules, "R1.3"):
		return audit.Tf("Your limit was lowered from %[1]s to %[2]s. You may ask us for the reason, for a correction of wrong data, and for a human review; the outcome of a review is open.",
			"您的额度由%[1]s下调为%[2]s。您可以要求说明原因、更正有误的信息，并申请人工复核；复核结果以实际为准。", c.Item("limit_before"), c.Item("limit_after"))
	case due == "" || promised == "":
		return audit.Text{}
	case c.Substance == audit.NotYet:
		return audit.Tf("An increase of %[1]s was announced for %[2]s. It may come until %[3]s; that day is not over yet.",
			"原提示应于%[2]s提额%[1]s，最迟至%[3]s；期限未到。", promised, due, last)
	}
	why, ok := reasons[c.Cause]
	if !ok {
		why = audit.T("not yet clear", "尚未查明")
	}
	t := audit.Text{
		En: fmt.Sprintf("An increase of %s was announced for %s; %s arrived", promised, due, applied),
		Zh: fmt.Sprintf("原提示应于%s提额%s，实际到账%s", due, promised, applied),
	}
	if short != "" {
		t.En += fmt.Sprintf(", %s less", short)
		t.Zh += fmt.Sprintf("，差额%s", short)
	}
	t.En += ". Reason: " + why.En + "."
	t.Zh += "；原因：" + why.Zh + "。"
	switch c.Remedy {
	case "apply_shortfall":
		t.En += " The difference is ours to make up; we will tell you when it is done. This says nothing about your credit."
		t.Zh += "差额由我们补足，完成后另行告知；此情况不代表对您信用的评价。"
	case "human_review":
		t.En += " A person will look at it, and we will tell you what comes of it."
		t.Zh += "我们将由人工核查，并告知您结果。"
	case "tell":
		if on := c.Item("came_on"); on != "" {
			t.En += " It was made up on " + on + "."
			t.Zh += "该差额已于" + on + "补足。"
		}
		t.En += " You may ask us for the rule, and for a human review; the outcome of a review is open."
		t.Zh += "您可以向我们了解规则，并申请人工复核；复核结果以实际为准。"
	}
	return t
}
