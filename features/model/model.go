// Package model recomputes scores and contributions; one file per model
// format.
//
// A model file is read by Load, which knows the formats of Formats: cards
// (points per attribute), logistic models and forests of decision trees, in the
// shapes that common libraries write them and in evenhand's own. Every format's
// file, or the package that reads it, documents the format in full. Whatever the
// format, the engines obey the same rules:
//
//   - arithmetic is float64, without fused multiply-adds; that of forests is
//     their library's, float32 where it is;
//   - sums of one term per input (card and linear) start at 0, add the terms in
//     the order of Inputs and the base (base points, intercept) last, sums of
//     trees (forest) are added in the order of the file, so that a score is the
//     same bit for bit whatever the batch;
//   - a cell that the model has no rule for (a null without a missing bin, an
//     infinity) makes the row not recomputable: its Margin, Probability and
//     Score are NaN, save where the format says what its library does instead;
//   - ScoreRow and Score agree bit for bit.
//
// A Model never changes after Load and is shared by all workers; whatever a
// worker needs besides lives in its Outputs.
package model

import (
	"evenhand/features"
	"evenhand/features/model/pmml"
	"evenhand/features/model/trees"
)

// Kind says how the cells of an input are read.
type Kind uint8

const (
	// Numeric inputs are Float vectors; NaN stands for null.
	Numeric Kind = iota
	// Categorical inputs are Text vectors.
	Categorical
)

func (k Kind) String() string {
	if k == Categorical {
		return "categorical"
	}
	return "numeric"
}

// Input is one feature of a model.
type Input struct {
	Name string
	Kind Kind
}

// Value is one cell, for the scoring of single rows: Num for a Numeric input,
// Text for a Categorical one. Null, or a NaN in Num, is a null.
type Value struct {
	Num  float64
	Text string
	Null bool
}

// Output is what a model says of one row.
type Output struct {
	Margin      float64 // raw model output: log-odds of the target, or points
	Probability float64 // of the target; NaN when the model gives none
	Score       float64 // on the model's declared scale; NaN: not recomputable
}

// Model is a loaded model. It is safe for use by several goroutines.
type Model interface {
	// Format is the name of the file's format, one of Formats.
	Format() string
	// Name is the model's name as the file gives it, "" when it does not.
	Name() string
	// Inputs lists the features in model order. Not to be changed.
	Inputs() []Input
	// Score fills the first n entries of dst. in[i] is the column of input i,
	// of kind Float when Numeric and Text when Categorical; any other kind is
	// a broken contract and panics. It allocates nothing once dst has seen
	// the batch's size and dictionaries.
	Score(dst *Outputs, in []*features.Vector, n int)
	// ScoreRow scores one row by the same arithmetic. v has one value per
	// input.
	ScoreRow(v []Value) Output
	// Contributions fills dst[i][:n] with the share of input i and returns
	// the base. base + Σ dst[i][r] is row r's Score for cards and its Margin
	// for other models, but for the rounding of a total: where dst has one
	// row more than there are inputs, that row receives what rounding the
	// total adds (0 where nothing rounds a total). A cell without a rule has
	// the contribution NaN.
	Contributions(dst [][]float64, in []*features.Vector, n int) (base float64)
}

// Alternative is another reading of the same model file.
type Alternative struct {
	Name string // e.g. "total rounded half to even"
	Row  func(v []Value) Output
}

// Alternatives is implemented by models that can be read under other rounding
// rules than the declared one: a recorded score that differs from the
// recomputed one but equals an alternative's was rounded otherwise.
type Alternatives interface{ Alternatives() []Alternative }

// Additive is implemented by models that are a sum of one term per input.
// Terms fills dst with the terms of one row: points for cards, shares of the
// margin for others. What a change of one input does to the score is then had
// for the price of one term: swap it and take the Total again.
type Additive interface {
	Terms(v []Value, dst []float64)
	// Term is the term of one value of an input, NaN where there is no rule.
	Term(input int, v Value) float64
	// Total is the Score of the row with these terms, one per input: that of
	// ScoreRow, bit for bit.
	Total(terms []float64) float64
}

// Edges is implemented by models that cut numeric inputs into bins. Edges
// returns the finite bin edges of an input, ascending, nil when it has none.
type Edges interface{ Edges(input int) []float64 }

// References is implemented by models that declare the points that reasons
// are measured from, one per input, NaN where none is declared.
type References interface{ References() []float64 }

// Extremes is implemented by additive models whose terms are known beforehand.
// Extremes returns the least and the most that any value of an input with a
// rule adds (see Additive), nulls, special values and levels in no list
// included as far as the model has an attribute for them. Where nothing bounds
// a numeric input they are infinite.
type Extremes interface {
	Extremes(input int) (least, most float64)
}

// Neutral is implemented by additive models whose file tells the term of a
// value that speaks neither for nor against: that of a weight of evidence of 0,
// or of the mean of the training data. Neutral returns one term per input, NaN
// where the file does not tell.
type Neutral interface{ Neutral() []float64 }

// Interventional is implemented by models that are no sum of one term per
// input, and can tell what each input does to the margin of a row against a
// background of other rows (interventional SHAP).
type Interventional interface {
	// Against prepares a background of rows, each with one value per input. The
	// rows are copied. It fails without rows.
	Against(background [][]Value) (Explainer, error)
}

// Explainer measures contributions from a background. It never changes, and is
// shared by all workers.
type Explainer interface {
	// Explain fills dst[i][:n] with the contribution of input i to the Margin of
	// each row and returns the base, the mean Margin of the background: base +
	// Σ dst[i][r] is row r's Margin.
	Explain(dst [][]float64, in []*features.Vector, n int) (base float64)
}

// Outputs holds a batch's outputs, one entry a row, and the scratch memory of
// the worker that owns it. The zero value is ready for use; one Outputs may
// serve any number of models in turn.
type Outputs struct {
	Margin, Probability, Score []float64

	// NoProbability spares the work of probabilities where nobody reads them:
	// Score then leaves Probability empty.
	NoProbability bool

	scratch map[Model]*scratch
}

// Grow makes room for n rows and sets the slices' lengths to n. The entries
// are not cleared.
func (o *Outputs) Grow(n int) {
	o.Margin = grow(o.Margin, n)
	if o.NoProbability {
		o.Probability = o.Probability[:0]
	} else {
		o.Probability = grow(o.Probability, n)
	}
	o.Score = grow(o.Score, n)
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// scratchFor returns the worker's scratch for m, with room for n rows.
func (o *Outputs) scratchFor(m Model, n int) *scratch {
	s := o.scratch[m]
	if s == nil {
		if o.scratch == nil {
			o.scratch = map[Model]*scratch{}
		}
		s = &scratch{}
		o.scratch[m] = s
	}
	s.grow(len(m.Inputs()), n)
	return s
}

// scratch is what scoring a batch needs besides its outputs.
type scratch struct {
	slot  []int32     // the slot of each row, for one input at a time
	codes []codeCache // per input: slots by dictionary code
	block trees.Block // of forests

	record *pmml.Record // of PMML models that are computed row by row
}

func newScratch(inputs, n int) *scratch {
	s := &scratch{}
	s.grow(inputs, n)
	return s
}

func (s *scratch) grow(inputs, n int) {
	s.slot = grow(s.slot, n)
	if len(s.codes) != inputs {
		s.codes = make([]codeCache, inputs)
	}
}
