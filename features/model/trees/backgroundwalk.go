package trees

// backgroundWalk explains leaves of the interventional game by walking down a
// tree beside the background's rows. A leaf is reached only by inputs of the
// explained row and of such background rows as go, wherever the explained row
// leaves the path, the path's way: the walk ends where none is left.
type backgroundWalk struct {
	game   *backgroundGame
	splits []Split
	slots  []int32    // of the split's input on the paths below
	sides  [][]uint64 // by split: the background's rows that go left
	leaves []leaf
	masks  []masks // of the leaves that are walked
	skip   []bool  // by split: no leaf below is walked
	depth  int     // splits on the longest path
	widest int     // inputs on it, at most
}

func (g *backgroundGame) walk(t *Tree, leaves []leaf, walked []bool) walk {
	w := &backgroundWalk{game: g, splits: t.Splits, slots: make([]int32, len(t.Splits)), sides: g.sides[leaves[0].tree],
		leaves: leaves, masks: make([]masks, len(leaves)), skip: make([]bool, len(t.Splits))}
	s := &scratch{}
	for i := range leaves {
		l := &leaves[i]
		for _, st := range l.steps {
			w.slots[st.at] = st.slot
		}
		w.depth, w.widest = max(w.depth, len(l.steps)), max(w.widest, len(l.inputs))
		if walked[l.index] {
			w.masks[i] = g.masksOf(l, s)
		}
	}
	for at := len(t.Splits) - 1; at >= 0; at-- { // children come after their parents
		w.skip[at] = w.skips(t.Splits[at].Left) && w.skips(t.Splits[at].Right)
	}
	return w
}

func (w *backgroundWalk) skips(child int32) bool {
	if child < 0 {
		return w.masks[^child].counts == nil
	}
	return w.skip[child]
}

// backgroundWalker is the memory of a walk.
type backgroundWalker struct {
	*backgroundWalk
	alive      [][]uint64 // by depth: the background's rows that are left
	mask       []uint64   // of the explained row, so far
	own        []uint64   // of the explained row, at a leaf
	shares     []float64
	s          scratch
	cells, dst [][]float64
	row        int
}

func (w *backgroundWalk) explain(dst, cells [][]float64, n int) {
	width := (w.widest + 63) / 64
	x := &backgroundWalker{backgroundWalk: w, cells: cells, dst: dst,
		mask: make([]uint64, width), own: make([]uint64, width), shares: make([]float64, w.widest)}
	x.alive = append(x.alive, w.game.everyone())
	for range w.depth {
		x.alive = append(x.alive, make([]uint64, len(x.alive[0])))
	}
	for i := range x.mask {
		x.mask[i] = ^uint64(0)
	}
	for x.row = range n {
		x.visit(0, 1, x.alive[0])
	}
}

// visit explains the leaves below a split. alive[depth] is free.
func (x *backgroundWalker) visit(at int32, depth int, alive []uint64) {
	s := &x.splits[at]
	left := s.GoesLeft(x.cells[s.Input][x.row])
	for _, toLeft := range [...]bool{true, false} {
		child := s.Right
		if toLeft {
			child = s.Left
		}
		if x.skips(child) {
			continue
		}
		if left == toLeft {
			x.enter(child, depth, alive)
			continue
		}
		rest, any := x.alive[depth][:len(alive)], uint64(0)
		for i, side := range x.sides[at] {
			if !toLeft {
				side = ^side
			}
			rest[i] = alive[i] & side
			any |= rest[i]
		}
		if any == 0 {
			continue
		}
		word := &x.mask[x.slots[at]/64]
		was := *word
		*word &^= 1 << (x.slots[at] % 64)
		x.enter(child, depth, rest)
		*word = was
	}
}

func (x *backgroundWalker) enter(child int32, depth int, alive []uint64) {
	if child >= 0 {
		x.visit(child, depth+1, alive)
		return
	}
	l := &x.leaves[^child]
	d := len(l.inputs)
	own, shares := x.own[:(d+63)/64], x.shares[:d]
	copy(own, x.mask)
	own[len(own)-1] &= lastWord(d)
	x.game.shares(l, &x.masks[^child], own, shares, &x.s)
	for i, share := range shares {
		x.dst[l.inputs[i]][x.row] += share
	}
}
