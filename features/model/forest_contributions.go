package model

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"evenhand/features"
	"evenhand/features/model/trees"
)

// Contributions are those of the path-dependent TreeSHAP (trees.ByCovers):
// LightGBM's pred_contrib and XGBoost's pred_contribs, in float64. What the
// float32 sums of XGBoost add to a margin is the rounding of its total; the sums
// of LightGBM round nothing beyond the last places of float64. A row with an
// infinity that the library refuses has the contribution NaN there.
func (f *forest) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	e := f.byCovers.of(f.trees)
	f.explain(e, dst, in, n)
	if len(dst) > len(f.inputs) {
		f.rounding(dst, e.Base(), in, n)
	}
	return e.Base()
}

// lazyExplainer spares models the tables of explanations that nobody asks for.
type lazyExplainer struct {
	once sync.Once
	e    *trees.Explainer
}

func (l *lazyExplainer) of(f *trees.Forest) *trees.Explainer {
	l.once.Do(func() { l.e = trees.ByCovers(f) })
	return l.e
}

// rounding fills the last row of dst with what base and contributions lack of
// the margin.
func (f *forest) rounding(dst [][]float64, base float64, in []*features.Vector, n int) {
	last := dst[len(f.inputs)][:n]
	clear(last)
	if !f.trees.Single {
		return
	}
	out := Outputs{NoProbability: true}
	f.Score(&out, in, n)
	for r := range last {
		sum := base
		for i := range f.inputs {
			sum += dst[i][r]
		}
		last[r] = out.Margin[r] - sum
	}
}

// explain fills dst with what e says of the columns.
func (f *forest) explain(e *trees.Explainer, dst [][]float64, in []*features.Vector, n int) {
	cells := make([][]float64, len(in))
	all := make([]float64, len(in)*n)
	for i, v := range in {
		cells[i] = all[i*n : (i+1)*n]
		f.fillCells(cells[i], i, v)
	}
	e.Explain(dst, cells, n)
	if !f.trees.Single {
		return
	}
	for i := range cells {
		for r, x := range cells[i] {
			if math.IsInf(x, 0) {
				dst[i][r] = math.NaN()
			}
		}
	}
}

// fillCells fills dst with the cells of a column, as the trees see them.
func (f *forest) fillCells(dst []float64, input int, v *features.Vector) {
	if f.inputs[input].Kind == Categorical {
		if v.Kind != features.Text {
			panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
		}
		codes := make([]float64, v.Dict.Len()+1)
		codes[0] = math.NaN()
		for c := range v.Dict.Len() {
			codes[c+1] = f.category(input, v.Dict.Value(int32(c)))
		}
		for r, c := range v.Codes[:len(dst)] {
			dst[r] = codes[c-features.Null]
		}
		return
	}
	if v.Kind != features.Float {
		panic(fmt.Sprintf("model: a numeric input has a column of kind %s", v.Kind))
	}
	for r, x := range v.Floats[:len(dst)] {
		if x == x {
			x = f.number(input, x)
		}
		dst[r] = x
	}
}

// Against measures from a background of rows by interventional TreeSHAP
// (trees.Against). The base of a model with float32 sums is the mean of the
// background's margins without their rounding.
func (f *forest) Against(background [][]Value) (Explainer, error) {
	if len(background) == 0 {
		return nil, errors.New("the background has no rows; name a period or group that has some")
	}
	rows := make([][]float64, len(background))
	for r, v := range background {
		rows[r] = make([]float64, len(v))
		for i := range v {
			x := f.cell(i, v[i])
			if f.trees.Single && math.IsInf(x, 0) {
				return nil, fmt.Errorf("the background's row %d has an infinite %s, which the model's library refuses; leave it out", r, f.inputs[i].Name)
			}
			rows[r][i] = x
		}
	}
	return &forestExplainer{f, trees.Against(f.trees, rows)}, nil
}

// forestExplainer measures the contributions of a forest from a background.
type forestExplainer struct {
	forest *forest
	e      *trees.Explainer
}

func (e *forestExplainer) Explain(dst [][]float64, in []*features.Vector, n int) float64 {
	e.forest.explain(e.e, dst, in, n)
	return e.e.Base()
}
