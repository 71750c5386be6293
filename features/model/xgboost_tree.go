package model

import (
	"errors"
	"fmt"
	"math"

	"evenhand/features/model/trees"
)

// The lists of a tree that are read, those with an entry a node first.
const (
	xgbLeft = iota
	xgbRight
	xgbIndex
	xgbCondition // the leaf's value, if the node is one
	xgbDefault
	xgbCover
	xgbParent
	xgbType // 1: the node splits by category; the list may be missing
	xgbCats
	xgbCatNodes
	xgbCatFrom
	xgbCatSizes
	xgbLists
)

var xgbNodeKeys = [...]string{
	xgbLeft: "left_children", xgbRight: "right_children", xgbIndex: "split_indices", xgbCondition: "split_conditions",
	xgbDefault: "default_left", xgbCover: "sum_hessian", xgbParent: "parents", xgbType: "split_type",
}

const (
	xgbUnused = -1 - iota
	xgbParam
	xgbID
)

// xgbTreeKeys are the keys of a tree. leaf_child_counts was written by 1.0,
// leaf_weights is of trees whose leaves are vectors.
var xgbTreeKeys = map[string]int{
	"left_children": xgbLeft, "right_children": xgbRight, "split_indices": xgbIndex, "split_conditions": xgbCondition,
	"default_left": xgbDefault, "sum_hessian": xgbCover, "parents": xgbParent, "split_type": xgbType, "categories": xgbCats,
	"categories_nodes": xgbCatNodes, "categories_segments": xgbCatFrom, "categories_sizes": xgbCatSizes,
	"tree_param": xgbParam, "id": xgbID,
	"base_weights": xgbUnused, "loss_changes": xgbUnused, "leaf_child_counts": xgbUnused,
	"leaf_weights": xgbUnused,
}

// xgbDeleted is the feature of a node that pruning has deleted.
const xgbDeleted = 1<<31 - 1

const (
	// maxCategory bounds codes: from 2^24 on a float32 is no whole number, and
	// to XGBoost no category.
	maxCategory = 1 << 24
	// maxWords bounds the memory of all sets of categories, in words: a few
	// large codes must not stand for gigabytes.
	maxWords = 1 << 25
)

// xgbTree is a tree as the file lists it, node by node.
type xgbTree struct {
	lists [xgbLists][]float64
	has   [xgbLists]bool
	nodes float64 // as stated; NaN where it is not
	gone  float64 // how many are deleted, likewise
	id    float64
	wide  bool // the leaves are vectors

	seen  []bool
	sets  []int32 // by node: 1 + the index of its set of categories; 0: none
	stack []xgbStep
	leaf  []int32 // the node of each leaf of the tree that was grown last
}

// xgbStep is a node to visit, with the split whose child it is, or -1.
type xgbStep struct {
	node, parent int32
	right        bool
}

// readTree reads tree k and adds it to the forest.
func (f *xgbFile) readTree(d document, k int) error {
	t := &f.tree
	for i := range t.lists {
		t.lists[i], t.has[i] = t.lists[i][:0], false
	}
	t.nodes, t.gone, t.id, t.wide = math.NaN(), math.NaN(), math.NaN(), false
	err := d.object(func(key string) (err error) {
		at, ok := xgbTreeKeys[key]
		switch {
		case !ok:
			f.fault(fmt.Errorf("tree %d: the key %q is not known, and may change the score; save the model with another version of the library", k, key))
			return d.skip()
		case at == xgbParam:
			err = t.readParams(d)
		case at == xgbID:
			var s string
			if s, err = d.text(); err == nil && s != fmt.Sprint(k) {
				err = fmt.Errorf("it is %s; export the model again", s)
			}
		case at == xgbUnused:
			return d.skip()
		case t.has[at]:
			err = errors.New("it is there twice; export the model again")
		default:
			t.has[at] = true
			t.lists[at], err = d.numbers(t.lists[at])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	tree, err := t.grow(&f.words)
	if err != nil {
		f.fault(fmt.Errorf("tree %d: %w", k, err))
	}
	f.trees = append(f.trees, tree)
	if f.grown != nil {
		f.grown(t.leaf)
	}
	return nil
}

func (t *xgbTree) readParams(d document) error {
	return d.object(func(key string) error {
		x, err := param(d)
		switch key {
		case "num_nodes":
			t.nodes = x
		case "num_deleted":
			t.gone = x
		case "size_leaf_vector":
			t.wide = x > 1
		}
		return err
	})
}

// grow turns the lists into a tree whose children come after their parents.
// words counts the memory of its sets.
func (t *xgbTree) grow(words *int) (tree trees.Tree, err error) {
	if t.wide {
		return tree, errors.New("size_leaf_vector: its leaves are vectors, but only models of one output are supported")
	}
	if err := t.check(); err != nil {
		return tree, err
	}
	n := len(t.lists[xgbLeft])
	splits := 0
	for _, c := range t.lists[xgbLeft] {
		if c != -1 {
			splits++
		}
	}
	if tree.Splits = nil; splits > 0 {
		tree.Splits = make([]trees.Split, 0, splits)
	}
	tree.Leaves, tree.Covers = make([]float64, 0, n-splits), make([]float64, 0, n-splits)
	t.seen = append(t.seen[:0], make([]bool, n)...)
	t.leaf = t.leaf[:0]
	t.stack = append(t.stack[:0], xgbStep{parent: -1})
	for len(t.stack) > 0 {
		step := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		i := step.node
		if t.seen[i] {
			return tree, fmt.Errorf("node %d is the child of two nodes; export the model again", i)
		}
		t.seen[i] = true
		at := int32(len(tree.Splits))
		left := t.lists[xgbLeft][i]
		if left == -1 {
			at = ^int32(len(tree.Leaves))
			tree.Leaves = append(tree.Leaves, float64(float32(t.lists[xgbCondition][i])))
			tree.Covers = append(tree.Covers, float64(float32(t.lists[xgbCover][i])))
			t.leaf = append(t.leaf, i)
		} else {
			// The library itself takes the next node for the right child.
			if right := t.lists[xgbRight][i]; !(left > 0 && right < float64(n)) || left != math.Trunc(left) || right != left+1 {
				return tree, fmt.Errorf("node %d: %v and %v are no children of it; export the model again", i, left, right)
			}
			for c := int(left); c <= int(left)+1; c++ {
				if p := t.lists[xgbParent][c]; p != float64(i) {
					return tree, fmt.Errorf("parents: that of node %d is %v, but it is a child of node %d; export the model again", c, p, i)
				}
			}
			s, err := t.split(int(i), words)
			if err != nil {
				return tree, fmt.Errorf("node %d: %w", i, err)
			}
			tree.Splits = append(tree.Splits, s)
			t.stack = append(t.stack, xgbStep{int32(left) + 1, at, true}, xgbStep{int32(left), at, false})
		}
		switch {
		case step.parent < 0:
		case step.right:
			tree.Splits[step.parent].Right = at
		default:
			tree.Splits[step.parent].Left = at
		}
	}
	return tree, t.deleted()
}

// check looks at the lists as such.
func (t *xgbTree) check() error {
	n := len(t.lists[xgbLeft])
	for at, key := range xgbNodeKeys {
		if len(t.lists[at]) != n && (at != xgbType || t.has[at]) {
			return fmt.Errorf("%s: %d entries for %d nodes; export the model again", key, len(t.lists[at]), n)
		}
	}
	if float64(n) != t.nodes || n == 0 {
		return fmt.Errorf("num_nodes is %v, but %d nodes are listed; export the model again", t.nodes, n)
	}
	return t.indexSets(n)
}

// indexSets finds the sets of categories of the nodes.
func (t *xgbTree) indexSets(n int) error {
	t.sets = append(t.sets[:0], make([]int32, n)...)
	nodes, from, sizes, cats := t.lists[xgbCatNodes], t.lists[xgbCatFrom], t.lists[xgbCatSizes], t.lists[xgbCats]
	if len(from) != len(nodes) || len(sizes) != len(nodes) {
		return fmt.Errorf("categories_nodes, categories_segments and categories_sizes have %d, %d and %d entries; export the model again", len(nodes), len(from), len(sizes))
	}
	last := -1.0
	for k, i := range nodes {
		if !(i > last && i < float64(n)) || i != math.Trunc(i) {
			return fmt.Errorf("categories_nodes: node %v is out of place; export the model again", i)
		}
		last = i
		if lo, size := from[k], sizes[k]; !(lo >= 0 && size > 0 && lo+size <= float64(len(cats))) || lo != math.Trunc(lo) || size != math.Trunc(size) {
			return fmt.Errorf("categories_segments: %v categories from %v on are not there; export the model again", size, lo)
		}
		t.sets[int(i)] = int32(k) + 1
	}
	return nil
}

// split makes the split of node i.
func (t *xgbTree) split(i int, words *int) (s trees.Split, err error) {
	feature := t.lists[xgbIndex][i]
	if !(feature >= 0 && feature < maxFeatures) || feature != math.Trunc(feature) {
		return s, fmt.Errorf("split_indices: there is no feature %v; export the model again", feature)
	}
	s.Input = int32(feature)
	s.Cover = float64(float32(t.lists[xgbCover][i]))
	s.How = trees.MissingNaN
	switch t.lists[xgbDefault][i] {
	case 0:
	case 1:
		s.How |= trees.DefaultLeft
	default:
		return s, fmt.Errorf("default_left: %v is neither 0 nor 1; export the model again", t.lists[xgbDefault][i])
	}
	kind := 0.0
	if t.has[xgbType] {
		kind = t.lists[xgbType][i]
	}
	switch {
	case kind == 0 && t.sets[i] == 0:
		s.How |= trees.Below
		s.Threshold = float64(float32(t.lists[xgbCondition][i]))
		return s, nil
	case kind == 1 && t.sets[i] > 0:
		s.How |= trees.Categorical | trees.InRight
		s.Set, err = t.set(int(t.sets[i]-1), words)
		return s, err
	case kind != 0 && kind != 1:
		return s, fmt.Errorf("split_type: %v is not supported; save the model with another version of the library", kind)
	}
	return s, errors.New("split_type and categories_nodes do not agree on it; export the model again")
}

// set makes the set of categories that go right.
func (t *xgbTree) set(k int, words *int) ([]uint32, error) {
	from := int(t.lists[xgbCatFrom][k])
	cats := t.lists[xgbCats][from : from+int(t.lists[xgbCatSizes][k])]
	largest := 0.0
	for _, c := range cats {
		if !(c >= 0 && c < maxCategory) || c != math.Trunc(c) {
			return nil, fmt.Errorf("categories: %.0f is no code of a category; export the model again", c)
		}
		largest = max(largest, c)
	}
	n := int(largest)/32 + 1
	if *words += n; *words > maxWords {
		return nil, fmt.Errorf("categories: codes up to %.0f make the model too large; number the categories from 0", largest)
	}
	set := make([]uint32, n)
	for _, c := range cats {
		set[int(c)/32] |= 1 << (int(c) % 32)
	}
	return set, nil
}

// deleted checks that the nodes that are not in the tree are deleted ones.
func (t *xgbTree) deleted() error {
	gone := 0
	for i, seen := range t.seen {
		if seen {
			continue
		}
		if gone++; t.lists[xgbIndex][i] != xgbDeleted {
			return fmt.Errorf("node %d is no node's child; export the model again", i)
		}
	}
	if t.gone == t.gone && t.gone != float64(gone) {
		return fmt.Errorf("num_deleted is %v, but %d nodes are not in the tree; export the model again", t.gone, gone)
	}
	return nil
}
