package denial

import (
	"fmt"
	"slices"

	"evenhand/audit"
	law "evenhand/audit/clauses"
)

var ruleTexts = map[string]audit.Text{
	"R0.1": audit.T("no reason shown (R0.1)", "未告知原因（R0.1）"),
	"R0.2": audit.T("generic reason (R0.2)", "原因笼统（R0.2）"),
	"R0.3": audit.T("late notice (R0.3)", "通知逾期（R0.3）"),
	"R0.5": audit.T("no working appeal (R0.5)", "申诉渠道缺失或失效（R0.5）"),
	"R0.6": audit.T("against the policy (R0.6)", "与政策不符（R0.6）"),
	"D7":   audit.T("review by a person skipped (D7)", "应转人工而未转（D7）"),
	"R0.7": audit.T("repeated (R0.7)", "反复发生（R0.7）"),
}

// words are the texts of a finding.
type words struct {
	title, what, remedy, customer audit.Text
}

// wordsFor writes the texts of a cluster. They hold nothing but what was read.
func wordsFor(c *cluster, s *summary, env *audit.Env) words {
	set := env.Settings.(*Settings)
	w := causeWords[c.cause]
	thing := "denial"
	if c.cause == noticeWithoutReason || c.cause == lateNotice {
		thing = "notice"
	}
	n := int64(len(c.cases))
	en := []any{audit.Plural(n, thing), audit.Plural(s.customers, "customer")}
	zh := []any{audit.Thousands(n), audit.Thousands(s.customers)}
	switch c.cause {
	case genericReason:
		en, zh = append(en, quoted(c.wording, env)), append(zh, quoted(c.wording, env))
	case lateNotice:
		en, zh = append(en, audit.Plural(s.daysLate, "day")), append(zh, audit.Thousands(s.daysLate))
	case appealOverdue:
		en, zh = append(en, audit.Plural(int64(set.AppealDays), "day")), append(zh, set.AppealDays)
	}
	w.title = audit.Text{En: fmt.Sprintf(w.title.En, en...), Zh: fmt.Sprintf(w.title.Zh, zh...)}
	switch c.cause {
	case noReasonRecorded, noNotice, lateNotice:
		w.what = audit.Tf(w.what.En, w.what.Zh, set.NoticeDays)
	}
	if c.cause <= genericReason && slices.Contains(set.Regime, "cn") {
		w.what.En += " No Chinese rule that could be verified requires specific reasons unasked: PIPL 24 gives an explanation on request."
		w.what.Zh += "经核实的中国规则中，没有要求主动告知具体拒绝原因的条款：个人信息保护法第二十四条规定的是应要求说明。"
	}
	return w
}

// quoted is a generic wording, with the catalogue's text of a code.
func quoted(wording string, env *audit.Env) string {
	r, ok := env.Plan.Reasons[wording]
	text := r.Zh
	if text == "" {
		text = r.En
	}
	if !ok || text == "" {
		return wording
	}
	return fmt.Sprintf("%s (%s)", wording, text)
}

// causeWords are the texts by cause; titles are told the cases and the
// customers, e.g. "2 denials" and "1 customer".
var causeWords = [causes]words{
	noReasonRecorded: {
		title: audit.T("%[1]s of %[2]s got no reason, and the last day to give one is past",
			"%[1]s笔拒绝（%[2]s位客户）没有任何原因，且告知期限已过"),
		what: audit.T("No reason is on record %d days after the application was complete (after its submission, or the decision, where that date is missing). Denials here include approvals for less than was asked.",
			"申请资料齐全%d日后（缺少该日期的，自提交或决定之日起算）仍无原因记录。此处的拒绝包括低于申请金额的批准。"),
		remedy: audit.T("Make the decision engine record the principal factors of every denial, map each to a catalogue code and text, send the notices that are owed, and stop a denial from being closed without both.",
			"让决策引擎对每笔拒绝记录主要因素，逐一对应到原因代码和文字，补发应发的通知；缺少原因或通知的拒绝不得结案。"),
		customer: audit.T("You were not told why your application was turned down. You may ask for the main factors, for a correction of wrong data, and for a human review; the outcome of a review is open.",
			"您的申请未获通过，但未被告知原因。您可以要求说明主要因素、更正有误的信息，并申请人工复核；复核结果以实际为准。"),
	},
	noNotice: {
		title: audit.T("%[1]s of %[2]s had a reason on record that was never shown",
			"%[1]s笔拒绝（%[2]s位客户）已记录原因，但从未告知客户"),
		what: audit.T("A reason is recorded, but no notice is, %d days after the application was complete (after its submission, or the decision, where that date is missing). Denials here include approvals for less than was asked.",
			"申请资料齐全%d日后（缺少该日期的，自提交或决定之日起算）有原因记录而无通知记录。此处的拒绝包括低于申请金额的批准。"),
		remedy: audit.T("Find where notices are lost between the decision and the message service, send those that are owed with the recorded reasons, and reconcile denials with notices every day.",
			"查明通知在决策与消息服务之间丢失的环节，按已记录的原因补发通知，并每日核对拒绝与通知。"),
		customer: audit.T("The reasons of your result are on record but were not sent to you. You may ask for them, and for a human review; the outcome of a review is open.",
			"您申请结果的原因已有记录，但未发送给您。您可以要求提供，并申请人工复核；复核结果以实际为准。"),
	},
	noticeWithoutReason: {
		title: audit.T("%[1]s to %[2]s gave no reason for the denial",
			"%[1]s份拒绝通知（%[2]s位客户）未写明任何原因"),
		what: audit.T("A notice is dated, but no reason was shown with it or after it. Denials here include approvals for less than was asked.",
			"有通知日期，但通知中和此后均未告知原因。此处的拒绝包括低于申请金额的批准。"),
		remedy: audit.T("Put the recorded factors into the notice template, refuse to send a notice whose reasons are empty, and send corrected notices.",
			"在通知模板中写入已记录的因素，原因为空的通知不得发送，并补发更正后的通知。"),
		customer: audit.T("The notice you received gave no reason. You may ask for the main factors, for a correction of wrong data, and for a human review; the outcome of a review is open.",
			"您收到的通知没有写明原因。您可以要求说明主要因素、更正有误的信息，并申请人工复核；复核结果以实际为准。"),
	},
	genericReason: {
		title: audit.T("%[1]s of %[2]s gave no reason but “%[3]s”",
			"%[1]s笔拒绝（%[2]s位客户）只给出“%[3]s”这一笼统原因"),
		what: audit.T("Every reason shown says nothing specific: it fits any denial, and a customer can't act on it. Denials here include approvals for less than was asked.",
			"所告知的原因均不具体：套用于任何拒绝都成立，客户无从改进。此处的拒绝包括低于申请金额的批准。"),
		remedy: audit.T("Map the model's and the rules' principal factors of each denial to specific codes, give up to four of them, retire this wording from templates, and send corrected notices.",
			"将每笔拒绝的模型和规则主要因素对应到具体原因代码，告知其中至多四项；停用该措辞，并补发更正后的通知。"),
		customer: audit.T("The reason you were given does not say what decided your application. You may ask for the specific factors, for a correction of wrong data, and for a human review; the outcome of a review is open.",
			"告知您的原因没有说明究竟是什么影响了结果。您可以要求说明具体因素、更正有误的信息，并申请人工复核；复核结果以实际为准。"),
	},
	lateNotice: {
		title: audit.T("%[1]s to %[2]s came late, by up to %[3]s",
			"%[1]s份拒绝通知（%[2]s位客户）逾期，最长逾期%[3]s日"),
		what: audit.T("The reason is specific, but the first notice came after the last day, %d calendar days after the application was complete (after its submission, or the decision, where that date is missing).",
			"原因具体，但首次通知晚于期限，即申请资料齐全后%d个自然日（缺少该日期的，自提交或决定之日起算）。"),
		remedy: audit.T("Find what delays notices (queues, manual review, missing contact data), send at the decision, and raise an alarm before the last day.",
			"查明通知延迟的原因（排队、人工审核、联系方式缺失），在作出决定时即发送，并在期限届满前预警。"),
		customer: audit.T("You were told the reasons later than you should have been. The time you have to ask for a review should count from the day you were told.",
			"告知您原因的时间晚于应有期限。您申请复核的时间应自收到通知之日起算。"),
	},
	appealNotOffered: {
		title: audit.T("%[1]s of %[2]s offered no appeal",
			"%[1]s笔拒绝（%[2]s位客户）未告知申诉渠道"),
		what: audit.T("The reasons were specific and in time, but the export records that no appeal was offered.",
			"原因具体且按时告知，但导出数据显示未告知申诉渠道。"),
		remedy: audit.T("Add the appeal route (where, how, until when, who decides) to every notice of denial.",
			"在每份拒绝通知中写明申诉渠道：向谁、如何、何时之前、由谁处理。"),
		customer: audit.T("You may ask for a human review of your application, although the notice did not say so; the outcome of a review is open.",
			"通知未写明，但您可以要求对申请进行人工复核；复核结果以实际为准。"),
	},
	appealOverdue: {
		title: audit.T("Appeals against %[1]s of %[2]s were open for more than %[3]s",
			"针对%[1]s笔拒绝（%[2]s位客户）的申诉超过%[3]d日未结或逾期办结"),
		what: audit.T("Counted from the opening of the appeal to its closing, or to the plan's as_of while it is open.",
			"自申诉提出之日计至办结之日；未结的计至审计方案的as_of。"),
		remedy: audit.T("Work off the open appeals, oldest first; give the queue an owner, a time limit and an alarm.",
			"按时间先后清理未结申诉；为申诉队列指定负责人、时限和预警。"),
		customer: audit.T("Your appeal has taken longer than it should. You may ask where it stands and who decides it.",
			"您的申诉处理时间超过应有期限。您可以询问进度和处理人。"),
	},
	appealAutomatic: {
		title: audit.T("Appeals against %[1]s of %[2]s were closed without a human",
			"针对%[1]s笔拒绝（%[2]s位客户）的申诉未经人工处理即办结"),
		what: audit.T("The appeal is closed and the export records that no human reviewed it.",
			"申诉已办结，导出数据显示未经人工处理。"),
		remedy: audit.T("Reopen these appeals for a human decision, and let no rule close an appeal.",
			"重新打开这些申诉，由人工作出决定；不得由规则自动办结申诉。"),
		customer: audit.T("Your appeal was closed without a person looking at it. You may ask for a human review; its outcome is open.",
			"您的申诉未经人工查看即被办结。您可以要求人工复核；复核结果以实际为准。"),
	},
}

// What findings are evidence for.
var (
	pipl24     = law.PIPL24.Cite("explanation on request", "应要求说明")
	pipl24Auto = law.PIPL24.Cite("right to refuse a solely automated decision", "拒绝仅由自动化决策作出决定的权利")
	banks22    = law.InternetLoans22.Cite("manual review as a supplement", "人工复核作为补充")
	gdpr       = law.GDPR22.Cite("", "")
	gdpr22     = law.GDPR22.Cite("human intervention, and a way to contest", "人工介入与异议途径")
	ccd2       = law.CCD18.Cite("", "")
)

func regB(part string) audit.Clause { return law.RegBNotice.Cite(part, part) }

// clauses lists, by regime and verdict, what a finding is evidence for.
var clauses = map[string]map[audit.Disclosure][]audit.Clause{
	"us": {
		audit.Absent:  {regB("(a)(1), (a)(2), (b)(2)")},
		audit.Generic: {regB("(b)(2)")},
		audit.Late:    {regB("(a)(1)")},
	},
	"eu": {
		audit.Absent:  {gdpr, ccd2},
		audit.Generic: {gdpr, ccd2},
		audit.Late:    {ccd2},
		audit.NoRoute: {gdpr22, ccd2},
	},
	"cn": {
		audit.Absent:  {pipl24},
		audit.Generic: {pipl24},
		audit.NoRoute: {pipl24Auto, banks22},
	},
}

func clausesFor(env *audit.Env, verdict audit.Disclosure) []audit.Clause {
	var out []audit.Clause
	for _, r := range []string{"cn", "us", "eu"} {
		if slices.Contains(env.Settings.(*Settings).Regime, r) {
			out = append(out, clauses[r][verdict]...)
		}
	}
	return out
}

// unequal is the finding that a group gets specific reasons less often.
func unequal(env *audit.Env, m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(checkName, "UNEQUAL_REASONS", m.Group, m.Reference), Check: checkName, Severity: audit.S3,
		Title: audit.Tf("%[1]s got a specific reason in %.1[2]f %% of denials, %[3]s in %.1[4]f %%",
			"%[1]s被拒时获告具体原因的比例为%.1[2]f %%，%[3]s为%.1[4]f %%",
			m.Group, 100*float64(m.K)/float64(m.N), m.Reference, 100*float64(m.KRef)/float64(m.NRef)),
		What: audit.Tf("%[1]s of %[2]s denials against %[3]s of %[4]s; corrected p %[5]s. It says that explanations differ in quality between groups, not why.",
			"%[2]s笔拒绝中%[1]s笔，参照群体%[4]s笔中%[3]s笔；校正后p值%[5]s。这只说明各群体得到的说明质量不同，不说明原因。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted)),
		Grade: audit.E3, Cause: "UNEQUAL_REASONS", Metrics: []string{m.ID()},
		Remedy: audit.T("Find the channel, product or template behind the difference, and give every group the same notice.",
			"查明差异背后的渠道、产品或模板，使各群体得到同样的告知。"),
		Clauses: clausesFor(env, audit.Generic),
	}
}

// unmatched is the finding about appeals whose decision was not judged.
func unmatched(env *audit.Env, m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(checkName, "APPEAL_UNMATCHED"), Check: checkName, Severity: audit.S3,
		Title: audit.Text{
			En: fmt.Sprintf("Appeals against %s outside this audit were overdue or closed without a human", audit.Plural(m.K, "decision")),
			Zh: fmt.Sprintf("针对本次判断范围以外%s笔决定的申诉逾期或未经人工处理", audit.Thousands(m.K)),
		},
		What: audit.T("The decisions appealed against are not among the denials judged here (an earlier period, an approval, or a row that a guard took out), so they are no cases.",
			"被申诉的决定不在本次判断的拒绝之内（属于更早期间、属于通过，或被排除），因此不列为案例。"),
		Grade: audit.E1, Cause: "APPEAL_UNMATCHED", Disclosure: audit.NoRoute, Rules: []string{"R0.5"}, Metrics: []string{m.ID()},
		Remedy:  audit.T("Work off these appeals too, and export the decisions they concern.", "一并清理这些申诉，并导出其涉及的决定。"),
		Clauses: clausesFor(env, audit.NoRoute),
	}
}
