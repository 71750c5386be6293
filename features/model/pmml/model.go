package pmml

import (
	"fmt"
	"math"

	"evenhand/features"
)

// Model is the model of a document. It never changes, and is shared by all
// workers; what a worker needs besides is in its Records.
//
// The margin of a row is Start, the parts of each input in the order of Inputs,
// and Base; or, where a part reads several inputs, the parts in the order of
// the file.
type Model struct {
	Name        string  // as the file gives it, else ""
	Inputs      []Input // in the order of their first use
	Start, Base float64 // points that the sum starts from; intercept
	Finish      *Finish // what the margin means
	Scorecard   bool    // parts are characteristics, not predictors
	Additive    bool    // a sum of one term per input: every part reads at most one

	// Tables are the characteristics of a scorecard, one per input, where all of
	// them compare their input with constants and nothing changes the sum; else
	// nil.
	Tables []Table
	// Terms are what the inputs of a regression add, where it is a plain sum of
	// coefficients; else nil.
	Terms []Term

	fields  []*field // of the inputs
	parts   []part
	groups  [][]int // parts by input, or each part by itself
	columns int     // derived fields
	ordered bool    // the order of the sum shows in its last bit
	reasons reasons
}

// Input is one field that a model reads.
type Input struct {
	Name string
	Text bool // a categorical input, else a numeric one
}

// Value is one cell of a row: Num of a numeric input, Text of a categorical
// one. Null, or a NaN in Num, is a null.
type Value struct {
	Num  float64
	Text string
	Null bool
}

// Output is what a model says of one row: NaN where there is nothing to say.
type Output struct {
	Margin, Probability, Score float64
}

// part is a characteristic or a predictor: what it adds to the sum of a row.
type part struct {
	reads []int // inputs
	value func(r *Record) float64
}

// Finish says what the margin of a model means.
type Finish struct {
	Words  string // what the margin is, where it is no log-odds
	Likely bool   // the score is the probability

	probability func(margin float64) float64
	score       func(margin, probability float64) float64
}

// Output is what a margin stands for.
func (f *Finish) Output(margin float64) (o Output) {
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

// ready completes a model of these parts. A sum over several inputs has no
// terms.
func (m *Model) ready(s *scope) *Model {
	m.fields, m.columns = s.inputs, s.columns
	m.Additive = true
	m.groups = make([][]int, len(s.inputs))
	for _, f := range s.inputs {
		m.Inputs = append(m.Inputs, Input{f.name, f.categorical()})
	}
	start := m.Start
	for i, p := range m.parts {
		switch {
		case len(p.reads) == 0 && !m.ordered:
			start += p.value(&Record{derived: make([]datum, m.columns)})
		case len(p.reads) == 1 && !(m.ordered && len(m.groups[p.reads[0]]) > 0):
			m.groups[p.reads[0]] = append(m.groups[p.reads[0]], i)
		default:
			m.Additive = false
		}
	}
	if m.Additive {
		m.Start = start
		return m
	}
	m.groups = m.groups[:0]
	for i := range m.parts {
		m.groups = append(m.groups, []int{i})
	}
	return m
}

// Record returns memory for one row after another.
func (m *Model) Record() *Record {
	return &Record{in: make([]datum, len(m.Inputs)), derived: make([]datum, m.columns), texts: make([]textCache, len(m.Inputs))}
}

// Take puts a value into r, as its field takes it.
func (m *Model) Take(r *Record, input int, v Value) { r.in[input] = m.fields[input].take(v) }

// Load puts a row of the inputs' columns into r.
func (m *Model) Load(r *Record, in []*features.Vector, at int) {
	for i, f := range m.fields {
		if m.Inputs[i].Text {
			r.in[i] = r.texts[i].of(f, in[i], at)
			continue
		}
		if in[i].Kind != features.Float {
			panic(fmt.Sprintf("model: a numeric input has a column of kind %s", in[i].Kind))
		}
		r.in[i] = f.take(Value{Num: in[i].Floats[at]})
	}
}

// group is the sum of a group's parts.
func (m *Model) group(g []int, r *Record) float64 {
	var sum float64
	for _, i := range g {
		sum += m.parts[i].value(r)
	}
	return sum
}

// Margin is the margin of a record. A record with an invalid value has none,
// even where no part came to see it.
func (m *Model) Margin(r *Record) float64 {
	clear(r.derived)
	if r.invalid() {
		return math.NaN()
	}
	sum := m.Start
	for _, g := range m.groups {
		sum += m.group(g, r)
	}
	return sum + m.Base
}

// Term is what an input of a record adds to the margin of an Additive model,
// NaN where there is no rule. The other inputs are not read.
func (m *Model) Term(r *Record, input int) float64 {
	clear(r.derived)
	if r.in[input].is == invalid {
		return math.NaN()
	}
	return m.group(m.groups[input], r)
}

// Contributions gives every input of the first n rows the parts that read it
// alone, and returns the base. A part that reads several inputs is split evenly
// between them: the file does not say more, see Against. A row of dst more than
// there are inputs receives what a scorecard's score has beside its points.
func (m *Model) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	r := m.Record()
	for at := range n {
		for i := range dst {
			dst[i][at] = 0
		}
		m.Load(r, in, at)
		clear(r.derived)
		sum := m.Start
		for _, g := range m.groups {
			for _, k := range g {
				x := m.parts[k].value(r)
				sum += x
				for _, i := range m.parts[k].reads {
					dst[i][at] += x / float64(len(m.parts[k].reads))
				}
			}
		}
		if o := m.Finish.Output(sum + m.Base); m.Scorecard && len(dst) > len(m.Inputs) {
			dst[len(m.Inputs)][at] = o.Score - (sum + m.Base)
		}
		r.blame(dst, at)
	}
	return m.Start + m.Base
}
