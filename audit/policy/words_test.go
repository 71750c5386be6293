package policy_test

import (
	"slices"
	"testing"
)

// Every index that a replay can give has a name, a stage and, where the plan
// gives them, reasons and factors.
func TestWords(t *testing.T) {
	p := &lenders(t)["bank"].registry.Policies[0]
	type words struct {
		name, stage string
		reasons     []string
		factors     []string
	}
	for i, want := range []words{
		{"overdue", "knockout", []string{"K01"}, []string{"days_past_due_now"}},
		{"thin_file", "data", []string{"D01"}, []string{"bureau_hit"}},
		{"fraud", "fraud", []string{"F01"}, []string{"fraud_hit"}},
		{"cut_off", "score", []string{"S01"}, []string{"score"}},
		{"debts", "affordability", []string{"A01"}, []string{"debt_ratio"}},
		{"paid_off", "cooling_off", []string{"C01"}, []string{"history.days_since_payoff"}},
		{"denied_before", "cooling_off", []string{"C02"}, []string{"history.days_since_denial"}},
		{"below_minimum", "limit", []string{"L01"}, nil},
		{"less_than_requested", "limit", []string{"L02"}, nil},
		{"matrix", "limit", nil, []string{"income_month", "score"}},
		{"income", "limit", nil, []string{"income_month"}},
	} {
		if p.RuleName(i) != want.name || p.RuleStage(i) != want.stage || !slices.Equal(p.RuleReasons(i), want.reasons) || !slices.Equal(p.RuleFactors(i), want.factors) {
			t.Errorf("%d: %s %s %v %v, want %v", i, p.RuleName(i), p.RuleStage(i), p.RuleReasons(i), p.RuleFactors(i), want)
		}
		if p.Rule(want.name) != i {
			t.Errorf("%s is at %d, not %d", want.name, i, p.Rule(want.name))
		}
	}
	if p.RuleName(-1) != "" || p.RuleStage(-1) != "" || p.RuleName(1000) != "" || p.Rule("nothing") != -1 || !p.RuleExempt(2) || p.RuleExempt(0) {
		t.Error("what is no rule has a name")
	}
	kinds := []string{"score_band", "income", "exposure", "product", "regulatory", "requested", "new_user", "experiment", "minimum", "step", "factor", "add", "tenure", "conditions", "min_increase", "scope"}
	for i, want := range kinds {
		if got := p.TermKind(i); got != want {
			t.Errorf("bound %d is %q, want %q", i, got, want)
		}
	}
	if p.TermKind(-1) != "" || p.TermKind(len(kinds)) != "" || p.TermName(0) != "matrix" || p.TermName(6) != "new_user" {
		t.Error("names of terms")
	}
	if got := p.TermFactors(13); !slices.Equal(got, []string{"history.late_count_12m", "product", "score"}) {
		t.Errorf("conditions read %v", got)
	}
	if got := p.TermReasons(6); !slices.Equal(got, []string{"N01"}) {
		t.Errorf("reasons of new users %v", got)
	}
	other := &lenders(t)["shops"].registry.Policies[0]
	if other.RuleStage(2) != "score" || other.RuleReasons(other.Rule("income"))[0] != "R4" {
		t.Error("the term that denies has no reasons")
	}
}
