package reports

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const summarySchemaFile = "../fixtures/summary.schema.json"

// closed compiles the schema of summary.json so that it refuses fields it does
// not know: then a field that is written and not described shows.
func closed(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := SummarySchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var shut func(any)
	shut = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, ok := v["properties"].(map[string]any); ok && v["type"] == "object" {
				v["additionalProperties"] = false
			}
			for _, w := range v {
				shut(w)
			}
		case []any:
			for _, w := range v {
				shut(w)
			}
		}
	}
	shut(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("summary.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("summary.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSummarySchemaFile holds the committed schema against the code.
func TestSummarySchemaFile(t *testing.T) {
	got, err := SummarySchema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(summarySchemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(summarySchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (-update rewrites it)", summarySchemaFile)
	}
}

func TestSummaryValidates(t *testing.T) {
	schema := closed(t)
	for name, in := range testInputs() {
		b, err := New(in).render(summaryFormat)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		err = schema.Validate(doc)
		if strings.HasPrefix(name, "hostile") || strings.HasPrefix(name, "realistic") {
			err = besidesDigests(err)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		delete(doc.(map[string]any), "verdict")
		if besidesDigests(schema.Validate(doc)) == nil {
			t.Errorf("%s: a summary without verdict passes", name)
		}
	}
}

// besidesDigests is err without complaints about digests: those of the test
// runs are made up.
func besidesDigests(err error) error {
	v, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return err
	}
	for _, c := range v.Causes {
		if besidesDigests(c) != nil {
			return err
		}
	}
	if at := strings.Join(v.InstanceLocation, "/"); len(v.Causes) > 0 || strings.HasSuffix(at, "sha256") {
		return nil
	}
	return err
}

// TestSummaryDocs holds that no words are left of fields that went away.
func TestSummaryDocs(t *testing.T) {
	known := map[string]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			known[defName(typ.Name())+"."+name] = true
			walk(typ.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[Summary]())
	if len(known) < 50 {
		t.Fatalf("only %d fields", len(known))
	}
	for key := range summaryDocs {
		if !known[key] {
			t.Errorf("%s is no field of summary.json", key)
		}
	}
	for state := range waiverWords {
		if !slices.Contains(summaryWords["waiver_result.state"], state) {
			t.Errorf("the state %s of a waiver is not in the schema", state)
		}
	}
	for key := range summaryWords {
		if !known[key] {
			t.Errorf("%s is no field of summary.json", key)
		}
	}
}
