package reason

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/reasons"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Reread asks for a second pass when there are denials by score: what they are
// held against is known only when all applicants were seen.
func (s *state) Reread() func() audit.RowState {
	if len(s.scored.list) == 0 {
		return nil
	}
	w := &wanted{first: s, ranker: s.survey.Ranker(), rules: make(map[uint64]uint8, len(s.scored.list)), facts: map[uint64]int32{}, below: make([]uint64, len(s.ofModel))}
	s.scored.sort()
	for _, x := range s.scored.list {
		w.rules[x.key&^0xff] = uint8(x.key)
		if x.facts != 0 {
			w.facts[x.key&^0xff] = x.facts
		}
	}
	for m, n := range s.ofModel {
		w.below[m] = math.MaxUint64
		if most := int64(s.settings.Compared); n > most {
			w.below[m] = uint64(float64(most) / float64(n) * (1 << 63) * 2)
		}
	}
	return func() audit.RowState { return newSecond(w) }
}

// wanted is what the second pass looks for. It never changes during the pass.
type wanted struct {
	first  *state
	ranker *reasons.Ranker
	rules  map[uint64]uint8 // of denials by score: the rule that denied
	facts  map[uint64]int32 // of those with facts: their number
	below  []uint64         // by model: methods are compared on rows of a smaller hash
}

// second is the state of the second pass: it judges denials by score.
type second struct {
	*wanted
	counts counts
	agree  []agreement // by model
	tau    stats.Sum   // Kendall's tau-b of the reasons' order
	cases  cases.List
	// contrary counts rows whose policy takes for better what most of their model's
	// take for worse: they are not judged.
	contrary int64

	// Caches and scratch, no part of the state.
	code            func(string) int32
	engine          *replay.Engine
	calendar        *audit.Calendar
	outcomes        rows.Codes[uint8]
	recorded, shown rows.Codes[int32]
	rows            []int32 // of the batch
	batch           features.Batch
	cut             []float64
	as              []int16
	rule            []int16
	mine, some      []int32
	block, compared reasons.Block
	given           given
	judge           judge
	open            open
	finder          *enough.Finder
	again           features.Batch // of the cases
}

func newSecond(w *wanted) *second {
	book := w.first.book.own(w.first.env.Plan)
	return &second{wanted: w, code: book.of, counts: newCounts(w.first.env), agree: make([]agreement, len(w.ofModels())), finder: enough.New(w.first.env), calendar: audit.NewCalendar(w.first.env.Plan.Zone())}
}

func (w *wanted) ofModels() []int64 { return w.first.ofModel }

// Update judges the denials by score of a batch.
func (s *second) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	f := s.first
	c := &f.at
	outcomes := s.outcomes.Of(&b.Cols[c.outcome], outcomeOf)
	outcome := &b.Cols[c.outcome]
	s.rows, s.rule = s.rows[:0], s.rule[:0]
	for i := range b.N {
		if k := outcome.Codes[i]; k == features.Null || outcomes[k] != outDenied {
			continue
		}
		if r, ok := s.rules[noted(b, c, i)]; ok {
			s.rows, s.rule = append(s.rows, int32(i)), append(s.rule, int16(r))
		}
	}
	if len(s.rows) == 0 {
		return
	}
	s.recorded.Of(&b.Cols[c.reasons], s.code)
	s.shown.Of(&b.Cols[c.shown], s.code)
	if s.engine == nil {
		s.engine = newEngine(f.env)
	}
	x := &s.batch
	gather(x, b, f.env.Layouts["decisions"], s.rows)
	s.engine.Score(x)
	s.as = append(s.as[:0], s.engine.Policies(x)...)
	s.cut = append(s.cut[:0], s.engine.Cutoffs(x, s.as, s.rule)...)
	for m := range s.ranker.Models {
		s.mine = s.mine[:0]
		for k := range x.N {
			switch {
			case x.Scores == nil || int(x.Scores.Model[k]) != m || s.as[k] < 0 || !f.book.byScore(s.as[k], s.rule[k]):
			case f.better[s.as[k]] != s.ranker.Models[m].Better():
				s.contrary++
			default:
				s.mine = append(s.mine, int32(k))
			}
		}
		if len(s.mine) > 0 {
			s.ofModel(b, m)
		}
	}
	if len(s.open.list) > 0 {
		s.enough(b)
	}
}

// ofModel judges the gathered rows that model m scored.
func (s *second) ofModel(b *features.Batch, m int) {
	has := s.ranker.Has(m)
	if s.ranker.Models[m].Sum() {
		s.ranker.Load(&s.block, m, &s.batch, s.mine, has)
		for j, k := range s.mine {
			s.row(b, m, &s.block, j, k, s.sampled(b, m, k))
		}
		return
	}
	// What a forest's other methods say takes long: they are asked about a
	// sample, and about what its own contributions speak against.
	s.ranker.Load(&s.block, m, &s.batch, s.mine, reasons.Of(reasons.Path))
	s.some = s.some[:0]
	for j, k := range s.mine {
		if s.sampled(b, m, k) || s.suspect(b, m, j, k) {
			s.some = append(s.some, k)
			continue
		}
		var n [kinds]int64
		s.given.count(&n, s.first.settings)
		n[nJudged], n[nRight] = 1, 1
		s.counts.add(&s.batch, int(k), &n)
	}
	if len(s.some) == 0 {
		return
	}
	s.ranker.Load(&s.compared, m, &s.batch, s.some, has)
	for j, k := range s.some {
		s.row(b, m, &s.compared, j, k, s.sampled(b, m, k))
	}
}

// sampled reports whether row k of the gathered ones is among those that methods
// are compared on.
func (s *second) sampled(b *features.Batch, m int, k int32) bool {
	return rows.Hash(11, b.Cols[s.first.at.id].Opaque(int(s.rows[k]))) <= s.below[m]
}

// read reads the reasons of row k of the gathered ones.
func (s *second) read(b *features.Batch, k int32) {
	i := int(s.rows[k])
	v, reads := s.first.reasonsOf(b, i), s.recorded.Known()
	if v == &b.Cols[s.first.at.shown] {
		reads = s.shown.Known()
	}
	s.given.list(v.List(i), reads)
}

// suspect reports whether row k may be wrongly told, as far as a forest's own
// contributions say: row j of the block.
func (s *second) suspect(b *features.Batch, m, j int, k int32) bool {
	s.read(b, k)
	s.judge.start(s, m, &s.block, j, k, reasons.Of(reasons.Path))
	f := s.judge.faults(s)
	return f.first() < classes
}

// row judges row j of a block, which is row k of the gathered ones.
func (s *second) row(b *features.Batch, m int, block *reasons.Block, j int, k int32, sampled bool) {
	s.read(b, k)
	var n [kinds]int64
	s.given.count(&n, s.first.settings)
	x := &s.judge
	x.start(s, m, block, j, k, s.ranker.Has(m))
	f := x.faults(s)
	n[nJudged] = 1
	if f.first() == classes {
		n[nRight] = 1
	}
	if s.ranker.Models[m].Sum() || sampled {
		x.measure(s, &n)
	}
	if sampled {
		s.agree[m].add(x, s.first.settings.Top)
	}
	if f.first() < classes {
		s.wrong(b, k, x, f)
	}
	s.counts.add(&s.batch, int(k), &n)
}

// Merge adds what o has seen.
func (s *second) Merge(other audit.State) {
	o := other.(*second)
	s.counts.merge(&o.counts)
	for m := range s.agree {
		s.agree[m].merge(&o.agree[m])
	}
	s.tau.Merge(&o.tau)
	s.contrary += o.contrary
	s.cases.Merge(&o.cases)
}

// Finish adds the cases, the metrics and the coverage of both passes.
func (s *second) Finish(r *audit.Result) { s.first.finish(r, s) }

const secondTag = 'r'

// MarshalBinary implements audit.State. What is looked for is not encoded: the
// constructor that Reread returned has it.
func (s *second) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(secondTag)
	s.counts.encode(e)
	for m := range s.agree {
		s.agree[m].encode(e)
	}
	e.Value(&s.tau)
	e.Uvarint(uint64(s.contrary))
	s.cases.Encode(e)
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State.
func (s *second) UnmarshalBinary(b []byte) error {
	t := newSecond(s.wanted)
	d := stats.NewDecoder(b)
	d.Tag(secondTag)
	t.counts.decode(d)
	for m := range t.agree {
		t.agree[m].decode(d)
	}
	d.Value(&t.tau)
	t.contrary = d.Natural()
	t.cases.Decode(d, validCase)
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
