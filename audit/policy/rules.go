package policy

import (
	"fmt"
	"slices"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// What the decision table says of a row so far, by severity.
const (
	open     uint8 = iota // nothing yet
	approves              // a rule approves: no later one is looked at
	refers
	denies
	passes = open // what `missing: pass` makes of a rule
	unsaid = 255  // nothing is said of a missing value
)

// Outcomes, as indexes into features.Outcomes.
const (
	approved uint8 = iota
	approvedLower
	denied
	referred
)

var outcomeOf = [...]uint8{open: approved, approves: approved, refers: referred, denies: denied}

func verdict(word string, otherwise uint8) uint8 {
	switch word {
	case "approve":
		return approves
	case "refer":
		return refers
	case "deny":
		return denies
	case "pass":
		return passes
	}
	return otherwise
}

// rule is a compiled row of the decision table: a condition or a cut-off.
type rule struct {
	index   int16
	scope   *expr.Expr // nil: every application
	when    *expr.Expr
	cut     *cut
	then    uint8
	missing uint8
	worst   bool // it also looks at rows that are referred
	scored  bool // its condition reads the score
}

// cut is a compiled cut-off.
type cut struct {
	of, approve, refer quantity
	sign               float64 // -1 when lower is better
	band               bool    // there is a refer band
	tie, referTie      bool    // equal passes
	scored             bool    // it cuts the score
}

// rules compiles cooling-off times, then the decision table.
func (c *compiler) rules(v *variant, p *Policy) {
	for i := range p.Cooling {
		x := &p.Cooling[i]
		fact := sinceFact(x.After)
		v.rules = append(v.rules, rule{
			index: int16(len(p.Rules) + i),
			scope: c.truth(fmt.Sprintf("cooling_off.%d.for", i+1), x.For),
			when:  c.truth(fmt.Sprintf("cooling_off.%d.after", i+1), Expr(fmt.Sprintf("%s != null && %s <= %d", fact, fact, x.Days))),
			then:  verdict(x.Then, denies), missing: unsaid, worst: p.Order == "worst",
		})
	}
	for i := range p.Rules {
		x, path := &p.Rules[i], fmt.Sprintf("rules.%d.", i+1)
		r := rule{
			index: int16(i), scope: c.truth(path+"for", x.For), when: c.truth(path+"when", x.When),
			then: verdict(x.Then, denies), missing: verdict(x.Missing, verdict(p.Missing, unsaid)), worst: p.Order == "worst",
		}
		if k := x.Cutoff; k != nil {
			r.cut = &cut{
				of: c.number(path+"cutoff.of", k.of()), approve: c.number(path+"cutoff.approve", k.Approve), refer: c.number(path+"cutoff.refer", k.Refer),
				sign: 1, band: k.Refer != "", tie: k.Tie != "fail",
			}
			if k.Better == "lower" {
				r.cut.sign = -1
			}
			r.cut.referTie = r.cut.tie
			if k.ReferTie != "" {
				r.cut.referTie = k.ReferTie != "fail"
			}
			r.cut.scored = c.scored(r.cut.of.x)
		}
		r.scored = c.scored(r.when)
		v.rules = append(v.rules, r)
	}
}

// scored reports whether an expression reads the score.
func (c *compiler) scored(e *expr.Expr) bool {
	return e != nil && slices.Contains(e.Names(), string(score))
}

// verdicts is what the rules say of the rows of a batch.
type verdicts struct {
	said  []uint8
	rule  []int16
	doubt []uint8 // bits 1<<verdict: what a rule might have said
	first []int16 // the first rule in doubt
	edge  []bool
	worst bool // a denial wins over any referral
	now   []expr.Truth
	hair  hair
}

func (s *verdicts) reset(n int, edge []bool, worst bool) {
	s.said, s.doubt = clear8(s.said, n), clear8(s.doubt, n)
	s.rule, s.first = grow(s.rule, n), grow(s.first, n)
	for i := range n {
		s.rule[i], s.first[i] = -1, -1
	}
	s.edge, s.worst = edge, worst
}

// apply lets a rule decide the rows of a batch that are open. With tolerance,
// rows within it of a cut-off are marked.
func (s *verdicts) apply(r *rule, b *features.Batch, tolerance []float64) {
	n := b.N
	var scope []expr.Truth
	if r.scope != nil {
		scope = r.scope.Truths(b)[:n]
	}
	if r.cut != nil {
		s.cut(r, b, scope, tolerance)
		return
	}
	when := r.when.Truths(b)[:n]
	if r.scored && tolerance != nil {
		s.now = grow(s.now, n)
		copy(s.now, when)
		when = s.now
		s.hair.mark(r.when, b, when, tolerance, func(i int) {
			if !s.closed(i, r) && (scope == nil || scope[i] != expr.False) {
				s.edge[i] = true
			}
		})
	}
	for i, t := range when {
		if t == expr.False || s.closed(i, r) {
			continue
		}
		if scope != nil {
			if scope[i] == expr.False {
				continue
			}
			if scope[i] == expr.Unknown {
				t = expr.Unknown
			}
		}
		if t == expr.True {
			s.say(i, r, r.then)
		} else {
			s.lack(i, r, 1<<r.then)
		}
	}
}

// closed reports whether nothing that r says of row i can matter.
func (s *verdicts) closed(i int, r *rule) bool {
	return s.said[i] != open && !(r.worst && s.said[i] == refers)
}

func (s *verdicts) say(i int, r *rule, what uint8) {
	if what > s.said[i] {
		s.said[i], s.rule[i] = what, r.index
	}
}

// lack notes that a rule needs something that row i lacks: it might have said
// one of the verdicts in might.
func (s *verdicts) lack(i int, r *rule, might uint8) {
	if r.missing != unsaid {
		if r.missing != passes {
			s.say(i, r, r.missing)
		}
		return
	}
	if s.doubt[i] |= might; s.first[i] < 0 {
		s.first[i] = r.index
	}
}

func (s *verdicts) cut(r *rule, b *features.Batch, scope []expr.Truth, tolerance []float64) {
	c := r.cut
	c.of.load(b)
	c.approve.load(b)
	c.refer.load(b)
	might := uint8(1) << r.then
	if c.band {
		might |= 1 << refers
	}
	for i := range b.N {
		if s.closed(i, r) {
			continue
		}
		var in expr.Truth = expr.True
		if scope != nil {
			if in = scope[i]; in == expr.False {
				continue
			}
		}
		x, a, f := c.sign*c.of.at(i), c.sign*c.approve.at(i), c.sign*c.refer.at(i)
		if c.scored && tolerance != nil {
			t := tolerance[i]
			if d := x - a; d != 0 && d <= t && d >= -t {
				s.edge[i] = true
			}
			if d := x - f; d != 0 && d <= t && d >= -t {
				s.edge[i] = true
			}
		}
		switch {
		case x > a || x == a && c.tie: // passes, whatever else is missing
		case in == expr.Unknown || x != x || a != a || c.band && f != f:
			s.lack(i, r, might)
		case c.band && (x > f || x == f && c.referTie):
			s.say(i, r, refers)
		default:
			s.say(i, r, r.then)
		}
	}
}

// settle says of row i what the table says in the end, and by which rule; in
// doubt when a rule that lacked something could have said otherwise.
func (s *verdicts) settle(i int) (said uint8, rule int16, doubt bool) {
	said, rule = s.said[i], s.rule[i]
	if d := s.doubt[i]; d != 0 {
		end := max(said, approves)
		if d &^= 1 << end; end == denies && d == 1<<refers && s.worst {
			d = 0
		}
		if d != 0 {
			return said, s.first[i], true
		}
	}
	return said, rule, false
}

func clear8(s []uint8, n int) []uint8 {
	s = grow(s, n)
	for i := range s {
		s[i] = 0
	}
	return s
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	return s[:n]
}
