package main

import (
	"encoding/json"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks"
)

// TestDocsAreChinese holds that every setting of a check and every key of the
// plan is described in Chinese, and that the list has nothing else.
func TestDocsAreChinese(t *testing.T) {
	wanted := map[string]bool{}
	for _, c := range checks.Known() {
		wanted[c.Title.En] = true
		for _, s := range audit.SettingsOf(c) {
			wanted[s.Doc] = true
		}
	}
	schema, err := audit.PlanSchema(checks.Known())
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(schema, &doc); err != nil {
		t.Fatal(err)
	}
	collect(doc, wanted)
	if len(wanted) < 300 {
		t.Fatalf("only %d descriptions", len(wanted))
	}
	for en := range wanted {
		if docs()[en] == "" {
			t.Errorf("no Chinese for %q", en)
		}
	}
	for en := range docs() {
		if !wanted[en] {
			t.Errorf("docs_zh.txt has %q, which describes nothing", en)
		}
	}
	zh, err := describedIn("zh", schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(zh, &doc); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	collect(doc, said)
	for s := range said {
		if wanted[s] {
			t.Errorf("%q is English in the Chinese schema", s)
		}
	}
}

func collect(v any, into map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		for k, w := range x {
			if s, ok := w.(string); ok && k == "description" {
				into[s] = true
				continue
			}
			collect(w, into)
		}
	case []any:
		for _, w := range x {
			collect(w, into)
		}
	}
}
