package policy_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"evenhand/audit/policy"
	"evenhand/features"
)

// TestSplits: what is said of a row depends on no other row, however batches
// are cut and policies mixed.
func TestSplits(t *testing.T) {
	for name, l := range lenders(t) {
		for table, x := range l.tables {
			program, err := l.registry.Compile(table, x.resolve)
			if err != nil {
				t.Fatal(err)
			}
			n := x.batch.N
			mixed := make([]int16, n)
			for i := range mixed {
				mixed[i] = int16(i*7%(len(l.registry.Policies)+1)) - 1
			}
			var whole, one features.Replay
			program.Replay(&x.batch, mixed, tolerances(x), &whole)
			for i := range n {
				row := x.batch.Slice(i, i+1)
				program.Replay(&row, mixed[i:i+1], tolerances(x)[i:i+1], &one)
				if diff := cmp.Diff(whole.Slice(i, i+1), &one); diff != "" {
					t.Errorf("%s %s row %d: %s", name, table, i+1, diff)
				}
				_, explained := program.Explain(&x.batch, mixed[i], tolerances(x)[i], i)
				if diff := cmp.Diff(whole.Slice(i, i+1), &explained); diff != "" {
					t.Errorf("%s %s row %d, explained: %s", name, table, i+1, diff)
				}
				if mixed[i] < 0 && (one.Outcome[0] != features.Undecided || one.Policy[0] != -1) {
					t.Errorf("%s %s row %d: no policy says %d", name, table, i+1, one.Outcome[0])
				}
			}
			as := l.picked(t, x)
			if a := testing.AllocsPerRun(20, func() { program.Replay(&x.batch, as, nil, &whole) }); a > 0 {
				t.Errorf("%s %s: %v allocations a batch", name, table, a)
			}
		}
	}
}

// steps renders the steps of a replay: kind, name, what it says, the cut-offs or
// the amount, what it read; "*" marks what decides.
func steps(l *lender, list []policy.Step) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Kind + " " + s.Name + " " + s.Says)
		for _, x := range []float64{s.Score, s.Approve, s.Refer} {
			if !math.IsNaN(x) {
				b.WriteString(" " + number(x))
			}
		}
		if s.Amount >= 0 {
			b.WriteString(" " + number(float64(s.Amount)/l.scale))
		}
		for _, v := range s.Reads {
			b.WriteString(" " + v.Name + "=" + v.Text)
			if v.Missing {
				b.WriteString("missing")
			}
		}
		if s.Decides {
			b.WriteString(" *")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	for _, c := range []struct{ lender, table, note, want string }{
		{"bank", "decisions", "refer band", `
cooling_off paid_off no application_type=new_line history.days_since_payoff=missing
cooling_off denied_before pass history.days_since_denial=missing
rule overdue pass days_past_due_now=0
rule thin_file pass bureau_hit=1
rule fraud pass fraud_hit=0
cutoff cut_off refer 559 560 554 application_type=new_line product=cash score=559 *
rule debts pass debt_ratio=0.3
term matrix applies 8000 income_month=8000 score=559
term income applies 24000 income_month=8000
term exposure applies 200000 other_balance=0
term product applies 50000 product=cash
term legal applies 200000
term new_user no history.months_on_book=12
growth minimum applies 1000
`},
		{"bank", "decisions", "less was asked for", `
cooling_off paid_off no application_type=new_line history.days_since_payoff=missing
cooling_off denied_before pass history.days_since_denial=missing
rule overdue pass days_past_due_now=0
rule thin_file pass bureau_hit=1
rule fraud pass fraud_hit=0
cutoff cut_off pass 600 560 554 application_type=new_line product=cash score=600
rule debts pass debt_ratio=0.3
term matrix applies 20000 income_month=8000 score=600
term income applies 24000 income_month=8000
term exposure applies 200000 other_balance=0
term product applies 50000 product=cash
term legal applies 200000
term new_user no history.months_on_book=12
growth minimum applies 1000
growth requested applies 5050 *
`},
		{"bank", "limits", "half as much again of 10000", `
term matrix applies 20000 income_month=8000 score=610
term income applies 24000 income_month=8000
term exposure applies 200000 other_balance=0
term product applies 60000 product=line
term legal applies 200000
term new_user no history.months_on_book=12
growth factor applies 15000 *
growth min_increase applies 100
growth min_increase applies 500
growth tenure met history.months_on_book=12
growth conditions met history.late_count_12m=0 product=line score=610
`},
		{"shops", "decisions", "employment missing", `
cooling_off raised no application_type=new_line history.days_since_increase=missing
rule big_ticket pass requested_amount=missing
rule blacklist pass blacklisted=0
cutoff cut_app pass 90.5 70 65 channel=app score=90.5
cutoff cut_other no 90.5 75 channel=app score=90.5
term band applies 500000 score=90.5
term income deny employment=missing income_year=1000000 *
term tenure no months_at_lender=24
term third applies 333333 income_year=1000000 other_debt=0
term new_user no history.paid_off_loans=3
growth minimum applies 100000
`},
		{"tiers", "limits", "the next step", `
term grid applies 5000 employment=full score=0.01
term pay applies 12600 debt_service=0 employment=full pay_month=3000
growth scope met history.open_loans=1
growth step applies 1500 *
growth tenure met history.months_on_book=12
growth conditions met history.on_time_streak=8
`},
	} {
		l := lenders(t)[c.lender]
		x := l.tables[c.table]
		row := slices.Index(x.aside["note"], c.note)
		if row < 0 {
			t.Fatalf("no row is noted %q", c.note)
		}
		program, err := l.registry.Compile(c.table, x.resolve)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := program.Explain(&x.batch, l.picked(t, x)[row], 0, row)
		if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), steps(l, list)); diff != "" {
			t.Errorf("%s, %s:\n%s", c.lender, c.note, diff)
		}
	}
}
