package reason

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/clauses"
)

// clusterKey is what the cases of one finding have in common: one bug is one
// finding. Codes tell mappings apart; rankings go wrong whatever the code.
type clusterKey struct{ cause, model, about string }

func conclude(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	by := map[clusterKey][]*audit.Case{}
	for i := range list {
		c := &list[i]
		k := clusterKey{cause: c.Cause, model: c.ModelVersion}
		switch c.Cause {
		case classNames[unscored], classNames[wrongStage], classNames[knockoutHidden]:
			k.about = about(c)
			if k.about == c.Item(itemRule) { // a rule is the same whatever scored
				k.model = ""
			}
		}
		by[k] = append(by[k], c)
	}
	var keys []clusterKey
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b clusterKey) int {
		return cmp.Or(strings.Compare(a.cause, b.cause), strings.Compare(a.model, b.model), strings.Compare(a.about, b.about))
	})
	var out []audit.Finding
	for _, k := range keys {
		out = append(out, k.finding(env, by[k]))
	}
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Status < audit.Warn:
		case m.Name == rightDifference, m.Name == firstDifference:
			out = append(out, unequal(env, m))
		case m.Name == agreeMetric, m.Name == overlapMetric:
			out = disagree(out, m)
		}
	}
	return out
}

// about is what the primary fault of a case is about.
func about(c *audit.Case) string {
	if x := slices.Index(classNames[:], c.Cause); x >= 0 {
		return c.Item(aboutNames[x])
	}
	return ""
}

func (k clusterKey) finding(env *audit.Env, list []*audit.Case) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(checkName, k.cause, k.model, k.about), Check: checkName, Severity: audit.S2,
		Substance: audit.Justified, Disclosure: audit.Wrong, Cause: k.cause, Clauses: clausesFor(env),
	}
	cases.Fill(&f, list)
	w := faultWords[slices.Index(classNames[:], k.cause)]
	n, c := audit.Plural(f.Cases, "denial"), audit.Plural(f.Customers, "customer")
	thing := k.about
	if thing == "" {
		thing = k.model
	}
	en, zh := quoted(env, thing, "en"), quoted(env, thing, "zh")
	f.Title = audit.Text{En: fmt.Sprintf(w.title.En, n, c, en), Zh: fmt.Sprintf(w.title.Zh, audit.Thousands(f.Cases), audit.Thousands(f.Customers), zh)}
	f.What = audit.Text{
		En: w.what.En + " The outcome itself is what the policy gives." + spread(list, false),
		Zh: w.what.Zh + "结果本身符合政策。" + spread(list, true),
	}
	f.Remedy = audit.Text{
		En: w.remedy.En + " Send these customers notices with the right reasons, and hold each denial's reasons against a recomputation before they go out.",
		Zh: w.remedy.Zh + "向这些客户补发写明正确原因的通知；发出前以复算核对每笔拒绝的原因。",
	}
	f.Customer = audit.T(
		"The reasons you were given are not what decided your application. You will be told the right ones, and you may ask for wrong data to be corrected and for a review by a person; the outcome of a review is open.",
		"此前告知您的原因与实际决定因素不符。我们将告知您正确的原因；您可以要求更正有误的信息，并申请人工复核；复核结果以实际为准。")
	return f
}

// faultWords are the texts of findings by class; titles are told the cases, the
// customers and what it is about.
var faultWords = [classes]struct{ title, what, remedy audit.Text }{
	unscored: {
		audit.T("%[1]s of %[2]s named a reason that nothing in the decision reads: %[3]s", "%[1]s笔拒绝（%[2]s位客户）所告知的原因与决定无关：%[3]s"),
		audit.T("They were denied by score. Neither the model nor any rule that fired reads what the code stands for.", "这些申请因评分被拒，而该代码所代表的内容，模型和已触发的规则均未使用。"),
		audit.T("Find what maps decisions to this code, and take it out.", "查明该代码由何处映射而来，并予撤下。"),
	},
	knockoutHidden: {
		audit.T("Rule %[3]s decided %[1]s of %[2]s, and was not told", "规则%[3]s决定了%[1]s笔拒绝（%[2]s位客户），却未告知"),
		audit.T("The replay denies by this rule alone; no reason given stands for it, nor for another rule that fired.", "复算仅由该规则拒绝；所告知的原因既不代表该规则，也不代表其他已触发的规则。"),
		audit.T("Give the rule that denies a code of its own, first among the reasons.", "为起决定作用的规则设置对应代码，并列为首项原因。"),
	},
	wrongStage: {
		audit.T("%[1]s of %[2]s named reasons of a stage that did not decide: %[3]s", "%[1]s笔拒绝（%[2]s位客户）所告知的原因属于并未起决定作用的环节：%[3]s"),
		audit.T("Either a code stands for a rule that did not fire, or a rule denied and only factors of the score were told.", "或者代码所代表的规则并未触发，或者由规则拒绝而只告知了评分的因素。"),
		audit.T("Take the reasons from the stage that denied: the rule's code for a rule, the score's factors for a score.", "原因应取自作出拒绝的环节：规则拒绝的用规则的代码，评分拒绝的用评分的因素。"),
	},
	nonAdverse: {
		audit.T("%[1]s of %[2]s named a factor that did not count against the applicant (model %[3]s)", "%[1]s笔拒绝（%[2]s位客户）所告知的因素并未对申请人不利（模型%[3]s）"),
		audit.T("By every method of ranking, what the code stands for is no worse than its reference.", "按任何排序方法，该代码所代表的特征都不差于参照值。"),
		audit.T("Rank reasons by what each factor lacks, and tell none that lacks nothing.", "按各因素的差距排序，没有差距的因素不得作为原因告知。"),
	},
	omitted: {
		audit.T("%[1]s of %[2]s left out a principal factor (model %[3]s)", "%[1]s笔拒绝（%[2]s位客户）遗漏了主要因素（模型%[3]s）"),
		audit.T("A factor with a quarter or more (principal_share) of all that the score was short of was not told.", "占评分全部差距四分之一或以上（principal_share）的因素没有告知。"),
		audit.T("Rank reasons by shortfall, the largest first, and tell the first four.", "按差距由大到小排序，告知前四项。"),
	},
}

// quoted is a code with the catalogue's text, or a name as it is.
func quoted(env *audit.Env, name, lang string) string {
	if r, ok := env.Plan.Reasons[name]; ok {
		if text := (audit.Text{En: cmp.Or(r.En, r.Zh), Zh: cmp.Or(r.Zh, r.En)}).In(lang); text != "" {
			if lang == "zh" {
				return name + "（" + text + "）"
			}
			return name + " (" + text + ")"
		}
	}
	if name == "" {
		return "–"
	}
	return name
}

// spread says how the cases spread over what they are about, channels, products
// and versions.
func spread(list []*audit.Case, zh bool) string {
	var out strings.Builder
	for _, by := range []struct {
		en, zh string
		of     func(*audit.Case) string
	}{
		{"About", "涉及", about},
		{"By channel", "按渠道", func(c *audit.Case) string { return c.Item(itemChannel) }},
		{"By product", "按产品", func(c *audit.Case) string { return c.Product }},
		{"By policy version", "按政策版本", func(c *audit.Case) string { return c.PolicyVersion }},
		{"By model version", "按模型版本", func(c *audit.Case) string { return c.ModelVersion }},
	} {
		counts := map[string]int64{}
		for _, c := range list {
			counts[by.of(c)]++
		}
		if len(counts) == 1 && counts[""] > 0 {
			continue
		}
		if zh {
			out.WriteString(by.zh + "：" + strings.Join(cases.Largest(counts), "、") + "。")
		} else {
			out.WriteString(" " + by.en + ": " + strings.Join(cases.Largest(counts), ", ") + ".")
		}
	}
	return out.String()
}

// unequal is the finding that a group gets right reasons less often.
func unequal(env *audit.Env, m *audit.Metric) audit.Finding {
	what := audit.T("the right reasons", "原因正确")
	if m.Name == firstDifference {
		what = audit.T("the right first reason", "第一项原因正确")
	}
	return audit.Finding{
		ID: audit.StableID(checkName, m.Name, m.Group, m.Reference), Check: checkName, Severity: audit.S3,
		Title: audit.Text{
			En: fmt.Sprintf("%s got %s in %s of denials, %s in %s", m.Group, what.En, audit.Percent(m.K, m.N), m.Reference, audit.Percent(m.KRef, m.NRef)),
			Zh: fmt.Sprintf("%s被拒时%s的比例为%s，%s为%s", m.Group, what.Zh, audit.Percent(m.K, m.N), m.Reference, audit.Percent(m.KRef, m.NRef)),
		},
		What: audit.Tf("%[1]s of %[2]s denials against %[3]s of %[4]s; corrected p %[5]s. It says that reasons differ in quality between groups, not why.",
			"%[2]s笔拒绝中%[1]s笔，参照群体%[4]s笔中%[3]s笔；校正后p值%[5]s。这只说明各群体得到的原因质量不同，不说明为何。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted)),
		Grade: audit.E3, Cause: "UNEQUAL_REASONS", Metrics: []string{m.ID()},
		Remedy: audit.T("Find the channel, product or template behind the difference, and take every group's reasons from the same ranking.",
			"查明差异背后的渠道、产品或模板，使各群体的原因出自同一排序。"),
		Clauses: clausesFor(env),
	}
}

// disagree adds a metric of methods that agree too little to the findings, one a
// model.
func disagree(out []audit.Finding, m *audit.Metric) []audit.Finding {
	model := strings.TrimPrefix(m.Segment, "model=")
	id := audit.StableID(checkName, "METHODS_DISAGREE", model)
	at := slices.IndexFunc(out, func(f audit.Finding) bool { return f.ID == id })
	if at < 0 {
		at = len(out)
		out = append(out, audit.Finding{
			ID: id, Check: checkName, Severity: audit.S4, Grade: audit.E1, Cause: "METHODS_DISAGREE", Disclosure: audit.NotAssessed,
			Title: audit.Tf("The method by which model %s ranks reasons differs from those that Regulation B's comment names",
				"模型%s排列原因所用的方法，与《B条例》官方释义列明的方法结果不一致", model),
			What: audit.T("Comment 9(b)(2)-5 accepts other methods that give substantially similar results. It is no verdict on any denial.",
				"官方释义 9(b)(2)-5 认可结果实质相似的其他方法。这不是对任何一笔拒绝的判定。"),
			Remedy: audit.T("Show why the results are similar enough, or rank reasons against applicants near the cut-off.",
				"说明结果为何足够相似，或改以分数线附近的申请人为参照排列原因。"),
			Clauses: []audit.Clause{regB("(b)(2), comment 9(b)(2)-5", "(b)(2) 及官方释义 9(b)(2)-5")},
		})
	}
	f := &out[at]
	f.Metrics = append(f.Metrics, m.ID())
	what := audit.T("same first factor", "第一项因素相同")
	if m.Name == overlapMetric {
		what = audit.T("top factors shared", "前列因素重合")
	}
	a, b := strings.TrimPrefix(m.Group, "method="), strings.TrimPrefix(m.Reference, "method=")
	f.What.En += fmt.Sprintf(" %s against %s: %s %s of %s.", a, b, what.En, audit.Percent(m.K, m.N), audit.Thousands(m.N))
	f.What.Zh += fmt.Sprintf("%s 与 %s：%s，%s项中占%s。", a, b, what.Zh, audit.Thousands(m.N), audit.Percent(m.K, m.N))
	return out
}

func regB(en, zh string) audit.Clause { return clauses.RegBNotice.Cite(en, zh) }

// clausesFor lists what findings on wrong reasons are evidence for.
func clausesFor(env *audit.Env) []audit.Clause {
	by := map[string][]audit.Clause{
		"cn": {clauses.PIPL24.Cite("explanation on request", "应要求说明")},
		"us": {regB("(b)(2) and comments 9(b)(2)-5, -7, -8", "(b)(2) 及官方释义 9(b)(2)-5、-7、-8")},
		"eu": {clauses.GDPR22.Cite("", "")},
	}
	var out []audit.Clause
	for _, r := range []string{"cn", "us", "eu"} {
		if slices.Contains(env.Settings.(*Settings).Regime, r) {
			out = append(out, by[r]...)
		}
	}
	return out
}
