package drift

import (
	"slices"
	"strings"

	"evenhand/audit/stats"
)

const stateTag = 'd'

// versionIDs returns the numbers of the versions that rows have, by name.
func (s *state) versionIDs() []int32 {
	var ids []int32
	for v, of := range s.versions {
		if slices.ContainsFunc(of.periods, func(c *scores) bool { return c != nil }) {
			ids = append(ids, int32(v))
		}
	}
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(s.names.Value(a), s.names.Value(b)) })
	return ids
}

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(stateTag)
	e.Ints([]int64{s.rows, s.tested, s.undated})
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
	ids := s.versionIDs()
	e.Count(len(ids))
	for _, v := range ids {
		e.String(s.names.Value(v))
		of := s.versions[v]
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
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(stateTag)
	if n := d.Ints(); len(n) == 3 {
		s.rows, s.tested, s.undated = n[0], n[1], n[2]
	} else {
		d.Fail("%d counts instead of 3", len(n))
	}
	period := func(below int) int32 {
		p := d.Uvarint()
		if p >= maxPeriods || int(p) < below {
			d.Fail("period %d is out of order", p)
			return -1
		}
		return int32(p)
	}
	s.cells, s.versions, s.names = nil, nil, versionNames{}
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		p := period(len(s.cells))
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
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		v := s.names.ID(d.String())
		for k, next := d.Count(2), 0; k > 0 && d.Err() == nil; k-- {
			p := period(next)
			if p < 0 {
				break
			}
			next = int(p) + 1
			c := s.scores(v, p)
			c.rows = d.Varint()
			d.Value(&c.recorded)
			d.Value(&c.recomputed)
			d.Value(&c.sum)
		}
	}
	return d.Finish()
}
