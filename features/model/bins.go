package model

import (
	"fmt"
	"math"

	"evenhand/features"
)

// bins turns the cells of one input into slots: indexes into the tables that
// hold what each attribute is worth. The intervals come first, in ascending
// order; what lies behind them is up to the format.
type bins struct {
	kind Kind

	// Numeric.
	edges       []float64 // between intervals, as the file gives them
	cuts        []float64 // see search
	intervals   int32     // slots of intervals
	special     []float64 // values with slots of their own
	specialSlot []int32
	whole       bool  // a fraction has the slot below
	fraction    int32 // slot of a number that is not whole

	// Categorical.
	levels map[string]int32
	other  int32 // slot of any other level

	missing  int32 // slot of a null
	unusable int32 // slot of an infinity
}

// setEdges fixes the intervals between edges: [a,b) or, with rightClosed,
// (a,b].
func (b *bins) setEdges(edges []float64, rightClosed bool) {
	cuts := edges
	if rightClosed {
		// x > e is x >= the next number after e.
		cuts = make([]float64, len(edges))
		for i, e := range edges {
			cuts[i] = math.Nextafter(e, math.Inf(1))
		}
	}
	b.edges = edges
	b.setCuts(cuts)
}

// setCuts fixes the numbers that intervals start at, but for the first.
func (b *bins) setCuts(cuts []float64) {
	size := 1
	for size-1 < len(cuts) {
		size *= 2
	}
	b.intervals = int32(len(cuts) + 1)
	b.cuts = make([]float64, size-1)
	for i := copy(b.cuts, cuts); i < len(b.cuts); i++ {
		b.cuts[i] = math.Inf(1) // never reached: infinities are sorted out before
	}
}

// search returns the number of cuts that are at most x: the interval of x.
// The cuts are padded to one less than a power of two, so that every search
// takes the same steps and no branch depends on the data.
func search(cuts []float64, x float64) int32 {
	i := 0
	for s := (len(cuts) + 1) / 2; s > 0; s >>= 1 {
		if x >= cuts[i+s-1] {
			i += s
		}
	}
	return int32(i)
}

// slotOf returns the slot of one value.
func (b *bins) slotOf(v Value) int32 {
	if v.Null {
		return b.missing
	}
	if b.kind == Categorical {
		return b.level(v.Text)
	}
	return b.number(v.Num)
}

func (b *bins) number(x float64) int32 {
	if x-x != 0 { // NaN or an infinity
		if x != x {
			return b.missing
		}
		return b.unusable
	}
	for i, s := range b.special {
		if x == s {
			return b.specialSlot[i]
		}
	}
	if b.whole && x != math.Trunc(x) {
		return b.fraction
	}
	return search(b.cuts, x)
}

func (b *bins) level(s string) int32 {
	if slot, ok := b.levels[s]; ok {
		return slot
	}
	return b.other
}

// fill writes the slots of the first rows of v into dst.
func (b *bins) fill(dst []int32, v *features.Vector, c *codeCache) {
	if b.kind == Categorical {
		slots := c.of(b, v)
		for r, code := range v.Codes[:len(dst)] {
			dst[r] = slots[code-features.Null]
		}
		return
	}
	if v.Kind != features.Float {
		panic(fmt.Sprintf("model: a numeric input has a column of kind %s", v.Kind))
	}
	col := v.Floats[:len(dst)]
	switch len(b.cuts) {
	case 3:
		fill3(dst, col, b.cuts, b)
	case 7:
		fill7(dst, col, b.cuts, b)
	default:
		for r, x := range col {
			if x-x != 0 {
				dst[r] = b.number(x)
				continue
			}
			dst[r] = search(b.cuts, x)
		}
	}
	if b.whole {
		for r, x := range col {
			if x != math.Trunc(x) && x == x {
				dst[r] = b.fraction
			}
		}
	}
	if len(b.special) > 0 {
		for r, x := range col {
			for i, s := range b.special {
				if x == s {
					dst[r] = b.specialSlot[i]
				}
			}
		}
	}
}

// fill3 is search unrolled for two to three edges, the commonest cards.
func fill3(dst []int32, col, cuts []float64, b *bins) {
	c0, c1, c2 := cuts[0], cuts[1], cuts[2]
	for r, x := range col {
		if x-x != 0 {
			dst[r] = b.number(x)
			continue
		}
		var i0, i1, i2 int32
		if x >= c0 {
			i0 = 1
		}
		if x >= c1 {
			i1 = 1
		}
		if x >= c2 {
			i2 = 1
		}
		dst[r] = i0 + i1 + i2
	}
}

// fill7 is search unrolled for four to seven edges.
func fill7(dst []int32, col, cuts []float64, b *bins) {
	c := [7]float64(cuts)
	for r, x := range col {
		if x-x != 0 {
			dst[r] = b.number(x)
			continue
		}
		var i0, i1, i2, i3, i4, i5, i6 int32
		if x >= c[0] {
			i0 = 1
		}
		if x >= c[1] {
			i1 = 1
		}
		if x >= c[2] {
			i2 = 1
		}
		if x >= c[3] {
			i3 = 1
		}
		if x >= c[4] {
			i4 = 1
		}
		if x >= c[5] {
			i5 = 1
		}
		if x >= c[6] {
			i6 = 1
		}
		dst[r] = (i0 + i1) + (i2 + i3) + (i4 + i5) + i6
	}
}

// codeCache holds the slots of a dictionary's codes for one input.
type codeCache struct {
	dict *features.Dict
	slot []int32 // of code c at c+1; null comes first
}

// of returns the slots of v's codes, looking up those that are new.
func (c *codeCache) of(b *bins, v *features.Vector) []int32 {
	if v.Kind != features.Text {
		panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
	}
	if c.dict != v.Dict || len(c.slot) == 0 {
		c.dict = v.Dict
		c.slot = append(c.slot[:0], b.missing)
	}
	for code := len(c.slot) - 1; code < v.Dict.Len(); code++ {
		c.slot = append(c.slot, b.level(v.Dict.Value(int32(code))))
	}
	return c.slot
}
