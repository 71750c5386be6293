package expr

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"

	"evenhand/features"
)

// machine runs the kernels of an expression in turn, each over a whole batch.
type machine struct {
	nodes []*node
	rows  int // that the nodes have room for
	batch *features.Batch
	words words
}

// node is a column that a kernel fills: one of the slices, by its kind.
type node struct {
	kind kind
	id   int
	run  func(rows int) // nil for constants, whose value stands in every row
	args []*node

	nums   []float64
	truths []Truth
	codes  []int32
	times  []int64

	// A text node that is a column as it comes has the codes of dict; any
	// other has codes of the machine's words.
	raw  bool
	dict *features.Dict

	borrowed bool // the slice is the batch's
}

// compiler makes nodes of terms, one for terms that are the same.
type compiler struct {
	m    *machine
	done map[*term]*node
	keys map[string]*node
}

func newMachine(t *term) (*machine, *node) {
	c := &compiler{m: &machine{}, done: map[*term]*node{}, keys: map[string]*node{}}
	c.m.words.codes, c.m.words.limit = map[string]int32{}, maxWords
	root := c.node(t)
	c.m.words.constants = len(c.m.words.list)
	return c.m, root
}

// run fills every node from b.
func (m *machine) run(b *features.Batch) {
	m.grow(b.N)
	m.words.trim()
	m.batch = b
	for _, n := range m.nodes {
		if n.run != nil {
			n.run(b.N)
		}
	}
	m.batch = nil
}

func (m *machine) grow(rows int) {
	if rows <= m.rows {
		return
	}
	m.rows = max(rows, 1)
	for _, n := range m.nodes {
		n.grow(m.rows)
	}
}

func (n *node) grow(rows int) {
	switch {
	case n.borrowed:
	case n.kind == kNum:
		n.nums = grown(n.nums, rows, n.run == nil)
	case n.kind == kBool:
		n.truths = grown(n.truths, rows, n.run == nil)
	case n.kind == kText:
		n.codes = grown(n.codes, rows, n.run == nil)
	case n.kind == kTime:
		n.times = grown(n.times, rows, n.run == nil)
	}
}

// grown returns s with room for n rows; fill repeats its first value.
func grown[T any](s []T, n int, fill bool) []T {
	out := make([]T, n)
	if fill {
		for i := range out {
			out[i] = s[0]
		}
	}
	return out
}

// add makes n a node, or returns the same node made before. What has nothing
// but constants below it becomes a constant.
func (c *compiler) add(key string, n *node) *node {
	var b strings.Builder
	b.WriteString(key)
	constant := len(n.args) > 0
	for _, a := range n.args {
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(a.id))
		constant = constant && a.run == nil
	}
	if same := c.keys[b.String()]; same != nil {
		return same
	}
	n.id = len(c.m.nodes)
	n.grow(max(c.m.rows, 1))
	if constant {
		n.run(1)
		n.run = nil
		n.grow(max(c.m.rows, 1))
	}
	c.m.nodes = append(c.m.nodes, n)
	c.keys[b.String()] = n
	return n
}

func (c *compiler) node(t *term) *node {
	n := c.done[t]
	if n == nil {
		n = c.make(t)
		c.done[t] = n
	}
	return n
}

// constant makes a node that has one value in every row.
func (c *compiler) constant(key string, n *node) *node { return c.add("const "+key, n) }

func (c *compiler) null(k kind) *node {
	n := &node{kind: k}
	switch k {
	case kNum:
		n.nums = []float64{missingNumber}
	case kBool:
		n.truths = []Truth{nothing}
	case kText:
		n.codes = []int32{missingCode}
	case kTime:
		n.times = []int64{missingTime}
	}
	return c.constant("null "+strconv.Itoa(int(k)), n)
}

// of makes a node of t of kind k: null takes the kind of what it meets.
func (c *compiler) of(t *term, k kind) *node {
	if t.kind == kNull {
		if t.op == opConst {
			return c.null(k)
		}
		t2 := *t
		t2.kind = k
		return c.make(&t2)
	}
	return c.node(t)
}

func (c *compiler) make(t *term) *node {
	switch t.op {
	case opConst:
		switch t.kind {
		case kNum:
			return c.constant(strconv.FormatUint(math.Float64bits(t.num), 16), &node{kind: kNum, nums: []float64{t.num}})
		case kBool:
			return c.constant(strconv.FormatBool(t.truth), &node{kind: kBool, truths: []Truth{truthOf(t.truth)}})
		case kText:
			return c.constant(strconv.Quote(t.text), &node{kind: kText, codes: []int32{c.m.words.code(t.text)}})
		case kTime:
			return c.constant("t"+strconv.FormatInt(t.when, 10), &node{kind: kTime, times: []int64{t.when}})
		}
		return c.null(kBool)
	case opColumn:
		return c.column(t)
	case opTruth:
		return c.truth(c.of(t.args[0], kNum))
	case operators.LogicalAnd, operators.LogicalOr:
		return c.logic(t.op, c.of(t.args[0], kBool), c.of(t.args[1], kBool))
	case operators.LogicalNot:
		return c.logic(t.op, c.of(t.args[0], kBool))
	case operators.Conditional:
		k := t.kind
		if k == kNull {
			k = kBool
		}
		return c.choice(c.of(t.args[0], kBool), c.of(t.args[1], k), c.of(t.args[2], k))
	case operators.Equals, operators.NotEquals:
		x, y := c.pair(t.args[0], t.args[1])
		n := c.equal(x, y)
		if t.op == operators.NotEquals {
			n = c.logic(operators.LogicalNot, n)
		}
		return n
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		x, y := c.pair(t.args[0], t.args[1])
		return c.order(t.op, x, y)
	case operators.In:
		return c.in(t)
	case operators.Index:
		return c.index(t)
	case "missing", "known":
		return c.missing(t.op, c.of(t.args[0], kBool))
	case "contains", "endsWith", "startsWith", "matches":
		return c.textCondition(t.op, c.node(t.args[0]), t.args[1].text)
	case "size":
		return c.size(c.node(t.args[0]))
	case "days":
		return c.days(c.of(t.args[0], kTime), c.of(t.args[1], kTime))
	}
	args := make([]*node, len(t.args))
	for i, a := range t.args {
		args[i] = c.of(a, kNum)
	}
	return c.numbers(t.op, args)
}

// pair makes nodes of two terms that are compared.
func (c *compiler) pair(x, y *term) (*node, *node) {
	k := x.kind
	if k == kNull {
		k = y.kind
	}
	if k == kNull {
		k = kBool
	}
	return c.of(x, k), c.of(y, k)
}
