package reason

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
)

// words names the check's metrics and causes.
var words = map[string]audit.Text{
	rightMetric:               audit.T("denials with the right reasons", "原因正确的拒绝占比"),
	rightDifference:           audit.T("difference in right reasons", "原因正确占比的差异"),
	firstMetric:               audit.T("first reason is the recomputed first", "第一项原因与复算一致的占比"),
	firstDifference:           audit.T("difference in right first reasons", "第一项原因一致占比的差异"),
	"reason_precision":        audit.T("reasons given that are among the recomputed top", "所告知因素属于复算前列的占比"),
	"principal_recall":        audit.T("principal factors that were told", "主要因素已告知的占比"),
	"many_reasons_rate":       audit.T("denials with more than four reasons", "原因多于四项的拒绝占比"),
	"reasons_per_denial":      audit.T("reasons a denial", "每笔拒绝的原因项数"),
	"sufficient_reasons_rate": audit.T("denials that would pass without the factors told", "去除已告知因素即可达到分数线的占比"),
	"reason_order_tau":        audit.T("agreement of the reasons' order (tau-b)", "原因次序的一致程度（tau-b）"),
	agreeMetric:               audit.T("two methods name the same first factor", "两种方法第一项因素相同的占比"),
	overlapMetric:             audit.T("top factors that two methods share", "两种方法前列因素的重合占比"),

	"UNSCORED":          audit.T("a reason that nothing reads", "原因与决定无关"),
	"KNOCKOUT_HIDDEN":   audit.T("the rule that decided was not told", "未告知起决定作用的规则"),
	"WRONG_STAGE":       audit.T("a reason of another stage", "原因属于另一环节"),
	"NON_ADVERSE":       audit.T("a reason that counted for the applicant", "原因实为有利因素"),
	"OMITTED_PRINCIPAL": audit.T("a principal factor was left out", "遗漏主要因素"),
	"METHODS_DISAGREE":  audit.T("methods of ranking reasons disagree", "原因排序方法不一致"),
	"UNEQUAL_REASONS":   audit.T("reasons of unequal quality", "原因质量不均"),
}

// evidence is the evidence of cases in Chinese (audit.Evidence).
var evidence = map[string]string{
	itemGiven: "告知的理由", itemOwn: "对应实际决定因素的代码", itemMethod: "差距的参照", itemShort + "*": "@1 的差距", "cut_off": "分数线", itemPasses: "去除已告知因素后能否达到分数线",
	"code that nothing reads": "与决定无关的代码", "rule not told": "未告知的规则", "code or rule of another stage": "属于另一环节的代码或规则",
	"code that counted for the applicant": "实为有利因素的代码", "factor left out": "遗漏的因素",
	enough.Prefix + "*": enough.Words[enough.Prefix+"*"], enough.Waiting: enough.Words[enough.Waiting],
	"references of the model file": "模型文件声明的参照值", "best attribute": "最优取值", "applicants near the cut-off": "分数线附近的申请人均值",
	"all applicants": "全部申请人均值", "neutral attribute": "中性取值", "training data of the trees": "树模型的训练数据",
}
