package expr

import (
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// condition makes a condition of t: a number is one that is not 0.
func (b *builder) condition(e celast.Expr, t *term) (*term, error) {
	switch t.kind {
	case kBool, kNull:
		return t, nil
	case kNum, kDyn:
		return b.truth(t), nil
	}
	return nil, t.syntax.fault(t.at, "%s, not a condition; compare it with something", t.word())
}

func (b *builder) truth(t *term) *term {
	return &term{op: opTruth, kind: kBool, args: []*term{t}, kernel: t.kernel && t.kind != kDyn,
		nodes: t.nodes + 1, depth: t.depth + 1, at: t.at, syntax: t.syntax}
}

func kernels(args []*term) bool {
	for _, a := range args {
		if !a.kernel {
			return false
		}
	}
	return true
}

func (b *builder) operator(e celast.Expr, op string, args []*term) (t *term, err error) {
	t = &term{op: op, args: args}
	switch op {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot:
		for i, a := range args {
			if args[i], err = b.condition(e, a); err != nil {
				return nil, err
			}
		}
		t.kind, t.kernel = kBool, kernels(args)
	case operators.Conditional:
		if args[0], err = b.condition(e, args[0]); err != nil {
			return nil, err
		}
		k, ok := join(args[1].kind, args[2].kind)
		if !ok {
			return nil, b.fault(e, "one branch is %s, the other %s; give both one type", kindWords[args[1].kind], kindWords[args[2].kind])
		}
		t.kind, t.kernel = k, kernels(args) && k != kDyn
	case operators.Equals, operators.NotEquals:
		if err := b.comparable(e, &args[0], &args[1]); err != nil {
			return nil, err
		}
		t.kind, t.kernel = kBool, kernels(args) && args[0].kind <= kTime && args[1].kind <= kTime
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		if err := b.comparable(e, &args[0], &args[1]); err != nil {
			return nil, err
		}
		for _, a := range args {
			if a.kind == kNull || a.kind == kList || a.kind == kMap {
				return nil, a.syntax.fault(a.at, "%s, which has no order; use == or !=", a.word())
			}
		}
		t.kind, t.kernel = kBool, kernels(args) && args[0].kind != kBool && args[1].kind != kBool
	case operators.Index:
		return b.index(e, args)
	case operators.In:
		return b.in(e, args)
	default:
		return b.arithmetic(e, op, args)
	}
	return t, nil
}

// comparable makes two operands of a comparison one type, or says why not.
func (b *builder) comparable(e celast.Expr, x, y **term) error {
	if (*x).kind == kBool && (*y).kind == kNum {
		*y = b.truth(*y)
	} else if (*x).kind == kNum && (*y).kind == kBool {
		*x = b.truth(*x)
	}
	if _, ok := join((*x).kind, (*y).kind); ok {
		return nil
	}
	advice := "compare like with like"
	switch {
	case (*x).kind == kTime || (*y).kind == kTime:
		advice = "write instants as timestamp('2025-01-31T00:00:00+08:00')"
	case (*x).kind == kText && (*y).op == opConst && (*y).kind == kNum, (*y).kind == kText && (*x).op == opConst && (*x).kind == kNum:
		advice = "put the number in quotes"
	case (*x).kind == kNum && (*y).op == opConst, (*y).kind == kNum && (*x).op == opConst:
		advice = "write the number without quotes"
	}
	return b.fault(e, "%s and %s; %s", (*x).word(), (*y).word(), advice)
}

func (b *builder) arithmetic(e celast.Expr, op string, args []*term) (*term, error) {
	t := &term{op: op, args: args}
	if op == operators.Modulo {
		t.op = opMod
	}
	numbers, texts, dyn, times := 0, 0, 0, 0
	for _, a := range args {
		switch a.kind {
		case kNum:
			numbers++
		case kText:
			texts++
		case kTime:
			times++
		case kDyn, kNull:
			dyn++
		case kBool:
			return nil, a.syntax.fault(a.at, "%s, not a number; write condition ? 1 : 0", a.word())
		}
	}
	n := len(args)
	switch {
	case numbers == n:
		t.kind, t.kernel = kNum, kernels(args)
	case texts == n && op == operators.Add:
		t.kind = kText
	case numbers+dyn == n && numbers > 0:
		t.kind = kNum
	case dyn == n:
		t.kind = kDyn
	case times+dyn == n && (op == operators.Add && times == 1 || op == operators.Subtract):
		// An instant and a duration, or two instants.
		t.kind = kDyn
	case texts > 0 && dyn > 0 && op == operators.Add:
		t.kind = kText
	default:
		for _, a := range args {
			if a.kind != kNum && a.kind != kDyn {
				if a.kind == kTime {
					return nil, a.syntax.fault(a.at, "%s, not a number; write days(later, earlier) for the days between", a.word())
				}
				return nil, a.syntax.fault(a.at, "%s, not a number; calculate with numbers", a.word())
			}
		}
	}
	return t, nil
}

func (b *builder) index(e celast.Expr, args []*term) (*term, error) {
	t := &term{op: operators.Index, args: args}
	of, key := args[0], args[1]
	switch {
	case of.kind == kDyn:
		return t, nil
	case of.op == opList && (key.kind == kNum || key.kind == kDyn):
		if len(of.args) == 0 {
			return nil, b.fault(e, "the list is empty; name its elements")
		}
		k, err := b.joined(of.args, 1, "element")
		t.kind = k
		return t, err
	case of.op != opMap:
		return nil, of.syntax.fault(of.at, "%s, not a map; write {'key': 1}[column]", of.word())
	case len(of.args) == 0:
		return nil, b.fault(e, "the map is empty; name its keys and values")
	}
	k, err := b.joined(of.args[1:], 2, "value")
	if err != nil {
		return nil, err
	}
	if keys := of.args[0].kind; keys == kBool && key.kind == kNum {
		args[1] = b.truth(key)
	} else if _, ok := join(keys, key.kind); !ok {
		return nil, key.syntax.fault(key.at, "%s, but the keys of the map are %s; give both one type", key.word(), kindWords[keys])
	}
	t.kind = k
	t.kernel = kernels(of.args) && key.kernel && k != kDyn && k <= kTime && (key.kind == kText || key.kind == kNum && of.args[0].kind == kNum)
	return t, nil
}

// joined returns the type that every step-th of ts has.
func (b *builder) joined(ts []*term, step int, what string) (kind, error) {
	k := ts[0].kind
	for i := 0; i < len(ts); i += step {
		next, ok := join(k, ts[i].kind)
		if !ok {
			return k, ts[i].syntax.fault(ts[i].at, "%s, but the %s before it is %s; give all one type", ts[i].word(), what, kindWords[k])
		}
		k = next
	}
	return k, nil
}

func (b *builder) in(e celast.Expr, args []*term) (*term, error) {
	t := &term{op: operators.In, kind: kBool, args: args}
	of := args[1]
	switch {
	case of.op == opMap:
		if len(of.args) > 0 {
			if _, ok := join(args[0].kind, of.args[0].kind); !ok {
				return nil, args[0].syntax.fault(args[0].at, "%s, but the keys of the map are %s; give both one type", args[0].word(), kindWords[of.args[0].kind])
			}
		}
		return t, nil
	case of.kind == kDyn:
		return t, nil
	case of.op != opList:
		return nil, of.syntax.fault(of.at, "%s, not a list; write in ['a', 'b']", of.word())
	}
	list := *of
	list.args = append([]*term(nil), of.args...)
	for i := range list.args {
		k := args[0].kind
		if err := b.comparable(e, &args[0], &list.args[i]); err != nil {
			return nil, err
		}
		if args[0].kind != k && i > 0 {
			return nil, list.args[i].syntax.fault(list.args[i].at, "the list has numbers and conditions; give all elements one type")
		}
	}
	args[1] = &list
	t.kernel = kernels(list.args) && args[0].kernel && args[0].kind <= kTime && args[0].kind != kDyn
	for _, a := range list.args {
		t.kernel = t.kernel && a.kind != kDyn && a.kind <= kTime
	}
	return t, nil
}
