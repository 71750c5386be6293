package limit

import (
	"cmp"
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// words are the texts of a finding.
type words struct{ title, what, remedy, customer audit.Text }

// vanishedWordsOf writes the texts of a finding. They hold nothing but what was
// read.
func vanishedWordsOf(c *cluster, f *audit.Finding, env *audit.Env) words {
	kind := f.Cause
	switch {
	case kind == cause.RegulatoryCap:
		kind = cause.ProductCap
	case c.has("R1.2"):
		kind = "R1.2"
	case c.has("R1.3"):
		kind = "R1.3 " + f.Substance.String()
	case f.Substance == audit.Indeterminate:
		kind = "INDETERMINATE"
		if f.Cause == cause.LostUpdate {
			kind = "INDETERMINATE LOST_UPDATE"
		}
	}
	w, ok := vanishedWords[kind]
	if !ok {
		w = vanishedWords[cause.Unexplained]
	}
	scale := env.Plan.MoneyScale()
	what := c.cases[0].Item("incident")
	switch f.Cause {
	case cause.PolicyDeclared:
		what = c.cases[0].Item("ended_by")
	case cause.Experiment, cause.ExperimentOver:
		what = c.cases[0].Item("experiment")
	}
	thing := "promised increase"
	if c.has("R1.2") {
		thing = "account"
	} else if c.has("R1.3") {
		thing = "decrease"
	}
	w.title = audit.Text{
		En: fmt.Sprintf(w.title.En, audit.Plural(f.Cases, thing), audit.Plural(f.Customers, "customer"), what),
		Zh: fmt.Sprintf(w.title.Zh, audit.Thousands(f.Cases), audit.Thousands(f.Customers), what),
	}
	clean := func(s string) string { s, _, _ = strings.Cut(s, "%!(EXTRA"); return s }
	w.title.En, w.title.Zh = clean(w.title.En), clean(w.title.Zh)
	if f.Amount > 0 && !c.has("R1.2") {
		w.what.En += fmt.Sprintf(" At stake: %s %s.", money(f.Amount, scale), currency(env))
		w.what.Zh += fmt.Sprintf("涉及金额%s %s。", money(f.Amount, scale), currency(env))
	}
	s := c.spreads()
	w.what.En += s.En
	w.what.Zh += s.Zh
	return w
}

func currency(env *audit.Env) string { return cmp.Or(env.Plan.Currency, "CNY") }

// has reports whether the cases of a cluster are of a rule.
func (c *cluster) has(rule string) bool {
	for _, r := range c.cases[0].Rules {
		if r == rule {
			return true
		}
	}
	return false
}

var makeUp = audit.T("You may ask what was promised, what arrived and why they differ, and for a human review.",
	"您可以要求说明承诺的内容、实际到账的内容以及差异的原因，并申请人工复核。")

// vanishedWords are the texts by cause; titles are told the cases, the
// customers, and the incident, version or experiment.
var vanishedWords = map[string]words{
	cause.LostUpdate: {
		title:    audit.T("%[1]s of %[2]s left no trace in the ledger, though on record as made", "%[1]s笔承诺提额（%[2]s位客户）有提额记录，但额度没有变化"),
		what:     audit.T("The increase event exists, and the ledger goes on from the limit before it: the write was lost. The conditions of the promise held on the due date, as replayed.", "提额事件存在，但账务额度仍从提额前的数值延续：更新丢失。经复算，到期日承诺条件成立。"),
		remedy:   audit.T("Apply the shortfalls on the list. Key increments by promise_id so that they can be repeated safely, write limits by compare-and-set on a version, and reconcile events with the ledger every day.", "按清单补足差额。以promise_id作为提额的幂等键，按版本号比较后写入额度，并每日核对事件与账务额度。"),
		customer: audit.T("An increase that was promised to you was recorded and did not take effect. The lender owes you the difference; this was an error of its systems, not a judgment about you.", "承诺给您的提额已有记录但未生效。机构应补足差额；这是系统错误，不是对您的评价。"),
	},
	cause.TechnicalError: {
		title:    audit.T("%[1]s of %[2]s failed for technical reasons", "%[1]s笔承诺提额（%[2]s位客户）因技术原因失败"),
		what:     audit.T("The attempt carries a technical error code, or timed out, and the limit rose by less than promised in the window.", "提额尝试带有技术错误码或超时，兑现期内额度增加少于承诺。"),
		remedy:   audit.T("Apply the shortfalls on the list, retry failed increments by promise_id until they succeed, and raise an alarm when a promise's day ends without its increase.", "按清单补足差额；以promise_id重试失败的提额直至成功；承诺到期当日未提额的应告警。"),
		customer: audit.T("An increase that was promised to you failed for a technical reason. The lender owes you the difference; it says nothing about your credit.", "承诺给您的提额因技术原因失败。机构应补足差额；这与您的信用无关。"),
	},
	cause.Incident: {
		title:    audit.T("%[1]s of %[2]s failed in incident %[3]s", "%[1]s笔承诺提额（%[2]s位客户）在故障%[3]s期间失败"),
		what:     audit.T("The attempts carry technical error codes, lie in the incident's window, and failed more often then than in the same hours of the four weeks before (lower 95 % limit of the ratio above 1).", "提额尝试带有技术错误码，发生在故障时段内，失败率高于此前四周同一时段（比值的95 %下限大于1）。"),
		remedy:   audit.T("Apply the shortfalls on the list, add the queue of increments to the incident's recovery steps, and retry by promise_id.", "按清单补足差额；将提额队列纳入故障恢复步骤，并以promise_id重试。"),
		customer: audit.T("An increase that was promised to you failed during an incident of the lender's systems. The lender owes you the difference; it says nothing about your credit.", "承诺给您的提额在系统故障期间失败。机构应补足差额；这与您的信用无关。"),
	},
	cause.Unexplained: {
		title:    audit.T("%[1]s of %[2]s did not come, and nothing on record explains it", "%[1]s笔承诺提额（%[2]s位客户）未到账，且没有任何记录可以解释"),
		what:     audit.T("The conditions held on the due date, as replayed under the policy in force; no cap, campaign end, experiment or technical failure is on record.", "按当时政策复算，到期日条件成立；没有上限、活动结束、实验或技术失败的记录。"),
		remedy:   audit.T("Apply the shortfalls on the list, find where the promises were dropped, and reconcile promises with increases every day.", "按清单补足差额；查明承诺丢失的环节，并每日核对承诺与提额。"),
		customer: audit.T("An increase that was promised to you did not come although its conditions were met. The lender owes you the difference.", "承诺给您的提额在条件满足的情况下未到账。机构应补足差额。"),
	},
	cause.ExperimentOver: {
		title:    audit.T("%[1]s of %[2]s fell to experiment %[3]s outside its window or without approval", "%[1]s笔承诺提额（%[2]s位客户）被超期或未经批准的实验%[3]s扣住"),
		what:     audit.T("The arm caps the limit, but the due date lies outside the experiment's declared window, or nobody approved it.", "该实验分组限制额度，但到期日不在其声明的时段内，或未经批准。"),
		remedy:   audit.T("End the arm's restriction, apply the shortfalls, and let restrictions expire with the experiment by construction.", "解除该分组的限制并补足差额；限制应随实验结束自动失效。"),
		customer: audit.T("A test that had ended held back an increase that was promised to you. The lender owes you the difference.", "一项已结束的测试扣住了承诺给您的提额。机构应补足差额。"),
	},
	cause.Experiment: {
		title:    audit.T("%[1]s of %[2]s fell to the declared experiment %[3]s, and the customers were not told", "%[1]s笔承诺提额（%[2]s位客户）因已声明的实验%[3]s未兑现，且未告知客户"),
		what:     audit.T("The arm's cap was in force and approved. The promise as worded did not say so.", "该分组的上限有效且经批准，但承诺的文字未作说明。"),
		remedy:   audit.T("Tell the customers, and keep customers with open promises out of arms that cap limits.", "告知客户；有未兑现承诺的客户不应进入限制额度的分组。"),
		customer: makeUp,
	},
	cause.PolicyDeclared: {
		title:    audit.T("%[1]s of %[2]s ended with policy version %[3]s, and the customers were not told", "%[1]s笔承诺提额（%[2]s位客户）因政策版本%[3]s终止，且未告知客户"),
		what:     audit.T("The promise held under the version it was made under, and no longer under the declared version in force on the due date. The stop was allowed; the published promise was left standing.", "承诺在作出时的版本下成立，在到期日有效的已声明版本下不再成立。停止提额有据，但已发布的承诺没有撤回。"),
		remedy:   audit.T("Tell the customers, withdraw or reword promises before a version that ends them comes into force, and publish the rules.", "告知客户；在终止承诺的版本生效前撤回或改写承诺，并公布规则。"),
		customer: audit.T("The rule behind an increase that was promised to you changed before its date. You should have been told; you may ask for the rule and for the date of the next evaluation.", "承诺给您的提额所依据的规则在到期前发生了变化，本应告知您。您可以要求说明规则和下次评估日期。"),
	},
	cause.ConditionUnmet: {
		title:    audit.T("%[1]s of %[2]s fell away on conditions that the promise did not state", "%[1]s笔承诺提额（%[2]s位客户）因承诺中未写明的条件而未兑现"),
		what:     audit.T("Replayed as of the due date, the condition did not hold, so that no increase was due. The promise as worded carried no condition.", "按到期日复算，条件不成立，因此无需提额。但承诺的文字没有写明条件。"),
		remedy:   audit.T("State the conditions in the promise, and tell the customer which one was not met.", "在承诺中写明条件，并告知客户哪一项未满足。"),
		customer: audit.T("The increase depended on a condition that was not met on its date. You may ask which one, and for a correction of wrong data.", "该提额取决于一项到期日未满足的条件。您可以要求说明是哪一项，并更正有误的信息。"),
	},
	cause.ProductCap: {
		title:    audit.T("%[1]s of %[2]s fell away at a cap that the promise did not state", "%[1]s笔承诺提额（%[2]s位客户）因承诺中未写明的上限而未兑现"),
		what:     audit.T("The limit is at the cap that the policy declares. The promise as worded did not mention it.", "额度已达政策声明的上限，但承诺的文字没有提及。"),
		remedy:   audit.T("State the cap in the promise, and make no promise to accounts that are at it.", "在承诺中写明上限；不向已达上限的账户作出承诺。"),
		customer: audit.T("Your limit is at the most that this product allows.", "您的额度已达该产品的上限。"),
	},
	"INDETERMINATE": {
		title:    audit.T("%[1]s of %[2]s did not come; no replay can say whether an increase was due", "%[1]s笔承诺提额（%[2]s位客户）未到账；无法复算是否应当提额"),
		what:     audit.T("The limit rose by less than promised in the window. No policy, or not all that its condition reads, is in the export, so that it stays open whether the increase was due.", "兑现期内额度增加少于承诺。导出数据中没有政策，或缺少条件所需的数据，因此无法判断是否应当提额。"),
		remedy:   audit.T("Export the policies and the features that conditions read, have these cases reviewed by a person, and tell the customers where they stand.", "导出政策及条件所需的特征，由人工复核这些案例，并告知客户情况。"),
		customer: makeUp,
	},
	"INDETERMINATE LOST_UPDATE": {
		title:    audit.T("%[1]s of %[2]s left no trace in the ledger, though on record as made; no replay can say whether an increase was due", "%[1]s笔承诺提额（%[2]s位客户）有提额记录但额度没有变化；无法复算是否应当提额"),
		what:     audit.T("The increase event exists, and the ledger goes on from the limit before it: the write was lost. Without policies, or with a condition that does not replay as met, it stays open whether the increase was due.", "提额事件存在，但账务额度仍从提额前的数值延续：更新丢失。没有政策，或条件复算不成立，因此无法判断是否应当提额。"),
		remedy:   audit.T("Have these cases reviewed by a person; key increments by promise_id, write limits by compare-and-set on a version, and reconcile events with the ledger every day.", "由人工复核这些案例；以promise_id作为提额的幂等键，按版本号比较后写入额度，并每日核对事件与账务额度。"),
		customer: makeUp,
	},
	"R1.2": {
		title:    audit.T("The regular increases of %[1]s of %[2]s stopped without a word", "%[1]s个账户（%[2]s位客户）的定期提额无声停止"),
		what:     audit.T("The limit rose at a steady spacing and then no more, below any declared cap, with no declared campaign end, freeze or notice. No promise is on record, so that this is circumstantial (grade E3).", "额度按固定间隔增加后不再增加，未达声明的上限，也没有声明的活动结束、冻结或通知。没有承诺记录，因此只是推断（证据等级E3）。"),
		remedy:   audit.T("Say in the registry when a campaign ends, tell customers before regular increases stop, and have these accounts reviewed.", "在政策登记中写明活动结束时间；停止定期提额前告知客户；复核这些账户。"),
		customer: audit.T("Your limit used to rise regularly and no longer does. You may ask for the rule, and for the date of the next evaluation.", "您的额度过去定期增加，现已停止。您可以要求说明规则和下次评估日期。"),
	},
	"R1.3 UNJUSTIFIED": {
		title:    audit.T("%[1]s of %[2]s soon after a promised increase went further than the policy", "%[1]s笔下调（%[2]s位客户）发生在承诺提额后不久，且不符合政策"),
		what:     audit.T("The policy says how limits are lowered; replayed at the moment of the decrease, it does not lower this far. No feature had got worse since the promise.", "政策载明如何下调额度；按下调时点复算，不应下调至此。承诺以来没有特征变差。"),
		remedy:   audit.T("Restore the limits on the list, and let decreases pass the registered rule.", "恢复清单所列额度；下调须经登记的规则。"),
		customer: audit.T("Your limit was lowered by more than the lender's rule gives. You may ask for the reason and for a human review.", "您的额度下调超出机构规则。您可以要求说明原因并申请人工复核。"),
	},
	"R1.3 INDETERMINATE": {
		title:    audit.T("%[1]s of %[2]s came soon after a promised increase, without a new adverse feature", "%[1]s笔下调（%[2]s位客户）发生在承诺提额后不久，且没有新的不利特征"),
		what:     audit.T("Nothing in the export got worse between the promise and the decrease, and the policy does not say how limits are lowered, or can't be replayed (grade E3).", "承诺与下调之间导出数据中没有变差的特征；政策未载明如何下调额度，或无法复算（证据等级E3）。"),
		remedy:   audit.T("Have these decreases reviewed by a person, register the rule that lowers limits, and tell customers before a decrease.", "由人工复核这些下调；登记下调额度的规则；下调前告知客户。"),
		customer: audit.T("Your limit was lowered soon after an increase was promised. You may ask for the reason and for a human review.", "您的额度在承诺提额后不久被下调。您可以要求说明原因并申请人工复核。"),
	},
	"R1.3 JUSTIFIED": {
		title:    audit.T("%[1]s of %[2]s soon after a promised increase followed the policy, and the customers were not told in time", "%[1]s笔下调（%[2]s位客户）发生在承诺提额后不久，符合政策但未及时告知客户"),
		what:     audit.T("Replayed at the moment of the decrease, the policy lowers the limit at least as far.", "按下调时点复算，政策的下调幅度不小于实际幅度。"),
		remedy:   audit.T("Tell customers before a decrease, with the reason.", "下调前告知客户并说明原因。"),
		customer: audit.T("Your limit was lowered under the lender's rule. You should have been told before; you may ask for the reason.", "您的额度按机构规则下调，本应事先告知。您可以要求说明原因。"),
	},
}
