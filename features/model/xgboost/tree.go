package xgboost

import (
	"errors"
	"fmt"
	"math"

	"evenhand/features/model/document"
	"evenhand/features/model/trees"
)

// The lists of a tree that are read, those with an entry a node first.
const (
	listLeft = iota
	listRight
	listIndex
	listCondition // the leaf's value, if the node is one
	listDefault
	listCover
	listParent
	listType // 1: the node splits by category; the list may be missing
	listSets
	listSetNodes
	listSetFrom
	listSetSizes
	listsRead
)

var nodeKeys = [...]string{
	listLeft: "left_children", listRight: "right_children", listIndex: "split_indices", listCondition: "split_conditions",
	listDefault: "default_left", listCover: "sum_hessian", listParent: "parents", listType: "split_type",
}

const (
	unusedKey = -1 - iota
	paramKey
	idKey
)

// treeKeys are the keys of a tree. leaf_child_counts was written by 1.0,
// leaf_weights is of trees whose leaves are vectors.
var treeKeys = map[string]int{
	"left_children": listLeft, "right_children": listRight, "split_indices": listIndex, "split_conditions": listCondition,
	"default_left": listDefault, "sum_hessian": listCover, "parents": listParent, "split_type": listType, "categories": listSets,
	"categories_nodes": listSetNodes, "categories_segments": listSetFrom, "categories_sizes": listSetSizes,
	"tree_param": paramKey, "id": idKey,
	"base_weights": unusedKey, "loss_changes": unusedKey, "leaf_child_counts": unusedKey,
	"leaf_weights": unusedKey,
}

// deletedNode is the feature of a node that pruning has deleted.
const deletedNode = 1<<31 - 1

// nodeTree is a tree as the file lists it, node by node.
type nodeTree struct {
	lists [listsRead][]float64
	has   [listsRead]bool
	nodes float64 // as stated; NaN where it is not
	gone  float64 // how many are deleted, likewise
	wide  bool    // the leaves are vectors

	seen  []bool
	sets  []int32 // by node: 1 + the index of its set of categories; 0: none
	stack []visit
}

// visit is a node to visit, with the split whose child it is, or -1.
type visit struct {
	node, parent int32
	right        bool
}

// readTree reads tree k and adds it to the forest.
func (f *file) readTree(d document.Document, k int) error {
	t := &f.tree
	for i := range t.lists {
		t.lists[i], t.has[i] = t.lists[i][:0], false
	}
	t.nodes, t.gone, t.wide = math.NaN(), math.NaN(), false
	err := d.Object(func(key string) (err error) {
		at, ok := treeKeys[key]
		switch {
		case !ok:
			f.fault(fmt.Errorf("tree %d: the key %q is not known, and may change the score; save the model with another version of the library", k, key))
			return d.Skip()
		case at == paramKey:
			err = t.readParams(d)
		case at == idKey:
			var s string
			if s, err = d.Text(); err == nil && s != fmt.Sprint(k) {
				err = fmt.Errorf("it is %s; export the model again", s)
			}
		case at == unusedKey:
			return d.Skip()
		case t.has[at]:
			err = errors.New("it is there twice; export the model again")
		default:
			t.has[at] = true
			t.lists[at], err = d.Numbers(t.lists[at])
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
	return nil
}

func (t *nodeTree) readParams(d document.Document) error {
	return d.Object(func(key string) error {
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
func (t *nodeTree) grow(words *int) (tree trees.Tree, err error) {
	if t.wide {
		return tree, errors.New("size_leaf_vector: its leaves are vectors, but only models of one output are supported")
	}
	if err := t.check(); err != nil {
		return tree, err
	}
	n := len(t.lists[listLeft])
	splits := 0
	for _, c := range t.lists[listLeft] {
		if c != -1 {
			splits++
		}
	}
	if tree.Splits = nil; splits > 0 {
		tree.Splits = make([]trees.Split, 0, splits)
	}
	tree.Leaves, tree.Covers = make([]float64, 0, n-splits), make([]float64, 0, n-splits)
	t.seen = append(t.seen[:0], make([]bool, n)...)
	t.stack = append(t.stack[:0], visit{parent: -1})
	for len(t.stack) > 0 {
		step := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		i := step.node
		if t.seen[i] {
			return tree, fmt.Errorf("node %d is the child of two nodes; export the model again", i)
		}
		t.seen[i] = true
		at := int32(len(tree.Splits))
		left := t.lists[listLeft][i]
		if left == -1 {
			at = ^int32(len(tree.Leaves))
			tree.Leaves = append(tree.Leaves, float64(float32(t.lists[listCondition][i])))
			tree.Covers = append(tree.Covers, float64(float32(t.lists[listCover][i])))
		} else {
			// The library itself takes the next node for the right child.
			if right := t.lists[listRight][i]; !(left > 0 && right < float64(n)) || left != math.Trunc(left) || right != left+1 {
				return tree, fmt.Errorf("node %d: %v and %v are no children of it; export the model again", i, left, right)
			}
			for c := int(left); c <= int(left)+1; c++ {
				if p := t.lists[listParent][c]; p != float64(i) {
					return tree, fmt.Errorf("parents: that of node %d is %v, but it is a child of node %d; export the model again", c, p, i)
				}
			}
			s, err := t.split(int(i), words)
			if err != nil {
				return tree, fmt.Errorf("node %d: %w", i, err)
			}
			tree.Splits = append(tree.Splits, s)
			t.stack = append(t.stack, visit{int32(left) + 1, at, true}, visit{int32(left), at, false})
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
func (t *nodeTree) check() error {
	n := len(t.lists[listLeft])
	for at, key := range nodeKeys {
		if len(t.lists[at]) != n && (at != listType || t.has[at]) {
			return fmt.Errorf("%s: %d entries for %d nodes; export the model again", key, len(t.lists[at]), n)
		}
	}
	if float64(n) != t.nodes || n == 0 {
		return fmt.Errorf("num_nodes is %v, but %d nodes are listed; export the model again", t.nodes, n)
	}
	return t.indexSets(n)
}

// split makes the split of node i.
func (t *nodeTree) split(i int, words *int) (s trees.Split, err error) {
	feature := t.lists[listIndex][i]
	if !(feature >= 0 && feature < maxFeatures) || feature != math.Trunc(feature) {
		return s, fmt.Errorf("split_indices: there is no feature %v; export the model again", feature)
	}
	s.Input = int32(feature)
	s.Cover = float64(float32(t.lists[listCover][i]))
	s.How = trees.MissingNaN
	switch t.lists[listDefault][i] {
	case 0:
	case 1:
		s.How |= trees.DefaultLeft
	default:
		return s, fmt.Errorf("default_left: %v is neither 0 nor 1; export the model again", t.lists[listDefault][i])
	}
	kind := 0.0
	if t.has[listType] {
		kind = t.lists[listType][i]
	}
	switch {
	case kind == 0 && t.sets[i] == 0:
		s.How |= trees.Below
		s.Threshold = float64(float32(t.lists[listCondition][i]))
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

// deleted checks that the nodes that are not in the tree are deleted ones.
func (t *nodeTree) deleted() error {
	gone := 0
	for i, seen := range t.seen {
		if seen {
			continue
		}
		if gone++; t.lists[listIndex][i] != deletedNode {
			return fmt.Errorf("node %d is no node's child; export the model again", i)
		}
	}
	if t.gone == t.gone && t.gone != float64(gone) {
		return fmt.Errorf("num_deleted is %v, but %d nodes are not in the tree; export the model again", t.gone, gone)
	}
	return nil
}
