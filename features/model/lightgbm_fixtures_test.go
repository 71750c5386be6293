package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/features"
)

// lightgbmFixtures has models with what the library said of some rows;
// train_lightgbm.py beside it writes them.
const lightgbmFixtures = "../../fixtures/models/lightgbm"

// lightgbmSaid is what the library said.
type lightgbmSaid struct {
	Inputs          map[string][]any
	Margin, Predict []float64
	Leaf            [][]int
	Contribs        [][]float64
}

// eachLightGBM calls f for every fixture that is meant to be read.
func eachLightGBM(t *testing.T, f func(t *testing.T, m *forest, said lightgbmSaid, in []*features.Vector)) {
	t.Helper()
	paths, _ := filepath.Glob(lightgbmFixtures + "/*.rows")
	if len(paths) < 30 {
		t.Fatalf("%d models, the directory has more", len(paths))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".rows")
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(strings.TrimSuffix(path, ".rows") + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			m, err := Load(name, file, "")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var said lightgbmSaid
			if err := json.Unmarshal(rows, &said); err != nil {
				t.Fatal(err)
			}
			cells := make([]map[string]any, len(said.Margin))
			for r := range cells {
				cells[r] = map[string]any{}
			}
			for _, input := range m.Inputs() {
				for r, cell := range said.Inputs[input.Name] {
					if input.Kind == Numeric && cell == "inf" {
						cell = math.Inf(1)
					} else if input.Kind == Numeric && cell == "-inf" {
						cell = math.Inf(-1)
					} else if b, ok := cell.(bool); ok {
						cell = 0.0
						if b {
							cell = 1.0
						}
					}
					cells[r][input.Name] = cell
				}
			}
			in, n := columns(t, m, cells)
			if n < 6 || n != len(said.Predict) || n != len(said.Leaf) || n != len(said.Contribs) {
				t.Fatalf("%d rows", n)
			}
			f(t, m.(*forest), said, in)
		})
	}
}

// TestLightGBMFixtures compares with the library: margins and leaves exactly,
// the rest to the last places of a double.
func TestLightGBMFixtures(t *testing.T) {
	eachLightGBM(t, func(t *testing.T, m *forest, said lightgbmSaid, in []*features.Vector) {
		var out Outputs
		n := len(said.Margin)
		m.Score(&out, in, n)
		cells := make([]float64, len(in))
		shares := make([][]float64, len(in))
		for i := range shares {
			shares[i] = make([]float64, n)
		}
		base := m.Contributions(shares, in, n)
		for r, want := range said.Margin {
			if math.Float64bits(out.Margin[r]) != math.Float64bits(want) {
				t.Errorf("row %d: margin %v, the library has %v", r, out.Margin[r], want)
			}
			if want := said.Predict[r]; !(math.Abs(out.Score[r]-want) <= 4e-16*max(1, math.Abs(want))) {
				t.Errorf("row %d: score %v, the library predicts %v", r, out.Score[r], want)
			}
			if p := out.Probability[r]; p == p != (m.sigmoid != 0) || p == p && p != out.Score[r] {
				t.Errorf("row %d: probability %v, score %v", r, p, out.Score[r])
			}
			for i := range in {
				cells[i] = m.cell(i, cellOf(m.inputs[i].Kind, in[i], r))
				if want := said.Contribs[r][i]; !(math.Abs(shares[i][r]-want) <= 1e-9*max(1, math.Abs(want))) {
					t.Errorf("row %d: contribution of %s %v, the library has %v", r, m.inputs[i].Name, shares[i][r], want)
				}
			}
			if want := said.Contribs[r][len(in)]; !(math.Abs(base-want) <= 1e-9*max(1, math.Abs(want))) {
				t.Errorf("base %v, the library has %v", base, want)
			}
			for k := range m.trees.Trees {
				if got := m.trees.Trees[k].Leaf(cells); got != said.Leaf[r][k] {
					t.Errorf("row %d: tree %d ends in leaf %d, the library's in %d", r, k, got, said.Leaf[r][k])
				}
			}
		}
	})
}

// TestLightGBMKinds has what pandas made of its columns.
func TestLightGBMKinds(t *testing.T) {
	tests := []struct{ name, want string }{
		{"texts", "annual_income numeric, emp_length numeric, state categorical, loan_purpose categorical, homeownership categorical, "},
		{"levels", "annual_income numeric, term numeric, emp_length numeric, jointly numeric, grade categorical, "},
		{"left_out", "annual_income numeric, state categorical, same categorical, late categorical, "},
		{"words", "debt_to_income numeric, emp_length numeric, state numeric, "},
		{"names", "annual_income numeric, debt=income numeric, мес. numeric, 总额(/€) numeric, "},
	}
	for _, tt := range tests {
		file, err := os.ReadFile(filepath.Join(lightgbmFixtures, tt.name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, in := range mustLoad(t, string(file)).Inputs() {
			got += in.Name + " " + in.Kind.String() + ", "
		}
		if got != tt.want {
			t.Errorf("%s: inputs %s", tt.name, got)
		}
	}
}

// TestLightGBMRefused refuses what can't be had exactly, by name.
func TestLightGBMRefused(t *testing.T) {
	want := map[string]string{
		"multiclass": `num_class is "3"`,
		"ova":        `num_class is "3"`,
		"lambda":     `objective "cross_entropy_lambda" is not supported`,
		"lambdarank": `objective "lambdarank" is not supported`,
		"linear":     "tree 0: it is a linear tree",
		"ordered":    "pandas_categorical has the levels of 2 columns, but 1 features are categorical",
	}
	paths, _ := filepath.Glob(lightgbmFixtures + "/refused_*.txt")
	if len(paths) != len(want) {
		t.Fatalf("%d models to refuse", len(paths))
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "refused_"), ".txt")
		if _, err := Load(name, file, ""); err == nil || !strings.Contains(err.Error(), want[name]) {
			t.Errorf("%s: error %v, want %s", name, err, want[name])
		}
	}
}
