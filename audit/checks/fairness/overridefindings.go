package fairness

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// concludeOverride makes one finding of each group, and of each reviewer, that
// is flagged on either side of overrides, and one more for referrals.
func concludeOverride(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	flagged := map[string][]*audit.Metric{}
	var order []string
	for i := range metrics {
		m := &metrics[i]
		kind := ""
		switch {
		case m.Status < audit.Warn:
			continue
		case m.Name == referralShrunken || m.Name == referralGap:
			kind = " referred"
		case !strings.HasSuffix(m.Name, oddsSuffix) && !strings.HasSuffix(m.Name, shrunkenSuffix):
			continue
		}
		at := m.Group + kind
		if flagged[at] == nil {
			order = append(order, at)
		}
		flagged[at] = append(flagged[at], m)
	}
	slices.Sort(order)
	var out []audit.Finding
	for _, group := range order {
		ms := flagged[group]
		switch name := ms[0].Name; {
		case name == referralShrunken:
			out = append(out, referralReviewerFinding(ms[0], metrics))
		case name == referralGap:
			out = append(out, referralGroupFinding(ms[0]))
		case strings.HasSuffix(name, shrunkenSuffix):
			out = append(out, reviewerFinding(ms, metrics))
		default:
			out = append(out, overrideFinding(ms, env.Layouts["decisions"].Exported("score")))
		}
	}
	return out
}

var overrideClauses = []audit.Clause{
	clauses.RegBGroups.Cite("judgement included", "含人工判断"),
	clauses.PIPL24.Cite("fair results", "结果公平公正"),
	clauses.InternetLoans22.Cite("manual review with set triggers", "人工复核及其触发条件"),
}

func overrideBase(ms []*audit.Metric, severity audit.Severity, cause string) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(overrideName, ms[0].Group, cause), Check: overrideName, Severity: severity, Grade: audit.E3, Cause: cause,
		Metrics: ids(ms...), Clauses: overrideClauses,
		Customer: audit.T(
			"This figure is about many decisions and says nothing about a single one. You may ask for the reasons of your own decision and for a review by somebody else.",
			"该数字涉及多笔决定，不说明任何一笔。您可以要求说明您本人申请结果的原因，并申请由他人复核。"),
	}
	for _, m := range ms {
		f.Harm += int64(math.Round(math.Abs(m.Effect)))
	}
	return f
}

// favourable reports whether a metric is about the low side.
func favourable(m *audit.Metric) bool { return strings.Contains(m.Name, sideNames[lowSide]) }

func overrideFinding(ms []*audit.Metric, scored bool) audit.Finding {
	f := overrideBase(ms, audit.S2, overrideGap)
	f.Remedy = audit.T(
		"Read the overrides of both groups side by side at equal score; give overrides written reasons and limits, and have a second person see them.",
		"在同等评分下并排查阅两个群体的改判；为改判设定书面理由与限额，并由第二人复核。")
	m := ms[0]
	alike, strata := audit.T("at equal score", "同等评分下"), audit.T("product, policy version and score band", "产品、政策版本和分数段")
	if !scored {
		alike, strata = audit.T("at equal product and policy, scores unknown", "同一产品和政策下（评分不明）"), audit.T("product and policy version", "产品和政策版本")
	}
	if favourable(m) {
		f.Title = audit.Tf("Denials of %[1]s are overridden in the applicant's favour at %[2]s times the odds of %[3]s's, %[4]s",
			"%[5]s，%[1]s被政策拒绝后获人工通过的比值是%[3]s的%[2]s倍", m.Group, ratioText(m.Value), groupOf(m.Reference), alike.En, alike.Zh)
	} else {
		f.Title = audit.Tf("Approvals of %[1]s are overridden against the applicant at %[2]s times the odds of %[3]s's, %[4]s",
			"%[5]s，%[1]s被政策通过后遭人工拒绝的比值是%[3]s的%[2]s倍", m.Group, ratioText(m.Value), groupOf(m.Reference), alike.En, alike.Zh)
	}
	var en, zh []string
	for _, m := range ms {
		side := audit.T("approved against the policy", "违背政策而通过")
		if !favourable(m) {
			side = audit.T("denied against the policy", "违背政策而拒绝")
		}
		args := []any{audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), ratioText(m.Value),
			ratioText(m.Low), ratioText(m.High), audit.PText(m.PAdjusted), m.Effect}
		t := audit.Tf("%s of %s "+side.En+" against %s of %s; common odds ratio %s (%s to %s) within "+strata.En+"; corrected p %s; %.0f decisions from the reference group's rate.",
			"%[2]s笔中%[1]s笔"+side.Zh+"，参照群体%[4]s笔中%[3]s笔；同一"+strata.Zh+"内的公共比值比%[5]s（%[6]s至%[7]s）；校正后p值%[8]s；与参照群体比例相差%.0[9]f笔。", args...)
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	f.What = audit.Text{
		En: strings.Join(en, " ") + " What a human knew and the score does not hold may explain it; it proves no prejudice.",
		Zh: strings.Join(zh, "") + "评分之外、由人所知的情况可能解释差异；这并不证明存在偏见。",
	}
	return f
}

func reviewerFinding(ms []*audit.Metric, metrics []audit.Metric) audit.Finding {
	f := overrideBase(ms, audit.S3, overrideOutlier)
	f.Remedy = audit.T(
		"Have somebody else read a sample of this reviewer's overrides; look at how cases are assigned before drawing any conclusion.",
		"请他人抽查该审核员的改判；下结论之前，先查看案件的分派方式。")
	m := ms[0]
	side := audit.T("approves against the policy", "违背政策予以通过")
	if !favourable(m) {
		side = audit.T("denies against the policy", "违背政策予以拒绝")
	}
	f.Title = audit.Tf("%[3]s %[4]s in %[1]s of cases, all others in %[2]s",
		"%[3]s%[5]s的比例为%[1]s，其他审核员为%[2]s", audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef), m.Group, side.En, side.Zh)
	var en, zh []string
	for _, m := range ms {
		t := audit.Tf("%s of %s; with few decisions allowed for, %.1f %% (%.1f to %.1f), against %.1f %% of all; corrected p %s.",
			"%[2]s笔中%[1]s笔；计入决策数量影响后为%.1[3]f %%（%.1[4]f至%.1[5]f），全体为%.1[6]f %%；校正后p值%[7]s。",
			audit.Thousands(m.K), audit.Thousands(m.N), 100*m.Value, 100*m.Low, 100*m.High, 100*m.Threshold, audit.PText(m.PAdjusted))
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	for i := range metrics {
		if x := &metrics[i]; x.Segment == ms[0].Group && x.Name != referralRate && !x.Suppressed {
			f.Metrics = append(f.Metrics, x.ID())
		}
	}
	f.What = audit.Text{
		En: strings.Join(en, " ") + " The mix of cases that a reviewer is sent may explain it; it says nothing of intent.",
		Zh: strings.Join(zh, "") + "分派给审核员的案件构成可能解释差异；这不说明任何意图。",
	}
	return f
}
