package model

import (
	"math"
	"os"
	"strings"
	"testing"

	"evenhand/features"
)

// lightgbmSample is a small model with its parts in place: a tree with every
// treatment of missing values, one of a single leaf, one that reads pandas'
// numbers.
var lightgbmSample = sample("lightgbm/testdata/sample.txt")

// sample is the text of a file that the tests of a reader have.
func sample(path string) string {
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return string(file)
}

// TestLightGBMOld reads what LightGBM 2.3 wrote otherwise.
func TestLightGBMOld(t *testing.T) {
	m := mustLoad(t, strings.NewReplacer("version=v4", "version=v3", "feature_importances:", "feature importances:").Replace(lightgbmSample))
	if o := m.ScoreRow(row(1.5, 0.0, "car", 40.0, 1.0)); o.Margin != mustLoad(t, lightgbmSample).ScoreRow(row(1.5, 0.0, "car", 40.0, 1.0)).Margin {
		t.Errorf("%+v", o)
	}
}

// TestLightGBMSample reads the sample's treatment of odd cells.
func TestLightGBMSample(t *testing.T) {
	m := mustLoad(t, lightgbmSample)
	tests := []struct {
		cells  []any // a, b=c, d, e, f
		margin float64
	}{
		{[]any{1.5, 0.0, "car", 40.0, 1.0}, 0.30000000000000004 + 0.25 - 0.75},   // 0 is missing at b: right; level 40 is category 0
		{[]any{1.5, 1e-36, "car", 40.0, 1.0}, 0.30000000000000004 + 0.25 - 0.75}, // as near to 0
		{[]any{1.5, -1e-34, "car", 3.0, 1.0}, 0.1 + 0.25 + 1},
		{[]any{nil, nil, nil, nil, nil}, 0.30000000000000004 + 0.25 + 1}, // a null of missing type None is 0
		{[]any{2.0, 0.0, "haus", 7.0, nil}, -0.2 + 0.25 + 1},
		{[]any{2.0, 0.0, "bücher", 40.0, nil}, -0.2 + 0.25 - 0.75},
		{[]any{2.0, 0.0, "other", 40.0, nil}, 0.5 + 0.25 - 0.75},
	}
	for _, tt := range tests {
		v := row(tt.cells...)
		o := m.ScoreRow(v)
		if o.Margin != tt.margin && math.Abs(o.Margin-tt.margin) > 1e-15 || o.Score != o.Probability || o.Score != 1/(1+math.Exp(-2*o.Margin)) {
			t.Errorf("%v: %+v, want the margin %v", tt.cells, o, tt.margin)
		}
	}
	kinds := ""
	for _, in := range m.Inputs() {
		kinds += in.Name + " " + in.Kind.String() + ", "
	}
	if kinds != "a numeric, b=c numeric, d categorical, e numeric, f numeric, " {
		t.Errorf("inputs %s", kinds)
	}
}

// TestLightGBMFixtures compares with the library: margins and leaves exactly,
// the rest to the last places of a double.
func TestLightGBMFixtures(t *testing.T) {
	eachBoosted(t, lightgbmFixtures+"/*.txt", func(t *testing.T, _ []byte, m *forest, said said[float64], in []*features.Vector) {
		var out Outputs
		n := len(said.Margin)
		m.Score(&out, in, n)
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
				if want := said.Contribs[r][i]; !(math.Abs(shares[i][r]-want) <= 1e-9*max(1, math.Abs(want))) {
					t.Errorf("row %d: contribution of %s %v, the library has %v", r, m.inputs[i].Name, shares[i][r], want)
				}
			}
			if want := said.Contribs[r][len(in)]; !(math.Abs(base-want) <= 1e-9*max(1, math.Abs(want))) {
				t.Errorf("base %v, the library has %v", base, want)
			}
		}
		endsIn(t, m, in, nil, said.Leaf)
	})
}

// TestLightGBMReferences compares with what the library said of the shared
// models: margins bit for bit, and the leaf of each tree.
func TestLightGBMReferences(t *testing.T) {
	for _, name := range []string{"taiwan_lgbm", "lendingclub_lgbm_strcat"} {
		t.Run(name, func(t *testing.T) {
			m, rows, in, out := scoreShared(t, name, "model.txt")
			within(t, rows, "raw_margin", out.Margin, 0)
			within(t, rows, "probability", out.Probability, 4e-16)
			f := m.(*forest)
			endsIn(t, f, in, nil, sharedLeaves(t, name, len(rows), len(f.trees.Trees)))
		})
	}
}
