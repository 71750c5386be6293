package pmml

import (
	"math"
	"strconv"
	"strings"
)

// verdict is what a predicate says of a row. A comparison with a missing value
// is unknown.
type verdict uint8

const (
	isFalse verdict = iota
	isTrue
	isUnknown
	isInvalid // the row is not recomputable
)

// predicate says whether an attribute is a row's.
type predicate func(r *Record) verdict

func verdictOf(b bool) verdict {
	if b {
		return isTrue
	}
	return isFalse
}

// verdictOn is that of a truth value.
func verdictOn(d datum) verdict {
	switch d.is {
	case missing:
		return isUnknown
	case invalid:
		return isInvalid
	}
	return verdictOf(d.x == 1)
}

var isPredicate = map[string]bool{"True": true, "False": true, "SimplePredicate": true, "SimpleSetPredicate": true, "CompoundPredicate": true}

func never(*Record) verdict { return isInvalid }

// predicate reads a predicate.
func (s *scope) predicate(e *element) predicate {
	switch e.name {
	case "True", "False":
		s.p.only(e)
		always := verdictOf(e.name == "True")
		return func(*Record) verdict { return always }
	case "SimplePredicate":
		return s.simple(e)
	case "SimpleSetPredicate":
		return s.inSet(e)
	case "CompoundPredicate":
		return s.compound(e)
	}
	s.p.unsupported(e)
	return never
}

// simple reads a comparison of a field with a constant.
func (s *scope) simple(e *element) predicate {
	s.p.only(e, "field", "operator", "value")
	value, of, direct := s.lookup(e, s.p.need(e, "field"))
	operator := s.p.need(e, "operator")
	switch operator {
	case "isMissing", "isNotMissing":
		want := verdictOf(operator == "isMissing")
		return func(r *Record) verdict {
			switch value(r).is {
			case invalid:
				return isInvalid
			case missing:
				return want
			}
			return isTrue - want
		}
	}
	c := s.p.constant(e, of, s.p.need(e, "value"))
	if direct != nil {
		s.against = append(s.against, c)
	}
	if operator == "equal" || operator == "notEqual" {
		want := operator == "equal"
		return compared(value, func(d datum) bool { return d.equal(c) == want })
	}
	holds := comparisons[operator]
	if holds == nil {
		s.p.fail(e, "the operator %q is not known; correct it", operator)
	} else if !of.numeric() {
		s.p.fail(e, "the operator %s of a field that is no number is not supported; list its values in a SimpleSetPredicate", operator)
	}
	if s.p.err != nil {
		return never
	}
	return compared(value, func(d datum) bool { return holds(d.x, c.x) })
}

// compared is what holds says of a value, if there is one.
func compared(value expression, holds func(d datum) bool) predicate {
	return func(r *Record) verdict {
		d := value(r)
		if d.absent() {
			return verdictOn(d)
		}
		return verdictOf(holds(d))
	}
}

// inSet reads a comparison of a field with several constants.
func (s *scope) inSet(e *element) predicate {
	s.p.only(e, "field", "booleanOperator")
	value, of, direct := s.lookup(e, s.p.need(e, "field"))
	s.p.need(e, "booleanOperator")
	want := s.p.choice(e, "booleanOperator", "isIn", "isNotIn") == "isIn"
	list := e.child("Array")
	if len(e.inside()) != 1 || list == nil {
		s.p.fail(e, "it needs one Array; give it")
		return never
	}
	var set []datum
	for _, word := range s.p.array(list) {
		set = append(set, s.p.constant(list, of, word))
	}
	if direct != nil {
		s.against = append(s.against, set...)
	}
	return compared(value, func(d datum) bool { return has(set, d) == want })
}

// compound reads a combination of predicates.
func (s *scope) compound(e *element) predicate {
	s.p.only(e, "booleanOperator")
	operator := s.p.need(e, "booleanOperator")
	var all []predicate
	for _, k := range e.inside() {
		all = append(all, s.predicate(k))
	}
	if len(all) == 0 {
		s.p.fail(e, "it has no predicates; give some")
	}
	switch operator {
	case "and", "or":
		return func(r *Record) verdict {
			return kleene(len(all), operator == "and", func(i int) verdict { return all[i](r) })
		}
	case "xor":
		return func(r *Record) verdict {
			out := isFalse
			for _, p := range all {
				switch p(r) {
				case isInvalid:
					return isInvalid
				case isUnknown:
					return isUnknown
				case isTrue:
					out = isTrue - out
				}
			}
			return out
		}
	case "surrogate":
		return func(r *Record) verdict {
			for _, p := range all {
				if v := p(r); v != isUnknown {
					return v
				}
			}
			return isUnknown
		}
	}
	s.p.fail(e, "booleanOperator is %q; use and, or, xor or surrogate", operator)
	return never
}

// kleene joins n verdicts by and, or else by or: what decides comes first, then
// what is unknown.
func kleene(n int, and bool, at func(i int) verdict) verdict {
	decides, out := isTrue, isFalse
	if and {
		decides, out = isFalse, isTrue
	}
	for i := range n {
		switch v := at(i); v {
		case decides, isInvalid:
			return v
		case isUnknown:
			out = isUnknown
		}
	}
	return out
}

// logic is and, or and not of truth values, all of which must be there.
func logic(name string, args []expression) expression {
	if name == "not" {
		a := args[0]
		return func(r *Record) datum {
			d := a(r)
			if d.is != boolean {
				return datum{is: invalid}
			}
			return truth(d.x == 0)
		}
	}
	and := name == "and"
	return func(r *Record) datum {
		out := and
		for _, a := range args {
			d := a(r)
			if d.is != boolean {
				return datum{is: invalid}
			}
			if (d.x == 1) != and {
				out = !and
			}
		}
		return truth(out)
	}
}

// compare is a comparison of values. PMML does not say what one with a missing
// value is: the row is not recomputable then.
func (s *scope) compare(e *element, name string, args []expression, types []dataType) expression {
	for _, t := range types {
		if t != types[0] && !(t.numeric() && types[0].numeric()) {
			s.p.fail(e, "it compares values of different types; correct one")
		}
	}
	set := name == "isIn" || name == "isNotIn"
	equals := set || name == "equal" || name == "notEqual"
	if !equals && !types[0].numeric() {
		s.p.fail(e, "%s of what is no number is not supported; use isIn", name)
	}
	want := name == "equal" || name == "isIn"
	holds := comparisons[name]
	return func(r *Record) datum {
		a, found := args[0](r), false
		if a.absent() {
			return datum{is: invalid}
		}
		for _, arg := range args[1:] {
			b := arg(r)
			if b.absent() {
				return datum{is: invalid}
			}
			found = found || equals && a.equal(b) || !equals && holds(a.x, b.x)
		}
		return truth(!equals && found || equals && found == want)
	}
}

// looks returns the type of a constant that has none: what its text looks like.
func looks(s string) dataType {
	s = strings.TrimSpace(s)
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil:
		return textType
	case x == math.Trunc(x) && !strings.ContainsAny(s, ".eE"):
		return integerType
	}
	return doubleType
}
