package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"evenhand/audit/policy"
	"evenhand/features"
)

// PlanSchema returns the JSON Schema (draft 2020-12) of the plan: the keys of
// Plan with their doc tags, the tables and columns of the contract, and the
// settings of the given checks. It accepts every plan that ParsePlan accepts;
// ParsePlan also refuses what a schema cannot say.
func PlanSchema(checks []*Check) ([]byte, error) {
	s := &schemer{checks: checks, defs: object{}}
	root := s.of(reflect.TypeFor[Plan]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "urn:evenhand:plan:1"
	root["type"] = "object"
	root["title"] = "evenhand plan"
	root["description"] = "What an audit reads and how strictly it judges: audit.yaml."
	root["required"] = []string{"version", "as_of", "tables"}
	root["properties"].(object)["version"].(object)["const"] = 1
	root["$defs"] = s.defs
	if s.err != nil {
		return nil, s.err
	}
	data, err := json.MarshalIndent(root, "", "  ")
	return append(data, '\n'), err
}

type object = map[string]any

// schemer makes schemas of the plan's types; shared ones go into defs.
type schemer struct {
	checks []*Check
	defs   object
	err    error
}

// scalar accepts everything YAML reads as one value: the plan takes its text.
func scalar() object { return object{"type": []string{"string", "number", "boolean"}} }

// of returns the schema of a type as the decoder reads it.
func (s *schemer) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[map[string]*TablePlan]():
		return s.tables()
	case reflect.TypeFor[checkSettings]():
		return s.settings()
	case reflect.TypeFor[[]policy.Policy]():
		return object{"anyOf": []object{{"type": "string"}, {"type": "array", "items": s.of(t.Elem())}}}
	case reflect.TypeFor[ColumnMap](): // of a feature
		return object{"anyOf": []object{scalar(), s.structure(t, "from", "values", "missing", "nan")}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.structure(t)
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case reflect.Slice:
		items := s.of(t.Elem())
		types := []string{"array", "null"}
		if one, ok := items["type"].([]string); ok && t.Elem().Kind() == reflect.String {
			types = append(types, one...) // one value is a list of itself
		} else if one, ok := items["type"].(string); ok && one != "object" {
			types = append(types, one)
		}
		return object{"type": types, "items": items}
	case reflect.String:
		return scalar()
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	s.err = fmt.Errorf("audit: a plan can't hold a %s", t)
	return object{}
}

// structure returns the schema of a struct, or of the named keys of it.
func (s *schemer) structure(t reflect.Type, only ...string) object {
	properties := object{}
	var required []string
	for i, key := range keys(t) {
		f := t.Field(i)
		if key == "-" || only != nil && !slices.Contains(only, key) {
			continue
		}
		var p object
		switch {
		case words(f) != nil:
			p = object{"enum": anyOf(words(f))}
		case f.Type == reflect.TypeFor[[]Grouping]():
			p = s.groupings(key)
		case key == "skip":
			p = object{"type": []string{"array", "null"}, "items": object{"enum": s.names()}}
		default:
			p = s.of(f.Type)
		}
		if p["description"] = f.Tag.Get("doc"); p["description"] == "" {
			s.err = fmt.Errorf("audit: key %s of %s has no doc tag", key, t)
		}
		properties[key] = p
		if f.Tag.Get("required") == "true" {
			required = append(required, key)
		}
	}
	out := object{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	if required != nil {
		out["type"], out["required"] = "object", required
	}
	return out
}

// anyOf lists words for an enum; the word null may be YAML's null too.
func anyOf(words []string) []any {
	var out []any
	for _, w := range words {
		out = append(out, w)
		if w == "null" {
			out = append(out, nil)
		}
	}
	return out
}

func (s *schemer) names() []string {
	names := []string{} // never null in JSON
	for _, c := range s.checks {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// groupings is the schema of groups, segments or strata.
func (s *schemer) groupings(key string) object {
	grouping := s.structure(reflect.TypeFor[Grouping]())
	if key == "groups" {
		grouping["required"] = []string{"reference"}
		grouping["type"] = "object"
		return object{"type": []string{"object", "null"}, "additionalProperties": grouping}
	}
	delete(grouping["properties"].(object), "reference")
	return object{
		"type":                 []string{"object", "array", "null"},
		"items":                scalar(),
		"additionalProperties": grouping,
	}
}

func (s *schemer) settings() object {
	properties := object{}
	for _, c := range s.checks {
		p := object{"type": []string{"object", "null"}, "maxProperties": 0}
		if c.Settings != nil {
			p = s.of(reflect.TypeOf(c.Settings()))
		}
		p["description"] = c.Title.En
		properties[c.Name] = p
	}
	return object{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// tables is the schema of the tables of the contract, by name.
func (s *schemer) tables() object {
	properties := object{}
	for _, t := range features.Schema {
		table := s.structure(reflect.TypeFor[TablePlan]())
		p := table["properties"].(object)
		columns := object{}
		for _, c := range t.Columns {
			columns[c.Name] = s.column(c)
		}
		p["columns"] = object{
			"description": p["columns"].(object)["description"],
			"type":        []string{"object", "null"}, "properties": columns, "additionalProperties": false,
		}
		if !t.Features {
			delete(p, "features")
		}
		table["type"] = "object"
		table["required"] = []string{"files"}
		table["description"] = t.Doc
		properties[t.Name] = table
	}
	return object{"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": false}
}

// column is the schema of a canonical column: one of its kind's, except where
// values must be words of the contract.
func (s *schemer) column(c features.Column) object {
	var only []string
	for _, key := range keys(reflect.TypeFor[ColumnMap]()) {
		i := slices.IndexFunc(columnOptions, func(o option) bool { return o.key == key })
		if i < 0 || slices.Contains(columnOptions[i].kinds, c.Kind) && !(key == "unmapped" && c.Enum == nil) {
			only = append(only, key)
		}
	}
	mapping := s.structure(reflect.TypeFor[ColumnMap](), only...)
	mapping["type"] = "object"
	mapping["minProperties"] = 1
	short := []object{scalar(), mapping}
	if c.Kind == features.TextList {
		short = append(short, object{"type": "array", "items": scalar()})
	}
	if c.Enum != nil {
		p := mapping["properties"].(object)
		p["values"].(object)["additionalProperties"] = object{"enum": c.Enum}
		p["constant"].(object)["enum"] = c.Enum
		return object{"description": c.Doc, "anyOf": short}
	}
	def := strings.ReplaceAll(c.Kind.String(), " ", "_")
	s.defs[def] = object{"anyOf": short}
	return object{"description": c.Doc, "$ref": "#/$defs/" + def}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
