package governance

import "evenhand/audit"

// metricWords names the metrics of governance, of decisions and of limits, and
// its causes.
var metricWords = withLimits(map[string]audit.Text{
	versionShare:   audit.T("share of rows by model version", "各模型版本的记录占比"),
	outsideService: audit.T("decided outside of the model's service", "在模型在用期之外的决策"),
	unknownVersion: audit.T("rows of a version that the plan lacks", "审计方案中没有的模型版本"),
	unnamedVersion: audit.T("scores without a model version", "有评分而无模型版本"),
	otherProduct:   audit.T("rows of a product that the version is not for", "产品与模型版本不符"),
	overlapDays:    audit.T("days on which both versions decided", "两个版本同时在用的天数"),
	digestMatch:    audit.T("model file is the one approved", "模型文件与登记的摘要一致"),
	sameFile:       audit.T("two versions with one file", "两个版本为同一文件"),
	inputCoverage:  audit.T("rows with a value, by input", "输入有值的记录占比"),
	missingShift:   audit.T("missing rate less that of training", "缺失率与训练数据之差"),
	lostToInput:    audit.T("not recomputable, the input missing", "因输入缺失而无法复算"),
	constantInput:  audit.T("input that never changes", "取值从不变化的输入"),
	untrained:      audit.T("values that training did not have", "训练数据中没有的取值"),
	ageMin:         audit.T("model's age at the decision, months, least", "决策时的模型月龄（最小）"),
	ageMedian:      audit.T("model's age at the decision, months, median", "决策时的模型月龄（中位数）"),
	ageMax:         audit.T("model's age at the decision, months, greatest", "决策时的模型月龄（最大）"),
	staleModel:     audit.T("decisions by a stale model", "由陈旧模型评分的决策"),
	snapshotAge:    audit.T("feature's age at the decision, days, median", "决策时特征的天龄（中位数）"),
	snapshotOld:    audit.T("features that are old at the decision", "决策时已陈旧的特征"),
}, map[string]audit.Text{
	outsideCause:  audit.T("decided outside of the model's service", "在模型在用期之外决策"),
	productCause:  audit.T("a model registered for other products", "模型登记用于其他产品"),
	editedCause:   audit.T("a model file edited in place", "模型文件被就地改动"),
	twinCause:     audit.T("one file under two versions", "同一文件登记为两个版本"),
	missingCause:  audit.T("an input missing otherwise than in training", "输入的缺失率与训练数据不同"),
	foreignCause:  audit.T("values that training did not have", "训练数据中没有的取值"),
	constantCause: audit.T("an input that never changes", "取值从不变化的输入"),
	staleCause:    audit.T("a stale model", "模型陈旧"),
})

// withLimits adds the names of the metrics of limits, and the causes.
func withLimits(metrics, causes map[string]audit.Text) map[string]audit.Text {
	out := map[string]audit.Text{}
	for name, w := range metrics {
		out[name] = w
		out[metricOf(limits, name)] = audit.T(w.En+" (limits)", w.Zh+"（额度）")
	}
	for code, w := range causes {
		out[code] = w
	}
	return out
}

// evidenceWords is the evidence of governance in Chinese (audit.Evidence).
var evidenceWords = map[string]string{
	"deployed": "上线", "retired": "下线", "trained_to": "训练数据截止", "products_of_the_version": "该版本登记的产品",
}

// remedies are what the lender must fix, by cause.
var remedies = map[string]audit.Text{
	outsideCause: audit.T("Find out which model scored these rows. Correct the dates of service in the registry, or the version on record; where a model scored that was not in service, score the rows listed again and decide again where the outcome changes.",
		"查明这些记录由哪个模型评分；更正登记的上下线时间或记录的版本；确由不在用的模型评分的，对所列记录重新评分，结果改变的重新审核。"),
	productCause: audit.T("Route each product to the model that was approved for it, or have the model validated and registered for this product too; score the rows listed again.",
		"将各产品交由获批的模型评分，或对该模型在此产品上完成验证并登记；对所列记录重新评分。"),
	editedCause: audit.T("Put the approved file back, or have the changed one approved and register it as a version of its own with its digest; score the decisions made since the change again.",
		"恢复经批准的文件，或将改动后的文件报批并登记为单独版本及其摘要；对改动之后的决策重新评分。"),
	twinCause: audit.T("Check which file each version was approved with, and register that one.",
		"核对每个版本获批时的文件，并如实登记。"),
	missingCause: audit.T("Repair the feed of this input, or show that the model holds without it; stop scoring while an input that matters is missing.",
		"修复该输入的数据源，或证明缺少它时模型仍然有效；重要输入缺失时应停止评分。"),
	foreignCause: audit.T("Check the unit and the coding of this input where it enters the scoring service; if the applicants have changed, retrain the model.",
		"核对该输入进入评分服务时的单位与编码；如客群已变化，请重新训练模型。"),
	constantCause: audit.T("Check the feed of this input and its default value; drop it from the model if it is no longer supplied.",
		"核查该输入的数据源及默认值；如已不再提供，请从模型中移除。"),
	staleCause: audit.T("Validate the model anew on matured loans, and retrain or replace it if its calibration or ranking has slipped.",
		"以已到期的贷款重新验证模型；如校准或区分度已下降，请重新训练或更换。"),
}
