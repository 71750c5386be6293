package pmml

import (
	"math"
	"slices"
)

// Table is a characteristic that only compares its input with constants: the
// points of its values, by slot.
type Table struct {
	Points   []float64 // NaN: not recomputable
	Baseline float64   // NaN: none
	Missing  int32     // slot of a null

	// Of a number. The slots of the intervals come first, in ascending order.
	Edges    []float64 // the constants at which the points change
	Cuts     []float64 // the numbers that intervals start at, but for the first
	Unusable int32     // slot of an infinity
	Whole    bool      // a fraction has the slot Fraction
	Fraction int32

	// Of a text.
	Levels map[string]int32
	Other  int32 // slot of any other level
}

// tables turns characteristics that compare one input each with constants into
// tables; nil where they do more. Every input has one characteristic then.
func (s *scope) tables(chars []*character) []Table {
	var out []Table
	for i, ch := range chars {
		if !ch.direct || ch.reads[0] != i || s.inputs[i].of == floatType {
			return nil
		}
		f := s.inputs[i]
		t := Table{Baseline: ch.baseline}
		r := Record{in: make([]datum, len(s.inputs))}
		t.fill(f, ch.against, func(v Value) int {
			if r.in[i] = f.take(v); r.in[i].is == invalid {
				return -2
			}
			return ch.attribute(&r)
		}, func(attribute int) int32 {
			x := math.NaN()
			if attribute >= 0 {
				x = ch.attributes[attribute].fixed
			}
			t.Points = append(t.Points, x)
			return int32(len(t.Points) - 1)
		})
		out = append(out, t)
	}
	return out
}

// fill fills t with the slots of a field whose values are only compared with
// constants: of returns the attribute of a value and slot appends one for an
// attribute.
//
// What becomes of a number can only change at one of finitely many numbers:
// those it is compared with, and those that the field's own rules name. Each of
// them is tried, and one number between each two.
func (t *Table) fill(f *field, against []datum, of func(Value) int, slot func(attribute int) int32) {
	if f.categorical() {
		t.Levels = map[string]int32{}
		level := func(s string) {
			if _, ok := t.Levels[s]; !ok {
				t.Levels[s] = slot(of(Value{Text: s}))
			}
		}
		if f.of == booleanType {
			level("true")
			level("false")
		} else {
			for _, d := range slices.Concat(against, f.missing, f.wrong, f.valid) {
				level(d.s)
			}
		}
		unseen := "\x00"
		for _, ok := t.Levels[unseen]; ok; _, ok = t.Levels[unseen] {
			unseen += "\x00"
		}
		t.Other, t.Missing = slot(of(Value{Text: unseen})), slot(of(Value{Null: true}))
		return
	}
	t.Whole = f.of == integerType && f.invalids != "asIs"
	points := f.turns(against)
	low, next := math.Inf(-1), math.Inf(1)
	if len(points) > 0 {
		next = points[0]
	}
	var edges, cuts []float64
	last := of(Value{Num: between(low, next, t.Whole)})
	slot(last)
	cut := func(edge, from, x float64) {
		if now := of(Value{Num: x}); now != last {
			edges, cuts, last = append(edges, edge), append(cuts, from), now
			slot(now)
		}
	}
	for i, p := range points {
		next := math.Inf(1)
		if i+1 < len(points) {
			next = points[i+1]
		}
		cut(p, p, p)
		if x := between(p, next, t.Whole); x == x {
			cut(p, math.Nextafter(p, math.Inf(1)), x)
		}
	}
	t.Edges, t.Cuts = slices.Compact(edges), cuts
	t.Missing, t.Unusable = slot(of(Value{Null: true})), slot(-2)
	if t.Whole {
		t.Fraction = slot(of(Value{Num: 0.5}))
	}
}

// turns are the numbers at which what becomes of a number can change,
// ascending.
func (f *field) turns(against []datum) []float64 {
	var out []float64
	for _, d := range slices.Concat(against, f.missing, f.wrong, f.valid) {
		out = append(out, d.x)
	}
	for _, s := range f.within {
		out = append(out, s.lo, s.hi)
	}
	out = append(out, f.low, f.high)
	out = slices.DeleteFunc(out, func(x float64) bool { return math.IsInf(x, 0) })
	slices.Sort(out)
	return slices.Compact(out)
}

// between returns a number between two others, a whole one if asked to; NaN
// where there is none.
func between(lo, hi float64, whole bool) float64 {
	x := 0.0
	switch {
	case math.IsInf(lo, -1) && math.IsInf(hi, 1):
	case math.IsInf(lo, -1):
		x = math.Floor(hi) - 1
	case whole || math.IsInf(hi, 1):
		x = math.Floor(lo) + 1
	default:
		x = lo + (hi-lo)/2
	}
	if x > lo && x < hi {
		return x
	}
	return math.NaN()
}
