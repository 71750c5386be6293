package consistency

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Reread asks for a second pass when cells have both sides, to name their rows
// and to hear what the policy makes of them.
func (s *twins) Reread() func() audit.RowState {
	s.cut()
	if len(s.split) == 0 {
		return nil
	}
	want := make(map[uint64]bool, len(s.split))
	for _, h := range s.split {
		want[h] = true
	}
	return func() audit.RowState { return newTwinsSecond(s, want) }
}

// twinCell names the rows of one cell that the replay makes the same of.
type twinCell struct {
	key, proof uint64
	pass       uint8 // 1: the replay lets them pass, 0: it denies, 2: it can't be told, for want of policies
}

// cellRows are the rows of a cell, by side: approved, denied.
type cellRows struct {
	n    [2]int64
	rows [2]*rows.Sample[row]
}

// Rows kept of a cell: counterparts, and denials.
var cellKeeps = [2]int{3, 64}

func newCellRows() *cellRows {
	c := &cellRows{}
	for k, n := range cellKeeps {
		c.rows[k] = rows.NewSample(n, compareRows)
	}
	return c
}

// Rows of seemingly split cells that are set aside.
const (
	twUndecided = iota // something that the policy needs is missing
	twReferred         // the policy refers them to a person
	twEdge             // the score is within the tolerance of a cut-off
	twHistory          // the customer's history decides
	twAsides
)

var twAsideNames = [twAsides]string{"undecided", "referred", "edge", "history"}

// twinsSecond is the state of the second pass.
type twinsSecond struct {
	*twinsRows
	first *twins
	want  map[uint64]bool
	peek  sorter

	aside [twAsides]int64
	cells map[twinCell]*cellRows

	// Scratch.
	again   *replay.Engine // of the rows found; the other's scores are the batch's
	history []int          // columns of facts, which this pass does not have
	hits    []int32
	side    []uint8
	key     []uint64
	part    features.Batch
	out     []uint8
}

func newTwinsSecond(first *twins, want map[uint64]bool) *twinsSecond {
	x, err := newTwinsRows(first.env)
	if err != nil {
		panic("twins: " + err.Error()) // the first pass has made the same
	}
	s := &twinsSecond{twinsRows: x, first: first, want: want, cells: map[twinCell]*cellRows{}}
	s.peek = newSorter(x.env, &x.at)
	if s.again, err = replay.New(x.env, "decisions", false); err != nil {
		panic("twins: " + err.Error())
	}
	for i, spec := range x.env.Layouts["decisions"].Specs {
		if _, ok := trim(spec.Name, audit.HistoryColumn("")); ok {
			s.history = append(s.history, i)
		}
	}
	return s
}

func trim(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

// Update files the rows of the cells looked for.
func (s *twinsSecond) Update(batch *features.Batch) {
	if batch.Table != "decisions" {
		return
	}
	b := *batch
	b.Scores, b.Replay = nil, nil
	s.engine.Score(&b)
	var scrap [twGuards]int64
	list, sides := s.rows(&s.peek, &b, &scrap)
	if len(list) == 0 {
		return
	}
	s.hits, s.side, s.key = s.hits[:0], s.side[:0], s.key[:0]
	for j, h := range s.inputs.hash(&b, list, twinsSeed) {
		if s.want[h] {
			s.hits, s.side, s.key = append(s.hits, list[j]), append(s.side, sides[j]), append(s.key, h)
		}
	}
	if len(s.hits) == 0 {
		return
	}
	proofs := slices.Clone(s.inputs.hash(&b, s.hits, twinsProof))
	s.replay(&b)
	for j, i := range s.hits {
		pass := uint8(2)
		if s.out != nil {
			switch s.out[j] {
			case passes, passesLower:
				pass = 1
			case denies:
				pass = 0
			default:
				continue
			}
		}
		cell := twinCell{s.key[j], proofs[j], pass}
		c := s.cells[cell]
		if c == nil {
			c = newCellRows()
			s.cells[cell] = c
		}
		side := s.side[j]
		c.n[side]++
		h := rows.Hash(twinsSeed, b.Cols[s.at.id].Opaque(int(i)))
		if !c.rows[side].Wants(h) {
			c.rows[side].Skip()
			continue
		}
		r := s.at.read(&b, i)
		if b.Scores != nil {
			r.recomputed = b.Scores.Score[i]
		}
		if s.out != nil {
			r.replayed = s.out[j]
		}
		r.values = values(s.inputs.shown(scoredBy(&b, i)), &b, i)
		c.rows[side].Add(h, r)
	}
}

// Outcomes as the contract numbers them.
const (
	passes uint8 = iota
	passesLower
	denies
	refers
)

// setAside marks a row that is left out.
const setAside uint8 = 254

// replay makes s.out what the policy makes of the rows found; nil without any.
// Facts of the history are not known in this pass: rows that they decide, as
// tried with none and with a long time, are set aside.
func (s *twinsSecond) replay(b *features.Batch) {
	s.out = s.out[:0]
	if s.env.Policies == nil {
		s.out = nil
		return
	}
	p := &s.part
	p.Table, p.N, p.Scores, p.Replay, p.Period = b.Table, len(s.hits), nil, nil, nil
	n := max(len(b.Cols), len(s.env.Layouts["decisions"].Specs))
	if len(p.Cols) != n {
		p.Cols = make([]features.Vector, n)
	}
	for c := range b.Cols {
		features.Gather(&p.Cols[c], &b.Cols[c], s.hits, b.N)
	}
	tries := []float64{0, 1e6}
	if len(s.history) == 0 {
		tries = tries[:1]
	}
	for try, x := range tries {
		for _, c := range s.history {
			v := &p.Cols[c]
			v.Kind, v.Present, v.Valid = features.Float, true, nil
			v.Floats = slices.Repeat([]float64{x}, p.N)
		}
		s.again.Score(p)
		s.again.Replay(p)
		for j := range s.hits {
			out, edge := p.Replay.Outcome[j], p.Replay.Edge[j]
			switch {
			case try == 0 && out > refers:
				s.out = append(s.out, setAside)
				s.aside[twUndecided]++
			case try == 0 && out == refers:
				s.out = append(s.out, setAside)
				s.aside[twReferred]++
			case try == 0 && edge:
				s.out = append(s.out, setAside)
				s.aside[twEdge]++
			case try == 0:
				s.out = append(s.out, out)
			case s.out[j] != setAside && out != s.out[j]:
				s.out[j] = setAside
				s.aside[twHistory]++
			}
		}
	}
}

// Merge adds what o has seen.
func (s *twinsSecond) Merge(other audit.State) {
	o := other.(*twinsSecond)
	for i, n := range o.aside {
		s.aside[i] += n
	}
	for k, c := range o.cells {
		mine := s.cells[k]
		if mine == nil {
			s.cells[k] = c
			continue
		}
		for i := range c.n {
			mine.n[i] += c.n[i]
			mine.rows[i].Merge(c.rows[i])
		}
	}
}

// ordered returns the cells in their order.
func (s *twinsSecond) ordered() []twinCell {
	out := make([]twinCell, 0, len(s.cells))
	for k := range s.cells {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b twinCell) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.proof, b.proof), cmp.Compare(a.pass, b.pass))
	})
	return out
}

// MarshalBinary encodes the state. What is looked for is not encoded: the
// constructor that Reread returned has it.
func (s *twinsSecond) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Ints(s.aside[:])
	e.Count(len(s.cells))
	for _, k := range s.ordered() {
		e.Uvarint(k.key)
		e.Uvarint(k.proof)
		e.Byte(k.pass)
		c := s.cells[k]
		for i := range c.n {
			e.Uvarint(uint64(c.n[i]))
			c.rows[i].Encode(&e, func(e *stats.Encoder, r row) { r.encode(e) })
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *twinsSecond) UnmarshalBinary(data []byte) error {
	t := newTwinsSecond(s.first, s.want)
	d := stats.NewDecoder(data)
	if n := d.Ints(); len(n) == twAsides {
		copy(t.aside[:], n)
	} else {
		d.Fail("%d counts instead of %d", len(n), twAsides)
	}
	for n := d.Count(5); n > 0 && d.Err() == nil; n-- {
		k := twinCell{d.Uvarint(), d.Uvarint(), d.Byte()}
		c := newCellRows()
		for i := range c.n {
			c.n[i] = d.Natural()
			c.rows[i].Decode(d, decodeRow)
		}
		if t.cells[k] != nil || k.pass > 2 {
			d.Fail("bad cell")
		}
		t.cells[k] = c
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// Finish adds the cases, the metrics and the coverage of both passes.
func (s *twinsSecond) Finish(r *audit.Result) { s.first.finish(r, s) }
