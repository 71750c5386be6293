package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// unknown names the group, or segment value, of rows that have none.
const unknown = "(unknown)"

// Keys of the cube: which table (a group dimension, crossed with the periods
// or with a segment), the period or segment value, the group, approved or not.
const (
	groupShift = 1
	coordShift = 28
	tableShift = 56
	groupMask  = 1<<(coordShift-groupShift) - 1
	coordMask  = 1<<(tableShift-coordShift) - 1
	maxTables  = 1 << (64 - tableShift)
)

// parity is the state of approvalparity.
type parity struct {
	env      *audit.Env
	settings *ParitySettings

	judge    decided.Judge
	dims     []grouping
	segments []grouping

	cube stats.Cube

	joint joint // counts that are still to go to the cube

	// Caches and scratch, no part of the state.
	rows   []int32  // rows of the batch that are judged
	judged []uint64 // per judged row: its period, packed, and 1 when approved
	cells  []uint64 // per judged row: its group, packed
	values []uint64 // per segment and judged row: its value, packed
	keys   []uint64
}

// grouping is one group dimension or segment.
type grouping struct {
	plan   audit.Grouping
	column int
	keys   stats.Keys
	codes  rows.Codes[uint64]
	places places
}

func newParity(env *audit.Env) (*parity, error) {
	s := &parity{env: env, settings: env.Settings.(*ParitySettings)}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, s.settings.Errors == "denied")
	for _, g := range env.Plan.Groups {
		s.dims = append(s.dims, grouping{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))})
	}
	for _, g := range env.Plan.Segments {
		s.segments = append(s.segments, grouping{plan: g, column: env.Col("decisions", audit.SegmentColumn(g.Name))})
	}
	if n := len(s.dims) * (1 + len(s.segments)); n > maxTables {
		return nil, tooMany(n)
	}
	return s, nil
}

// Update counts the rows of a batch.
func (s *parity) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.sort(b)
	if s.fits(b) {
		s.countJoint(b)
	} else {
		s.countTables(b)
	}
}

// countTables counts the judged rows in every table of the cube.
func (s *parity) countTables(b *features.Batch) {
	n := len(s.rows)
	s.values = s.values[:0]
	for i := range s.segments {
		s.values = s.segments[i].pack(s.values, b, s.rows, coordShift)
	}
	for j, one := range s.judged {
		one &= 1
		for i := range s.segments {
			s.values[i*n+j] |= one
		}
	}
	for d := range s.dims {
		s.cells = s.dims[d].pack(s.cells[:0], b, s.rows, groupShift)
		table := uint64(d * (1 + len(s.segments)))
		s.count(table, s.judged)
		for i := range s.segments {
			s.count(table+1+uint64(i), s.values[i*n:(i+1)*n])
		}
	}
}

// sort lists the rows that no guard takes out, with outcome and period.
func (s *parity) sort(b *features.Batch) {
	judged, approvals := s.judge.Rows(b)
	s.rows = judged
	s.judged = slices.Grow(s.judged[:0], len(judged))[:len(judged)]
	for j, i := range judged {
		period := int32(-1)
		if b.Period != nil {
			period = b.Period[i]
		}
		s.judged[j] = uint64(period+1)<<coordShift | uint64(approvals[j])
	}
}

// pack appends the value of each row, shifted.
func (g *grouping) pack(to []uint64, b *features.Batch, rows []int32, shift uint) []uint64 {
	v := &b.Cols[g.column]
	ids := g.codes.Of(v, g.number)
	none := uint64(0)
	known := false
	for _, i := range rows {
		c := v.Codes[i]
		if c != features.Null {
			to = append(to, ids[c]<<shift)
			continue
		}
		if !known {
			none, known = g.number(unknown)<<shift, true
		}
		to = append(to, none)
	}
	return to
}

func (g *grouping) number(v string) uint64 { return uint64(g.keys.ID(v)) }

// count adds the judged rows to one table of the cube; coords have the outcome
// too.
func (s *parity) count(table uint64, coords []uint64) {
	s.keys = s.keys[:0]
	for j, cell := range s.cells {
		s.keys = append(s.keys, table<<tableShift|coords[j]|cell)
	}
	s.cube.AddSlice(s.keys)
}

// Merge adds o's counts.
func (s *parity) Merge(other audit.State) {
	o := other.(*parity)
	o.settle()
	s.judge.Merge(&o.judge)
	dims, segments := merged(s.dims, o.dims), merged(s.segments, o.segments)
	s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return s.renumber(k, dims, segments) }))
}

func merged(into, from []grouping) [][]int32 {
	ids := make([][]int32, len(into))
	for i := range into {
		ids[i] = into[i].keys.Merge(&from[i].keys)
	}
	return ids
}

// renumber replaces the group and the segment value of a key.
func (s *parity) renumber(k uint64, dims, segments [][]int32) uint64 {
	table, coord, group, bit := unpack(k)
	d, seg := s.table(table)
	if seg >= 0 {
		coord = uint64(segments[seg][coord])
	}
	return table<<tableShift | coord<<coordShift | uint64(dims[d][group])<<groupShift | bit
}

func unpack(k uint64) (table, coord, group, bit uint64) {
	return k >> tableShift, k >> coordShift & coordMask, k >> groupShift & groupMask, k & 1
}

// table returns the dimension and the segment of a table; segment -1 is the
// periods.
func (s *parity) table(t uint64) (dim, segment int) {
	n := uint64(1 + len(s.segments))
	return int(t / n), int(t%n) - 1
}
