package fairness

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// referralReviewerFinding is about a reviewer who approves far more or fewer of
// the applications referred to him than the others do.
func referralReviewerFinding(m *audit.Metric, metrics []audit.Metric) audit.Finding {
	f := overrideBase([]*audit.Metric{m}, audit.S3, cause.Override)
	f.Harm = int64(math.Round(math.Abs(m.Effect) * float64(m.N)))
	f.Remedy = audit.T(
		"Have somebody else decide a sample of this reviewer's referred applications without seeing the first decision; look at how cases are assigned, and write down what referred applications are approved by.",
		"请他人在不知原决定的情况下重新审核该审核员经手的部分转人工申请；查看案件的分派方式，并书面规定转人工申请的通过条件。")
	f.Title = audit.Tf("%[3]s approves %[1]s of the applications that the policy refers to a human, the others %[2]s",
		"%[3]s对政策转人工的申请通过%[1]s，其他审核员通过%[2]s", audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef), m.Group)
	f.What = audit.Tf("%s of %s approved against %s of %s; with few decisions allowed for, %.1f %%, against %.1f %% of all; within product and policy version %+.1f points from the others; corrected p %s. The mix of cases that a reviewer is sent may explain it; it says nothing of intent, nor who is right.",
		"%[2]s笔中通过%[1]s笔，其他审核员%[4]s笔中通过%[3]s笔；计入决策数量影响后为%.1[5]f %%，全体为%.1[6]f %%；同一产品和政策版本内与其他审核员相差%+.1[7]f个百分点；校正后p值%[8]s。分派给审核员的案件构成可能解释差异；这不说明任何意图，也不说明谁对谁错。",
		audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), 100*m.Value, 100*m.Threshold, 100*m.Effect, audit.PText(m.PAdjusted))
	for i := range metrics {
		x := &metrics[i]
		if x.Name == referralRate && (x.Segment == m.Group || x.Group == m.Group) && !x.Suppressed {
			f.Metrics = append(f.Metrics, x.ID())
		}
	}
	return f
}

// referralGroupFinding is about a group whose referred applications are approved
// less often than the reference group's.
func referralGroupFinding(m *audit.Metric) audit.Finding {
	f := overrideBase([]*audit.Metric{m}, audit.S2, referralCause)
	f.Harm = int64(math.Round(math.Abs(m.Effect) * float64(m.N)))
	f.Remedy = audit.T(
		"Read referred applications of both groups side by side; write down what they are approved by, and have a second person decide a sample.",
		"并排查阅两个群体的转人工申请；书面规定其通过条件，并由第二人抽样复核。")
	f.Title = audit.Tf("Of the applications that the policy refers to a human, %[1]s of %[3]s's are approved and %[2]s of %[4]s's",
		"政策转人工的申请中，%[3]s的通过比例为%[1]s，%[4]s为%[2]s", audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef), m.Group, groupOf(m.Reference))
	f.What = audit.Tf("%s of %s approved against %s of %s: %+.1f points (%+.1f to %+.1f), within product and policy version %+.1f; corrected p %s. What a human knew and the export does not hold may explain it; it proves no prejudice.",
		"%[2]s笔中通过%[1]s笔，参照群体%[4]s笔中通过%[3]s笔：相差%+.1[5]f个百分点（%+.1[6]f至%+.1[7]f），同一产品和政策版本内%+.1[8]f；校正后p值%[9]s。导出数据之外、由人所知的情况可能解释差异；这并不证明存在偏见。",
		audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), 100*m.Value, 100*m.Low, 100*m.High, 100*m.Effect, audit.PText(m.PAdjusted))
	return f
}
