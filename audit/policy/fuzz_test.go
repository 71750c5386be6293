package policy_test

import (
	"strings"
	"testing"
	"time"

	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// FuzzPolicies puts odd texts wherever a policy takes an expression: New and
// Compile refuse or accept them, what is accepted replays, and nothing panics.
func FuzzPolicies(f *testing.F) {
	for _, s := range [][3]string{
		{"score >= 560", "income_month * 3", "1.5"},
		{"f in [1, 2] || t == 'x'", "{'x': 3}[t]", "0.05"},
		{"history.open_loans > 3 && m != null", "-5", "1e300"},
		{"!(score < null)", "1 / 0", "f / (f - f)"},
		{"v", "v", "v"},
		{"t", "t", "d"},
		{"'" + strings.Repeat("(", 50), "\x00", "é"},
		{"size(t) > 2 && t.matches('a+')", "m % 7", "double(t)"},
	} {
		f.Add(s[0], s[1], s[2], uint8(3))
	}
	d := features.NewDict()
	x, y := d.CodeOf("evaluate"), d.CodeOf("x")
	batch := features.Batch{N: 3, Cols: []features.Vector{
		{Kind: features.Float, Floats: []float64{600, 550, 1e308}},
		{Kind: features.Money, Ints: []int64{100000, 0, -5}, Valid: []bool{true, false, true}},
		{Kind: features.Text, Dict: d, Codes: []int32{x, features.Null, y}},
		{Kind: features.Date, Ints: []int64{20000, 0, -20000}, Valid: []bool{true, false, true}},
	}}
	columns := map[string]int{"score": 0, "f": 0, "income_month": 0, "history.limit": 0, "history.months_on_book": 0, "history.days_since_denial": 0, "history.open_loans": 0,
		"requested_amount": 1, "limit_before": 1, "m": 1, "t": 2, "kind": 2, "experiment_id": 2, "experiment_arm": 2, "d": 3}
	resolve := func(name string) (expr.Column, bool) {
		i, ok := columns[name]
		return expr.Column{Index: i, Kind: batch.Cols[i].Kind, Scale: 100}, ok
	}
	f.Fuzz(func(t *testing.T, condition, amount, number string, bits uint8) {
		c, a, n := policy.Expr(condition), policy.Expr(amount), policy.Expr(number)
		some := func(bit int, x policy.Expr) policy.Expr {
			if bits&(1<<bit) != 0 {
				return x
			}
			return ""
		}
		p := policy.Policy{
			Version: "a", Values: map[string]policy.Expr{"v": n},
			Rules: []policy.Rule{{ID: "a", For: some(0, c), When: c}, {ID: "b", Cutoff: &policy.Cutoff{Of: n, Approve: a, Refer: some(1, n)}}},
			Limit: &policy.Limit{
				For: some(2, c), Step: some(3, a), Minimum: some(4, a),
				Terms: []policy.Term{{ID: "a", For: some(5, c), Value: a, Missing: some(6, a)},
					{ID: "b", Matrix: &policy.Matrix{Rows: policy.Axis{Of: n, Cuts: []float64{1}}, Columns: &policy.Axis{Of: a, Values: []string{"x", "y"}}, Cells: [][]policy.Expr{{a, "2"}, {"3", a}}, Times: some(7, n)}}},
			},
			Ladder:   &policy.Ladder{When: c, Factor: n, Add: some(0, a), Steps: []policy.Expr{some(1, a)}, MinShare: some(2, n), Tenure: 3, Decrease: true},
			NewUser:  &policy.NewUser{When: c, Limit: a},
			Cooling:  []policy.Cooling{{ID: "c", After: "denial", Days: 3, For: some(3, c)}},
			Promises: map[string]policy.Promise{"p": {Amount: a, Cap: a, When: c}},
			Arms:     map[string]policy.Experiment{"x": {Arms: map[string]policy.Arm{"x": {Values: map[string]policy.Expr{"v": a}, Limit: some(4, a)}}}},
		}
		r, problems := policy.New([]policy.Policy{p}, time.UTC, 2)
		for _, x := range problems {
			if x.Path == "" || x.Text == "" {
				t.Errorf("problem %+v", x)
			}
		}
		for _, table := range []string{"decisions", "limits"} {
			r.Names(table)
			program, err := r.Compile(table, resolve)
			if err != nil || len(problems) > 0 {
				continue
			}
			var out features.Replay
			as := []int16{0, 0, -1}
			program.Replay(&batch, as, []float64{1, 1, 1}, &out)
			program.Explain(&batch, 0, 1, 1)
			if table == "limits" {
				program.Condition(&batch, as, "p")
				program.Amounts(&batch, as, policy.PromiseCap, "p")
			}
			for i := range out.Outcome {
				if o := out.Outcome[i]; o != features.Undecided && int(o) > 3 || out.Limit[i] < -1 && table == "decisions" {
					t.Errorf("%s row %d: outcome %d, limit %d", table, i, o, out.Limit[i])
				}
			}
		}
	})
}
