package fairness

import (
	"slices"
	"strings"

	"evenhand/audit/checks/internal/suppress"
)

// crossCell is a combination of groups, one a column; N are the rows judged.
type crossCell struct {
	cell
	groups []string
}

// crossing is the combinations of some dimensions, in a slice of the rows.
type crossing struct {
	dims    []int
	segment string // "product=cash"; "" = all rows
	cells   []*crossCell
}

// crossings reads every crossing off the tables, and hides what is too small:
// over all rows the single dimensions, the fullest crossing and the pairs, then
// within each value of each segment the single dimensions and the fullest.
func (s *cross) crossings(least int64) []*crossing {
	var out, full []*crossing
	whole := &s.tables[0]
	counted := make([]bool, s.dims) // dimensions whose single groups are read
	single := func(t *crossTable, dims []int) {
		for _, d := range dims {
			if t.columns[len(t.columns)-1] >= s.dims || !counted[d] {
				out = append(out, s.read(t, []int{d})...)
				counted[d] = true
			}
		}
	}
	if !whole.over {
		single(whole, whole.columns)
		full = append(full, s.read(whole, whole.columns)...)
	} else {
		for i := range s.pairs() {
			if p := &s.pairs()[i]; !p.over {
				single(p, p.columns)
				full = append(full, s.read(p, p.columns)...)
			}
		}
	}
	for i := 1; i <= s.segments(); i++ {
		if t := &s.tables[i]; !t.over {
			single(t, whole.columns)
			full = append(full, s.read(t, whole.columns)...)
		}
	}
	hideCrossings(full, least)
	out = append(out, full...)
	if !whole.over && s.dims > 2 && len(full) > 0 {
		for i := range s.pairs() {
			out = append(out, full[0].project(s.pairs()[i].columns))
		}
	}
	return out
}

// mostLeftOut is the share of a pair's rows that may be missing from it.
const mostLeftOut = 0.05

// project adds up the combinations of x that are not hidden by some of its
// dimensions: so that its pairs tell nothing of those hidden. A pair that lacks
// more than a few of its rows for that is hidden itself: it would be no rate of
// those it is named after.
func (x *crossing) project(dims []int) *crossing {
	p := &crossing{dims: dims}
	by := map[string]*crossCell{}
	total := map[*crossCell]int64{}
	for _, c := range x.cells {
		var groups []string
		for _, d := range dims {
			groups = append(groups, c.groups[slices.Index(x.dims, d)])
		}
		to := by[strings.Join(groups, "\x00")]
		if to == nil {
			to = newCrossCell(groups, "")
			by[strings.Join(groups, "\x00")] = to
			p.cells = append(p.cells, to)
		}
		total[to] += c.N
		if !c.Hidden {
			to.N, to.k = to.N+c.N, to.k+c.k
		}
	}
	for _, c := range p.cells {
		c.Hidden = float64(total[c]-c.N) > mostLeftOut*float64(total[c])
	}
	p.sort()
	return p
}

func newCrossCell(groups []string, segment string) *crossCell {
	c := &crossCell{groups: groups}
	c.group = strings.Join(groups, "×")
	c.Open = slices.Contains(groups, unknown) || strings.HasSuffix(segment, "="+unknown)
	return c
}

func (x *crossing) sort() {
	slices.SortFunc(x.cells, func(a, b *crossCell) int { return slices.Compare(a.groups, b.groups) })
}

// read adds up a table over all its columns but dims, and but the segment,
// where its last column is one: a crossing for each of the segment's values, by
// their names.
func (s *cross) read(t *crossTable, dims []int) []*crossing {
	segment := -1
	if last := t.columns[len(t.columns)-1]; last >= s.dims {
		segment = len(t.columns) - 1
	}
	type at struct {
		slice string
		cell  string
	}
	slicesBy := map[string]*crossing{}
	cells := map[at]*crossCell{}
	var out []*crossing
	for k, n := range t.cube.All() {
		name := ""
		if segment >= 0 {
			c := &s.columns[t.columns[segment]]
			name = c.plan.Name + "=" + c.keys.Value(int32(t.value(k, segment)))
		}
		var groups []string
		for _, d := range dims {
			groups = append(groups, s.columns[d].keys.Value(int32(t.value(k, slices.Index(t.columns, d)))))
		}
		x := slicesBy[name]
		if x == nil {
			x = &crossing{dims: dims, segment: name}
			slicesBy[name] = x
			out = append(out, x)
		}
		key := at{name, strings.Join(groups, "\x00")}
		c := cells[key]
		if c == nil {
			c = newCrossCell(groups, name)
			cells[key] = c
			x.cells = append(x.cells, c)
		}
		c.N += n
		c.k += n * int64(k&1)
	}
	for _, x := range out {
		x.sort()
	}
	slices.SortFunc(out, func(a, b *crossing) int { return strings.Compare(a.segment, b.segment) })
	return out
}

// find returns the combination of these groups, or nil.
func (x *crossing) find(groups []string) *crossCell {
	i, ok := slices.BinarySearchFunc(x.cells, groups, func(c *crossCell, g []string) int { return slices.Compare(c.groups, g) })
	if !ok {
		return nil
	}
	return x.cells[i]
}

// hideCrossings hides the combinations of fewer than least rows and those that
// would tell of them. What is known besides are the single groups, which
// approvalparity gives, over all rows and in each value of a segment, and the
// combination over all rows, which its cells in a segment's values add up to.
func hideCrossings(full []*crossing, least int64) {
	var sums []*suppress.Sum
	for _, x := range full {
		by := map[[2]string]*suppress.Sum{}
		for _, c := range x.cells {
			for i, g := range c.groups {
				k := [2]string{string(rune(i)), g}
				if by[k] == nil {
					by[k] = &suppress.Sum{}
					sums = append(sums, by[k])
				}
				by[k].Cells = append(by[k].Cells, &c.Cell)
			}
		}
	}
	sums = append(sums, segmentSums(full)...)
	suppress.Hide(sums, least)
}

// segmentSums returns the sums of a combination over the values of a segment.
func segmentSums(full []*crossing) []*suppress.Sum {
	by := map[string]*suppress.Sum{}
	var out []*suppress.Sum
	for _, x := range full {
		if x.segment == "" {
			continue
		}
		name, _, _ := strings.Cut(x.segment, "=")
		for _, c := range x.cells {
			k := name + "\x00" + strings.Join(c.groups, "\x00")
			if by[k] == nil {
				by[k] = &suppress.Sum{}
				if whole := full[0].find(c.groups); full[0].segment == "" && whole != nil {
					by[k] = &suppress.Sum{Whole: true, Cells: []*suppress.Cell{&whole.Cell}}
				}
				out = append(out, by[k])
			}
			by[k].Cells = append(by[k].Cells, &c.Cell)
		}
	}
	return out
}
