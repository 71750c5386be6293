package fairness

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// Merge adds o's counts.
func (s *outcomes) Merge(other audit.State) {
	o := other.(*outcomes)
	s.in.Merge(&o.in)
	dims := make([][]int32, len(s.dims))
	for d := range s.dims {
		to, from := &s.dims[d], &o.dims[d]
		dims[d] = to.keys.Merge(&from.keys)
		for len(to.groups) < to.keys.Len() {
			to.groups = append(to.groups, outcomeGroup{})
		}
		for g := range from.groups {
			to.groups[dims[d][g]].merge(&from.groups[g])
		}
	}
	segments := merged(s.segments, o.segments)
	s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return s.renumber(k, dims, segments) }))
}

func (g *outcomeGroup) merge(o *outcomeGroup) {
	for i := range g.fine {
		g.fine[i].Merge(&o.fine[i])
	}
	for len(g.periods) < len(o.periods) {
		g.periods = append(g.periods, nil)
	}
	for p, c := range o.periods {
		if c == nil {
			continue
		}
		if g.periods[p] == nil {
			g.periods[p] = &stats.Reliability{}
		}
		g.periods[p].Merge(c)
	}
}

func (s *outcomes) unpack(k uint64) (table, coord, group, bits uint64) {
	return k >> tableShift, k >> coordShift & coordMask, k >> outcomeShift & (1<<(coordShift-outcomeShift) - 1), k & (1<<outcomeShift - 1)
}

// table returns the dimension and the segment of a table; segment -1 is the
// periods.
func (s *outcomes) table(t uint64) (dim, segment int) {
	n := uint64(1 + len(s.segments))
	return int(t / n), int(t%n) - 1
}

// renumber replaces the group and the segment value of a key.
func (s *outcomes) renumber(k uint64, dims, segments [][]int32) uint64 {
	table, coord, group, bits := s.unpack(k)
	d, seg := s.table(table)
	if seg >= 0 {
		coord = uint64(segments[seg][coord])
	}
	return table<<tableShift | coord<<coordShift | uint64(dims[d][group])<<outcomeShift | bits
}

// MarshalBinary encodes the counts, with the names that have some.
func (s *outcomes) MarshalBinary() ([]byte, error) {
	dims, segments := make([][]int32, len(s.dims)), used(s.segments)
	for d := range s.dims {
		dims[d] = used([]grouping{s.dims[d].grouping})[0]
	}
	for k := range s.cube.All() {
		table, coord, group, _ := s.unpack(k)
		d, seg := s.table(table)
		dims[d][group] = 0
		if seg >= 0 {
			segments[seg][coord] = 0
		}
	}
	var e stats.Encoder
	s.in.Encode(&e)
	for d := range s.dims {
		dim := &s.dims[d]
		seen := append([]int32(nil), dims[d]...)
		dim.encode(&e, dims[d])
		for _, id := range dim.keys.Sorted() {
			if seen[id] >= 0 {
				dim.groups[id].encode(&e)
			}
		}
	}
	for i := range s.segments {
		s.segments[i].encode(&e, segments[i])
	}
	e.Value(s.cube.Map(func(k uint64) uint64 { return s.renumber(k, dims, segments) }))
	return e.Data(), nil
}

func (g *outcomeGroup) encode(e *stats.Encoder) {
	e.Value(&g.fine[0])
	e.Value(&g.fine[1])
	n := 0
	for _, c := range g.periods {
		if c != nil {
			n++
		}
	}
	e.Count(n)
	for p, c := range g.periods {
		if c != nil {
			e.Count(p)
			e.Value(c)
		}
	}
}

func (g *outcomeGroup) decode(d *stats.Decoder) {
	d.Value(&g.fine[0])
	d.Value(&g.fine[1])
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		p := d.Uvarint()
		if p < uint64(len(g.periods)) || p > 1<<16 {
			d.Fail("period %d is out of order", p)
			return
		}
		for uint64(len(g.periods)) <= p {
			g.periods = append(g.periods, nil)
		}
		g.periods[p] = &stats.Reliability{}
		d.Value(g.periods[p])
	}
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *outcomes) UnmarshalBinary(data []byte) error {
	t, err := newOutcomes(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.in.Decode(d)
	for i := range t.dims {
		dim := &t.dims[i]
		dim.keys, dim.codes = decode(d, 1)[0], rows.Codes[uint64]{}
		for range dim.keys.Len() {
			dim.groups = append(dim.groups, outcomeGroup{})
			dim.groups[len(dim.groups)-1].decode(d)
		}
	}
	for i, keys := range decode(d, len(t.segments)) {
		t.segments[i].keys = keys
	}
	d.Value(&t.cube)
	if d.Err() == nil {
		t.verify(d)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// verify makes sure that every cell of a decoded cube has names.
func (s *outcomes) verify(d *stats.Decoder) {
	for k, n := range s.cube.All() {
		table, coord, group, _ := s.unpack(k)
		dim, seg := s.table(table)
		if dim >= len(s.dims) || group >= uint64(s.dims[dim].keys.Len()) || seg >= 0 && coord >= uint64(s.segments[seg].keys.Len()) || n < 0 {
			d.Fail("cell %#x has no name", k)
			return
		}
	}
}
