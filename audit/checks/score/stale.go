package score

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Reread asks for a second pass when there are mismatches that M1 and M2 don't
// explain: it scores the earlier snapshots of their customers.
func (s *state) Reread() func() audit.RowState {
	if !s.set.Stale || s.col.customer < 0 {
		return nil
	}
	w := &wanted{state: s, byCustomer: map[uint64][]int{}}
	for _, it := range s.sample.Items() {
		r := it.Value
		if len(r.explained) == 1 && r.explained[0].class <= m2BinEdge || r.customer == "" {
			r = nil
		}
		w.records = append(w.records, it.Value)
		if r != nil {
			h := customerHash([]byte(r.customer))
			w.byCustomer[h] = append(w.byCustomer[h], len(w.records)-1)
		}
	}
	if len(w.byCustomer) == 0 {
		return nil
	}
	// One bit in 16 is set at most, so that most rows cost a hash and a look.
	size := uint64(1024)
	for size < 16*uint64(len(w.byCustomer)) {
		size *= 2
	}
	w.mask = size - 1
	w.bloom = make([]uint64, size/64)
	for h := range w.byCustomer {
		w.bloom[h&w.mask/64] |= 1 << (h & 63)
	}
	return func() audit.RowState {
		return &second{wanted: w, c: newClassifier(s.env, s.table), last: map[int]snapshot{}, match: map[int]snapshot{}}
	}
}

// wanted is what the second pass looks for. It never changes during the pass.
type wanted struct {
	state      *state
	records    []*record
	byCustomer map[uint64][]int
	bloom      []uint64
	mask       uint64
}

// second is the state of the second pass: for each record, its customer's
// latest earlier snapshot, and the latest one that gives the recorded score.
type second struct {
	*wanted
	c           *classifier
	last, match map[int]snapshot
}

// snapshot is an earlier decision and the score its features give.
type snapshot struct {
	at    int64
	key   string
	score float64
}

func (a snapshot) compare(b snapshot) int {
	return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.key, b.key), cmp.Compare(a.score, b.score))
}

func keepLater(m map[int]snapshot, i int, x snapshot) {
	if old, ok := m[i]; !ok || old.compare(x) < 0 {
		m[i] = x
	}
}

func (s *second) Update(b *features.Batch) {
	col := &s.state.col
	ids, at := &b.Cols[col.customer], b.Cols[col.at].Ints
	if !ids.Present {
		return
	}
	test := column(b, col.test)
	for i := range b.N {
		id := ids.Opaque(i)
		h := customerHash(id)
		if s.bloom[h&s.mask/64]>>(h&63)&1 == 0 || test != nil && test.Ints[i] == 1 {
			continue
		}
		for _, k := range s.byCustomer[h] {
			if r := s.records[k]; at[i] < r.at && r.customer == string(id) {
				s.earlier(b, i, k)
			}
		}
	}
}

// earlier scores row i of b for record k.
func (s *second) earlier(b *features.Batch, i, k int) {
	r := s.records[k]
	m := &s.c.models[r.model]
	s.c.in = s.c.inputs(s.c.in, r.model, s.c.row(b, i))
	y := m.pick(m.model.ScoreRow(s.c.in))
	if y != y {
		return
	}
	x := snapshot{b.Cols[s.state.col.at].Ints[i], string(b.Cols[s.state.col.id].Opaque(i)), y}
	keepLater(s.last, k, x)
	if m.equal(r.recorded, y) {
		keepLater(s.match, k, x)
	}
}

func (s *second) Merge(other audit.State) {
	o := other.(*second)
	for i, x := range o.last {
		keepLater(s.last, i, x)
	}
	for i, x := range o.match {
		keepLater(s.match, i, x)
	}
}

func (s *second) Finish(r *audit.Result) {
	n := len(s.records)
	stale, holds := make([]float64, n), make([]bool, n)
	for i := range n {
		stale[i] = math.NaN()
		if x, ok := s.last[i]; ok {
			stale[i] = x.score
		}
		_, holds[i] = s.match[i]
	}
	s.state.finish(r, stale, holds, s.match)
}

const secondTag = 'n'

// MarshalBinary implements audit.State. What is looked for is not encoded: the
// constructor that Reread returned has it.
func (s *second) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(secondTag)
	for _, m := range []map[int]snapshot{s.last, s.match} {
		keys := make([]int, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		e.Count(len(keys))
		for _, k := range keys {
			e.Uvarint(uint64(k))
			e.Varint(m[k].at)
			e.String(m[k].key)
			e.Float(m[k].score)
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State.
func (s *second) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(secondTag)
	for _, m := range []map[int]snapshot{s.last, s.match} {
		clear(m)
		for n := d.Count(11); n > 0 && d.Err() == nil; n-- {
			k := d.Uvarint()
			if k >= uint64(len(s.records)) {
				d.Fail("record %d of %d", k, len(s.records))
				break
			}
			m[int(k)] = snapshot{d.Varint(), d.String(), d.Float()}
		}
	}
	return d.Finish()
}
