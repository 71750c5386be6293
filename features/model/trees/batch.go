package trees

import "math"

// BlockRows is how many rows are scored at a time: few enough that their cells
// stay in the cache while the trees pass by, many enough that the trees are
// read seldom.
const BlockRows = 1024

// Block is a block of rows on its way to margins, owned by one worker. The zero
// value is ready for use, with any number of forests in turn.
type Block struct {
	intervals []uint16 // by input, BlockRows each
	classes   []uint8  // by column of a stretch, BlockRows each
	few       [BlockRows]uint32
	many      [BlockRows]uint64
	sums      [BlockRows]float64
	single    [BlockRows]float32
	refused   [BlockRows]bool
}

// Use makes room for the rows of c.
func (b *Block) Use(c *Compiled) {
	b.intervals = room(b.intervals, len(c.cuts)*BlockRows)
	b.classes = room(b.classes, len(c.cuts)*BlockRows)
	clear(b.refused[:])
}

func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Column is where the intervals of an input go, one a row.
func (b *Block) Column(input int) []uint16 {
	return b.intervals[input*BlockRows : (input+1)*BlockRows]
}

// Used lists the inputs whose columns Margins reads.
func (c *Compiled) Used() []int32 { return c.used }

// Interval is the interval of a cell of an input.
func (c *Compiled) Interval(input int, cell float64) uint16 {
	return uint16(c.cuts[input].interval(cell))
}

// Numbers fills a column from the cells of a block. Cells of a Single forest
// are brought to float32; those that are infinite then mark their rows, whose
// margin is NaN.
func (c *Compiled) Numbers(b *Block, input int, cells []float64) {
	at := &c.cuts[input]
	if c.forest.Single {
		narrow, refused := b.sums[:len(cells)], b.refused[:len(cells)]
		for r, x := range cells {
			x = float64(float32(x))
			if x > math.MaxFloat32 || x < -math.MaxFloat32 {
				refused[r] = true
			}
			narrow[r] = x
		}
		cells = narrow
	}
	at.lookup.fill(b.Column(input), cells, uint16(at.missing()))
}

// Margins turns the columns of a block into the margins of its rows.
func (c *Compiled) Margins(dst []float64, b *Block) {
	n := len(dst)
	sums, single := b.sums[:n], b.single[:n]
	clear(sums)
	for r := range single {
		single[r] = float32(c.forest.Base)
	}
	for k := range c.stretches {
		c.stretches[k].add(sums, single, c.forest.Single, b)
	}
	if c.forest.Single {
		for r := range dst {
			dst[r] = float64(single[r])
			if b.refused[r] {
				dst[r] = math.NaN()
			}
		}
		clear(b.refused[:n])
		return
	}
	for r := range dst {
		dst[r] = sums[r] + c.forest.Base
	}
}

// add adds the trees of a stretch to the sums: to single if the forest is Single.
func (t *stretch) add(sums []float64, single []float32, isSingle bool, b *Block) {
	n := len(sums)
	for j, i := range t.inputs {
		of, dst := t.classes[j], b.classes[j*BlockRows:][:n]
		for r, k := range b.Column(int(i))[:n] {
			dst[r] = of[k]
		}
	}
	for k := range t.trees {
		tree := &t.trees[k]
		switch {
		case len(tree.leaves) > 64:
			tree.walk(sums, single, isSingle, b)
		case tree.many != nil:
			meet(&b.many, n, tree.many, tree.columns, b.classes)
			masks := b.many[:n]
			if isSingle {
				for r, m := range masks {
					single[r] += tree.single[place64(m)]
				}
				continue
			}
			for r, m := range masks {
				sums[r] += tree.values[place64(m)]
			}
		default:
			meet(&b.few, n, tree.few, tree.columns, b.classes)
			masks := b.few[:n]
			if isSingle {
				for r, m := range masks {
					single[r] += tree.single[place32(m)]
				}
				continue
			}
			for r, m := range masks {
				sums[r] += tree.values[place32(m)]
			}
		}
	}
}

// meet sets the first n masks to what the tables' masks have in common, row by
// row; without tables there is only leaf 0. Up to three masks more are set.
func meet[M uint32 | uint64](masks *[BlockRows]M, n int, tables []*[maxClasses]M, columns []int32, classes []uint8) {
	if len(tables) == 0 {
		for r := range masks[:n] {
			masks[r] = 1
		}
		return
	}
	column := func(k int) *[BlockRows]uint8 { return (*[BlockRows]uint8)(classes[int(columns[k])*BlockRows:]) }
	t, c := tables[0], column(0)
	for r := range masks[:n] {
		masks[r] = t[c[r]]
	}
	k := 1
	for ; k+3 <= len(tables); k += 3 {
		meet3(masks, n, tables[k], tables[k+1], tables[k+2], column(k), column(k+1), column(k+2))
	}
	for ; k < len(tables); k++ {
		t, c := tables[k], column(k)
		for r := range masks[:n] {
			masks[r] &= t[c[r]]
		}
	}
}

// meet3 is meet for three tables: as many as leave the loop in registers. Four
// rows a turn, it has no checks of bounds.
func meet3[M uint32 | uint64](masks *[BlockRows]M, n int, t0, t1, t2 *[maxClasses]M, c0, c1, c2 *[BlockRows]uint8) {
	for r := 0; r < n; r += 4 {
		i := r & (BlockRows - 4)
		masks[i] &= t0[c0[i]] & t1[c1[i]] & t2[c2[i]]
		masks[i+1] &= t0[c0[i+1]] & t1[c1[i+1]] & t2[c2[i+1]]
		masks[i+2] &= t0[c0[i+2]] & t1[c1[i+2]] & t2[c2[i+2]]
		masks[i+3] &= t0[c0[i+3]] & t1[c1[i+3]] & t2[c2[i+3]]
	}
}

// walk adds the leaves of a large tree, four rows side by side.
func (t *compiledTree) walk(sums []float64, single []float32, isSingle bool, b *Block) {
	first := t.first
	put := func(r int, at int32) {
		if x := t.leaves[at-first]; isSingle {
			single[r] += float32(x)
		} else {
			sums[r] += x
		}
	}
	n, r := len(sums), 0
	for ; r+4 <= n; r += 4 {
		var w, x, y, z int32
		for w < first || x < first || y < first || z < first {
			w, x = t.step(w, r, b.classes), t.step(x, r+1, b.classes)
			y, z = t.step(y, r+2, b.classes), t.step(z, r+3, b.classes)
		}
		put(r, w)
		put(r+1, x)
		put(r+2, y)
		put(r+3, z)
	}
	for ; r < n; r++ {
		at := int32(0)
		for at < first {
			at = t.step(at, r, b.classes)
		}
		put(r, at)
	}
}

// step is the node after node at, for row r.
func (t *compiledTree) step(at int32, r int, classes []uint8) int32 {
	n := &t.nodes[at]
	c := classes[int(n.column)*BlockRows+r]
	return n.next[n.right[c/64]>>(c%64)&1]
}
