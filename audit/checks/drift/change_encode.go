package drift

import (
	"evenhand/audit/stats"
)

const changeTag = 'p'

// MarshalBinary implements audit.State.
func (s *change) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(changeTag)
	s.judge.Encode(e)
	e.Varint(s.undated)
	e.Count(len(s.days))
	for _, i := range s.inOrder() {
		d := &s.days[i]
		e.Ints([]int64{d.day, d.rows, d.technical, d.judged, d.approved, d.decided, d.overridden})
		e.Value(&d.score)
		for m := range s.versions {
			c := s.versions[m].of(i)
			c.Encode(e)
		}
		for j := range s.dims {
			for a := range s.dims[j].counts {
				c := s.dims[j].counts[a].of(i)
				c.Encode(e)
			}
		}
	}
	e.Value(&s.bands)
	e.Value(&s.all)
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *change) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(changeTag)
	s.judge.Decode(d)
	s.undated = d.Varint()
	for n := d.Count(8); n > 0 && d.Err() == nil; n-- {
		x := d.Ints()
		if len(x) != 7 || x[0] < 0 || x[0] >= maxDay || s.index != nil && s.index[x[0]] != 0 {
			d.Fail("bad day")
			break
		}
		k := s.place(x[0])
		t := &s.days[k]
		t.rows, t.technical, t.judged, t.approved, t.decided, t.overridden = x[1], x[2], x[3], x[4], x[5], x[6]
		d.Value(&t.score)
		for m := range s.versions {
			s.versions[m].decode(d, k)
		}
		for j := range s.dims {
			for a := range s.dims[j].counts {
				s.dims[j].counts[a].decode(d, k)
			}
		}
	}
	d.Value(&s.bands)
	d.Value(&s.all)
	return d.Finish()
}
