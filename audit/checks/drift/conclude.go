package drift

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// conclude makes one finding of each column that drifted.
func conclude(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	type column struct{ name, segment string }
	by := map[column][]*audit.Metric{}
	var order []column
	for i := range metrics { // sorted: by name, segment, then period
		m := &metrics[i]
		if m.Name != psiRecorded && m.Name != psiRecomputed && m.Name != csi && m.Name != missingShift {
			continue
		}
		k := column{m.Name, m.Segment}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	flagged := func(k column) bool {
		return slices.ContainsFunc(by[k], func(m *audit.Metric) bool { return m.Status >= audit.Warn })
	}
	var out []audit.Finding
	for _, k := range order {
		switch {
		case !flagged(k):
		case k.name == psiRecomputed && flagged(column{psiRecorded, ""}):
			// The same drift seen twice.
		case k.name == psiRecorded && k.segment != "" && flagged(column{psiRecorded, ""}):
			// Told with the drift over all versions.
		case k.name == missingShift:
			index := column{csi, k.segment}
			if k.segment == "column=score" {
				index = column{psiRecorded, ""}
			}
			if !flagged(index) { // else told with the drift of the column
				out = append(out, missingFinding(by[k]))
			}
		default:
			out = append(out, finding(by[k], metrics))
		}
	}
	return out
}

// finding describes one column's periods against its reference.
func finding(ms []*audit.Metric, metrics []audit.Metric) audit.Finding {
	var first, worst *audit.Metric
	n := 0
	f := audit.Finding{Check: name, Severity: audit.S3, Grade: audit.E3, Cause: "DRIFT", Clauses: monitoring()}
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		if m.Status < audit.Warn {
			continue
		}
		n++
		if m.Status == audit.Fail {
			f.Severity = audit.S2
		}
		if first == nil {
			first = m
		}
		if worst == nil || m.Value > worst.Value {
			worst = m
		}
	}
	subject := subjectOf(first)
	f.ID = audit.StableID(name, first.Name, first.Segment)
	index := "PSI"
	if first.Name == csi {
		index = "CSI"
	}
	f.Title = audit.Tf(" drifted: %[1]s %.3[2]f in %[3]s against %[4]s", "发生漂移：%[3]s 相对 %[4]s 的 %[1]s 为 %.3[2]f",
		index, worst.Value, worst.Period, worst.Reference)
	f.Title.En, f.Title.Zh = subject.En+f.Title.En, subject.Zh+f.Title.Zh
	f.What = audit.Tf(
		"%[1]d of %[2]d periods are past the threshold, the first in %[3]s. The worst is %[4]s: %[5]s %.3[6]f on %[7]d rows against %[8]d; two samples of one distribution stay under %.4[9]f at these sizes (95 %%). "+
			"It is a screening number of grade E3: applicants, inputs or the model changed; it does not say that a score is wrong.",
		"%[2]d 个时期中有 %[1]d 个超过阈值，最早为 %[3]s。最严重的是 %[4]s：%[5]s 为 %.3[6]f（%[7]d 条对 %[8]d 条）；同一分布的两个样本在此样本量下以 95 %% 的概率低于 %.4[9]f。"+
			"这是筛查指标（证据等级 E3）：说明申请人、输入或模型发生了变化，并不说明评分有误。",
		n, len(ms), first.Period, worst.Period, index, worst.Value, worst.N, worst.NRef, worst.Effect)
	if t := versionText(first, metrics); !t.IsZero() {
		f.What.En += " " + t.En
		f.What.Zh += t.Zh
	}
	f.Remedy = audit.T(
		"Find what changed from the first flagged period on (channels, partners, sources of the feature, the model), and check calibration and approval rates by group for the periods since; recalibrate or rebuild the model if they moved.",
		"查明自首个异常时期起发生了什么变化（渠道、合作方、特征来源或模型），并核查此后各期的校准情况与分群体通过率；如有偏移，应重新校准或重建模型。")
	return f
}

// monitoring cites those that monitoring is evidence for.
func monitoring() []audit.Clause {
	return []audit.Clause{clauses.SR262.Cite("ongoing monitoring", "持续监测"), clauses.InternetLoansModels.Cite("", "")}
}

// missingFinding describes a column whose values went missing, or came back.
func missingFinding(ms []*audit.Metric) audit.Finding {
	f := audit.Finding{Check: name, Severity: audit.S3, Grade: audit.E3, Cause: "DRIFT", Clauses: monitoring(), ID: audit.StableID(name, missingShift, ms[0].Segment)}
	var first, worst *audit.Metric
	n := 0
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		if m.Status < audit.Warn {
			continue
		}
		n++
		if first == nil {
			first = m
		}
		if worst == nil || math.Abs(m.Value) > math.Abs(worst.Value) {
			worst = m
		}
	}
	subject := subjectOf(worst)
	was, is := audit.Percent(worst.KRef, worst.NRef), audit.Percent(worst.K, worst.N)
	f.Title = audit.Tf(" is missing more or less often: %[1]s in %[2]s, %[3]s in %[4]s", "的缺失率有变化：%[2]s 为 %[1]s，%[4]s 为 %[3]s", is, worst.Period, was, worst.Reference)
	f.Title.En, f.Title.Zh = subject.En+f.Title.En, subject.Zh+f.Title.Zh
	f.What = audit.Tf(
		"%[1]d of %[2]d periods are past the threshold and no chance (%[3]s, corrected p %[4]s in the worst), the first in %[5]s. "+
			"It is a screening number of grade E3: a source of the value, or the way it is recorded, changed; it does not say that a decision is wrong.",
		"%[2]d 个时期中有 %[1]d 个超过阈值且非偶然（最甚者 %[3]s，校正后 p %[4]s），最早为 %[5]s。这是筛查指标（证据等级 E3）：说明该值的来源或记录方式发生了变化，并不说明决策有误。",
		n, len(ms), worst.Test, audit.PText(worst.PAdjusted), first.Period)
	f.Remedy = audit.T(
		"Find the source that stopped or began to deliver from then on, and how models and policies treat the missing value; re-score the applications of the time if they treat it as bad.",
		"查明自该期起停止或开始提供数据的来源，以及模型和政策如何处理缺失值；如缺失被视为不利，应对该期申请重新评分。")
	return f
}

func subjectOf(m *audit.Metric) audit.Text {
	column, value, _ := strings.Cut(m.Segment, "=")
	switch {
	case column == "feature":
		return audit.T("Feature "+value, "特征 "+value+" ")
	case m.Name == psiRecomputed:
		return audit.T("The recomputed score", "复算评分")
	case column == "model_version":
		return audit.T("The score within model version "+value, "模型版本 "+value+" 内的评分")
	case column == "policy_version":
		return audit.T("The score within policy version "+value, "政策版本 "+value+" 内的评分")
	}
	return audit.T("The recorded score", "记录评分")
}

// versionText tells which model versions were seen when, and whether the
// drift began with a change of them.
func versionText(first *audit.Metric, metrics []audit.Metric) audit.Text {
	share := map[string]map[string]float64{} // by period and version
	var periods []string
	var versions []string
	for _, m := range metrics {
		if m.Name != versionShare {
			continue
		}
		v := strings.TrimPrefix(m.Segment, "model_version=")
		if share[m.Period] == nil {
			share[m.Period] = map[string]float64{}
			periods = append(periods, m.Period)
		}
		share[m.Period][v] = m.Value
		if !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	if len(versions) == 0 {
		return audit.Text{}
	}
	slices.Sort(periods)
	var seen []string
	for _, v := range versions {
		from, to := "", ""
		for _, p := range periods {
			if share[p][v] > 0 {
				if from == "" {
					from = p
				}
				to = p
			}
		}
		if from == to {
			seen = append(seen, fmt.Sprintf("%s (%s)", v, from))
		} else {
			seen = append(seen, fmt.Sprintf("%s (%s … %s)", v, from, to))
		}
	}
	list := strings.Join(seen, ", ")
	t := audit.T("Model versions seen: "+list+".", "期间的模型版本："+list+"。")
	main := func(p string) string {
		best := ""
		for _, v := range versions {
			if share[p][v] > share[p][best] || best == "" {
				best = v
			}
		}
		return best
	}
	i := slices.Index(periods, first.Period)
	if i <= 0 || first.Segment != "" && !strings.HasPrefix(first.Segment, "feature=") {
		return t
	}
	if was, is := main(periods[i-1]), main(first.Period); was != is {
		t.En += fmt.Sprintf(" The drift begins as the model changes from %s to %s: for the score that is drift by design, to be judged within the version.", was, is)
		t.Zh += fmt.Sprintf("漂移始于模型由 %s 切换为 %s：就评分而言属于设计使然，应在同一版本内判断。", was, is)
		if w := worstWithin(is, metrics); w != nil {
			t.En += fmt.Sprintf(" Within %s its PSI reaches %.3f (%s).", is, w.Value, w.Period)
			t.Zh += fmt.Sprintf("%s 版本内 PSI 最高为 %.3f（%s）。", is, w.Value, w.Period)
		}
	}
	return t
}

// worstWithin returns the greatest PSI of the score within a version.
func worstWithin(version string, metrics []audit.Metric) *audit.Metric {
	var worst *audit.Metric
	for i := range metrics {
		m := &metrics[i]
		if m.Name == psiRecorded && m.Segment == "model_version="+version && m.Value == m.Value && (worst == nil || m.Value > worst.Value) {
			worst = m
		}
	}
	return worst
}
