package pmml

import (
	"math"
	"slices"
	"strings"
)

// known says what a value of a PMML field is.
type known uint8

const (
	unset   known = iota // of a derived field: not computed yet
	missing              // PMML's missing value
	number
	text
	boolean // 0 or 1
	invalid // the row is not recomputable
)

// datum is a value of a PMML field.
type datum struct {
	is known
	x  float64
	s  string
}

func num(x float64) datum {
	if x-x != 0 {
		return datum{is: invalid}
	}
	return datum{is: number, x: x}
}

func truth(b bool) datum {
	if b {
		return datum{is: boolean, x: 1}
	}
	return datum{is: boolean}
}

// dataType is PMML's, as far as models here need it.
type dataType uint8

const (
	doubleType dataType = iota
	floatType           // numbers rounded to single precision
	integerType
	textType
	booleanType
	otherType // of fields that no model here can read
)

var dataTypes = map[string]dataType{"double": doubleType, "float": floatType, "integer": integerType, "string": textType, "boolean": booleanType}

func (t dataType) numeric() bool { return t <= integerType }

// constant reads a value as one of type t.
func (p *reader) constant(e *element, t dataType, s string) datum {
	switch t {
	case textType:
		return datum{is: text, s: s}
	case booleanType:
		switch strings.ToLower(s) {
		case "true", "1":
			return truth(true)
		case "false", "0":
			return truth(false)
		}
		p.fail(e, "%q is not true or false; correct it", s)
		return datum{is: missing}
	}
	x := p.parse(e, "the value", s)
	if t == floatType {
		x = float64(float32(x))
	}
	if t == integerType && x != math.Trunc(x) {
		p.fail(e, "%q is not a whole number, as its field is; correct it", s)
	}
	return num(x)
}

// optional reads an attribute that is a value of type t, missing when it is not
// there.
func (p *reader) optional(e *element, name string, t dataType) datum {
	if !e.has(name) {
		return datum{is: missing}
	}
	return p.constant(e, t, e.get(name))
}

// absent reports whether there is no value to compare: it is missing or invalid.
func (d datum) absent() bool { return d.is == missing || d.is == invalid }

func (a datum) equal(b datum) bool {
	if a.is == text {
		return a.s == b.s
	}
	return a.x == b.x
}

// span is an interval of PMML.
type span struct {
	lo, hi         float64
	openLo, openHi bool
}

func (s span) holds(x float64) bool {
	return (x > s.lo || x == s.lo && !s.openLo) && (x < s.hi || x == s.hi && !s.openHi)
}

func (p *reader) span(e *element) span {
	p.only(e, "closure", "leftMargin", "rightMargin")
	closure := p.need(e, "closure")
	s := span{lo: p.number(e, "leftMargin", math.Inf(-1)), hi: p.number(e, "rightMargin", math.Inf(1))}
	switch closure {
	case "openClosed":
		s.openLo = true
	case "openOpen":
		s.openLo, s.openHi = true, true
	case "closedOpen":
		s.openHi = true
	case "closedClosed":
	default:
		p.fail(e, "closure is %q; use openOpen, openClosed, closedOpen or closedClosed", closure)
	}
	if s.lo > s.hi {
		p.fail(e, "the left margin is above the right one; correct them")
	}
	return s
}

// field is a field of the data dictionary as the mining schema has it: what
// its raw values are taken for.
type field struct {
	name  string
	of    dataType
	index int      // in the model's inputs; -1: not used so far
	typed *element // of a field of a type that is not supported

	missing, wrong, valid []datum // declared values
	within                []span  // of valid numbers
	low, high             float64
	outliers              string
	invalids              string
	instead               datum // of a missing value
	insteadOfInvalid      datum
	missingInvalid        bool
}

// categorical reports whether the raw values are texts.
func (f *field) categorical() bool { return !f.of.numeric() }

// plain reports whether numbers stay as they are.
func (f *field) plain() bool {
	return f.of == doubleType && f.missing == nil && f.wrong == nil && f.valid == nil && f.within == nil && f.outliers == "asIs"
}

func has(list []datum, d datum) bool { return slices.ContainsFunc(list, d.equal) }

// take turns a raw value into the field's.
func (f *field) take(v Value) datum {
	d := datum{is: missing}
	switch {
	case v.Null:
	case f.of == textType:
		d = datum{is: text, s: v.Text}
	case f.of == booleanType:
		if d = truth(v.Text == "true"); v.Text != "true" && v.Text != "false" {
			return f.takeInvalid(datum{is: invalid})
		}
	case v.Num != v.Num:
	case v.Num-v.Num != 0:
		return datum{is: invalid}
	default:
		d = datum{is: number, x: v.Num}
		if f.of == floatType {
			d = num(float64(float32(v.Num)))
		}
	}
	switch {
	case d.is == missing || has(f.missing, d):
		return f.takeMissing()
	case d.is == invalid:
		return d
	case !f.isValid(d):
		return f.takeInvalid(d)
	case d.is == number && (d.x < f.low || d.x > f.high):
		if f.outliers == "asMissingValues" {
			return f.takeMissing()
		}
		d.x = max(f.low, min(d.x, f.high))
	}
	return d
}

func (f *field) isValid(d datum) bool {
	if f.of == integerType && d.x != math.Trunc(d.x) || has(f.wrong, d) {
		return false
	}
	if f.valid == nil && f.within == nil {
		return true
	}
	return has(f.valid, d) || slices.ContainsFunc(f.within, func(s span) bool { return s.holds(d.x) })
}

func (f *field) takeMissing() datum {
	if f.missingInvalid {
		return datum{is: invalid}
	}
	return f.instead
}

func (f *field) takeInvalid(d datum) datum {
	switch f.invalids {
	case "asIs":
		return d
	case "asMissing":
		return f.takeMissing()
	case "asValue":
		return f.insteadOfInvalid
	}
	return datum{is: invalid}
}

// maxNumber bounds the numbers of model files: beyond it sums could overflow,
// and no model needs them.
const maxNumber = 1e15

// usable reports whether x is a number that a model file may hold.
func usable(x float64) bool { return math.Abs(x) <= maxNumber }
