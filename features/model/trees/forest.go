// Package trees scores forests of decision trees and explains their margins,
// as the libraries that grew them do.
package trees

import (
	"fmt"
	"math"
)

// Forest is a sum of trees, as a model file gives it. It never changes once it
// is in use, and is shared by all workers.
//
// A row is a slice of cells, one per input: the number, or the code of the
// category, NaN where it is missing.
type Forest struct {
	Inputs int
	Trees  []Tree
	// Base is the margin before any tree.
	Base float64
	// Single says that cells, thresholds, leaves and sums are float32, the sum
	// starting at Base (XGBoost). Otherwise they are float64, and Base is added
	// last.
	Single bool
}

// Tree is one tree. Its root is Splits[0], or, where there are no splits,
// Leaves[0].
type Tree struct {
	Splits []Split
	Leaves []float64 // what they add to the margin
	Covers []float64 // of leaves: how much training data they saw
}

// Split is an inner node.
type Split struct {
	Input       int32
	Left, Right int32 // index of another split, or ^i for leaf i
	How         How
	Threshold   float64  // of numbers
	Set         []uint32 // of categories: bit c%32 of word c/32
	Cover       float64  // how much training data it saw
}

// How says how a split treats cells.
type How uint8

const (
	// Categorical splits look the code up in Set; others compare with Threshold.
	Categorical How = 1 << iota
	// Below: x < threshold goes left (XGBoost). Without it x <= threshold does.
	Below
	// InRight: codes in Set go right (XGBoost). Without it they go left.
	InRight
	// DefaultLeft: missing cells go left. Without it they go right.
	DefaultLeft
	// MissingNaN: a NaN is missing.
	MissingNaN
	// MissingZero: a NaN, and a number within 1e-35 of 0, is missing. With
	// neither, a NaN counts as 0 (LightGBM's missing type None).
	MissingZero
)

// ZeroThreshold is LightGBM's kZeroThreshold, a float32.
const ZeroThreshold = float64(float32(1e-35))

// GoesLeft is the definition of what a split does with a cell; everything
// faster is tested against it.
func (s *Split) GoesLeft(x float64) bool {
	if s.How&Categorical != 0 {
		return s.categoryLeft(x)
	}
	if s.How&MissingNaN == 0 && x != x {
		x = 0
	}
	if x != x || s.How&MissingZero != 0 && x >= -ZeroThreshold && x <= ZeroThreshold {
		return s.How&DefaultLeft != 0
	}
	if s.How&Below != 0 {
		return x < s.Threshold
	}
	return x <= s.Threshold
}

func (s *Split) categoryLeft(x float64) bool {
	if x != x {
		return s.How&DefaultLeft != 0
	}
	in := false
	// The libraries cut a code to an integer; one that is negative or beyond
	// the set is not in it. LightGBM cuts first, XGBoost looks at the sign first.
	if x >= s.firstCode() && x < float64(len(s.Set))*32 && len(s.Set) > 0 {
		c := uint32(x)
		in = s.Set[c/32]>>(c%32)&1 != 0
	}
	return in != (s.How&InRight != 0)
}

// firstCode is the smallest cell that is category 0.
func (s *Split) firstCode() float64 {
	if s.How&InRight != 0 {
		return 0
	}
	return math.Nextafter(-1, 0) // -0.5 is cut to 0
}

// Leaf is the index of the leaf that a row falls into.
func (t *Tree) Leaf(cells []float64) int {
	if len(t.Splits) == 0 {
		return 0
	}
	for at := int32(0); ; {
		s := &t.Splits[at]
		if at = s.Right; s.GoesLeft(cells[s.Input]) {
			at = s.Left
		}
		if at < 0 {
			return int(^at)
		}
	}
}

// Margin is the definition of a row's margin.
func (f *Forest) Margin(cells []float64) float64 {
	if f.Single {
		sum := float32(f.Base)
		for i := range f.Trees {
			t := &f.Trees[i]
			sum += float32(t.Leaves[t.Leaf(cells)])
		}
		return float64(sum)
	}
	sum := 0.0
	for i := range f.Trees {
		t := &f.Trees[i]
		sum += t.Leaves[t.Leaf(cells)]
	}
	return sum + f.Base
}

// Check reports what makes a forest unsound: a tree that is no tree, an input
// that there is not, a number that is none. Loaders call it, so that scoring
// need not.
func (f *Forest) Check() error {
	if len(f.Trees) == 0 {
		return fmt.Errorf("the model has no trees; export it after training")
	}
	for k := range f.Trees {
		if err := f.Trees[k].check(f.Inputs); err != nil {
			return fmt.Errorf("tree %d: %w", k, err)
		}
	}
	return nil
}

func (t *Tree) check(inputs int) error {
	if len(t.Leaves) != len(t.Splits)+1 || len(t.Covers) != len(t.Leaves) {
		return fmt.Errorf("%d splits and %d leaves with %d covers are no tree; export the model again", len(t.Splits), len(t.Leaves), len(t.Covers))
	}
	for i, x := range t.Leaves {
		if x-x != 0 || !(t.Covers[i] >= 0) {
			return fmt.Errorf("leaf %d: its value or cover is not a usable number; export the model again", i)
		}
	}
	// Each split and leaf has one parent, and a child comes after its parent:
	// then it is one tree, without loops.
	splits, leaves := make([]bool, len(t.Splits)), make([]bool, len(t.Leaves))
	for i := range t.Splits {
		s := &t.Splits[i]
		switch {
		case s.Input < 0 || int(s.Input) >= inputs:
			return fmt.Errorf("split %d: there is no input %d; export the model again", i, s.Input)
		case s.Threshold != s.Threshold || !(s.Cover >= 0) || math.IsInf(s.Cover, 0):
			return fmt.Errorf("split %d: its threshold or cover is not a usable number; export the model again", i)
		}
		for _, c := range [...]int32{s.Left, s.Right} {
			seen, at := splits, int(c)
			if c < 0 {
				seen, at = leaves, int(^c)
			} else if at <= i {
				return fmt.Errorf("split %d: its child %d comes before it; export the model again", i, at)
			}
			if at >= len(seen) || seen[at] {
				return fmt.Errorf("split %d: a child is missing, or has two parents; export the model again", i)
			}
			seen[at] = true
		}
	}
	return nil
}
