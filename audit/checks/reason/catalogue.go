package reason

import (
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/denial"
	"evenhand/audit/policy"
	"evenhand/audit/reasons"
)

// What a code is, where it is no index of catalogue.codes.
const (
	unlisted int32 = -1 // neither catalogue nor policies know it
	generic  int32 = -2 // it says nothing specific
)

// code is a reason code and what it stands for.
type code struct {
	name     string
	features []string
	rule     string
}

// catalogue is what reason codes stand for: in the plan's catalogue, and in the
// rules of the policies that name them. It never changes.
type catalogue struct {
	codes   []code // by name
	index   map[string]int32
	generic func(string) bool
	rules   [][]rule  // by policy, and index of features.Replay.Rule
	terms   [][]rule  // by policy, and index of features.Replay.Bound
	models  []ofModel // by model
}

// rule is what a rule or a limit's term is to reason codes.
type rule struct {
	name, stage string
	exempt      bool
	kind        kind
	mixed       bool     // it reads the score among other things
	stands      []bool   // by code: it stands for the rule
	any         bool     // some code does
	own         []string // the codes made for it: by its name or the policy's list
}

// kind is how reasons for a rule's denials are judged.
type kind uint8

const (
	byRule  kind = iota // the rule itself must be told
	byScore             // factors of the score must be told
	unclear             // a cut-off of something else than the score
)

// ofModel is what the codes are to a model.
type ofModel struct {
	inputs  [][]int32 // by code: the model's features that it stands for
	others  []bool    // by code: it stands for features that are no inputs, too
	codable []bool    // by feature: some code stands for it
}

func newCatalogue(env *audit.Env, models []*reasons.Model) *catalogue {
	c := &catalogue{index: map[string]int32{}, generic: denial.Generic(env.Plan)}
	known := map[string]audit.Reason{}
	maps.Copy(known, env.Plan.Reasons)
	if env.Policies != nil && len(env.Plan.Reasons) > 0 {
		for i := range env.Policies.Policies {
			p := &env.Policies.Policies[i]
			for k := range rulesOf(p) {
				for _, name := range p.RuleReasons(k) {
					if _, ok := known[name]; !ok {
						known[name] = audit.Reason{}
					}
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if c.generic(name) {
			continue
		}
		x := known[name]
		c.index[name] = int32(len(c.codes))
		c.codes = append(c.codes, code{name, x.Features, x.Rule})
	}
	for _, m := range models {
		c.models = append(c.models, c.ofModel(m))
	}
	if env.Policies == nil {
		return c
	}
	for i := range env.Policies.Policies {
		p := &env.Policies.Policies[i]
		var rules, terms []rule
		for k := range rulesOf(p) {
			rules = append(rules, c.rule(p, k))
		}
		for k := 0; p.Term(k) != nil; k++ {
			terms = append(terms, c.term(p, k))
		}
		for k := len(p.Rules) + len(p.Cooling); k < len(rules); k++ {
			rules[k].take(terms) // a limit that came out too low: what made it low says so
		}
		c.rules, c.terms = append(c.rules, rules), append(c.terms, terms)
	}
	return c
}

// rulesOf is how many indexes of features.Replay.Rule the rules, cooling-off
// times and what follows them have.
func rulesOf(p *policy.Policy) int { return len(p.Rules) + len(p.Cooling) + 2 }

// of returns the index of a code, or what else it is.
func (c *catalogue) of(name string) int32 {
	if i, ok := c.index[name]; ok {
		return i
	}
	if c.generic(name) {
		return generic
	}
	return unlisted
}

// own returns c for another worker: what tells generic codes has a scratch.
func (c *catalogue) own(plan *audit.Plan) *catalogue {
	o := *c
	o.generic = denial.Generic(plan)
	return &o
}

func (c *catalogue) ofModel(m *reasons.Model) ofModel {
	x := ofModel{inputs: make([][]int32, len(c.codes)), others: make([]bool, len(c.codes)), codable: make([]bool, len(m.Features))}
	for i := range c.codes {
		for _, name := range c.codes[i].features {
			if f, ok := slices.BinarySearch(m.Features, name); ok {
				x.inputs[i] = append(x.inputs[i], int32(f))
				x.codable[f] = true
			} else {
				x.others[i] = true
			}
		}
	}
	return x
}

func (c *catalogue) rule(p *policy.Policy, k int) rule {
	r := rule{name: p.RuleName(k), stage: p.RuleStage(k), exempt: p.RuleExempt(k)}
	r.exempt = r.exempt || r.stage == "fraud"
	factors := p.RuleFactors(k)
	r.mixed = slices.Contains(factors, "score")
	if k < len(p.Rules) {
		if cut := p.Rules[k].Cutoff; cut != nil {
			r.kind = unclear
			if cut.Of == "" || cut.Of == "score" {
				r.kind = byScore
			}
		}
	}
	c.link(&r, p.RuleReasons(k), factors)
	return r
}

// take lets the codes that stand for any of some terms stand for the rule, too.
func (r *rule) take(terms []rule) {
	for i := range terms {
		t := &terms[i]
		r.mixed, r.any = r.mixed || t.mixed, r.any || t.any
		for k, stands := range t.stands {
			r.stands[k] = r.stands[k] || stands
		}
	}
}

func (c *catalogue) term(p *policy.Policy, k int) rule {
	r := rule{name: p.TermName(k), stage: "limit"}
	factors := p.TermFactors(k)
	r.mixed = slices.Contains(factors, "score")
	codes := p.TermReasons(k)
	if p.Limit != nil {
		codes = append(slices.Clone(codes), p.Limit.Lower...)
	}
	c.link(&r, codes, factors)
	return r
}

// link finds the codes that stand for a rule: by its name, by the policy's own
// list, or since they stand for something that the rule looks at.
func (c *catalogue) link(r *rule, listed, factors []string) {
	r.stands = make([]bool, len(c.codes))
	for i := range c.codes {
		x := &c.codes[i]
		own := x.rule == r.name || slices.Contains(listed, x.name)
		if own {
			r.own = append(r.own, x.name)
		}
		r.stands[i] = own || slices.ContainsFunc(x.features, func(f string) bool { return slices.Contains(factors, f) })
		r.any = r.any || r.stands[i]
	}
}

// byScore reports whether a policy has a cut-off of the score at an index: rows
// that only share a hash with a noted denial may not.
func (c *catalogue) byScore(policy, k int16) bool {
	return int(k) < len(c.rules[policy]) && c.rules[policy][k].kind == byScore
}

// scored reports whether a code stands for an input of any of the models.
func (c *catalogue) scored(k int32) bool {
	for i := range c.models {
		if len(c.models[i].inputs[k]) > 0 {
			return true
		}
	}
	return false
}
