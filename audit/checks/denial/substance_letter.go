package denial

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
)

// letter is what the customer of a case may truthfully be told.
func letter(plan *audit.Plan, c *audit.Case) audit.Text {
	if c.At == 0 {
		return audit.Text{}
	}
	cal := calendar{zone: plan.Zone()}
	on := date(cal.day(c.At))
	lower := c.Item(itemOutcome) == "approved_lower"
	var en, zh []string
	add := func(e, z string, args ...any) {
		en, zh = append(en, fmt.Sprintf(e, args...)), append(zh, fmt.Sprintf(z, args...))
	}
	version := c.PolicyVersion
	switch {
	case c.Substance == audit.Unjustified && lower:
		add("Your application decided on %s was granted less than the rules then in force (version %s) give by our recomputation.",
			"您%s的申请获批额度低于按当时规则（版本%s）复算的结果。", on, version)
		add("The difference will be looked at again; the outcome is open.", "我们将重新核定差额；结果以实际为准。")
	case c.Substance == audit.Unjustified:
		add("Your application decided on %s was declined. Recomputed under the rules then in force (version %s), the result differs from that decision.",
			"您%s的申请未获通过。经按当时规则（版本%s）复算，结果与原决定不一致。", on, version)
		add("It will be decided again, and you need not apply again; the outcome is open.", "我们将重新作出决定，您无需重复提交申请；结果以实际为准。")
	case slices.Contains(c.Rules, "D7"):
		add("Your application decided on %s should have been looked at by a person under the rules then in force.", "按当时规则，您%s的申请应由人工审核。", on)
		add("A person will look at it; the outcome is open.", "我们将安排人工审核；结果以实际为准。")
	case c.Substance == audit.Technical:
		add("Your application decided on %s failed in our system; this says nothing about your credit standing.", "您%s的申请因系统故障未能完成处理，不是对您信用状况的评价。", on)
		add("It will be decided again; the outcome is open.", "我们将重新作出决定；结果以实际为准。")
	default:
		if lower {
			add("Your application decided on %s was granted less than you asked for.", "您%s的申请获批额度低于申请金额。", on)
		} else {
			add("Your application decided on %s was declined.", "您%s的申请未获通过。", on)
		}
		if e, z := principal(plan, c); len(e) > 0 {
			add("Principal reasons: %s.", "主要原因：%s", strings.Join(e, "; "))
			zh[len(zh)-1] = "主要原因：" + strings.Join(z, "；") + "。"
			if c.Substance == audit.Justified && version != "" {
				add("Recomputed under the rules then in force (version %s), the result is the same.", "按当时规则（版本%s）复算，结果不变。", version)
			}
		} else if c.Item(enough.Waiting) == "" {
			add("You may ask for the specific factors that decided it.", "您可以要求说明具体的影响因素。")
		}
		if c.Substance == audit.Justified && !lower {
			if t := enough.Sentence(plan, c); !t.IsZero() {
				add("%s", "%s", t.En)
				zh[len(zh)-1] = t.Zh
			}
		}
	}
	add("You may ask for wrong data to be corrected and for a review by a person.", "您可以要求更正有误的信息，并申请人工复核。")
	return audit.Text{En: strings.Join(en, " "), Zh: strings.Join(zh, "")}
}

// principal are up to four principal reasons in words: the factors of the rule
// that denies in the replay, else the specific reasons on record; of factors
// only those that a customer can change.
func principal(plan *audit.Plan, c *audit.Case) (en, zh []string) {
	put := func(e, z string) {
		if e == "" {
			e = z
		}
		if z == "" {
			z = e
		}
		if e != "" && len(en) < 4 && !slices.Contains(en, e) {
			en, zh = append(en, e), append(zh, z)
		}
	}
	mutable := func(name string) (audit.FeatureInfo, bool) {
		f, ok := plan.Dictionary[name]
		return f, ok && (f.Mutable == "yes" || f.Mutable == "slow") && f.Family != "device" && !enough.Grouped(plan, name)
	}
	if c.Substance == audit.Justified {
		for _, name := range strings.Split(c.Item(itemFactors), ",") {
			if f, ok := mutable(name); ok {
				put(withAdvice(f.En, f.AdviceEn, " (", ")"), withAdvice(f.Zh, f.AdviceZh, "（", "）"))
			}
		}
	}
	given := c.Item(itemGiven)
	if given == "" {
		given = c.Item("reasons recorded, not shown")
	}
	l := newLexicon(plan)
	for _, code := range strings.Split(given, ", ") {
		r, ok := plan.Reasons[code]
		if !ok || l.code(code).wording != specific || len(r.Features) == 0 {
			continue
		}
		if slices.ContainsFunc(r.Features, func(name string) bool { _, ok := mutable(name); return ok }) {
			put(r.En, r.Zh)
		}
	}
	return en, zh
}

func withAdvice(name, advice, open, end string) string {
	advice = strings.TrimRight(advice, ".。")
	if name == "" || advice == "" {
		return name
	}
	return name + open + advice + end
}
