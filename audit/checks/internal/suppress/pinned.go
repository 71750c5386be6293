package suppress

import "slices"

// set is a set of hidden cells whose total can be had: a sum less what is
// published of it, or the difference of two such sets.
type set struct {
	cells []int32 // ascending
	total int64
}

// mostSets bounds the sets that are subtracted from each other.
const mostSets = 200

// pinned returns the hidden cells of fewer than least rows whose number follows
// from what is published: by sums, by sums of sums taken from each other, and
// because no cell that is listed is of less than a row.
func pinned(sums []*Sum, least int64) []*Cell {
	var cells []*Cell
	id := map[*Cell]int32{}
	var sets []set
	seen := map[string]bool{}
	add := func(s set) {
		if len(s.cells) == 0 {
			return
		}
		key := make([]byte, 0, 4*len(s.cells))
		for _, c := range s.cells {
			key = append(key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			sets = append(sets, s)
		}
	}
	for _, s := range sums {
		parts := s.Cells
		if s.Whole {
			whole, n := parts[0], int64(0)
			parts = parts[1:]
			for _, c := range parts {
				n += c.N
			}
			if whole.Hidden || whole.N != n {
				continue // it tells no total
			}
		}
		var x set
		for _, c := range parts {
			if !c.Hidden {
				continue
			}
			if _, ok := id[c]; !ok {
				id[c] = int32(len(cells))
				cells = append(cells, c)
			}
			x.cells, x.total = append(x.cells, id[c]), x.total+c.N
		}
		slices.Sort(x.cells)
		add(x)
	}
	for i := 0; i < len(sets) && len(sets) <= mostSets; i++ {
		for j := 0; j < i; j++ {
			if d, ok := minus(sets[i], sets[j]); ok {
				add(d)
			}
			if d, ok := minus(sets[j], sets[i]); ok {
				add(d)
			}
		}
	}
	low, high := make([]int64, len(cells)), make([]int64, len(cells))
	for i := range cells {
		low[i], high[i] = 1, 1<<62
	}
	for changed := true; changed; {
		changed = false
		for _, s := range sets {
			var lows int64
			for _, c := range s.cells {
				lows += low[c]
			}
			for _, c := range s.cells {
				if h := s.total - (lows - low[c]); h < high[c] {
					high[c], changed = h, true
				}
			}
			var highs int64
			open := false
			for _, c := range s.cells {
				open = open || high[c] == 1<<62
				highs += min(high[c], 1<<40)
			}
			if open {
				continue
			}
			for _, c := range s.cells {
				if l := s.total - (highs - high[c]); l > low[c] {
					low[c], changed = l, true
				}
			}
		}
	}
	var out []*Cell
	for i, c := range cells {
		if low[i] == high[i] && c.N < least && !c.Open {
			out = append(out, c)
		}
	}
	return out
}

// minus returns a less b when b is a part of a.
func minus(a, b set) (d set, ok bool) {
	if len(b.cells) >= len(a.cells) {
		return d, false
	}
	j := 0
	for _, c := range a.cells {
		if j < len(b.cells) && b.cells[j] == c {
			j++
			continue
		}
		d.cells = append(d.cells, c)
	}
	d.total = a.total - b.total
	return d, j == len(b.cells)
}

// beside returns the cell to hide so that a pinned one is no longer: the
// smallest that is published of its sums, no total if that can be helped; nil
// when there is none.
func (c *Cell) beside() *Cell {
	var best *Cell
	total := false
	for _, s := range c.sums {
		for i, o := range s.Cells {
			whole := s.Whole && i == 0
			if o.Hidden || best != nil && (whole && !total || whole == total && o.N >= best.N) {
				continue
			}
			best, total = o, whole
		}
	}
	return best
}
