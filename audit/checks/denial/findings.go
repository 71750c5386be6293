package denial

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
)

// cluster is the cases of one fault: one cause and, where the wording is the
// fault, one wording.
type cluster struct {
	cause   lapse
	wording string
	cases   []*audit.Case
}

// conclude makes one finding a fault, whatever products, periods and versions
// it shows in; the finding says how it spreads over them.
func conclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for _, c := range clusters(cases) {
		f := c.finding(env)
		for _, k := range c.cases {
			k.Finding = f.ID
		}
		out = append(out, f)
	}
	// A case that is wrong as well belongs to what is worse: the finding on
	// its substance.
	out = append(out, concludeSubstance(env, cases, metrics)...)
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Status < audit.Warn:
		case m.Name == diffMetric:
			out = append(out, unequal(env, m))
		case m.Name == unmatchedMetric:
			out = append(out, unmatched(env, m))
		case m.Name == shiftMetric:
			out = append(out, shifted(env, m))
		}
	}
	return out
}

func clusters(cases []audit.Case) []*cluster {
	type key struct {
		cause   lapse
		wording string
	}
	by := map[key]*cluster{}
	var out []*cluster
	for i := range cases {
		c := &cases[i]
		lapse := lapseOf(c)
		if lapse == noLapse {
			continue
		}
		k := key{cause: lapse}
		if k.cause == genericReason {
			k.wording = c.Item(itemWording)
		}
		if by[k] == nil {
			by[k] = &cluster{cause: k.cause, wording: k.wording}
			out = append(out, by[k])
		}
		by[k].cases = append(by[k].cases, c)
	}
	slices.SortFunc(out, func(a, b *cluster) int {
		return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.wording, b.wording))
	})
	return out
}

// lapseOf is what went wrong in telling the customer of a case, or noLapse.
func lapseOf(c *audit.Case) lapse {
	for _, name := range []string{c.Cause, c.Item(itemLapse)} {
		if i := slices.Index(causeNames[:], name); i >= 0 {
			return lapse(i)
		}
	}
	return noLapse
}

// summary is what a cluster's cases have in common, counted.
type summary struct {
	customers, amount int64
	first, last       int64 // decided, µs UTC
	rules             []string
	byRule            map[string]int64
	products          map[string]int64
	channels          map[string]int64
	policies          map[string]int64
	models            map[string]int64
	daysLate          int64 // at most
	exposure, owed    int64
}

func (c *cluster) summary() *summary {
	s := &summary{byRule: map[string]int64{}, products: map[string]int64{}, channels: map[string]int64{}, policies: map[string]int64{}, models: map[string]int64{}}
	customers := map[string]struct{}{}
	for _, k := range c.cases {
		customers[k.Customer] = struct{}{}
		s.amount += k.Amount
		s.exposure += k.Amount * k.Days
		if k.Remedy != "" && k.Remedy != "tell" {
			s.owed++
		}
		if k.At != 0 && (s.first == 0 || k.At < s.first) {
			s.first = k.At
		}
		s.last = max(s.last, k.At)
		for _, r := range k.Rules {
			s.byRule[r]++
		}
		s.products[k.Product]++
		s.channels[k.Item(itemChannel)]++
		s.policies[k.PolicyVersion]++
		s.models[k.ModelVersion]++
		if late, err := strconv.ParseInt(k.Item(itemLate), 10, 64); err == nil {
			s.daysLate = max(s.daysLate, late)
		}
	}
	s.customers = int64(len(customers))
	for _, r := range ruleNames {
		if s.byRule[r] > 0 {
			s.rules = append(s.rules, r)
		}
	}
	return s
}

// manyCustomers is the number from which a finding is of the first severity.
const manyCustomers = 1000

// slightlyLate is how many days late a notice may be for the third severity.
const slightlyLate = 7

func (c *cluster) severity(s *summary) audit.Severity {
	switch verdict := causeVerdicts[c.cause]; {
	case s.customers >= manyCustomers:
		return audit.S1
	case verdict == audit.Absent, verdict == audit.Late && s.daysLate > slightlyLate:
		return audit.S2
	}
	return audit.S3
}

func (c *cluster) finding(env *audit.Env) audit.Finding {
	s := c.summary()
	w := wordsFor(c, s, env)
	f := audit.Finding{
		ID: audit.StableID(checkName, causeNames[c.cause], c.wording), Check: checkName, Severity: c.severity(s),
		Title: w.title, Remedy: w.remedy, Customer: w.customer,
		Disclosure: causeVerdicts[c.cause], Grade: audit.E1, Cause: causeNames[c.cause], Rules: s.rules,
		Cases: int64(len(c.cases)), Customers: s.customers, Amount: s.amount, FirstSeen: s.first, LastSeen: s.last,
		Samples: cases.Sample(c.cases), Clauses: clausesFor(env, causeVerdicts[c.cause]), Exposure: s.exposure, Owed: s.owed,
	}
	about := c.substance(env)
	f.What = audit.Text{
		En: strings.Join(append([]string{w.what.En}, s.spread(len(c.cases), false)...), " ") + about.En,
		Zh: strings.Join(append([]string{w.what.Zh}, s.spread(len(c.cases), true)...), "") + about.Zh,
	}
	return f
}

// substance says how many of the cases were right.
func (c *cluster) substance(env *audit.Env) audit.Text {
	if env.Policies == nil {
		return audit.Text{En: notWrongEn, Zh: notWrongZh}
	}
	n := map[audit.Substance]int64{}
	for _, k := range c.cases {
		n[k.Substance]++
	}
	x := []any{audit.Thousands(n[audit.Justified]), audit.Thousands(n[audit.Unjustified]), audit.Thousands(n[audit.Technical]), audit.Thousands(n[audit.Indeterminate])}
	return audit.Tf(" This is about what applicants were told; as for the outcome, by a replay of the policy %s were right, %s wrong, %s technical failures and %s can't be said.",
		"以上只涉及告知情况；就结果而言，按政策复算，正确%s笔，有误%s笔，属技术故障%s笔，无法判断%s笔。", x...)
}

const (
	notWrongEn = " This is about what applicants were told; whether the denials were right is not judged here."
	notWrongZh = "以上只涉及告知情况，不判断拒绝本身是否正确。"
)

// spread says which other rules fired in how many of n cases, and how the
// cases spread over products, channels and versions.
func (s *summary) spread(n int, zh bool) []string {
	if n < 2 {
		return nil
	}
	var out, also []string
	for _, r := range s.rules {
		if k := s.byRule[r]; k < int64(n) {
			also = append(also, fmt.Sprintf("%s: %s", ruleTexts[r].In(lang(zh)), audit.Thousands(k)))
		}
	}
	if len(also) > 0 {
		out = append(out, sentence(zh, "Besides, of these", "其中另有", also))
	}
	for _, by := range []struct {
		en, zh string
		counts map[string]int64
	}{
		{"By product", "按产品", s.products}, {"By channel", "按渠道", s.channels},
		{"By policy version", "按政策版本", s.policies}, {"By model version", "按模型版本", s.models},
	} {
		if parts := cases.Largest(by.counts); len(by.counts) > 1 || by.counts[""] == 0 {
			out = append(out, sentence(zh, by.en, by.zh, parts))
		}
	}
	return out
}

func lang(zh bool) string {
	if zh {
		return "zh"
	}
	return "en"
}

func sentence(zh bool, en, zhHead string, parts []string) string {
	if zh {
		return zhHead + "：" + strings.Join(parts, "、") + "。"
	}
	return en + ": " + strings.Join(parts, ", ") + "."
}
