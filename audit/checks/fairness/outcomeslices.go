package fairness

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

// outcomeCell is one group in one slice; N are the rows whose outcome is known.
type outcomeCell struct {
	suppress.Cell
	group string
	id    int32 // of the group
	stats.Confusion
	bad    int64 // of N, those without a prediction too
	denied int64 // besides N: denied, so that nothing became of them
	secret bool  // its table of predictions and outcomes is not to be published
}

// predicted is the number of rows that have a prediction.
func (c *outcomeCell) predicted() int64 { return c.Confusion.N() }

// outcomeSlice is a group dimension over all rows, in a period, or in one value
// of a segment. Cells are sorted by group.
type outcomeSlice struct {
	period, segment string
	coord           uint64 // of a period: its number + 1
	family          int    // 0: all rows; 1: periods; 2…: one a segment
	cells           []*outcomeCell
}

func (s *outcomeSlice) find(group string) *outcomeCell {
	for _, c := range s.cells {
		if c.group == group {
			return c
		}
	}
	return nil
}

func (s *outcomeSlice) add(group string, id int32, n int64, bits uint64) {
	c := s.find(group)
	if c == nil {
		c = &outcomeCell{group: group, id: id}
		s.cells = append(s.cells, c)
	}
	c.Cell.N += n
	c.bad += n * int64(bits&1)
	switch bits {
	case predictedGood << 1:
		c.TN += n
	case predictedGood<<1 | 1:
		c.FN += n
	case predictedBad << 1:
		c.FP += n
	case predictedBad<<1 | 1:
		c.TP += n
	}
}

// slicesOf reads the slices of a dimension off the cube: all rows, then the
// periods in order, then the values of each segment in order.
func (s *outcomes) slicesOf(dim int) []*outcomeSlice {
	all := &outcomeSlice{}
	index := map[string]*outcomeSlice{}
	out := []*outcomeSlice{all}
	for k, n := range s.cube.All() {
		table, coord, group, bits := s.unpack(k)
		d, seg := s.table(table)
		if d != dim || bits>>1 == outcomeNone {
			continue
		}
		name, label := s.dims[d].keys.Value(int32(group)), ""
		if seg < 0 {
			all.add(name, int32(group), n, bits)
			if label = s.env.Periods.Label(int32(coord) - 1); label == "" {
				continue
			}
		} else {
			label = s.segments[seg].plan.Name + "=" + s.segments[seg].keys.Value(int32(coord))
		}
		key := fmt.Sprint(seg, " ", label)
		sl := index[key]
		if sl == nil {
			sl = &outcomeSlice{family: seg + 2, coord: coord}
			if seg < 0 {
				sl.period = label
			} else {
				sl.segment = label
			}
			index[key] = sl
			out = append(out, sl)
		}
		sl.add(name, int32(group), n, bits)
	}
	for k, n := range s.cube.All() {
		table, _, group, bits := s.unpack(k)
		if d, seg := s.table(table); d != dim || seg >= 0 || bits>>1 != outcomeNone {
			continue
		}
		if c := all.find(s.dims[dim].keys.Value(int32(group))); c != nil {
			c.denied += n
		}
	}
	slices.SortFunc(out, func(a, b *outcomeSlice) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.period, b.period), cmp.Compare(a.segment, b.segment))
	})
	for _, sl := range out {
		slices.SortFunc(sl.cells, func(a, b *outcomeCell) int { return strings.Compare(a.group, b.group) })
	}
	return out
}

// hideOutcomes hides the cells of fewer than least rows and those that would
// tell of them, as hide does for approvals.
func hideOutcomes(all []*outcomeSlice, least int64) {
	var cells []suppress.Slice
	for _, sl := range all {
		x := suppress.Slice{Family: familyOf(sl.family)}
		for _, c := range sl.cells {
			c.Open = open(c.group, sl.segment)
			x.Groups, x.Cells = append(x.Groups, c.group), append(x.Cells, &c.Cell)
		}
		cells = append(cells, x)
	}
	suppress.Slices(cells, least)
	for _, sl := range all {
		sl.keepSecrets(least)
	}
}

// keepSecrets withholds the table of predictions and outcomes of every group in
// which a rate would be of fewer than least rows: the other rates of the group
// would tell it. Where that is one group alone the smallest other one goes with
// it, since the table over all rows is published.
func (s *outcomeSlice) keepSecrets(least int64) {
	secrets, protect := 0, false
	var next *outcomeCell
	for _, c := range s.cells {
		for _, n := range []int64{c.Positives(), c.Negatives(), c.Predicted(), c.Rest()} {
			c.secret = c.secret || n > 0 && n < least
		}
		switch {
		case c.secret || c.Hidden:
			secrets++
			protect = !c.Open
		case next == nil || c.Cell.N < next.Cell.N:
			next = c
		}
	}
	if secrets == 1 && protect && next != nil {
		next.secret = true
	}
}
