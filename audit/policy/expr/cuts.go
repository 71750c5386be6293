package expr

import (
	"maps"
	"slices"

	"cel.dev/cel-go/common/operators"
)

// Cuts says at which values of a column the expression can change: nowhere but
// at these numbers, which do not read the column themselves, each an expression
// of its own. ok is false when any other value may make a difference too, as it
// does when the column is calculated with. A missing value is apart from all
// others and no cut.
func (e *Expr) Cuts(name string) (cuts []*Expr, ok bool) {
	if e.term == nil {
		return nil, false
	}
	w := cutter{name: name}
	ok = w.walk(e.term)
	return w.cuts, ok
}

// Compared is Cuts of the comparison of two numbers, whichever way it goes.
func Compared(a, b *Expr, name string) (cuts []*Expr, ok bool) {
	if a.term == nil || b.term == nil {
		return nil, false
	}
	w := cutter{name: name}
	ok = w.compare(a.term, b.term)
	return w.cuts, ok
}

// Is reports whether the expression is nothing but a column.
func (e *Expr) Is(name string) bool {
	return e.term != nil && e.term.op == opColumn && e.term.text == name
}

// cutter gathers the cuts of a column.
type cutter struct {
	name string
	cuts []*Expr
}

// walk gathers the cuts within t; it is false when the value of the column
// itself reaches t.
func (w *cutter) walk(t *term) bool {
	switch t.op {
	case opConst:
		return true
	case opColumn:
		return t.text != w.name
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return w.compare(t.args[0], t.args[1])
	case operators.In:
		if t.args[1].op == opList && t.args[0].op == opColumn {
			for _, x := range t.args[1].args {
				if !w.compare(t.args[0], x) {
					return false
				}
			}
			return true
		}
	case opTruth:
		return w.compare(t.args[0], number(0))
	case "missing", "known":
		if t.args[0].op == opColumn {
			return true
		}
	}
	for _, a := range t.args {
		if !w.walk(a) {
			return false
		}
	}
	return true
}

// compare gathers the cuts of a comparison of a with b.
func (w *cutter) compare(a, b *term) bool {
	if b.op == opColumn && b.text == w.name {
		a, b = b, a
	}
	if a.op != opColumn || a.text != w.name {
		return w.walk(a) && w.walk(b)
	}
	names := map[string]bool{}
	b.columns(names)
	switch {
	case b.kind == kNull:
		return true
	case names[w.name] || a.kind != kNum || b.kind != kNum || !b.kernel:
		return false
	}
	e := &Expr{kind: kNum, names: slices.Sorted(maps.Keys(names)), term: b}
	e.machine, e.root = newMachine(b)
	w.cuts = append(w.cuts, e)
	return true
}

// columns notes the columns that t reads.
func (t *term) columns(names map[string]bool) {
	if t.op == opColumn {
		names[t.text] = true
	}
	for _, a := range t.args {
		a.columns(names)
	}
}
