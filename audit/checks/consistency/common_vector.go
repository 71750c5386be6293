package consistency

import (
	"math"
	"slices"

	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// hash makes of a row's vector a number under a seed: rows of one number are
// alike, but for a collision of 64 bits.
func (x *inputs) hash(b *features.Batch, list []int32, seed uint64) []uint64 {
	x.keys = x.keys[:0]
	for range list {
		x.keys = append(x.keys, seed)
	}
	for k, c := range x.idents() {
		v := &b.Cols[c]
		of := x.hashes[k].Of(v, func(s string) uint64 { return rows.HashString(1, s) })
		for j, i := range list {
			h := uint64(2)
			if code := v.Codes[i]; code != features.Null {
				h = of[code]
			}
			x.keys[j] = rows.HashInt(x.keys[j], int64(h))
		}
	}
	if x.asOf {
		x.extra = append(x.extra[:0], x.engine.Policies(b)...)
		for j, i := range list {
			x.keys[j] = rows.HashInt(x.keys[j], int64(x.extra[i]))
		}
	}
	if x.periods && b.Period != nil {
		for j, i := range list {
			x.keys[j] = rows.HashInt(x.keys[j], int64(b.Period[i]))
		}
	}
	first, several := int16(-1), false
	for j, i := range list {
		m := scoredBy(b, i)
		x.keys[j] = rows.HashInt(x.keys[j], int64(m))
		if j == 0 {
			first = m
		}
		several = several || m != first
	}
	if len(list) == 0 {
		return x.keys
	}
	if !several {
		x.ofModel(b, list, first, nil)
		return x.keys
	}
	for m := range x.by {
		x.ofModel(b, list, int16(m-1), b.Scores.Model)
	}
	return x.keys
}

// ofModel adds the inputs of the rows of model m; of is the model of each row,
// nil when it is m of all.
func (x *inputs) ofModel(b *features.Batch, list []int32, m int16, of []int16) {
	if of != nil && !slices.ContainsFunc(list, func(i int32) bool { return of[i] == m }) {
		return
	}
	for k := range x.by[m+1] {
		x.add(b, list, &x.by[m+1][k], m, of)
	}
	switch {
	case m < 0 && x.score:
		x.numbers(b.Cols[x.at.score].Floats, list, 0, m, of)
	case m >= 0 && x.cards[m]:
		for _, p := range x.bins(b, m) {
			x.numbers(p, list, 0, m, of)
		}
	}
	if x.env.Policies == nil {
		in := input{col: x.at.requested, kind: features.Money}
		x.add(b, list, &in, m, of)
	}
}

// bins are the points of every input of a card, by row.
func (x *inputs) bins(b *features.Batch, m int16) [][]float64 {
	card := x.env.Models[m].Model
	x.in = x.in[:0]
	for _, c := range x.engine.Inputs(m) {
		x.in = append(x.in, &b.Cols[c])
	}
	for len(x.points) < len(x.in) {
		x.points = append(x.points, nil)
	}
	dst := x.points[:len(x.in)]
	for k := range dst {
		dst[k] = slices.Grow(dst[k][:0], b.N)[:b.N]
	}
	card.Contributions(dst, x.in, b.N)
	return dst
}

// add adds a column to the keys of the rows of model m.
func (x *inputs) add(b *features.Batch, list []int32, in *input, m int16, of []int16) {
	v := &b.Cols[in.col]
	switch {
	case v.Kind == features.Text:
		c := x.texts[in.col]
		if c == nil {
			c = &rows.Codes[uint64]{}
			x.texts[in.col] = c
		}
		hashes := c.Of(v, func(s string) uint64 { return rows.HashString(1, s) })
		for j, i := range list {
			if of != nil && of[i] != m {
				continue
			}
			h := uint64(2)
			if code := v.Codes[i]; code != features.Null {
				h = hashes[code]
			}
			x.keys[j] = rows.HashInt(x.keys[j], int64(h))
		}
	case v.Kind == features.Float && in.cuts != nil:
		for j, i := range list {
			if of == nil || of[i] == m {
				x.keys[j] = rows.HashInt(x.keys[j], place(in.cuts, v.Floats[i]))
			}
		}
	case v.Kind == features.Float:
		x.numbers(v.Floats, list, in.step, m, of)
	default:
		for j, i := range list {
			if of == nil || of[i] == m {
				h := v.Ints[i]
				if v.Valid != nil && !v.Valid[i] {
					h = math.MinInt64 + 1
				}
				x.keys[j] = rows.HashInt(x.keys[j], h)
			}
		}
	}
}

// numbers adds a column of numbers, as multiples of step.
func (x *inputs) numbers(v []float64, list []int32, step float64, m int16, of []int16) {
	for j, i := range list {
		if of == nil || of[i] == m {
			x.keys[j] = rows.HashInt(x.keys[j], quantum(v[i], step))
		}
	}
}

// quantum is the number of steps in a value; without a step its bits.
func quantum(v, step float64) int64 {
	switch {
	case v != v:
		return math.MinInt64
	case v == 0:
		return 0
	case step > 0:
		if q := math.Round(v / step); math.Abs(q) < 1<<60 {
			return int64(q)
		}
	}
	return int64(math.Float64bits(v))
}

// place is where a value stands among cuts, ascending: on one, or between two.
func place(cuts []float64, v float64) int64 {
	if v != v {
		return -1
	}
	k := 0
	for k < len(cuts) && cuts[k] < v {
		k++
	}
	if k < len(cuts) && cuts[k] == v {
		return int64(2*k + 1)
	}
	return int64(2 * k)
}
