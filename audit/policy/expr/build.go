package expr

import (
	"math"
	"slices"
	"strings"
	"time"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"evenhand/features"
)

// builder makes terms of syntax, over what names mean in one table.
type builder struct {
	env    *Env // nil: any name may be anything
	syntax *Syntax
	open   []string         // values being put in place, outermost first
	values map[string]*term // put in place before
	names  map[string]bool  // columns that were named
}

func (b *builder) fault(e celast.Expr, format string, args ...any) error {
	return b.syntax.fault(e.ID(), format, args...)
}

func (b *builder) term(e celast.Expr) (*term, error) {
	t, err := b.build(e)
	if err != nil {
		return nil, err
	}
	t.nodes, t.depth, t.at, t.syntax = 1, 1, e.ID(), b.syntax
	for _, a := range t.args {
		t.nodes, t.depth = min(t.nodes+a.nodes, maxNodes+1), max(t.depth, a.depth+1)
	}
	if t.nodes > maxNodes || t.depth > 2*maxDepth {
		return nil, b.fault(e, "with values in place of their names the expression is too large; name fewer values in one another")
	}
	return t, nil
}

func (b *builder) build(e celast.Expr) (*term, error) {
	switch e.Kind() {
	case celast.LiteralKind:
		return b.literal(e, e.AsLiteral())
	case celast.IdentKind:
		return b.name(e, strings.TrimPrefix(e.AsIdent(), "."))
	case celast.SelectKind:
		name, _ := selected(e)
		return b.name(e, name)
	case celast.ListKind:
		args, err := b.terms(e.AsList().Elements())
		return &term{op: opList, kind: kList, args: args}, err
	case celast.MapKind:
		return b.mapping(e)
	}
	c := e.AsCall()
	name := c.FunctionName()
	if name == "column" {
		text, _ := constText(c.Args()[0])
		return b.name(e, text)
	}
	from := c.Args()
	if c.IsMemberFunction() {
		from = append([]celast.Expr{c.Target()}, from...)
	}
	args, err := b.terms(from)
	if err != nil {
		return nil, err
	}
	if isOperator(name) {
		return b.operator(e, name, args)
	}
	return b.function(e, name, args)
}

func (b *builder) terms(es []celast.Expr) ([]*term, error) {
	args := make([]*term, len(es))
	for i, e := range es {
		var err error
		if args[i], err = b.term(e); err != nil {
			return nil, err
		}
	}
	return args, nil
}

func number(x float64) *term { return &term{op: opConst, kind: kNum, num: x, kernel: true} }

func (b *builder) literal(e celast.Expr, v ref.Val) (*term, error) {
	switch v := v.(type) {
	case types.Int:
		return number(float64(v)), nil
	case types.Double:
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, b.fault(e, "the number is too large; write one below 1e308")
		}
		return number(float64(v)), nil
	case types.String:
		return &term{op: opConst, kind: kText, text: string(v), kernel: true}, nil
	case types.Bool:
		return &term{op: opConst, kind: kBool, truth: bool(v), kernel: true}, nil
	case types.Null:
		return &term{op: opConst, kind: kNull, kernel: true}, nil
	}
	return nil, b.fault(e, "a literal of type %s is not part of the language; write a number, text, true, false or null", v.Type().TypeName())
}

// name puts a value in place of its name, or names a column.
func (b *builder) name(e celast.Expr, name string) (*term, error) {
	if b.env == nil {
		return &term{op: opColumn, kind: kDyn, text: name}, nil
	}
	src, ok := b.env.Values[name]
	if !ok {
		if b.env.Resolve != nil {
			if col, ok := b.env.Resolve(name); ok {
				return b.column(e, name, col)
			}
		}
		known := slices.Clone(b.env.Known)
		for v := range b.env.Values {
			known = append(known, v)
		}
		return nil, b.fault(e, "%s is not known; %s", name, suggest(name, known, "name a column, a feature, or a value of the policy"))
	}
	if t := b.values[name]; t != nil {
		same := *t
		return &same, nil
	}
	if i := slices.Index(b.open, name); i >= 0 {
		return nil, b.fault(e, "%s refers to itself (%s); take one of the names out", name, strings.Join(append(b.open[i:], name), ", "))
	}
	s, err := parse(src, name)
	if err != nil {
		return nil, err
	}
	outer := b.syntax
	b.syntax, b.open = s, append(b.open, name)
	t, err := b.term(s.root)
	b.syntax, b.open = outer, b.open[:len(b.open)-1]
	if err != nil {
		return nil, err
	}
	b.values[name] = t
	same := *t
	return &same, nil
}

func (b *builder) column(e celast.Expr, name string, col Column) (*term, error) {
	k, ok := kindOf(col.Kind)
	if !ok {
		return nil, b.fault(e, "%s is a column of type %s, which expressions can't read; name another", name, col.Kind)
	}
	if col.Score && k != kNum {
		k, col.Kind = kNum, features.Float
	}
	b.names[name] = true
	return &term{op: opColumn, kind: k, text: name, col: col, kernel: true}, nil
}

func (b *builder) mapping(e celast.Expr) (*term, error) {
	m := &term{op: opMap, kind: kMap}
	seen := map[string]bool{}
	for _, x := range e.AsMap().Entries() {
		key, err := b.term(x.AsMapEntry().Key())
		if err != nil {
			return nil, err
		}
		value, err := b.term(x.AsMapEntry().Value())
		if err != nil {
			return nil, err
		}
		k := x.AsMapEntry().Key()
		if !key.isConst() || key.kind == kTime {
			return nil, b.fault(k, "a key of a map must be text or a number, written out; use condition ? a : b for others")
		}
		if len(m.args) > 0 && m.args[0].kind != key.kind {
			return nil, b.fault(k, "%s, but the first key is %s; give all keys one type", key.word(), kindWords[m.args[0].kind])
		}
		if w := key.word(); seen[w] {
			return nil, b.fault(k, "the key %s stands in the map twice; take one out", strings.Fields(w)[0])
		} else {
			seen[w] = true
		}
		m.args = append(m.args, key, value)
	}
	return m, nil
}

// timestamp reads a constant instant as CEL does; a day alone is its first
// instant in UTC.
func timestamp(s string) (int64, bool) {
	if len(s) == len(time.DateOnly) {
		s += "T00:00:00Z"
	}
	t, ok := types.String(s).ConvertToType(types.TimestampType).(types.Timestamp)
	if !ok || t.Nanosecond()%1000 != 0 {
		return 0, false
	}
	return t.UnixMicro(), true
}
