package model

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/features"
)

// xgbFixtures has models that other versions of the library have trained, with
// what it said of some rows; train_xgboost.py beside it writes them.
const xgbFixtures = "../../fixtures/models/xgboost"

// xgbSaid is what the library said.
type xgbSaid struct {
	Library         string
	Inputs          map[string][]any
	Margin, Predict []float32
	Leaf            [][]int32
	Contribs        [][]float32
}

// eachXGBoost calls f for every fixture that is meant to be read.
func eachXGBoost(t *testing.T, f func(t *testing.T, file []byte, m *forest, said xgbSaid, in []*features.Vector)) {
	t.Helper()
	paths, _ := filepath.Glob(xgbFixtures + "/*.[ju]*")
	read := 0
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "refused_") {
			continue
		}
		read++
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Load(name, file, "")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".rows")
			if err != nil {
				t.Fatal(err)
			}
			var said xgbSaid
			if err := json.Unmarshal(rows, &said); err != nil {
				t.Fatal(err)
			}
			cells := make([]map[string]any, len(said.Margin))
			for r := range cells {
				cells[r] = map[string]any{}
				for input, column := range said.Inputs {
					cells[r][input] = column[r]
				}
			}
			in, n := columns(t, m, cells)
			if n < 6 || n != len(said.Predict) || n != len(said.Leaf) || n != len(said.Contribs) {
				t.Fatalf("%d rows", n)
			}
			f(t, file, m.(*forest), said, in)
		})
	}
	if read < 30 {
		t.Fatalf("%d models, the directory has more", read)
	}
}

// TestXGBoost compares margins with the library's, bit for bit.
func TestXGBoost(t *testing.T) {
	eachXGBoost(t, func(t *testing.T, _ []byte, m *forest, said xgbSaid, in []*features.Vector) {
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
	eachXGBoost(t, func(t *testing.T, file []byte, m *forest, said xgbSaid, in []*features.Vector) {
		nodes := xgbLeafNodes(t, file)
		cells := make([]float64, len(in))
		for r, want := range said.Leaf {
			for i := range in {
				cells[i] = m.cell(i, cellOf(m.inputs[i].Kind, in[i], r))
			}
			for k := range m.trees.Trees {
				if got := nodes[k][m.trees.Trees[k].Leaf(cells)]; got != want[k] {
					t.Errorf("row %d: tree %d ends in node %d, the library's in %d", r, k, got, want[k])
				}
			}
		}
	})
}

// TestXGBoostContributions compares with the library's TreeSHAP.
func TestXGBoostContributions(t *testing.T) {
	eachXGBoost(t, func(t *testing.T, _ []byte, m *forest, said xgbSaid, in []*features.Vector) {
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

// xgbLeafNodes are the nodes of the leaves of each tree, as the file numbers
// them.
func xgbLeafNodes(t *testing.T, file []byte) (nodes [][]int32) {
	t.Helper()
	var d document = &jsonDocument{file: file}
	if isUBJ(file) {
		d = &ubjDocument{file: file}
	}
	f := xgbFile{grown: func(leaf []int32) { nodes = append(nodes, append([]int32(nil), leaf...)) }}
	if err := f.read(d); err != nil {
		t.Fatal(err)
	}
	return nodes
}

// TestXGBoostSyntaxes compares the two syntaxes of one model.
func TestXGBoostSyntaxes(t *testing.T) {
	paths, _ := filepath.Glob(xgbFixtures + "/*.ubj")
	if len(paths) == 0 {
		t.Fatal("no UBJ models")
	}
	for _, path := range paths {
		var all []*forest
		for _, path := range []string{path, strings.TrimSuffix(path, "ubj") + "json"} {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Load(path, file, "xgboost-"+filepath.Ext(path)[1:])
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m.(*forest))
		}
		all[0].format = all[1].format
		if a, b := fmt.Sprintf("%+v %+v", all[0].trees, all[0].inputs), fmt.Sprintf("%+v %+v", all[1].trees, all[1].inputs); a != b {
			t.Errorf("%s: the models differ:\n%.300s\n%.300s", path, a, b)
		}
	}
}

// TestXGBoostShared scores the shared models.
func TestXGBoostShared(t *testing.T) {
	for _, name := range []string{"lendingclub_xgb", "hmda_ny_xgb_cat"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(shared, name)
			file, err := os.ReadFile(filepath.Join(dir, "model.json"))
			if err != nil {
				t.Skipf("the shared models are not here: %v", err)
			}
			m, err := Load("model.json", file, "")
			if err != nil {
				t.Fatal(err)
			}
			rows := readParquet(t, filepath.Join(dir, "reference.parquet"))
			in, n := columns(t, m, rows)
			var out Outputs
			m.Score(&out, in, n)
			within(t, rows, "raw_margin", out.Margin, 0)
			within(t, rows, "probability", out.Probability, 1e-6)
			nodes := xgbLeafNodes(t, file)
			leaves := readParquet(t, filepath.Join(dir, "leaf_index.parquet"))
			f := m.(*forest)
			cells := make([]float64, len(in))
			for r, row := range leaves {
				for i := range in {
					cells[i] = f.cell(i, cellOf(f.inputs[i].Kind, in[i], r))
				}
				for k := range f.trees.Trees {
					want, ok := row[fmt.Sprintf("tree_%d", k)]
					if !ok {
						t.Fatalf("no column of tree %d: %v", k, row)
					}
					if got := nodes[k][f.trees.Trees[k].Leaf(cells)]; fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("row %d: tree %d ends in node %d, the library's in %v", r, k, got, want)
					}
				}
			}
		})
	}
}

// BenchmarkXGBoostLoad reads a model in both syntaxes.
func BenchmarkXGBoostLoad(b *testing.B) {
	for _, name := range []string{"categories.json", "categories.ubj"} {
		b.Run(filepath.Ext(name)[1:], func(b *testing.B) {
			file, err := os.ReadFile(filepath.Join(xgbFixtures, name))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for range b.N {
				if _, err := Load(name, file, ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
