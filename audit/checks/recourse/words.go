package recourse

import "evenhand/audit"

// words names the metrics of recourse, their classes, and its causes.
var words = map[string]audit.Text{
	"recourse_changes":                audit.T("right denials by the changes that would have turned them", "正确的拒绝，按可使其通过的改变项数"),
	"recourse_unreachable":            audit.T("denials that no three changes turn", "三项改变也无法通过的拒绝"),
	"recourse_unproved":               audit.T("denials with a way that may not be the smallest", "找到的办法未必最小的拒绝"),
	"recourse_cost":                   audit.T("mean cost of recourse", "改变的平均成本"),
	"recourse_cost_quantile":          audit.T("cost of recourse, quantiles", "改变成本的分位数"),
	"recourse_feature":                audit.T("features in the smallest changes", "最小改变涉及的特征"),
	"recourse_set":                    audit.T("the smallest changes", "最小改变的组合"),
	"recourse_group_cost":             audit.T("mean cost of recourse, by group", "各群体改变的平均成本"),
	"recourse_extra_cost":             audit.T("mean cost of recourse above the reference group's", "改变平均成本高出参照群体的部分"),
	"recourse_group_unreachable":      audit.T("denials that no three changes turn, by group", "各群体三项改变也无法通过的拒绝"),
	"recourse_unreachable_difference": audit.T("difference in denials that no three changes turn", "三项改变也无法通过的拒绝之占比差异"),
	// Classes of recourse_changes.
	"1":  audit.T("change", "项改变"),
	"2":  audit.T("changes", "项改变"),
	"3":  audit.T("changes", "项改变"),
	"≥4": audit.T("changes, or out of reach", "项改变，或无法达到"),
	"?":  audit.T("search not finished", "搜索未完成"),

	"NO_RECOURSE":  audit.T("no recourse", "没有改变途径"),
	"RECOURSE_GAP": audit.T("gap in recourse", "改变途径的差距"),
}

// Guards, in the order in which they apply.
const (
	isTest = iota
	notDenied
	notReplayed
	notConfirmed
	nearCut
	unsearched
	exempt
	waiting
	guards
)

var guardNames = [guards]audit.Text{
	isTest:       audit.T("test rows", "测试记录"),
	notDenied:    audit.T("no denial", "并非拒绝"),
	notReplayed:  audit.T("denials that can't be replayed", "无法复算的拒绝"),
	notConfirmed: audit.T("denials that the replay does not confirm", "复算未予确认的拒绝"),
	nearCut:      audit.T("denials within the tolerance of a cut-off", "评分在阈值容差之内的拒绝"),
	unsearched:   audit.T("denials where the plan names no feature that could be changed", "方案未列出任何可改变特征的拒绝"),
	exempt:       audit.T("denials that need not be explained", "无须说明理由的拒绝"),
	waiting:      audit.T("denials in a cooling-off time", "冷静期内的拒绝"),
}
