package scenario

import (
	"fmt"
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const stressName = "stress"

// Stress replays a grid around the policy on file.
var Stress = &audit.Check{
	Name:     stressName,
	Title:    audit.T("What would change", "结果会怎样变化"),
	Doc:      stressDoc,
	DocZh:    stressDocZh,
	Words:    stressWords,
	Chapter:  "scenarios",
	Clauses:  clauses.IDs(clauses.SR262),
	Needs:    audit.Needs{Tables: append(slices.Clone(needs.Tables), ladderNeed), Replay: true},
	Settings: func() any { return &StressSettings{Months: 12, PDO: 20, LGD: 0.5} },
	New:      func(env *audit.Env) (audit.State, error) { return newStress(env) },
	Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
}

// StressSettings are the parameters of stress.
type StressSettings struct {
	Months int     `yaml:"months" doc:"months of decisions before as_of that are looked at; 0: all; default 12"`
	PDO    float64 `yaml:"pdo" doc:"points that double the odds, to shift cut-offs of probabilities and log-odds; default 20"`
	LGD    float64 `yaml:"lgd" doc:"share of the exposure that is lost when a loan goes bad; default 0.5"`
	Own    []Own   `yaml:"own" doc:"scenarios of the lender's own, besides the grid"`
}

// Own is a scenario that the plan gives.
type Own struct {
	Name     string            `yaml:"name" doc:"name of the scenario, as the report has it"`
	Cutoff   int               `yaml:"cutoff" doc:"shift of the cut-offs in points; above 0 is stricter"`
	Off      []string          `yaml:"off" doc:"ids of rules that look at nobody"`
	Limit    float64           `yaml:"limit" doc:"factor of the limits' terms, e.g. 0.9"`
	Features map[string]string `yaml:"features" doc:"feature: change of its values, e.g. ×0.9 (or x0.9), +1, -1 or =0"`
}

// Validate reports the first setting that is wrong.
func (s *StressSettings) Validate(env *audit.Env) error {
	if err := common(stressName, s.Months, s.PDO, s.LGD); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, o := range s.Own {
		bad := func(format string, args ...any) error {
			return fmt.Errorf("checks: stress: own scenario %d: "+format, append([]any{i + 1}, args...)...)
		}
		switch {
		case o.Name == "":
			return bad("it has no name; give it one")
		case seen[o.Name]:
			return bad("%q is here twice; rename one", o.Name)
		case o.Cutoff < -reach || o.Cutoff > reach:
			return bad("cutoff %d is out of reach; use -%d to %d points", o.Cutoff, reach, reach)
		case o.Limit < 0:
			return bad("limit %v must be a factor above 0", o.Limit)
		}
		seen[o.Name] = true
		for _, id := range o.Off {
			if env.Policies != nil && !slices.Contains(ruleIDs(env), id) {
				return bad("no policy has a rule %q; the rules are %v", id, ruleIDs(env))
			}
		}
		for _, f := range sortedNames(o.Features) {
			if _, err := parseChange(o.Features[f]); err != nil {
				return bad("feature %s: %w", f, err)
			}
		}
	}
	return nil
}

func common(check string, months int, pdo, lgd float64) error {
	switch {
	case months < 0:
		return fmt.Errorf("checks: %s: months %d must not be negative", check, months)
	case !(pdo > 0):
		return fmt.Errorf("checks: %s: pdo %v must be above 0", check, pdo)
	case !(lgd > 0 && lgd <= 1):
		return fmt.Errorf("checks: %s: lgd %v must be above 0 and at most 1", check, lgd)
	}
	return nil
}

// wrong makes the plan's what is wrong with a setting.
func wrong(env *audit.Env, err error) error {
	return audit.PlanError{{File: env.Plan.Name, Text: err.Error()}}
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// ruleIDs are the rules of the policies that can be turned off, in the order in
// which they first appear, cut-offs of the score left out last.
func ruleIDs(env *audit.Env) (out []string) {
	add := func(id string) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for i := range env.Policies.Policies {
		p := &env.Policies.Policies[i]
		for k := range p.Cooling {
			add(p.Cooling[k].ID)
		}
		for k := range p.Rules {
			add(p.Rules[k].ID)
		}
	}
	return out
}

// knockouts are the rules that turn down, or refer, by a condition.
func knockouts(env *audit.Env) (out []string) {
	for _, id := range ruleIDs(env) {
		for i := range env.Policies.Policies {
			p := &env.Policies.Policies[i]
			cooling, hard := false, false
			for k := range p.Cooling {
				cooling = cooling || p.Cooling[k].ID == id
			}
			for k := range p.Rules {
				hard = hard || p.Rules[k].ID == id && !movable(&p.Rules[k]) && p.Rules[k].Then != "approve"
			}
			if cooling || hard {
				out = append(out, id)
				break
			}
		}
	}
	return out
}
