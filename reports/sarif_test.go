package reports

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sarifValidator is the OASIS schema of SARIF 2.1.0, formats asserted.
func sarifValidator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(sarifSchema, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSARIFValidates also holds that the schema refuses what is no SARIF.
func TestSARIFValidates(t *testing.T) {
	schema := sarifValidator(t)
	for name, in := range testInputs() {
		b, err := New(in).render(sarifFormat)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		doc.(map[string]any)["runs"].([]any)[0].(map[string]any)["startTime"] = "now"
		if schema.Validate(doc) == nil {
			t.Errorf("%s: the schema lets everything pass", name)
		}
	}
}

// TestSARIF holds what the schema can't say: that indices lead where their
// names say, that every message has its translation, and that rules, results
// and files are all there.
func TestSARIF(t *testing.T) {
	in := realistic()
	r := New(in)
	b, err := r.render(sarifFormat)
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	rules, zh := run.Tool.Driver.Rules, run.Translations[0].Rules
	if len(rules) != len(in.Checks) || len(zh) != len(rules) || len(run.Results) != len(r.res.Findings) || len(run.Results) == 0 {
		t.Fatalf("%d rules, %d translated, %d results", len(rules), len(zh), len(run.Results))
	}
	if run.Translations[0].Associated.GUID != run.Tool.Driver.GUID {
		t.Error("the translation is of another tool")
	}
	files := 0
	for _, table := range r.tables {
		files += len(table.Files)
	}
	if n := len(run.Artifacts); n != files+1+len(r.models) {
		t.Errorf("%d artifacts of %d files", n, files)
	}
	for i, res := range run.Results {
		f := r.res.Findings[i]
		rule := rules[res.RuleIndex]
		if rule.ID != res.RuleID || res.RuleID != f.Check || res.Fingerprints["evenhandFinding/v1"] != f.ID {
			t.Errorf("result %d: rule %s, index of %s, finding %s", i, res.RuleID, rule.ID, f.ID)
		}
		if rule.Messages[res.Message.ID].Text != res.Message.Text || zh[res.RuleIndex].Messages[res.Message.ID].Text != f.Title.Zh {
			t.Errorf("result %d: its message is not translated", i)
		}
		if want := map[string]string{"fail": "error", "warn": "warning", "info": "note"}[f.Severity.Level()]; res.Level != want {
			t.Errorf("result %d: level %s", i, res.Level)
		}
		if len(res.Locations) == 0 {
			t.Errorf("result %d is nowhere", i)
		}
		for _, l := range res.Locations {
			for _, k := range l.Logical {
				if run.LogicalLocations[*k.Index].Full != k.Full {
					t.Errorf("result %d: %s is %s", i, k.Full, run.LogicalLocations[*k.Index].Full)
				}
			}
			if a := l.Physical.Artifact; run.Artifacts[*a.Index].Location.URI != a.URI || run.Artifacts[*a.Index].Hashes["sha-256"] == "" {
				t.Errorf("result %d: %s is %v", i, a.URI, run.Artifacts[*a.Index])
			}
		}
	}
	skipped := 0
	for _, n := range run.Invocations[0].Configuration {
		if rules[n.Rule.Index].ID != n.Rule.ID {
			t.Errorf("notification of %s points at %s", n.Rule.ID, rules[n.Rule.Index].ID)
		}
		skipped++
	}
	if skipped != 2 {
		t.Errorf("%d checks that did not run, or not on all", skipped)
	}
}

func TestSARIFText(t *testing.T) {
	for in, want := range map[string]string{
		"a {0} b":   "a {{0}} b",
		"[x](1)":    `\[x\](1)`,
		"[0, 1] %":  "[0, 1] %",
		"":          none,
		"a\x00\xff": "a⟨U+0000⟩⟨FF⟩",
	} {
		if got := sarifSaid(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for name, want := range map[string]string{
		"decisions/part 1.parquet": "decisions/part%201.parquet", "dt=2026-01/a.parquet": "dt=2026-01/a.parquet",
		"s3://bucket/a b.parquet": "s3://bucket/a%20b.parquet", "a:b.parquet": "./a:b.parquet", "数据.parquet": "%E6%95%B0%E6%8D%AE.parquet",
		"100%#?.parquet": "100%25%23%3F.parquet",
	} {
		got, base := sarifURI(name)
		if got != want || (base == "") != strings.HasPrefix(name, "s3:") {
			t.Errorf("%s: got %s, %s", name, got, base)
		}
		if _, err := url.Parse(got); err != nil {
			t.Error(err)
		}
	}
}
