package drift

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// window is a stretch of time that is compared: a period, or a chunk of days.
type window struct {
	label            string
	cell             *cell
	all              *scores           // of all versions
	models, policies map[int32]*scores // by number; nil entries: none
}

// windows are the stretches of time with rows, in order.
func (s *state) windows() []window {
	var used []int32
	for p, c := range s.cells {
		if c != nil && c.rows > 0 {
			used = append(used, int32(p))
		}
	}
	var out []window
	for _, ps := range s.cut(used) {
		w := window{label: s.periods.Label(ps[0]), cell: s.cells[ps[0]], models: s.models.in(ps), policies: s.policies.in(ps), all: &scores{}}
		if s.set.chunked() {
			w.label += "/" + s.periods.Label(ps[len(ps)-1])
		}
		if len(ps) > 1 {
			w.cell = &cell{numbers: make([]stats.Hist, len(s.numbers)), texts: make([]rows.Counts, len(s.texts))}
			for _, p := range ps {
				w.cell.merge(s.cells[p])
			}
		}
		for _, v := range s.models.ids() {
			if c := w.models[v]; c != nil {
				w.all.merge(c)
			}
		}
		out = append(out, w)
	}
	return out
}

// cut cuts periods into those of each window: each its own, or days in a row
// until a chunk has its rows. Chunks end with a day, so that one pass over rows
// in any order makes them; their sizes are as near to what was asked as whole
// days allow.
func (s *state) cut(periods []int32) (out [][]int32) {
	var total int64
	for _, p := range periods {
		total += s.cells[p].rows
	}
	if total == 0 || !s.set.chunked() {
		for _, p := range periods {
			out = append(out, []int32{p})
		}
		return out
	}
	// The k-th chunk ends where k parts of n of all rows are nearest.
	n := s.set.ChunkN
	if s.set.ChunkBy == "size" {
		n = max(1, (total+s.set.ChunkN/2)/s.set.ChunkN)
	}
	n = min(n, int64(len(periods)))
	var before int64
	chunk := int64(-1)
	for _, p := range periods {
		// A day belongs to the part that its middle row is in.
		middle := float64(before) + float64(s.cells[p].rows)/2
		k := min(n-1, int64(middle*float64(n)/float64(total)))
		if k != chunk {
			out, chunk = append(out, nil), k
		}
		out[len(out)-1] = append(out[len(out)-1], p)
		before += s.cells[p].rows
	}
	return out
}

func (c *cell) merge(o *cell) {
	c.rows += o.rows
	for i := range o.numbers {
		c.numbers[i].Merge(&o.numbers[i])
	}
	for i := range o.texts {
		c.texts[i].Merge(&o.texts[i])
	}
}

// in returns the scores of each version in periods.
func (t *versions) in(periods []int32) map[int32]*scores {
	out := map[int32]*scores{}
	for v, of := range t.list {
		var sum *scores
		for _, p := range periods {
			if int(p) >= len(of.periods) || of.periods[p] == nil {
				continue
			}
			switch {
			case len(periods) == 1:
				sum = of.periods[p]
			case sum == nil:
				sum = &scores{}
				fallthrough
			default:
				sum.merge(of.periods[p])
			}
		}
		if sum != nil {
			out[int32(v)] = sum
		}
	}
	return out
}
