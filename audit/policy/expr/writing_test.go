package expr

import (
	"fmt"
	"strconv"
	"strings"
)

// writing writes random expressions of every type; choose picks among n.
type writing struct {
	choose func(n int) int
	// plain is what CEL takes as it is: numbers with a point, no arithmetic
	// without a finite result, no functions of our own.
	plain bool
	slow  bool // also what no kernel knows
}

func (w *writing) pick(of ...string) string { return of[w.choose(len(of))] }

func (w *writing) number(depth int) string {
	if depth <= 0 {
		if w.choose(3) == 0 {
			k := w.pick("0", "1", "2", "3", "0.5", "-1", "100")
			if w.plain && !strings.Contains(k, ".") {
				k += ".0"
			}
			return k
		}
		if w.plain {
			return w.pick("f", "g", "i", "m", "history.h")
		}
		return w.pick("f", "g", "i", "m", "history.h", "score", "v")
	}
	a, b := func() string { return w.number(depth - 1) }, func() string { return w.number(depth - 2) }
	switch w.choose(11) {
	case 0, 1:
		return a() + " " + w.pick("+", "-", "*") + " (" + b() + ")"
	case 2:
		return "-(" + a() + ")"
	case 3, 4:
		return "(" + w.condition(depth-1) + " ? " + a() + " : " + b() + ")"
	case 5:
		return fmt.Sprintf("{'a': %s, 'cash': %s, '分期': %s}[%s]", w.number(0), b(), w.number(0), w.text(depth-1))
	case 6:
		return a()
	}
	if w.plain {
		return b()
	}
	switch w.choose(8) {
	case 0:
		return a() + w.pick(" / ", " % ") + "(" + b() + ")"
	case 1:
		return w.pick("min", "max") + "(" + a() + ", " + b() + ", " + w.number(0) + ")"
	case 2:
		return w.pick("abs", "floor", "ceil", "round") + "(" + a() + ")"
	case 3:
		return "days(" + w.time(depth-1) + ", " + w.time(depth-2) + ")"
	case 4:
		return "size(" + w.text(depth-1) + ")"
	case 5:
		return fmt.Sprintf("{0: %s, 2: %s, -1: null}[%s]", a(), w.number(0), b())
	case 6:
		if w.slow {
			return w.pick("int", "double") + "(" + a() + ")"
		}
	}
	return "(" + w.condition(depth-1) + " ? " + a() + " : null)"
}

func (w *writing) text(depth int) string {
	if depth <= 0 {
		if w.choose(3) == 0 {
			return strconv.Quote(randomWords[w.choose(len(randomWords))])
		}
		return w.pick("s", "t", "s", "absent")
	}
	if w.slow && w.choose(4) == 0 {
		return "(" + w.text(depth-1) + " + " + w.text(depth-2) + ")"
	}
	if w.choose(3) == 0 {
		return fmt.Sprintf("{'a': %s, 'b': 's'}[%s]", w.text(0), w.text(depth-1))
	}
	return "(" + w.condition(depth-1) + " ? " + w.text(depth-1) + " : " + w.pick("null", w.text(depth-2)) + ")"
}

func (w *writing) time(depth int) string {
	if depth <= 0 {
		return w.pick("at", "day", "at", "timestamp('2024-10-06T12:00:00Z')", "timestamp('2024-10-09T00:00:00+08:00')")
	}
	if w.slow && w.choose(4) == 0 {
		return "timestamp(string(" + w.time(depth-1) + "))"
	}
	return "(" + w.condition(depth-1) + " ? " + w.time(depth-1) + " : " + w.time(depth-2) + ")"
}

func (w *writing) condition(depth int) string {
	if depth <= 0 {
		if w.plain {
			return w.pick("b", "true", "false", "b")
		}
		return w.pick("b", "true", "false", "b", "i", "w")
	}
	c := func() string { return w.condition(depth - 1) }
	equal, order := w.pick("==", "!="), w.pick("<", "<=", ">", ">=")
	switch w.choose(14) {
	case 0, 1:
		return "(" + c() + w.pick(" && ", " || ") + c() + ")"
	case 2:
		return "!(" + c() + ")"
	case 3:
		return w.number(depth-1) + " " + order + " " + w.number(depth-1)
	case 4:
		return w.number(depth-1) + " " + equal + " " + w.pick(w.number(depth-1), "null")
	case 5:
		return w.text(depth-1) + " " + equal + " " + w.pick(w.text(depth-1), "null")
	case 6:
		return w.text(depth-1) + " " + order + " " + w.text(depth-2)
	case 7:
		return w.time(depth-1) + " " + w.pick(equal, order) + " " + w.time(depth-2)
	case 8:
		return w.text(depth-1) + " in [" + w.pick("'a', 'b'", "'cash'", "'a', null", "t, 'b'", "", w.text(depth-2)) + "]"
	case 9:
		if w.plain {
			return w.number(depth-1) + " in [" + w.pick("0.0, 1.0", "2.0", "0.0, 1.0, 2.0", "g, 3.0", "null, 1.0", "") + "]"
		}
		return w.number(depth-1) + " in [" + w.pick("0, 1", "2", "0, 1, 2", "g, 3", "null, 1", "", w.number(depth-2)) + "]"
	case 10:
		return "(" + w.text(depth-1) + ")." + w.pick("startsWith('a')", "endsWith('b')", "contains('')", "matches('^.s?')")
	case 11:
		return "(" + c() + " ? !(" + c() + ") : " + w.pick("null", "!("+w.condition(depth-2)+")") + ")"
	case 12:
		if !w.plain {
			return w.pick("missing", "known") + "(" + w.pick(w.number(depth-1), w.text(depth-1), w.condition(depth-1), w.time(depth-1)) + ")"
		}
	case 13:
		if !w.plain {
			return "(" + c() + ") " + equal + " (" + w.pick(c(), w.number(depth-1), "null") + ")"
		}
	}
	return "(" + c() + ") " + equal + " (" + c() + ")"
}
