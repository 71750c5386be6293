package consistency

import (
	"cmp"
	"evenhand/audit"
	"evenhand/audit/stats"
	"slices"
)

// Merge adds what o has seen.
func (s *near) Merge(other audit.State) {
	o := other.(*near)
	s.sort.merge(&o.sort)
	for i, n := range o.taken {
		s.taken[i] += n
	}
	s.seen += o.seen
	for m := range s.spans {
		for k, x := range o.spans[m] {
			s.spans[m][k] = span{min(s.spans[m][k].low, x.low), max(s.spans[m][k].high, x.high)}
		}
	}
	s.shift = max(s.shift, o.shift)
	s.rows = append(s.rows, o.rows...)
	s.trim()
	s.settle()
}

// order brings the rows into an order of their own.
func (s *near) order() {
	s.settle()
	slices.SortFunc(s.rows, func(a, b nearRow) int {
		if x := cmp.Or(cmp.Compare(a.stratum, b.stratum), cmp.Compare(a.hash, b.hash)); x != 0 {
			return x
		}
		if x := compareRows(a.row, b.row); x != 0 {
			return x
		}
		return cmp.Or(btoi(a.approved)-btoi(b.approved), btoi(a.edge)-btoi(b.edge), cmp.Compare(a.rules, b.rules), cmp.Compare(a.by, b.by), slices.Compare(a.nums, b.nums), slices.Compare(a.words, b.words))
	})
}

// MarshalBinary encodes the state.
func (s *near) MarshalBinary() ([]byte, error) {
	s.order()
	var e stats.Encoder
	s.sort.encode(&e)
	e.Ints(s.taken[:])
	e.Uvarint(uint64(s.seen))
	e.Uvarint(uint64(s.shift))
	for m := range s.spans {
		for _, x := range s.spans[m] {
			e.Float(x.low)
			e.Float(x.high)
		}
	}
	e.Count(len(s.rows))
	for i := range s.rows {
		r := &s.rows[i]
		r.encode(&e)
		for _, x := range []uint64{r.hash, r.cluster, r.stratum, r.rules, uint64(r.by + 1)} {
			e.Uvarint(x)
		}
		e.Bool(r.approved)
		e.Bool(r.edge)
		e.Floats(r.nums)
		e.Strings(r.words)
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *near) UnmarshalBinary(data []byte) error {
	t, err := newNear(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.sort.decode(d)
	left := counts(d, t.taken[:], t.sort.judged())
	if t.seen = d.Natural(); t.seen > left {
		d.Fail("%d of %d rows seen", t.seen, left)
	}
	if t.shift = uint(d.Uvarint()); t.shift > 64 {
		d.Fail("sample of clusters 1/2^%d", t.shift)
		t.shift = 0
	}
	for m := range t.spans {
		for k := range t.spans[m] {
			t.spans[m][k] = span{d.Float(), d.Float()}
		}
	}
	for n := d.Count(20); n > 0 && d.Err() == nil; n-- {
		r := nearRow{row: decodeRow(d)}
		r.hash, r.cluster, r.stratum, r.rules = d.Uvarint(), d.Uvarint(), d.Uvarint(), d.Uvarint()
		by := d.Uvarint()
		r.approved, r.edge, r.nums, r.words = d.Bool(), d.Bool(), d.Floats(), d.Strings()
		if by >= uint64(len(t.dims)) || len(r.nums) != len(t.dims[by]) || len(r.words) != len(r.nums) || r.cluster>>(64-t.shift) != 0 {
			d.Fail("bad row")
			break
		}
		r.by = int16(by) - 1
		t.rows = append(t.rows, r)
	}
	if int64(len(t.rows)) > t.seen {
		d.Fail("%d rows kept of %d", len(t.rows), t.seen)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
