package trees

import (
	"math"
	"slices"
)

// newExplainer prepares the forest's leaves; the game comes later.
func newExplainer(f *Forest, leaves [][]leaf) *Explainer {
	e := &Explainer{inputs: f.Inputs, base: f.Base}
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			e.base += t.Leaves[0] * f.scale()
			continue
		}
		for _, b := range t.bundles(0, 0, leaves[k]) {
			e.add(&b)
		}
	}
	for i := range e.parts {
		e.parts[i].compileUses()
	}
	e.cut()
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

// keep builds the tables that are kept: those with the shortest keys, as long
// as they fit in so many bytes.
func (e *Explainer) keep(room int) {
	s := &scratch{mask: make([]uint64, 1)}
	room /= 8
	for bits := range tableBits + 1 {
		size := 0
		for i := range e.parts {
			for j := range e.parts[i].groups {
				if g := &e.parts[i].groups[j]; g.bits == bits {
					size += g.size()
				}
			}
		}
		if room -= size; room < 0 {
			return
		}
		for i := range e.parts {
			for j := range e.parts[i].groups {
				if g := &e.parts[i].groups[j]; g.bits == bits {
					g.table = make([]float64, g.size())
					e.fill(g, g.table, s)
				}
			}
		}
	}
}

// leaves lists the leaves of a forest by tree, each as a game of the inputs on
// its path, and how many leaves there are and what the longest path is.
func (f *Forest) leaves() (leaves [][]leaf, n, longest int) {
	leaves = make([][]leaf, len(f.Trees))
	scale := f.scale()
	for k := range f.Trees {
		t := &f.Trees[k]
		if len(t.Splits) == 0 {
			continue // a constant is no game
		}
		leaves[k] = make([]leaf, len(t.Leaves))
		var walk func(at int32, inputs []int32, steps []step)
		walk = func(at int32, inputs []int32, steps []step) {
			if at < 0 {
				leaves[k][^at] = leaf{inputs: slices.Clone(inputs), steps: slices.Clone(steps), value: t.Leaves[^at] * scale, game: n}
				n++
				longest = max(longest, len(inputs))
				return
			}
			s := &t.Splits[at]
			slot := slices.Index(inputs, s.Input)
			if slot < 0 {
				slot, inputs = len(inputs), append(inputs, s.Input)
			}
			walk(s.Left, inputs, append(steps, step{s, true, int32(slot)}))
			walk(s.Right, inputs, append(steps, step{s, false, int32(slot)}))
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
	if g.bits > 64 {
		e.wide = append(e.wide, b.leaves...)
		return
	}
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
	for i := range g.leaves {
		g.leaves[i].steps = nil // the part knows them
	}
}

// effect is the bits of a part's word that a split clears, as it sends a row
// to the left or to the right.
type effect struct {
	split       *Split
	left, right uint64
}

// learn notes the splits that decide the bits of a group.
func (p *part) learn(g *group, b *bundle) {
	for _, st := range g.leaves[0].steps[:b.depth] {
		bit := uint64(1) << (int(st.slot) + g.shift)
		if st.left {
			p.note(st.split, 0, bit)
		} else {
			p.note(st.split, bit, 0)
		}
	}
	above := b.above()
	for i, s := range b.splits {
		p.note(s, 0, 1<<(above+i+g.shift))
	}
}

func (p *part) note(s *Split, left, right uint64) {
	for i := range p.effects {
		if e := &p.effects[i]; e.split == s {
			e.left |= left
			e.right |= right
			return
		}
	}
	p.effects = append(p.effects, effect{s, left, right})
}

// compileUses turns the effects of splits into words, input by input.
func (p *part) compileUses() {
	slices.SortStableFunc(p.effects, func(a, b effect) int { return int(a.split.Input) - int(b.split.Input) })
	for len(p.effects) > 0 {
		n := 1
		for n < len(p.effects) && p.effects[n].split.Input == p.effects[0].split.Input {
			n++
		}
		p.uses = append(p.uses, newUse(p.effects[:n]))
		p.effects = p.effects[n:]
	}
	p.effects = nil
}

// newUse asks the splits of one input about each run of values that they do
// not tell apart.
func newUse(effects []effect) use {
	u := use{input: effects[0].split.Input}
	for _, e := range effects {
		u.cuts = e.split.appendEnds(u.cuts)
	}
	u.cuts = append(u.cuts, math.Inf(1))
	slices.Sort(u.cuts)
	u.cuts = slices.Compact(u.cuts)
	word := func(x float64) uint64 {
		w := ^uint64(0)
		for _, e := range effects {
			if e.split.GoesLeft(x) {
				w &^= e.left
			} else {
				w &^= e.right
			}
		}
		return w
	}
	for _, x := range u.cuts {
		u.words = append(u.words, word(x))
	}
	u.words = append(u.words, word(math.NaN()))
	return u
}

// appendEnds appends the numbers c such that the split may treat numbers up
// to c, and numbers beyond, differently. Between them it does not.
func (s *Split) appendEnds(cuts []float64) []float64 {
	before := func(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }
	if s.How&Categorical != 0 {
		in := false
		for c := range len(s.Set) * 32 {
			if was := in; was != (s.Set[c/32]>>(c%32)&1 != 0) {
				in = !was
				if c == 0 {
					cuts = append(cuts, -1) // codes are cut to integers: 0 is all above -1
				} else {
					cuts = append(cuts, before(float64(c)))
				}
			}
		}
		if in {
			cuts = append(cuts, before(float64(len(s.Set)*32)))
		}
		return cuts
	}
	if s.How&MissingZero != 0 {
		cuts = append(cuts, before(-ZeroThreshold), ZeroThreshold)
	}
	if s.How&Below != 0 {
		return append(cuts, before(s.Threshold))
	}
	return append(cuts, s.Threshold)
}
