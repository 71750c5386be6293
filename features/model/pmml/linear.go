package pmml

import (
	"math"
	"slices"
)

// standardised returns the field that a derived field standardises, as
// exporters write it: (x − mean) / scale; nil where it does something else.
func (s *scope) standardised(name string) (f *field, mean, scale float64) {
	d := s.derived[name]
	if d == nil || d.of != doubleType || s.p.err != nil {
		return nil, 0, 0
	}
	divide, scale := operation(d.e, "/")
	if divide == nil || scale == 0 {
		return nil, 0, 0
	}
	minus, mean := operation(divide, "-")
	if minus == nil || minus.name != "FieldRef" || minus.has("mapMissingTo") {
		return nil, 0, 0
	}
	f = s.fields[minus.get("field")]
	if f == nil || f.of != doubleType {
		return nil, 0, 0
	}
	return f, mean, scale
}

// operation returns the first argument of the only function in e and the
// constant that is its second, nil where e holds anything else.
func operation(e *element, function string) (of *element, constant float64) {
	apply := e
	if e.name != "Apply" {
		if len(e.inside()) != 1 {
			return nil, 0
		}
		apply = e.inside()[0]
	}
	args := apply.inside()
	if apply.name != "Apply" || len(apply.attrs) != 1 || apply.get("function") != function || len(args) != 2 || args[1].name != "Constant" || args[1].has("missing") {
		return nil, 0
	}
	var p reader
	x := p.parse(args[1], "", args[1].text)
	if p.err != nil {
		return nil, 0
	}
	return args[0], x
}

// Term is what an input adds to a regression: of a number Coef · (x − Mean) /
// Scale, of a text the weight of its level.
type Term struct {
	Mean, Scale, Coef float64
	Missing           float64 // what a missing number adds; NaN: not recomputable

	Levels  []string
	Weights []float64
	Other   float64 // weight of other levels; NaN: not recomputable
}

// plain turns predictors into one term per input; nil where they do more than
// one coefficient of a number, or coefficients of levels, for each input.
func (s *scope) plain(parts []predictor) []Term {
	var out []Term
	for i, f := range s.inputs {
		var mine []*predictor
		for j := range parts {
			if p := &parts[j]; slices.Contains(p.reads, i) {
				mine = append(mine, p)
			}
		}
		t, ok := f.term(mine)
		if !ok {
			return nil
		}
		out = append(out, t)
	}
	return out
}

// term is what a field's predictors add.
func (f *field) term(parts []*predictor) (Term, bool) {
	if len(parts) == 0 || f.missingInvalid || slices.ContainsFunc(parts, func(p *predictor) bool { return p.direct != f }) {
		return Term{}, false
	}
	if f.of == textType {
		return f.levelsTerm(parts)
	}
	p := parts[0]
	if len(parts) > 1 || p.level != nil || p.exponent != 1 || !f.plain() {
		return Term{}, false
	}
	t := Term{Mean: p.mean, Scale: p.scale, Coef: p.coef, Missing: math.NaN()}
	if f.instead.is == number {
		t.Missing = float64(p.coef * ((f.instead.x - p.mean) / p.scale))
	}
	return t, true
}

// levelsTerm is the term of a text field. Levels that the file counts as invalid
// have no rule, save where it says otherwise.
func (f *field) levelsTerm(parts []*predictor) (Term, bool) {
	if f.wrong != nil || f.missing != nil || f.instead.is != missing || f.invalids == "asValue" {
		return Term{}, false
	}
	var levels []string
	var weights []float64
	for _, p := range parts {
		if p.level == nil || slices.Contains(levels, p.level.s) || !f.isValid(*p.level) {
			return Term{}, false
		}
		levels, weights = append(levels, p.level.s), append(weights, p.coef)
	}
	other := 0.0
	if f.valid != nil && f.invalids == "returnInvalid" {
		other = math.NaN()
		for _, d := range f.valid {
			if !slices.Contains(levels, d.s) {
				levels, weights = append(levels, d.s), append(weights, 0)
			}
		}
	}
	return Term{Levels: levels, Weights: weights, Other: other}, true
}
