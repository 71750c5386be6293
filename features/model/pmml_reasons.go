package model

import (
	"math"
	"slices"
)

// ReasonCodes is implemented by models whose file says which reason stands for
// a low score.
type ReasonCodes interface {
	// ReasonCode is the code of an input, "" when it has none. Where the
	// attributes of an input have different codes, it is that of the first.
	ReasonCode(input int) string
	// Reasons are the codes of a row as the file's own rules rank them, from the
	// one that cost most: none for a row that is not recomputable.
	Reasons(v []Value) []string
}

// pmmlReasons ranks reasons as PMML says: by how far a characteristic's points
// fall below its baseline, or rise above it where points speak against the
// applicant. The differences of one code are added up; codes of a difference
// below 0 are left out; equal differences keep the order of the file.
type pmmlReasons struct {
	chars []*character
	above bool
	coded bool
}

func (p *pmmlReasons) code(input int) string {
	for _, c := range p.chars {
		if slices.Contains(c.reads, input) && p.coded {
			for _, a := range c.attributes {
				if a.code != "" {
					return a.code
				}
			}
		}
	}
	return ""
}

// baselines are the baseline scores by input, NaN where an input has no
// characteristic of its own.
func (p *pmmlReasons) baselines(inputs int) []float64 {
	out := make([]float64, inputs)
	for i := range out {
		out[i] = math.NaN()
		sum, alone := 0.0, true
		for _, c := range p.chars {
			if slices.Contains(c.reads, i) {
				sum += c.baseline
				alone = alone && len(c.reads) == 1
			}
		}
		if alone {
			out[i] = sum
		}
	}
	return out
}

func (p *pmmlReasons) reasons(r *record) []string {
	var codes []string
	cost := map[string]float64{}
	for _, c := range p.chars {
		i := c.attribute(r)
		if i < 0 || !p.coded {
			return nil
		}
		d := c.baseline - c.pointsOf(i, r)
		if p.above {
			d = -d
		}
		if d != d {
			return nil
		}
		code := c.attributes[i].code
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
		cost[code] += d
	}
	codes = slices.DeleteFunc(codes, func(c string) bool { return cost[c] < 0 || c == "" })
	slices.SortStableFunc(codes, func(a, b string) int {
		switch {
		case cost[a] > cost[b]:
			return -1
		case cost[a] < cost[b]:
			return 1
		}
		return 0
	})
	return codes
}

// pmmlCard is a PMML scorecard that is a plain card.
type pmmlCard struct {
	*card
	from pmmlReasons
	s    *scope
}

func (m *pmmlCard) ReasonCode(input int) string { return m.from.code(input) }

func (m *pmmlCard) Reasons(v []Value) []string {
	r := record{in: make([]datum, len(v)), derived: make([]datum, m.s.columns)}
	for i, f := range m.s.inputs {
		if r.in[i] = f.take(v[i]); r.in[i].is == invalid {
			return nil
		}
	}
	return m.from.reasons(&r)
}

// pmmlCardRows is a PMML scorecard whose characteristics read several inputs.
type pmmlCardRows struct {
	*pmmlRows
	from pmmlReasons
}

func (m *pmmlCardRows) ReasonCode(input int) string { return m.from.code(input) }
func (m *pmmlCardRows) Reasons(v []Value) []string  { return m.reasons(&m.from, v) }
func (m *pmmlCardRows) points()                     {}

// pmmlCardSum is a PMML scorecard that is a sum over its inputs.
type pmmlCardSum struct {
	*pmmlSum
	from pmmlReasons
}

func (m *pmmlCardSum) ReasonCode(input int) string { return m.from.code(input) }
func (m *pmmlCardSum) Reasons(v []Value) []string  { return m.reasons(&m.from, v) }
func (m *pmmlCardSum) References() []float64       { return m.from.baselines(len(m.inputs)) }
func (m *pmmlCardSum) points()                     {}

func (m *pmmlRows) reasons(from *pmmlReasons, v []Value) []string {
	r := m.record()
	for i, f := range m.fields {
		if r.in[i] = f.take(v[i]); r.in[i].is == invalid {
			return nil
		}
	}
	return from.reasons(r)
}
