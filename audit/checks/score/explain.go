package score

import (
	"math"
	"slices"

	"evenhand/features/model"
)

// maxExplanations bounds what is kept of one row; it is far above what a row
// has other than by chance.
const maxExplanations = 24

// explain returns the explanations of a mismatching row in taxonomy order, but
// for M5 and M7, which take more than the row. M1 and M2 stand alone.
func (c *classifier) explain(r *record) []signature {
	m := &c.models[r.model]
	var out []signature
	for k := range m.rounding {
		if s := (signature{m1Rounding, r.model, int16(k), 0}); c.holds(s, r) {
			return []signature{s}
		}
	}
	for i := range m.at {
		if s := (signature{m2BinEdge, r.model, int16(i), 0}); m.edges[i] != nil && c.holds(s, r) {
			return []signature{s}
		}
	}
	try := func(s signature) {
		if len(out) < maxExplanations && c.holds(s, r) {
			out = append(out, s)
		}
	}
	for i := range m.at {
		for t := range nullAsNumber + len(m.missing[i]) {
			// One treatment an input: many fall into the same bin.
			if s := (signature{m3Missing, r.model, int16(i), int16(t)}); c.holds(s, r) {
				out = append(out, s)
				break
			}
		}
	}
	for k := range c.models {
		try(signature{m4Version, r.model, int16(k), 0})
	}
	for i := range m.at {
		for k := range factors {
			try(signature{m6Unit, r.model, int16(i), int16(k)})
		}
	}
	return out
}

// holds reports whether the recorded score of r comes out under s.
func (c *classifier) holds(s signature, r *record) bool {
	m := &c.models[s.model]
	switch s.class {
	case m1Rounding:
		// A tolerance as wide as the rounding would let any small difference
		// pass for one.
		y := c.predict(s, r)
		return math.Abs(r.recorded-r.recomputed) <= 1 && math.Abs(r.recorded-y) <= relativeTolerance*math.Abs(y)
	case m2BinEdge:
		return c.holdsAtEdge(s, r)
	}
	y := c.predict(s, r)
	return y == y && m.equal(r.recorded, y)
}

// predict returns the score that r would have under an explanation, NaN when
// it does not apply to the row.
func (c *classifier) predict(s signature, r *record) float64 {
	m := &c.models[s.model]
	none := math.NaN()
	switch s.class {
	case m1Rounding:
		return m.rounding[s.a].score(m, c.inputs(s.model, r.values), r.recomputed)
	case m4Version:
		o := &c.models[s.a]
		if s.a == s.model || o.output != m.output {
			return none
		}
		return o.pick(o.model.ScoreRow(c.inputs(s.a, r.values)))
	case m3Missing:
		in := c.inputs(s.model, r.values)
		v, ok := m.treat(int(s.a), int(s.b), in[s.a])
		if !ok {
			return none
		}
		in[s.a] = v
		return m.pick(m.model.ScoreRow(in))
	case m6Unit:
		in := c.inputs(s.model, r.values)
		if v := in[s.a]; !m.numeric[s.a] || v.Null || v.Num == 0 {
			return none
		}
		in[s.a].Num = factors[s.b].apply(in[s.a].Num)
		return m.pick(m.model.ScoreRow(in))
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

// holdsAtEdge reports whether the score comes out when input s.a lies on the
// other side of a bin edge next to it.
func (c *classifier) holdsAtEdge(s signature, r *record) bool {
	const near = 1e-9
	m := &c.models[s.model]
	in := c.inputs(s.model, r.values)
	x := in[s.a]
	if x.Null {
		return false
	}
	edges := m.edges[s.a]
	i, _ := slices.BinarySearch(edges, x.Num)
	for _, k := range []int{i - 1, i} {
		if k < 0 || k >= len(edges) || math.Abs(x.Num-edges[k]) > near*math.Abs(edges[k]) {
			continue
		}
		e := edges[k]
		for _, v := range []float64{math.Nextafter(e, math.Inf(-1)), e, math.Nextafter(e, math.Inf(1))} {
			in[s.a].Num = v
			if y := m.pick(m.model.ScoreRow(in)); y == y && m.equal(r.recorded, y) {
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
