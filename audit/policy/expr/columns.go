package expr

import (
	"fmt"
	"math"

	"evenhand/features"
)

// Nodes that read the columns of the batch.

func (c *compiler) column(t *term) *node {
	m, col := c.m, t.col
	n := &node{kind: t.kind}
	switch {
	case col.Score:
		n.run = func(rows int) { scores(n.nums[:rows], m.batch, col) }
	case t.kind == kText:
		n.raw, n.borrowed = true, true
		n.run = func(rows int) {
			v := &m.batch.Cols[col.Index]
			n.codes, n.dict = v.Codes[:rows], v.Dict
		}
	case col.Kind == features.Float:
		n.borrowed = true
		n.run = func(rows int) { n.nums = m.batch.Cols[col.Index].Floats[:rows] }
	case t.kind == kNum:
		n.run = func(rows int) { readNumbers(n.nums[:rows], &m.batch.Cols[col.Index], col) }
	case t.kind == kBool:
		n.run = func(rows int) {
			v := &m.batch.Cols[col.Index]
			out := n.truths[:rows]
			for i, x := range v.Ints[:rows] {
				out[i] = truthOf(x != 0)
			}
			forget(out, v.Valid, nothing)
		}
	case t.kind == kTime:
		n.run = func(rows int) {
			v := &m.batch.Cols[col.Index]
			out := n.times[:rows]
			if col.Kind == features.Date {
				for i, x := range v.Ints[:rows] {
					out[i] = dateTime(x)
				}
			} else {
				for i, x := range v.Ints[:rows] {
					if x < firstTime || x > lastTime {
						x = missingTime
					}
					out[i] = x
				}
			}
			forget(out, v.Valid, missingTime)
		}
	}
	return c.add(fmt.Sprintf("column %q", t.text), n)
}

// readNumbers reads a column as numbers, money in units.
func readNumbers(out []float64, v *features.Vector, col Column) {
	if col.Kind == features.Float {
		copy(out, v.Floats)
		return
	}
	if s := scale(col); col.Kind == features.Money && s != 1 {
		for i, x := range v.Ints[:len(out)] {
			out[i] = float64(x) / s
		}
	} else {
		for i, x := range v.Ints[:len(out)] {
			out[i] = float64(x)
		}
	}
	forget(out, v.Valid, missingNumber)
}

// forget writes nothing where a row is not valid.
func forget[T any](out []T, valid []bool, nothing T) {
	if valid == nil {
		return
	}
	for i, ok := range valid[:len(out)] {
		if !ok {
			out[i] = nothing
		}
	}
}

// scores reads the recomputed score, and the recorded one where there is none.
func scores(out []float64, b *features.Batch, col Column) {
	if col.Index >= 0 {
		readNumbers(out, &b.Cols[col.Index], col)
	} else {
		for i := range out {
			out[i] = missingNumber
		}
	}
	if b.Scores == nil {
		return
	}
	for i, m := range b.Scores.Model[:len(out)] {
		if m >= 0 {
			if out[i] = b.Scores.Score[i]; math.IsNaN(out[i]) {
				out[i] = missingNumber
			}
		}
	}
}
