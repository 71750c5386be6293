package governance

import (
	"math"
	"slices"
	"sort"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// input is what the scored rows of a model hold of one of its inputs.
type input struct {
	n           int64 // rows with a value
	lost        int64 // rows without one, among those that could not be recomputed
	least, most float64
	untrained   int64       // numbers outside the training data's
	levels      rows.Counts // of text; null is ""
}

func newInput() input { return input{least: math.Inf(1), most: math.Inf(-1)} }

func (x *input) merge(o *input) {
	x.n += o.n
	x.lost += o.lost
	x.least, x.most = min(x.least, o.least), max(x.most, o.most)
	x.untrained += o.untrained
	x.levels.Merge(&o.levels)
}

// constant reports whether all values are the same.
func (x *input) constant(text bool) bool {
	if text {
		different := 0
		for _, v := range x.levels.Values() {
			if v.Name != "" {
				different++
			}
		}
		return different <= 1
	}
	return x.least >= x.most
}

// read counts what rows of model m hold of its inputs.
func (t *table) read(b *features.Batch, m int16) {
	mine := 0
	for _, c := range t.claims {
		if c == m {
			mine++
		}
	}
	if mine == 0 {
		return
	}
	f, u := &t.facts.models[m], &t.models[m]
	if !f.readable() {
		return
	}
	texts := false
	for k := range f.inputs {
		in, x := &f.inputs[k], &u.inputs[k]
		v := &b.Cols[in.col]
		if in.text {
			if !texts {
				for i, c := range t.claims {
					t.keep[i] = c == m
				}
				texts = true
			}
			t.texts(v, k, x, u, m)
			continue
		}
		before := x.n
		least, most := x.least, x.most
		for i, y := range v.Floats[:b.N] {
			if t.claims[i] != m {
				continue
			}
			if y != y {
				u.periods[t.cells[i]].missing[k]++
				if t.lost[i] {
					x.lost++
				}
				continue
			}
			x.n++
			if y < least {
				least = y
			}
			if y > most {
				most = y
			}
		}
		x.least, x.most = least, most
		if x.n > before && (in.codes != nil || in.ranged && (least < in.least || most > in.most)) {
			t.foreign(v.Floats[:b.N], in, x, m)
		}
	}
}

// texts counts the levels of a categorical input.
func (t *table) texts(v *features.Vector, k int, x *input, u *usage, m int16) {
	for i, c := range v.Codes[:len(t.claims)] {
		if t.claims[i] != m {
			continue
		}
		if c == features.Null {
			u.periods[t.cells[i]].missing[k]++
			if t.lost[i] {
				x.lost++
			}
			continue
		}
		x.n++
	}
	x.levels.Add(v, t.keep, len(t.claims))
}

// foreign counts the numbers that the training data did not have.
func (t *table) foreign(values []float64, in *inputFacts, x *input, m int16) {
	for i, y := range values {
		if t.claims[i] != m || y != y {
			continue
		}
		if in.codes != nil {
			if _, ok := slices.BinarySearch(in.codes, y); !ok {
				x.untrained++
			}
		} else if y < in.least || y > in.most {
			x.untrained++
		}
	}
}

// untrainedRows is the number of values that the training data did not have;
// ok is false where nothing tells.
func (x *input) untrainedRows(in *inputFacts) (n int64, ok bool) {
	if !in.text {
		return x.untrained, in.codes != nil || in.ranged
	}
	if in.seen == nil {
		return 0, false
	}
	for _, v := range x.levels.Values() {
		if v.Name == "" {
			continue
		}
		seen, told := in.seen(v.Name)
		if !told {
			return 0, false
		}
		if !seen {
			n += v.N
		}
	}
	return n, true
}

// spans counts rows by a number of days; the last counts all that are longer.
type spans []int64

// mostDays bounds the days that are told apart: ten years.
const mostDays = 3650

func (s *spans) merge(o spans) { *s = added(*s, o) }

// snapshots counts the ages of feature k at the decision.
func (t *table) snapshots(b *features.Batch, k int) {
	f := &t.known[k]
	value, at := column(b, f.value), column(b, f.at)
	if value == nil || at == nil {
		return
	}
	var tested []int64
	if v := column(b, t.col.test); v != nil {
		tested = v.Ints
	}
	decided := b.Cols[t.col.at].Ints
	s := &t.age[k]
	for i, known := range at.Ints[:b.N] {
		if at.Valid != nil && !at.Valid[i] || value.IsNull(i) || tested != nil && tested[i] == 1 {
			continue
		}
		us := decided[i] - known
		if us < 0 {
			continue // back-filled: the check ingest tells of it
		}
		day := int(min(us/dayLength, mostDays))
		if day >= len(*s) {
			*s = append(*s, make([]int64, day+1-len(*s))...)
		}
		(*s)[day]++
	}
}

// quantiles returns the least, the median (the lower one of an even number) and
// the greatest index of counted rows, and how many there are.
func quantiles(counts []int64) (least, median, most int, n int64) {
	below := make([]int64, len(counts))
	for i, c := range counts {
		n += c
		below[i] = n
	}
	if n == 0 {
		return 0, 0, 0, 0
	}
	at := func(rank int64) int { return sort.Search(len(below), func(i int) bool { return below[i] >= rank }) }
	return at(1), at((n + 1) / 2), at(n), n
}

// scoreTest is the p-value of k of n rows where the share p is known.
func scoreTest(k, n int64, p float64) float64 {
	expected := float64(p * float64(n))
	d := float64(k) - expected
	if d == 0 {
		return 1
	}
	v := expected * (1 - p)
	if v <= 0 {
		return 0 // a share of 0 or 1 leaves no room
	}
	return stats.TwoSided(d / math.Sqrt(v))
}
