package consistency

import (
	"cmp"
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
	"slices"
)

// Merge adds what o has seen.
func (s *flips) Merge(other audit.State) {
	o := other.(*flips)
	s.sort.merge(&o.sort)
	s.repeated, s.blind = s.repeated+o.repeated, s.blind+o.blind
	for i, n := range o.aside {
		s.aside[i] += n
	}
	for k, t := range o.pairs {
		if s.pairs[k] == nil {
			s.pairs[k] = &[pairCells]int64{}
		}
		for i, n := range t {
			s.pairs[k][i] += n
		}
	}
	s.cases.Merge(&o.cases)
}

// slices returns the keys of a kind of slice, in the order of their values.
func (s *flips) slices(kind uint8) []flipKey {
	var out []flipKey
	for k := range s.pairs {
		if k.kind == kind {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b flipKey) int { return cmp.Compare(a.value, b.value) })
	return out
}

// MarshalBinary encodes the state.
func (s *flips) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.sort.encode(&e)
	e.Uvarint(uint64(s.repeated))
	e.Uvarint(uint64(s.blind))
	e.Ints(s.aside[:])
	e.Count(len(s.pairs))
	for kind := range flGroup + uint8(len(s.groups)) {
		for _, k := range s.slices(kind) {
			e.Byte(k.kind)
			e.String(k.value)
			e.Ints(s.pairs[k][:])
		}
	}
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *flips) UnmarshalBinary(data []byte) error {
	t, err := newFlips(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.sort.decode(d)
	t.repeated, t.blind = d.Natural(), d.Natural()
	if t.repeated > t.sort.judged() || t.blind > t.sort.judged()-t.repeated {
		d.Fail("%d rows left out", t.repeated+t.blind)
	}
	left := counts(d, t.aside[:], t.sort.judged())
	for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
		k := flipKey{d.Byte(), d.String()}
		cells := make([]int64, pairCells)
		if counts(d, cells, left); int(k.kind) >= int(flGroup)+len(t.groups) || t.pairs[k] != nil {
			d.Fail("bad table of pairs")
			break
		}
		t.pairs[k] = (*[pairCells]int64)(cells)
	}
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == 1 && k.Notes[0]&^1 == 0 })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
