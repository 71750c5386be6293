package policy

import (
	"math"
	"slices"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// hair moves the scores of a batch by a little, to see what conditions on the
// score make of it: a condition may hold a cut-off that nobody wrote as one.
type hair struct {
	column int // of the recorded score, or -1
	batch  features.Batch
	scores features.Scores
	moved  [4][]expr.Truth
}

// breadth is what a score is moved by to get to the other side of a number that
// it is equal to, as a share of it: more than what rounding in the condition
// could take back, and far less than any tolerance.
const breadth = 1e-12

// at evaluates a condition with every score moved: by so many times its
// tolerance, or by a hair's breadth when tolerance is nil.
func (h *hair) at(k int, e *expr.Expr, b *features.Batch, tolerance []float64, times float64) []expr.Truth {
	h.batch = *b
	h.batch.Scores = &h.scores
	h.scores.Score, h.scores.Model = grow(h.scores.Score, b.N), grow(h.scores.Model, b.N)
	for i := range b.N {
		x := math.NaN()
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			x = b.Scores.Score[i]
		} else if h.column >= 0 {
			x = b.Cols[h.column].Floats[i]
		}
		by := math.Abs(x) * breadth
		if tolerance != nil {
			by = max(by, tolerance[i])
		}
		h.scores.Score[i], h.scores.Model[i] = x+times*by, 0
	}
	h.moved[k] = grow(h.moved[k], b.N)
	copy(h.moved[k], e.Truths(&h.batch))
	return h.moved[k]
}

// mark marks rows whose score is within tolerance of one at which a condition
// changes, and not on it. now is the condition's truth as it is.
func (h *hair) mark(e *expr.Expr, b *features.Batch, now []expr.Truth, tolerance []float64, mark func(i int)) {
	if !slices.ContainsFunc(tolerance[:b.N], func(t float64) bool { return t > 0 }) {
		return
	}
	low, high := h.at(0, e, b, tolerance, -1), h.at(1, e, b, tolerance, 1)
	if slices.Equal(low, now) && slices.Equal(high, now) {
		return
	}
	below, above := h.at(2, e, b, nil, -1), h.at(3, e, b, nil, 1)
	for i := range b.N {
		if tolerance[i] > 0 && (low[i] != below[i] || high[i] != above[i]) {
			mark(i)
		}
	}
}
