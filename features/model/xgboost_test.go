package model

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/features"
)

// TestXGBoost compares margins with the library's, bit for bit.
func TestXGBoost(t *testing.T) {
	eachBoosted(t, xgbFixtures+"/*.[ju]*", func(t *testing.T, _ []byte, m *forest, said said[float32], in []*features.Vector) {
		var out Outputs
		m.Score(&out, in, len(said.Margin))
		for r, want := range said.Margin {
			if out.Margin[r] != float64(want) {
				t.Errorf("row %d: margin %v, the library has %v", r, out.Margin[r], want)
			}
			if p := float64(said.Predict[r]); !(math.Abs(out.Score[r]-p) <= 1e-6*max(1, math.Abs(p))) {
				t.Errorf("row %d: score %v, the library predicts %v", r, out.Score[r], said.Predict[r])
			}
			if p := out.Probability[r]; p == p && p != out.Score[r] {
				t.Errorf("row %d: probability %v, score %v", r, p, out.Score[r])
			}
		}
	})
}

// TestXGBoostLeaves compares the node that each row ends in.
func TestXGBoostLeaves(t *testing.T) {
	eachBoosted(t, xgbFixtures+"/*.[ju]*", func(t *testing.T, file []byte, m *forest, said said[float32], in []*features.Vector) {
		endsIn(t, m, in, xgbLeafNodes(t, file), said.Leaf)
	})
}

// TestXGBoostContributions compares with the library's TreeSHAP.
func TestXGBoostContributions(t *testing.T) {
	eachBoosted(t, xgbFixtures+"/*.[ju]*", func(t *testing.T, _ []byte, m *forest, said said[float32], in []*features.Vector) {
		n := len(said.Contribs)
		dst := make([][]float64, len(in))
		for i := range dst {
			dst[i] = make([]float64, n)
		}
		base := m.Contributions(dst, in, n)
		worst := 0.0
		for r, want := range said.Contribs {
			// The library adds up float32s.
			scale := max(1, math.Abs(float64(said.Margin[r])))
			worst = max(worst, math.Abs(base-float64(want[len(in)]))/scale)
			for i := range in {
				worst = max(worst, math.Abs(dst[i][r]-float64(want[i]))/scale)
			}
		}
		if !(worst <= 1e-5) {
			t.Errorf("contributions differ by %g", worst)
		}
		t.Logf("largest difference %g", worst)
	})
}

// TestXGBoostShared scores the shared models.
func TestXGBoostShared(t *testing.T) {
	for _, name := range []string{"lendingclub_xgb", "hmda_ny_xgb_cat"} {
		t.Run(name, func(t *testing.T) {
			m, rows, in, out := scoreShared(t, name, "model.json")
			within(t, rows, "raw_margin", out.Margin, 0)
			within(t, rows, "probability", out.Probability, 1e-6)
			file, err := os.ReadFile(filepath.Join(shared, name, "model.json"))
			if err != nil {
				t.Fatal(err)
			}
			f := m.(*forest)
			endsIn(t, f, in, xgbLeafNodes(t, file), sharedLeaves(t, name, len(rows), len(f.trees.Trees)))
		})
	}
}

// xgbSmall is a model of one tree, for edits.
var xgbSmall = sample("xgboost/testdata/small.json")

func TestXGBoostSmall(t *testing.T) {
	m := mustLoad(t, strings.NewReplacer("98,99", "-61,-87", `"sorted_idx":[0,1]`, `"sorted_idx":[1,0]`, "[3,2,0]", "[3,4,0]").Replace(xgbSmall))
	for _, tt := range []struct {
		v    []Value
		want float64
	}{
		{[]Value{{Num: 0.25}, {Text: "a"}}, -1},
		{[]Value{{Num: 0.5}, {Text: "a"}}, 2},
		{[]Value{{Num: 0.5 - 1e-12}, {Text: "a"}}, 2}, // a float32 rounds it to 0.5
		{[]Value{{Num: 0.5}, {Text: "é"}}, 3},
		{[]Value{{Num: 0.5}, {Text: "new"}}, 2},
		{[]Value{{Null: true}, {Null: true}}, 2},
	} {
		o := m.ScoreRow(tt.v)
		if o.Margin != tt.want || o.Score != o.Probability || math.Abs(o.Score-1/(1+math.Exp(-tt.want))) > 1e-15 {
			t.Errorf("%v: %v, want the margin %v", tt.v, o, tt.want)
		}
	}
}

// TestXGBoostForeign loads files of other kinds by these formats' names.
func TestXGBoostForeign(t *testing.T) {
	for _, format := range []string{"xgboost-json", "xgboost-ubj"} {
		for _, file := range []string{head, "{}", "[]", `{"format": "scorecard-v1"}`, "PAR1", "\x00\x01", "tree\nversion=v4\n", "<PMML/>", "{L", "{i\x01aT}", "binf\x00\x00"} {
			if _, err := Load("m", []byte(file), format); err == nil || !strings.HasPrefix(err.Error(), "m: ") {
				t.Errorf("%s: %q: error %v", format, file, err)
			}
		}
	}
}
