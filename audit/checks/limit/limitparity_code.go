package limit

import (
	"evenhand/audit"
	"evenhand/audit/stats"
)

// Merge adds what o has seen.
func (s *limitParity) Merge(other audit.State) {
	o := other.(*limitParity)
	s.accounts += o.accounts
	s.by.merge(&o.by)
}

// MarshalBinary encodes the state.
func (s *limitParity) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.accounts))
	s.by.encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *limitParity) UnmarshalBinary(data []byte) error {
	t, err := newLimitParity(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.accounts = d.Natural()
	t.by.decode(d, lpKinds)
	if d.Err() == nil {
		t.verify(d)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// verify makes sure that the counts of a decoded state fit together.
func (s *limitParity) verify(d *stats.Decoder) {
	for _, groups := range s.by.groupsOf() {
		for name, strata := range groups {
			x := lpSumsOf(strata)
			for what, n := range x {
				if n < 0 && what != lpGrantLog && what != lpRiseLog {
					d.Fail("a negative count of group %q", name)
					return
				}
			}
			if x[lpTold] > x[lpDecreases] || x[lpToldFirst] > x[lpLowered] || x[lpPhantoms] > x[lpViewed] {
				d.Fail("the counts of group %q don't fit", name)
				return
			}
		}
	}
}

// lpSums is what was counted of a group, in one stratum or in all.
type lpSums [lpKinds]int64

func lpSumsOf(strata []comparedStratum) (x lpSums) {
	for i := range strata {
		for _, c := range strata[i].cells {
			x[c.what] += c.n
		}
	}
	return x
}
