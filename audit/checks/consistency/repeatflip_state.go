package consistency

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/replay"
	"evenhand/features"
)

// Pairs that are set aside.
const (
	flAmount = iota
	flTold
	flReferred
	flEdge
	flAsides
)

var flipAsides = [flAsides]string{"amount", "told", "referred", "edge"}

// Cells of a table of pairs: first and second outcome.
const (
	bothApproved = iota
	toDenial
	toApproval
	bothDenied
	pairCells
)

// flipKey is a slice of the pairs: a kind (flAll …) and its value.
type flipKey struct {
	kind  uint8
	value string
}

const (
	flAll uint8 = iota
	flPeriod
	flChannel
	flProduct
	flGroup // and the dimensions that follow
)

// flips is the state of repeatflip.
type flips struct {
	env      *audit.Env
	settings *FlipSettings
	at       columns
	groups   []int // columns

	sort     sorter
	repeated int64 // further rows of a decision
	blind    int64
	aside    [flAsides]int64
	pairs    map[flipKey]*[pairCells]int64
	cases    cases.List

	// Helpers and scratch, no part of the state.
	engine *replay.Engine
	inputs *inputs
	amount bool
	list   []visit
	denied int // row of the last case of the customer, or -1
}

// visit is one decision of a customer.
type visit struct {
	key, proof uint64
	row        int32
	approved   uint8
}

func newFlips(env *audit.Env) (*flips, error) {
	s := &flips{env: env, settings: env.Settings.(*FlipSettings), pairs: map[flipKey]*[pairCells]int64{}, amount: readsAmount(env)}
	s.at.find(env)
	for _, g := range env.Plan.Groups {
		s.groups = append(s.groups, env.Col("decisions", audit.GroupColumn(g.Name)))
	}
	var err error
	if s.engine, err = replay.New(env, "decisions", false); err != nil {
		return nil, err
	}
	s.inputs = newInputs(env, &s.at, s.engine, false)
	s.inputs.periods = false // a pair is of a few days anyway
	s.sort = newSorter(env, &s.at)
	return s, nil
}

// Customer compares the decisions of a customer.
func (s *flips) Customer(t *audit.Timeline) {
	d := &t.Decisions
	if d.Len() == 0 {
		return
	}
	b := d.Batch
	rows, approved := s.sort.decisions(b, d.Lo, d.Hi)
	if !s.inputs.some {
		s.blind += int64(len(rows))
		return
	}
	if len(rows) < 2 {
		return
	}
	// The rows of one decision stand together: they have its instant and its id.
	s.list = s.list[:0]
	last := []byte(nil)
	for k, i := range rows {
		id := b.Cols[s.at.id].Opaque(int(i))
		if k > 0 && string(id) == string(last) {
			s.repeated++
			continue
		}
		last = id
		s.list = append(s.list, visit{row: i, approved: approved[k]})
	}
	if len(s.list) < 2 {
		return
	}
	rows = rows[:0]
	for _, v := range s.list {
		rows = append(rows, v.row)
	}
	for k, h := range s.inputs.hash(b, rows, flipSeed) {
		s.list[k].key = h
	}
	for k, h := range s.inputs.hash(b, rows, flipProof) {
		s.list[k].proof = h
	}
	s.denied = -1
	slices.SortStableFunc(s.list, func(x, y visit) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.proof, y.proof)) })
	for k := 1; k < len(s.list); k++ {
		if x, y := &s.list[k-1], &s.list[k]; x.key == y.key && x.proof == y.proof {
			s.pair(b, x, y)
		}
	}
}

const (
	flipSeed  = 0x666c6970
	flipProof = 0x70616972
)

// pair judges two decisions on the same question, the earlier one first.
func (s *flips) pair(b *features.Batch, x, y *visit) {
	at := &b.Cols[s.at.decided]
	i, j := int(x.row), int(y.row)
	if at.IsNull(i) || at.IsNull(j) || at.Ints[j]-at.Ints[i] > int64(s.settings.Days)*24*3600*1e6 {
		return
	}
	if why := s.setAside(b, i, j); why >= 0 {
		s.aside[why]++
		return
	}
	cell := bothDenied
	switch {
	case x.approved == 1 && y.approved == 1:
		cell = bothApproved
	case x.approved == 1:
		cell = toDenial
	case y.approved == 1:
		cell = toApproval
	}
	s.count(b, j, cell)
	switch cell {
	case toDenial:
		s.flip(b, j, i)
	case toApproval:
		if s.denied != i { // it is the case of the flip before
			s.flip(b, i, j)
		}
	}
}

// setAside returns why two decisions are not compared after all, or -1.
func (s *flips) setAside(b *features.Batch, i, j int) int {
	if v := &b.Cols[s.at.requested]; s.amount && (v.IsNull(i) != v.IsNull(j) || v.Ints[i] != v.Ints[j]) {
		return flAmount
	}
	r := b.Replay
	if r == nil || r.Outcome[i] == features.Undecided || r.Outcome[j] == features.Undecided {
		return -1
	}
	switch {
	case r.Outcome[i] == refers || r.Outcome[j] == refers:
		return flReferred
	case r.Edge[i] || r.Edge[j]:
		return flEdge
	case (r.Outcome[i] == denies) != (r.Outcome[j] == denies):
		return flTold
	}
	return -1
}

// count counts a pair in every table, by its later row.
func (s *flips) count(b *features.Batch, j, cell int) {
	add := func(kind uint8, value string) {
		k := flipKey{kind, value}
		t := s.pairs[k]
		if t == nil {
			t = &[pairCells]int64{}
			s.pairs[k] = t
		}
		t[cell]++
	}
	add(flAll, "")
	add(flPeriod, s.env.Periods.Label(s.env.Periods.Of(b.Cols[s.at.decided].Ints[j])))
	add(flChannel, b.Cols[s.at.channel].Text(j))
	add(flProduct, b.Cols[s.at.product].Text(j))
	for g, c := range s.groups {
		add(flGroup+uint8(g), b.Cols[c].Text(j))
	}
}

// flip keeps a flip: row d was denied, row a approved.
func (s *flips) flip(b *features.Batch, d, a int) {
	s.denied = d
	own, other := s.at.read(b, int32(d)), s.at.read(b, int32(a))
	if b.Replay != nil {
		own.replayed, other.replayed = b.Replay.Outcome[d], b.Replay.Outcome[a]
	}
	k := own.start(flipName)
	k.Rules, k.Cause = []string{"RF1"}, flipCause
	k.Causes = []audit.Supported{{Code: flipCause, Grade: audit.E3}}
	if own.replayed == denies {
		k.Substance, k.Grade, k.Remedy = audit.Justified, audit.E1, ""
		k.Causes[0].Grade = audit.E1
	}
	k.Evidence = own.evidence(s.env, &other, nil)
	note := int64(0)
	if own.at > other.at {
		note = 1 // the denial came second
	}
	k.Notes = []int64{note}
	for _, r := range []*row{&own, &other} {
		what := "decisions.denied"
		if r == &other {
			what = "decisions.approved"
		}
		k.Events = append(k.Events, audit.Event{At: r.at, What: what, Key: r.id})
	}
	slices.SortStableFunc(k.Events, func(x, y audit.Event) int { return cmp.Compare(x.At, y.At) })
	s.cases.Add(&k)
}
