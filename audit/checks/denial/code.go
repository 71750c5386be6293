package denial

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/stats"
)

// MarshalBinary encodes the state: records sorted, names those that records
// use, sorted.
func (s *state) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	e.Value(&s.cube)
	e.Value(&s.replays)
	e.Value(&s.versions)
	s.twins.encode(&e)
	s.shifts.encode(&e)
	for d := range s.groups {
		s.groups[d].judged.Encode(&e)
		s.groups[d].specific.Encode(&e)
	}
	e.Count(len(s.matched))
	for _, m := range s.matched {
		e.Bool(m)
	}
	s.records.encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *state) UnmarshalBinary(data []byte) error {
	t, err := newState(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == counters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), int(counters))
	}
	d.Value(&t.cube)
	d.Value(&t.replays)
	d.Value(&t.versions)
	t.twins.decode(d)
	t.shifts.decode(d)
	for i := range t.groups {
		t.groups[i].judged.Decode(d)
		t.groups[i].specific.Decode(d)
	}
	if n := d.Count(1); n == len(t.matched) {
		for i := range t.matched {
			t.matched[i] = d.Bool()
		}
	} else {
		d.Fail("%d appeals instead of %d", n, len(t.matched))
	}
	t.records.decode(d, int32(len(t.appeals.faults)))
	if d.Err() == nil {
		t.verify(d)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

func (rs *records) encode(e *stats.Encoder) {
	used := make([]bool, rs.names.Len())
	used[0] = true // the empty name
	for i := range rs.list {
		for _, name := range rs.list[i].named() {
			used[*name] = true
		}
	}
	ranks := make([]int32, len(used))
	var names []string
	for _, id := range rs.names.Sorted() {
		if used[id] {
			ranks[id] = int32(len(names))
			names = append(names, rs.names.Value(id))
		}
	}
	e.Strings(names)
	e.Count(len(rs.list))
	for _, r := range rs.sorted() {
		for k := range r.lens {
			e.Bytes(rs.id(r, k))
		}
		for _, x := range []int64{r.at, r.start, r.notice, r.amount, int64(r.appeal), int64(r.late)} {
			e.Varint(x)
		}
		for _, name := range r.named() {
			e.Count(int(ranks[*name]))
		}
		for _, b := range []byte{r.rules, byte(r.cause), r.startFrom, r.flags(), byte(r.verdict), byte(r.standing), byte(r.why), r.replayed} {
			e.Byte(b)
		}
		e.Float(r.score)
		e.Float(r.recomputed)
		e.Uvarint(r.versions)
		e.Varint(int64(r.as))
	}
}

// leastRecord is the size of the shortest record: every field in a byte.
const leastRecord = 4 + 6 + 10 + 8 + 18

func (rs *records) decode(d *stats.Decoder, faults int32) {
	names := d.Strings()
	if len(names) == 0 || names[0] != "" || !slices.IsSortedFunc(names, strings.Compare) {
		d.Fail("bad names of cases")
	}
	*rs = records{}
	for _, v := range names {
		rs.names.ID(v)
	}
	if rs.names.Len() != len(names) {
		d.Fail("a name of cases is here twice")
	}
	for n := d.Count(leastRecord); n > 0 && d.Err() == nil; n-- {
		r := record{ids: int64(len(rs.arena))}
		for k := range r.lens {
			id := d.Bytes()
			r.lens[k] = uint32(len(id))
			rs.arena = append(rs.arena, id...)
		}
		r.at, r.start, r.notice, r.amount = d.Varint(), d.Varint(), d.Varint(), d.Varint()
		appeal, late := d.Varint(), d.Varint()
		for _, name := range r.named() {
			id := d.Uvarint()
			if id >= uint64(len(names)) && d.Err() == nil {
				d.Fail("name %d of %d", id, len(names))
			}
			*name = int32(id)
		}
		r.rules, r.cause, r.startFrom = d.Byte(), lapse(d.Byte()), d.Byte()
		flags := d.Byte()
		r.verdict, r.standing, r.why, r.replayed = audit.Disclosure(d.Byte()), standing(d.Byte()), why(d.Byte()), d.Byte()
		r.score, r.recomputed, r.versions = d.Float(), d.Float(), d.Uvarint()
		as := d.Varint()
		r.as = int16(as)
		if appeal < -1 || appeal >= int64(faults) || late != int64(int32(late)) || r.rules == 0 || r.rules >= r07 ||
			r.cause > noLapse || int(r.verdict) >= len(audit.DisclosureNames()) || as != int64(r.as) || r.standing >= standings || r.why > allWhys ||
			(r.standing == wrong) != (r.rules&r06 != 0) || (r.standing == skippedReview) != (r.rules&d07 != 0) || r.standing == wrong && r.why == noWhy || r.rules&disclosureRules != 0 && r.cause == noLapse || r.startFrom > 2 || flags > 7 {
			d.Fail("bad case")
		}
		r.appeal, r.late = int32(appeal), int32(late)
		r.setFlags(flags)
		rs.list = append(rs.list, r)
	}
}

// verify makes sure that the counts of a decoded state fit together.
func (s *state) verify(d *stats.Decoder) {
	adverse := s.rowsIn
	for i, n := range s.n {
		if n < 0 {
			d.Fail("a negative count")
		}
		if i < isExempt {
			adverse -= n
		}
	}
	if s.n[codesUnlisted] > s.n[codesShown] {
		d.Fail("more codes are unlisted than shown")
	}
	verdictsOf := int64(0)
	for key, n := range s.cube.All() {
		value := key & (1<<periodShift - 1)
		switch kind := key >> kindShift; {
		case n < 0, kind > noticeDays, kind == noticeDays && value > maxDays+1, kind == verdicts && value >= uint64(len(audit.DisclosureNames())):
			d.Fail("bad cell %#x", key)
			return
		case kind == verdicts:
			verdictsOf += n
		}
	}
	if verdictsOf != adverse {
		d.Fail("%d verdicts on %d decisions", verdictsOf, adverse)
	}
	told := map[int32]bool{}
	for i := range s.records.list {
		r := &s.records.list[i]
		if r.enough != 0 && !told[r.enough] {
			told[r.enough] = true
			if _, ok := enough.Decode(s.env.Plan, s.name(r.enough)); !ok {
				d.Fail("what would have been enough can't be read")
				return
			}
		}
		if r.enough != 0 && !(r.denied && r.standing == right) {
			d.Fail("what would have been enough, of no right denial")
			return
		}
		if r.standing == wrong && (s.env.Policies == nil || r.as < 0 || int(r.as) >= len(s.env.Policies.Policies)) {
			d.Fail("a wrong denial without its policy")
			return
		}
	}
	s.verifyReplays(d)
	for key, n := range s.replays.All() {
		c := cellOf(key)
		if n < 0 || c.kind >= replayKinds || c.kind == confusion && (c.a > outReferred || c.b > unknownOutcome) ||
			c.kind == standingOf && c.a >= uint8(standings) || c.kind == mismatchOf && c.a >= mismatchKinds {
			d.Fail("bad cell %#x", key)
			return
		}
	}
	for i := range s.groups {
		g := &s.groups[i]
		for _, v := range g.judged.Values() {
			if k := g.specific.Of(v.Name); v.N < 0 || k < 0 || k > v.N {
				d.Fail("group %s: %d of %d", v.Name, k, v.N)
			}
		}
	}
}

// verifyReplays makes sure that the counts of the replay fit together: each
// share's part is no more than its whole.
func (s *state) verifyReplays(d *stats.Decoder) {
	type counts struct{ all, watched, right, adverse, mismatched, late, dated int64 }
	by := map[int16]*counts{}
	for key, n := range s.replays.All() {
		c := cellOf(key)
		if n < 0 || n > s.rowsIn || s.env.Policies == nil || c.policy < -1 || int(c.policy) >= len(s.env.Policies.Policies) {
			d.Fail("bad cell %#x", key)
			return
		}
		v := by[c.policy]
		if v == nil {
			v = &counts{}
			by[c.policy] = v
		}
		switch c.kind {
		case confusion:
			v.all += n
		case standingOf:
			v.adverse += n
			if standing(c.a) == right {
				v.right += n
			}
		case mismatchOf:
			v.mismatched += n
		case forceOf:
			v.dated += n
			if c.b == 1 {
				v.late += n
			}
		case watchOf:
			v.watched = max(v.watched, n)
		}
	}
	for i := range s.records.list {
		r := &s.records.list[i]
		if r.standing != wrong {
			continue
		}
		if by[r.as] == nil {
			d.Fail("a wrong denial that was not counted")
			return
		}
		by[r.as].mismatched++
	}
	for _, v := range by {
		if v.mismatched > v.all || v.watched > v.right || v.adverse > v.all {
			d.Fail("the counts of a replay don't fit together")
			return
		}
	}
}
