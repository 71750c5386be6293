package cause

import "evenhand/audit"

// words are the codes in the engine's order, and how each is said after
// "caused by".
var words = []struct{ code, en, zh string }{
	{TechnicalError, "a technical error", "技术故障"},
	{Incident, "an incident of the lender's systems", "系统事故"},
	{LostUpdate, "an increase that was recorded but never took effect (lost update)", "提额已记录但未生效（更新丢失）"},
	{DataStale, "out-of-date data", "数据未及时更新"},
	{DataMissing, "missing data", "数据缺失"},
	{DataUnit, "a value in the wrong unit", "数值单位错误"},
	{ScoreError, "a recorded score that is not the model's", "记录的评分与模型计算不符"},
	{Experiment, "an experiment, within its rules", "规则之内的试验"},
	{ExperimentOver, "an experiment outside its time window or without approval", "超出期限或未经批准的试验"},
	{PolicyDeclared, "a declared change of policy", "已登记的政策调整"},
	{PolicyUndeclared, "an undeclared change of policy", "未登记的政策调整"},
	{Model, "a change of the model's version", "模型版本更换"},
	{Features, "a change of the customer's own data", "客户自身数据的变化"},
	{MultiLender, "borrowing from several lenders", "多头借贷"},
	{RepaymentAnomaly, "late or irregular repayments", "还款异常"},
	{InfoChange, "a recent change of personal details", "近期个人信息变更"},
	{InquiryBurst, "many credit inquiries in a short time", "短期内查询次数过多"},
	{PurposeMisuse, "the way the money was used", "资金用途不符"},
	{SpendVolatility, "fluctuating spending", "消费波动"},
	{Utilisation, "a high share of the limit in use", "额度使用率过高"},
	{DeviceRisk, "a risk seen in the device, login or place", "设备、登录或地点风险"},
	{RegulatoryCap, "a regulatory cap", "监管上限"},
	{ProductCap, "the product's cap", "产品上限"},
	{IncomeCap, "a cap set by income", "收入决定的上限"},
	{ExposureCap, "a cap on total exposure", "总敞口上限"},
	{ScoreBand, "the limit that the score's band allows", "评分区间对应的额度"},
	{LadderStep, "the next step of the limit ladder", "额度阶梯的步长"},
	{PartnerQuota, "a quota of the funding partner", "资金合作方的额度限制"},
	{NewUser, "the rule for new customers", "新客户规则"},
	{CoolingOff, "a cooling-off period", "冷静期"},
	{SecondReview, "a second review", "二次审核"},
	{FraudHold, "a hold of the fraud controls", "反欺诈管控"},
	{OptOut, "the customer's choice not to be raised", "客户选择不提额"},
	{Inactive, "an account not in use", "账户未使用"},
	{ConditionUnmet, "a condition of the promise that was not met", "承诺的条件未满足"},
	{CampaignEnd, "the declared end of a campaign", "活动按公告结束"},
	{TemporaryEnd, "the end of a temporary limit", "临时额度到期"},
	{EvaluationOverdue, "a review of the limit that is overdue", "额度评估逾期未做"},
	{DisplayLag, "a display that was not brought up to date", "显示未及时更新"},
	{Sentinel, "a placeholder value taken for an amount", "占位值被当作金额"},
	{ThresholdRule, "a rule of the policy, rightly applied", "正确适用的政策规则"},
	{TieRule, "a score equal to the cut-off, taken the wrong way", "评分等于分数线时处理有误"},
	{Override, "a person's decision", "人工决定"},
	{Mixed, "several causes, none of them primary", "多种原因，无主因"},
	{Unexplained, "nothing that the records show", "记录中未见原因"},
}

// Words says a cause in both languages, as in "caused by …". It panics on a
// code that is none of the constants.
func Words(code string) audit.Text {
	w := words[Rank(code)]
	return audit.T(w.en, w.zh)
}

// Rank is the place of a code in the engine's order. It panics on a code that
// is none of the constants.
func Rank(code string) int {
	for i := range words {
		if words[i].code == code {
			return i
		}
	}
	panic("cause: no cause is called " + code)
}

// Codes are all codes, in the engine's order.
func Codes() []string {
	out := make([]string, len(words))
	for i := range words {
		out[i] = words[i].code
	}
	return out
}
