package model

import (
	"fmt"
	"math"

	"evenhand/features"
	"evenhand/features/model/trees"
)

// forest is the engine of boosted trees and random forests. Its Score is what
// the library's own predict returns: the probability of the target, or, of an
// objective without one, the margin.
type forest struct {
	format, name string
	inputs       []Input
	levels       []map[string]int32 // of categorical inputs: code by level
	trees        *trees.Forest
	// sigmoid is the steepness of the logistic function that turns the margin
	// into a probability; 0: the objective has none.
	sigmoid float64
}

func (f *forest) Format() string  { return f.format }
func (f *forest) Name() string    { return f.name }
func (f *forest) Inputs() []Input { return f.inputs }

// cell is a value as the trees see it. Unseen levels are missing, as they are
// to the libraries.
func (f *forest) cell(input int, v Value) float64 {
	switch {
	case v.Null:
		return math.NaN()
	case f.inputs[input].Kind == Categorical:
		if c, ok := f.levels[input][v.Text]; ok {
			return float64(c)
		}
		return math.NaN()
	case f.trees.Single:
		return float64(float32(v.Num))
	}
	return v.Num
}

func (f *forest) ScoreRow(v []Value) Output {
	cells := make([]float64, len(v))
	for i := range v {
		cells[i] = f.cell(i, v[i])
	}
	return f.output(f.trees.Margin(cells))
}

func (f *forest) output(margin float64) Output {
	o := Output{Margin: margin, Probability: math.NaN(), Score: margin}
	if f.sigmoid != 0 {
		o.Probability = 1 / (1 + math.Exp(-float64(f.sigmoid*margin)))
		o.Score = o.Probability
	}
	return o
}

func (f *forest) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
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

func (f *forest) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	panic("not yet")
}

// cellOf is row r of a column, as a Value.
func cellOf(kind Kind, v *features.Vector, r int) Value {
	if kind == Categorical {
		if v.Kind != features.Text {
			panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
		}
		if v.IsNull(r) {
			return Value{Null: true}
		}
		return Value{Text: v.Text(r)}
	}
	if v.Kind != features.Float {
		panic(fmt.Sprintf("model: a numeric input has a column of kind %s", v.Kind))
	}
	return Value{Num: v.Floats[r], Null: v.Floats[r] != v.Floats[r]}
}
