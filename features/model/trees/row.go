package trees

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
		// Four trees side by side: each step waits for the one before it.
		trees := t.trees
		for ; len(trees) >= 4; trees = trees[4:] {
			w, x, y, z := &trees[0], &trees[1], &trees[2], &trees[3]
			var a, b, c, d int32
			for a < w.first || b < x.first || c < y.first || d < z.first {
				a, b, c, d = w.after(a, classes), x.after(b, classes), y.after(c, classes), z.after(d, classes)
			}
			for _, v := range [4]float64{w.leaves[a-w.first], x.leaves[b-x.first], y.leaves[c-y.first], z.leaves[d-z.first]} {
				sum += v
				single += float32(v)
			}
		}
		for k := range trees {
			w, a := &trees[k], int32(0)
			for a < w.first {
				a = w.after(a, classes)
			}
			sum += w.leaves[a-w.first]
			single += float32(w.leaves[a-w.first])
		}
	}
	if c.forest.Single {
		return float64(single)
	}
	return sum + c.forest.Base
}

// after is the node after node at, for a row of classes.
func (t *compiledTree) after(at int32, classes []uint8) int32 {
	n := &t.nodes[at]
	c := classes[n.column]
	return n.next[n.right[c/64]>>(c%64)&1]
}
