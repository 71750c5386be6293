package expr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// What an expression may be at most. Nodes are counted after values are put
// in place of their names, each time they are named.
const (
	maxBytes   = 1 << 16
	maxNodes   = 20000
	maxDepth   = 200
	maxPattern = 1000 // bytes of a regular expression
	maxRegex   = 5000 // instructions of a compiled one
)

// Syntax is a parsed expression whose names mean nothing yet.
type Syntax struct {
	root  celast.Expr
	info  *celast.SourceInfo
	lines bool   // the source has more than one line
	value string // the value whose expression it is, for messages
	names []string
}

// Names returns the names that the expression reads, sorted: columns and
// values alike, facts as "history.NAME".
func (s *Syntax) Names() []string { return slices.Clone(s.names) }

// Parse parses src, and checks what can be checked without knowing what its
// names mean. The error is a sentence that names the place.
func Parse(src string) (*Syntax, error) {
	s, err := parse(src, "")
	if err != nil {
		return nil, err
	}
	if _, _, err := build(s, nil); err != nil {
		return nil, err
	}
	return s, nil
}

func parse(src, value string) (*Syntax, error) {
	s := &Syntax{lines: strings.ContainsRune(strings.TrimRight(src, "\n"), '\n'), value: value}
	switch {
	case len(src) > maxBytes:
		return nil, s.fault(0, "the expression has %d bytes; write at most %d, with values for its parts", len(src), maxBytes)
	case !utf8.ValidString(src):
		return nil, s.fault(0, "the expression is not UTF-8; save it as UTF-8")
	case strings.TrimSpace(src) == "":
		return nil, s.fault(0, "the expression is empty; write a condition or a number")
	}
	tree, issues := grammar().Parse(src)
	if err := issues.Err(); err != nil {
		return nil, s.syntaxError(src, issues)
	}
	s.root, s.info = tree.NativeRep().Expr(), tree.NativeRep().SourceInfo()
	if celast.ExceedsDepth(tree.NativeRep(), maxDepth) {
		return nil, s.fault(0, "the expression is nested more than %d deep; take parts of it out as values", maxDepth)
	}
	names := map[string]bool{}
	if err := s.shape(s.root, names); err != nil {
		return nil, err
	}
	s.names = slices.Sorted(maps.Keys(names))
	return s, nil
}

// shape refuses what no expression may say, and collects names.
func (s *Syntax) shape(e celast.Expr, names map[string]bool) error {
	switch e.Kind() {
	case celast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Uint:
			return s.fault(e.ID(), "%du is an unsigned number; write %d", uint64(v), uint64(v))
		case types.Bytes:
			return s.fault(e.ID(), "bytes can't be compared with any column; write text without the b")
		}
		return nil
	case celast.IdentKind:
		if e.AsIdent() == "history" {
			return s.fault(e.ID(), "history is not a value of its own; write history.NAME, as in history.open_loans")
		}
		names[strings.TrimPrefix(e.AsIdent(), ".")] = true
		return nil
	case celast.SelectKind:
		name, ok := selected(e)
		if !ok {
			return s.fault(e.ID(), "only history has parts; write history.%s, or a name without a dot", e.AsSelect().FieldName())
		}
		names[name] = true
		return nil
	case celast.ListKind:
		if len(e.AsList().OptionalIndices()) > 0 {
			return s.fault(e.ID(), "optional elements are not part of the language; leave the ? out")
		}
		for _, x := range e.AsList().Elements() {
			if err := s.shape(x, names); err != nil {
				return err
			}
		}
		return nil
	case celast.MapKind:
		for _, x := range e.AsMap().Entries() {
			m := x.AsMapEntry()
			if m.IsOptional() {
				return s.fault(x.ID(), "optional entries are not part of the language; leave the ? out")
			}
			if err := errors.Join(s.shape(m.Key(), names), s.shape(m.Value(), names)); err != nil {
				return firstError(err)
			}
		}
		return nil
	case celast.CallKind:
		return s.call(e, names)
	}
	return s.fault(e.ID(), "messages and comprehensions are not part of the language; write the condition out")
}

func (s *Syntax) call(e celast.Expr, names map[string]bool) error {
	c := e.AsCall()
	args := c.Args()
	name := c.FunctionName()
	if !isOperator(name) {
		if err := s.function(e); err != nil {
			return err
		}
		if name == "column" {
			text, ok := constText(args[0])
			if !ok {
				return s.fault(e.ID(), "column takes the name of a column in quotes, as in column('age')")
			}
			names[text] = true
			return nil
		}
	}
	if c.IsMemberFunction() {
		if err := s.shape(c.Target(), names); err != nil {
			return err
		}
	}
	for _, a := range args {
		if err := s.shape(a, names); err != nil {
			return err
		}
	}
	return nil
}

// selected returns the name that a selection stands for: history.NAME.
func selected(e celast.Expr) (string, bool) {
	sel := e.AsSelect()
	op := sel.Operand()
	if sel.IsTestOnly() || op.Kind() != celast.IdentKind || strings.TrimPrefix(op.AsIdent(), ".") != "history" {
		return "", false
	}
	return "history." + sel.FieldName(), true
}

func constText(e celast.Expr) (string, bool) {
	if e.Kind() != celast.LiteralKind {
		return "", false
	}
	t, ok := e.AsLiteral().(types.String)
	return string(t), ok
}

func isOperator(name string) bool {
	switch name {
	case operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Equals,
		operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		operators.Index, operators.In:
		return true
	}
	return false
}

// fault is an error at a node of the expression; 0 when no place is known.
func (s *Syntax) fault(id int64, format string, args ...any) error {
	line, col := 0, 0
	if s.info != nil && id != 0 {
		if at := s.info.GetStartLocation(id); at.Line() > 0 {
			line, col = at.Line(), at.Column()+1
		}
	}
	return errors.New(s.place(line, col) + fmt.Sprintf(format, args...))
}

func (s *Syntax) place(line, col int) string {
	var b strings.Builder
	if s.value != "" {
		fmt.Fprintf(&b, "value %s: ", s.value)
	}
	if line > 0 {
		if s.lines {
			fmt.Fprintf(&b, "line %d, ", line)
		}
		fmt.Fprintf(&b, "column %d: ", col)
	}
	return b.String()
}

// syntaxError says in a sentence what the parser found first.
func (s *Syntax) syntaxError(src string, issues *cel.Issues) error {
	first := issues.Errors()[0]
	for _, e := range issues.Errors() {
		if e.Location.Line() > 0 && (e.Location.Line() < first.Location.Line() ||
			e.Location.Line() == first.Location.Line() && e.Location.Column() < first.Location.Column()) {
			first = e
		}
	}
	line, col := first.Location.Line(), first.Location.Column()+1
	before, rest := "", ""
	if lines := strings.Split(src, "\n"); line > 0 && line <= len(lines) {
		if r := []rune(lines[line-1]); col-1 < len(r) {
			before, rest = string(r[:max(col-1, 0)]), string(r[max(col-1, 0):])
		}
	}
	return errors.New(s.place(line, max(col, 1)) + hint(before, rest, first.Message))
}

func firstError(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()[0]
	}
	return err
}
