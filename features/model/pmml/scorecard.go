package pmml

import (
	"math"
	"slices"
)

// attribute is one attribute of a characteristic.
type attribute struct {
	when   predicate
	points expression // of a complex partial score
	fixed  float64    // else
	code   string
}

// character is a characteristic of a PMML scorecard.
type character struct {
	name, code string
	baseline   float64 // NaN: none
	attributes []attribute

	// What it reads: the inputs, only by comparing them with against.
	reads   []int
	direct  bool
	against []datum
}

// attribute returns the index of a record's attribute, the first whose
// predicate is true: -1 where none is, -2 where a predicate cannot be computed.
func (c *character) attribute(r *Record) int {
	for i := range c.attributes {
		switch c.attributes[i].when(r) {
		case isTrue:
			return i
		case isInvalid:
			return -2
		}
	}
	return -1
}

// value is the points of a record, NaN where it has none.
func (c *character) value(r *Record) float64 {
	i := c.attribute(r)
	if i < 0 {
		return math.NaN()
	}
	return c.pointsOf(i, r)
}

func (c *character) pointsOf(i int, r *Record) float64 {
	a := &c.attributes[i]
	if a.points == nil {
		return a.fixed
	}
	if d := a.points(r); d.is == number {
		return d.x
	}
	return math.NaN()
}

// scorecard reads a Scorecard.
func (s *scope) scorecard(e *element) *Model {
	s.p.only(e, "modelName", "functionName", "algorithmName", "initialScore", "useReasonCodes", "reasonCodeAlgorithm",
		"baselineScore", "baselineMethod", "isScorable")
	s.p.choice(e, "functionName", "regression")
	coded := s.p.flag(e, "useReasonCodes", true)
	above := s.p.choice(e, "reasonCodeAlgorithm", "pointsBelow", "pointsAbove") == "pointsAbove"
	s.p.choice(e, "baselineMethod", "other", "max", "min", "mean", "neutral")
	start, baseline := s.p.number(e, "initialScore", 0), s.p.number(e, "baselineScore", math.NaN())
	var chars []*character
	list := e.child("Characteristics")
	if list == nil {
		s.p.fail(e, "it has no Characteristics; export the model again")
		return nil
	}
	s.p.only(list)
	for k := range s.p.each(list, "Characteristic") {
		c := s.characteristic(k, baseline)
		if coded && c.baseline != c.baseline {
			s.p.fail(k, "baselineScore is missing, here and at the scorecard, though reason codes are used; give it, or say useReasonCodes=\"false\"")
		}
		chars = append(chars, c)
	}
	if len(chars) == 0 {
		s.p.fail(list, "it has no Characteristic; export the model again")
	}
	points := Finish{score: func(margin, _ float64) float64 { return margin }}
	fin := s.finishing(e, points)
	if s.p.err != nil {
		return nil
	}
	m := &Model{Name: e.get("modelName"), Start: start, Scorecard: true, Finish: fin, reasons: reasons{chars, above, coded}}
	if fin == nil {
		m.Finish, m.Tables = &points, s.tables(chars)
	}
	m.ordered = start != math.Trunc(start)
	for _, c := range chars {
		for _, a := range c.attributes {
			m.ordered = m.ordered || a.points != nil || a.fixed != math.Trunc(a.fixed)
		}
		m.parts = append(m.parts, part{c.reads, c.value})
	}
	return m.ready(s)
}

// characteristic reads a Characteristic.
func (s *scope) characteristic(e *element, baseline float64) *character {
	s.p.only(e, "name", "reasonCode", "baselineScore")
	s.part()
	c := &character{name: e.get("name"), code: e.get("reasonCode"), baseline: s.p.number(e, "baselineScore", baseline)}
	c.direct = true
	for k := range s.p.each(e, "Attribute") {
		s.p.only(k, "partialScore", "reasonCode")
		a := attribute{code: c.code, fixed: s.p.number(k, "partialScore", math.NaN())}
		if k.has("reasonCode") {
			a.code = k.get("reasonCode")
		}
		for _, x := range k.inside() {
			switch {
			case isPredicate[x.name] && a.when == nil:
				a.when = s.predicate(x)
			case x.name == "ComplexPartialScore" && a.points == nil:
				s.p.only(x)
				var of dataType
				if a.points, of = s.child(x, doubleType); !of.numeric() {
					s.p.fail(x, "it gives no number; correct it")
				}
				c.direct = false
			default:
				s.p.unsupported(x)
			}
		}
		if a.when == nil || a.points == nil && a.fixed != a.fixed {
			s.p.fail(k, "it needs a predicate and a partialScore; give both")
			a.when = never
		}
		c.attributes = append(c.attributes, a)
	}
	if len(c.attributes) == 0 {
		s.p.fail(e, "it has no Attribute; give its attributes")
	}
	c.reads, c.against = s.reads, s.against
	c.direct = c.direct && !s.indirect && len(c.reads) == 1
	slices.Sort(c.reads)
	return c
}
