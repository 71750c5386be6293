package recourse

import (
	"math"
	"slices"

	"evenhand/features"
	"evenhand/features/model"
)

// scorer is a model as a search sees it.
type scorer struct {
	inputs  []model.Input
	columns []int
	of      [][]int // by lever: the inputs it feeds
	// edges are, by lever, the values at which what it feeds can change,
	// ascending; every says that each value may.
	edges [][]float64
	every []bool
	codes [][]float64 // by lever: special values, which stand for no number

	additive model.Additive // nil: the score is no sum of one term per input
	rises    float64        // 1 when the score rises with the sum, -1 when it falls
	one      []float64      // scratch for total
	needs    []need         // answers of needed, a few
	next     int
}

type need struct{ score, sign, sum float64 }

func newScorer(m model.Model, columns []int, levers []lever) scorer {
	s := scorer{inputs: m.Inputs(), columns: columns}
	s.additive, _ = m.(model.Additive)
	edges, cut := m.(model.Edges)
	specials, _ := m.(model.Specials)
	s.of, s.edges, s.every = make([][]int, len(levers)), make([][]float64, len(levers)), make([]bool, len(levers))
	s.codes = make([][]float64, len(levers))
	for l := range levers {
		for i, c := range columns {
			if c != levers[l].column || s.inputs[i].Kind != model.Numeric {
				continue
			}
			s.of[l] = append(s.of[l], i)
			var cuts []float64
			if cut {
				cuts = append(cuts, edges.Edges(i)...)
			}
			if specials != nil {
				s.codes[l] = append(s.codes[l], specials.Specials(i)...)
				cuts = append(cuts, specials.Specials(i)...)
			}
			s.edges[l] = append(s.edges[l], cuts...)
			s.every[l] = s.every[l] || !cut || len(cuts) == 0 && s.varies(i)
		}
		slices.Sort(s.edges[l])
		s.edges[l] = slices.Compact(s.edges[l])
	}
	if s.additive != nil {
		s.one = make([]float64, len(s.inputs))
		s.direct()
	}
	return s
}

// varies reports whether the term of an input without edges is more than one: it
// is then no bin of a card, but a number's own weight.
func (s *scorer) varies(input int) bool {
	if s.additive == nil {
		return false
	}
	first := s.additive.Term(input, model.Value{Num: 0})
	for x := 1e-3; x < 1e10; x *= 10 {
		if s.additive.Term(input, model.Value{Num: x}) != first || s.additive.Term(input, model.Value{Num: -x}) != first {
			return true
		}
	}
	return false
}

// direct finds which way the score goes with the sum.
func (s *scorer) direct() {
	for d := 1.0; d < 1e7 && s.rises == 0; d *= 10 {
		low, high := s.total(-d), s.total(d)
		switch {
		case high > low:
			s.rises = 1
		case high < low:
			s.rises = -1
		}
	}
	if s.rises == 0 {
		s.additive = nil // it goes no way that can be told
	}
}

// total is the score of a row whose terms add up to sum.
func (s *scorer) total(sum float64) float64 {
	clear(s.one)
	if len(s.one) > 0 {
		s.one[0] = sum
	}
	return s.additive.Total(s.one)
}

// needed returns a sum, times sign and the model's direction, below which the
// score does not come to the one given, seen in the direction of sign: a bound
// that may be a little too low, never too high. It is infinite when no sum does,
// or when every one does.
func (s *scorer) needed(score, sign float64) float64 {
	for _, n := range s.needs {
		if n.score == score && n.sign == sign {
			return n.sum
		}
	}
	way := sign * s.rises
	reaches := func(u float64) bool { return sign*s.total(way*u) >= sign*score }
	lo, hi := -1.0, 1.0
	for reaches(lo) && lo > -1e12 {
		lo *= 4
	}
	for !reaches(hi) && hi < 1e12 {
		hi *= 4
	}
	n := need{score, sign, math.Inf(-1)}
	switch {
	case !reaches(hi):
		n.sum = math.Inf(1)
	case !reaches(lo):
		for range 200 {
			mid := lo + (hi-lo)/2
			if mid <= lo || mid >= hi {
				break
			}
			if reaches(mid) {
				hi = mid
			} else {
				lo = mid
			}
		}
		n.sum = lo - 1e-9*(1+math.Abs(lo))
	}
	if len(s.needs) < 64 {
		s.needs = append(s.needs, n)
	} else {
		s.needs[s.next%64] = n
		s.next++
	}
	return n.sum
}

// code reports whether a value of a lever is a code to the model. A nil scorer
// has none.
func (s *scorer) code(lever int, x float64) bool {
	return s != nil && slices.Contains(s.codes[lever], x)
}

// values sets dst to the cells of a row.
func (s *scorer) values(dst []model.Value, b *features.Batch, row int) []model.Value {
	dst = dst[:0]
	for i, c := range s.columns {
		v := &b.Cols[c]
		if s.inputs[i].Kind == model.Categorical {
			dst = append(dst, model.Value{Text: v.Text(row), Null: v.IsNull(row)})
			continue
		}
		x := v.Floats[row]
		dst = append(dst, model.Value{Num: x, Null: x != x})
	}
	return dst
}
