package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"reflect"

	"evenhand/audit/policy"
)

// policyFile is a file of policies.
type policyFile struct {
	Version  int             `yaml:"version"`
	Policies []policy.Policy `yaml:"policies"`
}

// LoadPolicies returns the lender's registry of policies, nil when the plan
// names none. read returns the content of a file; a relative name is relative
// to the plan. The error is a PlanError: every problem found, with its line.
func (p *Plan) LoadPolicies(read func(path string) ([]byte, error)) (*policy.Registry, error) {
	from, list, digest := p, p.Policies, p.Digest
	if p.PolicyFile != "" {
		path := p.PolicyFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, path)
		}
		data, err := read(path)
		if err != nil {
			return nil, fmt.Errorf("policies: %w", err)
		}
		root, err := parseYAML(p.PolicyFile, data)
		if err != nil {
			return nil, err
		}
		from = &Plan{Name: p.PolicyFile, lines: map[string]int{}}
		d, file := &decoder{plan: from}, policyFile{}
		d.decode(root, reflect.ValueOf(&file).Elem(), "")
		if err := append(d.problems, d.unknown...).sorted(); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		list, digest = file.Policies, hex.EncodeToString(sum[:])
	}
	if len(list) == 0 {
		return nil, nil
	}
	registry, problems := policy.New(list, p.zone, exponentOf(p.Currency))
	var all PlanError
	for _, x := range problems {
		all = append(all, from.problemf("policies."+x.Path, "policies.%s: %s", x.Path, x.Text))
	}
	if err := all.sorted(); err != nil {
		return nil, err
	}
	registry.Digest = digest
	return registry, nil
}
