package consistency

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Guards of twins besides the sorter's.
const (
	twUnscored = iota // no model of the plan scored the row
	twBlind           // nothing is known of what was decided on
	twGuards
)

var twNames = [twGuards]audit.Text{
	twUnscored: audit.T("scored by no model of the plan, or not recomputable", "审计方案中没有模型对其评分，或无法复算"),
	twBlind:    audit.T("nothing in the export that was decided on", "导出中没有决策所依据的数据"),
}

// twins is the state of the first pass: it gives away the keys of all rows, by
// side, and learns which cells have both.
type twins struct {
	*twinsRows
	sort  sorter
	taken [twGuards]int64

	cells, paired, pairedRows int64 // cells; those of two rows or more, and their rows
	splits                    int64 // cells of both sides
	split                     []uint64

	send [2][]uint64 // scratch
}

// twinsRows is what both passes need to tell the cells of rows.
type twinsRows struct {
	env      *audit.Env
	settings *TwinsSettings
	at       columns
	engine   *replay.Engine
	inputs   *inputs
	list     []int32
	sides    []uint8
}

func newTwinsRows(env *audit.Env) (*twinsRows, error) {
	x := &twinsRows{env: env, settings: env.Settings.(*TwinsSettings)}
	x.at.find(env)
	var err error
	if x.engine, err = replay.New(env, "decisions", false); err != nil {
		return nil, err
	}
	x.inputs = newInputs(env, &x.at, x.engine, true)
	return x, nil
}

func newTwins(env *audit.Env) (*twins, error) {
	x, err := newTwinsRows(env)
	if err != nil {
		return nil, err
	}
	s := &twins{twinsRows: x}
	s.sort = newSorter(env, &x.at)
	return s, nil
}

// rows lists the rows of a batch whose cells can be told, with their sides, and
// counts those that can't.
func (x *twinsRows) rows(s *sorter, b *features.Batch, taken *[twGuards]int64) ([]int32, []uint8) {
	list, approved := s.decisions(b, 0, b.N)
	x.list, x.sides = x.list[:0], x.sides[:0]
	if !x.inputs.some {
		taken[twBlind] += int64(len(list))
		return nil, nil
	}
	models := len(x.env.Models) > 0
	for k, i := range list {
		if models && (b.Scores == nil || b.Scores.Model[i] < 0 || b.Scores.Score[i] != b.Scores.Score[i]) {
			taken[twUnscored]++
			continue
		}
		x.list, x.sides = append(x.list, i), append(x.sides, 1-approved[k])
	}
	return x.list, x.sides
}

// Update does nothing: Hashes gets the same rows.
func (s *twins) Update(*features.Batch) {}

// Sets is one set of keys of approvals and one of denials.
func (s *twins) Sets() int { return 2 }

// Hashes gives away the key of each row's cell, and counts what the guards take
// out.
func (s *twins) Hashes(b *features.Batch, add func(int, []uint64)) {
	if b.Table != "decisions" {
		return
	}
	list, sides := s.rows(&s.sort, b, &s.taken)
	if len(list) == 0 {
		return
	}
	keys := s.inputs.hash(b, list, twinsSeed)
	for k := range s.send {
		s.send[k] = s.send[k][:0]
	}
	for j, h := range keys {
		s.send[sides[j]] = append(s.send[sides[j]], h)
	}
	for k, h := range s.send {
		add(k, h)
	}
}

// Seeds of the key of a cell, and of the number that tells cells of one key
// apart.
const (
	twinsSeed  = 0x7477696e73
	twinsProof = 0x70726f6f66
)

// Keys finds the cells of both sides.
func (s *twins) Keys(sets [][]uint64) {
	a, d := sets[0], sets[1]
	for len(a) > 0 || len(d) > 0 {
		h := uint64(0)
		switch {
		case len(d) == 0 || len(a) > 0 && a[0] < d[0]:
			h = a[0]
		default:
			h = d[0]
		}
		na, nd := run(a, h), run(d, h)
		a, d = a[na:], d[nd:]
		s.cells++
		if n := na + nd; n > 1 {
			s.paired++
			s.pairedRows += int64(n)
		}
		if na > 0 && nd > 0 {
			s.splits++
			s.split = append(s.split, h)
			if len(s.split) > 2*s.settings.Cells {
				s.cut()
			}
		}
	}
}

// run is how many of the first of ascending numbers are h.
func run(list []uint64, h uint64) int {
	n := 0
	for n < len(list) && list[n] == h {
		n++
	}
	return n
}

// cut keeps the least split cells, as many as are looked into.
func (s *twins) cut() {
	slices.Sort(s.split)
	s.split = s.split[:min(len(s.split), s.settings.Cells)]
}

// Merge adds what o has seen.
func (s *twins) Merge(other audit.State) {
	o := other.(*twins)
	s.sort.merge(&o.sort)
	for i, n := range o.taken {
		s.taken[i] += n
	}
	s.cells, s.paired, s.pairedRows, s.splits = s.cells+o.cells, s.paired+o.paired, s.pairedRows+o.pairedRows, s.splits+o.splits
	s.split = append(s.split, o.split...)
	s.cut()
}

// MarshalBinary encodes the state.
func (s *twins) MarshalBinary() ([]byte, error) {
	s.cut()
	var e stats.Encoder
	s.sort.encode(&e)
	e.Ints(s.taken[:])
	for _, n := range []int64{s.cells, s.paired, s.pairedRows, s.splits} {
		e.Uvarint(uint64(n))
	}
	e.Count(len(s.split))
	for _, h := range s.split {
		e.Uvarint(h)
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *twins) UnmarshalBinary(data []byte) error {
	t, err := newTwins(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.sort.decode(d)
	counts(d, t.taken[:], t.sort.judged())
	for _, to := range []*int64{&t.cells, &t.paired, &t.pairedRows, &t.splits} {
		*to = d.Natural()
	}
	// The rows of these cells were counted by any state of the run.
	if t.splits > t.paired || t.paired > t.cells || t.paired > t.pairedRows/2 {
		d.Fail("%d cells of %d rows can't be", t.paired, t.pairedRows)
	}
	for n := d.Count(1); n > 0 && d.Err() == nil; n-- {
		t.split = append(t.split, d.Uvarint())
	}
	if !slices.IsSorted(t.split) || int64(len(t.split)) > t.splits {
		d.Fail("split cells out of order")
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}

// Finish adds the result of a run in which no cell is split.
func (s *twins) Finish(r *audit.Result) { s.finish(r, nil) }
