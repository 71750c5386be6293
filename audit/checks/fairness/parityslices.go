package fairness

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit/checks/internal/suppress"
)

// cell is one group in one slice of the rows; N are those judged.
type cell struct {
	suppress.Cell
	group string
	k     int64 // approved
}

func (c *cell) rate() float64 { return float64(c.k) / float64(c.N) }

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
	s.cells[i].N += n
	s.cells[i].k += n * int64(selected)
}

// hide hides the cells of fewer than least rows and those that would tell of
// them; see [suppress.Slices]. What subtraction would tell of rows without a
// group, or without a value of the segment, is about nobody's group: they are
// open.
func hide(slicesOfDim []*slice, least int64) {
	var all []suppress.Slice
	for _, sl := range slicesOfDim {
		x := suppress.Slice{Family: familyOf(sl.family)}
		for _, c := range sl.cells {
			c.Open = open(c.group, sl.segment)
			x.Groups, x.Cells = append(x.Groups, c.group), append(x.Cells, &c.Cell)
		}
		all = append(all, x)
	}
	suppress.Slices(all, least)
}

// familyOf names a family of slices for [suppress.Slice].
func familyOf(family int) string {
	if family == 0 {
		return ""
	}
	return strconv.Itoa(family)
}

// open tells whether a cell of the group in the segment is about nobody's group.
func open(group, segment string) bool {
	return group == unknown || strings.HasSuffix(segment, "="+unknown)
}
