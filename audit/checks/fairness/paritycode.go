package fairness

import (
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// MarshalBinary encodes the counts. Only names that have counts are written:
// which others a dictionary held depends on how the rows were cut.
func (s *parity) MarshalBinary() ([]byte, error) {
	s.settle()
	dims, segments := used(s.dims), used(s.segments)
	for k := range s.cube.All() {
		table, coord, group, _ := unpack(k)
		d, seg := s.table(table)
		dims[d][group] = 0
		if seg >= 0 {
			segments[seg][coord] = 0
		}
	}
	var e stats.Encoder
	s.judge.Encode(&e)
	for i := range s.dims {
		s.dims[i].encode(&e, dims[i])
	}
	for i := range s.segments {
		s.segments[i].encode(&e, segments[i])
	}
	e.Value(s.cube.Map(func(k uint64) uint64 { return s.renumber(k, dims, segments) }))
	return e.Data(), nil
}

// used returns a table of new numbers for each grouping, all unused.
func used(gs []grouping) [][]int32 {
	ids := make([][]int32, len(gs))
	for i := range gs {
		ids[i] = slices.Repeat([]int32{-1}, gs[i].keys.Len())
	}
	return ids
}

// encode writes the names whose number isn't -1, sorted, and replaces the
// numbers by their ranks.
func (g *grouping) encode(e *stats.Encoder, ids []int32) {
	var names []string
	for _, id := range g.keys.Sorted() {
		if ids[id] >= 0 {
			ids[id] = int32(len(names))
			names = append(names, g.keys.Value(id))
		}
	}
	e.Strings(names)
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *parity) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	judge := s.judge
	judge.Decode(d)
	dims, segments := decode(d, len(s.dims)), decode(d, len(s.segments))
	var cube stats.Cube
	d.Value(&cube)
	if d.Err() == nil {
		s.verify(d, judge.Judged(), dims, segments, &cube)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	s.judge, s.cube, s.joint = judge, cube, joint{}
	for i := range s.dims {
		s.dims[i].keys, s.dims[i].codes, s.dims[i].places = dims[i], rows.Codes[uint64]{}, places{}
	}
	for i := range s.segments {
		s.segments[i].keys, s.segments[i].codes, s.segments[i].places = segments[i], rows.Codes[uint64]{}, places{}
	}
	return nil
}

func decode(d *stats.Decoder, n int) []stats.Keys {
	keys := make([]stats.Keys, n)
	for i := range keys {
		names := d.Strings()
		if !slices.IsSortedFunc(names, strings.Compare) {
			d.Fail("names out of order")
		}
		for _, v := range names {
			keys[i].ID(v)
		}
	}
	return keys
}

// verify makes sure that the parts of a decoded state fit together: every cell
// has names, and every table counts the same rows.
func (s *parity) verify(d *stats.Decoder, judged int64, dims, segments []stats.Keys, cube *stats.Cube) {
	groups := map[uint64]int64{} // rows by table and group
	tables := map[uint64]int64{}
	for k, n := range cube.All() {
		table, coord, group, _ := unpack(k)
		dim, seg := s.table(table)
		if dim >= len(dims) || group >= uint64(dims[dim].Len()) || seg >= 0 && coord >= uint64(segments[seg].Len()) {
			d.Fail("cell %#x has no name", k)
			return
		}
		if n < 0 || n > judged-tables[table] {
			d.Fail("cell %#x counts %d of %d rows", k, n, judged)
			return
		}
		tables[table] += n
		groups[table<<tableShift|group] += n
	}
	for t := range uint64(len(dims) * (1 + len(segments))) {
		if tables[t] != judged {
			d.Fail("table %d counts %d of %d rows", t, tables[t], judged)
			return
		}
	}
	for k, n := range groups {
		table, _, _, _ := unpack(k)
		dim, _ := s.table(table)
		whole := uint64(dim*(1+len(segments)))<<tableShift | k&^(uint64(maxTables-1)<<tableShift)
		if groups[whole] != n {
			d.Fail("the tables differ in the size of a group")
			return
		}
	}
}
