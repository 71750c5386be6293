package reason

import (
	"slices"

	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
)

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.survey.Encode(&e)
	s.scored.encode(&e)
	e.Ints(s.ofModel)
	s.counts.encode(&e)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State.
func (s *state) UnmarshalBinary(data []byte) error {
	t, err := newState(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	out := int64(0)
	if n := d.Ints(); len(n) == guards {
		copy(t.n[:], n)
		for _, k := range n {
			if k < 0 {
				d.Fail("a negative count")
			}
			out += k
		}
	} else {
		d.Fail("%d counters instead of %d", len(n), int(guards))
	}
	t.survey.Decode(d)
	t.scored.decode(d)
	all := int64(0)
	if n := d.Ints(); len(n) == len(t.ofModel) {
		copy(t.ofModel, n)
		for _, k := range n {
			if k < 0 {
				d.Fail("a negative count")
			}
			all += k
		}
	} else {
		d.Fail("%d models instead of %d", len(n), len(t.ofModel))
	}
	if all != int64(len(t.scored.list)) || out > t.rowsIn {
		d.Fail("the counts of denials don't fit together")
	}
	t.counts.decode(d)
	t.cases.Decode(d, validCase)
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

func validCase(k *cases.Kept) bool {
	return len(k.Notes) == 0 && slices.Contains(classNames[:], k.Cause)
}
