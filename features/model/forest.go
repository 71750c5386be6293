package model

import (
	"math"

	"evenhand/features/model/trees"
)

// forest is the engine of boosted trees and random forests. Its Score is what
// the library's own predict returns: the probability of the target, or, of an
// objective without one, the margin brought to the target's scale.
//
// A row whose margin or score is no finite number is not recomputable, nor is
// one with an infinity where the library refuses them (trees.Forest.Single).
type forest struct {
	format, name string
	inputs       []Input
	levels       []map[string]int32 // of categorical inputs: code by level
	// numbers holds the codes of numeric inputs whose values stand for
	// categories; nil where the trees read the values themselves. It may be
	// shorter than inputs.
	numbers []*trees.Codes
	trees   *trees.Forest
	// mean says that the probability or target is that of the margin divided by
	// the number of trees (LightGBM's random forests, whose raw score is a sum).
	mean bool
	// sigmoid is the steepness of the logistic function that turns the margin
	// into a probability; 0: the objective has none.
	sigmoid float64
	// link brings the margin to the target's scale where there is no sigmoid.
	link trees.Link
	// infos is what the file tells of the inputs' training data, as LightGBM
	// writes it; nil: nothing.
	infos []string

	byCovers lazyExplainer
	compiled lazyCompiled
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
		return f.category(input, v.Text)
	}
	return f.number(input, v.Num)
}

func (f *forest) category(input int, level string) float64 {
	if c, ok := f.levels[input][level]; ok {
		return float64(c)
	}
	return math.NaN()
}

func (f *forest) number(input int, x float64) float64 {
	switch {
	case input < len(f.numbers) && f.numbers[input] != nil:
		return f.numbers[input].Code(x)
	case f.trees.Single:
		return float64(float32(x))
	case x >= -trees.ZeroThreshold && x <= trees.ZeroThreshold:
		return 0 // LightGBM drops such numbers as it reads a row
	}
	return x
}

func (f *forest) ScoreRow(v []Value) Output {
	var few [64]float64 // spares most models an allocation
	cells := few[:0]
	for i := range v {
		x := f.cell(i, v[i])
		if f.trees.Single && math.IsInf(x, 0) {
			return f.output(math.NaN())
		}
		cells = append(cells, x)
	}
	if c := f.compiled.of(f.trees); c != nil {
		return f.output(c.Margin(cells))
	}
	return f.output(f.trees.Margin(cells))
}

func (f *forest) output(margin float64) Output {
	o := Output{Margin: margin, Probability: math.NaN(), Score: margin}
	if f.mean {
		o.Score /= float64(len(f.trees.Trees))
	}
	switch {
	case f.sigmoid != 0:
		o.Probability = 1 / (1 + math.Exp(-float64(f.sigmoid*o.Score)))
		o.Score = o.Probability
	case f.link == trees.Exponential:
		o.Score = math.Exp(o.Score)
	case f.link == trees.Square:
		o.Score *= math.Abs(o.Score)
	}
	if margin-margin != 0 || o.Score-o.Score != 0 {
		return Output{Margin: math.NaN(), Probability: math.NaN(), Score: math.NaN()}
	}
	return o
}

// Edges are the thresholds of an input; an input whose values stand for
// categories has none.
func (f *forest) Edges(input int) []float64 {
	if f.inputs[input].Kind == Categorical || input < len(f.numbers) && f.numbers[input] != nil {
		return nil
	}
	return f.trees.Thresholds(input)
}
