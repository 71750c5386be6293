package expr

import "cel.dev/cel-go/common/operators"

// Kernels on conditions. The tables are by the four states of truth: false,
// true, unknown, nothing.

var andTable = [4][4]Truth{
	False:   {False, False, False, False},
	True:    {False, True, Unknown, Unknown},
	Unknown: {False, Unknown, Unknown, Unknown},
	nothing: {False, Unknown, Unknown, Unknown},
}

var orTable = [4][4]Truth{
	False:   {False, True, Unknown, Unknown},
	True:    {True, True, True, True},
	Unknown: {Unknown, True, Unknown, Unknown},
	nothing: {Unknown, True, Unknown, Unknown},
}

var notTable = [4]Truth{False: True, True: False, Unknown: Unknown, nothing: Unknown}

var equalTable = [4][4]Truth{
	False:   {True, False, Unknown, False},
	True:    {False, True, Unknown, False},
	Unknown: {Unknown, Unknown, Unknown, Unknown},
	nothing: {False, False, Unknown, True},
}

// anyTable joins what membership in a list finds: unlike ||, it does not
// absorb what is unknown, since CEL has no list when an element has no value.
var anyTable = [4][4]Truth{
	False:   {False, True, Unknown, Unknown},
	True:    {True, True, Unknown, Unknown},
	Unknown: {Unknown, Unknown, Unknown, Unknown},
	nothing: {Unknown, Unknown, Unknown, Unknown},
}

func (c *compiler) logic(op string, args ...*node) *node {
	n := &node{kind: kBool, args: args}
	switch op {
	case operators.LogicalNot:
		n.run = func(rows int) {
			out := n.truths[:rows]
			for i, x := range args[0].truths[:rows] {
				out[i] = notTable[x&3]
			}
		}
	case operators.LogicalAnd:
		n.run = func(rows int) { combine(n.truths[:rows], args[0].truths, args[1].truths, &andTable) }
	case operators.LogicalOr:
		n.run = func(rows int) { combine(n.truths[:rows], args[0].truths, args[1].truths, &orTable) }
	}
	return c.add(op, n)
}

func combine(out, x, y []Truth, table *[4][4]Truth) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = table[x[i]&3][y[i]&3]
	}
}

func (c *compiler) missing(op string, x *node) *node {
	n := &node{kind: kBool, args: []*node{x}}
	yes := truthOf(op == "missing")
	no := 1 - yes
	n.run = func(rows int) {
		out := n.truths[:rows]
		for i := range out {
			out[i] = no
		}
		switch x.kind {
		case kNum:
			for i, v := range x.nums[:rows] {
				if v != v {
					out[i] = yes
				}
			}
		case kBool:
			for i, v := range x.truths[:rows] {
				if v >= Unknown {
					out[i] = yes
				}
			}
		case kText:
			for i, v := range x.codes[:rows] {
				if v < 0 {
					out[i] = yes
				}
			}
		case kTime:
			for i, v := range x.times[:rows] {
				if v <= unknownTime {
					out[i] = yes
				}
			}
		}
	}
	return c.add(op, n)
}

// equal makes x == y, of two nodes of one kind.
func (c *compiler) equal(x, y *node) *node {
	if x.run == nil {
		x, y = y, x
	}
	if x.kind == kText {
		if n := c.equalText(x, y); n != nil {
			return n
		}
		x, y = c.worded(x), c.worded(y)
	}
	n := &node{kind: kBool, args: []*node{x, y}}
	switch x.kind {
	case kNum:
		n.run = func(rows int) { equalNumbers(n.truths[:rows], x.nums, y.nums) }
	case kBool:
		n.run = func(rows int) { combine(n.truths[:rows], x.truths, y.truths, &equalTable) }
	case kText:
		n.run = func(rows int) { equalCodes(n.truths[:rows], x.codes, y.codes, unknownCode) }
	case kTime:
		n.run = func(rows int) { equalCodes(n.truths[:rows], x.times, y.times, unknownTime) }
	}
	return c.add(operators.Equals, n)
}

func equalCodes[T int32 | int64](out []Truth, x, y []T, unknown T) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		t := False
		if v == y[i] {
			t = True
		}
		if v == unknown || y[i] == unknown {
			t = Unknown
		}
		out[i] = t
	}
}

// order makes x < y and its like, of two nodes of one kind.
func (c *compiler) order(op string, x, y *node) *node {
	if op == operators.Greater || op == operators.GreaterEquals {
		x, y = y, x
		op = map[string]string{operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals}[op]
	}
	strict := op == operators.Less
	if x.kind == kText {
		return c.orderText(op, x, y)
	}
	n := &node{kind: kBool, args: []*node{x, y}}
	switch {
	case x.kind == kTime:
		n.run = func(rows int) { orderTimes(n.truths[:rows], x.times, y.times, strict) }
	case strict:
		n.run = func(rows int) { lessNumbers(n.truths[:rows], x.nums, y.nums) }
	default:
		n.run = func(rows int) { lessEqualNumbers(n.truths[:rows], x.nums, y.nums) }
	}
	return c.add(op, n)
}

func orderTimes(out []Truth, x, y []int64, strict bool) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		w := y[i]
		t := False
		if v < w || v == w && !strict {
			t = True
		}
		if v <= unknownTime || w <= unknownTime {
			t = Unknown
		}
		out[i] = t
	}
}
