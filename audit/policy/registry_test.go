package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/audit/timeline"
	"evenhand/features"
)

func at(t *testing.T, s string) int64 {
	x, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return x.UnixMicro()
}

func TestPick(t *testing.T) {
	l := lenders(t)["tiers"]
	r := l.registry
	for _, c := range []struct {
		version, product, at string
		want                 int16
	}{
		{"v1", "loan", "", 0},
		{"v1", "phone", "", 3}, // a version that names the product wins
		{"v2", "phone", "", 1},
		{"v3", "loan", "", -1},
		{"", "loan", "2024-12-31T23:59:59Z", -1},
		{"", "loan", "2025-01-01T00:00:00Z", 0}, // inclusive
		{"", "loan", "2025-03-31T23:59:59Z", 0},
		{"", "loan", "2025-04-01T00:00:00Z", 1}, // exclusive
		{"", "loan", "2025-05-01T00:00:00Z", 0}, // in force again
		{"", "loan", "2025-06-01T00:00:00Z", 1},
		{"", "phone", "2020-01-01T00:00:00Z", 3},
	} {
		var us int64
		if c.at != "" {
			us = at(t, c.at)
		}
		if got := r.Pick(c.version, c.product, us); got != c.want {
			t.Errorf("Pick(%q, %q, %s) = %d, want %d", c.version, c.product, c.at, got, c.want)
		}
	}
	for _, c := range []struct {
		policy int16
		at     string
		want   bool
	}{
		{0, "2025-01-01T00:00:00Z", true},
		{0, "2024-12-31T23:59:59Z", false},
		{0, "2025-04-02T23:59:59Z", true}, // two days of pipeline
		{0, "2025-04-03T00:00:00Z", false},
		{0, "2025-06-02T12:00:00Z", true},
		{1, "2025-04-15T00:00:00Z", true},
		{1, "2026-04-15T00:00:00Z", true},
		{3, "1999-04-15T00:00:00Z", true},
	} {
		if got := r.InForce(c.policy, at(t, c.at)); got != c.want {
			t.Errorf("InForce(%d, %s) = %v", c.policy, c.at, got)
		}
	}
	if from, to := r.Window(1); from != at(t, "2025-04-01T00:00:00Z") || to != at(t, "2025-05-01T00:00:00Z") {
		t.Errorf("window %d, %d", from, to)
	}
	if a, b, both := r.Concurrent(); !both || a != 1 || b != 2 {
		t.Errorf("concurrent: %d, %d, %v", a, b, both)
	}
	if _, _, both := lenders(t)["bank"].registry.Concurrent(); both {
		t.Error("the bank's versions follow each other")
	}
}

// Days are those of the plan's zone.
func TestPickZone(t *testing.T) {
	_, r := mustPolicies(t, "timezone: Asia/Shanghai\npolicies: [{version: a, effective_to: 2025-02-01}, {version: b, effective_from: 2025-02-01}]\n")
	if got := r.At("", at(t, "2025-01-31T15:59:59Z")); got != 0 {
		t.Errorf("before midnight in Shanghai: %d", got)
	}
	if got := r.At("", at(t, "2025-01-31T16:00:00Z")); got != 1 {
		t.Errorf("from midnight in Shanghai: %d", got)
	}
	if got := r.Bounds(); len(got) != 3 || got[1] != at(t, "2025-01-31T16:00:00Z") {
		t.Errorf("bounds %v", got)
	}
}

// The facts that policies can name are those that histories have.
func TestFacts(t *testing.T) {
	var have []string
	for _, f := range timeline.Facts {
		have = append(have, f.Name)
	}
	slices.Sort(have)
	if got := policy.Facts; !slices.Equal(got, have) {
		t.Errorf("policies know %q, histories have %q", got, have)
	}
}

func TestLike(t *testing.T) {
	r := lenders(t)["bank"].registry
	a, b := &r.Policies[0], &r.Policies[1]
	if len(b.Rules) != len(a.Rules) || b.Values["cut"] != a.Values["cut"] || b.Values["debt_cap"] != "0.55" || a.Values["debt_cap"] != "0.62" {
		t.Errorf("rules %d, values %v", len(b.Rules), b.Values)
	}
	if b.Limit.Step != "1000" || a.Limit.Step != "100" || len(b.Limit.Terms) != 5 || b.Limit.Minimum != "1000" {
		t.Errorf("limit %+v", b.Limit)
	}
	if b.Reason != "risk" || b.Approved != "" || b.To != "" || b.Terms.NoticeDays != 15 || b.Promises["spring"].Cadence != 7 {
		t.Errorf("%+v", b)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string][2][]string{
		"bank": {
			{"application_type", "bureau_hit", "days_past_due_now", "debt_ratio", "experiment_arm", "experiment_id", "fraud_hit", "history.days_since_denial", "history.days_since_payoff", "history.months_on_book", "income_month", "other_balance", "product", "requested_amount", "score"},
			{"days_past_due_now", "experiment_arm", "experiment_id", "history.late_count_12m", "history.limit", "history.months_on_book", "history.on_time_streak", "income_month", "kind", "limit_before", "other_balance", "product", "score"},
		},
		"shops": {
			{"application_type", "blacklisted", "channel", "employment", "history.days_since_increase", "history.paid_off_loans", "income_year", "months_at_lender", "other_debt", "product", "requested_amount", "score"},
			{"employment", "history.limit", "history.max_dpd_12m", "history.paid_off_loans", "income_year", "kind", "limit_before", "months_at_lender", "other_debt", "product", "score"},
		},
	} {
		r := lenders(t)[name].registry
		for i, table := range []string{"decisions", "limits"} {
			if got := r.Names(table); !slices.Equal(got, want[i]) {
				t.Errorf("%s, %s:\n%q, want\n%q", name, table, got, want[i])
			}
		}
	}
	_, r := mustPolicies(t, "policies: [{version: a, rules: [{id: a, when: x > 1}], values: {unused: y + 1}}]\n")
	if d, l := r.Names("decisions"), r.Names("limits"); !slices.Equal(d, []string{"x"}) || len(l) != 0 {
		t.Errorf("%q, %q", d, l)
	}
}

// A name that the table lacks, or text for a number, is told with its place.
func TestCompileErrors(t *testing.T) {
	columns := map[string]expr.Column{"x": {Kind: features.Float}, "w": {Index: 1, Kind: features.Text}}
	for text, want := range map[string]string{
		"rules: [{id: a, when: y > 1}]":                                   "policies.1.rules.1.when: ",
		"rules: [{id: a, when: w}]":                                       "policies.1.rules.1.when: this is no condition",
		"rules: [{id: a, cutoff: {of: w, approve: 3}}]":                   "policies.1.rules.1.cutoff.of: this is no number",
		"rules: [{id: a, cutoff: {of: x, approve: w}}]":                   "policies.1.rules.1.cutoff.approve: this is no number",
		"values: {v: z}\n    limit: {min_of: [{id: a, value: v}]}":        "policies.1.limit.min_of.1.value: ",
		"limit: {min_of: [{id: a, value: x, for: \"w > 'a' && w > 1\"}]}": "policies.1.limit.min_of.1.for: ",
	} {
		_, r := mustPolicies(t, "policies:\n  - version: a\n    "+text+"\n")
		_, err := r.Compile("decisions", func(n string) (expr.Column, bool) { c, ok := columns[n]; return c, ok })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// What only decisions have is missing in reviews, and application_type is
// limit_increase.
func TestDecisionColumnsInReviews(t *testing.T) {
	_, r := mustPolicies(t, `policies:
  - version: a
    limit:
      min_of:
        - {id: app, for: "channel == 'app'", value: 100}
        - {id: web, for: "channel != 'app'", value: 200}
        - {id: type, for: "application_type == 'limit_increase'", value: 150}
        - {id: late, for: "decided_at > timestamp('2020-01-01T00:00:00Z')", value: 10, missing: 120}
    ladder: {factor: 10}
`)
	x := readTable(t, "limits", "kind, limit_before, decided_at\nevaluate, 50, \n", 100)
	c := x.columns["decided_at"]
	c.Kind = features.Float
	x.columns["decided_at"] = c
	program, err := r.Compile("limits", x.resolve)
	if err != nil {
		t.Fatal(err)
	}
	var out features.Replay
	program.Replay(&x.batch, []int16{0}, nil, &out)
	if out.Limit[0] != 12000 || r.Policies[0].TermName(int(out.Bound[0])) != "late" {
		t.Errorf("limit %d by %s", out.Limit[0], r.Policies[0].TermName(int(out.Bound[0])))
	}
}

func TestConditionsAndAmounts(t *testing.T) {
	r := lenders(t)["bank"].registry
	x := readTable(t, "limits", `kind, product, score, history.on_time_streak, history.late_count_12m, history.limit, history.months_on_book, days_past_due_now, income_month, other_balance, experiment_id, experiment_arm, limit_before
promise, line, 600, 3, 0, 0, 2, 0, 1, 0, , , 1
promise, line, 600, 2, 0, 0, 3, 5, 1, 0, E1, gift, 1
promise, line, 600, , 0, 0, , , 1, 0, E1, tight, 1
`, 100)
	program, err := r.Compile("limits", x.resolve)
	if err != nil {
		t.Fatal(err)
	}
	as := []int16{0, 0, 1}
	if got := program.Condition(&x.batch, as, "spring"); !slices.Equal(got, []expr.Truth{expr.True, expr.False, expr.Unknown}) {
		t.Errorf("spring: %v", got)
	}
	if got := program.Condition(&x.batch, []int16{0, 0, -1}, "clean"); !slices.Equal(got, []expr.Truth{expr.True, expr.False, expr.Unknown}) {
		t.Errorf("clean: %v", got)
	}
	if got := program.Condition(&x.batch, as, "autumn"); got != nil {
		t.Errorf("autumn: %v", got)
	}
	for _, c := range []struct {
		what policy.Amount
		name string
		want []int64
	}{
		{policy.PromiseAmount, "spring", []int64{50000, 50000, 50000}},
		{policy.PromiseCap, "spring", []int64{2000000, 2000000, 2000000}},
		{policy.PromiseCap, "autumn", nil},
		{policy.NewUserLimit, "", []int64{1000000, -1, 1000000}},
		{policy.NewUserDrawable, "", []int64{500000, -1, 500000}},
		{policy.ArmLimit, "", []int64{-1, 1234500, -1}},
		{policy.ArmDrawable, "", []int64{-1, 50000, -1}},
	} {
		if got := program.Amounts(&x.batch, as, c.what, c.name); !slices.Equal(got, c.want) {
			t.Errorf("%v %s: %v, want %v", c.what, c.name, got, c.want)
		}
	}
}
