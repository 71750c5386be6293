package pmml

import (
	"math"
	"slices"
)

// reasons ranks reasons as PMML says: by how far a characteristic's points
// fall below its baseline, or rise above it where points speak against the
// applicant. The differences of one code are added up; codes of a difference
// below 0 are left out; equal differences keep the order of the file.
type reasons struct {
	chars []*character
	above bool
	coded bool
}

// ReasonCode is the reason code of an input of a scorecard, "" when it has
// none. Where the attributes of an input have different codes, it is that of
// the first.
func (m *Model) ReasonCode(input int) string {
	for _, c := range m.reasons.chars {
		if slices.Contains(c.reads, input) && m.reasons.coded {
			for _, a := range c.attributes {
				if a.code != "" {
					return a.code
				}
			}
		}
	}
	return ""
}

// Baselines are the baseline scores of a scorecard by input, NaN where an input
// has no characteristic of its own.
func (m *Model) Baselines() []float64 {
	out := make([]float64, len(m.Inputs))
	for i := range out {
		out[i] = math.NaN()
		sum, alone := 0.0, true
		for _, c := range m.reasons.chars {
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

// Reasons are the reason codes of a record as the file's own rules rank them,
// from the one that cost most: none for a row that is not recomputable.
func (m *Model) Reasons(r *Record) []string {
	clear(r.derived)
	if r.invalid() {
		return nil
	}
	var codes []string
	cost := map[string]float64{}
	for _, c := range m.reasons.chars {
		i := c.attribute(r)
		if i < 0 || !m.reasons.coded {
			return nil
		}
		d := c.baseline - c.pointsOf(i, r)
		if m.reasons.above {
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
