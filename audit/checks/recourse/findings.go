package recourse

import (
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

var cited = []audit.Clause{
	clauses.PIPL24.Cite("fair results, and the right to have them explained", "结果公平公正，并有权要求说明"),
	clauses.RegBNotice.Cite("and Supp. I: reasons that tell the applicant what stood in the way", "及官方解释：拒绝理由须说明障碍所在"),
	clauses.AIActExplain.Cite("", ""),
}

// conclude makes findings of what was flagged: advice, never a verdict.
func conclude(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	var groups []string
	flagged := map[string][]*audit.Metric{}
	for i := range metrics {
		m := &metrics[i]
		if m.Status < audit.Warn || m.Suppressed {
			continue
		}
		switch m.Name {
		case "recourse_unreachable":
			out = append(out, rigid(m))
		case "recourse_extra_cost", "recourse_unreachable_difference":
			if flagged[m.Group] == nil {
				groups = append(groups, m.Group)
			}
			flagged[m.Group] = append(flagged[m.Group], m)
		}
	}
	slices.Sort(groups)
	for _, g := range groups {
		out = append(out, gap(flagged[g]))
	}
	return out
}

// rigid is the finding of denials that nothing turns.
func rigid(m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(checkName, "rigid"), Check: checkName, Severity: audit.S4, Grade: audit.E1, Cause: "NO_RECOURSE",
		Harm: m.K, Metrics: []string{m.ID()}, Clauses: cited,
		Title: audit.Tf("%[1]s of %[2]s right denials (%[3]s) can't be turned by anything that customers can change",
			"%[2]s笔正确的拒绝中有%[1]s笔（%[3]s）是客户作任何改变都无法扭转的", audit.Thousands(m.K), audit.Thousands(m.N), audit.Percent(m.K, m.N)),
		What: audit.Tf("No set of at most three changes of the features that the plan says customers can change, within its bounds, leads the replay of the policy to approve: the cut-off, or a rule, is out of their reach (%[1]s %% interval of the share %[2]s to %[3]s). The denials are as the policy says: this is advice, and no fault.",
			"在方案列为客户可改变的特征及其边界之内，至多三项改变的任何组合都不能使政策复算为通过：阈值或某条规则是他们无法达到的（占比的%[1]s %%区间为%[2]s至%[3]s）。这些拒绝符合政策：此为建议，并非差错。",
			percent(m.Level), share(m.Low), share(m.High)),
		Remedy: audit.T("See which rules and which immutable inputs these denials owe to, and whether the policy means them to be final. If so, tell customers that no change of theirs is expected to help for now; if not, look for what else could show that they repay.",
			"查明这些拒绝源于哪些规则和哪些不可改变的变量，以及政策是否有意使其不可改变。如确有此意，应告知客户目前没有其可作的改变；否则应寻找其他能够说明其还款能力的信息。"),
		Customer: audit.T("Ask which factors stood in the way and whether any of them is one that you can change. You may ask for a human review.",
			"您可以询问是哪些因素造成障碍、其中是否有您能够改变的因素，并可申请人工复核。"),
	}
}

// gap is the finding of a group for which the way is longer.
func gap(ms []*audit.Metric) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(checkName, "gap", ms[0].Group, ms[0].Reference), Check: checkName, Severity: audit.S3, Grade: audit.E3, Cause: "RECOURSE_GAP", Clauses: cited,
		Remedy: audit.T("Compare what stands in the way of the two groups, feature by feature; where an input weighs on the group without telling more of repayment, look for one that does not. Re-audit the next period.",
			"逐项比较两个群体的障碍所在；如某一变量对该群体不利却并未更好地预测还款，应寻找没有这种影响的变量。下一期复审。"),
		Customer: audit.T("This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
			"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
	}
	_, ref, _ := strings.Cut(ms[0].Reference, "=")
	var en, zh []string
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		var t audit.Text
		if m.Name == "recourse_extra_cost" {
			t = audit.Tf("%[1]s steps more to an approval on average (%[2]s %% interval %[3]s to %[4]s; n = %[5]s and %[6]s; corrected p %[7]s)",
				"平均多需%[1]s步才能通过（%[2]s %%区间%[3]s至%[4]s；n = %[5]s和%[6]s；校正后p值%[7]s）",
				number(m.Value), percent(m.Level), number(m.Low), number(m.High), audit.Thousands(m.N), audit.Thousands(m.NRef), audit.PText(m.PAdjusted))
		} else {
			f.Harm = max(f.Harm, int64(m.Effect))
			t = audit.Tf("no way to an approval for %[1]s of denials against %[2]s (%[3]s of %[4]s, %[5]s of %[6]s; corrected p %[7]s)",
				"%[1]s的拒绝没有改变途径，参照群体为%[2]s（%[4]s笔中%[3]s笔，%[6]s笔中%[5]s笔；校正后p值%[7]s）",
				audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef), audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted))
		}
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	first := ms[0]
	if first.Name == "recourse_extra_cost" {
		f.Title = audit.Tf("Denied customers of %[1]s are %[2]s steps further from an approval than those of %[3]s", "%[1]s的被拒客户比%[3]s平均多需%[2]s步才能通过", first.Group, number(first.Value), ref)
	} else {
		f.Title = audit.Tf("Denials of %[1]s are more often beyond any change than those of %[2]s (%[3]s vs %[4]s)", "%[1]s的拒绝比%[2]s更常没有改变途径（%[3]s对%[4]s）",
			first.Group, ref, audit.Percent(first.K, first.N), audit.Percent(first.KRef, first.NRef))
	}
	f.What = audit.T(
		first.Group+" against "+first.Reference+": "+strings.Join(en, "; ")+". Both groups were denied as the policy says; the costs are the plan's, and this does not say why they differ.",
		first.Group+"与"+first.Reference+"相比："+strings.Join(zh, "；")+"。两个群体的拒绝均符合政策；成本由方案给定，此处不说明差异的原因。")
	return f
}

func number(x float64) string      { return strconv.FormatFloat(x, 'f', 1, 64) }
func percent(level float64) string { return strconv.FormatFloat(100*level, 'f', -1, 64) }
func share(x float64) string       { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" }
