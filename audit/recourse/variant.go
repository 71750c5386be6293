package recourse

import (
	"slices"

	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
)

// variant is a policy as a search sees it.
type variant struct {
	policy  int16
	hurdles []hurdle
	said    []policy.Hurdle // as the policy tells of them
}

// hurdle is a policy.Hurdle whose columns are levers. Columns that nobody can
// change are left out.
type hurdle struct {
	rule     int16
	bound    int16
	score    bool // it reads the score
	any      bool // … any value of which may make a difference
	cuts     []cut
	levers   []read
	relevant bool // it reads the score or a lever
}

// read is a lever that a hurdle reads.
type read struct {
	lever int
	any   bool
	cuts  []cut
}

// cut is a value at which a hurdle may change its mind.
type cut struct {
	value float64
	of    *numbers // in place of value, unless nil
}

// numbers is an expression that is evaluated once a batch.
type numbers struct {
	x      *expr.Expr
	serial int
	v      []float64
}

// at is the cut of a row.
func (s *Searcher) cutAt(c *cut, row int) float64 {
	if c.of == nil {
		return c.value
	}
	if c.of.serial != s.serial {
		c.of.v, c.of.serial = c.of.x.Numbers(s.batch), s.serial
	}
	return c.of.v[row]
}

// variantOf returns the variant of a row.
func (s *Searcher) variantOf(row int) *variant {
	k := s.of[row]
	if s.variants[k] == nil {
		s.variants[k] = s.newVariant(k)
	}
	return s.variants[k]
}

func (s *Searcher) newVariant(k int32) *variant {
	program := s.engine.Program()
	v := &variant{policy: program.VariantPolicy(k), said: program.Hurdles(k)}
	leverOf := func(column int) int {
		return slices.IndexFunc(s.levers, func(l lever) bool { return l.column == column })
	}
	for _, h := range v.said {
		x := hurdle{rule: h.Rule, bound: h.Bound}
		for _, r := range h.Reads {
			any, cuts := r.Any, []cut(nil)
			for _, c := range r.Cuts {
				if c.Of == nil {
					cuts = append(cuts, cut{value: c.Value})
					continue
				}
				// A cut that moves with what is changed is none that is known.
				any = any || c.Score || slices.ContainsFunc(c.Columns, func(col int) bool { return leverOf(col) >= 0 })
				cuts = append(cuts, cut{of: &numbers{x: c.Of}})
			}
			if r.Score {
				x.score, x.any, x.cuts = true, any, cuts
				continue
			}
			if l := leverOf(r.Column); l >= 0 {
				x.levers = append(x.levers, read{lever: l, any: any, cuts: cuts})
			}
		}
		x.relevant = x.score || len(x.levers) > 0
		v.hurdles = append(v.hurdles, x)
	}
	return v
}
