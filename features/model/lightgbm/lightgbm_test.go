package lightgbm

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fixtures has models that the library wrote; train_lightgbm.py beside it
// makes them.
const fixtures = "../../../fixtures/models/lightgbm"

// read is a small model with its parts in place: a tree with every treatment
// of missing values, one of a single leaf, one that reads pandas' numbers.
func read(t testing.TB) string {
	t.Helper()
	file, err := os.ReadFile("testdata/sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// TestRefusals edits the sample and has what the error must say.
func TestRefusals(t *testing.T) {
	sample := read(t)
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
		{"too few sizes", "tree_sizes=427 224 257", "tree_sizes=427 224", "there are more trees than tree_sizes says, 2"},
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
		{"no parameters", sample[strings.Index(sample, "end of trees"):], "end of trees\n", "the file ends before its parameters"},
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
			if !strings.Contains(sample, tt.old) {
				t.Fatalf("the sample has no %q", tt.old)
			}
			n := 1
			if tt.old == "\n" {
				n = -1
			}
			_, err := Read([]byte(strings.Replace(sample, tt.old, tt.new, n)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestCutOff cuts the sample off wherever there is more to come, but
// for the empty lines after the parameters: it must not load.
func TestCutOff(t *testing.T) {
	sample := read(t)
	end := strings.Index(sample, "\n\npandas_categorical")
	for n := range len(sample) - 1 {
		if _, err := Read([]byte(sample[:n])); err == nil && (n < end || n > end+2) {
			t.Fatalf("cut off after %d bytes, it loads:\n%s", n, sample[:n])
		}
	}
}

// TestKinds has what pandas made of its columns.
func TestKinds(t *testing.T) {
	tests := []struct{ name, want string }{
		{"texts", "annual_income, emp_length, state texts, loan_purpose texts, homeownership texts, "},
		{"levels", "annual_income, term numbers, emp_length numbers, jointly numbers, grade texts, "},
		{"left_out", "annual_income, state texts, same texts, late texts, "},
		{"words", "debt_to_income, emp_length, state, "},
		{"names", "annual_income, debt=income, мес., 总额(/€), "},
	}
	for _, tt := range tests {
		file, err := os.ReadFile(filepath.Join(fixtures, tt.name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, in := range m.Inputs {
			switch got += in.Name; {
			case in.Levels != nil:
				got += " texts"
			case in.Codes != nil:
				got += " numbers"
			}
			got += ", "
		}
		if got != tt.want {
			t.Errorf("%s: inputs %s", tt.name, got)
		}
	}
}

// TestRefused refuses what can't be had exactly, by name.
func TestRefused(t *testing.T) {
	want := map[string]string{
		"multiclass": `num_class is "3"`,
		"ova":        `num_class is "3"`,
		"lambda":     `objective "cross_entropy_lambda" is not supported`,
		"lambdarank": `objective "lambdarank" is not supported`,
		"linear":     "tree 0: it is a linear tree",
		"ordered":    "pandas_categorical has the levels of 2 columns, but 1 features are categorical",
	}
	paths, _ := filepath.Glob(fixtures + "/refused_*.txt")
	if len(paths) != len(want) {
		t.Fatalf("%d models to refuse", len(paths))
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "refused_"), ".txt")
		if _, err := Read(file); err == nil || !strings.Contains(err.Error(), want[name]) {
			t.Errorf("%s: error %v, want %s", name, err, want[name])
		}
	}
}

// FuzzRead reads arbitrary text; what is read must score.
func FuzzRead(f *testing.F) {
	sample := read(f)
	f.Add([]byte(sample))
	f.Add([]byte(strings.Replace(sample, "objective=binary sigmoid:2", "objective=regression sqrt\naverage_output", 1)))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Read(file)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
			return
		}
		cells := make([]float64, len(m.Inputs))
		for _, x := range []float64{0, 1e300, math.NaN(), math.Inf(-1), 40} {
			for i := range cells {
				cells[i] = x
			}
			m.Forest.Margin(cells)
		}
	})
}
