package denial

import (
	"strings"
	"testing"

	"evenhand/audit"
)

func TestFixtures(t *testing.T) { fixturesOf(t, UnexplainedDenial) }

// Letters are filled with the case's own facts, and hold no promise.
func TestLetter(t *testing.T) {
	plan, err := audit.ParsePlan("plan.yaml", []byte(`version: 1
as_of: 2025-06-30
tables: {decisions: {files: x.parquet}}
reasons:
  R00: {generic: true, zh: 综合评分不足, en: Insufficient score, features: [loans]}
  R10: {features: [loans], zh: 其他机构在贷笔数过多, en: Too many loans elsewhere}
  R11: {features: [age], zh: 年龄不符, en: Age}
dictionary:
  loans: {zh: 其他机构在贷笔数, en: loans elsewhere, mutable: slow, advice_zh: 结清部分贷款。, advice_en: pay off some of them}
  age: {zh: 年龄, en: age, mutable: no}
`), []*audit.Check{UnexplainedDenial})
	if err != nil {
		t.Fatal(err)
	}
	base := audit.Case{At: 1741140000000000, PolicyVersion: "v1"}
	with := func(s audit.Substance, rules []string, items ...string) *audit.Case {
		c := base
		c.Substance, c.Rules = s, rules
		for i := 0; i < len(items); i += 2 {
			c.Evidence = append(c.Evidence, audit.Item{Name: items[i], Value: items[i+1]})
		}
		return &c
	}
	for _, x := range []struct {
		c         *audit.Case
		has, lack string
	}{
		{with(audit.Unjustified, []string{"R0.6"}, itemOutcome, "denied"), "与原决定不一致", "年龄"},
		{with(audit.Unjustified, []string{"R0.6"}, itemOutcome, "approved_lower"), "差额", "年龄"},
		{with(audit.Indeterminate, []string{"D7"}, itemOutcome, "denied"), "人工审核", "年龄"},
		{with(audit.Technical, []string{"R0.2"}, itemOutcome, "denied"), "系统故障", "年龄"},
		{with(audit.Justified, []string{"R0.2"}, itemOutcome, "denied", itemFactors, "loans,age", itemGiven, "R00"), "主要原因：其他机构在贷笔数（结清部分贷款）。按当时规则（版本v1）复算", "年龄"},
		{with(audit.Indeterminate, []string{"R0.3"}, itemOutcome, "denied", itemGiven, "R00, R10, R11"), "主要原因：其他机构在贷笔数过多。", "年龄"},
		{with(audit.Indeterminate, []string{"R0.2"}, itemOutcome, "denied", itemGiven, "R00"), "可以要求说明", "主要原因"},
	} {
		l := letter(plan, x.c)
		honest(t, l)
		if !strings.Contains(l.Zh, x.has) || strings.Contains(l.Zh, x.lack) || !strings.Contains(l.Zh, "2025-03-05") || strings.Contains(l.En, "Age") {
			t.Errorf("letter %v, want %q and not %q", l, x.has, x.lack)
		}
	}
}
