package limit

import (
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
)

// MarshalBinary encodes the state.
func (s *stalledState) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Ints(s.n[:])
	e.Value(&s.cube)
	s.cases.Encode(&e)
	s.peers.Encode(&e)
	for i := range s.group {
		s.group[i].judged.Encode(&e)
		s.group[i].wrong.Encode(&e)
	}
	e.Ints(s.panel.n[:])
	e.Ints(s.dues.n[:])
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *stalledState) UnmarshalBinary(data []byte) error {
	t, err := newStalledState(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	ints := func(to []int64) {
		if n := d.Ints(); len(n) == len(to) {
			copy(to, n)
		} else {
			d.Fail("%d counters instead of %d", len(n), len(to))
		}
	}
	ints(t.n[:])
	d.Value(&t.cube)
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == stalledNotes })
	t.peers.Decode(d)
	for i := range t.group {
		t.group[i].judged.Decode(d)
		t.group[i].wrong.Decode(d)
	}
	ints(t.panel.n[:])
	ints(t.dues.n[:])
	t.verify(d)
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// verify makes sure that the counts of a decoded state fit together.
func (s *stalledState) verify(d *stats.Decoder) {
	for _, v := range s.peers.Values() {
		if _, ok := stalledSpellOf(v.Name); !ok || v.N <= 0 || v.N > 1<<40 {
			d.Fail("bad spell %q", v.Name)
		}
	}
	for _, n := range s.n {
		if n < 0 {
			d.Fail("a negative count")
		}
	}
	for i, n := range s.panel.n {
		if n < 0 && i != stalledPanelLimits && i != stalledPanelOutstanding {
			d.Fail("a negative count of the panel")
		}
	}
	for i, n := range s.dues.n {
		if n < 0 && i != stalledDueAmounts && i != stalledDuePaid {
			d.Fail("a negative count of instalments")
		}
	}
	if s.n[stalledCohort] != int64(s.cases.Len()) || s.n[stalledSensitive] > s.n[stalledReplayed] || s.n[stalledWeighed] > s.n[stalledReplayed] {
		d.Fail("%d cases of %d accounts", s.cases.Len(), s.n[stalledCohort])
	}
	for _, n := range s.cube.All() {
		if n < 0 {
			d.Fail("a negative count of days")
		}
	}
	for i := range s.group {
		g := &s.group[i]
		for _, v := range g.judged.Values() {
			if k := g.wrong.Of(v.Name); v.N < 0 || k < 0 || k > v.N {
				d.Fail("group %s: %d of %d", v.Name, k, v.N)
			}
		}
	}
}
