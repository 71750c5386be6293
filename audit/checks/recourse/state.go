package recourse

import (
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/recourse"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// state is the state of recourse.
type state struct {
	env      *audit.Env
	settings *Settings
	search   *recourse.Searcher // nil: there is nothing to replay, or to change
	levers   []string

	outcome, test int // columns

	rowsIn   int64
	excluded [guards]int64
	found    [recourse.MaxChanges]int64 // denials turned, by number of changes less one
	unproved int64
	dead     int64 // unreachable
	open     int64 // unfinished
	blocked  map[string]int64
	cost     stats.Moments
	costs    stats.Hist
	sets     map[set]int64
	dims     []dimension

	// Scratch.
	denied []int32
	is     rows.Codes[bool]
}

// set is the levers of a set, as indexes plus one; 0 ends it.
type set [recourse.MaxChanges]uint16

// dimension is a group dimension.
type dimension struct {
	plan   audit.Grouping
	column int
	names  rows.Names
	cells  []cell // by number of the name
}

// cell is the denials of one group.
type cell struct {
	n, dead int64
	cost    stats.Moments // of those with recourse
}

func newState(env *audit.Env) (*state, error) {
	s := &state{env: env, settings: env.Settings.(*Settings),
		outcome: env.Col("decisions", "outcome"), test: env.Col("decisions", "is_test"),
		blocked: map[string]int64{}, sets: map[set]int64{}}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	for _, g := range env.Plan.Groups {
		s.dims = append(s.dims, dimension{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))})
	}
	if env.Policies == nil {
		return s, nil
	}
	engine, err := replay.New(env, "decisions", false)
	if err != nil {
		return nil, err
	}
	search := recourse.New(engine, env, "decisions", recourse.Limits{Rows: s.settings.Rows, Steps: s.settings.Steps})
	if s.levers = search.Names(); len(s.levers) > 0 {
		s.search = search
	}
	return s, nil
}

func denied(outcome string) bool { return outcome == "denied" }

// Update searches the denials of a batch.
func (s *state) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.rowsIn += int64(b.N)
	s.pick(b)
	if s.search == nil {
		s.excluded[unsearched] += int64(len(s.denied))
		return
	}
	if len(s.denied) == 0 {
		return
	}
	for d := range s.dims {
		g := &s.dims[d]
		g.names.Of(&b.Cols[g.column])
		g.grow()
	}
	s.search.Search(b, s.denied, nil, func(row int, r *recourse.Result) { s.count(b, row, r) })
}

// pick lists the denials that no guard takes out.
func (s *state) pick(b *features.Batch) {
	out, test := &b.Cols[s.outcome], &b.Cols[s.test]
	is := s.is.Of(out, denied)
	s.denied = s.denied[:0]
	for i := range b.N {
		c := out.Codes[i]
		switch r := b.Replay; {
		case test.Ints[i] != 0:
			s.excluded[isTest]++
		case c == features.Null || !is[c]:
			s.excluded[notDenied]++
		case r == nil || r.Policy[i] < 0 || r.Outcome[i] == features.Undecided:
			s.excluded[notReplayed]++
		case !denied(features.Outcomes[r.Outcome[i]]):
			s.excluded[notConfirmed]++
		case r.Edge[i]:
			s.excluded[nearCut]++
		default:
			s.denied = append(s.denied, int32(i))
		}
	}
}

// count takes in what was found for one row.
func (s *state) count(b *features.Batch, row int, r *recourse.Result) {
	switch r.Status {
	case recourse.Exempt:
		s.excluded[exempt]++
		return
	case recourse.Waiting:
		s.excluded[waiting]++
		return
	case recourse.Found:
		s.found[len(r.Changes)-1]++
		s.cost.Add(r.Cost)
		s.costs.Add(r.Cost)
		if !r.Proved {
			s.unproved++
		}
		var t set
		for i, c := range r.Changes {
			t[i] = uint16(c.Lever + 1)
		}
		s.sets[t]++
	case recourse.Unreachable:
		s.dead++
		if r.Rule >= 0 {
			p := &s.env.Policies.Policies[b.Replay.Policy[row]]
			s.blocked[p.RuleName(int(r.Rule))]++
		}
	case recourse.Unfinished:
		s.open++
	}
	for d := range s.dims {
		g := &s.dims[d]
		v := &b.Cols[g.column]
		c := &g.cells[g.names.Of(v)[v.Codes[row]+1]]
		c.n++
		switch r.Status {
		case recourse.Found:
			c.cost.Add(r.Cost)
		case recourse.Unreachable:
			c.dead++
		}
	}
}

func (g *dimension) grow() {
	if k := g.names.Len() - len(g.cells); k > 0 {
		g.cells = append(g.cells, make([]cell, k)...)
	}
}

// Merge adds what another state has counted.
func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rowsIn += o.rowsIn
	for i := range s.excluded {
		s.excluded[i] += o.excluded[i]
	}
	for i := range s.found {
		s.found[i] += o.found[i]
	}
	s.unproved, s.dead, s.open = s.unproved+o.unproved, s.dead+o.dead, s.open+o.open
	for k, n := range o.blocked {
		s.blocked[k] += n
	}
	s.cost.Merge(&o.cost)
	s.costs.Merge(&o.costs)
	for k, n := range o.sets {
		s.sets[k] += n
	}
	for d := range s.dims {
		g, h := &s.dims[d], &o.dims[d]
		ids := g.names.Merge(&h.names)
		g.grow()
		for i := range h.cells {
			c := &g.cells[ids[i]]
			c.n, c.dead = c.n+h.cells[i].n, c.dead+h.cells[i].dead
			c.cost.Merge(&h.cells[i].cost)
		}
	}
}

// seen are the numbers of the groups that have denials, by name.
func (g *dimension) seen() []int32 {
	var out []int32
	for id := range int32(len(g.cells)) {
		if g.cells[id].n > 0 {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b int32) int {
		switch x, y := g.names.Value(a), g.names.Value(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return out
}

// MarshalBinary encodes the state: equal states have equal bytes.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Varint(s.rowsIn)
	e.Ints(s.excluded[:])
	e.Ints(s.found[:])
	e.Ints([]int64{s.unproved, s.dead, s.open})
	names := slices.Sorted(maps.Keys(s.blocked))
	e.Count(len(names))
	for _, k := range names {
		e.String(k)
		e.Varint(s.blocked[k])
	}
	e.Value(&s.cost)
	e.Value(&s.costs)
	sets := slices.SortedFunc(maps.Keys(s.sets), func(a, b set) int { return slices.Compare(a[:], b[:]) })
	e.Count(len(sets))
	for _, k := range sets {
		for _, l := range k {
			e.Uvarint(uint64(l))
		}
		e.Varint(s.sets[k])
	}
	for d := range s.dims {
		g := &s.dims[d]
		ids := g.seen()
		e.Count(len(ids))
		for _, id := range ids {
			c := &g.cells[id]
			e.String(g.names.Value(id))
			e.Ints([]int64{c.n, c.dead})
			e.Value(&c.cost)
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary makes the state what MarshalBinary wrote.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	t := &state{env: s.env, settings: s.settings, search: s.search, levers: s.levers, outcome: s.outcome, test: s.test,
		blocked: map[string]int64{}, sets: map[set]int64{}}
	t.rowsIn = d.Varint()
	ints := func(to []int64) {
		from := d.Ints()
		if len(from) != len(to) {
			d.Fail("%d counts where %d belong", len(from), len(to))
			return
		}
		copy(to, from)
	}
	ints(t.excluded[:])
	ints(t.found[:])
	var rest [3]int64
	ints(rest[:])
	t.unproved, t.dead, t.open = rest[0], rest[1], rest[2]
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		k := d.String()
		t.blocked[k] = d.Varint()
	}
	d.Value(&t.cost)
	d.Value(&t.costs)
	for n := d.Count(4); n > 0 && d.Err() == nil; n-- {
		var k set
		for i := range k {
			k[i] = uint16(d.Uvarint())
			if int(k[i]) > len(s.levers) {
				d.Fail("lever %d of %d", k[i], len(s.levers))
			}
		}
		t.sets[k] = d.Varint()
	}
	for i := range s.dims {
		g := dimension{plan: s.dims[i].plan, column: s.dims[i].column}
		for n := d.Count(4); n > 0 && d.Err() == nil; n-- {
			id := g.names.ID(d.String())
			g.grow()
			c := &g.cells[id]
			var two [2]int64
			ints(two[:])
			c.n, c.dead = two[0], two[1]
			d.Value(&c.cost)
		}
		t.dims = append(t.dims, g)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
