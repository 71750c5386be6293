package replay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/audit/replay"
	"evenhand/features"
)

const plan = `version: 1
as_of: 2026-06-30
timezone: UTC
tables: {decisions: {files: x}, limits: {files: y}}
`

// The score of the model is x.
const identity = "evenhand: logistic\nversion: 1\ntarget: good\nintercept: 0\nscale: {factor: 1, offset: 0}\nnumeric: [{name: x, mean: 0, scale: 1, coef: 1}]\n"

// open returns an engine for a table of CSV text, and its rows in one batch.
func open(t *testing.T, policies, models, table, csv string) (*replay.Engine, *features.Batch, error) {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(plan+policies+models), nil)
	if err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Plan: p, Layouts: map[string]*audit.Layout{}}
	read := func(string) ([]byte, error) { return []byte(identity), nil }
	if env.Policies, err = p.LoadPolicies(read); err != nil {
		t.Fatal(err)
	}
	if env.Models, err = p.LoadModels(read); err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource(table, csv, 100, 100)
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"policy_version", "model_version", "product", "score", replay.Moments[table]}
	var named []string
	if env.Policies != nil {
		for _, n := range env.Policies.Names(table) {
			if _, ok := features.TableNamed(table).Column(n); ok {
				columns = append(columns, n)
			} else {
				named = append(named, n)
			}
		}
	}
	reading, err := p.Specs(table, src.Fields(), audit.Wanted{Columns: columns, Names: named, Inputs: map[string]features.Kind{"x": features.Float}})
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Bind(reading.Specs); err != nil {
		t.Fatal(err)
	}
	env.Layouts[table] = reading.Layout()
	e, err := replay.New(env, table, false)
	if err != nil {
		return nil, nil, err
	}
	r, b := src.NewReader(), &features.Batch{}
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(b); err != nil {
		t.Fatal(err)
	}
	return e, b, nil
}

func words(b *features.Batch) string {
	var out []string
	for i := range b.N {
		o := "?"
		if b.Replay.Outcome[i] != features.Undecided {
			o = features.Outcomes[b.Replay.Outcome[i]]
		}
		if b.Replay.Edge[i] {
			o += "~"
		}
		out = append(out, fmt.Sprintf("%d:%s", b.Replay.Policy[i], o))
	}
	return strings.Join(out, " ")
}

const (
	two = `policies:
  - {version: p1, effective_to: 2026-02-01, rules: [{id: cut, cutoff: {approve: 10}}]}
  - {version: p2, effective_from: 2026-02-01, rules: [{id: cut, cutoff: {approve: 12, tie: fail}}]}
`
	besides = "  - {version: p3, alongside: true, rules: [{id: cut, cutoff: {approve: 1}}]}\n"
	product = "  - {version: p4, products: [line], rules: [{id: cut, cutoff: {approve: 99}}]}\n"
	scored  = "models: [{file: m}]\n"
)

// TestPolicies: which policy is replayed for a row, on which score.
func TestPolicies(t *testing.T) {
	const rows = `decision_id,product,decided_at,score,x%s
d1,cash,2026-01-31T23:59:59,10,11%s
d2,cash,2026-02-01T00:00:00,12,11%s
d3,line,2026-01-01,12,12%s
d4,cash,2025-01-01,,`
	undated := strings.ReplaceAll(rows, "%s", "")
	versions := func(head string, vs ...any) string {
		return fmt.Sprintf(rows+"%s\n", append([]any{head}, vs...)...)
	}
	for _, c := range []struct{ name, policies, models, csv, want string }{
		{"in force", two, "", undated, "0:approved 1:denied 0:approved 0:?"},
		{"a product's own", two + product, "", undated, "0:approved 1:denied 2:denied 0:?"},
		{"overlapping", two + besides, "", undated, "error: policies p1 and p3"},
		{"as recorded", two + besides, "", versions(",policy_version", ",p2", ",p3", ",p1", ",p9"), "1:denied 2:approved 0:approved -1:?"},
		{"none recorded", two, "", versions(",policy_version", ",", ",p1", ",p1", ",p1"), "-1:? 0:approved 0:approved 0:?"},
		{"on the recomputed score", two, scored, undated, "0:approved 1:denied 0:approved 0:?"},
		{"within tolerance", two, "models: [{file: m, tolerance: 1.5}]\n", undated, "0:approved~ 1:denied~ 0:approved 0:?"},
		{"no policies", "", scored, undated, ""},
	} {
		e, b, err := open(t, c.policies, c.models, "decisions", c.csv)
		if err != nil {
			if want, ok := strings.CutPrefix(c.want, "error: "); !ok || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ";") {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		e.Score(b)
		e.Replay(b)
		if b.Replay == nil {
			if c.want != "" || e.Policies(b) != nil {
				t.Errorf("%s: no replay", c.name)
			}
			continue
		}
		if got := words(b); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Counterfactuals leave the rows' own policies and scores to be had again.
func TestReplayAs(t *testing.T) {
	e, b, err := open(t, two, scored, "decisions", "decision_id,product,decided_at,score,x\nd1,cash,2026-01-01,9,10\nd2,cash,2026-03-01,9,12\n")
	if err != nil {
		t.Fatal(err)
	}
	e.ReplayAs(b, []int16{-1, -1}, nil) // on the recorded scores
	if got := words(b); got != "0:denied 1:denied" {
		t.Errorf("recorded scores: %s", got)
	}
	e.ReplayAs(b, []int16{0, 0}, []int16{1, 0})
	if got := words(b); got != "1:denied 0:approved" {
		t.Errorf("policies exchanged: %s", got)
	}
	e.Score(b)
	e.Replay(b)
	if got := words(b); got != "0:approved 1:denied" {
		t.Errorf("as recorded: %s", got)
	}
	steps, out := e.Explain(b, e.Policies(b)[1], 1)
	if len(steps) != 1 || steps[0].Says != "deny" || steps[0].Score != 12 || out.Outcome[0] != 2 {
		t.Errorf("explained: %+v %+v", steps, out)
	}
	if steps, out := e.Explain(b, -1, 0); steps != nil || out.Outcome[0] != features.Undecided {
		t.Errorf("explained without a policy: %+v", steps)
	}
	if !slices.Equal(e.Scored(), []int64{4}) {
		t.Errorf("scored %v", e.Scored())
	}
}

// On limits, names are columns, money in units, then features.
func TestLimits(t *testing.T) {
	const policies = `policies:
  - version: p1
    limit: {min_of: [{id: cap, value: "x * 100.0"}], step: 10}
    ladder: {when: outstanding < 50 && score > 3, factor: 2}
    promises: {more: {amount: 5.5, when: outstanding > 50}}
`
	e, b, err := open(t, policies, scored, "limits", `event_id,account_id,customer_id,at,kind,limit_before,outstanding,x,policy_version
e1,a,c,2026-01-01,evaluate,10000,4999,5,p1
e2,a,c,2026-01-01,evaluate,10000,5001,5,p1
e3,a,c,2026-01-01,evaluate,30000,0,5,p1
e4,a,c,2026-01-01,promise,,6000,5,p1
`)
	if err != nil {
		t.Fatal(err)
	}
	e.Score(b)
	e.Replay(b)
	if got := words(b); got != "0:approved 0:denied 0:approved 0:?" {
		t.Errorf("%s", got)
	}
	if got := b.Replay.Limit; !slices.Equal(got, []int64{20000, 10000, 50000, -1}) {
		t.Errorf("limits %v", got)
	}
	if got := e.Condition(b, e.Policies(b), "more"); !slices.Equal(got, []expr.Truth{expr.False, expr.True, expr.False, expr.True}) {
		t.Errorf("conditions %v", got)
	}
	if got := e.Amounts(b, e.Policies(b), policy.PromiseAmount, "more"); got[3] != 550 {
		t.Errorf("amounts %v", got)
	}
}

// An export without model_version, and models in service at once, is a plan to
// mend: the error is the plan's, and names the table.
func TestModelsAtOnce(t *testing.T) {
	models := "models: [{version: m1, file: m.yaml}, {version: m2, file: m.yaml}]\n"
	_, _, err := open(t, "", models, "limits", "event_id,account_id,customer_id,at,kind,x\nE1,A1,C1,2026-01-01 00:00,evaluate,1\n")
	var plan audit.PlanError
	if !errors.As(err, &plan) || !strings.Contains(err.Error(), "tables.limits.columns") {
		t.Errorf("%T: %v", err, err)
	}
}
