package expr

import (
	"maps"
	"math"
	"slices"

	"evenhand/features"
)

// Truth is a truth value in Kleene's logic.
type Truth uint8

// The truth values. Unknown is that of a condition that needs a missing value.
const (
	False Truth = iota
	True
	Unknown
)

// Column is what a name means: a column of the batch, or the score.
type Column struct {
	Index int           // in Batch.Cols
	Kind  features.Kind // Text, Int, Float, Money, Instant, Date or Bool
	// Scale is the minor units in a unit of Money: expressions see money in
	// units, as float64(minor)/Scale. 0 or 1 otherwise.
	Scale float64
	// Score says that the name is the recomputed score: Batch.Scores.Score
	// where Batch.Scores.Model >= 0, else the column at Index (recorded), if
	// Index >= 0; else missing.
	Score bool
}

// Env is what names mean to the expressions over one table.
type Env struct {
	// Resolve returns the column that a name stands for: a plain name, or
	// "history.NAME".
	Resolve func(name string) (Column, bool)
	// Values are further names, each an expression of its own that is put in
	// its place.
	Values map[string]string
	// Known are names that Resolve knows, in any order: messages about one it
	// does not know suggest the nearest. May be empty.
	Known []string
}

// Expr is a compiled expression. It belongs to one worker: its scratch is
// reused from one call to the next.
type Expr struct {
	kind  kind
	names []string
	term  *term

	machine *machine // nil when CEL evaluates it
	root    *node
	slow    *slow

	truths []Truth
	nums   []float64
}

// Compile compiles src over what names mean in env. The error is a sentence
// that names the place in src and what to do.
func Compile(src string, env *Env) (*Expr, error) {
	s, err := parse(src, "")
	if err != nil {
		return nil, err
	}
	t, names, err := build(s, env)
	if err != nil {
		return nil, err
	}
	e := &Expr{kind: t.kind, names: names, term: t}
	if t.kernel {
		e.machine, e.root = newMachine(t)
		return e, nil
	}
	e.slow, err = newSlow(t)
	if err != nil {
		return nil, t.syntax.fault(t.at, "CEL can't evaluate this (%s); write it otherwise", err)
	}
	return e, nil
}

// build makes the term of an expression and names the columns in it. Without
// env any name may be anything, and the expression may be a value for others: a
// list or a map as well.
func build(s *Syntax, env *Env) (*term, []string, error) {
	b := &builder{env: env, syntax: s, values: map[string]*term{}, names: map[string]bool{}}
	t, err := b.term(s.root)
	if err != nil {
		return nil, nil, err
	}
	if env != nil && (t.kind == kList || t.kind == kMap) {
		return nil, nil, s.fault(t.at, "%s; write a condition or a number", t.word())
	}
	return t, slices.Sorted(maps.Keys(b.names)), nil
}

// Names returns the columns that the expression reads, sorted.
func (e *Expr) Names() []string { return slices.Clone(e.names) }

// IsBool reports whether the expression is a condition. One that is neither
// that nor a number is text, an instant, or decided row by row.
func (e *Expr) IsBool() bool { return e.kind == kBool }

// IsNumber reports whether the expression is a number.
func (e *Expr) IsNumber() bool { return e.kind == kNum }

// Kernel reports whether the expression runs as kernels, not row by row.
func (e *Expr) Kernel() bool { return e.machine != nil }

// Constant returns the number that the expression is in every row.
func (e *Expr) Constant() (float64, bool) {
	if e.kind != kNum || len(e.names) > 0 {
		return 0, false
	}
	x := e.Numbers(&features.Batch{N: 1})[0]
	return x, x == x
}

// Truths returns the truth of the expression in each row of b; a number is
// true when it is not 0. The slice is valid until the next call on e.
func (e *Expr) Truths(b *features.Batch) []Truth {
	e.truths = sized(e.truths, b.N)
	out := e.truths
	if e.machine == nil {
		for i := range out {
			out[i] = truthValue(e.slow.value(b, i))
		}
		return out
	}
	e.machine.run(b)
	switch e.kind {
	case kBool:
		copy(out, e.root.truths)
	case kNum:
		nonzero(out, e.root.nums)
	default:
		fill(out, Unknown)
	}
	for i, t := range out {
		if t == nothing {
			out[i] = Unknown
		}
	}
	return out
}

// Numbers returns the number that the expression is in each row of b, NaN
// where it is unknown or missing; a condition is 1 or 0. The slice is valid
// until the next call on e, and no longer than b.
func (e *Expr) Numbers(b *features.Batch) []float64 {
	if e.machine != nil && e.kind == kNum {
		e.machine.run(b)
		return e.root.nums[:b.N]
	}
	e.nums = sized(e.nums, b.N)
	out := e.nums
	if e.machine == nil {
		for i := range out {
			out[i] = numberValue(e.slow.value(b, i))
		}
		return out
	}
	fill(out, math.NaN())
	if e.kind == kBool {
		e.machine.run(b)
		for i, t := range e.root.truths[:b.N] {
			if t < Unknown {
				out[i] = float64(t)
			}
		}
	}
	return out
}

func fill[T any](out []T, x T) {
	for i := range out {
		out[i] = x
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	return s[:n]
}
