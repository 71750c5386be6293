package limit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/clauses"
)

// cluster is the cases of one fault.
type cluster struct {
	key   string
	cases []*audit.Case
}

// clusters gathers cases by key, in the order of the keys; cases with an empty
// key are left out.
func clusters(list []audit.Case, key func(*audit.Case) string) []*cluster {
	by := map[string]*cluster{}
	for i := range list {
		c := &list[i]
		k := key(c)
		if k == "" {
			continue
		}
		if by[k] == nil {
			by[k] = &cluster{key: k}
		}
		by[k].cases = append(by[k].cases, c)
	}
	out := make([]*cluster, 0, len(by))
	for _, c := range by {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *cluster) int { return cmp.Compare(a.key, b.key) })
	return out
}

// finding is the finding of a cluster, but for its words and clauses. All its
// cases share cause and substance.
func (c *cluster) finding(check string) audit.Finding {
	first := c.cases[0]
	f := audit.Finding{ID: audit.StableID(check, c.key), Check: check, Substance: first.Substance, Cause: first.Cause}
	cases.Fill(&f, c.cases)
	for _, k := range c.cases {
		f.Disclosure = worse(f.Disclosure, k.Disclosure)
	}
	return f
}

// worse returns the disclosure that weighs more.
func worse(a, b audit.Disclosure) audit.Disclosure {
	rank := func(d audit.Disclosure) int {
		return slices.Index([]audit.Disclosure{audit.NotAssessed, audit.Exempt, audit.NotDue, audit.Adequate, audit.Generic, audit.NoRoute, audit.Late, audit.Absent, audit.Wrong, audit.Misleading}, d)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// many and some are the customers from which harm weighs more.
const (
	many = 1000
	some = 100
)

// severity is that of a wrong outcome, or of how it was told.
func severity(f *audit.Finding) audit.Severity {
	proven := f.Grade == audit.E1 || f.Grade == audit.E2
	switch {
	case proven && (f.Substance == audit.Unjustified || f.Substance == audit.Technical), f.Customers >= many:
		return audit.S1
	case f.Disclosure == audit.Misleading, f.Disclosure == audit.Wrong, f.Disclosure == audit.Absent, f.Customers >= some:
		return audit.S2
	}
	return audit.S3
}

// spread says how cases spread over the values of something, the most first:
// "cash 12, line 3".
func spread(cases []*audit.Case, of func(*audit.Case) string) string {
	counts := map[string]int64{}
	for _, c := range cases {
		counts[of(c)]++
	}
	if len(counts) == 1 && counts[""] > 0 {
		return ""
	}
	names := sortedKeys(counts)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	var out []string
	for i, n := range names {
		if i == 5 {
			out = append(out, "…")
			break
		}
		out = append(out, fmt.Sprintf("%s %s", cmp.Or(n, "–"), audit.Thousands(counts[n])))
	}
	return strings.Join(out, ", ")
}

// spreads are the sentences about products, policy versions and rules.
func (c *cluster) spreads() audit.Text {
	var t audit.Text
	if len(c.cases) < 2 {
		return t
	}
	for _, by := range []struct {
		en, zh string
		of     func(*audit.Case) string
	}{
		{"By product", "按产品", func(c *audit.Case) string { return c.Product }},
		{"By policy version", "按政策版本", func(c *audit.Case) string { return c.PolicyVersion }},
	} {
		if s := spread(c.cases, by.of); s != "" {
			t.En += " " + by.en + ": " + s + "."
			t.Zh += by.zh + "：" + s + "。"
		}
	}
	return t
}

// The regimes whose clauses findings can be evidence for.
var regimes = []string{"cn", "us", "uk"}

func validRegime(check string, regime []string) error {
	for _, r := range regime {
		if !slices.Contains(regimes, r) {
			return fmt.Errorf("checks: %s: regime %q is unknown; use cn, us or uk", check, r)
		}
	}
	return nil
}

var (
	consumerLaw  = clauses.ConsumerLaw.Cite("right to know, fair dealing, no misleading statement", "知情、公平交易、不得作虚假或引人误解的宣传")
	pipl         = clauses.PIPL24.Cite("transparency and fair results; explanation on request", "透明度和结果公平；应要求说明")
	regBAdverse  = clauses.RegBAdverse.Cite("adverse action on an existing account, depending on its trigger", "对现有账户的不利行动，视触发原因而定")
	regBNotice   = clauses.RegBNotice.Cite("(a)(1): notice of adverse action on an existing account", "(a)(1)：对现有账户不利行动的通知")
	consumerDuty = clauses.ConsumerDuty.Cite("understanding, support, no foreseeable harm", "理解、支持、避免可预见的损害")
)

// clausesFor lists what a finding about promises or decreases is evidence for.
func clausesFor(regime []string, decrease bool) []audit.Clause {
	var out []audit.Clause
	for _, r := range regimes {
		if !slices.Contains(regime, r) {
			continue
		}
		switch {
		case r == "cn":
			out = append(out, consumerLaw, pipl)
		case r == "us" && decrease:
			out = append(out, regBAdverse, regBNotice)
		case r == "uk":
			out = append(out, consumerDuty)
		}
	}
	return out
}
