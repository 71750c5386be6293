package expr

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
)

// Kernels that choose among columns: condition ? a : b, maps, lists.

// choice makes cond ? yes : no.
func (c *compiler) choice(cond, yes, no *node) *node {
	if yes.kind == kText {
		yes, no = c.worded(yes), c.worded(no)
	}
	n := &node{kind: yes.kind, args: []*node{cond, yes, no}}
	switch n.kind {
	case kNum:
		n.run = func(rows int) { choose(n.nums[:rows], cond.truths, yes.nums, no.nums, unknownNumber) }
	case kBool:
		n.run = func(rows int) { choose(n.truths[:rows], cond.truths, yes.truths, no.truths, Unknown) }
	case kText:
		n.run = func(rows int) { choose(n.codes[:rows], cond.truths, yes.codes, no.codes, unknownCode) }
	case kTime:
		n.run = func(rows int) { choose(n.times[:rows], cond.truths, yes.times, no.times, unknownTime) }
	}
	return c.add(operators.Conditional, n)
}

func choose[T any](out []T, cond []Truth, yes, no []T, unknown T) {
	cond, yes, no = cond[:len(out)], yes[:len(out)], no[:len(out)]
	for i, t := range cond {
		switch t {
		case True:
			out[i] = yes[i]
		case False:
			out[i] = no[i]
		default:
			out[i] = unknown
		}
	}
}

// in makes membership in a list.
func (c *compiler) in(t *term) *node {
	x, list := t.args[0], t.args[1].args
	var n *node
	k, constant := x.kind, len(list) > 0
	for _, a := range list {
		if k == kNull {
			k = a.kind
		}
		constant = constant && a.isConst()
	}
	if k == kNull {
		k = kBool
	}
	of := c.of(x, k)
	if constant && k == kText {
		set := map[string]bool{}
		for _, a := range list {
			set[a.text] = true
		}
		return c.textTable(setKey("in", list), of, False, func(s string) Truth { return truthOf(set[s]) })
	}
	if constant && k == kNum && len(list) > 2 {
		var nums []float64
		for _, a := range list {
			nums = append(nums, a.num)
		}
		return c.among(setKey("in", list), of, nums)
	}
	if len(list) == 0 {
		// CEL evaluates x all the same.
		e := c.equal(of, of)
		return c.fold("none", e, func(v Truth) Truth {
			if v == Unknown {
				return Unknown
			}
			return False
		})
	}
	for _, a := range list {
		e := c.equal(of, c.of(a, k))
		if n == nil {
			n = e
			continue
		}
		before := n
		next := &node{kind: kBool, args: []*node{before, e}}
		next.run = func(rows int) { combine(next.truths[:rows], before.truths, e.truths, &anyTable) }
		n = c.add("any", next)
	}
	return n
}

func (c *compiler) fold(key string, x *node, f func(Truth) Truth) *node {
	var table [4]Truth
	for i := range table {
		table[i] = f(Truth(i))
	}
	n := &node{kind: kBool, args: []*node{x}}
	n.run = func(rows int) {
		out := n.truths[:rows]
		for i, v := range x.truths[:rows] {
			out[i] = table[v&3]
		}
	}
	return c.add(key, n)
}

func setKey(op string, list []*term) string {
	var b strings.Builder
	b.WriteString(op)
	for _, a := range list {
		if a.kind == kText {
			fmt.Fprintf(&b, " %q", a.text)
		} else {
			fmt.Fprintf(&b, " %x", a.num)
		}
	}
	return b.String()
}

// index makes {key: value, …}[x]. What CEL says holds here: a map with a value
// that is unknown is unknown, whatever the key.
func (c *compiler) index(t *term) *node {
	var keys, values []*term
	for i := 0; i < len(t.args[0].args); i += 2 {
		keys, values = append(keys, t.args[0].args[i]), append(values, t.args[0].args[i+1])
	}
	k := t.kind
	if k == kNull {
		k = kBool
	}
	x := c.of(t.args[1], keys[0].kind)
	if nums, ok := constNumbers(values); ok && keys[0].kind == kText {
		table := map[string]float64{}
		for i, key := range keys {
			table[key.text] = nums[i]
		}
		return c.numberTable(setKey("map", append(slices.Clone(keys), values...)), x, func(s string) float64 {
			if v, ok := table[s]; ok {
				return v
			}
			return unknownNumber
		})
	}
	which := c.which(keys, x)
	n := &node{kind: k, args: []*node{which}}
	for _, v := range values {
		a := c.of(v, k)
		if k == kText {
			a = c.worded(a)
		}
		n.args = append(n.args, a)
	}
	cases := n.args[1:]
	switch k {
	case kNum:
		n.run = gather(n, which, cases, func(n *node) []float64 { return n.nums }, unknownNumber, func(x float64) bool { return x != x && isUnknown(x) })
	case kBool:
		n.run = gather(n, which, cases, func(n *node) []Truth { return n.truths }, Unknown, func(x Truth) bool { return x == Unknown })
	case kText:
		n.run = gather(n, which, cases, func(n *node) []int32 { return n.codes }, unknownCode, func(x int32) bool { return x == unknownCode })
	case kTime:
		n.run = gather(n, which, cases, func(n *node) []int64 { return n.times }, unknownTime, func(x int64) bool { return x == unknownTime })
	}
	return c.add(operators.Index, n)
}

func constNumbers(ts []*term) ([]float64, bool) {
	var nums []float64
	for _, t := range ts {
		if !t.isConst() || t.kind != kNum {
			return nil, false
		}
		nums = append(nums, t.num)
	}
	return nums, true
}

// which makes the index of the key that x is, or unknownCode: codes of a text
// node, though they are none of words.
func (c *compiler) which(keys []*term, x *node) *node {
	if x.kind == kText {
		at := map[string]int32{}
		for i, k := range keys {
			at[k.text] = int32(i)
		}
		return c.codeTable(setKey("which", keys), x, unknownCode, func(s string) int32 {
			if i, ok := at[s]; ok {
				return i
			}
			return unknownCode
		})
	}
	var list []float64
	for _, k := range keys {
		list = append(list, k.num)
	}
	slices.Sort(list)
	at := make([]int32, len(list))
	for i, k := range keys {
		at[place(list, k.num)] = int32(i)
	}
	n := &node{kind: kText, args: []*node{x}}
	n.run = func(rows int) {
		out := n.codes[:rows]
		for i, v := range x.nums[:rows] {
			out[i] = unknownCode
			if p := place(list, v); p >= 0 {
				out[i] = at[p]
			}
		}
	}
	return c.add(setKey("which", keys), n)
}

func gather[T any](n, which *node, cases []*node, of func(*node) []T, unknown T, isUnknown func(T) bool) func(int) {
	return func(rows int) {
		out := of(n)[:rows]
		for i := range out {
			out[i] = unknown
		}
		for k, c := range cases {
			from := of(c)[:rows]
			for i, w := range which.codes[:rows] {
				if int(w) == k {
					out[i] = from[i]
				}
			}
		}
		for _, c := range cases {
			for i, v := range of(c)[:rows] {
				if isUnknown(v) {
					out[i] = unknown
				}
			}
		}
	}
}
