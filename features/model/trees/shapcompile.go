package trees

import (
	"math"
	"slices"
)

// newExplainer prepares the leaves of a forest for a game. Their tables take at
// most so many bytes: those with the shortest keys are kept, the others' leaves
// walked.
func newExplainer(f *Forest, g game, leaves [][]leaf, room int) *Explainer {
	e := &Explainer{inputs: f.Inputs, base: f.Base}
	bundles := make([][]bundle, len(f.Trees))
	var sizes [tableBits + 1]int
	n := 0
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			e.base += t.Leaves[0]
			continue
		}
		n += len(leaves[k])
		bundles[k] = t.bundles(0, 0, leaves[k])
		for i := range bundles[k] {
			if bits := bundles[k][i].bits(); bits <= tableBits {
				sizes[bits] += int(bundles[k][i].size()) * 8
			}
		}
	}
	keep := 0
	for ; keep <= tableBits && sizes[keep] <= room; keep++ {
		room -= sizes[keep]
	}
	walked := make([]bool, n)
	for k := range bundles {
		walks := false
		for i := range bundles[k] {
			b := &bundles[k][i]
			if b.bits() < keep {
				e.add(b)
				continue
			}
			walks = true
			for _, l := range b.leaves {
				walked[l.index] = true
			}
		}
		if walks {
			e.walks = append(e.walks, g.walk(&f.Trees[k], leaves[k], walked))
		}
	}
	for i := range e.parts {
		e.parts[i].compileUses()
	}
	e.cut()
	s := &scratch{}
	for i := range e.parts {
		for j := range e.parts[i].groups {
			gr := &e.parts[i].groups[j]
			gr.fill(g, s)
			gr.leaves = nil // the table tells all
		}
	}
	return e
}

// cut gathers the cuts of each input.
func (e *Explainer) cut() {
	e.cuts = make([][]float64, e.inputs)
	for i := range e.parts {
		for _, u := range e.parts[i].uses {
			e.cuts[u.input] = append(e.cuts[u.input], u.cuts...)
		}
	}
	for i := range e.cuts {
		slices.Sort(e.cuts[i])
		e.cuts[i] = slices.Compact(e.cuts[i])
	}
	for i := range e.parts {
		for j := range e.parts[i].uses {
			u := &e.parts[i].uses[j]
			for _, c := range u.cuts {
				u.ends = append(u.ends, int32(interval(e.cuts[u.input], c)))
			}
		}
	}
}

// leaves lists the leaves of a forest by tree, each as a game of the inputs on
// its path, and how many leaves there are and what the longest path is.
func (f *Forest) leaves() (leaves [][]leaf, n, longest int) {
	leaves = make([][]leaf, len(f.Trees))
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			continue // a constant is no game
		}
		leaves[k] = make([]leaf, len(t.Leaves))
		var walk func(at int32, inputs []int32, steps []step)
		walk = func(at int32, inputs []int32, steps []step) {
			if at < 0 {
				leaves[k][^at] = leaf{inputs: slices.Clone(inputs), steps: slices.Clone(steps), value: t.Leaves[^at], index: n, tree: k}
				n++
				longest = max(longest, len(inputs))
				return
			}
			s := &t.Splits[at]
			slot := slices.Index(inputs, s.Input)
			if slot < 0 {
				slot, inputs = len(inputs), append(inputs, s.Input)
			}
			walk(s.Left, inputs, append(steps, step{s, at, true, int32(slot)}))
			walk(s.Right, inputs, append(steps, step{s, at, false, int32(slot)}))
		}
		walk(0, nil, nil)
	}
	return leaves, n, longest
}

// bundle is a group in the making: all leaves below one split, or one leaf.
type bundle struct {
	depth  int // of the split that is its root; of a single leaf, its own
	leaves []leaf
	splits []*Split // within
}

// inputs lists the distinct inputs on the paths of the bundle's leaves.
func (b *bundle) inputs() []int32 {
	var in []int32
	for i := range b.leaves {
		for _, x := range b.leaves[i].inputs {
			if !slices.Contains(in, x) {
				in = append(in, x)
			}
		}
	}
	return in
}

// above is how many inputs are on the path to the bundle.
func (b *bundle) above() int {
	n := int32(0)
	for _, s := range b.leaves[0].steps[:b.depth] {
		n = max(n, s.slot+1)
	}
	return int(n)
}

func (b *bundle) bits() int { return b.above() + len(b.splits) }

func (b *bundle) size() float64 { return math.Ldexp(float64(len(b.inputs())), b.bits()) }

// bundles puts the leaves below a split, so many steps from the root, together
// in bundles as large as they can be without tables that take much more memory.
func (t *Tree) bundles(at int32, depth int, leaves []leaf) []bundle {
	if at < 0 {
		return []bundle{{depth: depth, leaves: leaves[^at : ^at+1]}}
	}
	s := &t.Splits[at]
	left, right := t.bundles(s.Left, depth+1, leaves), t.bundles(s.Right, depth+1, leaves)
	if len(left) == 1 && len(right) == 1 {
		l, r := &left[0], &right[0]
		both := bundle{depth: depth, leaves: slices.Concat(l.leaves, r.leaves), splits: slices.Concat([]*Split{s}, l.splits, r.splits)}
		if both.bits() <= tableBits && both.size() <= bundleGrowth*(l.size()+r.size()) {
			return []bundle{both}
		}
	}
	return append(left, right...)
}

// bundleGrowth is how much larger a bundle's table may be than the two it
// replaces: fewer look-ups are worth a little memory.
const bundleGrowth = 2

// add makes a group of a bundle and puts it in the last part, or in a new one
// where there is no room.
func (e *Explainer) add(b *bundle) {
	g := group{leaves: b.leaves, bits: b.bits(), inputs: b.inputs()}
	above := b.above()
	for i := range g.leaves {
		l := &g.leaves[i]
		l.left, l.right = make([]uint64, len(l.inputs)), make([]uint64, len(l.inputs))
		for j := range min(above, len(l.inputs)) {
			l.left[j] = 1 << j
		}
		for _, st := range l.steps[b.depth:] {
			bit := uint64(1) << (above + slices.Index(b.splits, st.split))
			if st.left {
				l.left[st.slot] |= bit
			} else {
				l.right[st.slot] |= bit
			}
		}
		for _, in := range l.inputs {
			l.column = append(l.column, int32(slices.Index(g.inputs, in)))
		}
	}
	last := len(e.parts) - 1
	if last >= 0 {
		used := &e.parts[last].groups[len(e.parts[last].groups)-1]
		if g.shift = used.shift + used.bits; g.shift+g.bits > 64 {
			last = -1
		}
	}
	if last < 0 {
		g.shift = 0
		e.parts = append(e.parts, part{})
		last = len(e.parts) - 1
	}
	e.parts[last].groups = append(e.parts[last].groups, g)
	e.parts[last].learn(&g, b)
}
