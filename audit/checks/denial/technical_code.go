package denial

import (
	"slices"

	"evenhand/audit/stats"
)

// MarshalBinary encodes the state.
func (s *technicalState) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	e.Value(&s.cube)
	for k := range s.segments {
		s.segments[k].judged.Encode(&e)
		s.segments[k].hit.Encode(&e)
	}
	s.failed.Encode(&e)
	s.denied.Encode(&e)
	slices.SortFunc(s.list, compareTechnical)
	e.Count(len(s.list))
	for i := range s.list {
		d := &s.list[i]
		for _, x := range d.texts() {
			e.String(*x)
		}
		e.Ints([]int64{d.at, d.submitted, d.notice, d.amount, d.latency, int64(d.proof), int64(d.replayed)})
		e.Float(d.score)
	}
	return e.Data(), nil
}

func (d *technicalDenial) texts() [9]*string {
	return [9]*string{&d.key, &d.customer, &d.account, &d.product, &d.channel, &d.policy, &d.model, &d.status, &d.code}
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *technicalState) UnmarshalBinary(data []byte) error {
	t, err := newTechnicalState(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == techGuards {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), int(techGuards))
	}
	d.Value(&t.cube)
	for k := range t.segments {
		t.segments[k].judged.Decode(d)
		t.segments[k].hit.Decode(d)
	}
	t.failed.Decode(d)
	t.denied.Decode(d)
	for n := d.Count(17); n > 0 && d.Err() == nil; n-- {
		var x technicalDenial
		for _, p := range x.texts() {
			*p = d.String()
		}
		v := d.Ints()
		if len(v) != 7 || v[5] <= 0 || v[5] >= int64(proofs) || v[6] < 0 || v[6] > 255 {
			d.Fail("bad case")
			break
		}
		x.at, x.submitted, x.notice, x.amount, x.latency, x.proof, x.replayed = v[0], v[1], v[2], v[3], v[4], proof(v[5]), uint8(v[6])
		x.score = d.Float()
		t.list = append(t.list, x)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
