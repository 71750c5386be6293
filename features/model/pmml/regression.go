package pmml

import (
	"math"
	"slices"
)

// links are the normalization methods: the probability of a margin, and what
// the margin is where it is no log-odds.
var links = map[string]Finish{
	"logit":    {probability: logistic},
	"softmax":  {probability: logistic},
	"probit":   {probability: func(y float64) float64 { return 0.5 * math.Erfc(-y/math.Sqrt2) }, Words: "a probit"},
	"cloglog":  {probability: func(y float64) float64 { return 1 - math.Exp(-math.Exp(y)) }, Words: "a complementary log-log"},
	"loglog":   {probability: func(y float64) float64 { return math.Exp(-math.Exp(-y)) }, Words: "a log-log"},
	"cauchit":  {probability: func(y float64) float64 { return 0.5 + math.Atan(y)/math.Pi }, Words: "a cauchit"},
	"none":     {Words: "a predicted value"},
	"exp":      {Words: "the logarithm of a predicted value"},
	"identity": {Words: "a predicted value"},
}

// logistic is the inverse of the log-odds.
func logistic(margin float64) float64 { return 1 / (1 + math.Exp(-margin)) }

// predictor is one summand of a regression: coefficient times a number to a
// power, the coefficient where a field has a level, or the coefficient times a
// product of numbers.
type predictor struct {
	coef     float64
	exponent float64
	level    *datum
	fields   []expression
	reads    []int

	// The one field of the data that it reads as it is, or, of a number, as
	// (x − mean) / scale.
	direct      *field
	mean, scale float64
}

// value is what a predictor adds to a record's sum, NaN where the sum is
// missing: a number is. A level that is missing adds nothing, as PMML says.
func (p *predictor) value(r *Record) float64 {
	if p.level != nil {
		switch d := p.fields[0](r); {
		case d.is == invalid:
			return math.NaN()
		case d.is != missing && d.equal(*p.level):
			return p.coef
		}
		return 0
	}
	x := p.coef
	for _, f := range p.fields {
		d := f(r)
		switch {
		case d.is != number && d.is != boolean:
			return math.NaN()
		case p.exponent != 1:
			x *= math.Pow(d.x, p.exponent)
		default:
			x *= d.x
		}
	}
	return x
}

// regression reads a RegressionModel.
func (s *scope) regression(e *element) *Model {
	s.p.only(e, "modelName", "functionName", "algorithmName", "modelType", "targetFieldName", "normalizationMethod", "isScorable")
	s.p.need(e, "functionName")
	function := s.p.choice(e, "functionName", "regression", "classification")
	method := s.p.choice(e, "normalizationMethod", "none", "softmax", "logit", "probit", "cloglog", "loglog", "cauchit", "exp", "simplemax")
	var tables []*element
	for _, k := range e.kids {
		if k.name == "RegressionTable" {
			tables = append(tables, k)
		}
	}
	fin := links[method]
	var parts []predictor
	var intercept float64
	switch {
	case function == "regression" && len(tables) == 1:
		intercept, parts = s.table(tables[0], 1, nil)
		fin.score = func(margin, _ float64) float64 { return margin }
		switch p := fin.probability; {
		case method == "exp":
			fin.score = func(margin, _ float64) float64 { return math.Exp(margin) }
		case method == "simplemax":
			s.p.fail(e, "simplemax of a regression; correct the normalizationMethod")
		case p != nil:
			fin.score, fin.Likely = func(_, probability float64) float64 { return probability }, true
		}
	case function == "classification" && len(tables) == 2:
		intercept, parts = s.binary(e, tables, method, &fin)
		fin.score, fin.Likely = func(_, probability float64) float64 { return probability }, true
	default:
		s.p.fail(e, "it has %d tables; supported are one table of a regression and two of a classification", len(tables))
	}
	f := s.finishing(e, fin)
	if s.p.err != nil {
		return nil
	}
	if f != nil {
		fin = *f
	}
	m := &Model{Name: e.get("modelName"), Base: intercept, Finish: &fin, Terms: s.plain(parts)}
	for i := range parts {
		p := &parts[i]
		m.parts = append(m.parts, part{p.reads, p.value})
	}
	return m.ready(s)
}

// binary reads the two tables of a classification: the margin is that of the
// target, the category of the first table, or of the only one with predictors.
func (s *scope) binary(e *element, tables []*element, method string, fin *Finish) (intercept float64, parts []predictor) {
	for _, t := range tables {
		s.p.need(t, "targetCategory")
	}
	if tables[0].get("targetCategory") == tables[1].get("targetCategory") {
		s.p.fail(tables[1], "the same target category twice; correct one")
	}
	constant := func(i int) bool { return len(tables[i].inside()) == 0 }
	if method == "softmax" && constant(0) {
		s.target = 1
	}
	intercept, parts = s.table(tables[s.target], 1, nil)
	other := tables[1-s.target]
	switch method {
	case "softmax":
		c, both := s.table(other, -1, parts)
		return intercept + c, both
	case "none":
		fin.probability = func(y float64) float64 { return max(0, min(y, 1)) }
	case "simplemax":
		c, _ := s.table(other, 1, nil)
		if !constant(1 - s.target) {
			s.p.fail(e, "simplemax of two tables with predictors is not supported")
		}
		*fin = Finish{probability: func(y float64) float64 { return y / (y + c) }, Words: "a predicted value"}
	case "exp":
		s.p.fail(e, "the normalizationMethod exp of a classification; correct it")
	default: // the other category has the rest, whatever its table says
		if !constant(1 - s.target) {
			s.p.fail(other, "%s with predictors for both categories is not supported; the second category has what the first leaves", method)
		}
	}
	return intercept, parts
}

// table reads a RegressionTable, with its sign.
func (s *scope) table(e *element, sign float64, parts []predictor) (float64, []predictor) {
	s.p.only(e, "intercept", "targetCategory")
	s.p.need(e, "intercept")
	for _, k := range e.inside() {
		s.part()
		p := predictor{exponent: 1}
		switch k.name {
		case "NumericPredictor":
			s.p.only(k, "name", "exponent", "coefficient")
			p.exponent = s.p.number(k, "exponent", 1)
			value, of, direct := s.lookup(k, s.p.need(k, "name"))
			if of == textType {
				s.p.fail(k, "the field is no number; correct it")
			}
			p.fields, p.direct, p.scale = []expression{value}, direct, 1
			if direct == nil {
				p.direct, p.mean, p.scale = s.standardised(k.get("name"))
			}
		case "CategoricalPredictor":
			s.p.only(k, "name", "value", "coefficient")
			value, of, direct := s.lookup(k, s.p.need(k, "name"))
			level := s.p.constant(k, of, s.p.need(k, "value"))
			p.fields, p.direct, p.level = []expression{value}, direct, &level
		case "PredictorTerm":
			s.p.only(k, "name", "coefficient")
			for ref := range s.p.each(k, "FieldRef") {
				s.p.only(ref, "field")
				value, of, _ := s.lookup(ref, s.p.need(ref, "field"))
				if of == textType {
					s.p.fail(ref, "the field is no number; correct it")
				}
				p.fields = append(p.fields, value)
			}
			if len(p.fields) == 0 {
				s.p.fail(k, "it has no FieldRef; correct it")
			}
		default:
			s.p.unsupported(k)
		}
		s.p.need(k, "coefficient")
		p.coef, p.reads = sign*s.p.number(k, "coefficient", 0), s.reads
		slices.Sort(p.reads)
		parts = append(parts, p)
	}
	return sign * s.p.number(e, "intercept", 0), parts
}
