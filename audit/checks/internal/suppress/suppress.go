// Package suppress hides the cells of tables that are too small to publish,
// and those that would tell of them by subtraction.
package suppress

// Cell is one count of a table that is published.
type Cell struct {
	N      int64
	Hidden bool // not to be published; set by Hide
	Open   bool // tells of nobody's group: worth no protection by others
	sums   []*Sum
}

// Sum is a set of cells whose total can be had from what is published.
type Sum struct {
	Whole bool // the first cell is the total of the others, and published too
	Cells []*Cell
}

// Hide hides the cells of fewer than least rows, and then, wherever a single
// hidden cell could be had by subtraction, another one too, until none can; see
// pinned. Open cells are hidden when they are few, but hide no others.
func Hide(sums []*Sum, least int64) {
	for _, s := range sums {
		for _, c := range s.Cells {
			c.Hidden = c.N < least
			c.sums = append(c.sums, s)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, s := range sums {
			if c := s.complement(); c != nil {
				c.Hidden, changed = true, true
			}
		}
		if changed {
			continue
		}
		for _, c := range pinned(sums, least) {
			if o := c.beside(); o != nil {
				o.Hidden, changed = true, true
				break
			}
		}
	}
}

// exposed tells whether a cell that needs protection is the only hidden one.
func (s *Sum) exposed() bool {
	hidden, protect := 0, false
	for _, c := range s.Cells {
		if c.Hidden {
			hidden++
			protect = !c.Open
		}
	}
	return hidden == 1 && protect
}

// complement returns the cell to hide beside the only hidden one, or nil when
// there is none to hide: of those that protect the most other lonely cells,
// and are no total if that can be helped, the smallest.
func (s *Sum) complement() *Cell {
	if !s.exposed() {
		return nil
	}
	var best *Cell
	var bestRank int64
	for i, c := range s.Cells {
		if c.Hidden {
			continue
		}
		var rank int64
		if s.Whole && i == 0 {
			rank -= 1 << 40
		}
		for _, other := range c.sums {
			if other != s && other.exposed() {
				rank += 1 << 20
			}
		}
		if best == nil || rank > bestRank || rank == bestRank && c.N < best.N {
			best, bestRank = c, rank
		}
	}
	return best
}
