package model

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lightgbmTrees are the trees of lightgbmSample: one with every treatment of
// missing values, one of a single leaf, one that reads pandas' numbers.
var lightgbmTrees = []string{`Tree=0
num_leaves=5
num_cat=1
split_feature=0 1 2 0
split_gain=4 3 2 1
threshold=1.5 0 0 -0.25000000000000006
decision_type=2 4 1 10
left_child=1 -1 -2 -4
right_child=2 -3 3 -5
leaf_value=0.1 -0.20000000000000001 0.30000000000000004 -1e-3 0.5
leaf_weight=1 1 1 1 1
leaf_count=10 20 30 15 25
internal_value=0 0 0 0
internal_weight=0 0 0 0
internal_count=100 40 60 40
cat_boundaries=0 1
cat_threshold=6
is_linear=0
shrinkage=1


`, `Tree=1
num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=0.25
leaf_weight=
leaf_count=
internal_value=
internal_weight=
internal_count=
is_linear=0
shrinkage=1


`, `Tree=2
num_leaves=3
num_cat=1
split_feature=3 1
threshold=0 1.0000000180025095e-35
decision_type=9 8
left_child=1 -1
right_child=-2 -3
leaf_value=-0.75 1 2
leaf_count=1 2 3
internal_count=6 4
cat_boundaries=0 2
cat_threshold=1 2
is_linear=0
shrinkage=0.1


`}

// lightgbmSample is a small model with its parts in place.
var lightgbmSample = lightgbmText(lightgbmTrees...)

const lightgbmTail = "end of trees\n\nfeature_importances:\na=2\n\nparameters:\n[boosting: gbdt]\n[categorical_feature: 2,3,4]\n\nend of parameters\n\n" +
	`pandas_categorical:[["car", "haus", "b\u00fccher"], [40, 3, 2.5], [true, false]]` + "\n"

func lightgbmText(trees ...string) string {
	sizes := ""
	for _, t := range trees {
		sizes += fmt.Sprint(" ", len(t))
	}
	infos := "[0:1] [-2:2] 0:1:2 0:2 none"
	if len(trees) == 3 {
		trees[2] = strings.Replace(trees[2], "cat_threshold=1 2", "cat_threshold=1 0", 1)
	}
	return "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=4\nobjective=binary sigmoid:2\n" +
		"feature_names=a b=c d e f\nfeature_infos=" + infos + "\ntree_sizes=" + strings.TrimSpace(sizes) + "\n\n" +
		strings.Join(trees, "") + lightgbmTail
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

// TestLightGBMRefusals edits the sample and has what the error must say.
func TestLightGBMRefusals(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"version", "version=v4", "version=v2", `the file is of version "v2"`},
		{"classes", "num_class=1", "num_class=3", `num_class is "3"`},
		{"outputs", "num_tree_per_iteration=1", "num_tree_per_iteration=2", `num_tree_per_iteration is "2"`},
		{"multiclass", "binary sigmoid:2", "multiclass num_class:1", `objective "multiclass num_class:1" is not supported`},
		{"ranking", "binary sigmoid:2", "lambdarank", "is not supported"},
		{"lambda", "binary sigmoid:2", "cross_entropy_lambda", "is not supported"},
		{"no sigmoid", "binary sigmoid:2", "binary", "binary needs its sigmoid"},
		{"sigmoid", "binary sigmoid:2", "binary sigmoid:-1", "binary needs its sigmoid"},
		{"sqrt", "binary sigmoid:2", "poisson sqrt", "what follows poisson is not known"},
		{"no objective", "binary sigmoid:2", "", "objective is empty"},
		{"header", "label_index=0", "label=0", `the header has the line "label=0"`},
		{"header twice", "label_index=0", "num_class=1", "the header has num_class twice"},
		{"no names", "feature_names=a b=c d e f\n", "", "the header has no feature_names"},
		{"names", "feature_names=a b=c d e f", "feature_names=a b c d", "they do not fit"},
		{"same name", "feature_names=a b=c d e f", "feature_names=a b c d a", `the feature "a" is there twice`},
		{"too few sizes", fmt.Sprint(len(lightgbmTrees[1]), " ", len(lightgbmTrees[2])), fmt.Sprint(len(lightgbmTrees[1])), "there are more trees than tree_sizes says, 2"},
		{"size", "tree_sizes=", "tree_sizes=1", "tree 0: the file ends in the middle of it (3 trees are announced)"},
		{"no size", "tree_sizes=", "tree_sizes=x", "which is no size"},
		{"edited", "split_gain=4 3 2 1", "split_gain=4 3 2 1.5", "tree 0 does not have the size"},
		{"Windows", "\n", "\r\n", "the lines end as on Windows"},
		{"no end", "end of trees", "end", `"end" stands where the trees should end`},
		{"parameters", "\nend of parameters", "", "the file ends in the middle of the parameters"},
		{"pandas", "[true, false]]", "[true, fal", "pandas_categorical is not a list"},
		{"pandas kinds", "[true, false]]", `[true, "b"]]`, `feature "f": pandas_categorical has text among numbers`},
		{"pandas level", "[true, false]]", `[true, null]]`, `feature "f": pandas_categorical has a level that is neither`},
		{"pandas twice", "[true, false]]", `[1, 1.0]]`, `feature "f": pandas_categorical has a level twice`},
		{"pandas lists", ", [40, 3, 2.5], [true, false]]", `]`, "pandas_categorical has the levels of 1 columns, but 2 features"},
		{"no parameters", lightgbmTail, "end of trees\n", "the file ends before its parameters"},
		{"end of the end", "pandas_categorical:", "pandas_categ", "the line \"pandas_categ"},
		{"pandas more", "[true, false]]", `[1], [2]]`, "pandas_categorical has the levels of 4 columns, but 3 features"},
		{"pandas few", `"haus", `, ``, `feature "d": it has the category 2, but pandas_categorical lists 2 levels`},

		// In a tree, where the size must stay.
		{"number of a tree", "Tree=1\n", "Tree=3\n", `tree 1: it is headed "Tree=3"`},
		{"key of a tree", "num_cat=0", "num_bat=0", `tree 1: the line "num_bat=0" is not known`},
		{"leaves", "num_leaves=3", "num_leaves=4", "tree 2: leaf_value has 3 values where 4 are expected"},
		{"no leaves", "num_leaves=3", "num_leaves=0", "tree 2: num_leaves is 0"},
		{"threshold", "threshold=1.5 0 0", "threshold=1.5 x 0", `tree 0: threshold 1: "x" is not a number`},
		{"hexadecimal", "threshold=1.5 0 0", "threshold=0x1 0 0", `"0x1" is not a number`},
		{"infinite", "leaf_value=-0.75", "leaf_value=1e999", `tree 2: leaf_value 0: "1e999" is not a number`},
		{"feature", "split_feature=3 1", "split_feature=5 1", "tree 2: split 0: there is no input 5"},
		{"child before", "left_child=1 -1\n", "left_child=0 -1\n", "tree 2: split 0: its child 0 comes before it"},
		{"child twice", "right_child=-2 -3", "right_child=-2 -1", "tree 2: split 1: a child is missing, or has two parents"},
		{"no child", "right_child=-2 -3", "right_child=-2 -9", "tree 2: split 1: a child is missing"},
		{"decision", "decision_type=9 8", "decision_type=9 z", `decision_type 1: "z" is not a usable whole number`},
		{"missing type", "decision_type=2 4 1 10", "decision_type=2 4 1 12", "tree 0: split 3: its decision_type 12"},
		{"set", "threshold=1.5 0 0", "threshold=1.5 0 1", "tree 0: split 2: there is no set of categories 1"},
		{"boundaries", "cat_boundaries=0 2", "cat_boundaries=1 2", "tree 2: cat_boundaries do not ascend"},
		{"words", "cat_threshold=1 0", "cat_threshold=100", "tree 2: cat_threshold has 1 values where 2"},
		{"count", "leaf_count=1 2 3", "leaf_count=1 - 3", `leaf_count 1: "-" is not`},
		{"linear", "is_linear=0\nshrinkage=0.1", "is_linear=1\nshrinkage=0.1", "tree 2: it is a linear tree"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(lightgbmSample, tt.old) {
				t.Fatalf("the sample has no %q", tt.old)
			}
			n := 1
			if tt.old == "\n" {
				n = -1
			}
			_, err := Load("m.txt", []byte(strings.Replace(lightgbmSample, tt.old, tt.new, n)), "")
			if err == nil || !strings.HasPrefix(err.Error(), "m.txt: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestLightGBMCutOff cuts the sample off wherever there is more to come, but
// for the empty lines after the parameters: it must not load.
func TestLightGBMCutOff(t *testing.T) {
	end := strings.Index(lightgbmSample, "\n\npandas_categorical")
	for n := range len(lightgbmSample) - 1 {
		if _, err := loadLightGBM([]byte(lightgbmSample[:n])); err == nil && (n < end || n > end+2) {
			t.Fatalf("cut off after %d bytes, it loads:\n%s", n, lightgbmSample[:n])
		}
	}
}

// FuzzLightGBM loads arbitrary text; what loads must score.
func FuzzLightGBM(f *testing.F) {
	f.Add([]byte(lightgbmSample))
	f.Add([]byte(strings.Replace(lightgbmSample, "objective=binary sigmoid:2", "objective=regression sqrt\naverage_output", 1)))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := loadLightGBM(file)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
			return
		}
		v := make([]Value, len(m.Inputs()))
		for _, x := range []Value{{}, {Num: 1e300, Text: "car"}, {Null: true}, {Num: math.Inf(-1)}, {Num: 40}} {
			for i := range v {
				v[i] = x
			}
			if o := m.ScoreRow(v); math.IsInf(o.Score, 0) || math.IsInf(o.Margin, 0) {
				t.Errorf("infinite output %v", o)
			}
		}
	})
}

// TestLightGBMReferences compares with what the library said of the shared
// models: margins bit for bit, and the leaf of each tree.
func TestLightGBMReferences(t *testing.T) {
	for _, name := range []string{"taiwan_lgbm", "lendingclub_lgbm_strcat"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(shared, name)
			file, err := os.ReadFile(filepath.Join(dir, "model.txt"))
			if err != nil {
				t.Skipf("the shared models are not here: %v", err)
			}
			m, err := Load("model.txt", file, "")
			if err != nil {
				t.Fatal(err)
			}
			rows := readParquet(t, filepath.Join(dir, "reference.parquet"))
			in, n := columns(t, m, rows)
			var out Outputs
			m.Score(&out, in, n)
			within(t, rows, "raw_margin", out.Margin, 0)
			within(t, rows, "probability", out.Probability, 4e-16)
			compareLeaves(t, m.(*forest), rows, readParquet(t, filepath.Join(dir, "leaf_index.parquet")))
		})
	}
}

// compareLeaves compares the leaf that each tree puts each row in.
func compareLeaves(t *testing.T, m *forest, rows, leaves []map[string]any) {
	t.Helper()
	in, n := columns(t, m, rows)
	if len(leaves) != n || n == 0 {
		t.Fatalf("leaves of %d rows for %d", len(leaves), n)
	}
	cells := make([]float64, len(in))
	for r := range n {
		for i, v := range in {
			cells[i] = m.cell(i, cellOf(m.inputs[i].Kind, v, r))
		}
		for k := range m.trees.Trees {
			want, ok := leaves[r][fmt.Sprint("tree_", k)].(int64)
			if got := m.trees.Trees[k].Leaf(cells); !ok || got != int(want) {
				t.Fatalf("row %d: tree %d: leaf %d, the library has %d", r, k, got, want)
			}
		}
	}
}
