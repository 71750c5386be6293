package score

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
)

// words returns title and text of a cluster of cases.
func words(cases []*audit.Case, overall *audit.Metric, systemic bool) (title, what audit.Text) {
	c, n := cases[0], len(cases)
	get := c.Item
	model, en := get("model"), scores(n)
	same := sharedBy(cases)
	switch {
	case !systemic:
		t := plain[c.Rules[0]]
		title = audit.T(en+" "+t.En, fmt.Sprintf("%d 条", n)+t.Zh)
	case c.Rules[0] == "M3":
		title = audit.T(fmt.Sprintf("%s of model %s took %s otherwise: %s", en, model, get("input"), get("treatment")),
			fmt.Sprintf("模型 %s 的 %d 条评分对 %s 的缺失处理不同：%s", model, n, get("input"), treatmentZh(get("treatment"))))
	case c.Rules[0] == "M4":
		title = audit.T(fmt.Sprintf("%s recorded under model %s came from model %s", en, model, get("other_model")),
			fmt.Sprintf("%d 条记为模型 %s 的评分实际由模型 %s 算出", n, model, get("other_model")))
	case c.Rules[0] == "M5":
		title = audit.T(fmt.Sprintf("%s of model %s came from the features of an earlier decision", en, model),
			fmt.Sprintf("模型 %s 的 %d 条评分使用了此前决策的过期特征", model, n))
	case c.Rules[0] == "M6":
		factor := get("factor")
		title = audit.T(fmt.Sprintf("%s of model %s took %s in another unit (%s)", en, model, get("input"), factor),
			fmt.Sprintf("模型 %s 的 %d 条评分中 %s 的单位有误（%s）", model, n, get("input"), factor))
	default:
		title = audit.T(fmt.Sprintf("%s of model %s all differ by %s", en, model, get("shift")),
			fmt.Sprintf("模型 %s 的 %d 条评分偏差相同（%s）", model, n, get("shift")))
	}
	mismatches := overall.N - overall.K
	what = audit.Tf(
		"In all, %[1]d of %[2]d recorded scores (%[3]s) differ from the recomputed ones; this finding holds %[4]d of them. "+
			"The difference is exact (grade E1); its explanation is what makes the recorded score come out when one thing is changed. "+
			"It does not say whether the decision would have been another.",
		"全部 %[2]d 条记录评分中有 %[1]d 条（%[3]s）与复算评分不一致；本发现包含其中 %[4]d 条。"+
			"差异经精确复算（证据等级 E1）；所述原因是指只改变这一项即可得到记录评分。这并不说明决策结果会因此不同。",
		mismatches, overall.N, audit.Percent(mismatches, overall.N), n)
	if !systemic && c.Rules[0] != "M8" && c.Rules[0] != "M1" && c.Rules[0] != "M2" {
		what.En += " Fewer rows share one explanation than would make it systemic; single ones may be chance."
		what.Zh += "具有同一解释的记录数不足以认定为系统性问题，个别可能出于偶然。"
	}
	// Where a value ends up in the outermost bin, several factors will do.
	if factors := factorsOf(get("input"), same); c.Rules[0] == "M6" && len(factors) > 0 {
		what.En += " Other factors give the same points: " + strings.Join(factors, ", ") + "."
		what.Zh += "另有因子得分相同：" + strings.Join(factors, "、") + "。"
		same = slices.DeleteFunc(same, func(e string) bool { return factorsOf(get("input"), []string{e}) != nil })
	}
	if systemic && len(same) > 0 {
		what.En += " Each of these rows is also explained by: " + strings.Join(same, "; ") + "."
		what.Zh += "这些记录也都可由以下原因解释：" + strings.Join(same, "；") + "。"
	}
	return title, what
}

// scores counts scores in English.
func scores(n int) string {
	if n == 1 {
		return "1 score"
	}
	return fmt.Sprintf("%d scores", n)
}

// sharedBy returns the further explanations that hold for all cases.
func sharedBy(cases []*audit.Case) []string {
	var counts rows.Counts
	for _, c := range cases {
		for _, it := range c.Evidence {
			if it.Name == "also" {
				counts.AddN(it.Value, 1)
			}
		}
	}
	var out []string
	for _, v := range counts.Values() {
		if v.N == int64(len(cases)) {
			out = append(out, v.Name)
		}
	}
	return out
}

// factorsOf returns the factors of an input among explanations.
func factorsOf(input string, explanations []string) []string {
	var out []string
	for _, e := range explanations {
		if head, factor, ok := strings.Cut(e, " factor="); ok && strings.HasSuffix(head, " input="+input) {
			out = append(out, factor)
		}
	}
	return out
}

// treatmentZh is the Chinese for a treatment as detail names it.
func treatmentZh(s string) string {
	switch x, ok := strings.CutPrefix(s, "null read as "); {
	case !ok:
		return "有值按缺失处理"
	case x == "an unknown level":
		return "缺失按未知类别处理"
	default:
		return "缺失按 " + x + " 处理"
	}
}

// plain are the titles of clusters that no one explanation holds together,
// after the number of scores.
var plain = map[string]audit.Text{
	"M1": audit.T("differed by rounding only", "评分仅因取整方式不同而不一致"),
	"M2": audit.T("differed because a value lay on the edge of a bin", "评分因取值落在分箱边界而不一致"),
	"M3": audit.T("came out when one missing value was treated otherwise", "评分在改变一个缺失值的处理后即可复现"),
	"M4": audit.T("came out under another model than the one on record", "评分可由另一模型版本复现"),
	"M5": audit.T("came out on the features of an earlier decision", "评分可由此前决策的特征复现"),
	"M6": audit.T("came out with one feature in another unit", "评分在改变一个特征的单位后即可复现"),
	"M8": audit.T("differed from the recomputed ones, unexplained", "评分与复算评分不一致且原因不明"),
}

var customerText = audit.T(
	"We are checking how your score was computed. If it was wrong, your application will be looked at again with the right one.",
	"我们正在核查您的评分计算过程；如评分有误，将按正确的评分重新审核您的申请。")

// remedies are what the lender must fix, by class.
var remedies = map[string]audit.Text{
	"M1": audit.T("Declare the rounding rule of the score in the model file, and round at one place only.",
		"在模型文件中声明评分取整规则，并只在一处取整。"),
	"M2": audit.T("Declare which bin an edge belongs to, and keep the feature at full precision up to the model.",
		"声明分箱边界归属，并在进入模型前保留特征的完整精度。"),
	"M3": audit.T("Make the scoring service and the model file treat missing values alike, and score the rows listed again.",
		"统一评分服务与模型文件对缺失值的处理，并对所列记录重新评分。"),
	"M4": audit.T("Find why another version scored these rows (deployment, routing, cache), record the version that did, and score them again under the version in force.",
		"查明为何由其他版本评分（部署、路由或缓存），如实记录实际版本，并按应适用的版本重新评分。"),
	"M5": audit.T("Refresh the features before scoring, or refuse to score on snapshots that are too old; score the rows listed again.",
		"评分前刷新特征，或拒绝使用过期快照评分；对所列记录重新评分。"),
	"M6": audit.T("Fix the unit of the feature where it enters the scoring service, add a range check there, and score the rows listed again.",
		"在特征进入评分服务处修正单位并增加取值范围校验，对所列记录重新评分。"),
	"M7": audit.T("Look for an offset or calibration that the model file lacks; register it as a model version of its own.",
		"排查模型文件中未登记的偏移或校准，并将其登记为单独的模型版本。"),
	"M8": audit.T("Trace the listed decisions through the scoring service's logs, and score them again.",
		"在评分服务日志中逐条追溯所列决策，并重新评分。"),
	"M9": audit.T("Register the model file of every version that scored, and export every input it reads.",
		"登记所有参与评分的模型版本文件，并导出其读取的全部输入。"),
}
