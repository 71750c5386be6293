package reason

import (
	"math"
	"slices"

	"evenhand/audit/reasons"
)

// judge is the work on one denial by score, and its memory.
type judge struct {
	model, policy int
	rule          int // that denied
	k             int // row of the gathered ones
	row           int // of the block
	block         *reasons.Block
	has           reasons.Set
	primary       reasons.Method

	lost    [reasons.Methods][]float64
	sum     [reasons.Methods]float64
	top     [reasons.Methods][]int32
	covered []bool // by feature: a code given stands for it
	legit   bool   // a code given stands for another rule that denies by itself, or may
	unknown bool   // what a code given stands for is not known
	asked   bool   // fired is known
	fired   []bool // by rule of the policy
	result  faults
}

// start prepares the judgement of row j of a block, row k of the gathered ones.
func (x *judge) start(s *second, m int, block *reasons.Block, j int, k int32, has reasons.Set) {
	x.model, x.policy, x.rule, x.k, x.row, x.block, x.has = m, int(s.as[k]), int(s.rule[k]), int(k), j, block, has
	if x.primary = s.ranker.Primary(m); !has.Has(x.primary) {
		x.primary = reasons.Path
	}
	for p := range reasons.Methods {
		if has.Has(p) {
			x.lost[p] = block.Row(x.lost[p], p, j)
			x.sum[p] = reasons.Positive(x.lost[p])
			x.top[p] = reasons.Top(x.top[p], x.lost[p])
		}
	}
	x.covered = x.covered[:0]
	for range s.ranker.Models[m].Features {
		x.covered = append(x.covered, false)
	}
	for _, c := range s.given.codes {
		for _, f := range s.first.book.models[m].inputs[c] {
			x.covered[f] = true
		}
	}
	x.legit, x.unknown, x.asked = false, s.given.unlisted > 0, false
	x.result = faults{}
}

// faults judges the reasons given.
func (x *judge) faults(s *second) *faults {
	for _, c := range s.given.codes {
		x.judgeCode(s, c)
	}
	if !x.legit && !x.unknown {
		x.judgeOmitted(s)
	}
	return &x.result
}

// judgeCode judges one code given.
func (x *judge) judgeCode(s *second, c int32) {
	book := s.first.book
	own, of := &book.codes[c], &book.models[x.model]
	deciding := &book.rules[x.policy][x.rule]
	inputs := of.inputs[c]
	named := -1
	if own.rule != "" {
		named = s.first.env.Policies.Policies[x.policy].Rule(own.rule)
	}
	switch {
	case own.rule != "" && own.rule == deciding.name:
	case named >= 0 && named < len(book.rules[x.policy]):
		if x.fires(s, named) {
			x.legit = true
		} else {
			x.result.add(wrongStage, own.name)
		}
	case own.rule != "" && len(inputs) == 0: // a rule that the policy does not have, or a limit's term
		x.unknown = true
	case len(inputs) == 0 && deciding.stands[c]:
	case len(inputs) == 0:
		x.elsewhere(s, c)
	case !of.others[c] && x.helps(inputs) && !x.standsElsewhere(s, c):
		x.result.add(nonAdverse, own.name)
	}
}

// elsewhere judges a code that stands for nothing that the model reads.
func (x *judge) elsewhere(s *second, c int32) {
	own := &s.first.book.codes[c]
	linked := false
	for k := range s.first.book.rules[x.policy] {
		if s.first.book.rules[x.policy][k].stands[c] {
			linked = true
			if x.fires(s, k) {
				x.legit = true
				return
			}
		}
	}
	switch {
	case linked:
		x.result.add(wrongStage, own.name)
	case len(own.features) == 0, x.reads(s, own.features):
		x.unknown = true
	default:
		x.result.add(unscored, own.name)
	}
}

// standsElsewhere reports whether a code stands for a rule that denies by
// itself, or may.
func (x *judge) standsElsewhere(s *second, c int32) bool {
	for k := range s.first.book.rules[x.policy] {
		if k != x.rule && s.first.book.rules[x.policy][k].stands[c] && x.fires(s, k) {
			x.legit = true
			return true
		}
	}
	return false
}

// helps reports whether none of some features is short by any method.
func (x *judge) helps(of []int32) bool {
	for p := range reasons.Methods {
		if !x.has.Has(p) {
			continue
		}
		for _, f := range of {
			if x.lost[p][f] > reasons.Tolerance {
				return false
			}
		}
	}
	return true
}

// fires reports whether a rule denies the row by itself, or may, for want of
// something that it needs.
func (x *judge) fires(s *second, rule int) bool {
	if !x.asked {
		x.asked = true
		x.fired = slices.Grow(x.fired[:0], len(s.first.book.rules[x.policy]))[:len(s.first.book.rules[x.policy])]
		clear(x.fired)
		steps, _ := s.engine.Explain(&s.batch, int16(x.policy), x.k)
		for i := range steps {
			if at := int(steps[i].Index); fires(&steps[i]) && at < len(x.fired) {
				x.fired[at] = true
			}
		}
	}
	return x.fired[rule]
}

// reads reports whether what denied reads one of some features.
func (x *judge) reads(s *second, names []string) bool {
	steps, _ := s.engine.Explain(&s.batch, int16(x.policy), x.k)
	for i := range steps {
		if !steps[i].Decides && !(int(steps[i].Index) == x.rule && steps[i].Kind == "cutoff") {
			continue
		}
		for _, v := range steps[i].Reads {
			if slices.Contains(names, v.Name) {
				return true
			}
		}
	}
	return false
}

// judgeOmitted looks for a principal factor that no code given stands for: by
// the model's own method where its file declares one, else by every method.
func (x *judge) judgeOmitted(s *second) {
	methods := x.has
	if methods.Has(reasons.Declared) {
		methods = reasons.Of(reasons.Declared)
	}
	of := &s.first.book.models[x.model]
	for _, f := range x.top[x.primary] {
		if !x.covered[f] && of.codable[f] && x.principal(methods, f, s.first.settings.Share) {
			x.result.add(omitted, s.ranker.Models[x.model].Features[f])
			return
		}
	}
}

// principal reports whether feature f holds the share of all that is short by
// each of some methods.
func (x *judge) principal(methods reasons.Set, f int32, share float64) bool {
	for p := range reasons.Methods {
		if methods.Has(p) && !(x.sum[p] > 0 && x.lost[p][f] >= float64(share*x.sum[p])) {
			return false
		}
	}
	return true
}

// measure counts how near the reasons given come to the recomputed ones.
func (x *judge) measure(s *second, n *[kinds]int64) {
	set, of := s.first.settings, &s.first.book.models[x.model]
	top := x.top[x.primary]
	lost := x.lost[x.primary]
	first, last := math.Inf(1), math.Inf(1) // the least shortfalls of the first and of the top ones: ties count
	if len(top) > 0 {
		first, last = lost[top[0]]-reasons.Tolerance, lost[top[min(len(top), set.Top)-1]]-reasons.Tolerance
	}
	factors := 0
	for _, c := range s.given.codes {
		if len(of.inputs[c]) == 0 && s.first.book.codes[c].rule != "" {
			continue // about a rule
		}
		factors++
		most := math.Inf(-1)
		for _, f := range of.inputs[c] {
			most = max(most, lost[f])
		}
		if factors == 1 && len(top) > 0 {
			n[nFirst]++
			if most >= first {
				n[nFirstSame]++
			}
		}
		if factors <= set.Top {
			n[nLooked]++
			if most >= last {
				n[nLookedTop]++
			}
		}
	}
	for _, f := range top {
		if x.principal(reasons.Of(x.primary), f, set.Share) {
			n[nPrincipal]++
			if x.covered[f] {
				n[nPrincipalTold]++
			}
		}
	}
	if passes, ok := x.suffices(s); ok {
		n[nNeutral]++
		if passes {
			n[nSuffice]++
		}
	}
	if tau := x.tau(s); tau == tau {
		s.tau.Add(tau)
	}
}

// suffices reports whether the score reaches the cut-off once the factors given
// have the reference of the primary method.
func (x *judge) suffices(s *second) (passes, ok bool) {
	cut := s.cut[x.k]
	if cut != cut {
		return false, false
	}
	score := x.block.Without(x.primary, x.row, x.covered, s.batch.Scores.Score[x.k], s.batch.Scores.Margin[x.k])
	d := (score - cut) * s.ranker.Models[x.model].Better()
	return d >= 0, score == score
}

// tau is Kendall's tau-b of the order of the factors given and their shortfalls
// by the primary method, NaN where there are too few.
func (x *judge) tau(s *second) float64 {
	of, lost := &s.first.book.models[x.model], x.lost[x.primary]
	var short [16]float64
	n := 0
	for _, c := range s.given.codes {
		if len(of.inputs[c]) == 0 || n == len(short) {
			continue
		}
		most := math.Inf(-1)
		for _, f := range of.inputs[c] {
			most = max(most, lost[f])
		}
		short[n] = most
		n++
	}
	return kendall(short[:n])
}

// kendall is Kendall's tau-b of numbers and the order they are in, the largest
// first; NaN where all are equal.
func kendall(short []float64) float64 {
	up, down, ties := 0, 0, 0
	for i := range short {
		for j := range i {
			switch {
			case short[j] > short[i]:
				up++
			case short[j] < short[i]:
				down++
			default:
				ties++
			}
		}
	}
	if up+down == 0 {
		return math.NaN()
	}
	return float64(up-down) / math.Sqrt(float64(up+down+ties)*float64(up+down))
}
