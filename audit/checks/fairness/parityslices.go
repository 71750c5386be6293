package fairness

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// cell is one group in one slice of the rows.
type cell struct {
	group  string
	k, n   int64 // approved, judged
	hidden bool  // not to be published
	open   bool  // tells of no group or no segment value: worth no protection by others
	sums   []*sum
}

// sum is a set of cells whose total can be had from what is published.
type sum struct {
	whole bool // the first cell is the total of the others
	cells []*cell
}

func (c *cell) rate() float64 { return float64(c.k) / float64(c.n) }

// slice is the cross table of a group dimension with approval, over all rows,
// one period, or one value of a segment. Cells are sorted by group.
type slice struct {
	period, segment string
	family          int // 0: all rows; 1: periods; 2…: one a segment
	cells           []*cell
}

// find returns the cell of a group, or nil.
func (s *slice) find(group string) *cell {
	i, ok := slices.BinarySearchFunc(s.cells, group, func(c *cell, g string) int { return strings.Compare(c.group, g) })
	if !ok {
		return nil
	}
	return s.cells[i]
}

// slicesOf reads the slices of a dimension off the cube: all rows, then the
// periods in order, then the values of each segment in order.
func (s *parity) slicesOf(dim int) []*slice {
	type at struct {
		family int
		coord  uint64
	}
	all := &slice{}
	index := map[at]*slice{{}: all}
	out := []*slice{all}
	coords := map[*slice]uint64{}
	for k, n := range s.cube.All() {
		table, coord, group, selected := unpack(k)
		d, seg := s.table(table)
		if d != dim {
			continue
		}
		name := s.dims[d].keys.Value(int32(group))
		label := ""
		if seg < 0 {
			all.add(name, n, selected)
			if label = s.env.Periods.Label(int32(coord) - 1); label == "" {
				continue
			}
		}
		sl := index[at{seg + 2, coord}]
		if sl == nil {
			sl = &slice{family: seg + 2, period: label}
			if seg >= 0 {
				sl.segment = s.segments[seg].plan.Name + "=" + s.segments[seg].keys.Value(int32(coord))
			}
			index[at{seg + 2, coord}] = sl
			out = append(out, sl)
			coords[sl] = coord
		}
		sl.add(name, n, selected)
	}
	slices.SortFunc(out, func(a, b *slice) int {
		if a.family == 1 && b.family == 1 {
			return cmp.Compare(coords[a], coords[b])
		}
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.segment, b.segment))
	})
	for _, sl := range out {
		slices.SortFunc(sl.cells, func(a, b *cell) int { return strings.Compare(a.group, b.group) })
	}
	return out
}

func (s *slice) add(group string, n int64, selected uint64) {
	i := slices.IndexFunc(s.cells, func(c *cell) bool { return c.group == group })
	if i < 0 {
		i = len(s.cells)
		s.cells = append(s.cells, &cell{group: group})
	}
	s.cells[i].n += n
	s.cells[i].k += n * int64(selected)
}

// suppress hides the cells of fewer than least rows, and then, wherever a
// single hidden cell could be had by subtraction, another one too, until none
// can. What adds up: the groups of a slice (to the slice, whose size other
// dimensions show), and a group's periods, or values of one segment, to the
// group over all rows. Rows without a group, or without a value of the segment,
// are hidden when they are few, but hide no others: what subtraction would
// tell of them is about nobody's group.
func suppress(slicesOfDim []*slice, least int64) {
	var sums []*sum
	parts := map[string]*sum{} // by group and family: the whole, then the parts
	for _, sl := range slicesOfDim {
		sums = append(sums, &sum{cells: sl.cells})
		for _, c := range sl.cells {
			c.hidden = c.n < least
			c.open = c.group == unknown || strings.HasSuffix(sl.segment, "="+unknown)
			if sl.family == 0 {
				continue
			}
			key := fmt.Sprint(sl.family, " ", c.group)
			if parts[key] == nil {
				parts[key] = &sum{whole: true, cells: []*cell{slicesOfDim[0].find(c.group)}}
				sums = append(sums, parts[key])
			}
			parts[key].cells = append(parts[key].cells, c)
		}
	}
	for _, s := range sums {
		for _, c := range s.cells {
			c.sums = append(c.sums, s)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, s := range sums {
			if c := s.complement(); c != nil {
				c.hidden, changed = true, true
			}
		}
	}
}

// exposed tells whether a cell that needs protection is the only hidden one.
func (s *sum) exposed() bool {
	hidden, protect := 0, false
	for _, c := range s.cells {
		if c.hidden {
			hidden++
			protect = !c.open
		}
	}
	return hidden == 1 && protect
}

// complement returns the cell to hide beside the only hidden one, or nil when
// there is none to hide: of those that protect the most other lonely cells,
// and are no total if that can be helped, the smallest.
func (s *sum) complement() *cell {
	if !s.exposed() {
		return nil
	}
	var best *cell
	var bestRank int64
	for i, c := range s.cells {
		if c.hidden {
			continue
		}
		var rank int64
		if s.whole && i == 0 {
			rank -= 1 << 40
		}
		for _, other := range c.sums {
			if other != s && other.exposed() {
				rank += 1 << 20
			}
		}
		if best == nil || rank > bestRank || rank == bestRank && c.n < best.n {
			best, bestRank = c, rank
		}
	}
	return best
}
