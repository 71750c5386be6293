package expr

import (
	"math"
	"slices"

	"cel.dev/cel-go/common/operators"
)

// Kernels on numbers. What is not a finite number is unknownNumber.

// numbers makes arithmetic, and the functions on numbers.
func (c *compiler) numbers(op string, args []*node) *node {
	n := &node{kind: kNum, args: args}
	if len(args) == 1 && (op == "min" || op == "max") {
		args = []*node{args[0], args[0]}
	}
	switch op {
	case operators.Add:
		n.run = func(rows int) { add(n.nums[:rows], args[0].nums, args[1].nums) }
	case operators.Subtract:
		n.run = func(rows int) { subtract(n.nums[:rows], args[0].nums, args[1].nums) }
	case operators.Multiply:
		n.run = func(rows int) { multiply(n.nums[:rows], args[0].nums, args[1].nums) }
	case operators.Divide:
		n.run = func(rows int) { divide(n.nums[:rows], args[0].nums, args[1].nums) }
	case opMod:
		n.run = func(rows int) { modulo(n.nums[:rows], args[0].nums, args[1].nums) }
	case "min", "max":
		pick := least
		if op == "max" {
			pick = most
		}
		n.run = func(rows int) {
			pick(n.nums[:rows], args[0].nums, args[1].nums)
			for _, a := range args[2:] {
				pick(n.nums[:rows], n.nums, a.nums)
			}
			settle(n.nums[:rows])
		}
	case operators.Negate:
		n.run = func(rows int) { each(n.nums[:rows], args[0].nums, func(x float64) float64 { return -x }) }
	case "abs":
		n.run = func(rows int) { each(n.nums[:rows], args[0].nums, math.Abs) }
	case "ceil":
		n.run = func(rows int) { each(n.nums[:rows], args[0].nums, math.Ceil) }
	case "floor":
		n.run = func(rows int) { each(n.nums[:rows], args[0].nums, math.Floor) }
	case "round":
		n.run = func(rows int) { each(n.nums[:rows], args[0].nums, math.Round) }
	default:
		panic("expr: no kernel for " + op)
	}
	return c.add(op, n)
}

// settled returns z, or unknownNumber when z is not finite.
func settled(z float64) float64 {
	if z-z != 0 {
		return unknownNumber
	}
	return z
}

func settle(out []float64) {
	for i, z := range out {
		out[i] = settled(z)
	}
}

func add(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = settled(x[i] + y[i])
	}
}

func subtract(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = settled(x[i] - y[i])
	}
}

func multiply(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = settled(x[i] * y[i])
	}
}

func divide(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = settled(x[i] / y[i])
	}
}

func modulo(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = settled(math.Mod(x[i], y[i]))
	}
}

func least(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = min(x[i], y[i])
	}
}

func most(out, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = max(x[i], y[i])
	}
}

func each(out, x []float64, f func(float64) float64) {
	x = x[:len(out)]
	for i := range out {
		out[i] = settled(f(x[i]))
	}
}

func (c *compiler) days(later, earlier *node) *node {
	n := &node{kind: kNum, args: []*node{later, earlier}}
	n.run = func(rows int) {
		out, x, y := n.nums[:rows], later.times[:rows], earlier.times[:rows]
		for i := range out {
			if x[i] <= unknownTime || y[i] <= unknownTime {
				out[i] = unknownNumber
			} else {
				out[i] = float64((x[i] - y[i]) / dayMicros)
			}
		}
	}
	return c.add("days", n)
}

// isUnknown reports whether x, a NaN, is the unknown one.
func isUnknown(x float64) bool { return math.Float64bits(x) == unknownBits }

// truth makes a condition of a number.
func (c *compiler) truth(x *node) *node {
	n := &node{kind: kBool, args: []*node{x}}
	n.run = func(rows int) { nonzero(n.truths[:rows], x.nums) }
	return c.add(opTruth, n)
}

func nonzero(out []Truth, x []float64) {
	x = x[:len(out)]
	for i, v := range x {
		switch {
		case v == v:
			out[i] = truthOf(v != 0)
		case isUnknown(v):
			out[i] = Unknown
		default:
			out[i] = nothing
		}
	}
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

func equalNumbers(out []Truth, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		w := y[i]
		switch {
		case v == w:
			out[i] = True
		case v == v && w == w:
			out[i] = False
		case isUnknown(v) || isUnknown(w):
			out[i] = Unknown
		default: // at least one is missing
			out[i] = truthOf(v != v && w != w)
		}
	}
}

// lessNumbers says x < y. An infinity is a number here: it has its place.
func lessNumbers(out []Truth, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		w := y[i]
		t := False
		if v < w {
			t = True
		}
		if v != v || w != w {
			t = Unknown
		}
		out[i] = t
	}
}

func lessEqualNumbers(out []Truth, x, y []float64) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		w := y[i]
		t := False
		if v <= w {
			t = True
		}
		if v != v || w != w {
			t = Unknown
		}
		out[i] = t
	}
}

// among makes x in a list of constants, found by halving.
func (c *compiler) among(key string, x *node, list []float64) *node {
	slices.Sort(list)
	n := &node{kind: kBool, args: []*node{x}}
	n.run = func(rows int) {
		out := n.truths[:rows]
		for i, v := range x.nums[:rows] {
			switch {
			case v == v:
				out[i] = truthOf(place(list, v) >= 0)
			case isUnknown(v):
				out[i] = Unknown
			default:
				out[i] = False
			}
		}
	}
	return c.add(key, n)
}

// place returns the index of v in an ascending list, or -1.
func place(list []float64, v float64) int {
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); list[mid] < v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(list) && list[lo] == v {
		return lo
	}
	return -1
}
