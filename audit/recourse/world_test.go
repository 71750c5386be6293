package recourse

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/model"
)

// world is a plan with policies and models, and rows read from CSV text.
type world struct {
	env   *audit.Env
	table string
	batch *features.Batch // scored and replayed
	own   *replay.Engine  // whose results batch holds
}

const head = "version: 1\nas_of: 2026-06-30\ntimezone: UTC\ntables: {decisions: {files: x}, limits: {files: y}}\n"

// open reads a world. file is the model, "" for none; inputs are the features
// read besides those that policies name.
func open(t testing.TB, plan, file, table, csv string, inputs ...string) *world {
	t.Helper()
	if file != "" {
		plan += "models: [{file: m}]\n"
	}
	p, err := audit.ParsePlan("plan.yaml", []byte(head+plan), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, plan)
	}
	w := &world{env: &audit.Env{Plan: p, Layouts: map[string]*audit.Layout{}}, table: table}
	read := func(string) ([]byte, error) { return []byte(file), nil }
	if w.env.Policies, err = p.LoadPolicies(read); err != nil {
		t.Fatalf("%v\n%s", err, plan)
	}
	if w.env.Models, err = p.LoadModels(read); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	rows := strings.Count(csv, "\n")
	src, err := audittest.NewSource(table, csv, rows, rows)
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"policy_version", "model_version", "product", "score", replay.Moments[table]}
	want := map[string]features.Kind{}
	for _, name := range inputs {
		want[name] = features.Float
	}
	for _, m := range w.env.Models {
		for _, in := range m.Model.Inputs() {
			want[in.Name] = features.Float
			if in.Kind == model.Categorical {
				want[in.Name] = features.Text
			}
		}
	}
	var named []string
	for _, n := range w.env.Policies.Names(table) {
		if _, ok := features.TableNamed(table).Column(n); ok {
			columns = append(columns, n)
		} else {
			named = append(named, n)
		}
	}
	reading, err := p.Specs(table, src.Fields(), audit.Wanted{Columns: columns, Names: named, Inputs: want})
	if err != nil {
		t.Fatalf("%v\n%s", err, plan)
	}
	if err := src.Bind(reading.Specs); err != nil {
		t.Fatal(err)
	}
	w.env.Layouts[table] = reading.Layout()
	r := src.NewReader()
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	w.batch = &features.Batch{}
	if _, err := r.Next(w.batch); err != nil {
		t.Fatal(err)
	}
	w.own = w.engine(t)
	w.own.Score(w.batch)
	w.own.Replay(w.batch)
	return w
}

func (w *world) engine(t testing.TB) *replay.Engine {
	t.Helper()
	e, err := replay.New(w.env, w.table, false)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// denied are the rows that the replay denies.
func (w *world) denied() []int32 {
	var out []int32
	for i, o := range w.batch.Replay.Outcome {
		if o != features.Undecided && features.Outcomes[o] == "denied" {
			out = append(out, int32(i))
		}
	}
	return out
}

// search searches the rows that the replay denies.
func (w *world) search(t testing.TB, limits Limits) map[int]Result {
	t.Helper()
	s := New(w.engine(t), w.env, w.table, limits)
	out := map[int]Result{}
	s.Search(w.batch, w.denied(), nil, func(row int, r *Result) {
		c := *r
		c.Changes = append([]Change(nil), r.Changes...)
		out[row] = c
	})
	return out
}

// String is a result in short: "a 3>5 b 1>0" or why there is none.
func (r Result) String() string {
	proved := ""
	if !r.Proved {
		proved = "?"
	}
	if r.Status != Found {
		return [...]string{Unreachable: "unreachable", Unfinished: "unfinished", Waiting: "wait", Exempt: "exempt"}[r.Status] + proved
	}
	var out []string
	for _, c := range r.Changes {
		out = append(out, fmt.Sprintf("%s %v>%v", c.Feature, c.From, c.To))
	}
	return strings.Join(out, " ") + proved
}

// brute is the smallest set by trying every one, through replays.
func (w *world) brute(t testing.TB, row int) string {
	t.Helper()
	e := w.engine(t)
	levers := levers(w.env.Plan.Dictionary, w.env.Layouts[w.table])
	m := int16(-1)
	var codes func(lever int, x float64) bool = func(int, float64) bool { return false }
	if w.batch.Scores != nil && w.batch.Scores.Model[row] >= 0 {
		m = w.batch.Scores.Model[row]
		sc := newScorer(w.env.Models[m].Model, e.Inputs(m), levers)
		codes = sc.code
	}
	from := make([]float64, len(levers))
	most := make([]int32, len(levers))
	for l := range levers {
		from[l] = w.batch.Cols[levers[l].column].Floats[row]
		if !codes(l, from[l]) {
			most[l] = levers[l].most(from[l])
		}
	}
	var sets []set
	var put func(t set, l int)
	put = func(t set, l int) {
		if t.n > 0 {
			sets = append(sets, t)
		}
		if t.n == MaxChanges {
			return
		}
		for ; l < len(levers); l++ {
			for k := int32(1); k <= most[l]; k++ {
				if codes(l, levers[l].at(from[l], k)) {
					continue
				}
				u := t
				u.lever[u.n], u.steps[u.n] = l, k
				u.cost += float64(float64(k) * levers[l].cost)
				u.n++
				put(u, l+1)
			}
		}
	}
	put(set{}, 0)
	var best *set
	for len(sets) > 0 {
		n := min(len(sets), 2000)
		one := w.batch.Slice(row, row+1)
		var b features.Batch
		b.Table = w.table
		models, policies := make([]int16, n), make([]int16, n)
		for i := range n {
			b.Append(&one)
			models[i], policies[i] = m, w.batch.Replay.Policy[row]
			for k := range sets[i].n {
				l := sets[i].lever[k]
				b.Cols[levers[l].column].Floats[i] = levers[l].at(from[l], sets[i].steps[k])
			}
		}
		e.ReplayAs(&b, models, policies)
		for i := range n {
			o := b.Replay.Outcome[i]
			if o == features.Undecided || b.Replay.Edge[i] || !strings.HasPrefix(features.Outcomes[o], "approved") {
				continue
			}
			if best == nil || sets[i].before(best) {
				best = &sets[i]
			}
		}
		sets = sets[n:]
	}
	r := Result{Status: Unreachable, Proved: true}
	if best != nil {
		r.Status = Found
		for i := range best.n {
			l := best.lever[i]
			r.Changes = append(r.Changes, Change{Feature: levers[l].name, From: from[l], To: levers[l].at(from[l], best.steps[i])})
		}
	}
	return r.String()
}
