package fairness

import (
	"slices"

	"evenhand/audit/stats"
)

// MarshalBinary encodes the counts; values are numbered by their order.
func (s *cross) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.judge.Encode(&e)
	ids := make([][]int32, len(s.columns))
	for i := range s.columns {
		k := &s.columns[i].keys
		ids[i] = k.Ranks()
		var names []string
		for _, id := range k.Sorted() {
			names = append(names, k.Value(id))
		}
		e.Strings(names)
	}
	for i := range s.tables {
		t := &s.tables[i]
		e.Bool(t.over)
		if !t.over {
			e.Value(t.cube.Map(func(k uint64) uint64 { return t.renumber(k, ids) }))
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *cross) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	judge := s.judge
	judge.Decode(d)
	names := decode(d, len(s.columns))
	tables := slices.Clone(s.tables)
	for i := range tables {
		t := &tables[i]
		t.cube, t.cells, t.over = stats.Cube{}, 0, d.Bool()
		if t.over {
			continue
		}
		d.Value(&t.cube)
		left := judge.Judged()
		for k, n := range t.cube.All() {
			if left -= n; n < 0 || left < 0 {
				d.Fail("more rows are counted than judged")
				return d.Finish()
			}
			t.cells++
			for j, c := range t.columns {
				if t.value(k, j) >= uint64(names[c].Len()) || k>>(1+t.width*uint(len(t.columns))) != 0 {
					d.Fail("cell %#x counts %d rows of no name", k, n)
					return d.Finish()
				}
			}
		}
	}
	if err := d.Finish(); err != nil {
		return err
	}
	s.judge, s.tables = judge, tables
	for i := range s.columns {
		c := &s.columns[i]
		c.keys, c.dict, c.of = names[i], nil, nil
	}
	return nil
}

// renumber replaces the values of a key.
func (t *crossTable) renumber(k uint64, ids [][]int32) uint64 {
	out := k & 1
	for i, c := range t.columns {
		out |= uint64(ids[c][t.value(k, i)]) << (1 + t.width*uint(i))
	}
	return out
}
