package scenario

import (
	"math"

	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// technical reports whether a row says that systems failed.
func (w *world) technical(b *features.Batch, i int) bool {
	is := func(c *rows.Codes[bool], v *features.Vector, class func(string) string) bool {
		known := c.Of(v, func(s string) bool { return class(s) == "technical" })
		return v.Codes[i] != features.Null && known[v.Codes[i]]
	}
	return is(&w.tech, &b.Cols[w.status], func(s string) string { return cause.Technical(w.env.Plan, s, "") }) ||
		is(&w.techError, &b.Cols[w.errorCode], func(s string) string { return cause.Technical(w.env.Plan, "", s) })
}

// exposure is what a row's approval exposes the lender to, in minor units: the
// replayed limit, else what was asked for, else what was granted; -1 when none
// is known.
func (w *world) exposure(b *features.Batch, r *features.Replay, i int) int64 {
	if r.Outcome[i] <= 1 && r.Limit[i] >= 0 {
		return r.Limit[i]
	}
	for _, c := range [2]int{w.requested, w.granted} {
		if v := &b.Cols[c]; !v.IsNull(i) {
			return v.Ints[i]
		}
	}
	return -1
}

// chance is the probability of bad of a row: the model's, else the recorded
// one, else NaN.
func (w *world) chance(b *features.Batch, probability []float64, i int) float64 {
	if s := b.Scores; s != nil && s.Model[i] >= 0 && len(probability) > 0 {
		if p := probability[i]; p >= 0 && p <= 1 {
			switch w.signs[s.Model[i]] {
			case 1:
				return p
			case -1:
				return 1 - p
			}
		}
	}
	if p := b.Cols[w.pd].Floats[i]; p >= 0 && p <= 1 {
		return p
	}
	return math.NaN()
}

// known is whether a row that was approved went bad; -1 when that is not known.
func (w *world) known(b *features.Batch, i int, said int8) int8 {
	v := &b.Cols[w.bad]
	switch {
	case said != 1 || v.IsNull(i):
		return -1
	case v.Ints[i] != 0:
		return 1
	}
	return 0
}
