package expr

import (
	"time"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// writer makes CEL's tree of a term: the expression as it was written, with
// values in place of their names, every number a double, and numbers that
// serve as conditions said so.
type writer struct {
	factory celast.ExprFactory
	id      int64
	cols    map[string]Column
}

func (w *writer) next() int64 { w.id++; return w.id }

func (w *writer) call(name string, args ...celast.Expr) celast.Expr {
	return w.factory.NewCall(w.next(), name, args...)
}

func (w *writer) text(s string) celast.Expr {
	return w.factory.NewLiteral(w.next(), types.String(s))
}

func (w *writer) expr(t *term) celast.Expr {
	switch t.op {
	case opConst:
		return w.constant(t)
	case opColumn:
		w.cols[t.text] = t.col
		return w.factory.NewIdent(w.next(), t.text)
	}
	args := make([]celast.Expr, len(t.args))
	for i, a := range t.args {
		args[i] = w.expr(a)
	}
	switch t.op {
	case opList:
		return w.factory.NewList(w.next(), args, nil)
	case opMap:
		var entries []celast.EntryExpr
		for i := 0; i < len(args); i += 2 {
			entries = append(entries, w.factory.NewMapEntry(w.next(), args[i], args[i+1], false))
		}
		return w.factory.NewMap(w.next(), entries)
	case operators.Index:
		if t.args[0].op == opList {
			args[1] = w.call("int", args[1])
		}
		return w.call(t.op, args...)
	case "contains", "endsWith", "startsWith", "matches":
		return w.factory.NewMemberCall(w.next(), t.op, args[0], args[1])
	case "size", "int":
		// CEL's integers stay inside.
		return w.call("double", w.call(t.op, args...))
	case "timestamp":
		if t.args[0].kind == kNum {
			args[0] = w.call("int", args[0])
		}
		return w.call(t.op, args...)
	}
	if f := functionNamed(t.op); f != nil && f.member {
		return w.call("double", w.factory.NewMemberCall(w.next(), t.op, args[0], args[1:]...))
	}
	return w.call(t.op, args...)
}

func (w *writer) constant(t *term) celast.Expr {
	switch t.kind {
	case kNum:
		return w.factory.NewLiteral(w.next(), types.Double(t.num))
	case kText:
		return w.text(t.text)
	case kBool:
		return w.factory.NewLiteral(w.next(), types.Bool(t.truth))
	case kTime:
		return w.call("timestamp", w.text(time.UnixMicro(t.when).UTC().Format(time.RFC3339Nano)))
	}
	return w.factory.NewLiteral(w.next(), types.NullValue)
}
