package score

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features/model"
)

const stateTag = 'm'

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(stateTag)
	e.Ints([]int64{s.rows, s.test, s.unrecorded, s.pd.n, s.pd.differ})
	for _, cells := range s.cells {
		used := 0
		for _, c := range cells {
			if c.n > 0 {
				used++
			}
		}
		e.Count(used)
		for p, c := range cells {
			if c.n > 0 {
				e.Count(p)
				e.Varint(c.n)
				e.Varint(c.differ)
			}
		}
	}
	e.Value(&s.absolute)
	e.Float(s.largest)
	un := s.unscoredRows()
	e.Count(len(un))
	for _, u := range un {
		e.String(u.version)
		e.String(u.product)
		e.Varint(u.n)
	}
	for k := range dimensions {
		s.judged[k].Encode(e)
		s.differ[k].Encode(e)
	}
	s.sample.Encode(e, encodeRecord)
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(stateTag)
	if n := d.Ints(); len(n) == 5 {
		s.rows, s.test, s.unrecorded, s.pd = n[0], n[1], n[2], cell{n[3], n[4]}
	} else {
		d.Fail("%d counts instead of 5", len(n))
	}
	const last = 1 << 16 // there are fewer days between 1970 and 2100
	for m := range s.cells {
		s.cells[m] = nil
		for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
			p := d.Uvarint()
			if p < uint64(len(s.cells[m])) || p > last {
				d.Fail("period %d is out of order", p)
				break
			}
			s.cells[m] = append(s.cells[m], make([]cell, int(p)+1-len(s.cells[m]))...)
			s.cells[m][p] = cell{d.Varint(), d.Varint()}
		}
	}
	d.Value(&s.absolute)
	s.largest = d.Float()
	s.versions, s.products, s.unscored = rows.Names{}, rows.Names{}, stats.Cube{}
	for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
		v, p := s.versions.ID(d.String()), s.products.ID(d.String())
		s.unscored.AddN(unscoredKey(v, p), d.Varint())
	}
	for k := range dimensions {
		s.judged[k].Decode(d)
		s.differ[k].Decode(d)
	}
	s.sample.Decode(d, func(d *stats.Decoder) *record { return decodeRecord(d, len(s.env.Models)) })
	return d.Finish()
}

func encodeRecord(e *stats.Encoder, r *record) {
	e.Strings([]string{r.key, r.customer, r.version, r.policy, r.product, r.channel, r.partner, r.region, r.account})
	e.Varint(r.at)
	e.Uvarint(uint64(r.model))
	e.Float(r.recorded)
	e.Float(r.recomputed)
	e.Count(len(r.values))
	for _, v := range r.values {
		switch {
		case v.Null:
			e.Byte(0)
		case v.Text != "":
			e.Byte(1)
			e.String(v.Text)
		default:
			e.Byte(2)
			e.Float(v.Num)
		}
	}
	e.Count(len(r.explained))
	for _, x := range r.explained {
		e.Ints([]int64{int64(x.class), int64(x.model), int64(x.a), int64(x.b)})
	}
}

func decodeRecord(d *stats.Decoder, models int) *record {
	r := &record{}
	if t := d.Strings(); len(t) == 9 {
		r.key, r.customer, r.version, r.policy = t[0], t[1], t[2], t[3]
		r.product, r.channel, r.partner, r.region, r.account = t[4], t[5], t[6], t[7], t[8]
	} else {
		d.Fail("%d texts of a mismatch instead of 9", len(t))
	}
	r.at = d.Varint()
	if m := d.Uvarint(); m < uint64(models) {
		r.model = int16(m)
	} else {
		d.Fail("model %d of %d", m, models)
	}
	r.recorded, r.recomputed = d.Float(), d.Float()
	r.values = make([]model.Value, d.Count(1))
	for i := range r.values {
		switch d.Byte() {
		case 0:
			r.values[i] = model.Value{Null: true}
		case 1:
			r.values[i] = model.Value{Text: d.String()}
		default:
			r.values[i] = model.Value{Num: d.Float()}
		}
	}
	for n := d.Count(5); n > 0 && d.Err() == nil; n-- {
		x := d.Ints()
		if len(x) != 4 || x[0] < int64(m1Rounding) || x[0] > int64(m8Unexplained) {
			d.Fail("no explanation of a mismatch")
			break
		}
		r.explained = append(r.explained, signature{class(x[0]), int16(x[1]), int16(x[2]), int16(x[3])})
	}
	return r
}
