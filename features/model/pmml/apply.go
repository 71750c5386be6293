package pmml

import "math"

// function is a built-in function of PMML on numbers.
type function struct {
	args   int  // -1: two or more
	whole  bool // whole numbers give a whole number
	holes  bool // a missing argument gives a missing value
	always bool // gives a whole number
	of     func(x, y float64) float64
}

var functions = map[string]function{
	"+":     {args: 2, holes: true, whole: true, of: func(x, y float64) float64 { return x + y }},
	"-":     {args: 2, holes: true, whole: true, of: func(x, y float64) float64 { return x - y }},
	"*":     {args: 2, holes: true, whole: true, of: func(x, y float64) float64 { return x * y }},
	"/":     {args: 2, holes: true, of: func(x, y float64) float64 { return x / y }},
	"pow":   {args: 2, of: func(x, y float64) float64 { return math.Pow(x, y) }},
	"exp":   {args: 1, of: func(x, y float64) float64 { return math.Exp(x) }},
	"ln":    {args: 1, of: func(x, y float64) float64 { return math.Log(x) }},
	"log10": {args: 1, of: func(x, y float64) float64 { return math.Log10(x) }},
	"sqrt":  {args: 1, of: func(x, y float64) float64 { return math.Sqrt(x) }},
	"abs":   {args: 1, whole: true, of: func(x, y float64) float64 { return math.Abs(x) }},
	"floor": {args: 1, whole: true, of: func(x, y float64) float64 { return math.Floor(x) }},
	"ceil":  {args: 1, whole: true, of: func(x, y float64) float64 { return math.Ceil(x) }},
	"round": {args: 1, whole: true, of: func(x, y float64) float64 { return roundUp(x) }},
	"expm1": {args: 1, of: func(x, y float64) float64 { return math.Expm1(x) }},
	"ln1p":  {args: 1, of: func(x, y float64) float64 { return math.Log1p(x) }},
	"threshold": {args: 2, always: true, of: func(x, y float64) float64 {
		if x > y {
			return 1
		}
		return 0
	}},
}

// comparisons of PMML: functions and operators.
var comparisons = map[string]func(a, b float64) bool{
	"lessThan":       func(a, b float64) bool { return a < b },
	"lessOrEqual":    func(a, b float64) bool { return a <= b },
	"greaterThan":    func(a, b float64) bool { return a > b },
	"greaterOrEqual": func(a, b float64) bool { return a >= b },
}

// apply reads a function of other expressions.
func (s *scope) apply(e *element) (expression, dataType) {
	s.p.only(e, "function", "mapMissingTo", "defaultValue", "invalidValueTreatment")
	name := s.p.need(e, "function")
	var args []expression
	var types []dataType
	for _, k := range e.inside() {
		value, of := s.argument(k)
		args, types = append(args, value), append(types, of)
	}
	value, of := s.call(e, name, args, types)
	if s.p.err != nil {
		return value, of
	}
	return s.guarded(e, name, args, value, of), of
}

// argument reads an argument. A constant without a type is what its text
// looks like.
func (s *scope) argument(k *element) (expression, dataType) {
	of := textType
	if k.name == "Constant" && !k.has("dataType") {
		of = looks(k.text)
	}
	return s.expression(k, of)
}

// guarded puts the attributes of a function around it: a missing argument
// gives mapMissingTo, an invalid result what invalidValueTreatment says, and a
// missing result defaultValue.
func (s *scope) guarded(e *element, name string, args []expression, value expression, of dataType) expression {
	asMissing := s.p.choice(e, "invalidValueTreatment", "returnInvalid", "asIs", "asMissing") == "asMissing"
	if asMissing {
		inner := value
		value = func(r *Record) datum {
			d := inner(r)
			if d.is != invalid {
				return d
			}
			for _, a := range args {
				if a(r).is == invalid {
					return d
				}
			}
			return datum{is: missing}
		}
	}
	if e.has("defaultValue") {
		value = orElse(value, s.p.constant(e, of, e.get("defaultValue")))
	}
	if !e.has("mapMissingTo") {
		return value
	}
	if name == "isMissing" || name == "isNotMissing" || name == "if" || name == "and" || name == "or" {
		s.p.fail(e, "mapMissingTo is not supported for %s; use isMissing", name)
	}
	inner, instead := value, s.p.constant(e, of, e.get("mapMissingTo"))
	return func(r *Record) datum {
		for _, a := range args {
			if a(r).is == missing {
				return instead
			}
		}
		return inner(r)
	}
}

// call returns a function of its arguments.
func (s *scope) call(e *element, name string, args []expression, types []dataType) (expression, dataType) {
	if f, ok := functions[name]; ok {
		return s.arithmetic(e, f, args, types)
	}
	need := map[string]int{"isMissing": 1, "isNotMissing": 1, "not": 1, "equal": 2, "notEqual": 2, "lessThan": 2, "lessOrEqual": 2,
		"greaterThan": 2, "greaterOrEqual": 2, "if": 3, "isIn": -1, "isNotIn": -1, "and": -1, "or": -1, "min": -1, "max": -1, "sum": -1, "avg": -1}
	n, ok := need[name]
	switch {
	case !ok:
		s.p.fail(e, "the function %s is not supported; compute it before the export, as a feature of its own", name)
	case name == "if" && len(args) == 2:
		args = append(args, func(*Record) datum { return datum{is: missing} })
		types = append(types, types[1])
	case n >= 0 && len(args) != n, n < 0 && len(args) < 2:
		s.p.fail(e, "the function %s has %d arguments; correct them", name, len(args))
	}
	if s.p.err != nil {
		return nothing, doubleType
	}
	switch name {
	case "isMissing", "isNotMissing":
		return func(r *Record) datum {
			d := args[0](r)
			if d.is == invalid {
				return d
			}
			return truth((d.is == missing) == (name == "isMissing"))
		}, booleanType
	case "not", "and", "or":
		for _, t := range types {
			if t != booleanType {
				s.p.fail(e, "%s of what is not true or false; compare it first", name)
			}
		}
		return logic(name, args), booleanType
	case "if":
		return s.conditional(e, args, types)
	case "min", "max", "sum", "avg":
		return s.aggregate(e, name, args, types)
	}
	return s.compare(e, name, args, types), booleanType
}

// numbers checks that arguments are numbers, and returns the type of all.
func (s *scope) numbers(e *element, types []dataType) dataType {
	of := integerType
	for _, t := range types {
		if t != doubleType && t != integerType {
			s.p.fail(e, "an argument is no integer or double; correct its type")
		}
		if t != integerType {
			of = doubleType
		}
	}
	return of
}

// arithmetic is a function of numbers. A missing argument makes + - * / missing;
// of the others nobody says what it does, so that the row is not recomputable.
func (s *scope) arithmetic(e *element, f function, args []expression, types []dataType) (expression, dataType) {
	of := s.numbers(e, types)
	if len(args) != f.args {
		s.p.fail(e, "the function %s has %d arguments, it takes %d", e.get("function"), len(args), f.args)
		return args0(args), doubleType
	}
	if name := e.get("function"); (name == "/" || name == "pow") && of == integerType {
		s.p.fail(e, "%s of whole numbers, which evaluators round differently; make one of them a double", name)
	}
	if !f.whole {
		of = doubleType
	}
	if f.always {
		of = integerType
	}
	compute, unknown := f.of, datum{is: invalid}
	if f.holes {
		unknown.is = missing
	}
	if f.args == 1 {
		a := args[0]
		return func(r *Record) datum {
			x := a(r)
			if x.is != number { // missing, or invalid
				return datum{is: invalid}
			}
			return num(compute(x.x, 0))
		}, of
	}
	a, b := args[0], args[1]
	return func(r *Record) datum {
		x, y := a(r), b(r)
		switch {
		case x.is == invalid || y.is == invalid:
			return datum{is: invalid}
		case x.is == missing || y.is == missing:
			return unknown
		}
		return num(compute(x.x, y.x))
	}, of
}

func args0(args []expression) expression {
	if len(args) > 0 {
		return args[0]
	}
	return nothing
}

// conditional is if: the second argument where the first is true, else the
// third.
func (s *scope) conditional(e *element, args []expression, types []dataType) (expression, dataType) {
	of := types[1]
	if of != types[2] && of.numeric() && types[2].numeric() {
		of = doubleType
	} else if of != types[2] {
		s.p.fail(e, "the values of if are of different types; give them one")
	}
	if types[0] != booleanType {
		s.p.fail(e, "the condition is not true or false; compare it first")
	}
	cond, yes, no := args[0], args[1], args[2]
	return func(r *Record) datum {
		c := cond(r)
		switch {
		case c.is != boolean:
			return datum{is: invalid}
		case c.x == 1:
			return yes(r)
		}
		return no(r)
	}, of
}

// aggregate is a function of the numbers that are there; missing where none is.
func (s *scope) aggregate(e *element, name string, args []expression, types []dataType) (expression, dataType) {
	of := s.numbers(e, types)
	if name == "avg" {
		of = doubleType
	}
	return func(r *Record) datum {
		n, out := 0.0, 0.0
		for _, a := range args {
			d := a(r)
			switch {
			case d.is == invalid:
				return d
			case d.is == missing:
				continue
			case n == 0:
				out = d.x
			case name == "min":
				out = min(out, d.x)
			case name == "max":
				out = max(out, d.x)
			default:
				out += d.x
			}
			n++
		}
		if n == 0 {
			return datum{is: missing}
		}
		if name == "avg" {
			out /= n
		}
		return num(out)
	}, of
}
