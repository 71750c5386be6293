package score

import (
	"math"
	"slices"

	"evenhand/features/model"
)

// maxExplanations bounds what is kept of one row; it is far above what a row
// has other than by chance.
const maxExplanations = 24

// view is a mismatching row as its model sees it, made ready to have one value
// at a time replaced.
type view struct {
	m      *modelInfo
	values []model.Value // the record's
	in     []model.Value // the model's inputs
	terms  []float64     // of the inputs, where the model is additive; else nil
	y      float64       // their total

	// What the last call of with came to: values that are clipped, or fall
	// into the same bin, have the same term.
	last         int16
	lastT, lastY float64
}

// view returns the view of a record, in buffers that the next call overwrites.
func (c *classifier) view(r *record) *view {
	c.in = c.inputs(c.in, r.model, r.values)
	v := &c.seen
	*v = view{m: &c.models[r.model], values: r.values, in: c.in}
	if v.m.additive != nil {
		c.terms = slices.Grow(c.terms[:0], len(v.in))[:len(v.in)]
		v.sum(c.terms)
	}
	return v
}

// sum sets the terms, keeping them in the memory given.
func (v *view) sum(terms []float64) {
	v.m.additive.Terms(v.in, terms)
	v.terms, v.y, v.last = terms, v.m.additive.Total(terms), -1
}

// value returns the value of input i.
func (v *view) value(i int16) model.Value { return v.values[v.m.at[i]] }

// with returns the score with x in place of the value of input i. A row is
// scored about a hundred times before it is explained, so terms are worth
// having.
func (v *view) with(i int16, x model.Value) float64 {
	if v.terms != nil {
		own, t := v.terms[i], v.m.additive.Term(int(i), x)
		switch {
		case t == own:
			return v.y
		case t == v.lastT && i == v.last:
			return v.lastY
		}
		v.terms[i] = t
		y := v.m.additive.Total(v.terms)
		v.terms[i] = own
		v.last, v.lastT, v.lastY = i, t, y
		return y
	}
	own := v.in[i]
	v.in[i] = x
	y := v.m.pick(v.m.model.ScoreRow(v.in))
	v.in[i] = own
	return y
}

// explain returns the explanations of a mismatching row in taxonomy order, but
// for M5 and M7, which take more than the row. M1 and M2 stand alone.
func (c *classifier) explain(r *record) []signature {
	v := c.view(r)
	m := v.m
	var out []signature
	for k := range m.rounding {
		if v.isRounding(&m.rounding[k], r) {
			return []signature{{m1Rounding, r.model, int16(k), 0}}
		}
	}
	for i := range m.at {
		if m.edges[i] != nil && v.isAtEdge(int16(i), r.recorded) {
			return []signature{{m2BinEdge, r.model, int16(i), 0}}
		}
	}
	try := func(s signature) bool {
		y := c.predict(s, v)
		if y != y || !m.equal(r.recorded, y) {
			return false
		}
		out = append(out, s)
		return true
	}
	for i := range m.at {
		for t := range nullAsNumber + len(m.missing[i]) {
			// One treatment an input: many fall into the same bin.
			if try(signature{m3Missing, r.model, int16(i), int16(t)}) {
				break
			}
		}
	}
	for k := range c.models {
		if len(out) < maxExplanations {
			try(signature{m4Version, r.model, int16(k), 0})
		}
	}
	for i := range m.at {
		for k := range factors {
			if len(out) < maxExplanations {
				try(signature{m6Unit, r.model, int16(i), int16(k)})
			}
		}
	}
	return out
}

// isRounding reports whether the recorded score comes out under another
// rounding. A tolerance as wide as the rounding would let any small difference
// pass for one.
func (v *view) isRounding(a *rounding, r *record) bool {
	if !(math.Abs(r.recorded-r.recomputed) <= 1) {
		return false
	}
	y := a.score(v.m, v.in, r.recomputed)
	return math.Abs(r.recorded-y) <= relativeTolerance*math.Abs(y)
}

// predict returns the score that a row would have under an explanation of
// class M3, M4 or M6, NaN when it does not apply to the row.
func (c *classifier) predict(s signature, v *view) float64 {
	none := math.NaN()
	switch s.class {
	case m4Version:
		o := &c.models[s.a]
		if s.a == s.model || o.output != v.m.output {
			return none
		}
		c.other = c.inputs(c.other, s.a, v.values)
		return o.pick(o.model.ScoreRow(c.other))
	case m3Missing:
		x, ok := v.m.treat(int(s.a), int(s.b), v.value(s.a))
		if !ok {
			return none
		}
		return v.with(s.a, x)
	case m6Unit:
		x := v.value(s.a)
		if !v.m.numeric[s.a] || x.Null || x.Num == 0 {
			return none
		}
		x.Num = factors[s.b].apply(x.Num)
		return v.with(s.a, x)
	}
	return none
}

// treat returns what a null, or a value in place of a null, is read as; false
// when the treatment does not apply to the value.
func (m *modelInfo) treat(input, treatment int, v model.Value) (model.Value, bool) {
	switch {
	case treatment == valueAsNull:
		return model.Value{Null: true}, !v.Null
	case !v.Null:
		return v, false
	case treatment == nullAsUnknown:
		return model.Value{Text: unknownLevel}, !m.numeric[input]
	case !m.numeric[input]:
		return v, false
	case treatment == nullAsZero:
		return model.Value{}, true
	}
	return model.Value{Num: m.missing[input][treatment-nullAsNumber]}, true
}

// isAtEdge reports whether the recorded score comes out when input i lies on
// the other side of a bin edge next to it.
func (v *view) isAtEdge(i int16, recorded float64) bool {
	const near = 1e-9
	x := v.value(i)
	if x.Null {
		return false
	}
	edges := v.m.edges[i]
	at, _ := slices.BinarySearch(edges, x.Num)
	for _, k := range []int{at - 1, at} {
		if k < 0 || k >= len(edges) || math.Abs(x.Num-edges[k]) > near*math.Abs(edges[k]) {
			continue
		}
		e := edges[k]
		for _, beside := range []float64{math.Nextafter(e, math.Inf(-1)), e, math.Nextafter(e, math.Inf(1))} {
			x.Num = beside
			if y := v.with(i, x); y == y && v.m.equal(recorded, y) {
				return true
			}
		}
	}
	return false
}

// rounding is another way to round a score: one of the model's own
// alternatives, or else the score rounded to digits decimals.
type rounding struct {
	name   string
	row    func([]model.Value) model.Output
	digits float64 // power of ten
	round  func(float64) float64
}

// plainRoundings are tried for models that know no alternatives of their own.
var plainRoundings = func() (out []rounding) {
	for d, name := range []string{"to whole numbers", "to 1 decimal", "to 2 decimals", "to 3 decimals", "to 4 decimals", "to 5 decimals", "to 6 decimals"} {
		p := math.Pow10(d)
		out = append(out, rounding{"score rounded " + name, nil, p, math.Round},
			rounding{"score rounded half to even " + name, nil, p, math.RoundToEven},
			rounding{"score cut " + name, nil, p, math.Trunc})
	}
	return out
}()

// roundings returns the other ways to round a model's output.
func roundings(m model.Model, o output) []rounding {
	if o == probabilityOutput {
		return plainRoundings[3:] // no probability is rounded to 0 or 1
	}
	if a, ok := m.(model.Alternatives); ok && o == scoreOutput {
		if own := a.Alternatives(); len(own) > 0 {
			out := make([]rounding, len(own))
			for i, a := range own {
				out[i] = rounding{name: a.Name, row: a.Row}
			}
			return out
		}
	}
	return plainRoundings
}

func (a *rounding) score(m *modelInfo, in []model.Value, y float64) float64 {
	if a.row != nil {
		return m.pick(a.row(in))
	}
	return a.round(y*a.digits) / a.digits
}
