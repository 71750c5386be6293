package expr

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/operators"

	"evenhand/features"
)

// Text is evaluated once a distinct value: what a function says of a value is
// looked up by its code.

// maxWords is how many distinct values are remembered before all are
// forgotten, so that memory has a bound.
const maxWords = 1 << 20

// words gives codes to values of text that do not come as a column: constants,
// and columns that meet other columns.
type words struct {
	list      []string
	codes     map[string]int32
	constants int // the first of list, never forgotten
	age       int // how often they were forgotten
	limit     int // maxWords, but for tests
}

func (w *words) code(s string) int32 {
	c, ok := w.codes[s]
	if !ok {
		c = int32(len(w.list))
		w.list = append(w.list, s)
		w.codes[s] = c
	}
	return c
}

// trim forgets all but constants when there are too many.
func (w *words) trim() {
	if len(w.list) <= w.limit {
		return
	}
	for _, s := range w.list[w.constants:] {
		delete(w.codes, s)
	}
	w.list = w.list[:w.constants]
	w.age++
}

// table is a function of the values of a text node, by code: entries for
// unknown and missing, then one a value.
type table[T any] struct {
	dict    *features.Dict
	age     int
	entries []T
	f       func(string) T
}

func newTable[T any](unknown, missing T, f func(string) T) *table[T] {
	return &table[T]{entries: []T{unknown, missing}, f: f}
}

// sync brings the table up to the values that x has now.
func (t *table[T]) sync(m *machine, x *node) {
	if x.raw {
		if t.dict != x.dict || t.age != m.words.age {
			t.dict, t.age, t.entries = x.dict, m.words.age, t.entries[:2]
		}
		if x.dict == nil {
			return
		}
		for n := x.dict.Len(); len(t.entries) < n+2; {
			t.entries = append(t.entries, t.f(x.dict.Value(int32(len(t.entries)-2))))
		}
		return
	}
	if t.age != m.words.age {
		t.age, t.entries = m.words.age, t.entries[:2]
	}
	for len(t.entries) < len(m.words.list)+2 {
		t.entries = append(t.entries, t.f(m.words.list[len(t.entries)-2]))
	}
}

// lookup fills out with what the table says of the codes.
func lookup[T any](out []T, entries []T, codes []int32) {
	codes = codes[:len(out)]
	for i, c := range codes {
		out[i] = entries[c+2]
	}
}

// textTable makes a condition of text; missing is what it says of null.
func (c *compiler) textTable(key string, x *node, missing Truth, f func(string) Truth) *node {
	n, m, t := &node{kind: kBool, args: []*node{x}}, c.m, newTable(Unknown, missing, f)
	n.run = func(rows int) {
		t.sync(m, x)
		lookup(n.truths[:rows], t.entries, x.codes)
	}
	return c.add(key, n)
}

// numberTable makes a number of text, unknown for null.
func (c *compiler) numberTable(key string, x *node, f func(string) float64) *node {
	n, m, t := &node{kind: kNum, args: []*node{x}}, c.m, newTable(unknownNumber, unknownNumber, f)
	n.run = func(rows int) {
		t.sync(m, x)
		lookup(n.nums[:rows], t.entries, x.codes)
	}
	return c.add(key, n)
}

// codeTable makes codes of text; missing is that of null.
func (c *compiler) codeTable(key string, x *node, missing int32, f func(string) int32) *node {
	n, m, t := &node{kind: kText, args: []*node{x}}, c.m, newTable(unknownCode, missing, f)
	n.run = func(rows int) {
		t.sync(m, x)
		lookup(n.codes[:rows], t.entries, x.codes)
	}
	return c.add(key, n)
}

// worded makes codes of words of a text node that has a dictionary's.
func (c *compiler) worded(x *node) *node {
	if !x.raw {
		return x
	}
	w := &c.m.words
	return c.codeTable("words", x, missingCode, w.code)
}

func (c *compiler) textCondition(op string, x *node, with string) *node {
	var f func(string) bool
	switch op {
	case "contains":
		f = func(s string) bool { return strings.Contains(s, with) }
	case "endsWith":
		f = func(s string) bool { return strings.HasSuffix(s, with) }
	case "startsWith":
		f = func(s string) bool { return strings.HasPrefix(s, with) }
	case "matches":
		f = regexp.MustCompile(with).MatchString
	}
	return c.textTable(fmt.Sprintf("%s %q", op, with), x, Unknown, func(s string) Truth { return truthOf(f(s)) })
}

func (c *compiler) size(x *node) *node {
	return c.numberTable("size", x, func(s string) float64 { return float64(utf8.RuneCountInString(s)) })
}

// word returns the constant that a node is.
func (c *compiler) word(x *node) (string, bool) {
	if x.run != nil || x.raw || x.codes[0] < 0 {
		return "", false
	}
	return c.m.words.list[x.codes[0]], true
}

// equalText makes x == y when y is a constant; nil when it is not.
func (c *compiler) equalText(x, y *node) *node {
	s, ok := c.word(y)
	if !ok {
		return nil
	}
	return c.textTable(fmt.Sprintf("== %q", s), x, False, func(v string) Truth { return truthOf(v == s) })
}

// orderText makes x < y or x <= y.
func (c *compiler) orderText(op string, x, y *node) *node {
	strict := op == operators.Less
	if s, ok := c.word(y); ok {
		return c.textTable(fmt.Sprintf("%s %q", op, s), x, Unknown, func(v string) Truth { return truthOf(v < s || v == s && !strict) })
	}
	if s, ok := c.word(x); ok {
		return c.textTable(fmt.Sprintf("%q %s", s, op), y, Unknown, func(v string) Truth { return truthOf(s < v || v == s && !strict) })
	}
	x, y = c.worded(x), c.worded(y)
	n, w := &node{kind: kBool, args: []*node{x, y}}, &c.m.words
	n.run = func(rows int) {
		out, xs, ys := n.truths[:rows], x.codes[:rows], y.codes[:rows]
		for i := range out {
			if xs[i] < 0 || ys[i] < 0 {
				out[i] = Unknown
				continue
			}
			a, b := w.list[xs[i]], w.list[ys[i]]
			out[i] = truthOf(a < b || a == b && !strict)
		}
	}
	return c.add(op, n)
}
