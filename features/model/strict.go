package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"evenhand/features/model/document"
)

// decode reads a JSON or YAML file into v, a pointer to a struct with json
// tags. Unknown and repeated keys are errors.
func decode(file []byte, v any) error {
	if document.IsJSON(file) {
		return decodeJSON(file, v)
	}
	return decodeYAML(file, v)
}

func decodeJSON(file []byte, v any) error {
	if err := plainJSON(file); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonError(file, d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: there is more after the model; keep one model a file", lineAt(file, d.InputOffset()))
	}
	return nil
}

// jsonError puts an error of encoding/json in our words, with its line.
func jsonError(file []byte, offset int64, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: not JSON (%s); numbers must be finite, export the model again", lineAt(file, syntax.Offset), syntax)
	case errors.As(err, &kind):
		what := kind.Field
		if what == "" {
			what = "the file"
		}
		return fmt.Errorf("line %d: %s is a JSON %s where %s is expected; correct it", lineAt(file, kind.Offset), what, kind.Value, word(kind.Type))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the file ends in the middle of the model; export it again")
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("the key %s is not known to this format; remove it, or convert the model to evenhand's own format if it changes the score", key)
	}
	return err
}

func lineAt(file []byte, offset int64) int {
	return 1 + bytes.Count(file[:min(offset, int64(len(file)))], []byte("\n"))
}

// plainJSON refuses what encoding/json lets pass: an object with the same
// key twice, and nulls. Keys that differ by case alone count as the same, because
// encoding/json takes one for the other, save in objects that hold levels and
// codes.
func plainJSON(file []byte) error {
	type level struct {
		keys  map[string]bool // nil in a list
		exact bool
		isKey bool // the next token is a key
		last  string
	}
	d := json.NewDecoder(bytes.NewReader(file))
	var stack []level
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(stack) == 0 {
			return nil
		} else if err != nil {
			return jsonError(file, d.InputOffset(), err)
		}
		top := len(stack) - 1
		if top >= 0 && stack[top].keys != nil && stack[top].isKey {
			if key, ok := t.(string); ok {
				l := &stack[top]
				l.last = key
				if !l.exact {
					key = strings.ToLower(key)
				}
				if l.keys[key] {
					return fmt.Errorf("line %d: the key %q is there twice; keep one", lineAt(file, d.InputOffset()), l.last)
				}
				l.keys[key], l.isKey = true, false
				continue
			}
		}
		if t == nil && !(top >= 0 && stack[top].last == "bin") {
			// encoding/json reads null as 0. Only pandas writes it rightly, for
			// the bin that base points do not have.
			return fmt.Errorf("line %d: a value is null; give it, or leave the key out", lineAt(file, d.InputOffset()))
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if len(stack) >= 16 {
				return fmt.Errorf("line %d: nested too deeply for a model", lineAt(file, d.InputOffset()))
			}
			var l level
			if t == json.Delim('{') {
				l.keys, l.isKey = map[string]bool{}, true
				l.exact = top >= 0 && (stack[top].last == "levels" || stack[top].last == "special" || stack[top].last == "special_codes")
			}
			stack = append(stack, l)
			continue
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
		if top := len(stack) - 1; top >= 0 {
			stack[top].isKey = true
		} else {
			return nil
		}
	}
}

// maxYAML bounds YAML files, in bytes: reading YAML takes some hundred times
// the file's size in memory.
const maxYAML = 1 << 20

// decodeYAML decodes one YAML document of the plain kind: mappings, lists,
// scalars. Anchors, tags and the like are refused, as no model needs them and
// they let a small file stand for a huge one.
func decodeYAML(file []byte, v any) error {
	if len(file) > maxYAML {
		return fmt.Errorf("the file has %d bytes, a YAML model may have %d; write a model this large as JSON", len(file), maxYAML)
	}
	tokens := lexer.Tokenize(string(file))
	if err := plainYAML(tokens); err != nil {
		return err
	}
	doc, err := parser.Parse(tokens, 0)
	if err != nil {
		return yamlError(err)
	}
	var body ast.Node
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		if body != nil {
			return fmt.Errorf("line %d: a second document starts; keep one model a file", d.Body.GetToken().Position.Line)
		}
		body = d.Body
	}
	if body == nil {
		return errors.New("the file is empty; export the model again")
	}
	var n nulls
	if ast.Walk(&n, body); n.err != nil {
		return n.err
	}
	if err := yaml.NodeToValue(body, v, yaml.Strict()); err != nil {
		return yamlError(err)
	}
	return nil
}

// scalar are the types of plain scalars that are not text already.
var scalar = map[token.Type]bool{
	token.NullType: true, token.ImplicitNullType: true, token.InfinityType: true, token.NanType: true,
	token.IntegerType: true, token.BinaryIntegerType: true, token.OctetIntegerType: true, token.HexIntegerType: true,
	token.FloatType: true, token.BoolType: true,
}

// plainYAML checks the tokens of a document before it is parsed.
func plainYAML(tokens token.Tokens) error {
	flow, entries, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, entries = t.Position.Line, 0
		}
		if n := t.Next; n != nil && n.Type == token.MappingValueType && scalar[t.Type] {
			// A key is the text it is written as: a level 010 is not 8.
			t.Type = token.StringType
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType, token.MappingKeyType:
			return fmt.Errorf("line %d: %q is YAML that models do without; write the values out", line, t.Value)
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			entries++
		case token.InfinityType, token.NanType, token.OctetIntegerType, token.HexIntegerType, token.BinaryIntegerType:
			return fmt.Errorf("line %d: %s is not a plain number; write finite decimal numbers, without leading zeros", line, t.Value)
		case token.InvalidType:
			return fmt.Errorf("line %d: not YAML (%s)", line, t.Error)
		}
		if flow > 8 || entries > 4 || t.Position.IndentNum > 200 {
			return fmt.Errorf("line %d: nested too deeply for a model", line)
		}
	}
	return nil
}

// yamlError puts an error of the YAML library in our words, in one line.
func yamlError(err error) error {
	var e yaml.Error
	if !errors.As(err, &e) {
		return err
	}
	line, value := 0, ""
	if t := e.GetToken(); t != nil && t.Position != nil {
		line, value = t.Position.Line, t.Value
	}
	message := e.GetMessage()
	var kind *yaml.TypeError
	var unknown *yaml.UnknownFieldError
	switch {
	case errors.As(err, &kind):
		message = fmt.Sprintf("%q stands where %s is expected; correct it", value, word(kind.DstType))
	case errors.As(err, &unknown):
		message += "; correct its spelling or remove it"
	}
	return fmt.Errorf("line %d: %s", line, message)
}

// word says in plain words what a value of type t looks like.
func word(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return word(t.Elem())
	case reflect.Float64:
		return "a number"
	case reflect.Int:
		return "a whole number"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	default:
		return "a mapping"
	}
}

// nulls finds a key without a value.
type nulls struct{ err error }

func (n *nulls) Visit(node ast.Node) ast.Visitor {
	if node.Type() == ast.NullType && n.err == nil {
		n.err = fmt.Errorf("line %d: a value is missing; give it, or leave the key out", node.GetToken().Position.Line)
	}
	return n
}
