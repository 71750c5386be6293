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
	"evenhand/features/model/document"
)

// Fixtures of models that the libraries have trained, with what they said of
// some rows; train_lightgbm.py and train_xgboost.py beside them write both.
const (
	lightgbmFixtures = "../../fixtures/models/lightgbm"
	xgbFixtures      = "../../fixtures/models/xgboost"
)

// said is what a library said of a model's rows, in its own precision.
type said[T float32 | float64] struct {
	Inputs          map[string][]any
	Margin, Predict []T
	Leaf            [][]int32 // by row and tree; of XGBoost a node
	Contribs        [][]T     // by row and input, the base last
}

// eachBoosted calls f for every fixture that is meant to be read.
func eachBoosted[T float32 | float64](t *testing.T, pattern string, f func(t *testing.T, file []byte, m *forest, said said[T], in []*features.Vector)) {
	t.Helper()
	paths, _ := filepath.Glob(pattern)
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
			var said said[T]
			if err := json.Unmarshal(rows, &said); err != nil {
				t.Fatal(err)
			}
			cells := make([]map[string]any, len(said.Margin))
			for r := range cells {
				cells[r] = map[string]any{}
				for _, input := range m.Inputs() {
					if column := said.Inputs[input.Name]; column != nil {
						cells[r][input.Name] = saidCell(column[r], input.Kind)
					}
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

// saidCell is a cell as columns reads it: JSON spells infinities as texts.
func saidCell(cell any, kind Kind) any {
	switch {
	case kind == Numeric && cell == "inf":
		return math.Inf(1)
	case kind == Numeric && cell == "-inf":
		return math.Inf(-1)
	case cell == true:
		return 1.0
	case cell == false:
		return 0.0
	}
	return cell
}

// endsIn compares the leaf that each tree puts each row in with what the
// library said; nodes, if there are any, has its numbers of the leaves.
func endsIn(t *testing.T, m *forest, in []*features.Vector, nodes [][]int32, leaves [][]int32) {
	t.Helper()
	cells := make([]float64, len(in))
	for r, want := range leaves {
		for i := range in {
			cells[i] = m.cell(i, cellOf(m.inputs[i].Kind, in[i], r))
		}
		if len(want) != len(m.trees.Trees) {
			t.Fatalf("leaves of %d trees, there are %d", len(want), len(m.trees.Trees))
		}
		for k := range m.trees.Trees {
			got := int32(m.trees.Trees[k].Leaf(cells))
			if nodes != nil {
				got = nodes[k][got]
			}
			if got != want[k] {
				t.Fatalf("row %d: tree %d ends in leaf %d, the library's in %d", r, k, got, want[k])
			}
		}
	}
}

// sharedLeaves are the leaves that the library put the rows of a shared model
// in.
func sharedLeaves(t *testing.T, name string, n, trees int) [][]int32 {
	t.Helper()
	rows := readParquet(t, filepath.Join(shared, name, "leaf_index.parquet"))
	if len(rows) != n || n == 0 {
		t.Fatalf("leaves of %d rows for %d", len(rows), n)
	}
	leaves := make([][]int32, n)
	for r, row := range rows {
		for k := range trees {
			switch leaf := row[fmt.Sprint("tree_", k)].(type) {
			case int64:
				leaves[r] = append(leaves[r], int32(leaf))
			case float64:
				leaves[r] = append(leaves[r], int32(leaf))
			default:
				t.Fatalf("no column of tree %d: %v", k, row)
			}
		}
	}
	return leaves
}

// xgbLeafNodes are the nodes of the leaves of each tree, from left to right, as
// an XGBoost file numbers them.
func xgbLeafNodes(t *testing.T, file []byte) (nodes [][]int32) {
	t.Helper()
	var d document.Document = document.NewJSON(file)
	if document.IsUBJ(file) {
		d = document.NewUBJ(file)
	}
	var visit func(key string) error
	visit = func(key string) error {
		switch key {
		case "learner", "gradient_booster", "gbtree", "model":
			return d.Object(visit)
		case "trees":
			return d.List(func(int) error {
				var left, right []float64
				err := d.Object(func(key string) (err error) {
					switch key {
					case "left_children":
						left, err = d.Numbers(nil)
					case "right_children":
						right, err = d.Numbers(nil)
					default:
						err = d.Skip()
					}
					return err
				})
				nodes = append(nodes, leavesBelow(nil, left, right, 0))
				return err
			})
		}
		return d.Skip()
	}
	if err := d.Object(visit); err != nil {
		t.Fatal(err)
	}
	return nodes
}

func leavesBelow(dst []int32, left, right []float64, node int) []int32 {
	if left[node] < 0 {
		return append(dst, int32(node))
	}
	dst = leavesBelow(dst, left, right, int(left[node]))
	return leavesBelow(dst, left, right, int(right[node]))
}
