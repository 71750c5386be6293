package model

import (
	"math"
	"slices"
	"sync"

	"evenhand/features"
	"evenhand/features/model/pmml"
)

// loadPMML reads the format "pmml", as pmml.Read tells. Scorecards that compare
// one input each with constants become cards, regressions with one coefficient
// for each number or level linear models; any other model is computed row by
// row.
func loadPMML(file []byte) (Model, error) {
	from, err := pmml.Read(file)
	if err != nil {
		return nil, err
	}
	codes := pmmlCodes{from}
	if c := pmmlTables(from); c != nil {
		return &pmmlCard{c, codes}, nil
	}
	if l := pmmlTerms(from); l != nil {
		return l, nil
	}
	rows := &pmmlRows{from: from}
	for _, i := range from.Inputs {
		rows.inputs = append(rows.inputs, Input{i.Name, pmmlKind(i)})
	}
	rows.pool.New = func() any { return from.Record() }
	sum := &pmmlSum{rows}
	switch {
	case from.Scorecard && from.Additive:
		return &pmmlCardSum{sum, codes}, nil
	case from.Scorecard:
		return &pmmlCardRows{rows, codes}, nil
	case from.Additive:
		return sum, nil
	}
	return rows, nil
}

func pmmlKind(i pmml.Input) Kind {
	if i.Text {
		return Categorical
	}
	return Numeric
}

// pmmlTables returns the card of a scorecard that is one, else nil.
func pmmlTables(from *pmml.Model) *card {
	if from.Tables == nil {
		return nil
	}
	c := &card{format: "pmml", name: from.Name, start: from.Start}
	for i, t := range from.Tables {
		out := characteristic{points: t.Points, reference: t.Baseline, neutral: math.NaN()}
		out.bins = bins{kind: pmmlKind(from.Inputs[i]), edges: t.Edges, whole: t.Whole, fraction: t.Fraction,
			levels: t.Levels, other: t.Other, missing: t.Missing, unusable: t.Unusable}
		if out.kind == Numeric {
			out.setCuts(t.Cuts)
		}
		if c.add(from.Inputs[i].Name, out) != nil {
			return nil // a name that cards do not have
		}
	}
	return c
}

// pmmlTerms returns the linear model of a regression that is one, else nil.
func pmmlTerms(from *pmml.Model) *linear {
	if from.Terms == nil {
		return nil
	}
	l := &linear{format: "pmml", name: from.Name, intercept: from.Base, finishing: from.Finish, outcome: from.Finish.Words}
	for i, t := range from.Terms {
		out := term{mean: t.Mean, scale: t.Scale, coef: t.Coef, lo: -math.MaxFloat64, hi: math.MaxFloat64, missing: t.Missing, centred: t.Mean != 0}
		if from.Inputs[i].Text {
			out = categoricalTerm(t.Levels, t.Weights, t.Other, 0)
		}
		if l.add(from.Inputs[i].Name, out) != nil {
			return nil // a name that linear models do not have
		}
	}
	return l
}

// pmmlRows is the engine of PMML models that are no plain card and no plain
// linear model: it computes row by row.
type pmmlRows struct {
	from   *pmml.Model
	inputs []Input
	pool   sync.Pool
}

func (m *pmmlRows) Format() string  { return "pmml" }
func (m *pmmlRows) Name() string    { return m.from.Name }
func (m *pmmlRows) Inputs() []Input { return m.inputs }

func (m *pmmlRows) ScoreRow(v []Value) Output {
	r := m.pool.Get().(*pmml.Record)
	o := m.from.Finish.Output(m.from.Margin(pmmlRecord(m.from, r, v)))
	m.pool.Put(r)
	return Output(o)
}

// pmmlRecord puts a row into r.
func pmmlRecord(m *pmml.Model, r *pmml.Record, v []Value) *pmml.Record {
	for i := range m.Inputs {
		m.Take(r, i, pmml.Value(v[i]))
	}
	return r
}

func (m *pmmlRows) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
	s := dst.scratchFor(m, n)
	if s.record == nil {
		s.record = m.from.Record()
	}
	for at := range n {
		m.from.Load(s.record, in, at)
		o := m.from.Finish.Output(m.from.Margin(s.record))
		dst.Margin[at], dst.Score[at] = o.Margin, o.Score
		if !dst.NoProbability {
			dst.Probability[at] = o.Probability
		}
	}
}

// Contributions gives every input the parts of the model that read it alone. A
// part that reads several inputs is split evenly between them, see Against.
func (m *pmmlRows) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	return m.from.Contributions(dst, in, n)
}

// Against prepares a background. Rows that are not recomputable are left out.
func (m *pmmlRows) Against(background [][]Value) (Explainer, error) {
	var rows []*pmml.Record
	for _, v := range background {
		rows = append(rows, pmmlRecord(m.from, m.from.Record(), v))
	}
	e, err := m.from.Against(rows)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// pmmlSum is a pmmlRows that is a sum of one term per input.
type pmmlSum struct{ *pmmlRows }

// Terms fills dst with what each input of a row adds.
func (m *pmmlSum) Terms(v []Value, dst []float64) {
	for i := range dst {
		dst[i] = m.Term(i, v[i])
	}
}

// Term is what one value of an input adds, NaN where there is no rule.
func (m *pmmlSum) Term(input int, v Value) float64 {
	r := m.pool.Get().(*pmml.Record)
	m.from.Take(r, input, pmml.Value(v))
	x := m.from.Term(r, input)
	m.pool.Put(r)
	return x
}

// Total is the Score of a row with these terms.
func (m *pmmlSum) Total(terms []float64) float64 { return m.from.Finish.Output(m.margin(terms)).Score }

func (m *pmmlSum) margin(terms []float64) float64 {
	sum := m.from.Start
	for _, t := range terms {
		sum += t
	}
	return sum + m.from.Base
}

// Extremes are not known: an expression can give anything.
func (m *pmmlSum) Extremes(int) (least, most float64) { return math.Inf(-1), math.Inf(1) }

// Neutral returns no terms: PMML does not tell them.
func (m *pmmlSum) Neutral() []float64 { return slices.Repeat([]float64{math.NaN()}, len(m.inputs)) }

// Edges returns nil.
func (m *pmmlSum) Edges(int) []float64 { return nil }

// ReasonCodes is implemented by models whose file says which reason stands for
// a low score.
type ReasonCodes interface {
	// ReasonCode is the code of an input, "" when it has none. Where the
	// attributes of an input have different codes, it is that of the first.
	ReasonCode(input int) string
	// Reasons are the codes of a row as the file's own rules rank them, from the
	// one that cost most: none for a row that is not recomputable.
	Reasons(v []Value) []string
}

// pmmlCodes are the reason codes of a PMML scorecard.
type pmmlCodes struct{ scorecard *pmml.Model }

func (p pmmlCodes) ReasonCode(input int) string { return p.scorecard.ReasonCode(input) }

func (p pmmlCodes) Reasons(v []Value) []string {
	return p.scorecard.Reasons(pmmlRecord(p.scorecard, p.scorecard.Record(), v))
}

// pmmlCard is a PMML scorecard that is a plain card.
type pmmlCard struct {
	*card
	pmmlCodes
}

// pmmlCardRows is a PMML scorecard whose characteristics read several inputs.
type pmmlCardRows struct {
	*pmmlRows
	pmmlCodes
}

func (m *pmmlCardRows) points() {}

// pmmlCardSum is a PMML scorecard that is a sum over its inputs.
type pmmlCardSum struct {
	*pmmlSum
	pmmlCodes
}

func (m *pmmlCardSum) References() []float64 { return m.from.Baselines() }
func (m *pmmlCardSum) points()               {}
