// Package expr compiles conditions and amounts written in CEL into kernels
// over the columns of a batch.
//
// Comparisons, logic, arithmetic, choices, membership and map literals over
// columns and constants become loops over whole columns; what else CEL can say
// is evaluated by CEL itself, row by row, with the same result.
package expr

import "evenhand/features"

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
}
