package pmml

import (
	"math"
	"slices"
	"sync"
)

// finishing reads the Targets and the Output of a model e, whose score f
// computes. It returns nil where they leave the score as it is.
func (s *scope) finishing(e *element, f Finish) *Finish {
	changed := false
	if t := e.child("Targets"); t != nil {
		if rescale := s.targets(t); rescale != nil {
			inner := f.score
			f.score = func(margin, probability float64) float64 { return rescale(inner(margin, probability)) }
			changed = true
		}
	}
	if o := e.child("Output"); o != nil && s.output(o, e, &f) {
		changed = true
	}
	if !changed || s.p.err != nil {
		return nil
	}
	f.Likely = false
	return &f
}

// targets reads how a predicted number is rescaled, nil where it is not.
func (s *scope) targets(e *element) func(x float64) float64 {
	s.p.only(e)
	list := e.inside()
	if len(list) != 1 || list[0].name != "Target" {
		s.p.fail(e, "it needs one Target; models with several are not supported")
		return nil
	}
	t := list[0]
	s.p.only(t, "field", "optype", "castInteger", "min", "max", "rescaleConstant", "rescaleFactor")
	for _, v := range t.inside() {
		s.p.only(v, "value", "displayValue")
		if v.name != "TargetValue" {
			s.p.unsupported(v)
		}
	}
	low, high := s.p.number(t, "min", math.Inf(-1)), s.p.number(t, "max", math.Inf(1))
	add, times := s.p.number(t, "rescaleConstant", 0), s.p.number(t, "rescaleFactor", 1)
	cast := map[string]func(float64) float64{"round": roundUp, "ceiling": math.Ceil, "floor": math.Floor}[s.p.choice(t, "castInteger", "", "round", "ceiling", "floor")]
	if math.IsInf(low, 0) && math.IsInf(high, 0) && add == 0 && times == 1 && cast == nil {
		return nil
	}
	return func(x float64) float64 {
		x = float64(max(low, min(x, high))*times) + add
		if cast != nil {
			x = cast(x)
		}
		return x
	}
}

// output reads the output fields of model e. A transformed value that is a
// final result is the score: output makes it f's and reports so.
func (s *scope) output(o, e *element, f *Finish) bool {
	s.p.only(o)
	out := &scope{p: s.p, fields: map[string]*field{}, derived: map[string]*derived{}}
	predicted := map[string]func(score, probability float64) float64{}
	var final []*element
	for k := range s.p.each(o, "OutputField") {
		s.p.only(k, "name", "displayName", "optype", "dataType", "targetField", "feature", "value", "ruleFeature", "algorithm",
			"rank", "rankBasis", "rankOrder", "isMultiValued", "segmentId", "isFinalResult")
		name := s.p.need(k, "name")
		switch k.get("feature") {
		case "", "predictedValue":
			if e.get("functionName") == "regression" {
				predicted[name] = func(score, _ float64) float64 { return score }
			}
		case "probability":
			if p := s.probabilityOf(k, e); p != nil {
				predicted[name] = p
			}
		case "transformedValue":
			of := s.p.typeOf(k, doubleType)
			out.derived[name] = &derived{e: k, of: of, column: out.columns}
			out.columns++
			if s.p.flag(k, "isFinalResult", true) {
				final = append(final, k)
			}
		}
		if predicted[name] != nil {
			out.fields[name] = &field{name: name, index: -1, low: math.Inf(-1), high: math.Inf(1)}
		}
	}
	if len(final) == 0 {
		return false
	}
	if len(final) > 1 {
		s.p.fail(final[1], "a second transformed value; say isFinalResult=\"false\" of those that are not the score")
		return false
	}
	value, of, _ := out.lookup(final[0], final[0].get("name"))
	if !of.numeric() {
		s.p.fail(final[0], "the transformed value is no number; leave it out, or compute the score from it elsewhere")
	}
	if s.p.err != nil {
		return false
	}
	var from []func(score, probability float64) float64
	for _, in := range out.inputs {
		from = append(from, predicted[in.name])
	}
	pool := &sync.Pool{New: func() any {
		return &Record{in: make([]datum, len(from)), derived: make([]datum, out.columns)}
	}}
	inner := f.score
	f.score = func(margin, probability float64) float64 {
		r := pool.Get().(*Record)
		clear(r.derived)
		score := inner(margin, probability)
		for i, of := range from {
			r.in[i] = num(of(score, probability))
		}
		d := value(r)
		pool.Put(r)
		if d.is != number {
			return math.NaN()
		}
		return d.x
	}
	return true
}

// probabilityOf returns what a probability field gives, nil where it is of no
// category of the model.
func (s *scope) probabilityOf(k, e *element) func(_, probability float64) float64 {
	var categories []string
	for _, t := range e.kids {
		if t.name == "RegressionTable" {
			categories = append(categories, t.get("targetCategory"))
		}
	}
	switch i := slices.Index(categories, k.get("value")); {
	case len(categories) != 2 || i < 0 || e.get("functionName") != "classification":
		return nil
	case i == s.target:
		return func(_, p float64) float64 { return p }
	default:
		return func(_, p float64) float64 { return 1 - p }
	}
}
