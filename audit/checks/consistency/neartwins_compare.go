package consistency

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// gower is the distance of two rows of a stratum: the mean over the inputs of
// |x - y| / range, or of 0 and 1 for categories and for a null against a value.
// scale holds the inverse ranges. It gives up beyond most.
func gower(a, b *nearRow, scale []float64, most float64) float64 {
	sum, limit := 0.0, most*float64(len(scale))
	for k, s := range scale {
		x, y := a.nums[k], b.nums[k]
		switch {
		case x == x && y == y:
			sum += float64(math.Abs(x-y) * s)
		case x == x || y == y || a.words[k] != b.words[k]:
			sum++
		}
		if sum > limit {
			return math.Inf(1)
		}
	}
	return sum / float64(len(scale))
}

// scales are the inverse ranges of the inputs of a model.
func (s *near) scales(by int16) []float64 {
	out := make([]float64, len(s.spans[by+1]))
	for k, x := range s.spans[by+1] {
		if w := x.high - x.low; w > 0 && !math.IsInf(w, 0) {
			out[k] = 1 / w
		}
	}
	return out
}

// What the pairs of near twins come to.
const (
	nrAgree     = iota // one outcome
	nrConflict         // two outcomes, and the replay makes the same of both
	nrExplained        // two outcomes, as in the replay
	nrOpen             // two outcomes, and no replay of both
	nrKinds
)

var nearKinds = [nrKinds]string{"agree", "conflict", "explained", "open"}

// conflict is what a row's conflicting pairs say: the nearest counterpart.
type conflict struct {
	distance float64
	other    int32
	pairs    int64
}

// comparison is what comparing the rows gave.
type comparison struct {
	pairs     [nrKinds]int64
	capped    int64 // cells with more rows than are compared
	near      int64 // rows that have a near twin
	conflicts map[int32]*conflict

	knn, replayed stats.Moments // 1 - |y - mean of neighbours| of rows asked
}

// Limits of the comparison.
const (
	nearAll   = 600     // rows of a stratum up to which every pair is compared
	nearCell  = 100     // rows of a cell of a grid that are compared
	nearGrids = 3       // grids, each shifted
	nearWidth = 0.25    // width of a cell, in ranges
	knnWork   = 1 << 24 // distances for the neighbours
)

// compare compares the rows, which are in their order.
func (s *near) compare() *comparison {
	c := &comparison{conflicts: map[int32]*conflict{}}
	twin := make([]bool, len(s.rows))
	for lo := 0; lo < len(s.rows); {
		hi := lo + 1
		for hi < len(s.rows) && s.rows[hi].stratum == s.rows[lo].stratum {
			hi++
		}
		scale := s.scales(s.rows[lo].by)
		s.neighbours(c, lo, hi, scale)
		s.stratum(c, lo, hi, scale, twin)
		lo = hi
	}
	for _, t := range twin {
		if t {
			c.near++
		}
	}
	return c
}

// stratum compares rows [lo, hi): those that the rules read alike, by parts.
func (s *near) stratum(c *comparison, lo, hi int, scale []float64, twin []bool) {
	list := make([]int32, 0, hi-lo)
	for i := lo; i < hi; i++ {
		list = append(list, int32(i))
	}
	slices.SortStableFunc(list, func(a, b int32) int { return cmp.Compare(s.rows[a].rules, s.rows[b].rules) })
	for len(list) > 0 {
		n := 1
		for n < len(list) && s.rows[list[n]].rules == s.rows[list[0]].rules {
			n++
		}
		part := list[:n]
		list = list[n:]
		if n <= nearAll {
			s.cell(c, part, scale, twin, nil)
			continue
		}
		seen := map[uint64]bool{}
		for g := range nearGrids {
			s.grid(c, part, scale, twin, g, seen)
		}
	}
}

// grid compares rows of one cell of a grid, cell by cell. The grids are shifted
// against each other by a third of a cell, so that near rows that one cuts
// apart meet in another.
func (s *near) grid(c *comparison, part []int32, scale []float64, twin []bool, g int, seen map[uint64]bool) {
	type placed struct {
		cell uint64
		row  int32
	}
	cells := make([]placed, len(part))
	for j, i := range part {
		r, h := &s.rows[i], uint64(g)
		for k, f := range scale {
			x := r.nums[k]
			if x != x {
				h = rows.HashString(h, r.words[k])
				continue
			}
			low := s.spans[r.by+1][k].low
			h = rows.HashInt(h, int64(math.Floor(float64((x-low)*f)/nearWidth+float64(g)/nearGrids)))
		}
		cells[j] = placed{h, i}
	}
	// Within a cell the rows stay in their order, which is by hash.
	slices.SortStableFunc(cells, func(a, b placed) int { return cmp.Compare(a.cell, b.cell) })
	var list []int32
	for len(cells) > 0 {
		n := 0
		list = list[:0]
		for n < len(cells) && cells[n].cell == cells[0].cell {
			list = append(list, cells[n].row)
			n++
		}
		cells = cells[n:]
		if n > nearCell {
			c.capped++
			slices.Sort(list)
			list = list[:nearCell]
		}
		s.cell(c, list, scale, twin, seen)
	}
}

// cell compares every pair of rows; seen, unless nil, are pairs compared before.
func (s *near) cell(c *comparison, list []int32, scale []float64, twin []bool, seen map[uint64]bool) {
	for k, i := range list {
		for _, j := range list[:k] {
			d := gower(&s.rows[i], &s.rows[j], scale, s.settings.Distance)
			if !(d <= s.settings.Distance) || s.rows[i].id == s.rows[j].id {
				continue
			}
			if seen != nil {
				key := uint64(min(i, j))<<32 | uint64(max(i, j))
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			twin[i], twin[j] = true, true
			c.pair(s, i, j, d)
		}
	}
}

// pair files a pair of near twins.
func (c *comparison) pair(s *near, i, j int32, d float64) {
	a, b := &s.rows[i], &s.rows[j]
	if a.approved == b.approved {
		c.pairs[nrAgree]++
		return
	}
	known := a.replayed <= denies && b.replayed <= denies && !a.edge && !b.edge
	switch {
	case !known:
		c.pairs[nrOpen]++
		return
	case (a.replayed == denies) != (b.replayed == denies):
		c.pairs[nrExplained]++
		return
	}
	c.pairs[nrConflict]++
	odd, other := i, j // the one that departs from the replay
	if a.approved == (a.replayed != denies) {
		odd, other = j, i
	}
	x := c.conflicts[odd]
	if x == nil {
		x = &conflict{distance: math.Inf(1)}
		c.conflicts[odd] = x
	}
	x.pairs++
	if d < x.distance || d == x.distance && other < x.other {
		x.distance, x.other = d, other
	}
}

// neighbours asks some of the rows [lo, hi), those of least hash, how their
// outcome compares with that of their nearest neighbours in the stratum.
func (s *near) neighbours(c *comparison, lo, hi int, scale []float64) {
	n, k := hi-lo, s.settings.Neighbours
	if n <= k {
		return
	}
	// Every stratum has its share of the work.
	asked := min(n, max(1, int(float64(knnWork)/float64(len(s.rows)))))
	type neighbour struct {
		d float64
		i int
	}
	best := make([]neighbour, 0, k+1)
	for i := lo; i < lo+asked; i++ {
		best = best[:0]
		for j := lo; j < hi; j++ {
			if j == i {
				continue
			}
			most := math.Inf(1)
			if len(best) == k {
				most = best[k-1].d
			}
			d := gower(&s.rows[i], &s.rows[j], scale, most)
			if len(best) == k && !(d < most) {
				continue
			}
			at := len(best)
			for at > 0 && d < best[at-1].d {
				at--
			}
			best = slices.Insert(best, at, neighbour{d, j})
			best = best[:min(len(best), k)]
		}
		own, again := 0, 0
		known := decidedBy(&s.rows[i])
		for _, b := range best {
			own += btoi(s.rows[b.i].approved)
			again += btoi(s.rows[b.i].replayed < denies)
			known = known && decidedBy(&s.rows[b.i])
		}
		c.knn.Add(1 - math.Abs(float64(btoi(s.rows[i].approved))-float64(own)/float64(k)))
		if known {
			c.replayed.Add(1 - math.Abs(float64(btoi(s.rows[i].replayed < denies))-float64(again)/float64(k)))
		}
	}
}

// decidedBy reports whether the replay decides a row.
func decidedBy(r *nearRow) bool { return r.replayed <= denies }
