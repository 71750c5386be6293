package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// What a plan has at most. It needs a few pages and 5 levels; the YAML library
// takes time in the square of the tokens, and its stack grows with the levels,
// so an export named by mistake must not get there.
const (
	maxPlan    = 1 << 20 // bytes
	maxTokens  = 50_000
	maxNesting = 100
)

// ParsePlan reads the plan called name (a file name, for messages) and
// validates it; checks are the ones it may set and skip. The error is a
// PlanError: every problem found, each a sentence with its line.
func ParsePlan(name string, data []byte, checks []*Check) (*Plan, error) {
	digest := sha256.Sum256(data)
	p := &Plan{
		Timezone: "Asia/Shanghai",
		Currency: "CNY",
		Period:   "month",
		Outcome:  Outcome{BadDays: 90, Months: 12},
		Honesty:  Honesty{Alpha: 0.05, Level: 0.95, Correction: "bh", MinCell: 30, Suppress: 10},
		Gates:    Gates{FailOn: "fail"},
		Privacy:  Privacy{IDs: "keyed"},
		Checks:   checkSettings{},
		Digest:   hex.EncodeToString(digest[:]),
		Source:   string(data),
		Name:     name,
		lines:    map[string]int{},
	}
	for _, c := range checks {
		p.Checks[c.Name] = nil
		if c.Settings != nil {
			p.Checks[c.Name] = c.Settings()
		}
	}
	root, err := parseYAML(name, data)
	if err != nil {
		return nil, err
	}
	d := &decoder{plan: p}
	d.decode(root, reflect.ValueOf(p).Elem(), "")
	// What follows from a misread value would only repeat the problem.
	if len(d.problems) == 0 {
		d.problems = p.validate(checks)
	}
	if err := append(d.problems, d.unknown...).sorted(); err != nil {
		return nil, err
	}
	return p, nil
}

// parseYAML returns the tree of the only document in data.
func parseYAML(name string, data []byte) (root ast.Node, err error) {
	wrong := func(line int, text string) error { return PlanError{{File: name, Line: line, Text: text}} }
	if len(data) > maxPlan {
		return nil, wrong(0, fmt.Sprintf("the plan has %d bytes; at most %d are read: is this the right file?", len(data), maxPlan))
	}
	// The YAML library panics on some malformed input.
	defer func() {
		if recover() != nil {
			root, err = nil, wrong(0, "the file is not valid YAML")
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if len(tokens) > maxTokens {
		return nil, wrong(0, fmt.Sprintf("the plan has %d words and signs; at most %d are read: is this the right file?", len(tokens), maxTokens))
	}
	if line := tooDeep(tokens); line > 0 {
		return nil, wrong(line, fmt.Sprintf("this nests more than %d levels deep; is it the right file?", maxNesting))
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var at yaml.Error
		if !errors.As(err, &at) {
			return nil, wrong(0, "the file is not valid YAML: "+oneLine(err.Error()))
		}
		return nil, wrong(tokenLine(at.GetToken()), "the file is not valid YAML here: "+oneLine(at.GetMessage()))
	}
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.DirectiveType:
		case root != nil:
			return nil, wrong(lineOf(doc.Body), "a plan is one YAML document; remove the --- and what follows")
		default:
			root = doc.Body
		}
	}
	if root == nil {
		return nil, wrong(0, "the plan is empty; `evenhand init FILE…` writes one")
	}
	if _, ok := entries(root); !ok {
		return nil, wrong(lineOf(root), "a plan is a mapping (version: 1 …), not "+describe(root))
	}
	return root, nil
}

func tokenLine(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 0
	}
	return t.Position.Line
}

func oneLine(s string) string {
	s = strings.ReplaceAll(s, "character '\t'", "a tab")
	return strings.Join(strings.Fields(s), " ")
}

// tooDeep returns the line where nesting goes too deep, or 0. What nests without
// indentation is brackets, and indicators in a row, as in "- - - x".
func tooDeep(tokens token.Tokens) int {
	open, row := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		}
		switch t.Type {
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.TagType, token.AnchorType:
			row++
		default:
			row = 0
		}
		if open > maxNesting || row > maxNesting {
			return tokenLine(t)
		}
	}
	return 0
}

// groupings decodes a mapping of names to groupings, or a plain list of names,
// into a slice sorted by name.
func (d *decoder) groupings(n ast.Node, path string) []Grouping {
	var out []Grouping
	if _, list := n.(*ast.SequenceNode); list {
		var names []string
		d.decode(n, reflect.ValueOf(&names).Elem(), path)
		for i, name := range names {
			at := path + "." + name
			line := d.plan.lines[fmt.Sprintf("%s.%d", path, i+1)]
			if slices.Contains(names[:i], name) {
				d.problemf(line, path, "%q is here twice; remove one", name)
				continue
			}
			d.plan.lines[at] = line
			out = append(out, Grouping{Name: name})
		}
	} else {
		d.pairs(n, path, func(key string, value ast.Node, at string) {
			g := Grouping{Name: key}
			d.decode(value, reflect.ValueOf(&g).Elem(), at)
			out = append(out, g)
		})
	}
	slices.SortFunc(out, func(a, b Grouping) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// settings decodes what the plan says of single checks over their defaults,
// which are in already.
func (d *decoder) settings(n ast.Node, defaults checkSettings, path string) {
	d.pairs(n, path, func(name string, value ast.Node, at string) {
		if to, ok := defaults[name]; ok && to != nil {
			d.decode(value, reflect.ValueOf(to).Elem(), at)
			return
		}
		if _, known := defaults[name]; known {
			if pairs, _ := entries(value); isNull(value) || pairs != nil && len(pairs) == 0 {
				return
			}
			d.problemf(d.plan.lines[at], at, "this check has no settings; remove it, or use skip: not to run it")
			return
		}
		d.problemf(d.plan.lines[at], path, "no check is called %q%s", name, orChecks(name, defaults))
	})
}

func orChecks(name string, defaults checkSettings) string {
	known := make([]string, 0, len(defaults))
	for k := range defaults {
		known = append(known, k)
	}
	slices.Sort(known)
	if s := suggest(name, known); s != "" {
		return s
	}
	return "; the checks are " + strings.Join(known, ", ")
}
