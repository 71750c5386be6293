package policy_test

import (
	"os"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

const exampleRows = `product, application_type, score, days_past_due_now, fraud_hit, bureau_months, debt_ratio, income_month, other_balance, requested_amount, history.days_since_denial, history.months_on_book, experiment_id, experiment_arm, version, tolerance, want, note
line, new_line, 600, 0, 0, 24, 0.3, 8000, 0, , , 12, , , 2026.1, 0, approved - 15000 matrix, the middle of the matrix
line, new_line, 600, 0, 0, 24, 0.3, 8000, 198500, , , 12, , , 2026.1, 0, approved - 1500 exposure, what the exposure leaves
line, new_line, 600, 0, 0, 24, 0.3, 8000, 198500, , , 12, , , 2026.2, 0, denied below_minimum - exposure, too little from April on
line, new_line, 600, 0, 0, 24, 0.3, , 0, , , 12, , , 2026.1, 0, approved - 5000 income, income missing
line, new_line, 568, 0, 0, 24, 0.3, 8000, 0, 3000, , 12, , , 2026.1, 0, approved - 3000 requested, at the cut-off
line, new_line, 567, 0, 0, 24, 0.3, 8000, 0, , , 12, , , 2026.1, 0, referred cut_off - -, in the refer band
line, new_line, , 0, 0, 24, 0.3, 8000, 0, , , 12, , , 2026.1, 0, denied cut_off - -, without a score
cash, new_line, 565, 0, 0, 24, 0.58, 8000, 0, , , 12, , , 2026.1, 0, approved - - -, no limit for cash
cash, new_line, 565, 0, 0, 24, 0.58, 8000, 0, , , 12, , , 2026.2, 0, denied debts - -, the debt cap from April on
cash, new_line, 565, 0, 0, , 0.58, 8000, 0, , , 12, , , 2026.1, 0, referred thin_file - -, no bureau file
cash, new_line, 565, 0, 0, 24, 0.3, 8000, 0, , 10, 12, , , 2026.1, 0, denied denied_before - -, denied ten days ago
cash, new_line, 585, 0, 0, 24, 0.3, 8000, 0, , , 12, E7, tight, 2026.1, 0, referred cut_off - -, in the tight arm
line, new_line, 700, 0, 0, 24, 0.3, 9999, 0, , , 1, , , 2026.1, 0, approved - 10000 new_user, one month on book
`

// TestExample replays the README's example, and holds the README to it.
func TestExample(t *testing.T) {
	data, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := audit.ParsePlan("plan.yaml", []byte(planHead+"policies: policies.yaml\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.LoadPolicies(func(string) ([]byte, error) { return data, nil })
	if err != nil {
		t.Fatal(err)
	}
	l := &lender{registry: r, scale: 100}
	x := readTable(t, "decisions", exampleRows, 100, "want", "note", "tolerance", "version")
	program, err := r.Compile("decisions", x.resolve)
	if err != nil {
		t.Fatal(err)
	}
	var out features.Replay
	program.Replay(&x.batch, l.picked(t, x), tolerances(x), &out)
	for i, want := range x.aside["want"] {
		if got := l.words(&out, i); got != want {
			t.Errorf("%s: %s, want %s", x.aside["note"][i], got, want)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, chapter, ok := strings.Cut(string(readme), "\n## Policies\n"); !ok {
		t.Skip("README has no chapter on policies")
	} else if _, block, _ := strings.Cut(chapter, "```yaml\n"); !strings.HasPrefix(block, string(data)+"```") {
		t.Error("README's example is not testdata/example.yaml")
	}
}
