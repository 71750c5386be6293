package score

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// class is a class of the mismatch taxonomy.
type class int8

const (
	m1Rounding class = iota + 1
	m2BinEdge
	m3Missing
	m4Version
	m5Stale
	m6Unit
	m7Shift
	m8Unexplained
)

var causes = [...]string{
	m1Rounding: "M1_ROUNDING", m2BinEdge: "M2_BIN_EDGE", m3Missing: "M3_MISSING", m4Version: "M4_VERSION",
	m5Stale: "M5_STALE", m6Unit: "M6_UNIT", m7Shift: "M7_SHIFT", m8Unexplained: "M8_UNEXPLAINED",
}

func (c class) String() string { return causes[c][:2] }

// signature is one explanation of a mismatch: what to change of the row or of
// the model so that the recorded score comes out. a and b depend on the class:
//
//	M1  a: the alternative rounding
//	M2  a: the input
//	M3  a: the input, b: the treatment
//	M4  a: the other model
//	M6  a: the input, b: the factor
type signature struct {
	class class
	model int16
	a, b  int16
}

// factor is a mistake of unit. The value is multiplied or divided, so that a
// round value stays one.
type factor struct {
	name   string
	by     float64
	divide bool
}

var factors = [...]factor{
	{"×100", 100, false}, {"÷100", 100, true}, {"×10000", 10_000, false}, {"÷10000", 10_000, true},
	{"×1000", 1000, false}, {"÷1000", 1000, true}, {"×12", 12, false}, {"÷12", 12, true},
	{"×30", 30, false}, {"÷30", 30, true},
}

func (f factor) apply(x float64) float64 {
	if f.divide {
		return x / f.by
	}
	return x * f.by
}

// The treatments of a null, or of a value as one. Those from asNumber on are
// the numbers of modelInfo.missing.
const (
	valueAsNull = iota
	nullAsZero
	nullAsUnknown // a level the model does not know
	nullAsNumber
)

// unknownLevel is a level no model has.
const unknownLevel = "\x00unknown"

// output says which of a model's outputs is recorded; it indexes the outputs
// of a batch.
type output int8

const (
	scoreOutput output = iota
	probabilityOutput
	marginOutput
)

// Tolerances for plans that set none.
const (
	relativeTolerance    = 1e-6
	probabilityTolerance = 1e-9
	singleTolerance      = 1e-6 // of probabilities in single precision
	marginTolerance      = 1e-5
)

// modelInfo is what the classifier knows of one of the plan's models.
type modelInfo struct {
	model     model.Model
	additive  model.Additive // nil unless its score is what is recorded
	name      string         // its version and product, for people
	output    output
	fixed     float64 // the plan's tolerance, or 0
	single    bool    // its library computes in single precision
	at        []int   // place of each input in a record's values
	rounding  []rounding
	edges     [][]float64 // by input
	missing   [][]float64 // by input: numbers that may stand for a null
	numeric   []bool
	rescoring int // alternatives tried for one row, at most
}

func (m *modelInfo) pick(o model.Output) float64 {
	return [...]float64{o.Score, o.Probability, o.Margin}[m.output]
}

// tolerance returns the difference from the recomputed score y that still
// counts as equal.
func (m *modelInfo) tolerance(y float64) float64 {
	switch {
	case m.fixed > 0:
		return m.fixed
	case m.output == probabilityOutput:
		return m.probability()
	case m.output == marginOutput:
		return marginTolerance
	case y == math.Trunc(y):
		return 0
	}
	return relativeTolerance * math.Abs(y)
}

// probability returns the difference that probabilities may have.
func (m *modelInfo) probability() float64 {
	if m.single {
		return singleTolerance
	}
	return probabilityTolerance
}

func (m *modelInfo) equal(recorded, y float64) bool {
	return math.Abs(recorded-y) <= m.tolerance(y)
}

// classifier explains mismatching rows. It belongs to one worker.
type classifier struct {
	models []modelInfo
	cols   []int // columns that records keep: the inputs of all models
	text   []bool

	seen      view // scratch: the row being explained
	in, other []model.Value
	terms     []float64
}

// newClassifier returns the classifier of the rows of a table, in whose layout
// every input of every model must be.
func newClassifier(env *audit.Env, table string) *classifier {
	c := &classifier{}
	l := env.Layouts[table]
	set := env.Settings.(*Settings)
	for _, m := range env.Models {
		info := modelInfo{model: m.Model, name: modelName(m.Spec), fixed: m.Spec.Tolerance, output: outputNamed(m.Spec.Output), single: model.SinglePrecision(m.Model)}
		info.rounding = roundings(m.Model, info.output)
		if a, ok := m.Model.(model.Additive); ok && info.output == scoreOutput {
			info.additive = a
		}
		edges, _ := m.Model.(model.Edges)
		for i, in := range m.Model.Inputs() {
			numeric := in.Kind == model.Numeric
			col := m.Inputs[i]
			if table != decisions {
				col = l.Index(audit.FeatureColumn(m.Spec.Feature(in.Name)))
			}
			info.at = append(info.at, c.place(col, !numeric))
			info.numeric = append(info.numeric, numeric)
			var e []float64
			if edges != nil && numeric {
				e = edges.Edges(i)
			}
			info.edges = append(info.edges, e)
			missing := slices.Clone(set.Missing)
			for _, x := range missingCodes(l, col) {
				if !slices.Contains(missing, x) {
					missing = append(missing, x)
				}
			}
			info.missing = append(info.missing, missing)
		}
		info.rescoring = len(env.Models) + len(info.rounding) + len(info.at)*(3+len(factors))
		c.models = append(c.models, info)
	}
	return c
}

// place returns where records keep a column, adding it when new.
func (c *classifier) place(col int, text bool) int {
	if i := slices.Index(c.cols, col); i >= 0 {
		return i
	}
	c.cols, c.text = append(c.cols, col), append(c.text, text)
	return len(c.cols) - 1
}

// missingCodes returns the plan's missing codes of a feature column, as far as
// they are numbers.
func missingCodes(l *audit.Layout, col int) []float64 {
	spec := l.Specs[col]
	var out []float64
	for _, s := range spec.Missing {
		if x, err := strconv.ParseFloat(s, 64); err == nil && x-x == 0 {
			out = append(out, x)
		}
	}
	return out
}

func outputNamed(name string) output {
	switch name {
	case "", "score":
		return scoreOutput
	case "probability":
		return probabilityOutput
	case "margin":
		return marginOutput
	}
	panic(fmt.Sprintf("scorematch: model output %q", name))
}

// modelName names a model as its rows are known by.
func modelName(spec audit.ModelSpec) string {
	switch {
	case spec.Version == "" && spec.Product == "":
		return spec.File
	case spec.Product == "":
		return spec.Version
	case spec.Version == "":
		return spec.Product
	}
	return spec.Version + "/" + spec.Product
}

// limit returns how many mismatching rows are classified: at most most, and
// fewer where a model has so many inputs that it would take too long.
func (c *classifier) limit(most int) int {
	const budget, least = 5_000_000, 500 // scored rows; mismatching rows
	for _, m := range c.models {
		most = min(most, max(budget/m.rescoring, least))
	}
	return max(most, 0)
}

// row copies the values of row i that records keep.
func (c *classifier) row(b *features.Batch, i int) []model.Value {
	out := make([]model.Value, len(c.cols))
	for k, col := range c.cols {
		v := &b.Cols[col]
		switch {
		case v.IsNull(i):
			out[k].Null = true
		case c.text[k]:
			out[k].Text = v.Text(i)
		default:
			out[k].Num = v.Floats[i]
		}
	}
	return out
}

// inputs returns the inputs of model m out of a record's values, in the memory
// of buf.
func (c *classifier) inputs(buf []model.Value, m int16, values []model.Value) []model.Value {
	buf = buf[:0]
	for _, at := range c.models[m].at {
		buf = append(buf, values[at])
	}
	return buf
}
