package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Cutoffs fills dst with the score from which on a rule lets each row of a
// batch pass, the cut-off's `approve`: rules[i] is an index as in
// features.Replay.Rule, and nil means each policy's first cut-off of the score
// that looks at the row. dst[i] is NaN where that rule is no cut-off of the
// score, or the cut-off needs a value that the row lacks. policies are as in
// Replay.
func (p *Program) Cutoffs(b *features.Batch, policies, rules []int16, dst []float64) {
	for i := range b.N {
		dst[i] = math.NaN()
	}
	s := &p.scratch
	s.variant = grow(s.variant, b.N)
	p.arms.variants(b, policies, s.variant)
	seen := make(map[int32]bool, 2)
	for _, v := range s.variant {
		if v >= 0 && !seen[v] {
			seen[v] = true
			p.variants[v].cutoffs(v, s.variant, b, rules, dst)
		}
	}
}

func (v *variant) cutoffs(self int32, variants []int32, b *features.Batch, rules []int16, dst []float64) {
	for k := range v.rules {
		r := &v.rules[k]
		if r.cut == nil || !r.cut.scored {
			continue
		}
		scope := []expr.Truth(nil)
		if r.scope != nil {
			scope = r.scope.Truths(b)[:b.N]
		}
		r.cut.approve.load(b)
		for i := range b.N {
			if variants[i] != self || dst[i] == dst[i] || scope != nil && scope[i] == expr.False {
				continue
			}
			if rules == nil || rules[i] == r.index {
				dst[i] = r.cut.approve.at(i)
			}
		}
	}
}
