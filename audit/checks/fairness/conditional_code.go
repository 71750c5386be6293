package fairness

import (
	"cmp"
	"slices"

	"evenhand/audit/stats"
)

const conditionalTag = 'q'

// MarshalBinary encodes the counts, with numbers that depend on the names only.
func (s *conditional) MarshalBinary() ([]byte, error) {
	groups := make([]bool, s.groups.len())
	values := make([][]bool, len(s.sets))
	for i := range s.sets {
		values[i] = make([]bool, s.sets[i].tuple.len())
	}
	for k := range s.plain.All() {
		groups[k>>condGroupShift&condGroups] = true
		values[k>>condSetShift][k>>condValueShift&condValues] = true
	}
	for k := range s.timed.All() {
		_, v, g := condTimedParts(k)
		groups[g], values[0][v] = true, true
	}
	pairs, context := make([]bool, len(s.pairs.pairs)), make([]bool, s.context.len())
	for k := range s.scores.cube.All() {
		p := k & binRest >> 1
		pairs[p] = true
		context[s.pairs.pairs[p][0]], groups[s.pairs.pairs[p][1]] = true, true
	}

	var e stats.Encoder
	e.Byte(conditionalTag)
	s.judge.Encode(&e)
	g := s.groups.encode(&e, groups)
	v := make([][]int32, len(s.sets))
	for i := range s.sets {
		v[i] = s.sets[i].tuple.encode(&e, values[i])
	}
	e.Value(s.plain.Map(func(k uint64) uint64 { return condPlain(k, g, v) }))
	if s.timedSet() {
		e.Value(s.timed.Map(func(k uint64) uint64 { return condTimed(k, g, v[0]) }))
	}
	c := s.context.encode(&e, context)
	p := s.pairs.encode(&e, pairs, c, g)
	s.scores.encode(&e, func(k uint64) uint64 { return uint64(p[k>>1])<<1 | k&1 })
	return e.Data(), nil
}

// timedSet reports whether a set is counted by period.
func (s *conditional) timedSet() bool { return len(s.sets) > 0 && s.sets[0].timed }

// encode writes the pairs that are used, whose parts a and b renumber, and
// returns the number that each has once decoded.
func (f *condFold) encode(e *stats.Encoder, used []bool, a, b []int32) []int32 {
	ids := make([]int32, len(used))
	type entry struct{ id, a, b int32 }
	var entries []entry
	for id, is := range used {
		if ids[id] = -1; is {
			entries = append(entries, entry{int32(id), a[f.pairs[id][0]], b[f.pairs[id][1]]})
		}
	}
	slices.SortFunc(entries, func(x, y entry) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	e.Count(len(entries))
	for rank, x := range entries {
		ids[x.id] = int32(rank)
		e.Uvarint(uint64(x.a))
		e.Uvarint(uint64(x.b))
	}
	return ids
}

// decodeFold reads what encode wrote, of parts below as and bs.
func decodeFold(d *stats.Decoder, as, bs int) (f condFold) {
	lastA, lastB := int32(-1), int32(-1)
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		a, b := d.Uvarint(), d.Uvarint()
		if a >= uint64(as) || b >= uint64(bs) || int32(a) < lastA || int32(a) == lastA && int32(b) <= lastB {
			d.Fail("pairs out of order")
			return condFold{}
		}
		lastA, lastB = int32(a), int32(b)
		f.of(lastA, lastB)
	}
	return f
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *conditional) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	d.Tag(conditionalTag)
	fresh, err := newConditional(s.env)
	if err != nil {
		return err
	}
	fresh.judge.Decode(d)
	fresh.groups = s.groups.decode(d)
	for i := range s.sets {
		fresh.sets[i].tuple = s.sets[i].tuple.decode(d)
	}
	d.Value(&fresh.plain)
	if s.timedSet() {
		d.Value(&fresh.timed)
	}
	fresh.context = s.context.decode(d)
	fresh.pairs = decodeFold(d, fresh.context.len(), fresh.groups.len())
	fresh.scores.decode(d, func(k uint64) bool { return k>>1 < uint64(len(fresh.pairs.pairs)) })
	if d.Err() == nil {
		fresh.verify(d)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *fresh
	return nil
}

// verify makes sure that every cell has names and that no set counts more rows
// than were judged.
func (s *conditional) verify(d *stats.Decoder) {
	judged := s.judge.Judged()
	counted := make([]int64, len(s.sets)+1)
	add := func(set int, n int64) {
		if n < 0 || n > judged-counted[set] {
			d.Fail("a set counts more than %d rows", judged)
			return
		}
		counted[set] += n
	}
	groups := uint64(s.groups.len())
	for k, n := range s.plain.All() {
		set, v, g := k>>condSetShift, k>>condValueShift&condValues, k>>condGroupShift&condGroups
		if set >= uint64(len(s.sets)) || s.sets[set].timed || v >= uint64(s.sets[set].tuple.len()) || g >= groups {
			d.Fail("cell %#x has no name", k)
			return
		}
		add(int(set), n)
	}
	for k, n := range s.timed.All() {
		p, v, g := condTimedParts(k)
		if p > 1<<16 || v >= uint64(s.sets[0].tuple.len()) || g >= groups {
			d.Fail("cell %#x has no name", k)
			return
		}
		add(0, n)
	}
	for _, n := range s.scores.cube.All() {
		add(len(s.sets), n)
	}
}
