package stats

import (
	"slices"
	"strings"
)

// Keys numbers distinct strings from 0 in order of first sight, to be packed
// into the keys of a [Cube]. The numbers belong to one state and depend on the
// order of its rows, so they must never be encoded or shown: a state that
// holds Keys encodes with [Keys.Ranks] in their place, which depend on the set
// of strings only, and merges by the renumbering that [Keys.Merge] returns.
//
//	func (s *state) Merge(o *state) {
//		ids := s.keys.Merge(&o.keys)
//		s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return uint64(ids[k]) }))
//	}
//	func (s *state) MarshalBinary() ([]byte, error) {
//		ranks := s.keys.Ranks()
//		var e stats.Encoder
//		e.Value(&s.keys)
//		e.Value(s.cube.Map(func(k uint64) uint64 { return uint64(ranks[k]) }))
//		return e.Data(), nil
//	}
//
// Decoding then numbers the strings by rank, and the cube fits as it is; it
// must still refuse a cell whose number is not under Len.
type Keys struct {
	ids    map[string]int32
	values []string
}

const keysTag = 'K'

// ID returns the number of v, the next free one when v is new.
func (k *Keys) ID(v string) int32 {
	if id, ok := k.ids[v]; ok {
		return id
	}
	return k.add(v)
}

// IDBytes is ID for bytes; it copies them only when they are new.
func (k *Keys) IDBytes(v []byte) int32 {
	if id, ok := k.ids[string(v)]; ok {
		return id
	}
	return k.add(string(v))
}

func (k *Keys) add(v string) int32 {
	if k.ids == nil {
		k.ids = map[string]int32{}
	}
	id := int32(len(k.values))
	k.ids[v] = id
	k.values = append(k.values, v)
	return id
}

// Lookup returns the number of v, if it has one.
func (k *Keys) Lookup(v string) (id int32, ok bool) {
	id, ok = k.ids[v]
	return id, ok
}

// Len returns how many strings are numbered.
func (k *Keys) Len() int { return len(k.values) }

// Value returns the string of a number.
func (k *Keys) Value(id int32) string { return k.values[id] }

// Merge numbers the strings of o too and returns, for each number of o, the
// number here.
func (k *Keys) Merge(o *Keys) []int32 {
	ids := make([]int32, len(o.values))
	for i, v := range o.values {
		ids[i] = k.ID(v)
	}
	return ids
}

// Sorted returns the numbers in the order of their strings (bytewise).
func (k *Keys) Sorted() []int32 {
	ids := make([]int32, len(k.values))
	for i := range ids {
		ids[i] = int32(i)
	}
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(k.values[a], k.values[b]) })
	return ids
}

// Ranks returns, for each number, the place of its string in sorted order:
// the numbers that the Keys have after encoding and decoding.
func (k *Keys) Ranks() []int32 {
	ranks := make([]int32, len(k.values))
	for rank, id := range k.Sorted() {
		ranks[id] = int32(rank)
	}
	return ranks
}

// AppendBinary appends the canonical encoding of the strings to b: sorted.
func (k *Keys) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Byte(keysTag)
	e.Count(len(k.values))
	for _, id := range k.Sorted() {
		e.String(k.values[id])
	}
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (k *Keys) MarshalBinary() ([]byte, error) { return k.AppendBinary(nil) }

// UnmarshalBinary makes k what b encodes; k is unchanged on error.
func (k *Keys) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	var t Keys
	d.Tag(keysTag)
	for i := range d.Count(1) {
		v := d.String()
		if i > 0 && v <= t.values[i-1] && d.Err() == nil {
			d.Fail("strings out of order")
		}
		if d.Err() != nil {
			return d.Err()
		}
		t.add(v)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*k = t
	return nil
}
