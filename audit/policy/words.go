package policy

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit/policy/expr"
)

// boundKind is what binds a limit besides the policy's own terms.
type boundKind int16

const (
	boundRequested boundKind = iota
	boundNewUser
	boundArm
	boundMinimum
	boundStep
	boundFactor
	boundAdd
	boundTenure
	boundConditions
	boundMinIncrease
	boundScope
)

// boundWords are their kinds, for TermKind.
var boundWords = [...]string{
	boundRequested: "requested", boundNewUser: "new_user", boundArm: "experiment", boundMinimum: "minimum", boundStep: "step", boundFactor: "factor",
	boundAdd: "add", boundTenure: "tenure", boundConditions: "conditions", boundMinIncrease: "min_increase", boundScope: "scope",
}

func (p *Policy) terms() int {
	if p.Limit == nil {
		return 0
	}
	return len(p.Limit.Terms)
}

// bound is the index of a bound that is none of the policy's terms: they follow
// after those.
func (p *Policy) bound(k boundKind) int16 { return int16(p.terms()) + int16(k) }

func (p *Policy) ruleBelow() int16             { return int16(len(p.Rules) + len(p.Cooling)) }
func (p *Policy) ruleRequested() int16         { return p.ruleBelow() + 1 }
func (p *Policy) ruleOfTerm(bound int16) int16 { return p.ruleBelow() + 2 + bound }

// Term returns the term of the policy's limit at the index of
// features.Replay.Bound, nil for what is none.
func (p *Policy) Term(i int) *Term {
	if i < 0 || i >= p.terms() {
		return nil
	}
	return &p.Limit.Terms[i]
}

// TermName names what binds a limit, by features.Replay.Bound: a term's id, or
// a word of TermKind.
func (p *Policy) TermName(i int) string {
	if t := p.Term(i); t != nil {
		return t.ID
	}
	return p.TermKind(i)
}

// TermKind is the kind of what binds a limit: that of a term, or
//
//	requested     no more was asked for
//	new_user      what new customers get
//	experiment    the arm's limit
//	minimum       the least that is granted
//	step          the ladder's next step, or its last
//	factor, add   the growth allowed in one review
//	tenure        the months before the first increase
//	conditions    the conditions of an increase
//	min_increase  the increase would have been too small
//	scope         the ladder is not for this account
//
// and "" for -1.
func (p *Policy) TermKind(i int) string {
	if t := p.Term(i); t != nil {
		if t.Kind == "" {
			return "other"
		}
		return t.Kind
	}
	if k := i - p.terms(); i >= 0 && k < len(boundWords) {
		return boundWords[k]
	}
	return ""
}

// TermReasons are the reason codes that stand for what binds a limit; those of
// every approved_lower are Limit.Lower.
func (p *Policy) TermReasons(i int) []string {
	if t := p.Term(i); t != nil {
		return t.Reasons
	}
	if p.TermKind(i) == "new_user" && p.NewUser != nil {
		return p.NewUser.Reasons
	}
	return nil
}

// TermFactors are the columns, features and facts that a term stands for.
func (p *Policy) TermFactors(i int) []string {
	if t := p.Term(i); t != nil {
		if len(t.Factors) > 0 {
			return t.Factors
		}
		xs := []Expr{t.Value}
		if m := t.Matrix; m != nil {
			xs = append(xs, m.Rows.of(), m.Times)
			if m.Columns != nil {
				xs = append(xs, m.Columns.of())
			}
		}
		return p.reads(xs...)
	}
	switch p.TermKind(i) {
	case "conditions":
		if p.Ladder != nil {
			return p.reads(p.Ladder.When)
		}
	case "tenure":
		return []string{factMonths}
	case "new_user":
		if p.NewUser == nil || p.NewUser.When == "" {
			return []string{factMonths}
		}
		return p.reads(p.NewUser.When)
	}
	return nil
}

// RuleName names what decided, by features.Replay.Rule: the id of a rule or of
// a cooling-off time, "below_minimum", "less_than_requested", or the id of a
// limit's term that lacks a value. It is "" for -1.
func (p *Policy) RuleName(i int) string {
	r, c, term := p.part(i)
	switch {
	case r != nil:
		return r.ID
	case c != nil:
		return c.ID
	case term >= 0:
		return p.TermName(term)
	case i == int(p.ruleBelow()):
		return "below_minimum"
	case i == int(p.ruleRequested()):
		return "less_than_requested"
	}
	return ""
}

// part is the rule, cooling-off time or term (else -1) that an index means.
func (p *Policy) part(i int) (*Rule, *Cooling, int) {
	switch n := len(p.Rules); {
	case i < 0:
	case i < n:
		return &p.Rules[i], nil, -1
	case i < n+len(p.Cooling):
		return nil, &p.Cooling[i-n], -1
	case i > int(p.ruleRequested()) && i < int(p.ruleOfTerm(p.bound(boundScope)))+1:
		return nil, nil, i - int(p.ruleOfTerm(0))
	}
	return nil, nil, -1
}

// RuleReasons are the reason codes that stand for what decided.
func (p *Policy) RuleReasons(i int) []string {
	r, c, term := p.part(i)
	switch {
	case r != nil:
		return r.Reasons
	case c != nil:
		return c.Reasons
	case term >= 0:
		return p.TermReasons(term)
	case p.Limit != nil && i == int(p.ruleBelow()):
		return p.Limit.Reasons
	case p.Limit != nil && i == int(p.ruleRequested()):
		return p.Limit.Lower
	}
	return nil
}

// RuleStage is the kind of what decided: a rule's stage ("other" when it gives
// none, "score" for a cut-off), "cooling_off" or "limit".
func (p *Policy) RuleStage(i int) string {
	r, c, _ := p.part(i)
	switch {
	case r != nil && r.Stage != "":
		return r.Stage
	case r != nil && r.Cutoff != nil:
		return "score"
	case r != nil:
		return "other"
	case c != nil:
		return "cooling_off"
	case p.RuleName(i) != "":
		return "limit"
	}
	return ""
}

// RuleFactors are the columns, features and facts that what decided stands for:
// those that the policy names, else those that it reads.
func (p *Policy) RuleFactors(i int) []string {
	r, c, term := p.part(i)
	switch {
	case r != nil && len(r.Factors) > 0:
		return r.Factors
	case r != nil && r.Cutoff != nil:
		return p.reads(r.Cutoff.of())
	case r != nil:
		return p.reads(r.When)
	case c != nil:
		return []string{sinceFact(c.After)}
	case term >= 0:
		return p.TermFactors(term)
	}
	return nil
}

// RuleExempt reports whether what decided need not be explained.
func (p *Policy) RuleExempt(i int) bool {
	r, _, _ := p.part(i)
	return r != nil && r.Exempt
}

// Rule returns the index of the rule, cooling-off time or term called id, or -1.
func (p *Policy) Rule(id string) int {
	for i := range int(p.ruleOfTerm(p.bound(boundNewUser))) + 1 {
		if p.RuleName(i) == id {
			return i
		}
	}
	return -1
}

// reads are the names that expressions read, values followed, sorted.
func (p *Policy) reads(xs ...Expr) []string {
	var out []string
	seen := map[string]bool{}
	var add func(x Expr)
	add = func(x Expr) {
		s, err := expr.Parse(string(x))
		if err != nil {
			return
		}
		for _, n := range s.Names() {
			if seen[n] {
				continue
			}
			seen[n] = true
			if v, ok := p.Values[n]; ok {
				add(v)
			} else {
				out = append(out, n)
			}
		}
	}
	for _, x := range xs {
		add(x)
	}
	slices.Sort(out)
	return out
}

// Label names a policy in messages: its version, and the products it names.
func (p *Policy) Label() string {
	if len(p.Products) == 0 {
		return p.Version
	}
	return fmt.Sprintf("%s (%s)", p.Version, strings.Join(p.Products, ", "))
}
