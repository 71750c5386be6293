package xgboost

import (
	"fmt"
	"math"
)

const (
	// maxCategory bounds codes: from 2^24 on a float32 is no whole number, and
	// to XGBoost no category.
	maxCategory = 1 << 24
	// maxWords bounds the memory of all sets of categories, in words: a few
	// large codes must not stand for gigabytes.
	maxWords = 1 << 25
)

// indexSets finds the sets of categories of the nodes.
func (t *nodeTree) indexSets(n int) error {
	t.sets = append(t.sets[:0], make([]int32, n)...)
	nodes, from, sizes, cats := t.lists[listSetNodes], t.lists[listSetFrom], t.lists[listSetSizes], t.lists[listSets]
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

// set makes the set of categories that go right.
func (t *nodeTree) set(k int, words *int) ([]uint32, error) {
	from := int(t.lists[listSetFrom][k])
	cats := t.lists[listSets][from : from+int(t.lists[listSetSizes][k])]
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
