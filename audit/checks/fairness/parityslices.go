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
// single hidden cell could be had by subtraction, the next smallest too, until
// none can. What adds up: the groups of a slice (to the slice, whose size
// other dimensions show), and a group's periods, or values of one segment, to
// the group over all rows.
func suppress(slicesOfDim []*slice, least int64) {
	var sums [][]*cell
	parts := map[string][]*cell{} // by group and family: the whole, then the parts
	var order []string
	for _, sl := range slicesOfDim {
		sums = append(sums, sl.cells)
		for _, c := range sl.cells {
			c.hidden = c.n < least
			if sl.family == 0 {
				continue
			}
			key := fmt.Sprint(sl.family, " ", c.group)
			if parts[key] == nil {
				order = append(order, key)
				parts[key] = []*cell{slicesOfDim[0].find(c.group)}
			}
			parts[key] = append(parts[key], c)
		}
	}
	for _, key := range order {
		sums = append(sums, parts[key])
	}
	for changed := true; changed; {
		changed = false
		for _, cells := range sums {
			if c := complement(cells); c != nil {
				c.hidden, changed = true, true
			}
		}
	}
}

// complement returns the cell to hide beside the only hidden one of cells, or
// nil when there is none to hide.
func complement(cells []*cell) *cell {
	hidden := 0
	var next *cell
	for _, c := range cells {
		switch {
		case c.hidden:
			hidden++
		case next == nil || c.n < next.n:
			next = c
		}
	}
	if hidden != 1 {
		return nil
	}
	return next
}
