package scenario

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/driver"
	"evenhand/audit/stats"
	"evenhand/features"
)

// lender is a made-up lender whose policy, card and applicants tests can change:
// what a scenario says must be what a replay of the changed lender says.
type lender struct {
	cut, refer string // expressions
	tie        string
	dti        string // condition of the knock-out
	cap        float64
	income     [3]float64 // points of the card
	use        [3]float64
	loans      [2]float64
	earn       float64 // factor of incomes
	more       float64 // added to loans
	settings   string
	n          int
	score      bool // rows carry a recorded score, and there is no model
}

func aLender() lender {
	return lender{cut: "540.0", refer: "530.0", tie: "pass", dti: "dti > 0.6", cap: 1, income: [3]float64{10, 25, 45}, use: [3]float64{40, 20, 5}, loans: [2]float64{30, 12}, earn: 1, n: 700}
}

func (l *lender) plan() string {
	models := "models: [{file: card.yaml}]"
	if l.score {
		models = ""
	}
	return fmt.Sprintf(`version: 1
as_of: 2026-06-30
timezone: UTC
tables: {decisions: {files: x, columns: {application_id: {row: true}, customer_id: {row: true}}, features: {dti: dti, income: income, use: use, loans: loans}}}
%s
policies:
  - version: p1
    missing: pass
    rules:
      - {id: debt, stage: affordability, when: "%s"}
      - {id: cut, cutoff: {approve: "%s", refer: "%s", tie: %s}}
    limit:
      min_of:
        - {id: band, matrix: {rows: {of: score, cuts: [560, 580]}, cells: [[1000], [2000], [4000]], times: "%v"}}
        - {id: earn, value: "income * 0.5 * %v"}
      step: 100
      minimum: 200
groups: {sex: {reference: M}}
segments: [product]
dictionary:
  income: {good: higher, family: income, step: 1}
  use: {good: lower, family: utilisation, step: 0.01, least: 0}
  loans: {good: lower, family: multi_lender, step: 1, least: 0}
honesty: {min_cell: 5, suppress: 3}
checks: {%s}
`, models, l.dti, l.cut, l.refer, l.tie, l.cap, l.cap, l.settings)
}

func (l *lender) card() string {
	return fmt.Sprintf(`evenhand: card
version: 1
name: test
base_points: 470
closed: left
rounding: {on: attribute, mode: half_away, digits: 0}
scale: {pdo: 20, base: 540, odds: 15}
characteristics:
  - {name: income, edges: [2500, 5000], points: [%v, %v, %v]}
  - {name: use, edges: [0.3, 0.7], points: [%v, %v, %v]}
  - {name: loans, edges: [3], points: [%v, %v]}
`, l.income[0], l.income[1], l.income[2], l.use[0], l.use[1], l.use[2], l.loans[0], l.loans[1])
}

// rows are the applicants: the same ones whatever the policy.
func (l *lender) rows() string {
	var s strings.Builder
	s.WriteString("decision_id,decided_at,outcome,product,sex,dti,income,use,loans,requested_amount,score,bad,error_code\n")
	x := uint64(7)
	next := func(n int) int {
		x = x*6364136223846793005 + 1442695040888963407
		return int(x>>33) % n
	}
	for i := range l.n {
		sex, outcome, bad, code, product := "M", "approved", "", "", []string{"cash", "line"}[next(2)]
		if next(5) < 2 {
			sex = "F"
		}
		income, use, loans, dti := 1500+next(5000), next(100), next(6), 20+next(50)
		if sex == "F" {
			income -= 400
		}
		if next(3) == 0 {
			outcome = "denied"
		} else if next(2) == 0 {
			bad = fmt.Sprint(next(8) < 1+use/30)
		}
		if next(40) == 0 {
			outcome, code, bad = "error", "timeout", ""
		}
		score := ""
		if l.score {
			score = fmt.Sprint(500 + next(80) + income/150)
		}
		fmt.Fprintf(&s, "D%04d,2026-%02d-10,%s,%s,%s,0.%d,%v,0.%02d,%v,%d,%s,%s,%s\n", i, 1+next(6), outcome, product, sex, dti,
			math.Round(float64(income)*l.earn), use, float64(loans)+l.more, 50000+100*next(4000), score, bad, code)
	}
	return s.String()
}

// run runs one check over the lender.
func (l *lender) run(t testing.TB, check *audit.Check, workers int) *audit.Result {
	t.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte(l.plan()), []*audit.Check{Stress, ReverseStress, LessDiscriminatory})
	if err != nil {
		t.Fatal(err)
	}
	models, err := plan.LoadModels(func(string) ([]byte, error) { return []byte(l.card()), nil })
	if err != nil {
		t.Fatal(err)
	}
	policies, err := plan.LoadPolicies(nil)
	if err != nil {
		t.Fatal(err)
	}
	unit, batch := 97, 31
	if l.n > 4000 {
		unit, batch = 4096, 4096
	}
	src, err := audittest.NewSource(decisions, l.rows(), unit, batch)
	if err != nil {
		t.Fatal(err)
	}
	r, err := driver.Run(context.Background(), driver.Input{
		Plan: plan, Checks: []*audit.Check{check}, Sources: map[string]features.Source{decisions: src}, Models: models, Policies: policies,
	}, driver.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replayed is what the lender's own replay says: approvals and limits by sex.
type replayed struct {
	n, approved, limit map[string]int64
	ids                map[string]bool
	bads, loss         float64
	audit.State
	group, id int
	names     rows.Names
}

func (p *replayed) Update(b *features.Batch) {
	ids := p.names.Of(&b.Cols[p.group])
	for i := range b.N {
		g := p.names.Value(ids[b.Cols[p.group].Codes[i]+1])
		p.n[g]++
		if b.Replay.Outcome[i] <= 1 {
			p.approved[g]++
			p.limit[g] += max(b.Replay.Limit[i], 0)
			p.ids[string(b.Cols[p.id].Opaque(i))] = true
			if b.Scores != nil {
				p.bads += b.Scores.Probability[i]
				p.loss += b.Scores.Probability[i] * float64(b.Replay.Limit[i])
			}
		}
	}
}
func (p *replayed) Merge(audit.State)              {}
func (p *replayed) MarshalBinary() ([]byte, error) { return stats.NewEncoder(nil).Data(), nil }
func (p *replayed) UnmarshalBinary([]byte) error   { return nil }
func (p *replayed) Finish(r *audit.Result) {
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "probe"})
}

// replay replays the lender as it is.
func (l lender) replay(t testing.TB) *replayed {
	t.Helper()
	var out *replayed
	probe := &audit.Check{Name: "probe", Chapter: "scenarios", Needs: needs,
		New: func(env *audit.Env) (audit.State, error) {
			p := &replayed{n: map[string]int64{}, approved: map[string]int64{}, limit: map[string]int64{}, ids: map[string]bool{},
				group: env.Col(decisions, audit.GroupColumn("sex")), id: env.Col(decisions, "decision_id")}
			out = p // one worker: the last state made is the one that is fed
			return p, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
	states := []*replayed{}
	inner := probe.New
	probe.New = func(env *audit.Env) (audit.State, error) {
		s, err := inner(env)
		states = append(states, out)
		return s, err
	}
	l.run(t, probe, 1)
	for _, s := range states {
		if len(s.n) > 0 {
			return s
		}
	}
	t.Fatal("the probe saw no rows")
	return nil
}

func (p *replayed) all() (n int64) {
	for _, k := range p.approved {
		n += k
	}
	return n
}

func metricOf(t testing.TB, r *audit.Result, name, segment, group string) *audit.Metric {
	t.Helper()
	for i := range r.Metrics {
		if m := &r.Metrics[i]; m.Name == name && m.Segment == segment && m.Group == group {
			return m
		}
	}
	t.Fatalf("no metric %s of %s %s", name, segment, group)
	return nil
}
