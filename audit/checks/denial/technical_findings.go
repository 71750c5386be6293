package denial

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

// concludeTechnical makes one finding of each fault: a cause, a proof and, when
// an incident explains it, the incident.
func concludeTechnical(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	type key struct{ cause, proof, incident string }
	by := map[key][]*audit.Case{}
	for i := range cases {
		c := &cases[i]
		k := key{c.Cause, c.Item(itemProof), c.Item(itemIncident)}
		by[k] = append(by[k], c)
	}
	var keys []key
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(strings.Compare(a.cause, b.cause), strings.Compare(a.proof, b.proof), strings.Compare(a.incident, b.incident))
	})
	var out []audit.Finding
	for _, k := range keys {
		f := technicalFinding(env, k.proof, k.incident, by[k])
		for i := range metrics {
			if m := &metrics[i]; m.Name == incidentExcess && m.Segment == "incident="+k.incident {
				f.Metrics = append(f.Metrics, m.ID())
			}
		}
		out = append(out, f)
	}
	for i := range metrics {
		switch m := &metrics[i]; {
		case m.Status < audit.Warn:
		case m.Name == hourSpread:
			out = append(out, hourFinding(m))
		case m.Name == incidentDenial:
			out = append(out, incidentFinding(m))
		}
	}
	return out
}

func technicalFinding(env *audit.Env, proof, incident string, list []*audit.Case) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(technicalName, proof, incident), Check: technicalName, Severity: audit.S1,
		Substance: audit.Technical, Disclosure: audit.NotAssessed, Cause: list[0].Cause, Clauses: technicalClauses(env),
	}
	cases.Fill(&f, list)
	f.Grade, f.Rules = audit.E1, []string{"R4.6"}
	n, c := audit.Plural(f.Cases, "denial"), audit.Plural(f.Customers, "customer")
	f.Title = audit.Text{
		En: fmt.Sprintf("Technical failures recorded as denials: %s of %s, by %s", n, c, proof),
		Zh: fmt.Sprintf("%s笔拒绝（%s位客户）实为技术故障，依据：%s", audit.Thousands(f.Cases), audit.Thousands(f.Customers), proofZh(proof)),
	}
	f.What = audit.T("The engine recorded that it failed", "引擎记录自身发生故障")
	switch {
	case strings.HasPrefix(proof, proofNames[byTimeout]):
		f.What = audit.T("The engine ran into its time limit and reached no result", "引擎运行超时，没有得出结果")
	case strings.HasPrefix(proof, proofNames[bySentinel]):
		f.What = audit.T("The score on record is a placeholder, which the model does not give", "记录的评分是占位值，并非模型算出的评分")
	case strings.HasPrefix(proof, proofNames[byNoScore]):
		f.What = audit.T("The policy needs a score, and none is on record", "政策须用到评分，而记录中没有评分")
	}
	f.What.En += ", and the outcome was still recorded as denied: no rule of the policy was decided on. Whether these applications would have been approved is not said here."
	f.What.Zh += "，结果却仍记为拒绝：并未依据政策作出判断。这些申请本可否通过，此处不作判断。"
	if incident != "" {
		f.Title.En, f.Title.Zh = f.Title.En+", in incident "+incident, f.Title.Zh+"，处于事故"+incident
		e := list[0]
		f.What.En += fmt.Sprintf(" They lie in incident %s (%s), in which %s failed, against %s; ratio %s with its 95 %% interval.",
			incident, e.Item("incident_window"), e.Item("failures_in_window"), e.Item("failures_before"), e.Item("excess"))
		f.What.Zh += fmt.Sprintf("这些拒绝处于事故%s的时段内（%s）：该时段内决策失败数为%s，此前四周同一时段为%s；比值及95 %%区间为%s。",
			incident, strings.ReplaceAll(e.Item("incident_window"), " to ", "至"), zhOf(e.Item("failures_in_window")), zhOf(e.Item("failures_before")), excessZh(e.Item("excess")))
	} else {
		f.What.En += " No incident with a measured excess of failures explains them."
		f.What.Zh += "没有故障数明显偏多的事故可以解释。"
	}
	f.What.En += " " + strings.Join(spreadOf(list, false), " ")
	f.What.Zh += strings.Join(spreadOf(list, true), "")
	f.Remedy = audit.T(
		"Decide these applications again (see the re-decision list); record failures as errors and never as denials; let a failed call be retried or go to a person; raise an alarm when the rate rises.",
		"对这些申请重新作出决定（见重新决定清单）；故障应记为错误，不得记为拒绝；调用失败应重试或转人工；故障率上升时预警。")
	f.Customer = audit.T(
		"Your application was not turned down for your credit standing: our system failed while it was decided. It will be decided again, and you need not apply again; the outcome is open.",
		"您的申请未通过并非因为您的信用状况，而是处理时系统发生故障。我们将重新作出决定，您无需重复申请；结果以实际为准。")
	return f
}

// proofZh puts the words of a proof, not its code, into Chinese.
func proofZh(proof string) string {
	for i, name := range proofNames {
		if rest, ok := strings.CutPrefix(proof, name); ok && i > 0 {
			return [proofs]string{"", "引擎状态属技术故障", "超时", "评分为占位值", "缺少评分"}[i] + strings.Replace(rest, " ", "：", 1)
		}
	}
	return proof
}

func excessZh(s string) string {
	if rest, ok := strings.CutPrefix(s, "none before (at least "); ok {
		return "此前没有（至少" + strings.TrimSuffix(rest, ")") + "）"
	}
	return strings.ReplaceAll(s, " to ", "至")
}

func zhOf(s string) string {
	s, _, _ = strings.Cut(s, " in ")
	k, n, _ := strings.Cut(s, " of ")
	return n + "笔中" + k + "笔"
}

// spreadOf says how cases spread over products, channels and versions.
func spreadOf(cases []*audit.Case, zh bool) []string {
	s := summary{products: map[string]int64{}, channels: map[string]int64{}, policies: map[string]int64{}, models: map[string]int64{}}
	for _, c := range cases {
		s.products[c.Product]++
		s.channels[c.Item(itemChannel)]++
		s.policies[c.PolicyVersion]++
		s.models[c.ModelVersion]++
	}
	return s.spread(max(len(cases), 2), zh)
}

func technicalClauses(env *audit.Env) []audit.Clause {
	var out []audit.Clause
	for _, r := range []string{"cn", "us", "eu"} {
		if slices.Contains(env.Settings.(*TechnicalSettings).Regime, r) {
			out = append(out, map[string][]audit.Clause{"cn": {pipl24Auto, banks22}, "us": {regB("(a)(2), (b)(2)")}, "eu": {gdpr22, ccd2}}[r]...)
		}
	}
	return out
}

func hourFinding(m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(technicalName, hourSpread), Check: technicalName, Severity: audit.S4, Grade: audit.E4, Cause: cause.Unexplained,
		Metrics: []string{m.ID()},
		Title: audit.Tf("Denials vary with the hour of the day by up to %.1f points",
			"各小时的拒绝率相差最多%.1f个百分点", 100*m.Value),
		What: audit.Tf("Corrected p %s. The export does not say how the engine fared, so that this is a screen only: who applies at which hour differs too.",
			"校正后p值%s。导出数据没有引擎运行情况，因此仅为筛查：不同时段的申请人也不相同。", audit.PText(m.PAdjusted)),
		Remedy: audit.T("Export engine_status, error_code and latency_ms, so that failures can be told from denials.",
			"导出engine_status、error_code和latency_ms，以便区分故障与拒绝。"),
	}
}

func incidentFinding(m *audit.Metric) audit.Finding {
	id := strings.TrimPrefix(m.Segment, "incident=")
	return audit.Finding{
		ID: audit.StableID(technicalName, incidentDenial, id), Check: technicalName, Severity: audit.S3, Grade: audit.E3, Cause: cause.Incident,
		Causes: []audit.Supported{{Code: cause.Incident, Grade: audit.E3}}, Metrics: []string{m.ID()}, Harm: max(0, m.K-m.KRef*m.N/max(m.NRef, 1)),
		Title: audit.Tf("Denials were %.2[2]f times as frequent during incident %[1]s", "事故%[1]s期间的拒绝率是平时的%.2[2]f倍", id, m.Value),
		What: audit.Tf("%d of %d decisions against %d of %d in the same hours of the four weeks before; 95 %% interval %.2f to %.2f. No row of them is proved to be technical, so that no denial is judged wrong for it.",
			"%d/%d，此前四周同一时段为%d/%d；95 %%区间%.2f至%.2f。没有逐笔证据表明其中任何一笔属于技术故障，因此不据此认定任何拒绝有误。",
			m.K, m.N, m.KRef, m.NRef, m.Low, m.High),
		Remedy: audit.T("Look at the denials of that window one by one, and decide again those that failed.", "逐笔核查该时段的拒绝，对其中因故障造成的重新作出决定。"),
	}
}

// technicalLetter is what the customer of a case may truthfully be told.
func technicalLetter(plan *audit.Plan, c *audit.Case) audit.Text {
	if c.Substance != audit.Technical || c.At == 0 {
		return audit.Text{}
	}
	cal := calendar{zone: plan.Zone()}
	on := date(cal.day(c.At))
	t := audit.Text{
		En: fmt.Sprintf("Your application decided on %s was recorded as declined. Our review found that our system failed while it was being decided; this says nothing about your credit standing.", on),
		Zh: fmt.Sprintf("您%s的申请被记录为未通过。经复核，该结果由处理时的系统故障造成，不是对您信用状况的评价。", on),
	}
	if c.Item(itemIncident) != "" {
		t.En += " The failure was part of a disturbance of our services at that time."
		t.Zh += "当时我们的服务发生异常。"
	}
	t.En += " It will be decided again; you need not apply again. The outcome is open. You may also ask for a review by a person."
	t.Zh += "我们将重新作出决定，您无需重复提交申请；结果以实际为准。您也可以申请人工复核。"
	return t
}
