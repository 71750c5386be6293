package reports

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// SummarySchema returns the JSON Schema (draft 2020-12) of summary.json, made of
// the types that write it. It lets fields pass that it does not know: later
// reports of the same version may have more.
func SummarySchema() ([]byte, error) {
	s := &summarySchemer{defs: map[string]any{}}
	root := s.object(reflect.TypeFor[Summary]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = fmt.Sprintf("urn:evenhand:summary:%d", SchemaVersion)
	root["title"] = "evenhand summary"
	root["description"] = "What an audit found, in brief: summary.json of a report."
	root["properties"].(map[string]any)["schema_version"].(map[string]any)["const"] = SchemaVersion
	root["$defs"] = s.defs
	if s.err != nil {
		return nil, s.err
	}
	data, err := json.MarshalIndent(root, "", "  ")
	return append(data, '\n'), err
}

// summarySchemer makes schemas of the summary's types; structs go into defs.
type summarySchemer struct {
	defs map[string]any
	err  error
}

func (s *summarySchemer) of(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		name := defName(t.Name())
		if s.defs[name] == nil {
			s.defs[name] = true // for types that hold themselves
			s.defs[name] = s.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	s.err = fmt.Errorf("reports: the summary can't hold a %s", t)
	return map[string]any{}
}

// object is the schema of a struct, with the fields of those embedded in it.
func (s *summarySchemer) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		owner := t
		if len(f.Index) > 1 {
			owner = t.FieldByIndex(f.Index[:len(f.Index)-1]).Type
		}
		key := defName(owner.Name()) + "." + name
		p := s.of(f.Type)
		if f.Type.Kind() == reflect.Pointer && options == "" {
			p = map[string]any{"anyOf": []any{p, map[string]any{"type": "null"}}}
		}
		doc, ok := summaryDocs[key]
		if !ok {
			doc = f.Tag.Get("doc")
		}
		if doc == "" || name == "" {
			s.err = fmt.Errorf("reports: field %s of %s has no words in summaryDocs under %s", f.Name, t, key)
		}
		p["description"] = doc
		if words := summaryWords[key]; words != nil {
			p["enum"] = words
		}
		if strings.HasSuffix(name, "sha256") {
			p["pattern"] = "^([0-9a-f]{64})?$"
		}
		properties[name] = p
		if !strings.Contains(options, "omitempty") {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

// defName writes the name of a Go type as the schema has it: gateSummary is
// gate_summary.
func defName(name string) string {
	var b strings.Builder
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
