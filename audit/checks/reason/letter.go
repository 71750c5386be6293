package reason

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
)

// letter is what the customer of a case may truthfully be told: what decided, in
// the catalogue's words or the dictionary's.
func letter(plan *audit.Plan, c *audit.Case) audit.Text {
	if c.At == 0 || c.Disclosure != audit.Wrong {
		return audit.Text{}
	}
	on := audit.DateText(audit.NewCalendar(plan.Zone()).Day(c.At))
	en := []string{fmt.Sprintf("The reasons you were given for the result of your application of %s were not right.", on)}
	zh := []string{fmt.Sprintf("此前就您%s的申请结果告知您的原因有误。", on)}
	if e, z := factors(plan, c); len(e) > 0 {
		en = append(en, "What decided it: "+strings.Join(e, "; ")+".")
		zh = append(zh, "实际影响结果的主要原因："+strings.Join(z, "；")+"。")
	} else {
		en = append(en, "You may ask for the specific factors that decided it.")
		zh = append(zh, "您可以要求说明实际影响结果的具体因素。")
	}
	if t := enough.Sentence(plan, c); !t.IsZero() {
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	en = append(en, "Correcting the reasons does not change the result. You may ask for wrong data to be corrected and for a review by a person; the outcome of a review is open.")
	zh = append(zh, "更正原因不改变申请结果本身。您可以要求更正有误的信息，并申请人工复核；复核结果以实际为准。")
	return audit.Text{En: strings.Join(en, " "), Zh: strings.Join(zh, "")}
}

// factors are the reasons that are right: the recomputed factors, or the rule
// that decided.
func factors(plan *audit.Plan, c *audit.Case) (en, zh []string) {
	put := func(e, z string) {
		if e == "" {
			e = z
		}
		if z == "" {
			z = e
		}
		if e != "" && !slices.Contains(en, e) {
			en, zh = append(en, e), append(zh, z)
		}
	}
	for _, it := range c.Evidence {
		feature, ok := strings.CutPrefix(it.Name, itemShort)
		if !ok || grouping(plan, feature) {
			continue
		}
		info := plan.Dictionary[feature]
		if info.Family == "device" {
			continue // what it looks at would tell how fraud is looked for
		}
		if r, ok := worded(plan, func(r audit.Reason) bool { return r.Rule == "" && slices.Equal(r.Features, []string{feature}) }); ok {
			put(r.En, r.Zh)
		} else {
			put(info.En, info.Zh)
		}
	}
	if len(en) > 0 {
		return en, zh
	}
	for _, code := range strings.Split(c.Item(itemOwn), ", ") {
		if r := plan.Reasons[code]; !r.Generic && len(en) == 0 {
			put(r.En, r.Zh)
		}
	}
	return en, zh
}

// grouping reports whether a feature is a group of the plan: no reason that may
// be told.
func grouping(plan *audit.Plan, feature string) bool {
	return slices.ContainsFunc(plan.Groups, func(g audit.Grouping) bool { return g.Name == feature || g.Column == feature })
}

// worded returns the first reason of the catalogue, by code, that is specific,
// has words and is the one looked for.
func worded(plan *audit.Plan, is func(audit.Reason) bool) (audit.Reason, bool) {
	for _, code := range slices.Sorted(maps.Keys(plan.Reasons)) {
		if r := plan.Reasons[code]; !r.Generic && (r.En != "" || r.Zh != "") && is(r) {
			return r, true
		}
	}
	return audit.Reason{}, false
}
