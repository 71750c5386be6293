package scenario

import (
	"fmt"
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/stats"
	"evenhand/features"
)

// stress is the state of stress.
type stress struct {
	env      *audit.Env
	settings *StressSettings
	world    *world

	// Shifts of the cut-offs are read off what follows, and never replayed.
	ledger ledger

	ladder  *ladder // nil: there is none to look at
	points  []point
	tallies []tally // by point

	shocks []*shock
	refer  *policy.Program // nil: no policy has a refer band
	out    features.Replay
}

// ledger is what shifts of the cut-offs, and outages, are read off.
type ledger struct {
	groups []group     // by leaf
	books  [width]book // of those whose last shift is never + i
	seen   outcomes
}

// group is what is counted of a leaf.
type group struct {
	n         int64
	last      [width]int64 // by last shift
	referred  int64        // today, by the replay
	decided   int64        // as recorded
	approved  int64        // as recorded
	technical int64        // failures of systems whom the replay approves
}

// above is the number of rows approved at a shift.
func (g *group) above(d int) (n int64) {
	for i := d - never; i < width; i++ {
		n += g.last[i]
	}
	return n
}

// tally is what a point makes of the rows.
type tally struct {
	cells  []cell // by leaf
	book   book
	untold int64
}

type cell struct{ n, in, out int64 } // approved; approved and not so today; the other way round

func (t *tally) cell(leaf int32) *cell {
	if k := int(leaf) + 1 - len(t.cells); k > 0 {
		t.cells = append(t.cells, make([]cell, k)...)
	}
	return &t.cells[leaf]
}

func newStress(env *audit.Env) (*stress, error) {
	s := &stress{env: env, settings: env.Settings.(*StressSettings)}
	if err := s.settings.Validate(env); err != nil {
		return nil, wrong(env, err)
	}
	var err error
	if s.world, err = newWorld(env, s.settings.Months, s.settings.PDO, ""); err != nil {
		return nil, err
	}
	if err := s.makePoints(); err != nil {
		return nil, wrong(env, err)
	}
	s.tallies = make([]tally, len(s.points))
	s.ladder = newLadder(s.world)
	return s, nil
}

// Update counts the rows of a batch.
func (s *stress) Update(b *features.Batch) {
	if b.Table == limits && s.ladder != nil {
		s.ladder.Update(b)
	}
	if b.Table != decisions {
		return
	}
	f := s.world.look(b)
	if len(f.rows) == 0 {
		return
	}
	s.ledger.add(f)
	for j := range f.rows {
		if f.ead[j] < 0 {
			s.world.noAmount++
		}
	}
	s.replay(b, f)
}

// add counts judged rows.
func (l *ledger) add(f *facts) {
	for j := range f.rows {
		if k := int(f.leaf[j]) + 1 - len(l.groups); k > 0 {
			l.groups = append(l.groups, make([]group, k)...)
		}
		g, at := &l.groups[f.leaf[j]], f.last[j]-never
		g.n++
		g.last[at]++
		if f.refer[j] {
			g.referred++
		}
		if f.said[j] >= 0 {
			g.decided++
			g.approved += int64(f.said[j])
		}
		if f.tech[j] && f.today[j] {
			g.technical++
		}
		if at > 0 {
			l.books[at].add(f.near[j], f.ead[j], f.pd[j])
		}
		l.seen.add(f.near[j], f.bad[j], f.pd[j])
	}
}

// merge adds o, whose leaf i is leaf[i] here.
func (l *ledger) merge(o *ledger, leaf []int32) {
	for i := range o.groups {
		if k := int(leaf[i]) + 1 - len(l.groups); k > 0 {
			l.groups = append(l.groups, make([]group, k)...)
		}
		g, h := &l.groups[leaf[i]], &o.groups[i]
		g.n, g.referred, g.decided, g.approved, g.technical = g.n+h.n, g.referred+h.referred, g.decided+h.decided, g.approved+h.approved, g.technical+h.technical
		for t := range g.last {
			g.last[t] += h.last[t]
		}
	}
	for i := range l.books {
		l.books[i].merge(&o.books[i])
	}
	l.seen.merge(&o.seen)
}

func (l *ledger) encode(e *stats.Encoder, order []int) {
	for _, i := range order {
		g := &group{}
		if i < len(l.groups) {
			g = &l.groups[i]
		}
		e.Ints([]int64{g.n, g.referred, g.decided, g.approved, g.technical})
		e.Ints(g.last[:])
	}
	for i := range l.books {
		l.books[i].encode(e)
	}
	l.seen.encode(e)
}

func (l *ledger) decode(d *stats.Decoder, leaves int) {
	*l = ledger{groups: make([]group, leaves)}
	for i := range l.groups {
		g, x, last := &l.groups[i], d.Ints(), d.Ints()
		if len(x) != 5 || len(last) != width {
			d.Fail("a group of %d shifts", len(last))
			return
		}
		g.n, g.referred, g.decided, g.approved, g.technical = x[0], x[1], x[2], x[3], x[4]
		copy(g.last[:], last)
	}
	for i := range l.books {
		l.books[i].decode(d)
	}
	l.seen.decode(d)
}

// at is the book of those approved at a shift.
func (l *ledger) at(d int) (k book) {
	for i := d - never; i < width; i++ {
		k.merge(&l.books[i])
	}
	return k
}

// Merge adds what another state has counted.
func (s *stress) Merge(other audit.State) {
	o := other.(*stress)
	leaf := s.world.merge(o.world)
	s.ledger.merge(&o.ledger, leaf)
	s.ladder.merge(o.ladder)
	for k := range s.tallies {
		t, u := &s.tallies[k], &o.tallies[k]
		for i, c := range u.cells {
			x := t.cell(leaf[i])
			x.n, x.in, x.out = x.n+c.n, x.in+c.in, x.out+c.out
		}
		t.book.merge(&u.book)
		t.untold += u.untold
	}
}

// MarshalBinary writes the state, its leaves in the order of their values.
func (s *stress) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	order := s.world.leaves.sorted()
	s.world.encode(e)
	s.world.leaves.encode(e, order)
	s.ledger.encode(e, order)
	s.ladder.encode(e)
	for k := range s.tallies {
		t := &s.tallies[k]
		for _, i := range order {
			c := cell{}
			if i < len(t.cells) {
				c = t.cells[i]
			}
			e.Ints([]int64{c.n, c.in, c.out})
		}
		t.book.encode(e)
		e.Varint(t.untold)
	}
	return e.Data(), nil
}

// UnmarshalBinary replaces the state by an encoded one.
func (s *stress) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	s.world.decode(d)
	n := s.world.leaves.decode(d)
	s.ledger.decode(d, n)
	s.ladder.decode(d)
	for k := range s.tallies {
		s.tallies[k] = tally{}
		for i := range n {
			x := d.Ints()
			if len(x) != 3 {
				d.Fail("a cell of %d numbers", len(x))
				break
			}
			*s.tallies[k].cell(int32(i)) = cell{x[0], x[1], x[2]}
		}
		s.tallies[k].book.decode(d)
		s.tallies[k].untold = d.Varint()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("stress: %w", err)
	}
	return nil
}

// sides are the leaves of each group of a dimension, by group.
func (l *leaves) sides(column int) (names []string, of [][]int) {
	for _, i := range l.sorted() {
		name := l.value(i, column)
		if name == "" {
			name = unknown
		}
		at, ok := slices.BinarySearch(names, name)
		if !ok {
			names, of = slices.Insert(names, at, name), slices.Insert(of, at, nil)
		}
		of[at] = append(of[at], i)
	}
	return names, of
}
