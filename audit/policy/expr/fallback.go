package expr

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"evenhand/features"
)

// grammar is CEL with the functions of this language, and without macros.
var grammar = sync.OnceValue(func() *cel.Env {
	options := []cel.EnvOption{
		cel.StdLib(),
		cel.ClearMacros(),
		cel.ParserExpressionSizeLimit(maxBytes),
		cel.ExpressionNodeLimit(maxNodes),
		cel.ParserRecursionLimit(maxDepth),
		cel.RegexProgramSizeLimit(maxRegex),
	}
	for _, f := range ownFunctions {
		args := make([]*cel.Type, f.args)
		for i := range args {
			args[i] = cel.DynType
		}
		if f.lax {
			options = append(options, cel.Function(f.name, cel.Overload(f.name+"_dyn", args, cel.DynType,
				cel.OverloadIsNonStrict(), cel.UnaryBinding(func(v ref.Val) ref.Val { return f.call(v) }))))
			continue
		}
		// One binding serves any number of arguments.
		options = append(options, cel.Function(f.name,
			cel.Overload(f.name+"_dyn", args, cel.DynType), cel.SingletonFunctionBinding(f.call)))
	}
	env, err := cel.NewCustomEnv(options...)
	if err != nil {
		panic(err)
	}
	return env
})

// ownFunctions are the functions that CEL does not have, as CEL is to
// evaluate them.
var ownFunctions = []struct {
	name string
	args int
	lax  bool // takes errors
	call func(args ...ref.Val) ref.Val
}{
	{"missing", 1, true, func(args ...ref.Val) ref.Val { return types.Bool(isNothing(args[0])) }},
	{"known", 1, true, func(args ...ref.Val) ref.Val { return types.Bool(!isNothing(args[0])) }},
	{opTruth, 1, false, func(args ...ref.Val) ref.Val {
		switch v := args[0].(type) {
		case types.Bool, types.Null:
			return v
		}
		if x, ok := double(args[0]); ok {
			return types.Bool(x != 0)
		}
		return types.MaybeNoSuchOverloadErr(args[0])
	}},
	{opMod, 2, false, doubles(func(x []float64) float64 { return math.Mod(x[0], x[1]) })},
	{"abs", 1, false, doubles(func(x []float64) float64 { return math.Abs(x[0]) })},
	{"ceil", 1, false, doubles(func(x []float64) float64 { return math.Ceil(x[0]) })},
	{"floor", 1, false, doubles(func(x []float64) float64 { return math.Floor(x[0]) })},
	{"round", 1, false, doubles(func(x []float64) float64 { return math.Round(x[0]) })},
	{"min", 1, false, doubles(func(x []float64) float64 {
		least := x[0]
		for _, y := range x[1:] {
			least = min(least, y)
		}
		return least
	})},
	{"max", 1, false, doubles(func(x []float64) float64 {
		most := x[0]
		for _, y := range x[1:] {
			most = max(most, y)
		}
		return most
	})},
	{"days", 2, false, func(args ...ref.Val) ref.Val {
		later, ok := args[0].(types.Timestamp)
		earlier, ok2 := args[1].(types.Timestamp)
		if !ok || !ok2 {
			return types.NewErr("no such overload: days")
		}
		return types.Double(float64((later.UnixMicro() - earlier.UnixMicro()) / dayMicros))
	}},
}

const dayMicros int64 = 24 * 60 * 60 * 1e6

// isNothing reports whether v is null or no value at all.
func isNothing(v ref.Val) bool { return v == types.NullValue || types.IsUnknownOrError(v) }

func double(v ref.Val) (float64, bool) {
	switch v := v.(type) {
	case types.Double:
		return float64(v), true
	case types.Int:
		return float64(v), true
	case types.Uint:
		return float64(v), true
	}
	return 0, false
}

// doubles makes a function of CEL of one on numbers, whose result must be
// finite.
func doubles(f func([]float64) float64) func(args ...ref.Val) ref.Val {
	return func(args ...ref.Val) ref.Val {
		xs := make([]float64, len(args))
		for i, a := range args {
			var ok bool
			if xs[i], ok = double(a); !ok {
				return types.MaybeNoSuchOverloadErr(a)
			}
		}
		return finite(types.Double(f(xs)))
	}
}

func finite(v ref.Val) ref.Val {
	if x, ok := v.(types.Double); ok && (math.IsNaN(float64(x)) || math.IsInf(float64(x), 0)) {
		return types.NewErr("not a finite number")
	}
	return v
}

// finiteCall makes an error of arithmetic that has no finite result.
type finiteCall struct{ interpreter.InterpretableV2 }

func (c finiteCall) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return finite(c.InterpretableV2.Exec(f))
}

func (c finiteCall) Eval(a interpreter.Activation) ref.Val {
	return finite(c.InterpretableV2.Eval(a))
}

func guardArithmetic(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	if call, ok := i.(interpreter.InterpretableCall); ok {
		switch call.Function() {
		case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Negate, "double":
			return finiteCall{i}, nil
		}
	}
	return i, nil
}

func checkPattern(pattern string) error {
	if len(pattern) > maxPattern {
		return fmt.Errorf("the pattern has %d bytes; write one of at most %d", len(pattern), maxPattern)
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return fmt.Errorf("'%s' is not a pattern of RE2 (%s); correct it", pattern, err.(*syntax.Error).Code)
	}
	if prog, err := syntax.Compile(re.Simplify()); err != nil || len(prog.Inst) > maxRegex {
		return fmt.Errorf("the pattern '%s' is too large; repeat less in it", pattern)
	}
	_, err = regexp.Compile(pattern)
	return err
}

// slow evaluates a term by CEL, row by row.
type slow struct {
	program cel.Program
	cols    map[string]Column
	batch   *features.Batch
	row     int
}

func newSlow(t *term) (*slow, error) {
	s := &slow{cols: map[string]Column{}}
	w := writer{factory: celast.NewExprFactory(), cols: s.cols}
	tree := celast.NewAST(w.expr(t), celast.NewSourceInfo(nil))
	program, err := grammar().PlanProgram(tree, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(guardArithmetic))
	s.program = program
	return s, err
}

// value returns the value of a row of b, which may be an error.
func (s *slow) value(b *features.Batch, row int) ref.Val {
	s.batch, s.row = b, row
	v, _, err := s.program.Eval(s)
	if err != nil {
		return types.NewErr("unknown")
	}
	return v
}

// ResolveName returns the value of a column in the present row.
func (s *slow) ResolveName(name string) (any, bool) {
	c, ok := s.cols[name]
	if !ok {
		return nil, false
	}
	return cell(s.batch, c, s.row), true
}

// Parent returns nil: there are no names but columns.
func (s *slow) Parent() interpreter.Activation { return nil }

// cell returns what an expression sees of a column in a row.
func cell(b *features.Batch, c Column, row int) ref.Val {
	if c.Score {
		if b.Scores != nil && b.Scores.Model[row] >= 0 {
			if x := b.Scores.Score[row]; !math.IsNaN(x) {
				return types.Double(x)
			}
			return types.NullValue
		}
		if c.Index < 0 {
			return types.NullValue
		}
	}
	v := &b.Cols[c.Index]
	if v.IsNull(row) {
		return types.NullValue
	}
	switch c.Kind {
	case features.Text:
		return types.String(v.Text(row))
	case features.Float:
		return types.Double(v.Floats[row])
	case features.Bool:
		return types.Bool(v.Ints[row] != 0)
	case features.Instant:
		return instant(v.Ints[row])
	case features.Date:
		return instant(dateTime(v.Ints[row]))
	case features.Money:
		return types.Double(float64(v.Ints[row]) / scale(c))
	}
	return types.Double(float64(v.Ints[row]))
}

func instant(micros int64) ref.Val {
	if micros < firstTime || micros > lastTime {
		return types.NullValue
	}
	return types.Timestamp{Time: time.UnixMicro(micros).UTC()}
}

// dateTime returns the first instant of a day in UTC, or missingTime.
func dateTime(day int64) int64 {
	if day < int64(firstTime)/dayMicros || day > int64(lastTime)/dayMicros {
		return missingTime
	}
	return day * dayMicros
}

func scale(c Column) float64 {
	if c.Scale == 0 {
		return 1
	}
	return c.Scale
}

// truthValue reads a value of CEL as a condition.
func truthValue(v ref.Val) Truth {
	if b, ok := v.(types.Bool); ok {
		return truthOf(bool(b))
	}
	if x, ok := double(v); ok && x == x {
		return truthOf(x != 0)
	}
	return Unknown
}

// numberValue reads a value of CEL as a number.
func numberValue(v ref.Val) float64 {
	if b, ok := v.(types.Bool); ok {
		return float64(truthOf(bool(b)))
	}
	if x, ok := double(v); ok {
		return x
	}
	return math.NaN()
}
