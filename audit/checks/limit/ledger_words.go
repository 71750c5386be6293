package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// ledgerWordsOf writes the texts of a finding.
func ledgerWordsOf(c *cluster, f *audit.Finding, env *audit.Env) words {
	w := ledgerWords[f.Cause]
	thing := map[string]string{noNotice: "decrease", lateNotice: "decrease", cause.Unexplained: "event", recordMismatch: "loan", cause.LostUpdate: "change"}[f.Cause]
	w.title = audit.Text{
		En: fmt.Sprintf(w.title.En, audit.Plural(f.Cases, thing), audit.Plural(f.Customers, "customer")),
		Zh: fmt.Sprintf(w.title.Zh, audit.Thousands(f.Cases), audit.Thousands(f.Customers)),
	}
	if f.Amount > 0 {
		scale := env.Plan.MoneyScale()
		w.what.En += fmt.Sprintf(" Amount concerned: %s %s.", money(f.Amount, scale), currency(env))
		w.what.Zh += fmt.Sprintf("涉及金额%s %s。", money(f.Amount, scale), currency(env))
	}
	s := c.spreads()
	w.what.En += s.En
	w.what.Zh += s.Zh
	return w
}

// ledgerWords are the texts by cause; titles are told the cases and the
// customers.
var ledgerWords = map[string]words{
	noNotice: {
		title:    audit.T("No notice is on record of %[1]s of limits of %[2]s", "%[1]s笔额度下调（%[2]s位客户）没有通知"),
		what:     audit.T("No notice is on record. Ends of temporary limits, decreases that the customer asked for, reversals and transfers are not among them. Whether a decrease was right is not judged here.", "没有通知记录。不包括临时额度到期、客户主动要求、冲正和转换。此处不判断下调是否正确。"),
		remedy:   audit.T("Send the notices that are owed, with the reason; let no decrease be written before its notice is out; reconcile decreases with notices every day.", "补发应发的通知并说明原因；通知发出之前不得写入下调；每日核对下调与通知。"),
		customer: audit.T("Your limit was lowered and you were not told. You may ask for the reason, for a correction of wrong data, and for a human review; the outcome of a review is open.", "您的额度被下调而未告知您。您可以要求说明原因、更正有误的信息，并申请人工复核；复核结果以实际为准。"),
	},
	lateNotice: {
		title:    audit.T("%[1]s of limits of %[2]s: the notice came late", "%[1]s笔额度下调（%[2]s位客户）的通知逾期"),
		what:     audit.T("The notice is dated after the last day on which it was in time. Whether a decrease was right is not judged here.", "通知日期晚于应当通知的最后一日。此处不判断下调是否正确。"),
		remedy:   audit.T("Let no decrease be written before its notice is out.", "通知发出之前不得写入下调。"),
		customer: audit.T("You were told of the decrease of your limit later than you should have been. You may ask for the reason and for a human review.", "告知您额度下调的时间晚于应有期限。您可以要求说明原因并申请人工复核。"),
	},
	cause.Unexplained: {
		title:    audit.T("%[1]s of limits of %[2]s: the limit before it is not the one the last event left", "%[1]s条额度事件（%[2]s位客户）与上一条不衔接"),
		what:     audit.T("The limit before the event is not the limit after the previous one: a change is not on record, or a record is wrong. Which of the two it is the ledger does not say.", "事件前额度不等于上一事件后的额度：有变更未记录，或有记录错误。仅凭账务无法判断是哪一种。"),
		remedy:   audit.T("Find the writes that bypass the event log, write limit and event in one transaction, and reconcile the chain every day.", "查明绕过事件日志的写入；额度与事件在同一事务中写入；每日核对衔接。"),
		customer: audit.T("The record of your limit has a gap. You may ask how it came to its present amount.", "您的额度记录存在断档。您可以要求说明当前额度的由来。"),
	},
	cause.LostUpdate: {
		title:    audit.T("%[1]s of limits of %[2]s left no trace in the ledger, though on record as made", "%[1]s笔额度变更（%[2]s位客户）有记录但额度没有变化"),
		what:     audit.T("The event says that the limit changed, and the ledger goes on from the limit before it: the write was lost, in some cases to another within seconds.", "事件显示额度已变更，但账务从变更前的额度延续：更新丢失，部分在数秒内被另一写入覆盖。"),
		remedy:   audit.T("Review the limits on the list and apply what is missing; write limits by compare-and-set on a version, key increments so that they can be repeated, and reconcile events with the ledger every day.", "复核清单所列额度并补足；按版本号比较后写入额度，提额采用幂等键，每日核对事件与账务。"),
		customer: audit.T("A change of your limit was recorded and did not take effect. You may ask for it to be looked into.", "您的一次额度变更已有记录但未生效。您可以要求核查。"),
	},
	recordMismatch: {
		title:    audit.T("Payments and the record of repayments differ for %[1]s of %[2]s", "%[1]s笔贷款（%[2]s位客户）的还款流水与还款记录不一致"),
		what:     audit.T("Payments allocated to instalments, first in, first out unless they name one, give other amounts or days than the record. Facts of the history, such as days past due, follow the payments.", "将还款流水按先到期先冲抵（指定期次的除外）分配后，金额或日期与还款记录不同。逾期天数等历史事实以流水为准。"),
		remedy:   audit.T("Reconcile payments with instalments, correct the record that is wrong, and re-decide what was decided on it.", "核对流水与分期，更正有误的记录，并重新作出据此作出的决定。"),
		customer: audit.T("Your payments and the record of your instalments differ. You may ask for a statement and for a correction.", "您的还款流水与分期记录不一致。您可以要求提供对账单并更正。"),
	},
}

// ledgerLetter tells the customer of a case what is on record.
func ledgerLetter(plan *audit.Plan, c *audit.Case) audit.Text {
	switch c.Cause {
	case noNotice, lateNotice:
		if c.Item("limit_before") == "" || c.Item("limit_after") == "" {
			return audit.Text{}
		}
		return audit.Tf("Your limit was lowered from %[1]s to %[2]s, and you were not told in time. You may ask us for the reason, for a correction of wrong data, and for a human review; the outcome of a review is open.",
			"您的额度由%[1]s下调为%[2]s，我们未按时告知。您可以要求说明原因、更正有误的信息，并申请人工复核；复核结果以实际为准。", c.Item("limit_before"), c.Item("limit_after"))
	case cause.LostUpdate:
		if c.Item("limit_before") == "" {
			return audit.Text{}
		}
		return audit.Tf("A change of your limit of %[1]s was recorded and did not take effect. A person will look at it, and we will tell you what comes of it. This says nothing about your credit.",
			"您%[1]s的额度有一次变更已记录但未生效。我们将由人工核查并告知您结果；此情况不代表对您信用的评价。", c.Item("limit_before"))
	case recordMismatch:
		return audit.T("Your payments and our record of your instalments differ. A person will compare them, and we will tell you what comes of it. You may ask for a statement and for a correction.",
			"您的还款流水与我们的分期记录不一致。我们将由人工核对并告知您结果。您可以要求提供对账单并更正。")
	}
	return audit.Text{}
}
