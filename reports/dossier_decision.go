package reports

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/dossier"
)

// The vocabulary of decisions in words, by the words of package policy and of
// the contract.
var (
	mutableWords = map[string]audit.Text{"yes": audit.T("yes", "可以"), "slow": audit.T("slowly", "较慢"), "no": audit.T("no", "否")}
	outcomeWords = map[string]audit.Text{
		"approved": audit.T("approved", "通过"), "approved_lower": audit.T("approved, for less than asked", "通过，低于申请额度"), "denied": audit.T("denied", "拒绝"),
		"referred": audit.T("referred to a person", "转人工审核"), "withdrawn": audit.T("withdrawn", "申请人撤回"), "incomplete": audit.T("incomplete", "资料不全"), "error": audit.T("error", "出错"),
	}
	sayWords = map[string]audit.Text{
		"pass": audit.T("passes", "通过"), "deny": audit.T("denies", "拒绝"), "refer": audit.T("refers", "转人工"), "approve": audit.T("approves", "批准"),
		"applies": audit.T("applies", "适用"), "no": audit.T("not for it", "不适用"), "met": audit.T("met", "满足"), "unmet": audit.T("not met", "未满足"), "missing": audit.T("value missing", "缺少取值"),
	}
	stageWords = map[string]audit.Text{
		"knockout": audit.T("knock-out", "准入规则"), "data": audit.T("data", "数据充分性"), "fraud": audit.T("fraud", "反欺诈"), "score": audit.T("score", "评分"),
		"affordability": audit.T("affordability", "偿付能力"), "other": audit.T("other", "其他"), "cooling_off": audit.T("cooling-off", "冷静期"), "limit": audit.T("limit", "额度"),
		"score_band": audit.T("score band", "评分档位"), "income": audit.T("income", "收入"), "exposure": audit.T("exposure", "总敞口"), "product": audit.T("product", "产品"),
		"regulatory": audit.T("regulatory", "监管"), "partner": audit.T("partner", "资金方"), "requested": audit.T("amount asked for", "申请金额"), "new_user": audit.T("new customer", "新用户"),
		"experiment": audit.T("experiment", "测试分组"), "minimum": audit.T("least granted", "最低额度"), "step": audit.T("step of the ladder", "额度阶梯"), "factor": audit.T("growth, times", "增幅倍数"),
		"add": audit.T("growth, amount", "增幅金额"), "tenure": audit.T("tenure", "在册时间"), "conditions": audit.T("conditions", "提额条件"), "min_increase": audit.T("least increase", "最小增幅"), "scope": audit.T("scope", "适用范围"),
	}
	// Codes of recorded columns; the code is kept in English.
	codeWords = map[string]audit.Text{
		"auto": audit.T("auto", "自动"), "manual": audit.T("manual", "人工"), "override": audit.T("override", "人工改判"),
		"grant": audit.T("grant", "授信"), "promise": audit.T("promise", "承诺提额"), "increase": audit.T("increase", "提额"), "decrease": audit.T("decrease", "降额"), "freeze": audit.T("freeze", "冻结"),
		"unfreeze": audit.T("unfreeze", "解冻"), "evaluate": audit.T("evaluate", "评估"), "display": audit.T("display", "展示"), "draw": audit.T("draw", "借款"), "expire": audit.T("expire", "到期"), "close": audit.T("close", "销户"),
		"due": audit.T("due", "应还"), "paid": audit.T("paid", "已还"), "notice": audit.T("notice", "告知"), "scheduled": audit.T("scheduled", "按期付款"), "early": audit.T("early", "提前付款"), "payoff": audit.T("payoff", "结清付款"),
		"refund": audit.T("refund", "退款"), "reversal": audit.T("reversal", "冲正"), "payment": audit.T("payment", "付款"), "keep": audit.T("keep", "维持"), "ok": audit.T("ok", "成功"),
		"submitted": audit.T("submitted", "提交"), "completed": audit.T("completed", "资料齐全"), "opened": audit.T("opened", "提出"), "started": audit.T("started", "开始"), "ended": audit.T("ended", "结束"),
	}
	tableWords = map[string]audit.Text{"decisions": audit.T("decisions", "决策"), "limits": audit.T("limits", "额度"), "repayments": audit.T("repayments", "分期"), "payments": audit.T("payments", "付款"),
		"appeals": audit.T("appeals", "申诉"), "incidents": audit.T("incidents", "故障"), "experiments": audit.T("experiments", "实验"), "groups": audit.T("groups", "群体"), "features": audit.T("features", "特征")}
	remedyWords = map[string]audit.Text{
		"redecide": audit.T("decide it again", "重新审批"), "apply_shortfall": audit.T("apply what is short", "补足差额"), "run_evaluation": audit.T("run the evaluation", "执行评估"),
		"correct_display": audit.T("correct the display", "更正展示"), "human_review": audit.T("review by a person", "人工复核"), "tell": audit.T("tell the customer", "告知客户"),
	}
	unitWords  = map[string]audit.Text{"share": audit.T("share", "（占比）"), "months": audit.T("months", "个月"), "days": audit.T("days", "天"), "years": audit.T("years", "年")}
	grantWords = map[bool]audit.Text{true: audit.T("yes", "是"), false: audit.T("no", "否")}
)

func yesNo(b bool) audit.Text { return grantWords[b] }

// word is that of a vocabulary, or the code itself.
func word(in map[string]audit.Text, code string) audit.Text {
	if t, ok := in[code]; ok {
		return t
	}
	return same(code)
}

// reasonText is a reason's text; evaluations of limits also record what bound
// the limit.
func reasonText(x *dossier.Reason) audit.Text {
	if x.Text.IsZero() && stageWords[x.Code] != (audit.Text{}) {
		return stageWords[x.Code]
	}
	return x.Text
}

// happened names an event of the timeline: its code in English.
func happened(what string) audit.Text {
	table, kind, ok := strings.Cut(what, ".")
	if !ok {
		return same(what)
	}
	name := word(outcomeWords, kind)
	if t, ok := codeWords[kind]; ok {
		name = t
	}
	return audit.T(what, word(tableWords, table).Zh+"："+name.Zh)
}

// saying is what a step of the rule path says.
func (r *Report) saying(x *dossier.Rule) audit.Text {
	t := word(sayWords, x.Says)
	limits := x.Kind == "term" || x.Kind == "growth"
	switch {
	case x.Decides && limits:
		return audit.T("binds", "构成约束")
	case x.Decides:
		return audit.T(t.En+", decides", t.Zh+"，据此决定")
	}
	return t
}

// condition is what a step looked at, with the values it read.
func (r *Report) condition(x *dossier.Rule) audit.Text {
	var en, zh []string
	add := func(t audit.Text) { en, zh = append(en, t.En), append(zh, t.Zh) }
	if x.Amount >= 0 {
		add(r.money.text(x.Amount))
	}
	if !math.IsNaN(x.Score) {
		add(audit.T(decimal(x.Score)+" against "+decimal(x.Approve), decimal(x.Score)+" 对 "+decimal(x.Approve)))
		if !math.IsNaN(x.Refer) && x.Refer != x.Approve {
			add(audit.T("referred from "+decimal(x.Refer), "自 "+decimal(x.Refer)+" 起转人工"))
		}
	}
	if x.Condition != "" {
		add(same(x.Condition))
	}
	var values []string
	for _, v := range x.Reads {
		value := v.Text
		if v.Missing {
			value = none
		}
		values = append(values, v.Name+" "+value)
	}
	if len(values) > 0 {
		add(same("[" + strings.Join(values, ", ") + "]"))
	}
	if slices.Equal(en, zh) {
		return same(strings.Join(en, "; "))
	}
	return audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))
}

// reasonState says where a reason stands.
func reasonState(x *dossier.Reason) audit.Text {
	var en, zh []string
	add := func(is bool, a, b string) {
		if is {
			en, zh = append(en, a), append(zh, b)
		}
	}
	add(x.Recorded, "recorded", "已记录")
	add(x.Given, "given", "已告知")
	add(!x.Given, "not given", "未告知")
	add(x.Recompute, "by replay", "复算得出")
	add(x.Generic, "generic", "笼统")
	return audit.T(strings.Join(en, ", "), strings.Join(zh, "，"))
}

// dossierOutcome says what was recorded and what the replay gives.
func (r *Report) dossierOutcome(d *dossier.Decision) []line {
	var out []line
	add := func(name, value audit.Text) { out = append(out, line{name, value}) }
	recorded := func(column string) string {
		for _, x := range d.Recorded {
			if x.Name == column {
				return x.Value
			}
		}
		return ""
	}
	for _, c := range []struct {
		column string
		name   audit.Text
	}{
		{"outcome", audit.T("recorded", "记录结果")}, {"kind", audit.T("event", "事件")}, {"result", audit.T("recorded result", "记录结果")},
		{"requested_amount", audit.T("asked for", "申请金额")}, {"approved_limit", audit.T("granted", "批准额度")}, {"limit_after", audit.T("limit after it", "事后额度")},
		{"promised_amount", audit.T("promised", "承诺提额")}, {"promise_due", audit.T("promised for", "承诺日期")}, {"granted_amount", audit.T("paid out", "放款金额")},
		{"displayed_limit", audit.T("shown", "页面显示")}, {"drawable_limit", audit.T("drawable", "实际可借")},
		{"decider", audit.T("decided by", "决策方式")}, {"product", audit.T("product", "产品")}, {"policy_version", audit.T("policy", "政策")},
	} {
		if v := recorded(c.column); v != "" {
			value := word(outcomeWords, v)
			if t, ok := codeWords[v]; ok {
				value = t
			}
			add(c.name, value)
		}
	}
	if !math.IsNaN(d.Score.Recorded) || !math.IsNaN(d.Score.Computed) {
		was, is := scored(d.Score.Recorded), scored(d.Score.Computed)
		value := audit.T("recorded "+was+", recomputed "+is, "记录 "+was+"，复算 "+is)
		if d.Score.Model != "" {
			value = audit.T(value.En+" (model "+d.Score.Model+")", value.Zh+"（模型 "+d.Score.Model+"）")
		}
		add(audit.T("score", "评分"), value)
	}
	edge := audit.Text{}
	if d.Edge {
		edge = audit.T("; the score is within tolerance of a cut-off", "；评分在临界值的容差之内")
	}
	if d.Replayed != "" {
		value := word(outcomeWords, d.Replayed)
		if d.Rule != "" {
			value = audit.T(value.En+" by rule "+d.Rule, value.Zh+"，规则 "+d.Rule)
		}
		if was := recorded("outcome"); (was == "denied") != (d.Replayed == "denied") && d.Replayed != "referred" {
			value = audit.T(value.En+", unlike the record", value.Zh+"，与记录不符")
		}
		add(audit.T("replayed", "复算结果"), audit.T(value.En+edge.En, value.Zh+edge.Zh))
	}
	if d.Now >= 0 {
		add(audit.T("limit before it", "原额度"), r.money.text(d.Now))
	}
	if d.Limit >= 0 {
		value := r.money.text(d.Limit)
		if d.Bound != "" {
			kind := word(stageWords, d.Bound)
			value = audit.T(value.En+", bound by "+kind.En, value.Zh+"，受限于"+kind.Zh)
		}
		if d.Table == "limits" {
			value = audit.T(value.En+edge.En, value.Zh+edge.Zh)
		}
		add(audit.T("replayed limit", "复算额度"), value)
	}
	if d.Next >= 0 {
		add(audit.T("next step", "下一档额度"), r.money.text(d.Next))
	}
	return out
}

func scored(x float64) string {
	if math.IsNaN(x) {
		return none
	}
	return decimal(x)
}
