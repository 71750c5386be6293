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
}

// Scores holds the recomputed scores of a batch, one entry a row.
type Scores struct {
	// Model is the index of the plan's model that scored the row, or -1 when
	// none applies (unknown version, or a required input that is missing).
	Model       []int16
	Margin      []float64 // raw model output: log-odds, or points
	Probability []float64 // NaN when the model gives none
	Score       []float64 // on the model's declared scale
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
