package drift

import (
	"slices"
	"strings"

	"evenhand/audit/stats"
)

const stateTag = 'd'

// ids returns the numbers of the versions that rows have, by name.
func (t *versions) ids() []int32 {
	var ids []int32
	for v, of := range t.list {
		if slices.ContainsFunc(of.periods, func(c *scores) bool { return c != nil }) {
			ids = append(ids, int32(v))
		}
	}
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(t.names.Value(a), t.names.Value(b)) })
	return ids
}

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(stateTag)
	e.Ints([]int64{s.rows, s.tested, s.undated, s.first, s.last})
	used := 0
	for _, c := range s.cells {
		if c != nil {
			used++
		}
	}
	e.Count(used)
	for p, c := range s.cells {
		if c == nil {
			continue
		}
		e.Count(p)
		e.Varint(c.rows)
		for i := range c.numbers {
			e.Value(&c.numbers[i])
		}
		for i := range c.texts {
			c.texts[i].Encode(e)
		}
	}
	s.models.encode(e)
	s.policies.encode(e)
	return e.Data(), nil
}

func (t *versions) encode(e *stats.Encoder) {
	ids := t.ids()
	e.Count(len(ids))
	for _, v := range ids {
		e.String(t.names.Value(v))
		of := t.list[v]
		used := 0
		for _, c := range of.periods {
			if c != nil {
				used++
			}
		}
		e.Count(used)
		for p, c := range of.periods {
			if c != nil {
				e.Count(p)
				e.Varint(c.rows)
				e.Value(&c.recorded)
				e.Value(&c.recomputed)
				e.Value(&c.sum)
			}
		}
	}
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(stateTag)
	if n := d.Ints(); len(n) == 5 {
		s.rows, s.tested, s.undated, s.first, s.last = n[0], n[1], n[2], n[3], n[4]
	} else {
		d.Fail("%d counts instead of 5", len(n))
	}
	s.cells = nil
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		p := period(d, len(s.cells))
		if p < 0 {
			break
		}
		c := s.cell(p)
		c.rows = d.Varint()
		for i := range c.numbers {
			d.Value(&c.numbers[i])
		}
		for i := range c.texts {
			c.texts[i].Decode(d)
		}
	}
	s.models.decode(d)
	s.policies.decode(d)
	return d.Finish()
}

// period reads the number of a period, at least below.
func period(d *stats.Decoder, below int) int32 {
	p := d.Uvarint()
	if p >= maxPeriods || int(p) < below {
		d.Fail("period %d is out of order", p)
		return -1
	}
	return int32(p)
}

func (t *versions) decode(d *stats.Decoder) {
	t.list, t.names = nil, versionNames{}
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		v := t.names.ID(d.String())
		for k, next := d.Count(2), 0; k > 0 && d.Err() == nil; k-- {
			p := period(d, next)
			if p < 0 {
				break
			}
			next = int(p) + 1
			c := t.scores(v, p)
			c.rows = d.Varint()
			d.Value(&c.recorded)
			d.Value(&c.recomputed)
			d.Value(&c.sum)
		}
	}
}
