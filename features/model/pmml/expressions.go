package pmml

import (
	"math"
	"strings"
)

// expression computes a value of a row.
type expression func(r *Record) datum

// nothing is the expression that stands for one in error.
func nothing(*Record) datum { return datum{is: invalid} }

// isExpression has the elements that compute values.
var isExpression = map[string]bool{"Constant": true, "FieldRef": true, "NormContinuous": true, "NormDiscrete": true,
	"Discretize": true, "MapValues": true, "Apply": true}

// child reads the one expression in an element. Texts without a type of their
// own are read as want.
func (s *scope) child(e *element, want dataType) (expression, dataType) {
	var found *element
	for _, k := range e.inside() {
		if !isExpression[k.name] {
			s.p.unsupported(k)
		} else if found != nil {
			s.p.fail(k, "a second expression; keep one")
		}
		found = k
	}
	if found == nil || s.p.err != nil {
		s.p.fail(e, "it has no expression; give one")
		return nothing, want
	}
	return s.expression(found, want)
}

// expression reads one expression and tells the type of its values.
func (s *scope) expression(e *element, want dataType) (expression, dataType) {
	switch e.name {
	case "Constant":
		return s.literal(e, want)
	case "FieldRef":
		s.p.only(e, "field", "mapMissingTo")
		value, of, _ := s.lookup(e, s.p.need(e, "field"))
		s.indirect = true
		return s.mapMissing(e, value, of), of
	case "NormContinuous":
		return s.normContinuous(e), doubleType
	case "NormDiscrete":
		return s.normDiscrete(e), doubleType
	case "Discretize":
		return s.discretize(e, want)
	case "MapValues":
		return s.mapValues(e, want)
	case "Apply":
		return s.apply(e)
	}
	s.p.unsupported(e)
	return nothing, want
}

// source returns the field that a transformation reads.
func (s *scope) source(e *element) (expression, dataType) {
	value, of, _ := s.lookup(e, s.p.need(e, "field"))
	s.indirect = true
	return value, of
}

// mapMissing puts the value of mapMissingTo, if there is one, for missing ones.
func (s *scope) mapMissing(e *element, value expression, of dataType) expression {
	if !e.has("mapMissingTo") {
		return value
	}
	return orElse(value, s.p.constant(e, of, e.get("mapMissingTo")))
}

// orElse puts a value for missing ones.
func orElse(value expression, instead datum) expression {
	return func(r *Record) datum {
		if d := value(r); d.is != missing {
			return d
		}
		return instead
	}
}

// literal reads a constant. Without a type it has that of its text.
func (s *scope) literal(e *element, want dataType) (expression, dataType) {
	s.p.only(e, "dataType", "missing")
	of := s.p.typeOf(e, want)
	if s.p.flag(e, "missing", false) {
		return func(*Record) datum { return datum{is: missing} }, of
	}
	d := s.p.constant(e, of, e.text)
	return func(*Record) datum { return d }, of
}

// normContinuous reads a piecewise linear function.
func (s *scope) normContinuous(e *element) expression {
	s.p.only(e, "field", "outliers", "mapMissingTo")
	value, of := s.source(e)
	outliers := s.p.choice(e, "outliers", "asIs", "asMissingValues", "asExtremeValues")
	var from, to []float64
	for k := range s.p.each(e, "LinearNorm") {
		s.p.only(k, "orig", "norm")
		s.p.need(k, "orig")
		s.p.need(k, "norm")
		from, to = append(from, s.p.number(k, "orig", 0)), append(to, s.p.number(k, "norm", 0))
		if n := len(from); n > 1 && from[n-1] <= from[n-2] {
			s.p.fail(k, "the points are not ascending; sort them")
		}
	}
	if outliers == "asMissingValues" && e.has("mapMissingTo") {
		s.p.fail(e, "mapMissingTo beside the outliers asMissingValues, which evaluators read differently; keep one")
	}
	if len(from) < 2 || !of.numeric() {
		s.p.fail(e, "it needs a number and two points; correct it")
	}
	if s.p.err != nil {
		return value
	}
	last := len(from) - 1
	return s.mapMissing(e, func(r *Record) datum {
		d := value(r)
		if d.is != number {
			return d
		}
		i := 0
		switch out := d.x < from[0] || d.x > from[last]; {
		case out && outliers == "asMissingValues":
			return datum{is: missing}
		case out && outliers == "asExtremeValues" && d.x < from[0]:
			return num(to[0])
		case out && outliers == "asExtremeValues":
			return num(to[last])
		}
		for i < last-1 && d.x > from[i+1] {
			i++
		}
		return num(to[i] + float64((d.x-from[i])/(from[i+1]-from[i])*(to[i+1]-to[i])))
	}, doubleType)
}

// normDiscrete reads a comparison with one value, as 1 or 0.
func (s *scope) normDiscrete(e *element) expression {
	s.p.only(e, "field", "value", "mapMissingTo")
	value, of := s.source(e)
	want := s.p.constant(e, of, s.p.need(e, "value"))
	if len(e.inside()) > 0 {
		s.p.unsupported(e.inside()[0])
	}
	return s.mapMissing(e, func(r *Record) datum {
		d := value(r)
		if d.absent() {
			return d
		}
		if d.equal(want) {
			return num(1)
		}
		return num(0)
	}, doubleType)
}

// discretize reads a map of intervals to values.
func (s *scope) discretize(e *element, want dataType) (expression, dataType) {
	s.p.only(e, "field", "mapMissingTo", "defaultValue", "dataType")
	value, from := s.source(e)
	of := s.p.typeOf(e, want)
	if !from.numeric() {
		s.p.fail(e, "its field is no number; correct it")
	}
	var spans []span
	var values []datum
	for _, k := range e.inside() {
		if k.name != "DiscretizeBin" || len(k.inside()) != 1 || k.inside()[0].name != "Interval" {
			s.p.unsupported(k)
			continue
		}
		s.p.only(k, "binValue")
		spans = append(spans, s.p.span(k.inside()[0]))
		values = append(values, s.p.constant(k, of, s.p.need(k, "binValue")))
	}
	otherwise, missed := s.p.optional(e, "defaultValue", of), s.p.optional(e, "mapMissingTo", of)
	return func(r *Record) datum {
		d := value(r)
		switch d.is {
		case missing:
			return missed
		case invalid:
			return d
		}
		for i, s := range spans {
			if s.holds(d.x) {
				return values[i]
			}
		}
		return otherwise
	}, of
}

// mapValues reads a table.
func (s *scope) mapValues(e *element, want dataType) (expression, dataType) {
	s.p.only(e, "mapMissingTo", "defaultValue", "outputColumn", "dataType")
	of := s.p.typeOf(e, want)
	var from []expression
	var columns []string
	var types []dataType
	var table [][]datum // by row: the values to compare with, and the result
	for _, k := range e.inside() {
		switch k.name {
		case "FieldColumnPair":
			s.p.only(k, "field", "column")
			value, t := s.source(k)
			from, types, columns = append(from, value), append(types, t), append(columns, s.p.need(k, "column"))
		case "InlineTable":
			s.p.only(k)
			for line := range s.p.each(k, "row") {
				var cells []datum
				for i, c := range columns {
					cells = append(cells, s.cell(line, c, types[i]))
				}
				table = append(table, append(cells, s.cell(line, s.p.need(e, "outputColumn"), of)))
			}
		default:
			s.p.unsupported(k)
		}
	}
	if len(from) == 0 || len(table) == 0 {
		s.p.fail(e, "it needs fields and a table; give both")
	}
	otherwise, missed := s.p.optional(e, "defaultValue", of), s.p.optional(e, "mapMissingTo", of)
	return func(r *Record) datum {
	rows:
		for _, line := range table {
			for i, value := range from {
				switch d := value(r); {
				case d.is == missing:
					return missed
				case d.is == invalid:
					return d
				case !d.equal(line[i]):
					continue rows
				}
			}
			return line[len(from)]
		}
		return otherwise
	}, of
}

// cell returns one cell of a table's row.
func (s *scope) cell(line *element, column string, of dataType) datum {
	for _, k := range line.kids {
		if k.name == column || strings.HasSuffix(k.name, ":"+column) {
			return s.p.constant(k, of, k.text)
		}
	}
	s.p.fail(line, "it has no cell %q; fill the table", column)
	return datum{is: missing}
}

// roundUp rounds to whole numbers as PMML does: halves go up.
func roundUp(x float64) float64 {
	f := math.Floor(x)
	if x-f >= 0.5 {
		f++
	}
	return f
}
