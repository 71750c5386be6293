package xgboost

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"evenhand/features/model/trees"
)

// fixtures has models that the library wrote; train_xgboost.py beside it
// makes them.
const fixtures = "../../../fixtures/models/xgboost"

// readers has what reads a file, by its extension.
var readers = map[string]func([]byte) (*trees.Model, error){".json": ReadJSON, ".ubj": ReadUBJ}

// small is a model of one tree, for edits.
func small(t testing.TB) string {
	t.Helper()
	file, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// TestBase starts sums from what no mean can be.
func TestBase(t *testing.T) {
	file := strings.NewReplacer("binary:logistic", "count:poisson", "[5E-1]", "[0E0]").Replace(small(t))
	if _, err := ReadJSON([]byte(file)); err == nil || !strings.Contains(err.Error(), "0 is not positive, as count:poisson needs it") {
		t.Error(err)
	}
}

// TestRefusals edits a sound model, and says what the error must say.
func TestRefusals(t *testing.T) {
	sound := small(t)
	tests := []struct{ name, old, new, want string }{
		{"objective", "binary:logistic", "multi:softprob", `objective: "multi:softprob" is not supported`},
		{"no objective", `"name":"binary:logistic",`, ``, "objective: its name is missing"},
		{"booster", `"name":"gbtree"`, `"name":"gblinear"`, `booster: "gblinear" is not supported`},
		{"classes", `"num_class":"0"`, `"num_class":"3"`, "more than one output"},
		{"targets", `"num_target":"1"`, `"num_target":"2"`, "more than one output"},
		{"base vector", "[5E-1]", "[5E-1,5E-1]", "more than one output"},
		{"base text", "[5E-1]", "half", `base_score: "half" is no number`},
		{"base infinity", "[5E-1]", "[Infinity]", "is no number"},
		{"base no probability", "[5E-1]", "[2E0]", "2 is no probability"},
		{"no base", `"base_score":"[5E-1]",`, ``, "base_score is missing"},
		{"version", "[3,2,0]", "[4,0,0]", "version: 4 is not known"},
		{"version of words", "[3,2,0]", "[3]", "is no version"},
		{"no version", `,"version":[3,2,0]`, ``, "version: 0 is not known"},
		{"features", `"num_feature":"2","num_target"`, `"num_feature":"3","num_target"`, "feature_names: 2 names for 3 features"},
		{"no features", `"num_feature":"2","num_target"`, `"num_target"`, "num_feature is missing"},
		{"many features", `"num_feature":"2","num_target"`, `"num_feature":"4000000000","num_target"`, "a model may have"},
		{"types", `["float","c"]`, `["float"]`, "feature_types: 1 types"},
		{"type", `["float","c"]`, `["float","text"]`, `feature_types: "text" of feature "c"`},
		{"name twice", `["x","c"]`, `["x","x"]`, `"x", is empty or there twice`},
		{"unknown key", `"version"`, `"bias":1,"version"`, `the key "bias" is not known`},
		{"unknown key of a tree", `"id":0`, `"id":0,"slopes":[1]`, `tree 0: the key "slopes" is not known`},
		{"key twice", `"version"`, `"version":[1,0,0],"version"`, `the key "version" is there twice`},
		{"list twice", `"id":0`, `"id":0,"default_left":[]`, "tree 0: default_left: it is there twice"},
		{"numbers of trees", `"num_trees":"1"`, `"num_trees":"2"`, "num_trees is 2, but there are 1 trees"},
		{"tree_info", `"tree_info":[0]`, `"tree_info":[]`, "tree_info: 0 entries for 1 trees"},
		{"output", `"tree_info":[0]`, `"tree_info":[1]`, "tree 0 belongs to output 1"},
		{"id", `"id":0`, `"id":7`, "tree 0: id: it is 7"},
		{"vector leaves", `"size_leaf_vector":"1"`, `"size_leaf_vector":"2"`, "tree 0: size_leaf_vector"},
		{"nodes", `"num_nodes":"5"`, `"num_nodes":"4"`, "tree 0: num_nodes is 4, but 5 nodes"},
		{"deleted", `"num_deleted":"0"`, `"num_deleted":"1"`, "tree 0: num_deleted is 1, but 0"},
		{"short list", `"sum_hessian":[5E0,2E0,3E0,1E0,2E0]`, `"sum_hessian":[5E0,2E0,3E0,1E0]`, "tree 0: sum_hessian: 4 entries for 5 nodes"},
		{"missing list", `"default_left"`, `"base_weights"`, "tree 0: default_left: 0 entries for 5 nodes"},
		{"left child", `[1,-1,3,-1,-1]`, `[1,-1,9,-1,-1]`, "tree 0: node 2: 9 and 4 are no children"},
		{"right child", `[2,-1,4,-1,-1]`, `[3,-1,4,-1,-1]`, "tree 0: node 0: 1 and 3 are no children"},
		{"parent", `[2147483647,0,0,2,2]`, `[2147483647,0,0,1,2]`, "tree 0: parents: that of node 3 is 1"},
		{"loop", `[1,-1,3,-1,-1]`, `[1,-1,1,-1,-1]`, "tree 0: node 2: 1 and 4 are no children"},
		{"orphan", `[1,-1,3,-1,-1]`, `[1,-1,-1,-1,-1]`, "tree 0: node 3 is no node's child"},
		{"split_indices", `"split_indices":[0,0,1,0,0]`, `"split_indices":[0,0,2,0,0]`, "tree 0: split 1: there is no input 2"},
		{"half a feature", `"split_indices":[0,0,1,0,0]`, `"split_indices":[5E-1,0,1,0,0]`, "tree 0: node 0: split_indices: there is no feature 0.5"},
		{"default", `"default_left":[0,0,1,0,0]`, `"default_left":[0,0,2,0,0]`, "default_left: 2 is neither 0 nor 1"},
		{"split type", `"split_type":[0,0,1,0,0]`, `"split_type":[0,0,2,0,0]`, "tree 0: node 2: split_type: 2 is not supported"},
		{"split types differ", `"split_type":[0,0,1,0,0]`, `"split_type":[1,0,0,0,0]`, "tree 0: node 0: split_type and categories_nodes do not agree"},
		{"threshold", `[5E-1,-1E0,`, `[NaN,-1E0,`, "tree 0: split 0: its threshold"},
		{"leaf", `[5E-1,-1E0,`, `[5E-1,Infinity,`, "tree 0: leaf 0: its value"},
		{"large leaf", `[5E-1,-1E0,`, `[5E-1,1E30,`, "tree 0: with its leaves the margin may pass"},
		{"cover", `"sum_hessian":[5E0,`, `"sum_hessian":[-5E0,`, "tree 0: split 0: its threshold or cover"},
		{"negative category", `"categories":[1]`, `"categories":[-1]`, "tree 0: node 2: categories: -1 is no code"},
		{"huge category", `"categories":[1]`, `"categories":[16777216]`, "16777216 is no code"},
		{"no categories", `"categories_sizes":[1]`, `"categories_sizes":[2]`, "tree 0: categories_segments: 2 categories from 0"},
		{"category node", `"categories_nodes":[2]`, `"categories_nodes":[5]`, "tree 0: categories_nodes: node 5 is out of place"},
		{"category lists", `"categories_nodes":[2]`, `"categories_nodes":[2,3]`, "have 2, 1 and 1 entries"},
		{"spellings", `"offsets":[0,1,3]`, `"offsets":[0,1,4]`, "feature 1: offsets: 4 is out of place"},
		{"spellings that stop", `"offsets":[0,1,3]`, `"offsets":[0,1,2]`, "offsets: they do not cover the values"},
		{"spelling twice", `"offsets":[0,1,3],"values":[97,98,99]`, `"offsets":[0,1,2],"values":[97,97]`, "has a category twice"},
		{"spellings that were cut", "[97,98,99]", "[97,-61,-87]", "categories beyond ASCII"},
		{"order", `"sorted_idx":[0,1]`, `"sorted_idx":[1,0]`, "whose order is not that of sorted_idx"},
		{"short order", `"sorted_idx":[0,1]`, `"sorted_idx":[0]`, "whose order is not that of sorted_idx"},
		{"edited spelling", "[97,98,99]", "[99,98,97]", "whose order is not that of sorted_idx"},
		{"spellings of a number", `["float","c"]`, `["float","q"]`, `feature "c" has 2 categories, its type is "q"`},
		{"spelling of no byte", "[97,98,99]", "[97,98,300]", "300 is no byte"},
		{"number twice", `{"offsets":[0,1,3],"values":[97,98,99]}`, `{"type":13,"values":[1,1]}`, "has a category twice"},
		{"half a number", `{"offsets":[0,1,3],"values":[97,98,99]}`, `{"type":13,"values":[5E-1,1]}`, "0.5, which is no whole number"},
		{"numbers of another type", `{"offsets":[0,1,3],"values":[97,98,99]}`, `{"type":8,"values":[1,2]}`, "type 8 is not known for categories"},
		{"weights", `"name":"gbtree"`, `"name":"dart","weight_drop":[]`, "weight_drop: 0 weights for 1 trees"},
		{"dart without weights", `"name":"gbtree"`, `"name":"dart"`, "weight_drop: 0 weights for 1 trees"},
		{"text for a number", "[5E-1,-1E0,", `["a",-1E0,`, "split_conditions: byte"},
		{"object for a list", `"tree_info":[0]`, `"tree_info":{}`, "tree_info: byte"},
		{"null", `"tree_info":[0]`, `"tree_info":null`, "null stands where a list of numbers is expected"},
		{"more", `"version":[3,2,0]}`, `"version":[3,2,0]} {}`, "there is more after the model"},
		{"no learner", `{"learner":{`, `{"Learner":{`, "learner is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(sound, tt.old) < 1 {
				t.Fatalf("the model has no %s", tt.old)
			}
			_, err := ReadJSON([]byte(strings.Replace(sound, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// TestRefused loads models of kinds that are not supported.
func TestRefused(t *testing.T) {
	wants := map[string]string{
		"softprob": `"multi:softprob" is not supported`, "vector_leaf": "more than one output", "two_targets": "more than one output",
		"gblinear": `"gblinear" is not supported`, "hinge": `"binary:hinge" is not supported`,
		"unicode": "categories beyond ASCII", "cox": `"survival:cox" is not supported`, "pairwise": `"rank:pairwise" is not supported`,
	}
	paths, _ := filepath.Glob(fixtures + "/refused_*.json")
	if len(paths) != len(wants) {
		t.Fatalf("%d models, %d are known", len(paths), len(wants))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "refused_"), ".json")
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadJSON(file); err == nil || wants[name] == "" || !strings.Contains(err.Error(), wants[name]) {
			t.Errorf("%s: error %v, want %q", name, err, wants[name])
		}
	}
}

// TestCutOff loads models that end too early: none may load.
func TestCutOff(t *testing.T) {
	for _, name := range []string{"nameless.json", "categories.ubj"} {
		file, err := os.ReadFile(filepath.Join(fixtures, name))
		if err != nil {
			t.Fatal(err)
		}
		for n := 20; n < len(file); n += 1 + n/50 {
			_, err := readers[filepath.Ext(name)](file[:n])
			if err == nil || !strings.Contains(err.Error(), "the file ends in the middle of the model") {
				t.Fatalf("%s: cut off after %d bytes: %v", name, n, err)
			}
		}
	}
}

// TestSyntaxes compares the two syntaxes of one model.
func TestSyntaxes(t *testing.T) {
	paths, _ := filepath.Glob(fixtures + "/*.ubj")
	if len(paths) == 0 {
		t.Fatal("no UBJ models")
	}
	for _, path := range paths {
		var all []*trees.Model
		for _, path := range []string{path, strings.TrimSuffix(path, "ubj") + "json"} {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := readers[filepath.Ext(path)](file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		if !reflect.DeepEqual(all[0], all[1]) {
			t.Errorf("%s: the models differ", path)
		}
	}
}

// FuzzRead reads arbitrary bytes in both syntaxes: what is read must score.
func FuzzRead(f *testing.F) {
	f.Add([]byte(small(f)))
	paths, _ := filepath.Glob(fixtures + "/*.[ju]*")
	if len(paths) == 0 {
		f.Fatal("no models")
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(file) < 3000 || strings.HasSuffix(path, "categories.ubj") {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, read := range readers {
			m, err := read(file)
			if err != nil {
				if strings.ContainsAny(err.Error(), "\n\x00") {
					t.Errorf("error %q", err)
				}
				continue
			}
			cells := make([]float64, len(m.Inputs))
			for _, x := range []float64{0, 1e300, math.NaN(), math.Inf(-1), -0.5, 31} {
				for i := range cells {
					cells[i] = x
				}
				if y := m.Forest.Margin(cells); y-y != 0 {
					t.Errorf("margin %v", y)
				}
			}
		}
	})
}

// BenchmarkRead reads a model in both syntaxes.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"categories.json", "categories.ubj"} {
		b.Run(filepath.Ext(name)[1:], func(b *testing.B) {
			file, err := os.ReadFile(filepath.Join(fixtures, name))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for range b.N {
				if _, err := readers[filepath.Ext(name)](file); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
