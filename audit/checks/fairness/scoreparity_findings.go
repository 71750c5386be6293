package fairness

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"evenhand/audit"
)

// concludeScore makes one finding of each group whose scores are to be watched.
func concludeScore(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for i := range metrics {
		m := &metrics[i]
		if m.Name != smdPooled && m.Name != smdPooled+ofRecomputed || m.Status < audit.Warn {
			continue
		}
		f := audit.Finding{
			ID: audit.StableID(scoreName, m.Group, m.Reference), Check: scoreName,
			Severity: audit.S3, Grade: audit.E3, Cause: "SCORE_GAP", Clauses: parityClauses, Metrics: ids(m),
			Remedy: audit.T(
				"See which inputs open the gap and whether they predict repayment within the group as well as outside it (calibration by group); drop or replace those that do not, and look for a model with a smaller gap at the same loss.",
				"查明造成差距的变量，并核对其在该群体内外是否同样能预测还款（分群体校准）；对不能者予以剔除或替换，并寻找损失相同而差距更小的模型。"),
			Customer: audit.T(
				"This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
				"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
		}
		f.Title = audit.Tf("Scores of %[1]s are %[2]s of a standard deviation worse than %[3]s's, n = %[4]s",
			"%[1]s的评分比%[3]s差%[2]s个标准差，n = %[4]s", m.Group, ratioText(max(m.Value, -m.Value)/100), groupOf(m.Reference), audit.Thousands(m.N))
		f.What = audit.Tf(
			"Standardised mean difference %[1]s (%[2]s %% interval %[3]s to %[4]s), watched from %[5]g on; corrected p %[6]s. A score may differ between groups since what it predicts does: the figure says that it differs, not that it is wrong, and is no legal test.",
			"标准化均值差%[1]s（%[2]s %%区间%[3]s至%[4]s），自%[5]g起予以关注；校正后p值%[6]s。群体间评分不同，可能是因为所预测的结果本就不同：该数字只说明存在差异，不说明评分有误，也不是法律判定。",
			smdText(m.Value), strconv.FormatFloat(100*m.Level, 'f', -1, 64), smdText(m.Low), smdText(m.High), m.Threshold, audit.PText(m.PAdjusted))
		for j := range metrics {
			if x := &metrics[j]; x.Group == m.Group && x.Name == airQuantile && x.Segment == "decile=5" && x.Value == x.Value {
				f.What.En += fmt.Sprintf(" Were the better half of all scores approved, its approval rate would be %s of the reference's.", ratioText(x.Value))
				f.What.Zh += fmt.Sprintf("若按评分较好的一半通过，其通过率为参照群体的%s倍。", ratioText(x.Value))
			}
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b audit.Finding) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func smdText(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
