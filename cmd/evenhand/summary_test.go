package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSummaries holds what every demo says of itself against the published
// schema of summary.json.
func TestSummaries(t *testing.T) {
	if len(demos) == 0 {
		t.Fatal("no demos")
	}
	schema, err := jsonschema.NewCompiler().Compile("../../fixtures/summary.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range demos {
		t.Run(d.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := unpack(d.files(), dir); err != nil {
				t.Fatal(err)
			}
			if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code > exitFindings {
				t.Fatalf("exit code %d: %s", o.code, o.stderr)
			}
			f, err := os.Open(filepath.Join(dir, "report", "summary.json"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			doc, err := jsonschema.UnmarshalJSON(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}
