package model

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"evenhand/features"
)

// pmmlPart is a characteristic or a predictor of a PMML model: what it adds to the
// sum of a row.
type pmmlPart struct {
	reads []int // inputs
	value func(r *record) float64
}

// pmmlRows is the engine of PMML models that are no plain card and no plain
// linear model: it computes row by row. The sum is start, the parts of each
// input in the order of the inputs, and base; or, where a part reads several
// inputs, the parts in the order of the file.
type pmmlRows struct {
	format, name string
	fields       []*field
	inputs       []Input
	parts        []pmmlPart
	groups       [][]int // parts by input, or each part by itself
	derived      int
	start, base  float64
	finish       finish
	isCard       bool // contributions are points
	ordered      bool // the order of the sum shows in its last bit
	pool         sync.Pool
}

// finish says what the sum of a PMML model means.
type finish struct {
	probability func(margin float64) float64
	score       func(margin, probability float64) float64
	words       string // what the margin is, where it is no log-odds
	likely      bool   // the score is the probability
}

func (f *finish) output(margin float64) (o Output) {
	o.Margin, o.Probability, o.Score = math.NaN(), math.NaN(), math.NaN()
	if margin-margin != 0 {
		return o
	}
	o.Margin = margin
	if f.probability != nil {
		o.Probability = f.probability(margin)
	}
	if o.Score = f.score(margin, o.Probability); o.Score-o.Score != 0 {
		o.Score = math.NaN()
	}
	return o
}

// newRows returns the engine, which is Additive where every part reads at most
// one input. A sum over several inputs has no terms.
func newRows(m *pmmlRows, s *scope) Model {
	m.format, m.fields, m.derived = "pmml", s.inputs, s.columns
	additive := true
	m.groups = make([][]int, len(s.inputs))
	for _, f := range s.inputs {
		m.inputs = append(m.inputs, Input{f.name, f.kind()})
	}
	start := m.start
	for i, p := range m.parts {
		switch {
		case len(p.reads) == 0 && !m.ordered:
			start += p.value(&record{derived: make([]datum, m.derived)})
		case len(p.reads) == 1 && !(m.ordered && len(m.groups[p.reads[0]]) > 0):
			m.groups[p.reads[0]] = append(m.groups[p.reads[0]], i)
		default:
			additive = false
		}
	}
	m.pool.New = func() any { return m.record() }
	if additive {
		m.start = start
		return &pmmlSum{m}
	}
	m.groups = m.groups[:0]
	for i := range m.parts {
		m.groups = append(m.groups, []int{i})
	}
	return m
}

func (m *pmmlRows) record() *record {
	return &record{in: make([]datum, len(m.inputs)), derived: make([]datum, m.derived), texts: make([]textCache, len(m.inputs))}
}

func (m *pmmlRows) Format() string  { return m.format }
func (m *pmmlRows) Name() string    { return m.name }
func (m *pmmlRows) Inputs() []Input { return m.inputs }

// group is the sum of a group's parts.
func (m *pmmlRows) group(g []int, r *record) float64 {
	var sum float64
	for _, i := range g {
		sum += m.parts[i].value(r)
	}
	return sum
}

// sum is the margin of a record. A record with an invalid value has none, even
// where no part came to see it.
func (m *pmmlRows) sum(r *record) float64 {
	clear(r.derived)
	for i := range r.in {
		if r.in[i].is == invalid {
			return math.NaN()
		}
	}
	sum := m.start
	for _, g := range m.groups {
		sum += m.group(g, r)
	}
	return sum + m.base
}

func (m *pmmlRows) ScoreRow(v []Value) Output {
	r := m.pool.Get().(*record)
	for i, f := range m.fields {
		r.in[i] = f.take(v[i])
	}
	o := m.finish.output(m.sum(r))
	m.pool.Put(r)
	return o
}

// load puts a row of the columns into r.
func (m *pmmlRows) load(r *record, in []*features.Vector, at int) {
	for i, f := range m.fields {
		if f.kind() == Categorical {
			r.in[i] = r.texts[i].of(f, in[i], at)
			continue
		}
		if in[i].Kind != features.Float {
			panic(fmt.Sprintf("model: a numeric input has a column of kind %s", in[i].Kind))
		}
		r.in[i] = f.take(Value{Num: in[i].Floats[at]})
	}
}

func (m *pmmlRows) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
	s := dst.scratchFor(m, n)
	if s.record == nil {
		s.record = m.record()
	}
	for at := range n {
		m.load(s.record, in, at)
		o := m.finish.output(m.sum(s.record))
		dst.Margin[at], dst.Score[at] = o.Margin, o.Score
		if !dst.NoProbability {
			dst.Probability[at] = o.Probability
		}
	}
}

// Contributions gives every input the parts that read it alone. A part that
// reads several inputs is split evenly between them: the file does not say
// more, see Against.
func (m *pmmlRows) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	r := m.record()
	for at := range n {
		for i := range dst {
			dst[i][at] = 0
		}
		m.load(r, in, at)
		clear(r.derived)
		sum := m.start
		for _, g := range m.groups {
			for _, k := range g {
				x := m.parts[k].value(r)
				sum += x
				for _, i := range m.parts[k].reads {
					dst[i][at] += x / float64(len(m.parts[k].reads))
				}
			}
		}
		if o := m.finish.output(sum + m.base); m.isCard && len(dst) > len(m.inputs) {
			dst[len(m.inputs)][at] = o.Score - (sum + m.base)
		}
		for i := range m.inputs {
			if r.in[i].is == invalid {
				dst[i][at] = math.NaN()
			}
		}
	}
	return m.start + m.base
}

// textCache holds what the codes of a dictionary stand for.
type textCache struct {
	dict *features.Dict
	data []datum // of code c at c+1; null comes first
}

func (c *textCache) of(f *field, v *features.Vector, at int) datum {
	if v.Kind != features.Text {
		panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
	}
	if c.dict != v.Dict || len(c.data) == 0 {
		c.dict = v.Dict
		c.data = append(c.data[:0], f.take(Value{Null: true}))
	}
	for code := len(c.data) - 1; code < v.Dict.Len(); code++ {
		c.data = append(c.data, f.take(Value{Text: v.Dict.Value(int32(code))}))
	}
	return c.data[v.Codes[at]-features.Null]
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
	r := m.pool.Get().(*record)
	clear(r.derived)
	r.in[input] = m.fields[input].take(v)
	x := math.NaN()
	if r.in[input].is != invalid {
		x = m.group(m.groups[input], r)
	}
	m.pool.Put(r)
	return x
}

// Total is the Score of a row with these terms.
func (m *pmmlSum) Total(terms []float64) float64 { return m.finish.output(m.margin(terms)).Score }

func (m *pmmlSum) margin(terms []float64) float64 {
	sum := m.start
	for _, t := range terms {
		sum += t
	}
	return sum + m.base
}

// Extremes are not known: an expression can give anything.
func (m *pmmlSum) Extremes(int) (least, most float64) { return math.Inf(-1), math.Inf(1) }

// Neutral returns no terms: PMML does not tell them.
func (m *pmmlSum) Neutral() []float64 { return slices.Repeat([]float64{math.NaN()}, len(m.inputs)) }

// Edges returns nil.
func (m *pmmlSum) Edges(int) []float64 { return nil }
