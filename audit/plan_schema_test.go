package audit

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := PlanSchema(exampleChecks())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := PlanSchema(exampleChecks()); !bytes.Equal(data, again) {
		t.Fatal("two calls give two schemas")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// matches validates YAML text as an editor does: after turning it into JSON.
func matches(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return err
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestPlanSchemaAcceptsPlans(t *testing.T) {
	s := compiledSchema(t)
	plans := examples(t)
	plans["settings"] = []byte(head + tables + "checks: {drift: {window: 3, cuts: [1.5], limits: {a: 1}, nested: {depth: 1}}, parity: {}}\nskip: [parity]\nlexicon: some words\n")
	plans["short"] = []byte(head + "tables: {decisions: {files: [a, b], columns: {reasons: [r1, r2], pd: {constant: 0.5}, score: {from: s, nan: null}}}}\nsegments: [a]\n")
	for name, text := range plans {
		if err := matches(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParsePlan(name, text, exampleChecks()); err != nil {
			t.Errorf("%v", err)
		}
	}
}

// What a schema can't say, and ParsePlan refuses all the same.
var beyondSchema = []string{"head2", "models", "rest2", "settings", "yaml"}

func TestPlanSchemaRefusesBrokenPlans(t *testing.T) {
	s := compiledSchema(t)
	plans, _ := broken(t)
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		err := matches(t, s, plans[name])
		if beyond := slices.Contains(beyondSchema, name); (err == nil) != beyond {
			t.Errorf("%s: the schema says %v; want an error: %v", name, err, !beyond)
		}
	}
	// One fault at a time: each must be refused by both.
	for _, text := range []string{
		"version: 2\nas_of: 2026-06-30\n" + tables,
		"version: 1\n" + tables,
		head,
		head + "tables: {}\n",
		head + "tables: {decision: {files: x}}\n",
		head + "tables: {decisions: {}}\n",
		head + "tables: {decisions: {files: x, columns: {outcom: y}}}\n",
		head + "tables: {decisions: {files: x, columns: {outcome: {from: y, values: {a: fine}}}}}\n",
		head + "tables: {decisions: {files: x, columns: {outcome: {constant: fine}}}}\n",
		head + "tables: {decisions: {files: x, columns: {outcome: {}}}}\n",
		head + "tables: {decisions: {files: x, columns: {outcome: [a, b]}}}\n",
		head + "tables: {decisions: {files: x, columns: {score: {from: y, float_money: true}}}}\n",
		head + "tables: {decisions: {files: x, columns: {region: {from: y, unmapped: keep}}}}\n",
		head + "tables: {decisions: {files: x, columns: {product: {row: true}}}}\n",
		head + "tables: {decisions: {files: x, columns: {score: {from: y, nan: zero}}}}\n",
		head + "tables: {decisions: {files: x, features: {a: {from: b, unit: minor}}}}\n",
		head + "tables: {appeals: {files: x, features: {a: b}}}\n",
		head + tables + "period: fortnight\n",
		head + tables + "groups: {sex: {}}\n",
		head + tables + "groups: [sex]\n",
		head + tables + "segments: {product: {reference: x}}\n",
		head + tables + "honesty: {alpha: low}\n",
		head + tables + "honesty: {min_cell: 1.5}\n",
		head + tables + "models: [{output: odds, file: x}]\n",
		head + tables + "gates: {fail_on: always}\n",
		head + tables + "checks: {drif: {}}\n",
		head + tables + "checks: {parity: {x: 1}}\n",
		head + tables + "checks: {drift: {widow: 1}}\n",
		head + tables + "checks: {drift: {method: slow}}\n",
		head + tables + "skip: [drif]\n",
		head + tables + "reasons: {R1: {generic: perhaps}}\n",
	} {
		if err := matches(t, s, []byte(text)); err == nil {
			t.Errorf("the schema accepts:\n%s", text)
		}
		if _, err := ParsePlan("audit.yaml", []byte(text), testChecks()); err == nil {
			t.Errorf("ParsePlan accepts:\n%s", text)
		}
	}
}

func TestPlanSchemaWantsDocs(t *testing.T) {
	check := &Check{Name: "bare", Settings: func() any {
		return &struct {
			X int `yaml:"x"`
		}{}
	}}
	if _, err := PlanSchema([]*Check{check}); err == nil || !strings.Contains(err.Error(), "no doc tag") {
		t.Errorf("err = %v; a setting without a doc tag must be refused", err)
	}
}
