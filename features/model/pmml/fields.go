package pmml

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// scope is what the expressions and predicates of a PMML model can name.
type scope struct {
	p       *reader
	fields  map[string]*field
	derived map[string]*derived
	inputs  []*field // those read so far, in the order of their first use
	columns int      // cells of a row: derived fields
	target  int      // table of the category that the probability is of

	// Of the part that is being read: the inputs it reads, whether it reads
	// any through an expression, and what it compares its one input with.
	reads    []int
	indirect bool
	against  []datum
}

// derived is a derived field.
type derived struct {
	e      *element
	of     dataType
	column int
	value  expression // nil: not read so far
	reads  []int
	busy   bool
}

// dictionary reads the data dictionary.
func (s *scope) dictionary(e *element) {
	s.p.only(e, "numberOfFields")
	for k := range s.p.each(e, "DataField") {
		s.p.only(k, "name", "displayName", "optype", "dataType", "isCyclic")
		f := &field{name: s.p.need(k, "name"), index: -1, of: otherType, low: math.Inf(-1), high: math.Inf(1), outliers: "asIs"}
		f.instead = datum{is: missing}
		if s.fields[f.name] != nil {
			s.p.fail(k, "the field %q is there twice; keep one", f.name)
		}
		s.fields[f.name] = f
		if _, ok := dataTypes[k.get("dataType")]; !ok {
			f.typed = k // an error where something reads it
			continue
		}
		f.of = s.p.dataType(k)
		if optype := s.p.need(k, "optype"); optype == "continuous" && !f.of.numeric() {
			s.p.fail(k, "a continuous field cannot be of the type %s; correct it", k.get("dataType"))
		} else if !slices.Contains([]string{"continuous", "categorical", "ordinal"}, optype) {
			s.p.fail(k, "optype is %q; use continuous, categorical or ordinal", optype)
		}
		if k.get("isCyclic") == "1" {
			s.p.fail(k, "cyclic fields are not supported")
		}
		for _, v := range k.inside() {
			switch v.name {
			case "Interval":
				if !f.of.numeric() {
					s.p.fail(v, "an interval of a field that is no number; correct it")
				}
				f.within = append(f.within, s.p.span(v))
			case "Value":
				s.value(f, v)
			default:
				s.p.unsupported(v)
			}
		}
	}
}

// value reads a declared value of a field.
func (s *scope) value(f *field, v *element) {
	s.p.only(v, "value", "displayValue", "property")
	raw, property := s.p.need(v, "value"), s.p.choice(v, "property", "valid", "invalid", "missing")
	of := f.of
	if property != "valid" && of == integerType {
		of = doubleType // a fraction can stand for missing
	}
	if _, err := strconv.ParseFloat(raw, 64); err != nil && property != "valid" && of.numeric() {
		return // a text that numbers never are
	}
	d := s.p.constant(v, of, raw)
	switch property {
	case "valid":
		f.valid = append(f.valid, d)
	case "invalid":
		f.wrong = append(f.wrong, d)
	default:
		f.missing = append(f.missing, d)
	}
}

// dataType reads the type of a field or constant.
func (p *reader) dataType(e *element) dataType {
	name := p.need(e, "dataType")
	t, ok := dataTypes[name]
	if !ok {
		p.fail(e, "the data type %s is not supported; use string, integer, float, double or boolean", name)
	}
	return t
}

// typeOf reads the type of an element that may leave it out.
func (p *reader) typeOf(e *element, otherwise dataType) dataType {
	if !e.has("dataType") {
		return otherwise
	}
	return p.dataType(e)
}

// schema reads a mining schema and leaves only its active fields in scope. It
// returns the target's name, "" when there is none.
func (s *scope) schema(e *element) (target string) {
	all := s.fields
	s.fields = map[string]*field{}
	s.p.only(e)
	for k := range s.p.each(e, "MiningField") {
		s.p.only(k, "name", "usageType", "optype", "importance", "outliers", "lowValue", "highValue",
			"missingValueReplacement", "missingValueTreatment", "invalidValueTreatment", "invalidValueReplacement")
		f, usage := all[s.p.need(k, "name")], k.get("usageType")
		if f == nil && (usage == "predicted" || usage == "target") {
			f = &field{name: k.get("name")} // nobody reads it
		}
		if f == nil {
			s.p.fail(k, "the field %q is not in the data dictionary; add it", k.get("name"))
			continue
		}
		if s.fields[f.name] != nil {
			s.p.fail(k, "the field %q is there twice; keep one", f.name)
		}
		switch usage {
		case "", "active":
		case "predicted", "target":
			if target != "" {
				s.p.fail(k, "there are two targets; models with several are not supported")
			}
			target = f.name
			continue
		case "supplementary", "group", "order", "frequencyWeight", "analysisWeight":
			continue
		default:
			s.p.fail(k, "usageType is %q; use active or target", usage)
		}
		if f.typed == nil {
			s.treatments(f, k)
		}
		s.fields[f.name] = f
	}
	return target
}

// treatments reads what becomes of unusual values.
func (s *scope) treatments(f *field, k *element) {
	if o := k.get("optype"); o == "continuous" && !f.of.numeric() {
		s.p.fail(k, "a continuous field cannot be text; correct it")
	}
	f.outliers = s.p.choice(k, "outliers", "asIs", "asMissingValues", "asExtremeValues")
	if f.outliers != "asIs" {
		f.low, f.high = s.p.number(k, "lowValue", math.Inf(-1)), s.p.number(k, "highValue", math.Inf(1))
		if !f.of.numeric() || f.low > f.high {
			s.p.fail(k, "outliers need a numeric field and a lowValue below the highValue; correct them")
		}
	}
	f.invalids = s.p.choice(k, "invalidValueTreatment", "returnInvalid", "asIs", "asMissing", "asValue")
	if k.has("invalidValueReplacement") != (f.invalids == "asValue") {
		s.p.fail(k, "invalidValueReplacement goes with the treatment asValue; give both or none")
	} else if f.invalids == "asValue" {
		f.insteadOfInvalid = s.p.constant(k, f.of, k.get("invalidValueReplacement"))
	}
	f.missingInvalid = s.p.choice(k, "missingValueTreatment", "", "asIs", "asMean", "asMode", "asMedian", "asValue", "returnInvalid") == "returnInvalid"
	if k.has("missingValueReplacement") {
		f.instead = s.p.constant(k, f.of, k.get("missingValueReplacement"))
	}
}

// transformations puts the derived fields of a dictionary or of a model in
// scope. They are read when something names them.
func (s *scope) transformations(e *element) {
	if e == nil {
		return
	}
	s.p.only(e)
	for _, k := range e.inside() {
		if k.name == "DefineFunction" {
			continue // an error where something applies it
		}
		if k.name != "DerivedField" {
			s.p.unsupported(k)
			continue
		}
		s.p.only(k, "name", "displayName", "optype", "dataType")
		name := s.p.need(k, "name")
		if s.derived[name] != nil || s.fields[name] != nil {
			s.p.fail(k, "the field %q is there twice; keep one", name)
		}
		s.derived[name] = &derived{e: k, of: s.p.dataType(k), column: s.columns}
		s.columns++
	}
}

// part starts a part of a model: a characteristic or a predictor.
func (s *scope) part() { s.reads, s.indirect, s.against = nil, false, nil }

func (s *scope) read(inputs ...int) {
	for _, i := range inputs {
		if !slices.Contains(s.reads, i) {
			s.reads = append(s.reads, i)
		}
	}
}

// lookup returns the value of a field as an expression, with its type. Fields
// of the data are told by direct, nil for derived ones.
func (s *scope) lookup(e *element, name string) (value expression, of dataType, direct *field) {
	if f := s.fields[name]; f != nil {
		if f.typed != nil {
			s.p.dataType(f.typed) // says what is wrong
		}
		if f.index < 0 {
			f.index = len(s.inputs)
			s.inputs = append(s.inputs, f)
		}
		i := f.index
		s.read(i)
		return func(r *Record) datum { return r.in[i] }, f.of, f
	}
	d := s.derived[name]
	if d == nil || d.busy {
		why := "it is no active field of the mining schema and no derived field before it; correct the name"
		if d != nil {
			why = "it is derived from itself; correct the name"
		}
		s.p.fail(e, "the field %q: %s", name, why)
		return nothing, doubleType, nil
	}
	s.indirect = true
	if d.value == nil {
		reads := s.reads
		s.reads, d.busy = nil, true
		d.value = s.deriving(d)
		d.reads, d.busy = s.reads, false
		s.reads = reads
	}
	s.read(d.reads...)
	column, compute := d.column, d.value
	return func(r *Record) datum {
		if r.derived[column].is == unset {
			r.derived[column] = compute(r)
		}
		return r.derived[column]
	}, d.of, nil
}

// deriving reads the expression of a derived field.
func (s *scope) deriving(d *derived) expression {
	value, of := s.child(d.e, d.of)
	switch {
	case d.of == of || d.of == doubleType && of == integerType:
		return value
	case d.of == integerType && of == doubleType:
		return func(r *Record) datum { // a number that is not whole cannot be one
			v := value(r)
			if v.is == number && v.x != math.Trunc(v.x) {
				v = datum{is: invalid}
			}
			return v
		}
	}
	s.p.fail(d.e, "its type is %s, its expression's is %s; correct one", d.e.get("dataType"), of)
	return value
}

func (t dataType) String() string {
	for name, x := range dataTypes {
		if x == t {
			return name
		}
	}
	return fmt.Sprint(uint8(t))
}
