package reasons

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
	"evenhand/features/model"
)

// A card of two characteristics, one of which is fed by the same feature twice.
const card = `evenhand: card
version: 1
name: c
target: bad
base_points: 500
closed: left
scale: {pdo: 20, base: 600, odds: 50}
characteristics:
  - {name: a, edges: [1, 2], points: [0, 20, 50], missing: 5, reference: 30}
  - {name: b, edges: [1, 2], points: [40, 10, 0], missing: 5, reference: 25}
  - {name: b2, edges: [1], points: [0, 8], missing: 0, reference: 6}
`

// The probability of default: a raises it, b lowers it.
const logistic = `evenhand: logistic
version: 1
target: bad
intercept: 0
numeric: [{name: a, mean: 0, scale: 1, coef: 2}, {name: b, mean: 0, scale: 1, coef: -1}]
`

// env is an environment of models given by their files, the features a and b.
func env(t testing.TB, files map[string][]byte, models string) *audit.Env {
	t.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntimezone: UTC\ntables: {decisions: {files: x}}\nmodels:\n"+models), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &audit.Env{Plan: plan, Layouts: map[string]*audit.Layout{}}
	if e.Models, err = plan.LoadModels(func(p string) ([]byte, error) {
		if data, ok := files[p]; ok {
			return data, nil
		}
		return os.ReadFile(p)
	}); err != nil {
		t.Fatal(err)
	}
	specs := []features.Spec{{Name: "decision_id", Kind: features.Opaque}}
	seen := map[string]bool{}
	for i := range e.Models {
		for _, in := range e.Models[i].Model.Inputs() {
			name := audit.FeatureColumn(e.Models[i].Spec.Feature(in.Name))
			if !seen[name] {
				seen[name] = true
				specs = append(specs, features.Spec{Name: name, Kind: []features.Kind{features.Float, features.Text}[in.Kind]})
			}
		}
	}
	e.Layouts["decisions"] = audit.NewLayout(specs)
	return e
}

// batch is a batch of rows of numbers, scored by model 0.
func batch(e *audit.Env, rows [][]float64) *features.Batch {
	l := e.Layouts["decisions"]
	b := &features.Batch{Table: "decisions", N: len(rows), Cols: make([]features.Vector, len(l.Specs))}
	b.Cols[0] = features.Vector{Kind: features.Opaque, Offsets: []uint32{0}}
	for i, r := range rows {
		b.Cols[0].Bytes = append(b.Cols[0].Bytes, fmt.Sprintf("d%v", r)...)
		b.Cols[0].Offsets = append(b.Cols[0].Offsets, uint32(len(b.Cols[0].Bytes)))
		for c, x := range r {
			v := &b.Cols[c+1]
			v.Kind = features.Float
			v.Floats = append(v.Floats[:i:i], x)
		}
	}
	m := &e.Models[0]
	var in []*features.Vector
	for _, x := range m.Model.Inputs() {
		in = append(in, &b.Cols[l.Index(audit.FeatureColumn(m.Spec.Feature(x.Name)))])
	}
	var o model.Outputs
	m.Model.Score(&o, in, b.N)
	b.Scores = &features.Scores{Model: make([]int16, b.N), Margin: slices.Clone(o.Margin), Score: slices.Clone(o.Score)}
	return b
}

func cuts(n int, x float64) []float64 { return slices.Repeat([]float64{x}, n) }
func all(n int) []bool                { return slices.Repeat([]bool{true}, n) }
func way(n int, x float64) []float64  { return cuts(n, x) }

func close(got, want []float64) bool {
	return slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
}

// TestCard holds the shortfalls of a card against those by hand, under every
// method.
func TestCard(t *testing.T) {
	e := env(t, map[string][]byte{"c": []byte(card)}, "  - {file: c, inputs: {b2: b}}\n")
	// Terms a, b, b2: (0, 40, 0) 540; (50, 0, 8) 558; (20, 10, 8) 538; (50, 40, 0) 590.
	b := batch(e, [][]float64{{0, 0}, {3, 3}, {1, 1}, {2, 0}})
	s := NewSurvey(e, 1, 10)
	s.Add(b, all(4), cuts(4, 540), way(4, 1), &b.Cols[0])
	r := s.Ranker()
	m := s.Models[0]
	if !slices.Equal(m.Features, []string{"a", "b"}) || !m.Rankable() || !m.Sum() || m.Better() != 1 {
		t.Fatalf("model %+v", m)
	}
	if r.Has(0) != Of(Declared, Best, Near, Applicants) || r.Primary(0) != Declared {
		t.Fatalf("has %b, first %v", r.Has(0), r.Primary(0))
	}
	var block Block
	r.Load(&block, 0, b, []int32{2}, r.Has(0))
	for k, want := range map[Method][]float64{
		Declared:   {30 - 20, 25 - 10 + 6 - 8},
		Best:       {50 - 20, 40 - 10 + 8 - 8},
		Near:       {25 - 20, 20 - 10 + 4 - 8}, // 540 and 558 lie from 540 to 560
		Applicants: {30 - 20, 22.5 - 10 + 4 - 8},
	} {
		if got := block.Row(nil, k, 0); !close(got, want) {
			t.Errorf("%v: %v, want %v", k, got, want)
		}
	}
	// With b at its references the row has 500 + 20 + 25 + 6.
	if got := block.Without(Declared, 0, []bool{false, true}, 538, 0); got != 551 {
		t.Errorf("without b: %v", got)
	}
	if got := block.Without(Declared, 0, []bool{false, false}, 538, 0); got != 538 {
		t.Errorf("as it is: %v", got)
	}
	k, short := Principal(&e.Models[0], e.Layouts["decisions"], 1, b, 2)
	if k != Declared || len(short) != 2 || short[0] != (Shortfall{"b", 13, 13. / 23}) || short[1] != (Shortfall{"a", 10, 10. / 23}) {
		t.Errorf("principal by %v: %v", k, short)
	}
}

// TestLower: where a lower score is better, what raises it is short. The best of
// what nothing bounds is what was seen.
func TestLower(t *testing.T) {
	e := env(t, map[string][]byte{"c": []byte(logistic)}, "  - {file: c, output: probability}\n")
	b := batch(e, [][]float64{{1, 1}, {0, 2}, {-1, 0}})
	s := NewSurvey(e, 1, 10)
	s.Add(b, all(3), cuts(3, math.NaN()), way(3, 0), &b.Cols[0])
	r := s.Ranker()
	if r.Primary(0) != Applicants || r.Has(0).Has(Near) {
		t.Fatalf("has %b, first %v", r.Has(0), r.Primary(0))
	}
	var block Block
	r.Load(&block, 0, b, []int32{0}, r.Has(0))
	if got := block.Row(nil, Applicants, 0); !close(got, []float64{2, 0}) {
		t.Errorf("applicants: %v", got)
	}
	if got := block.Row(nil, Best, 0); !close(got, []float64{4, 1}) {
		t.Errorf("best: %v", got)
	}
	if got := block.Row(nil, Neutral, 0); !close(got, []float64{2, -1}) {
		t.Errorf("neutral: %v", got)
	}
}

// TestTop: ties by name, only what is short.
func TestTop(t *testing.T) {
	if got := Top(nil, []float64{1, 3, 0, 3, -2, 1e-12, 7}); !slices.Equal(got, []int32{6, 1, 3, 0}) {
		t.Errorf("%v", got)
	}
	if got := Positive([]float64{1, -2, 3, 1e-12}); got != 4 {
		t.Errorf("%v", got)
	}
}

func encode(s *Survey) []byte {
	var e stats.Encoder
	s.Encode(&e)
	return e.Data()
}

// TestLaws: however applicants are cut and merged, the survey is the same bit for
// bit, and passes through its encoding.
func TestLaws(t *testing.T) {
	for name, e := range map[string]*audit.Env{
		"card": env(t, map[string][]byte{"c": []byte(card)}, "  - {file: c, inputs: {b2: b}}\n"), "forest": forest(t),
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		rows := make([][]float64, 300)
		n := len(e.Layouts["decisions"].Specs) - 1
		for i := range rows {
			for range n {
				rows[i] = append(rows[i], math.Round(40*rng.Float64())/10)
			}
		}
		of := func(rows [][]float64) *Survey {
			s := NewSurvey(e, 1, 20)
			if len(rows) > 0 {
				b := batch(e, rows)
				s.Add(b, all(b.N), cuts(b.N, cutOf(name)), way(b.N, 1), &b.Cols[0])
			}
			return s
		}
		want := encode(of(rows))
		for range 6 {
			rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			at := rng.IntN(len(rows))
			a, c := of(rows[:at]), of(rows[at:])
			again := NewSurvey(e, 1, 20)
			d := stats.NewDecoder(encode(a))
			again.Decode(d)
			if err := d.Finish(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			c.Merge(again)
			if got := encode(c); !bytes.Equal(got, want) {
				t.Fatalf("%s: cut at %d, the survey differs", name, at)
			}
		}
		for i := 0; i < len(want); i += 7 {
			bad := slices.Clone(want)
			bad[i] ^= 0x55
			d := stats.NewDecoder(bad)
			if s := NewSurvey(e, 1, 20); d.Finish() == nil {
				s.Decode(d) // must not panic
			}
		}
	}
}

func cutOf(name string) float64 {
	if name == "card" {
		return 540
	}
	return 0.5
}

// forest is an environment of a small forest.
func forest(t testing.TB) *audit.Env {
	return env(t, map[string][]byte{"f": []byte(tree)}, "  - {file: f}\n")
}

// stump is a tree of LightGBM's text format.
func stump(i, feature int, threshold, left, right float64, counts [2]int) string {
	return fmt.Sprintf(`Tree=%d
num_leaves=2
num_cat=0
split_feature=%d
split_gain=1
threshold=%v
decision_type=2
left_child=-1
right_child=-2
leaf_value=%v %v
leaf_weight=%[6]d %[7]d
leaf_count=%[6]d %[7]d
internal_value=0
internal_weight=%[8]d
internal_count=%[8]d
is_linear=0
shrinkage=1


`, i, feature, threshold, left, right, counts[0], counts[1], counts[0]+counts[1])
}

// Two stumps: a > 1 adds 1 to the margin, b > 2 takes 0.5.
var tree = func() string {
	a, b := stump(0, 0, 1, 0, 1, [2]int{10, 10}), stump(1, 1, 2, 0, -0.5, [2]int{5, 15})
	return fmt.Sprintf(`tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=a b
feature_infos=[0:4] [0:4]
tree_sizes=%d %d

%s%send of trees

feature_importances:
a=1
b=1

parameters:
end of parameters

pandas_categorical:null
`, len(a), len(b), a, b)
}()

// TestForest holds a forest of two stumps against what stumps give by hand: a
// feature's contribution is its leaf less the mean of the background's leaves. A
// probability of default is better when it is lower.
func TestForest(t *testing.T) {
	e := env(t, map[string][]byte{"f": []byte(tree)}, "  - {file: f}\n")
	b := batch(e, [][]float64{{0, 3}, {2, 3}, {2, 0}, {0, 0}})
	s := NewSurvey(e, 1, 10)
	s.Add(b, all(4), cuts(4, 0.5), way(4, -1), &b.Cols[0])
	r := s.Ranker()
	if r.Has(0) != Of(Best, Near, Applicants, Path) || r.Primary(0) != Applicants || r.Models[0].Sum() {
		t.Fatalf("has %b, first %v", r.Has(0), r.Primary(0))
	}
	var block Block
	r.Load(&block, 0, b, []int32{2}, r.Has(0)) // leaves 1 and 0
	for k, want := range map[Method][]float64{
		Applicants: {1 - 0.5, 0 + 0.25},
		Near:       {1 - 0, 0 + 0.25}, // margins -0.5 and 0: from 0.5 down by half the odds
		Best:       {1 - 0, 0 + 0.5},  // the one best of four
		Path:       {1 - 0.5, 0 + 0.375},
	} {
		if got := block.Row(nil, k, 0); !close(got, want) {
			t.Errorf("%v: %v, want %v", k, got, want)
		}
	}
	// Without a the margin is 1 - 0.5.
	if got, want := block.Without(Applicants, 0, []bool{true, false}, b.Scores.Score[2], 1), 1/(1+math.Exp(-0.5)); math.Abs(got-want) > 1e-12 {
		t.Errorf("without a: %v, want %v", got, want)
	}
	if k, short := Principal(&e.Models[0], e.Layouts["decisions"], -1, b, 2); k != Path || len(short) != 2 || short[0].Feature != "a" {
		t.Errorf("principal by %v: %v", k, short)
	}
}

func TestLoadAllocatesNothing(t *testing.T) {
	e := env(t, map[string][]byte{"c": []byte(card)}, "  - {file: c, inputs: {b2: b}}\n")
	rows := make([][]float64, 1000)
	for i := range rows {
		rows[i] = []float64{float64(i % 4), float64(i % 3)}
	}
	b := batch(e, rows)
	s := NewSurvey(e, 1, 10)
	s.Add(b, all(b.N), cuts(b.N, 540), way(b.N, 1), &b.Cols[0])
	r := s.Ranker()
	of := make([]int32, b.N)
	for i := range of {
		of[i] = int32(i)
	}
	var block Block
	lost, top := make([]float64, 0, 4), make([]int32, 0, 4)
	if n := testing.AllocsPerRun(10, func() {
		r.Load(&block, 0, b, of, r.Has(0))
		for i := range of {
			lost = block.Row(lost, Declared, i)
			top = Top(top, lost)
		}
	}); n > 40 { // the model's own scratch, a few a batch
		t.Errorf("%v allocations a batch of %d rows", n, b.N)
	}
}
