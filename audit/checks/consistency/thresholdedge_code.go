package consistency

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
	"slices"
)

// renumber replaces the number of a channel or reviewer in a key.
func renumber(k uint64, ids *[2][]int32) uint64 {
	kind := k >> edKindShift
	if kind != edChannel && kind != edReviewer {
		return k
	}
	id := ids[kind-edChannel][k>>edValueShift&edValueMask]
	return k&^(edValueMask<<edValueShift) | uint64(id)<<edValueShift
}

// Merge adds what o has seen.
func (s *edge) Merge(other audit.State) {
	o := other.(*edge)
	s.sort.merge(&o.sort)
	s.blind += o.blind
	ids := [2][]int32{s.names[0].Merge(&o.names[0]), s.names[1].Merge(&o.names[1])}
	s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return renumber(k, &ids) }))
	s.cases.Merge(&o.cases)
}

// MarshalBinary encodes the state. Only names that are counted are written.
func (s *edge) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.sort.encode(&e)
	e.Uvarint(uint64(s.blind))
	var used [2]map[string]int32
	for k := range used {
		used[k] = map[string]int32{}
	}
	for k := range s.cube.All() {
		if kind := k >> edKindShift; kind == edChannel || kind == edReviewer {
			used[kind-edChannel][s.names[kind-edChannel].Value(int32(k>>edValueShift&edValueMask))] = 0
		}
	}
	var ids [2][]int32
	for n := range used {
		names := sortedKeys(used[n])
		e.Strings(names)
		for rank, v := range names {
			used[n][v] = int32(rank)
		}
		for id := range s.names[n].Len() {
			ids[n] = append(ids[n], used[n][s.names[n].Value(int32(id))])
		}
	}
	e.Value(s.cube.Map(func(k uint64) uint64 { return renumber(k, &ids) }))
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *edge) UnmarshalBinary(data []byte) error {
	t, err := newEdge(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.sort.decode(d)
	if t.blind = d.Natural(); t.blind > t.sort.judged() {
		d.Fail("%d rows left out", t.blind)
	}
	for n := range t.names {
		names := d.Strings()
		if !slices.IsSorted(names) {
			d.Fail("names out of order")
		}
		for _, v := range names {
			t.names[n].ID(v)
		}
	}
	d.Value(&t.cube)
	if d.Err() == nil {
		for k, n := range t.cube.All() {
			kind, value := k>>edKindShift, k>>edValueShift&edValueMask
			named := kind != edChannel && kind != edReviewer || value < uint64(t.names[kind-edChannel].Len())
			if kind > edCounter || !named || int(k>>edPolicyShift&edPolicyMask) >= len(t.rules) || n < 0 || n > t.sort.judged() ||
				kind == edCounter && k&edCellMask >= edCounters || k&edCellMask > 2*(2*binZero)+1 || kind != edBins && k&edCellMask > 2*binZero {
				d.Fail("bad cell %#x", k)
				break
			}
		}
		for p := range t.rules {
			at := func(c uint64) int64 { return t.cube.N(edCounter<<edKindShift | uint64(p)<<edPolicyShift | c) }
			if at(edLost)+at(edGained) > at(edSided) || at(edConflict) > at(edMoved) || at(edMoved) > at(edNear) {
				d.Fail("counts of the cut-off don't fit")
			}
		}
	}
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == 0 })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
