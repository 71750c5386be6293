package policy_test

import (
	"slices"
	"testing"

	"evenhand/audit/policy"
	"evenhand/features"
)

func TestClassify(t *testing.T) {
	const approved, lower, denied, referred, withdrawn, undecided = 0, 1, 2, 3, 4, features.Undecided
	base := policy.Departure{Recorded: denied, Replayed: approved, Decider: "auto", InForce: true, Tied: approved, Others: []uint8{approved}, Reasons: []string{"K01"}, Known: []string{"K01", "S01"}}
	for _, c := range []struct {
		name   string
		change func(*policy.Departure)
		want   string
	}{
		{"unexplained", func(d *policy.Departure) {}, "D7"},
		{"equal", func(d *policy.Departure) { d.Recorded = approved }, ""},
		{"not known", func(d *policy.Departure) { d.Replayed = undecided }, ""},
		{"withdrawn", func(d *policy.Departure) { d.Recorded = withdrawn }, ""},
		{"within tolerance", func(d *policy.Departure) { d.Edge = true }, ""},
		{"override", func(d *policy.Departure) { d.Decider = "override" }, "D1"},
		{"override by its reason", func(d *policy.Departure) { d.Override = "branch manager" }, "D1"},
		{"a person after a referral", func(d *policy.Departure) { d.Decider, d.Replayed = "manual", referred }, "D1"},
		{"a person without one", func(d *policy.Departure) { d.Decider = "manual" }, "D2"},
		{"other version", func(d *policy.Departure) { d.Others = []uint8{approved, denied} }, "D3"},
		{"version not in force", func(d *policy.Departure) { d.InForce = false }, "D3"},
		{"tie before version", func(d *policy.Departure) { d.Tied, d.Others = denied, []uint8{denied} }, "D4"},
		{"unknown knock-out", func(d *policy.Departure) { d.Reasons = []string{"S01", "X99"} }, "D5"},
		{"unknown reason of a referral", func(d *policy.Departure) { d.Recorded, d.Reasons = referred, []string{"X99"} }, "D7"},
		{"technical", func(d *policy.Departure) { d.Failed, d.Decider = true, "override" }, "D6"},
		{"technical, of what is not known", func(d *policy.Departure) { d.Failed, d.Replayed = true, undecided }, "D6"},
		{"technical, but right", func(d *policy.Departure) { d.Failed, d.Replayed = true, denied }, ""},
		{"lower", func(d *policy.Departure) { d.Recorded = lower }, "D7"},
	} {
		d := base
		c.change(&d)
		if got := policy.Classify(d).Code(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for m := policy.Agrees; m <= policy.Unexplained; m++ {
		if en, zh := m.Words(); en == "" || zh == "" {
			t.Errorf("%d: no words", m)
		}
	}
	for _, c := range [][2]uint8{{denied, approved}, {denied, referred}, {denied, lower}, {referred, lower}, {lower, approved}} {
		if !policy.Adverse(c[0], c[1]) || policy.Adverse(c[1], c[0]) || policy.Adverse(c[0], c[0]) {
			t.Errorf("%d is adverse to %d", c[0], c[1])
		}
	}
	if policy.Adverse(denied, undecided) || policy.Adverse(undecided, approved) || policy.Adverse(withdrawn, approved) {
		t.Error("what is no decision is compared")
	}
}

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
	if got := p.Codes(); !slices.Equal(got, []string{"A01", "C01", "C02", "D01", "F01", "K01", "L01", "L02", "N01", "S01"}) {
		t.Errorf("codes %v", got)
	}
	other := &lenders(t)["shops"].registry.Policies[0]
	if got := other.Codes(); !slices.Equal(got, []string{"R1", "R2", "R3", "R4", "R5", "R6"}) {
		t.Errorf("codes %v", got)
	}
	if other.RuleStage(2) != "score" || other.RuleReasons(other.Rule("income"))[0] != "R4" {
		t.Error("the term that denies has no reasons")
	}
}
