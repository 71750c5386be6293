package features

import "math"

// BatchRows is the number of rows of a full batch: small enough that a
// worker's columns stay in its cache, large enough that per-batch work
// vanishes.
const BatchRows = 4096

// Batch is a run of consecutive rows of one unit of one table, decoded into
// row-aligned columns. Its memory belongs to the reader that filled it and is
// overwritten by the next call of Next: keep nothing that points into it.
type Batch struct {
	Table string
	Unit  int   // index into Source.Units, for messages
	Row   int64 // number of the first row within its file, from 0
	N     int   // rows
	Cols  []Vector

	// Period is, on tables with a main instant, the plan's period of each
	// row (see audit.Periods), filled by the driver; -1 when unknown.
	Period []int32
	// Scores are the recomputed scores of each row, filled by the driver
	// when the plan names models; nil otherwise.
	Scores *Scores
	// Replay is what the lender's own policy says of each row, filled by the
	// driver when the plan names policies; nil otherwise.
	Replay *Replay
}

// Replay holds what the policy in force says of a batch, one entry a row. On
// decisions it is the decision; on limits the evaluation of the limit, on rows
// of kind evaluate.
type Replay struct {
	// Policy is the index of the registry's policy that was replayed, or -1
	// when none applies.
	Policy []int16
	// Outcome is an index into Outcomes, or Undecided when something that the
	// policy needs is not known.
	Outcome []uint8
	// Rule is the index of what decided, as policy.Policy.RuleName has it: a
	// rule, a cooling-off time, or the limit. It is -1 when nothing did and the
	// policy approves; of an undecided row it is the rule that lacks a value.
	Rule []int16
	// Limit is the limit that follows, in minor units; -1 when there is none.
	Limit []int64
	// Bound is the index of the term that binds the limit (policy.Limit.Terms,
	// then the ladder's, see policy.Policy.TermName), or -1.
	Bound []int16
	// Edge marks rows whose score lies within the model's tolerance of a
	// cut-off: the replay can't say on which side it fell.
	Edge []bool
}

// Undecided is the outcome of a replay that lacks something it needs.
const Undecided uint8 = 255

// Slice returns rows [lo, hi) of r, sharing its memory.
func (r *Replay) Slice(lo, hi int) *Replay {
	return &Replay{
		Policy: r.Policy[lo:hi], Outcome: r.Outcome[lo:hi], Rule: r.Rule[lo:hi],
		Limit: r.Limit[lo:hi], Bound: r.Bound[lo:hi], Edge: r.Edge[lo:hi],
	}
}

// Grow makes room for n rows and marks them undecided by no policy.
func (r *Replay) Grow(n int) {
	r.Policy, r.Outcome, r.Rule = filled(r.Policy, n, -1), filled(r.Outcome, n, Undecided), filled(r.Rule, n, -1)
	r.Limit, r.Bound, r.Edge = filled(r.Limit, n, -1), filled(r.Bound, n, -1), filled(r.Edge, n, false)
}

// Scores holds the recomputed scores of a batch, one entry a row.
type Scores struct {
	// Model is the index of the plan's model that scored the row, or -1 when
	// none applies (unknown version, or a required input that is missing).
	Model  []int16
	Margin []float64 // raw model output: log-odds, or points
	Score  []float64 // on the model's declared scale
	// Probability is NaN when the model gives none, and empty when no running
	// check asked for it (audit.Want) and no model's output is a probability.
	Probability []float64
}

// Vector is one column of a batch. Which slices are used depends on Kind; all
// used slices hold at least N rows.
type Vector struct {
	Kind Kind
	// Present is false for an optional column that the export does not have:
	// every row is null then, and the slices are valid to read.
	Present bool

	Dict  *Dict   // Text, TextList
	Codes []int32 // Text: code or Null. TextList: the elements of all rows

	Ints   []int64   // Int, Money, Instant, Date, Bool; 0 where null
	Floats []float64 // Float; NaN where null

	// Valid tells nulls apart for Ints, Opaque and TextList kinds. It is nil
	// when no row of the batch is null.
	Valid []bool

	Bytes   []byte   // Opaque: row i is Bytes[Offsets[i]:Offsets[i+1]]
	Offsets []uint32 // Opaque, TextList: N+1 entries (TextList: into Codes)
}

// Slice returns rows [lo, hi) of b, sharing its memory.
func (b *Batch) Slice(lo, hi int) Batch {
	s := *b
	s.Row, s.N = b.Row+int64(lo), hi-lo
	s.Cols = make([]Vector, len(b.Cols))
	for i, v := range b.Cols {
		if v.Unread() {
			s.Cols[i] = v
			continue
		}
		switch v.Kind {
		case Text:
			v.Codes = v.Codes[lo:hi]
		case Float:
			v.Floats = v.Floats[lo:hi]
		case Opaque, TextList:
			v.Offsets = v.Offsets[lo : hi+1]
		default:
			v.Ints = v.Ints[lo:hi]
		}
		if v.Valid != nil {
			v.Valid = v.Valid[lo:hi]
		}
		s.Cols[i] = v
	}
	if b.Period != nil {
		s.Period = b.Period[lo:hi]
	}
	if c := b.Scores; c != nil {
		s.Scores = &Scores{Model: c.Model[lo:hi], Margin: c.Margin[lo:hi], Score: c.Score[lo:hi]}
		if len(c.Probability) > 0 {
			s.Scores.Probability = c.Probability[lo:hi]
		}
	}
	if b.Replay != nil {
		s.Replay = b.Replay.Slice(lo, hi)
	}
	return s
}

// Append adds the rows of o, a batch of the same columns by the same reader,
// to b, copying them.
func (b *Batch) Append(o *Batch) {
	if b.Cols == nil {
		b.Cols = make([]Vector, len(o.Cols))
		for i, v := range o.Cols {
			b.Cols[i] = Vector{Kind: v.Kind, Present: v.Present, Dict: v.Dict}
		}
	}
	for i := range b.Cols {
		to, v := &b.Cols[i], &o.Cols[i]
		if v.Unread() {
			continue
		}
		if v.Valid != nil && to.Valid == nil {
			to.Valid = filled(to.Valid, b.N, true)
		}
		if v.Valid != nil {
			to.Valid = append(to.Valid, v.Valid[:o.N]...)
		} else if to.Valid != nil {
			for range o.N {
				to.Valid = append(to.Valid, true)
			}
		}
		switch v.Kind {
		case Text:
			to.Codes = append(to.Codes, v.Codes[:o.N]...)
		case Float:
			to.Floats = append(to.Floats, v.Floats[:o.N]...)
		case Opaque, TextList:
			if len(to.Offsets) == 0 {
				to.Offsets = append(to.Offsets, 0)
			}
			first, end := v.Offsets[0], v.Offsets[o.N]
			base := to.Offsets[len(to.Offsets)-1]
			for _, x := range v.Offsets[1 : o.N+1] {
				to.Offsets = append(to.Offsets, base+x-first)
			}
			if v.Kind == Opaque {
				to.Bytes = append(to.Bytes, v.Bytes[first:end]...)
			} else {
				to.Codes = append(to.Codes, v.Codes[first:end]...)
			}
		default:
			to.Ints = append(to.Ints, v.Ints[:o.N]...)
		}
	}
	b.Period = append(b.Period, o.Period...)
	b.N += o.N
}

// Unread reports whether v has no memory at all: a column of a timeline that
// nobody asked for. It must not be read.
func (v *Vector) Unread() bool {
	return v.Codes == nil && v.Ints == nil && v.Floats == nil && v.Offsets == nil
}

// IsNull reports whether row i is null.
func (v *Vector) IsNull(i int) bool {
	switch v.Kind {
	case Text:
		return v.Codes[i] == Null
	case Float:
		return math.IsNaN(v.Floats[i])
	default:
		return v.Valid != nil && !v.Valid[i]
	}
}

// Text returns the value of row i of a Text column, "" when null.
func (v *Vector) Text(i int) string {
	if c := v.Codes[i]; c != Null {
		return v.Dict.Value(c)
	}
	return ""
}

// Opaque returns the bytes of row i of an Opaque column, nil when null. The
// slice points into the batch.
func (v *Vector) Opaque(i int) []byte {
	if v.Valid != nil && !v.Valid[i] {
		return nil
	}
	return v.Bytes[v.Offsets[i]:v.Offsets[i+1]]
}

// List returns the codes of row i of a TextList column; elements may be Null.
// The slice points into the batch.
func (v *Vector) List(i int) []int32 {
	if v.Valid != nil && !v.Valid[i] {
		return nil
	}
	return v.Codes[v.Offsets[i]:v.Offsets[i+1]]
}

// Absent makes v the all-null column of n rows and kind k, reusing its memory.
func (v *Vector) Absent(k Kind, n int) {
	v.Kind, v.Present, v.Valid = k, false, nil
	switch k {
	case Text:
		v.Codes = filled(v.Codes, n, Null)
		if v.Dict == nil {
			v.Dict = NewDict()
		}
	case Float:
		v.Floats = filled(v.Floats, n, math.NaN())
	case Opaque, TextList:
		v.Bytes, v.Codes = v.Bytes[:0], v.Codes[:0]
		v.Offsets = filled(v.Offsets, n+1, 0)
		v.Valid = filled(v.Valid, n, false)
		if v.Dict == nil {
			v.Dict = NewDict()
		}
	default:
		v.Ints = filled(v.Ints, n, 0)
		v.Valid = filled(v.Valid, n, false)
	}
}

func filled[T any](s []T, n int, x T) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	s = s[:n]
	for i := range s {
		s[i] = x
	}
	return s
}

// Gather copies rows of v, a column of n rows, to to, in memory of to's own, so
// that cells may be changed. Opaque and list columns are left out: to keeps
// their kind alone.
func Gather[R int | int32](to, v *Vector, rows []R, n int) {
	to.Kind, to.Present, to.Dict = v.Kind, v.Present, v.Dict
	to.Codes, to.Ints, to.Floats = to.Codes[:0], to.Ints[:0], to.Floats[:0]
	switch {
	case v.Kind == Opaque || v.Kind == TextList:
		return
	case v.Kind == Text && len(v.Codes) >= n:
		for _, i := range rows {
			to.Codes = append(to.Codes, v.Codes[i])
		}
	case v.Kind == Float && len(v.Floats) >= n:
		for _, i := range rows {
			to.Floats = append(to.Floats, v.Floats[i])
		}
	case len(v.Ints) >= n:
		for _, i := range rows {
			to.Ints = append(to.Ints, v.Ints[i])
		}
	}
	if v.Valid == nil {
		to.Valid = nil
		return
	}
	if to.Valid = to.Valid[:0]; to.Valid == nil {
		to.Valid = []bool{}
	}
	for _, i := range rows {
		to.Valid = append(to.Valid, v.Valid[i])
	}
}
