package model

import (
	"fmt"
	"sync"

	"evenhand/features"
	"evenhand/features/model/trees"
)

// lazyCompiled prepares a forest for batches when the first one comes.
type lazyCompiled struct {
	once sync.Once
	c    *trees.Compiled
}

func (l *lazyCompiled) of(f *trees.Forest) *trees.Compiled {
	l.once.Do(func() { l.c = f.Compile() })
	return l.c
}

func (f *forest) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
	for i, v := range in {
		checkKind(f.inputs[i].Kind, v)
	}
	c := f.compiled.of(f.trees)
	if c == nil {
		f.scoreRows(dst, in, n)
		return
	}
	s := dst.scratchFor(f, n)
	s.block.Use(c)
	for lo := 0; lo < n; lo += trees.BlockRows {
		hi := min(n, lo+trees.BlockRows)
		for i, v := range in {
			f.fillBlock(c, s, i, v, lo, hi)
		}
		c.Margins(dst.Margin[lo:hi], &s.block)
	}
	for r, margin := range dst.Margin {
		o := f.output(margin)
		dst.Margin[r], dst.Score[r] = o.Margin, o.Score
		if !dst.NoProbability {
			dst.Probability[r] = o.Probability
		}
	}
}

// fillBlock fills the column of input i with rows lo to hi of v.
func (f *forest) fillBlock(c *trees.Compiled, s *scratch, i int, v *features.Vector, lo, hi int) {
	switch {
	case f.inputs[i].Kind == Categorical:
		intervals, dst := f.intervals(&s.codes[i], c, i, v.Dict), s.block.Column(i)
		for r, code := range v.Codes[lo:hi] {
			dst[r] = uint16(intervals[code-features.Null])
		}
	case i < len(f.numbers) && f.numbers[i] != nil:
		dst := s.block.Column(i)
		for r, x := range v.Floats[lo:hi] {
			dst[r] = c.Interval(i, f.numbers[i].Code(x))
		}
	default:
		c.Numbers(&s.block, i, v.Floats[lo:hi])
	}
}

// intervals returns the intervals of a dictionary's codes, code c at c+1,
// looking up those that are new.
func (f *forest) intervals(c *codeCache, of *trees.Compiled, input int, dict *features.Dict) []int32 {
	if c.dict != dict || len(c.slot) == 0 {
		c.dict = dict
		c.slot = append(c.slot[:0], int32(of.Interval(input, f.cell(input, Value{Null: true}))))
	}
	for code := len(c.slot) - 1; code < dict.Len(); code++ {
		c.slot = append(c.slot, int32(of.Interval(input, f.category(input, dict.Value(int32(code))))))
	}
	return c.slot
}

// scoreRows scores the rows one by one.
func (f *forest) scoreRows(dst *Outputs, in []*features.Vector, n int) {
	row := make([]Value, len(in))
	for r := range n {
		for i, v := range in {
			row[i] = cellOf(f.inputs[i].Kind, v, r)
		}
		o := f.ScoreRow(row)
		dst.Margin[r], dst.Score[r] = o.Margin, o.Score
		if !dst.NoProbability {
			dst.Probability[r] = o.Probability
		}
	}
}

// checkKind panics where a column is not what its input reads.
func checkKind(kind Kind, v *features.Vector) {
	if kind == Categorical && v.Kind != features.Text {
		panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
	}
	if kind == Numeric && v.Kind != features.Float {
		panic(fmt.Sprintf("model: a numeric input has a column of kind %s", v.Kind))
	}
}

// cellOf is row r of a column, as a Value.
func cellOf(kind Kind, v *features.Vector, r int) Value {
	if kind == Categorical {
		if v.IsNull(r) {
			return Value{Null: true}
		}
		return Value{Text: v.Text(r)}
	}
	return Value{Num: v.Floats[r], Null: v.Floats[r] != v.Floats[r]}
}
