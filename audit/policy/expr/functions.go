package expr

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// function is what may be called.
type function struct {
	name     string
	min, max int  // arguments, the receiver not counted
	member   bool // may be called as receiver.name(…), the receiver being one more argument
	global   bool // may be called as name(…)
	usage    string
}

// functions is every function of the language. Those of CEL's library that no
// kernel knows go to CEL.
var functions = []function{
	{"abs", 1, 1, false, true, "abs(x)"},
	{"bool", 1, 1, false, true, "bool('true')"},
	{"ceil", 1, 1, false, true, "ceil(x)"},
	{"column", 1, 1, false, true, "column('NAME')"},
	{"contains", 1, 1, true, false, "text.contains('part')"},
	{"days", 2, 2, false, true, "days(later, earlier)"},
	{"double", 1, 1, false, true, "double(x)"},
	{"duration", 1, 1, false, true, "duration('24h')"},
	{"dyn", 1, 1, false, true, "dyn(x)"},
	{"endsWith", 1, 1, true, false, "text.endsWith('part')"},
	{"floor", 1, 1, false, true, "floor(x)"},
	{"getDate", 0, 1, true, false, "instant.getDate('+08:00')"},
	{"getDayOfMonth", 0, 1, true, false, "instant.getDayOfMonth('+08:00')"},
	{"getDayOfWeek", 0, 1, true, false, "instant.getDayOfWeek('+08:00')"},
	{"getDayOfYear", 0, 1, true, false, "instant.getDayOfYear('+08:00')"},
	{"getFullYear", 0, 1, true, false, "instant.getFullYear('+08:00')"},
	{"getHours", 0, 1, true, false, "instant.getHours('+08:00')"},
	{"getMilliseconds", 0, 1, true, false, "instant.getMilliseconds('+08:00')"},
	{"getMinutes", 0, 1, true, false, "instant.getMinutes('+08:00')"},
	{"getMonth", 0, 1, true, false, "instant.getMonth('+08:00')"},
	{"getSeconds", 0, 1, true, false, "instant.getSeconds('+08:00')"},
	{"int", 1, 1, false, true, "int(x)"},
	{"known", 1, 1, false, true, "known(x)"},
	{"matches", 1, 1, true, false, "text.matches('^pattern$')"},
	{"max", 1, 100, false, true, "max(a, b)"},
	{"min", 1, 100, false, true, "min(a, b)"},
	{"missing", 1, 1, false, true, "missing(x)"},
	{"round", 1, 1, false, true, "round(x)"},
	{"size", 1, 1, false, true, "size(x)"},
	{"startsWith", 1, 1, true, false, "text.startsWith('part')"},
	{"string", 1, 1, false, true, "string(x)"},
	{"timestamp", 1, 1, false, true, "timestamp('2025-01-31T00:00:00+08:00')"},
}

// refused says what to write instead of functions that CEL or other languages
// have.
var refused = map[string]string{
	"all":        "write the conditions out, joined by &&",
	"exists":     "write the conditions out, joined by ||, or use in",
	"exists_one": "write the conditions out",
	"map":        "write the list out",
	"filter":     "write the list out",
	"has":        "write known(x)",
	"type":       "write known(x), or compare with a value",
	"bytes":      "compare text with text",
	"coalesce":   "write known(x) ? x : y",
	"if":         "write condition ? a : b",
	"len":        "write size(x)",
	"isnull":     "write missing(x)",
	"is_null":    "write missing(x)",
	"lower":      "list the spellings with in, or use matches('(?i)…')",
	"upper":      "list the spellings with in, or use matches('(?i)…')",
	"lowerAscii": "list the spellings with in, or use matches('(?i)…')",
	"upperAscii": "list the spellings with in, or use matches('(?i)…')",
	"float":      "write double(x)",
	"ceiling":    "write ceil(x)",
	"date":       "write timestamp('2025-01-31')",
}

func functionNamed(name string) *function {
	i := slices.IndexFunc(functions, func(f function) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &functions[i]
}

// function refuses calls of what is no function, or not so.
func (s *Syntax) function(e celast.Expr) error {
	c := e.AsCall()
	name, n := c.FunctionName(), len(c.Args())
	f := functionNamed(name)
	if f == nil {
		if instead, ok := refused[name]; ok {
			return s.fault(e.ID(), "%s is not a function here; %s", name, instead)
		}
		var names []string
		for _, g := range functions {
			names = append(names, g.name)
		}
		return s.fault(e.ID(), "%s is not a function; %s", name, suggest(name, names, "see the list of functions"))
	}
	// CEL has both forms of these two.
	member, global := f.member, f.global
	if c.IsMemberFunction() && name == "size" {
		member, n = true, n+1
	}
	if !c.IsMemberFunction() && name == "matches" {
		global, n = true, n-1
	}
	if c.IsMemberFunction() && !member || !c.IsMemberFunction() && !global || n < f.min || n > f.max {
		return s.fault(e.ID(), "%s is not called so; write %s", name, f.usage)
	}
	return nil
}

// suggest names the nearest of the known names, if any is near.
func suggest(name string, known []string, otherwise string) string {
	best, least := "", max(1, len(name)/3)+1
	for _, k := range known {
		d := distance(strings.ToLower(name), strings.ToLower(k), least)
		if d < least || d == least && best != "" && k < best {
			best, least = k, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// distance is the number of edits from a to b, counted up to limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			diagonal = row[j+1]
			row[j+1] = min(d, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// function types the call of a function whose form Parse has seen to.
func (b *builder) function(e celast.Expr, name string, args []*term) (*term, error) {
	t := &term{op: name, args: args}
	need := func(a *term, k kind) error {
		if a.kind == k || a.kind == kDyn {
			return nil
		}
		return a.syntax.fault(a.at, "%s, but %s takes %s; write %s", a.word(), name, kindWords[k], functionNamed(name).usage)
	}
	all := func(k kind) (err error) {
		for _, a := range args {
			if err = need(a, k); err != nil {
				return err
			}
		}
		return nil
	}
	switch name {
	case "missing", "known":
		t.kind, t.kernel = kBool, kernels(args) && args[0].kind != kDyn && args[0].kind <= kTime
	case "abs", "ceil", "floor", "round", "min", "max":
		t.kind, t.kernel = kNum, kernels(args)
		return t, all(kNum)
	case "days":
		t.kind, t.kernel = kNum, kernels(args)
		return t, all(kTime)
	case "contains", "endsWith", "startsWith", "matches":
		t.kind, t.kernel = kBool, args[0].kernel && args[1].isConst()
		if err := all(kText); err != nil {
			return nil, err
		}
		if name == "matches" && args[1].isConst() {
			if err := checkPattern(args[1].text); err != nil {
				return nil, args[1].syntax.fault(args[1].at, "%s", err)
			}
		}
	case "size":
		if k := args[0].kind; k != kText && k != kList && k != kMap && k != kDyn {
			return nil, need(args[0], kText)
		}
		t.kind, t.kernel = kNum, args[0].kernel && args[0].kind == kText
	case "timestamp":
		if args[0].isConst() && args[0].kind == kText {
			when, ok := timestamp(args[0].text)
			if !ok {
				return nil, b.fault(e, "'%s' is not an instant; write it as in '2025-01-31T00:00:00+08:00', or a day", args[0].text)
			}
			return &term{op: opConst, kind: kTime, when: when, kernel: true}, nil
		}
		t.kind = kTime
	case "duration":
		if args[0].isConst() && args[0].kind == kText && types.IsError(types.String(args[0].text).ConvertToType(types.DurationType)) {
			return nil, b.fault(e, "'%s' is not a duration; write it as in '36h' or '90m'", args[0].text)
		}
		t.kind = kDyn
	case "double", "int":
		t.kind = kNum
	case "bool":
		t.kind = kBool
	case "string":
		t.kind = kText
	case "dyn":
		t.kind = kDyn
	default: // getHours and the like
		t.kind = kNum
		if err := need(args[0], kTime); err != nil {
			return nil, err
		}
		if len(args) > 1 {
			return t, need(args[1], kText)
		}
	}
	return t, nil
}
