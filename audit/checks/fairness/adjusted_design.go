package fairness

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// adjModel is the regression of one dimension being set up: which designs count
// and what the columns are.
type adjModel struct {
	*adjCanonical
	controls  []adjControl
	groupOf   []int32 // by combination of groups: the group of this dimension, -1: none
	groups    []string
	ref       int
	least     int64 // rows a group or level needs
	in        []bool
	rows      []condCount // by group: denied of those that count
	columns   []adjColumn
	fit       stats.LogisticFit
	warnings  []audit.Text
	dropped   int64 // decisions that a control tells without error
	groupFrom int   // first column of the groups
}

// adjColumn is one column of the design: a number, the level of a text, or a
// group.
type adjColumn struct {
	control int // -1: a group
	level   int // of a text; otherLevel: all rare ones
	group   int
}

const otherLevel = -1

// maxLevels are the levels that a text keeps apart.
const maxLevels = 20

// count recounts the groups, and takes out the designs of those that are too
// small or have one outcome only. It reports whether any design went.
func (m *adjModel) count() (changed bool) {
	m.rows = make([]condCount, len(m.groups))
	for _, i := range m.order {
		if m.in[i] {
			c := &m.rows[m.group(i)]
			c.k += m.adjCanonical.rows.denied[i]
			c.n += m.adjCanonical.rows.n[i]
		}
	}
	for _, i := range m.order {
		if m.in[i] && !m.enough(m.group(i)) {
			m.in[i], changed = false, true
		}
	}
	return changed
}

func (m *adjModel) group(i int) int { return int(m.groupOf[m.adjCanonical.rows.group[i]]) }

// enough reports whether a group can be estimated.
func (m *adjModel) enough(g int) bool {
	c := m.rows[g]
	return c.n >= m.least && c.k > 0 && c.k < c.n
}

// perfect takes out the designs with a value of a control all of whose decisions
// are alike, where that value is a level of a text or one of two numbers: they
// say nothing of groups, and no coefficient could be found.
func (m *adjModel) perfect() (changed bool) {
	for c := range m.controls {
		counts := map[uint64]condCount{}
		for _, i := range m.order {
			if m.in[i] {
				v := m.value(i, c)
				x := counts[v]
				x.k += m.adjCanonical.rows.denied[i]
				x.n += m.adjCanonical.rows.n[i]
				counts[v] = x
			}
		}
		if !m.controls[c].text && len(counts) != 2 {
			continue
		}
		for _, i := range m.order {
			if !m.in[i] {
				continue
			}
			if x := counts[m.value(i, c)]; x.k == 0 || x.k == x.n {
				m.in[i], changed = false, true
				m.dropped += m.adjCanonical.rows.n[i]
			}
		}
	}
	return changed
}

func (m *adjModel) value(i, c int) uint64 { return m.adjCanonical.rows.of(i)[c] }

// settle takes out what can't be estimated until nothing changes.
func (m *adjModel) settle() {
	for m.count() || m.perfect() {
	}
}

// layOut makes the columns: the controls in the plan's order, then the groups.
func (m *adjModel) layOut() {
	m.columns = nil
	for c := range m.controls {
		if !m.controls[c].text {
			m.columns = append(m.columns, adjColumn{control: c})
			continue
		}
		for _, l := range m.levels(c) {
			m.columns = append(m.columns, adjColumn{control: c, level: l})
		}
	}
	m.groupFrom = len(m.columns)
	for g := range m.groups {
		if g != m.ref && m.enough(g) {
			m.columns = append(m.columns, adjColumn{control: -1, group: g})
		}
	}
}

// levels are the levels of a text that get a column: all but the commonest, the
// rare ones together as otherLevel.
func (m *adjModel) levels(c int) []int {
	counts := make([]int64, len(m.texts[c]))
	for _, i := range m.order {
		if m.in[i] {
			counts[m.value(i, c)] += m.adjCanonical.rows.n[i]
		}
	}
	var ranked []int
	for l, n := range counts {
		if n > 0 {
			ranked = append(ranked, l)
		}
	}
	slices.SortFunc(ranked, func(a, b int) int { return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	keep := len(ranked)
	for keep > 1 && (keep > maxLevels || counts[ranked[keep-1]] < m.least) {
		keep--
	}
	out := slices.Clone(ranked[min(1, len(ranked)):keep])
	if keep < len(ranked) {
		out = append(out, otherLevel)
	}
	return out
}

// matrix is the design, row by row, and its counts.
func (m *adjModel) matrix() (x []float64, denied, n []int64) {
	levels := make([][]int, len(m.controls)) // column of each level; -1: the base
	for c := range m.controls {
		if m.controls[c].text {
			other := slices.IndexFunc(m.columns, func(a adjColumn) bool { return a.control == c && a.level == otherLevel })
			levels[c] = slices.Repeat([]int{other}, len(m.texts[c]))
			levels[c][m.base(c)] = -1
		}
	}
	groups := slices.Repeat([]int{-1}, len(m.groups))
	for at, col := range m.columns {
		switch {
		case col.control < 0:
			groups[col.group] = at
		case m.controls[col.control].text && col.level != otherLevel:
			levels[col.control][col.level] = at
		}
	}
	p := len(m.columns)
	for _, i := range m.order {
		if !m.in[i] {
			continue
		}
		row := len(x)
		x = append(x, make([]float64, p)...)
		for at, col := range m.columns {
			if col.control >= 0 && !m.controls[col.control].text {
				x[row+at] = math.Float64frombits(m.value(i, col.control))
			}
		}
		for c := range m.controls {
			if m.controls[c].text {
				if at := levels[c][m.value(i, c)]; at >= 0 {
					x[row+at] = 1
				}
			}
		}
		if at := groups[m.group(i)]; at >= 0 {
			x[row+at] = 1
		}
		denied, n = append(denied, m.adjCanonical.rows.denied[i]), append(n, m.adjCanonical.rows.n[i])
	}
	return x, denied, n
}

// base is the commonest level of a text, the first by name of several.
func (m *adjModel) base(c int) int {
	counts := make([]int64, len(m.texts[c]))
	for _, i := range m.order {
		if m.in[i] {
			counts[m.value(i, c)] += m.adjCanonical.rows.n[i]
		}
	}
	best := 0
	for l, n := range counts {
		if n > counts[best] {
			best = l
		}
	}
	return best
}
