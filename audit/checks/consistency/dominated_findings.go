package consistency

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/clauses"
)

var dominatedClauses = []audit.Clause{
	clauses.PIPL24.Cite("transparent and fair results", "透明、结果公平公正"),
	clauses.GDPR22.Cite("the procedure actually applied", "实际采用的决策过程"),
	clauses.AIActAccuracy.Cite("consistent performance", "表现一致"),
}

// concludeDominated makes a finding of the denials that the replay contradicts,
// one for each product and policy of those that it could not check, and one of
// those that it confirms.
func concludeDominated(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	type key struct{ refuted, product, policy string }
	by := map[key][]*audit.Case{}
	for i := range list {
		c := &list[i]
		k := key{product: c.Product, policy: c.PolicyVersion}
		if c.Item(domReplay) == domStandings[domRefuted] {
			k = key{refuted: domStandings[domRefuted]}
		}
		by[k] = append(by[k], c)
	}
	var keys []key
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(-strings.Compare(a.refuted, b.refuted), strings.Compare(a.product, b.product), strings.Compare(a.policy, b.policy))
	})
	var out []audit.Finding
	for _, k := range keys {
		if k.refuted != "" {
			out = append(out, refutedFinding(env, by[k]))
		} else {
			out = append(out, unheardFinding(env, k.product, k.policy, by[k]))
		}
	}
	for i := range metrics {
		m := &metrics[i]
		if m.Name == domRate && m.Segment == "replay="+domStandings[domConfirmed] && m.K > 0 {
			out = append(out, monotoneFinding(m, metrics))
		}
	}
	for i := range out {
		for j := range metrics {
			if m := &metrics[j]; m.Name == domRate && m.Segment == "" {
				out[i].Metrics = append(out[i].Metrics, m.ID())
			}
		}
		slices.Sort(out[i].Metrics)
		out[i].Metrics = slices.Compact(out[i].Metrics)
	}
	return out
}

func dominatedFinding(cause string, parts ...string) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(append([]string{dominatedName, cause}, parts...)...), Check: dominatedName, Severity: audit.S4,
		Grade: audit.E3, Cause: cause, Clauses: dominatedClauses,
	}
}

func refutedFinding(env *audit.Env, list []*audit.Case) audit.Finding {
	f := dominatedFinding(domCause, "refuted")
	cases.Fill(&f, list)
	f.Title = audit.Text{
		En: audit.Plural(f.Cases, "denial") + " that the policy does not give have weaker approvals beside them",
		Zh: fmt.Sprintf("%s笔按政策不应拒绝的申请，同期有条件更弱者通过", audit.Thousands(f.Cases)),
	}
	f.What = audit.Tf(
		"The replay of the policy does not deny these applications, and unexplaineddenial judges them; what they were owed is counted there, not here. Here each has at least %[1]d approved applicants of the same time, product and versions beside it who are no better on anything that the decision reads. It is evidence of a second kind, that does not rest on the replay.",
		"这些申请按政策复算不应拒绝，由unexplaineddenial判断，应补救的金额也在那里计算，此处不重复。此处为每笔列出同一时期、同一产品和版本下至少%[1]d位获通过的申请人，他们在决策所用的任何一项上都不更好。这是不依赖复算的另一种证据。", env.Settings.(*DominatedSettings).Witnesses)
	f.Remedy = audit.T("As under unexplaineddenial: decide again what the policy approves, and find what denied beside it. The files of the witnesses show what was done with like applicants.",
		"同unexplaineddenial：对按政策应通过的申请重新作出决定，并查明政策之外是什么导致了拒绝。对照案例可说明同类申请人是如何处理的。")
	return f
}

func unheardFinding(env *audit.Env, product, policy string, list []*audit.Case) audit.Finding {
	f := dominatedFinding(domCause, product, policy)
	cases.Fill(&f, list)
	f.Severity = audit.S3
	if f.Customers >= env.Settings.(*DominatedSettings).Many {
		f.Severity = audit.S2
	}
	where, whereZh := "", ""
	if product != "" {
		where, whereZh = " of "+product, product+"的"
	}
	if policy != "" {
		where, whereZh = where+" under "+policy, whereZh+policy+"下的"
	}
	f.Title = audit.Text{
		En: audit.Plural(f.Cases, "denial") + where + " beside approvals of weaker applicants",
		Zh: fmt.Sprintf("%s%s笔拒绝，同期有条件更弱者通过", whereZh, audit.Thousands(f.Cases)),
	}
	f.What = audit.Tf(
		"Each has at least %[1]d approved applicants of the same time, product and versions beside it who are no better on anything that the decision is known to read, and worse on something. The replay of the policy could not check these denials. It is a statistical indication (E3), no proof that a denial was wrong: the decision may have read what the export does not have.",
		"每笔都有同一时期、同一产品和版本下至少%[1]d位获通过的申请人，他们在已知决策所用的任何一项上都不更好，且至少有一项更差。这些拒绝无法按政策复算。这是统计线索（E3），不证明拒绝有误：决策可能用到了导出数据中没有的信息。", env.Settings.(*DominatedSettings).Witnesses)
	f.Remedy = audit.T("Have a person review these denials beside the approvals named in each case; record the rule that made the difference, or decide again.",
		"由人工对照案例中列出的通过，逐笔复核这些拒绝；记录造成差别的规则，否则重新作出决定。")
	f.Customer = audit.T("Your application will be looked at again by a person. The outcome is open.", "您的申请将由人工复核，结果以实际为准。")
	return f
}

func monotoneFinding(m *audit.Metric, metrics []audit.Metric) audit.Finding {
	f := dominatedFinding(domMonotone, "confirmed")
	f.Causes = []audit.Supported{{Code: domMonotone, Grade: audit.E3}}
	f.Metrics = []string{m.ID()}
	var names []string
	for i := range metrics {
		if u := &metrics[i]; u.Name == domUneven {
			names = append(names, fmt.Sprintf("%s (%d)", strings.TrimPrefix(u.Segment, "feature="), u.K))
			f.Metrics = append(f.Metrics, u.ID())
		}
	}
	f.Title = audit.Text{
		En: audit.Plural(m.K, "denial") + " by the policy beside approvals of weaker applicants: it is not monotone",
		Zh: fmt.Sprintf("%s笔按政策的拒绝，同期有条件更弱者通过：政策或模型不单调", audit.Thousands(m.K)),
	}
	f.What = audit.Tf(
		"Of %[2]d denials compared that the policy confirms, %[1]d have weaker approvals beside them. None of them is a false denial; but the policy, or the model it rests on, approved applicants who are no better on anything that it reads, by the plan's dictionary, and worse on something. Either the model rewards what the dictionary calls worse, or the dictionary has a direction wrong.",
		"在参与比较、且经政策印证的%[2]d笔拒绝中，有%[1]d笔同期有条件更弱者通过。它们并非误拒；但政策或其所依据的模型，通过了按方案词典在任何一项上都不更好、且至少有一项更差的申请人：要么模型奖励了词典认为更差的取值，要么词典的方向有误。", m.K, m.N)
	if len(names) > 0 {
		f.What.En += " Features for which being worse earned points: " + strings.Join(names, ", ") + "."
		f.What.Zh += "更差反而得分更高的特征：" + strings.Join(names, "、") + "。"
	}
	f.Remedy = audit.T("Compare the points of the features named with the dictionary's directions; justify or smooth bins that go the other way, or correct the dictionary.",
		"将所列特征的分值与词典的方向对照；对反向的分箱说明理由或予以平滑，或更正词典。")
	return f
}
