package main

import (
	"fmt"
	"os"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/pseudonym"
	"evenhand/features/parquetfile"
)

// idKeyVariable is the environment variable that holds the lender's key of ids.
const idKeyVariable = "EVENHAND_ID_KEY"

// identities is how ids leave a run.
type identities struct {
	plain bool
	key   *pseudonym.Key // the lender's; nil without one
}

// readIdentities reads the lender's key, where the plan wants one.
func readIdentities(plan *audit.Plan) (*identities, error) {
	i := &identities{plain: plan.Privacy.Plain()}
	text := os.Getenv(idKeyVariable)
	if i.plain || text == "" {
		return i, nil
	}
	var err error
	if i.key, err = pseudonym.ParseKey(text); err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", idKeyVariable, err)}
	}
	return i, nil
}

// of returns the key for an export whose files were verified: the lender's, or
// one made of the files; nil where ids leave as they are.
func (i *identities) of(sources map[string]*parquetfile.Source) *pseudonym.Key {
	if i.plain || i.key != nil {
		return i.key
	}
	seeds := map[string][][]byte{}
	for name, s := range sources {
		seeds[name] = s.Seeds()
	}
	return pseudonym.Derive(seeds)
}

// vocabulary is what may leave besides the plan's own words.
func vocabulary(models []audit.ScoringModel, policies *policy.Registry) []any {
	out := []any{policies}
	for _, m := range models {
		for _, in := range m.Model.Inputs() {
			out = append(out, in.Name)
		}
	}
	return out
}
