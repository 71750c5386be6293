package model

import (
	"fmt"
	"math"
	"slices"

	"evenhand/features"
	"evenhand/features/model/pmml"
)

// linear is the engine of logistic models: the margin is the sum of one term
// per input plus the intercept. A term is coef · (x − mean) / scale, with the
// standardised value held to a range if the model says so, or what the level
// of a categorical input weighs.
type linear struct {
	format, name string
	inputs       []Input
	terms        []term
	intercept    float64
	scaling      *scaling     // nil: the score is the margin
	round        rule         // of the score
	outcome      string       // what the margin is, where it is no log-odds
	finishing    *pmml.Finish // of a PMML model: makes probability and score; else nil
	others       []Alternative
}

// term is one input of a linear model.
type term struct {
	// Numeric. Without a range, lo and hi are the largest doubles.
	mean, scale, coef, lo, hi float64
	missing                   float64 // contribution of a null; NaN: no rule
	centred                   bool    // mean is said to be that of the training data

	// Categorical.
	bins
	weights []float64 // by slot; NaN: no rule
}

func (l *linear) Format() string  { return l.format }
func (l *linear) Name() string    { return l.name }
func (l *linear) Inputs() []Input { return l.inputs }

// add appends an input, refusing a name used before.
func (l *linear) add(name string, t term) error {
	if name == "" {
		return fmt.Errorf("input %d has no name; name the feature it reads", len(l.inputs)+1)
	}
	if slices.ContainsFunc(l.inputs, func(i Input) bool { return i.Name == name }) {
		return fmt.Errorf("input %q is there twice; keep one", name)
	}
	l.inputs = append(l.inputs, Input{name, t.kind})
	l.terms = append(l.terms, t)
	return nil
}

// numericTerm checks the numbers of a numeric input.
func numericTerm(name string, mean, scale, coef float64) (term, error) {
	t := term{mean: mean, scale: scale, coef: coef, lo: -math.MaxFloat64, hi: math.MaxFloat64, missing: math.NaN()}
	switch {
	case !usable(mean):
		return t, fmt.Errorf("input %q: mean is not a usable number; give the mean of the training data", name)
	case !usable(scale) || !(scale > 0):
		return t, fmt.Errorf("input %q: scale must be a positive number; give the standard deviation, or 1", name)
	case !usable(coef):
		return t, fmt.Errorf("input %q: coef is not a usable number; give the coefficient", name)
	}
	return t, nil
}

// categoricalTerm returns the term of levels with their weights. other and
// missing are NaN where the model has no rule.
func categoricalTerm(levels []string, weights []float64, other, missing float64) term {
	t := term{weights: append(slices.Clone(weights), other, missing)}
	t.kind = Categorical
	t.levels = map[string]int32{}
	for i, l := range levels {
		t.levels[l] = int32(i)
	}
	t.bins.other, t.bins.missing = int32(len(levels)), int32(len(levels)+1)
	return t
}

// at returns the contribution of a number.
func (t *term) at(x float64) float64 {
	z := (x - t.mean) / t.scale
	if z >= t.lo && z <= t.hi {
		return float64(t.coef * z)
	}
	return t.beyond(x, z)
}

// beyond returns the contribution of a number whose standardised value z is
// out of range, of a null and of an infinity.
func (t *term) beyond(x, z float64) float64 {
	switch {
	case x != x:
		return t.missing
	case x-x != 0:
		return math.NaN()
	default:
		return float64(t.coef * max(t.lo, min(z, t.hi)))
	}
}

func (l *linear) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
	s := dst.scratchFor(l, n)
	margin := dst.Margin[:n]
	clear(margin)
	for i := range l.terms {
		t := &l.terms[i]
		if t.kind == Categorical {
			t.fill(s.slot, in[i], &s.codes[i])
			addTo(margin, t.weights, s.slot)
			continue
		}
		t.addTo(margin, in[i])
	}
	if l.finishing != nil {
		for r, sum := range margin {
			o := l.finishing.Output(sum + l.intercept)
			margin[r], dst.Score[r] = o.Margin, o.Score
			if !dst.NoProbability {
				dst.Probability[r] = o.Probability
			}
		}
		return
	}
	l.finishAll(margin, dst.Score[:n])
	if !dst.NoProbability {
		for r, m := range margin {
			dst.Probability[r] = probability(m)
		}
	}
}

// addTo adds the contributions of a numeric column to acc: at, with the
// fields held in registers.
func (t *term) addTo(acc []float64, v *features.Vector) {
	if v.Kind != features.Float {
		panic(fmt.Sprintf("model: a numeric input has a column of kind %s", v.Kind))
	}
	col := v.Floats[:len(acc)]
	mean, scale, coef, lo, hi := t.mean, t.scale, t.coef, t.lo, t.hi
	for r, x := range col {
		z := (x - mean) / scale
		if z >= lo && z <= hi {
			acc[r] += float64(coef * z)
			continue
		}
		acc[r] += t.beyond(x, z)
	}
}

// finish turns the sum of a row's terms into its margin and score.
func (l *linear) finish(sum float64) (margin, score float64) {
	margin = sum + l.intercept
	if margin-margin != 0 {
		// A value so large that the sum overflowed, or a cell without a rule.
		return math.NaN(), math.NaN()
	}
	if l.scaling == nil {
		return margin, l.round.apply(margin)
	}
	return margin, l.round.apply(l.scaling.score(margin))
}

// finishAll is finish for a batch, step by step: margin holds the sums.
func (l *linear) finishAll(margin, score []float64) {
	intercept := l.intercept
	for r, sum := range margin {
		m := sum + intercept
		if m-m != 0 {
			m = math.NaN()
		}
		margin[r] = m
	}
	if l.scaling == nil {
		copy(score, margin)
	} else {
		s := *l.scaling
		for r, m := range margin {
			score[r] = s.score(m)
		}
	}
	if l.round.mode != noRounding {
		for r, x := range score {
			score[r] = l.round.apply(x)
		}
	}
}

func (l *linear) ScoreRow(v []Value) Output {
	var sum float64
	for i := range l.terms {
		sum += l.terms[i].of(v[i])
	}
	if l.finishing != nil {
		return Output(l.finishing.Output(sum + l.intercept))
	}
	var o Output
	o.Margin, o.Score = l.finish(sum)
	o.Probability = probability(o.Margin)
	return o
}

// of returns the contribution of one value.
func (t *term) of(v Value) float64 {
	switch {
	case t.kind == Categorical:
		return t.weights[t.slotOf(v)]
	case v.Null:
		return t.missing
	default:
		return t.at(v.Num)
	}
}

func (l *linear) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	s := newScratch(len(l.terms), n)
	for i := range l.terms {
		t, out := &l.terms[i], dst[i][:n]
		clear(out)
		if t.kind == Categorical {
			t.fill(s.slot, in[i], &s.codes[i])
			addTo(out, t.weights, s.slot)
			continue
		}
		t.addTo(out, in[i])
	}
	if len(dst) > len(l.terms) {
		clear(dst[len(l.terms)][:n])
	}
	return l.intercept
}

// Terms fills dst with the contributions of one row to the margin.
func (l *linear) Terms(v []Value, dst []float64) {
	for i := range l.terms {
		dst[i] = l.terms[i].of(v[i])
	}
}

// Term is the contribution of one value of an input to the margin.
func (l *linear) Term(input int, v Value) float64 { return l.terms[input].of(v) }

// Total is the score of a row of these terms.
func (l *linear) Total(terms []float64) float64 {
	var sum float64
	for _, t := range terms {
		sum += t
	}
	if l.finishing != nil {
		return l.finishing.Output(sum + l.intercept).Score
	}
	_, score := l.finish(sum)
	return score
}

// Alternatives reads the model under the other roundings of its score, if the
// file declares one, and otherwise where the format knows another reading.
func (l *linear) Alternatives() []Alternative {
	out := slices.Clone(l.others)
	if l.round.mode == noRounding {
		return out
	}
	for m := noRounding; m <= towardZero; m++ {
		if m == l.round.mode {
			continue
		}
		a := *l
		a.round = rule{m, l.round.power}
		name := "score " + modeWords[m]
		if m == noRounding {
			name = modeWords[m]
		}
		out = append(out, Alternative{Name: name, Row: a.ScoreRow})
	}
	return out
}
