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
	few       []uint32
	many      []uint64
	sums      []float64
	single    []float32
	refused   []bool
}

// Use makes room for the rows of c.
func (b *Block) Use(c *Compiled) {
	b.intervals = room(b.intervals, len(c.cuts)*BlockRows)
	b.classes = room(b.classes, len(c.cuts)*BlockRows)
	b.few, b.many = room(b.few, BlockRows), room(b.many, BlockRows)
	b.sums, b.single = room(b.sums, BlockRows), room(b.single, BlockRows)
	b.refused = room(b.refused, BlockRows)
	clear(b.refused)
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
	dst := b.Column(input)[:len(cells)]
	keys, missing := c.cuts[input].keys, uint16(c.cuts[input].missing())
	if c.forest.Single {
		refused := b.refused[:len(cells)]
		for r, x := range cells {
			x = float64(float32(x))
			if x-x != 0 {
				dst[r] = missing
				refused[r] = refused[r] || x == x
				continue
			}
			dst[r] = uint16(search(keys, key(x)))
		}
		return
	}
	for r, x := range cells {
		i := uint16(search(keys, key(x)))
		if x != x {
			i = missing
		}
		dst[r] = i
	}
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
		clear(b.refused)
		return
	}
	if c.forest.Average {
		for r := range sums {
			sums[r] /= float64(len(c.forest.Trees))
		}
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
		case tree.nodes != nil:
			tree.walk(sums, single, isSingle, b)
		case tree.many != nil:
			masks := b.many[:n]
			meet(masks, tree.many, tree.columns, b.classes)
			if isSingle {
				for r, m := range masks {
					single[r] += tree.single[leaf64(m)]
				}
				continue
			}
			for r, m := range masks {
				sums[r] += tree.values[leaf64(m)]
			}
		default:
			masks := b.few[:n]
			meet(masks, tree.few, tree.columns, b.classes)
			if isSingle {
				for r, m := range masks {
					single[r] += tree.single[leaf32(m)]
				}
				continue
			}
			for r, m := range masks {
				sums[r] += tree.values[leaf32(m)]
			}
		}
	}
}

// meet sets masks to what the tables' masks have in common, row by row; without
// tables there is only leaf 0.
func meet[M uint32 | uint64](masks []M, tables []*[maxClasses]M, columns []int32, classes []uint8) {
	n := len(masks)
	column := func(k int) []uint8 { return classes[int(columns[k])*BlockRows:][:n] }
	k := len(tables) % 4
	switch k {
	case 0:
		if len(tables) == 0 {
			for r := range masks {
				masks[r] = 1
			}
			return
		}
		k = 4
		t0, t1, t2, t3 := tables[0], tables[1], tables[2], tables[3]
		c0, c1, c2, c3 := column(0), column(1), column(2), column(3)
		for r := range masks {
			masks[r] = t0[c0[r]] & t1[c1[r]] & t2[c2[r]] & t3[c3[r]]
		}
	case 1:
		t0, c0 := tables[0], column(0)
		for r := range masks {
			masks[r] = t0[c0[r]]
		}
	case 2:
		t0, t1, c0, c1 := tables[0], tables[1], column(0), column(1)
		for r := range masks {
			masks[r] = t0[c0[r]] & t1[c1[r]]
		}
	case 3:
		t0, t1, t2 := tables[0], tables[1], tables[2]
		c0, c1, c2 := column(0), column(1), column(2)
		for r := range masks {
			masks[r] = t0[c0[r]] & t1[c1[r]] & t2[c2[r]]
		}
	}
	for ; k < len(tables); k += 4 {
		t0, t1, t2, t3 := tables[k], tables[k+1], tables[k+2], tables[k+3]
		c0, c1, c2, c3 := column(k), column(k+1), column(k+2), column(k+3)
		for r := range masks {
			masks[r] &= t0[c0[r]] & t1[c1[r]] & t2[c2[r]] & t3[c3[r]]
		}
	}
}

// walk adds the leaves of a large tree, four rows side by side.
func (t *compiledTree) walk(sums []float64, single []float32, isSingle bool, b *Block) {
	first := int32(len(t.nodes) - len(t.leaves))
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

// Margin is the margin of one row of cells.
func (c *Compiled) Margin(cells []float64) float64 {
	var few [64]uint16 // spares most forests an allocation
	intervals := few[:]
	if len(cells) > len(few) {
		intervals = make([]uint16, len(cells))
	}
	for _, i := range c.used {
		intervals[i] = uint16(c.cuts[i].interval(cells[i]))
	}
	sum, single := 0.0, float32(c.forest.Base)
	for k := range c.stretches {
		t := &c.stretches[k]
		var some [64]uint8
		classes := some[:]
		if len(t.inputs) > len(some) {
			classes = make([]uint8, len(t.inputs))
		}
		for j, i := range t.inputs {
			classes[j] = t.classes[j][intervals[i]]
		}
		for k := range t.trees {
			x := t.trees[k].leaf(classes)
			sum += x
			single += float32(x)
		}
	}
	if c.forest.Single {
		return float64(single)
	}
	if c.forest.Average {
		sum /= float64(len(c.forest.Trees))
	}
	return sum + c.forest.Base
}

// leaf is the value of the leaf of a row of classes.
func (t *compiledTree) leaf(classes []uint8) float64 {
	switch {
	case t.nodes != nil:
		first, at := int32(len(t.nodes)-len(t.leaves)), int32(0)
		for at < first {
			n := &t.nodes[at]
			c := classes[n.column]
			at = n.next[n.right[c/64]>>(c%64)&1]
		}
		return t.leaves[at-first]
	case t.many != nil:
		mask := ^uint64(0)
		for k, table := range t.many {
			mask &= table[classes[t.columns[k]]]
		}
		return t.values[leaf64(mask)]
	}
	mask := ^uint32(0)
	for k, table := range t.few {
		mask &= table[classes[t.columns[k]]]
	}
	return t.values[leaf32(mask)]
}
