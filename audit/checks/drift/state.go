package drift

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// versionNames numbers the model versions.
type versionNames = rows.Names

// cell holds one period's features.
type cell struct {
	rows    int64
	numbers []stats.Hist  // by number feature
	texts   []rows.Counts // by text feature
}

// versions are the scores by the version of the model, or of the policy.
type versions struct {
	column string
	col    int
	names  versionNames
	list   []*version // by number in names
}

// version holds the scores of one version, by period.
type version struct{ periods []*scores }

// scores are those of one version in one period.
type scores struct {
	rows                 int64
	recorded, recomputed stats.Hist
	sum                  stats.Sum
}

func (s *state) cell(p int32) *cell {
	for int(p) >= len(s.cells) {
		s.cells = append(s.cells, nil)
	}
	c := s.cells[p]
	if c == nil {
		c = &cell{numbers: make([]stats.Hist, len(s.numbers)), texts: make([]rows.Counts, len(s.texts))}
		s.cells[p] = c
	}
	return c
}

func (s *versions) scores(v, p int32) *scores {
	for int(v) >= len(s.list) {
		s.list = append(s.list, &version{})
	}
	of := s.list[v]
	for int(p) >= len(of.periods) {
		of.periods = append(of.periods, nil)
	}
	if of.periods[p] == nil {
		of.periods[p] = &scores{}
	}
	return of.periods[p]
}

func (s *state) Update(b *features.Batch) {
	n := b.N
	s.rows += int64(n)
	if cap(s.keys) < n {
		s.keys, s.scratch, s.keep, s.floats = make([]int32, n), make([]int32, n), make([]bool, n), make([]float64, n)
	}
	s.keys, s.keep, s.floats = s.keys[:n], s.keep[:n], s.floats[:n]
	s.setPeriods(b)
	s.grouped.set(s.keys)
	for _, r := range s.grouped.runs {
		s.cell(r.key).rows += int64(r.hi - r.lo)
	}
	for i, f := range s.numbers {
		x := s.grouped.column(numbers(&b.Cols[f.col], n, s.floats))
		for _, r := range s.grouped.runs {
			s.cells[r.key].numbers[i].AddSlice(x[r.lo:r.hi])
		}
	}
	if len(s.texts) > 0 {
		s.addTexts(b)
	}
	s.models.add(s, b, true)
	s.policies.add(s, b, false)
}

// setPeriods makes keys the period of each row, negative for rows left out.
func (s *state) setPeriods(b *features.Batch) {
	if s.own {
		v := &b.Cols[s.at]
		for i, at := range v.Ints[:b.N] {
			s.keys[i] = s.periods.Of(at)
			if v.Valid != nil && !v.Valid[i] {
				s.keys[i] = -1
			}
		}
	} else {
		copy(s.keys, b.Period)
	}
	for _, p := range s.keys {
		if p < 0 {
			s.undated++
		}
	}
	if s.test >= 0 && b.Cols[s.test].Present {
		for i, x := range b.Cols[s.test].Ints[:b.N] {
			if x == 1 {
				s.tested++
				if s.keys[i] < 0 {
					s.undated-- // counted once, under the first guard
				}
				s.keys[i] = -1
			}
		}
	}
	for i, at := range b.Cols[s.at].Ints[:b.N] {
		if s.keys[i] < 0 {
			continue
		}
		if s.first == 0 || at < s.first {
			s.first = at
		}
		if s.last == 0 || at > s.last {
			s.last = at
		}
	}
}

// numbers returns a column as floats, NaN where null; buf may be used.
func numbers(v *features.Vector, n int, buf []float64) []float64 {
	if v.Kind == features.Float {
		return v.Floats[:n]
	}
	for i, x := range v.Ints[:n] {
		buf[i] = float64(x)
	}
	if v.Valid != nil {
		for i, ok := range v.Valid[:n] {
			if !ok {
				buf[i] = math.NaN()
			}
		}
	}
	return buf
}

// addTexts counts levels, one pass over the batch for each of its periods.
func (s *state) addTexts(b *features.Batch) {
	for k, r := range s.grouped.runs {
		first := true // of its period: runs of one period may come again
		for _, before := range s.grouped.runs[:k] {
			first = first && before.key != r.key
		}
		if !first {
			continue
		}
		for i, p := range s.keys {
			s.keep[i] = p == r.key
		}
		for i, f := range s.texts {
			s.cells[r.key].texts[i].Add(&b.Cols[f.col], s.keep, b.N)
		}
	}
}

// maxPeriods is more than there are days between 1970 and 2100.
const maxPeriods = 1 << 16

// add adds the scores of a batch to their versions; of the policies' only the
// recorded ones, and nothing where the export names no policy.
func (t *versions) add(s *state, b *features.Batch, all bool) {
	present := t.col >= 0 && b.Cols[t.col].Present
	if !present && !all {
		return
	}
	keys := s.scratch[:b.N]
	copy(keys, s.keys)
	var ids, codes []int32
	none := int32(0)
	if present {
		ids, codes = t.names.Of(&b.Cols[t.col]), b.Cols[t.col].Codes
	} else {
		none = t.names.ID("")
	}
	// A batch has few pairs of version and period; they are numbered afresh.
	var pairs [64]struct{ v, p int32 }
	used := int32(0)
	last := int32(-1)
	for i, p := range keys {
		if p < 0 {
			continue
		}
		v := none
		if ids != nil {
			v = ids[codes[i]+1]
		}
		if last < 0 || pairs[last].v != v || pairs[last].p != p {
			last = 0
			for last < used && (pairs[last].v != v || pairs[last].p != p) {
				last++
			}
			if last == used {
				if int(used) == len(pairs) {
					t.flush(s, b, pairs[:used], keys[:i], all)
					used, last = 0, 0
				}
				pairs[used].v, pairs[used].p = v, p
				used++
			}
		}
		keys[i] = last
	}
	t.flush(s, b, pairs[:used], keys, all)
}

// flush adds the scores of the rows whose keys index pairs, and drops those
// rows.
func (t *versions) flush(s *state, b *features.Batch, pairs []struct{ v, p int32 }, keys []int32, all bool) {
	s.grouped.set(keys)
	for _, r := range s.grouped.runs {
		t.scores(pairs[r.key].v, pairs[r.key].p).rows += int64(r.hi - r.lo)
	}
	if s.score >= 0 && b.Cols[s.score].Present {
		x := s.grouped.column(b.Cols[s.score].Floats[:len(keys)])
		for _, r := range s.grouped.runs {
			c := t.scores(pairs[r.key].v, pairs[r.key].p)
			c.recorded.AddSlice(x[r.lo:r.hi])
			if all {
				c.sum.AddSlice(x[r.lo:r.hi])
			}
		}
	}
	if b.Scores != nil && all {
		x := s.grouped.column(b.Scores.Score[:len(keys)])
		for _, r := range s.grouped.runs {
			t.scores(pairs[r.key].v, pairs[r.key].p).recomputed.AddSlice(x[r.lo:r.hi])
		}
	}
	for i := range keys {
		keys[i] = -1
	}
}

func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rows += o.rows
	s.tested += o.tested
	s.undated += o.undated
	for p, c := range o.cells {
		if c == nil {
			continue
		}
		s.cell(int32(p)).merge(c)
	}
	if o.first != 0 && (s.first == 0 || o.first < s.first) {
		s.first = o.first
	}
	if o.last != 0 && (s.last == 0 || o.last > s.last) {
		s.last = o.last
	}
	s.models.merge(&o.models)
	s.policies.merge(&o.policies)
}

func (t *versions) merge(o *versions) {
	ids := t.names.Merge(&o.names)
	for v, of := range o.list {
		for p, c := range of.periods {
			if c != nil {
				t.scores(ids[v], int32(p)).merge(c)
			}
		}
	}
}

func (c *scores) merge(o *scores) {
	c.rows += o.rows
	c.recorded.Merge(&o.recorded)
	c.recomputed.Merge(&o.recomputed)
	c.sum.Merge(&o.sum)
}
