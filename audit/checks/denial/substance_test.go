package denial

import (
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
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

// A state of a replay survives its encoding, and garbage is refused or at least
// harmless.
func TestDecodeReplayed(t *testing.T) {
	env, b := rowsOf(t, book(40, 20))
	registry, problems := policy.New([]policy.Policy{
		{Version: "v1", To: "2025-01-01", Rules: []policy.Rule{{ID: "R", When: "decider == 'x'"}}},
		{Version: "v2", From: "2025-01-01", Rules: []policy.Rule{{ID: "R", When: "decider != 'x'", Missing: "deny"}}},
	}, env.Plan.Zone(), 2)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	env.Policies = registry
	var r features.Replay
	r.Grow(b.N)
	for i := range b.N {
		r.Policy[i], r.Outcome[i] = 0, uint8(i%4)
	}
	b.Replay = &r
	s := mustState(t, env)
	s.Update(b)
	wrongs := 0
	for _, r := range s.records.list {
		wrongs += b2i(r.standing == wrong)
	}
	if wrongs == 0 {
		t.Fatal("no wrong denial to encode")
	}
	good, _ := s.MarshalBinary()
	fresh := mustState(t, env)
	if err := fresh.UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	if again, _ := fresh.MarshalBinary(); string(again) != string(good) {
		t.Error("encoded again, it differs")
	}
	for i := 0; i < len(good); i += 3 {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			if fresh := mustState(t, env); fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		if mustState(t, env).UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

// A fraud hold is none of the failures that it may look like.
func TestEngineClasses(t *testing.T) {
	for _, x := range []struct {
		status, code string
		want         engineClass
	}{
		{"", "", unsaid}, {"OK", "", engineOK}, {"TIMEOUT", "", technicalFault}, {"ok", "FRAUD_HOLD", fraudHold},
		{"timeout", "FRAUD_HOLD", fraudHold}, {"OK", "REJECTED", otherClass}, {"??", "", unsaid},
	} {
		if got := classOfEngine(&audit.Plan{}, x.status, x.code); got != x.want {
			t.Errorf("%q, %q: %v, want %v", x.status, x.code, got, x.want)
		}
	}
}
