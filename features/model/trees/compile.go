package trees

// Compiled is a forest prepared for the scoring of batches. It gives the same
// margins as Forest.Margin, bit for bit, and never changes.
//
// Each cell becomes the number of its interval (see cuts), once. To a run of
// trees only some of the intervals differ: its classes, at most 256 an input.
// What a tree does with a class is a mask of the leaves that stay in reach, by
// table; the leaf of a row is the one bit that the masks of its classes have in
// common. Nothing in it depends on the kind of split, the treatment of missing
// cells or the tree's shape, and no branch on the data. Trees of more than 64
// leaves are walked, split by split, on the classes.
type Compiled struct {
	forest    *Forest
	cuts      []cuts
	stretches []stretch
	used      []int32 // inputs with splits
}

// stretch is a run of trees with the classes they share.
type stretch struct {
	inputs  []int32   // with splits in the stretch
	classes [][]uint8 // by place in inputs: the class of each interval
	trees   []compiledTree
}

// compiledTree is a tree in one of its forms.
type compiledTree struct {
	columns []int32 // place in the stretch's inputs, one for each table
	few     []*[maxClasses]uint32
	many    []*[maxClasses]uint64
	nodes   []node // for trees that are walked, and for single rows
	first   int32  // the node that is leaf 0
	leaves  []float64
	values  [64]float64 // of leaves, by place32 or place64
	single  [64]float32
}

// node is a split of a tree that is walked. Leaves are nodes that lead to
// themselves, so that rows can be walked side by side.
type node struct {
	column int32
	next   [2]int32 // if the class is not in right, if it is
	right  [maxClasses / 64]uint64
}

const (
	maxClasses = 256
	// maxCuts bounds the cuts of an input, and maxTable the intervals of all
	// inputs of a stretch, to what numbers of intervals hold.
	maxCuts = 1<<16 - 2
)

// Compile prepares f, which must be sound (Check). It returns nil where an
// input has too many thresholds: then rows must be scored one by one.
func (f *Forest) Compile() *Compiled {
	c := &Compiled{forest: f, cuts: cutsOf(f)}
	for i := range c.cuts {
		if len(c.cuts[i].at) > maxCuts {
			return nil
		}
		if c.cuts[i].used {
			c.used = append(c.used, int32(i))
		}
	}
	for first := 0; first < len(f.Trees); {
		p := newPartition(c.cuts)
		end := first
		for end < len(f.Trees) && p.add(&f.Trees[end]) {
			end++
		}
		if end == first {
			return nil
		}
		if end < len(f.Trees) { // without the tree that was too much
			p = newPartition(c.cuts)
			for k := first; k < end; k++ {
				p.add(&f.Trees[k])
			}
		}
		c.stretches = append(c.stretches, p.stretch(f.Trees[first:end]))
		first = end
	}
	return c
}

// partition sorts the intervals of each input into classes that the trees
// added so far tell apart.
type partition struct {
	cuts  []cuts
	class [][]uint16 // by input, then interval; nil: all are one class
	n     []int      // classes by input
	goes  []bool     // scratch: left, by interval
}

func newPartition(c []cuts) *partition {
	return &partition{cuts: c, class: make([][]uint16, len(c)), n: make([]int, len(c))}
}

// add adds a tree, and reports whether its classes are few enough.
func (p *partition) add(t *Tree) bool {
	for i := range t.Splits {
		if !p.split(&t.Splits[i]) {
			return false
		}
	}
	return true
}

// split parts the classes that s sends both ways.
func (p *partition) split(s *Split) bool {
	i := s.Input
	if p.class[i] == nil {
		p.class[i], p.n[i] = make([]uint16, len(p.cuts[i].cells)), 1
	}
	var left, right [maxClasses]bool
	class, cells := p.class[i], p.cuts[i].cells
	p.goes = room(p.goes, len(class))
	goes := p.goes
	for j, c := range class {
		if goes[j] = s.GoesLeft(cells[j]); goes[j] {
			left[c] = true
		} else {
			right[c] = true
		}
	}
	var moved [maxClasses]uint16
	for c := range p.n[i] {
		if left[c] && right[c] {
			if p.n[i] == maxClasses {
				return false
			}
			moved[c] = uint16(p.n[i])
			p.n[i]++
		}
	}
	for j, c := range class {
		if goes[j] && moved[c] != 0 {
			class[j] = moved[c]
		}
	}
	return true
}

// stretch compiles the trees that were added.
func (p *partition) stretch(trees []Tree) stretch {
	r := stretch{trees: make([]compiledTree, len(trees))}
	column := make([]int32, len(p.cuts))
	cells := make([][]float64, len(p.cuts)) // one of each class
	for i, class := range p.class {
		if class == nil {
			continue
		}
		column[i] = int32(len(r.inputs))
		r.inputs = append(r.inputs, int32(i))
		of := make([]uint8, len(class))
		cells[i] = make([]float64, p.n[i])
		for j, c := range class {
			of[j] = uint8(c)
			cells[i][c] = p.cuts[i].cells[j]
		}
		r.classes = append(r.classes, of)
	}
	for k := range trees {
		r.trees[k] = trees[k].compile(column, cells)
	}
	return r
}

// compile puts a tree in the form that its size allows. column and cells are
// the columns of inputs and a cell of each of their classes.
func (t *Tree) compile(column []int32, cells [][]float64) compiledTree {
	c := compiledTree{leaves: t.Leaves, nodes: t.nodes(column, cells), first: int32(len(t.Splits))}
	for j, x := range t.Leaves[:min(64, len(t.Leaves))] {
		place := place64(1 << j)
		if len(t.Leaves) <= 32 {
			place = uint64(place32(1 << j))
		}
		c.values[place], c.single[place] = x, float32(x)
	}
	if len(t.Leaves) > 64 || len(t.Splits) == 0 {
		return c
	}
	below := t.leavesBelow()
	var inputs []int32
	tables := map[int32][]uint64{}
	for i := range t.Splits {
		s := &t.Splits[i]
		table := tables[s.Input]
		if table == nil {
			inputs = append(inputs, s.Input)
			table = make([]uint64, len(cells[s.Input]))
			for j := range table {
				table[j] = below[0][0] | below[0][1]
			}
			tables[s.Input] = table
		}
		for j, x := range cells[s.Input] {
			lost := below[i][0]
			if s.GoesLeft(x) {
				lost = below[i][1]
			}
			table[j] &^= lost
		}
	}
	size := maxClasses // a table may be read to its last class, were there all
	for _, i := range inputs {
		c.columns = append(c.columns, column[i])
		size += len(tables[i])
	}
	if len(t.Leaves) <= 32 {
		c.few = layTables[uint32](inputs, tables, size)
	} else {
		c.many = layTables[uint64](inputs, tables, size)
	}
	return c
}

// layTables lays tables out one after the other: most have far fewer than
// maxClasses entries.
func layTables[M uint32 | uint64](inputs []int32, tables map[int32][]uint64, size int) []*[maxClasses]M {
	slab := make([]M, 0, size)
	out := make([]*[maxClasses]M, len(inputs))
	for k, i := range inputs {
		at := len(slab)
		for _, m := range tables[i] {
			slab = append(slab, M(m))
		}
		out[k] = (*[maxClasses]M)(slab[at : at+maxClasses : cap(slab)])
	}
	return out
}

// leavesBelow has, for each split, the leaves below its left and right child.
func (t *Tree) leavesBelow() [][2]uint64 {
	below := make([][2]uint64, len(t.Splits))
	for i := len(t.Splits) - 1; i >= 0; i-- { // children come after their parents
		for side, at := range [2]int32{t.Splits[i].Left, t.Splits[i].Right} {
			if at < 0 {
				below[i][side] = 1 << ^at
			} else {
				below[i][side] = below[at][0] | below[at][1]
			}
		}
	}
	return below
}

// nodes are the splits of a tree and, behind them, its leaves.
func (t *Tree) nodes(column []int32, cells [][]float64) []node {
	nodes := make([]node, len(t.Splits)+len(t.Leaves))
	to := func(at int32) int32 {
		if at < 0 {
			return int32(len(t.Splits)) + ^at
		}
		return at
	}
	for i := range nodes {
		n := &nodes[i]
		if i >= len(t.Splits) {
			n.next = [2]int32{int32(i), int32(i)}
			continue
		}
		s := &t.Splits[i]
		n.column, n.next = column[s.Input], [2]int32{to(s.Left), to(s.Right)}
		for c, x := range cells[s.Input] {
			if !s.GoesLeft(x) {
				n.right[c/64] |= 1 << (c % 64)
			}
		}
	}
	return nodes
}

// place32 and place64 give each mask of one bit a place of its own, faster than
// counting the zeros below it. The leaves' values lie in these places.
func place32(mask uint32) uint32 { return mask * 0x077cb531 >> 27 }
func place64(mask uint64) uint64 { return mask * 0x03f79d71b4ca8b09 >> 58 }
