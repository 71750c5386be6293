package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// book is a hand-built export: the two cards of the fixture, and batches of
// random rows that the tests damage.
type book struct {
	env    *audit.Env
	rng    *rand.Rand
	specs  []features.Spec
	model  model.Model
	serial int
}

func newBook(t testing.TB, settings string) *book {
	t.Helper()
	ar, err := txtar.ParseFile("testdata/scorematch.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range ar.Files {
		files[f.Name] = f.Data
	}
	text := "version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\n" +
		"models: [{version: m1, file: m1.yaml}, {version: m2, file: m2.yaml}]\n" + settings
	plan, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{ScoreMatch})
	if err != nil {
		t.Fatal(err)
	}
	models, err := plan.LoadModels(func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, os.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	periods, err := audit.NewPeriods(plan.Period, plan.Zone())
	if err != nil {
		t.Fatal(err)
	}
	b := &book{rng: rand.New(rand.NewPCG(1, 2)), model: models[0].Model}
	for _, s := range []struct {
		name string
		kind features.Kind
	}{
		{"decision_id", features.Opaque}, {"decided_at", features.Instant}, {"score", features.Float}, {"customer_id", features.Opaque},
		{"model_version", features.Text}, {"product", features.Text}, {"channel", features.Text},
	} {
		b.specs = append(b.specs, features.Spec{Name: s.name, Kind: s.kind})
	}
	for _, in := range models[0].Model.Inputs() { // both cards have the same
		kind := features.Float
		if in.Kind == model.Categorical {
			kind = features.Text
		}
		for i := range models {
			models[i].Inputs = append(models[i].Inputs, len(b.specs))
		}
		b.specs = append(b.specs, features.Spec{Name: audit.FeatureColumn(in.Name), Kind: kind})
	}
	b.env = &audit.Env{Plan: plan, Settings: plan.Settings("scorematch"), Periods: periods, Models: models,
		Layouts: map[string]*audit.Layout{decisions: audit.NewLayout(b.specs)}}
	return b
}

// batch returns n random rows of model m1 whose recorded score is right.
func (k *book) batch(n int) *features.Batch {
	b := &features.Batch{Table: decisions, N: n, Cols: make([]features.Vector, len(k.specs)), Period: make([]int32, n)}
	for i := range b.Cols {
		v := &b.Cols[i]
		v.Kind, v.Present, v.Dict, v.Offsets = k.specs[i].Kind, true, features.NewDict(), []uint32{0}
	}
	text := func(col int, value string) { v := &b.Cols[col]; v.Codes = append(v.Codes, v.Dict.CodeOf(value)) }
	opaque := func(col int, value string) {
		v := &b.Cols[col]
		v.Bytes = append(v.Bytes, value...)
		v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
	}
	for range n {
		k.serial++
		opaque(0, fmt.Sprintf("D%07d", k.serial))
		b.Cols[1].Ints = append(b.Cols[1].Ints, 1735689600_000000+int64(k.serial)*1_000_000)
		b.Cols[2].Floats = append(b.Cols[2].Floats, 0)
		opaque(3, fmt.Sprintf("C%07d", k.serial))
		text(4, "m1")
		text(5, []string{"cash", "device"}[k.rng.IntN(2)])
		text(6, []string{"app", "branch", "partner"}[k.rng.IntN(3)])
		b.Cols[7].Floats = append(b.Cols[7].Floats, k.rng.Float64()*1.1)
		b.Cols[8].Floats = append(b.Cols[8].Floats, 2000+math.Floor(k.rng.Float64()*38000))
		b.Cols[9].Floats = append(b.Cols[9].Floats, math.Floor(k.rng.Float64()*90))
		text(10, []string{"own", "rent", "none"}[k.rng.IntN(3)])
	}
	k.rescore(b)
	copy(b.Cols[2].Floats, b.Scores.Score)
	return b
}

// rescore fills b.Scores as the driver does.
func (k *book) rescore(b *features.Batch) {
	o := model.Outputs{}
	o.Grow(b.N)
	in := []*features.Vector{&b.Cols[7], &b.Cols[8], &b.Cols[9], &b.Cols[10]}
	k.model.Score(&o, in, b.N)
	b.Scores = &features.Scores{Model: make([]int16, b.N), Margin: o.Margin, Probability: o.Probability, Score: o.Score}
}

func (k *book) run(t testing.TB, batches ...*features.Batch) (*state, *audit.Result) {
	t.Helper()
	s := newState(k.env)
	for _, b := range batches {
		s.Update(b)
	}
	r := &audit.Result{}
	s.Finish(r)
	return s, r
}
