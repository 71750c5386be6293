package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSummaries holds what every demo says of itself against the published
// schemas: ours of summary.json, and that of SARIF.
func TestSummaries(t *testing.T) {
	if len(demos) == 0 {
		t.Fatal("no demos")
	}
	schemas := map[string]*jsonschema.Schema{}
	for file, schema := range map[string]string{
		"summary.json": "../../fixtures/summary.schema.json", "findings.sarif": "../../reports/testdata/sarif-schema-2.1.0.json",
	} {
		var err error
		if schemas[file], err = jsonschema.NewCompiler().Compile(schema); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range demos {
		t.Run(d.name, func(t *testing.T) {
			dir, _ := demoed(t)
			for file, schema := range schemas {
				f, err := os.Open(filepath.Join(dir, d.name, "report", file))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				doc, err := jsonschema.UnmarshalJSON(f)
				if err != nil {
					t.Fatal(err)
				}
				if err := schema.Validate(doc); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		})
	}
}
