package lightgbm

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"evenhand/features/model/trees"
)

// treeKeys are the keys of a tree. Those that are false tell of training
// only.
var treeKeys = map[string]bool{
	"num_leaves": true, "num_cat": true, "split_feature": true, "threshold": true, "decision_type": true,
	"left_child": true, "right_child": true, "leaf_value": true, "leaf_count": true, "internal_count": true,
	"cat_boundaries": true, "cat_threshold": true, "is_linear": true,
	"split_gain": false, "leaf_weight": false, "internal_value": false, "internal_weight": false, "shrinkage": false,
	"leaf_const": false, "num_features": false, "leaf_features": false, "leaf_coeff": false, // of linear trees
}

// The bits of LightGBM's decision_type; bits 2 and 3 are the missing type.
const (
	categorical = 1
	defaultLeft = 2
)

// readTree reads "Tree=k" and its lines.
func readTree(s string, k int) (t trees.Tree, err error) {
	first, rest, _ := strings.Cut(s, "\n")
	if first != "Tree="+strconv.Itoa(k) {
		return t, fmt.Errorf("it is headed %.30q; export the model again", first)
	}
	p := treeParts{values: map[string]string{}}
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if _, known := treeKeys[key]; !known || !ok {
			return t, fmt.Errorf("the line %.60q is not known; export the model again with LightGBM 3 or 4", line)
		}
		if _, ok := p.values[key]; ok {
			return t, fmt.Errorf("%s is there twice; export the model again", key)
		}
		p.values[key] = value
	}
	if v := p.values["is_linear"]; v != "" && v != "0" {
		return t, fmt.Errorf("it is a linear tree, which is not supported; train without linear_tree")
	}
	leaves, cats := p.number("num_leaves"), p.number("num_cat")
	if p.err == nil && (leaves < 1 || cats < 0) {
		p.err = fmt.Errorf("num_leaves is %d and num_cat is %d; export the model again", leaves, cats)
	}
	t.Leaves = p.floats("leaf_value", leaves)
	if p.err == nil && leaves == 1 && p.values["leaf_count"] == "" {
		t.Covers = []float64{0} // a constant: older versions count nothing
	} else {
		t.Covers = p.counts("leaf_count", leaves)
	}
	if leaves > 1 {
		t.Splits = p.splits(leaves-1, cats)
	}
	return t, p.err
}

// treeParts are the lines of a tree by key, and the first error in them.
type treeParts struct {
	values map[string]string
	err    error
}

// splits reads the n inner nodes.
func (p *treeParts) splits(n, cats int) []trees.Split {
	features := p.ints("split_feature", n, math.MinInt32, math.MaxInt32)
	thresholds := p.floats("threshold", n)
	types := p.ints("decision_type", n, 0, 15)
	left := p.ints("left_child", n, math.MinInt32, math.MaxInt32)
	right := p.ints("right_child", n, math.MinInt32, math.MaxInt32)
	covers := p.counts("internal_count", n)
	sets := p.sets(cats)
	if p.err != nil {
		return nil
	}
	splits := make([]trees.Split, n)
	for i := range splits {
		s := &splits[i]
		*s = trees.Split{Input: int32(features[i]), Left: int32(left[i]), Right: int32(right[i]), Threshold: thresholds[i], Cover: covers[i]}
		if types[i]&categorical != 0 {
			// A missing category is in no set, whatever the default.
			s.How = trees.Categorical
			c := thresholds[i]
			if !(c >= 0 && c < float64(len(sets))) || c != math.Trunc(c) {
				p.err = fmt.Errorf("split %d: there is no set of categories %v (num_cat is %d); export the model again", i, c, cats)
				return nil
			}
			s.Set, s.Threshold = sets[int(c)], 0
			continue
		}
		if types[i]&defaultLeft != 0 {
			s.How |= trees.DefaultLeft
		}
		switch types[i] >> 2 {
		case 1:
			s.How |= trees.MissingZero
		case 2:
			s.How |= trees.MissingNaN
		case 3:
			p.err = fmt.Errorf("split %d: its decision_type %d has no known treatment of missing values; export the model again", i, types[i])
			return nil
		}
	}
	return splits
}

// sets reads the sets of categories.
func (p *treeParts) sets(n int) [][]uint32 {
	if n == 0 || p.err != nil {
		return nil
	}
	if n >= len(p.values["cat_boundaries"]) {
		p.err = fmt.Errorf("num_cat is %d, cat_boundaries has fewer; export the model again", n)
		return nil
	}
	bounds := p.ints("cat_boundaries", n+1, 0, math.MaxInt32)
	if p.err != nil {
		return nil
	}
	words := p.ints("cat_threshold", bounds[n], 0, math.MaxUint32)
	sets := make([][]uint32, n)
	for i := range sets {
		if p.err == nil && (bounds[0] != 0 || bounds[i] > bounds[i+1] || bounds[i+1] > bounds[n]) {
			p.err = fmt.Errorf("cat_boundaries do not ascend from 0; export the model again")
		}
		if p.err != nil {
			return nil
		}
		for _, w := range words[bounds[i]:bounds[i+1]] {
			sets[i] = append(sets[i], uint32(w))
		}
	}
	return sets
}

// number reads a single whole number.
func (p *treeParts) number(key string) int {
	x := p.ints(key, 1, math.MinInt32, math.MaxInt32)
	if p.err != nil {
		return 0
	}
	return x[0]
}

// fields reads the n words of a key.
func (p *treeParts) fields(key string, n int) []string {
	if p.err != nil {
		return nil
	}
	s, ok := p.values[key]
	if !ok {
		p.err = fmt.Errorf("%s is missing; export the model again", key)
		return nil
	}
	words := strings.Fields(s)
	if len(words) != n {
		p.err = fmt.Errorf("%s has %d values where %d are expected; export the model again", key, len(words), n)
		return nil
	}
	return words
}

func (p *treeParts) ints(key string, n, low, high int) []int {
	words := p.fields(key, n)
	out := make([]int, len(words))
	for i, w := range words {
		x, err := strconv.Atoi(w)
		if err != nil || x < low || x > high {
			p.err = fmt.Errorf("%s %d: %.30q is not a usable whole number; export the model again", key, i, w)
			return nil
		}
		out[i] = x
	}
	return out
}

func (p *treeParts) floats(key string, n int) []float64 {
	words := p.fields(key, n)
	out := make([]float64, len(words))
	for i, w := range words {
		x, err := decimal(w)
		if w == "inf" && key == "threshold" { // parts the numbers from the nulls
			x, err = math.Inf(1), nil
		}
		if err != nil {
			p.err = fmt.Errorf("%s %d: %w; export the model again", key, i, err)
			return nil
		}
		out[i] = x
	}
	return out
}

// counts reads how many rows of training each node saw.
func (p *treeParts) counts(key string, n int) []float64 {
	whole := p.ints(key, n, 0, math.MaxInt32)
	out := make([]float64, len(whole))
	for i, x := range whole {
		out[i] = float64(x)
	}
	return out
}
