package model

import (
	"math"
	"slices"
)

// compile fills b with the bins of a field whose values are only compared with
// constants: of returns the attribute of a value and slot appends one for an
// attribute.
//
// What becomes of a number can only change at one of finitely many numbers:
// those it is compared with, and those that the field's own rules name. Each of
// them is tried, and one number between each two.
func (f *field) compile(b *bins, against []datum, of func(Value) int, slot func(attribute int) int32) {
	b.kind = f.kind()
	if b.kind == Categorical {
		b.levels = map[string]int32{}
		level := func(s string) {
			if _, ok := b.levels[s]; !ok {
				b.levels[s] = slot(of(Value{Text: s}))
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
		for _, ok := b.levels[unseen]; ok; _, ok = b.levels[unseen] {
			unseen += "\x00"
		}
		b.other, b.missing = slot(of(Value{Text: unseen})), slot(of(Value{Null: true}))
		return
	}
	b.whole = f.of == integerType && f.invalids != "asIs"
	points := f.turns(against)
	low, next := math.Inf(-1), math.Inf(1)
	if len(points) > 0 {
		next = points[0]
	}
	var edges, cuts []float64
	last := of(Value{Num: between(low, next, b.whole)})
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
		if x := between(p, next, b.whole); x == x {
			cut(p, math.Nextafter(p, math.Inf(1)), x)
		}
	}
	b.edges = slices.Compact(edges)
	b.setCuts(cuts)
	b.missing, b.unusable = slot(of(Value{Null: true})), slot(-2)
	if b.whole {
		b.fraction = slot(of(Value{Num: 0.5}))
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
