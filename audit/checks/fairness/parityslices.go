package fairness

import (
	"cmp"
	"fmt"
	"slices"
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
// them. What adds up: the groups of a slice (to the slice, whose size other
// dimensions show), and a group's periods, or values of one segment, to the
// group over all rows. What subtraction would tell of rows without a group, or
// without a value of the segment, is about nobody's group: they are open.
func hide(slicesOfDim []*slice, least int64) {
	var sums []*suppress.Sum
	parts := map[string]*suppress.Sum{} // by group and family: the whole, then the parts
	for _, sl := range slicesOfDim {
		groups := &suppress.Sum{}
		sums = append(sums, groups)
		for _, c := range sl.cells {
			groups.Cells = append(groups.Cells, &c.Cell)
			c.Open = c.group == unknown || strings.HasSuffix(sl.segment, "="+unknown)
			if sl.family == 0 {
				continue
			}
			key := fmt.Sprint(sl.family, " ", c.group)
			if parts[key] == nil {
				parts[key] = &suppress.Sum{Whole: true, Cells: []*suppress.Cell{&slicesOfDim[0].find(c.group).Cell}}
				sums = append(sums, parts[key])
			}
			parts[key].Cells = append(parts[key].Cells, &c.Cell)
		}
	}
	suppress.Hide(sums, least)
}
