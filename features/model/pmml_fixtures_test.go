package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pmmlFixtures has PMML files with rows and what another evaluator, or the
// library that wrote the file, made of them; its README tells which.
const pmmlFixtures = "../../fixtures/models/pmml"

// TestPMMLFixtures compares with the stored answers of other evaluators.
func TestPMMLFixtures(t *testing.T) {
	dir := pmmlFixtures
	if other := os.Getenv("EVENHAND_PMML_DIR"); other != "" {
		dir = other
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "*.rows.json"))
	if len(paths) == 0 {
		t.Fatalf("no fixtures in %s", dir)
	}
	rows, scored := 0, 0
	for _, path := range paths {
		model := strings.TrimSuffix(path, ".rows.json") + ".pmml"
		t.Run(filepath.Base(model), func(t *testing.T) {
			var data struct {
				Inputs map[string][]any
				Expect struct {
					Score, Probability []*float64
					Reasons            [][]string
				}
				Tolerance float64
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(file, &data); err != nil {
				t.Fatal(err)
			}
			if file, err = os.ReadFile(model); err != nil {
				t.Fatal(err)
			}
			m, err := Load(model, file, "")
			if err != nil {
				t.Fatal(err)
			}
			for r, want := range data.Expect.Score {
				v := make([]Value, len(m.Inputs()))
				for i, in := range m.Inputs() {
					cells, ok := data.Inputs[in.Name]
					if !ok {
						t.Fatalf("the rows have no %s", in.Name)
					}
					v[i] = valueOf(cells[r])
				}
				o := m.ScoreRow(v)
				rows++
				if want == nil {
					if !math.IsNaN(o.Score) {
						t.Errorf("row %d %v: score %v, the evaluator has none", r, v, o.Score)
					}
					continue
				}
				scored++
				tolerance := max(1e-12, data.Tolerance) * max(1, math.Abs(*want))
				if _, ok := m.(interface{ points() }); ok {
					tolerance = 0
				}
				if d := math.Abs(o.Score - *want); !(d <= tolerance) {
					t.Errorf("row %d %v: score %v, the evaluator has %v", r, v, o.Score, *want)
				}
				if p := data.Expect.Probability; p != nil && !(math.Abs(o.Probability-*p[r]) <= 1e-12) {
					t.Errorf("row %d %v: probability %v, the evaluator has %v", r, v, o.Probability, *p[r])
				}
				if codes, ok := m.(ReasonCodes); ok && data.Expect.Reasons != nil {
					got := codes.Reasons(v)
					if !slices.Equal(got, data.Expect.Reasons[r]) {
						t.Errorf("row %d %v: reasons %v, the evaluator has %v", r, v, got, data.Expect.Reasons[r])
					}
				}
			}
		})
	}
	t.Logf("%d files, %d rows, %d of them scored", len(paths), rows, scored)
}

func valueOf(cell any) Value {
	switch x := cell.(type) {
	case float64:
		return Value{Num: x}
	case string:
		return Value{Text: x}
	}
	return Value{Null: true, Num: math.NaN()}
}
