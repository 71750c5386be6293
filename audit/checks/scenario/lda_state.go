package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
	"evenhand/features/model"
)

// lda is the state of lessdiscriminatory: a sample of the judged decisions, with
// all that a candidate's decision about them needs.
type lda struct {
	env      *audit.Env
	settings *LDASettings
	world    *world
	by       string // the segment, or ""
	id       int    // column of decision_id

	seen   outcomes
	sample *rows.Sample[*applicant]

	// Scratch.
	values []model.Value
	wanted [][]int32 // by model: rows whose contributions are wanted
	takers [][]*applicant
	part   []features.Vector
	shares [][]float64
}

// applicant is a judged decision.
type applicant struct {
	id     string
	values []string // of its leaf: groups, then the segment
	today  bool
	open   bool    // nothing but a cut-off of the score can stand in the way
	near   int32   // see facts
	model  int16   // -1: none scored it
	score  float64 // NaN where open is false, or no cut-off looks at it
	cut    float64
	way    uint8 // see below
	ead    int64
	pd     float64
	bad    int8
	terms  []float64 // of the score, or contributions to the margin; one an input
}

// Ways a score is compared with its cut-off.
const (
	wayLower uint8 = 1 << iota
	wayTieFails
	wayLogOdds
	wayAdditive // terms add up to the score
)

func newLDA(env *audit.Env) (*lda, error) {
	s := &lda{env: env, settings: env.Settings.(*LDASettings), id: env.Col(decisions, "decision_id")}
	if err := s.settings.Validate(); err != nil {
		return nil, wrong(env, err)
	}
	for _, g := range env.Plan.Segments {
		if s.by == "" || g.Name == "product" {
			s.by = g.Name
		}
	}
	if by := s.settings.By; by != "" {
		if !slices.ContainsFunc(env.Plan.Segments, func(g audit.Grouping) bool { return g.Name == by }) {
			return nil, wrong(env, fmt.Errorf("checks: lessdiscriminatory: by: the plan has no segment %q; list it under segments", by))
		}
		s.by = by
	}
	var err error
	if s.world, err = newWorld(env, s.settings.Months, s.settings.PDO, s.by); err != nil {
		return nil, err
	}
	s.sample = rows.NewSample(s.settings.Sample, func(a, b *applicant) int { return strings.Compare(a.text(), b.text()) })
	s.wanted, s.takers = make([][]int32, len(env.Models)), make([][]*applicant, len(env.Models))
	return s, nil
}

// Update takes the rows of a batch into the sample.
func (s *lda) Update(b *features.Batch) {
	if b.Table != decisions {
		return
	}
	w := s.world
	f := w.look(b)
	ids := &b.Cols[s.id]
	for j, row := range f.rows {
		s.seen.add(f.near[j], f.bad[j], f.pd[j])
		i := int(row)
		h := rows.Hash(0, ids.Opaque(i))
		if !s.sample.Wants(h) {
			s.sample.Skip()
			continue
		}
		a := &applicant{
			id: string(ids.Opaque(i)), values: w.leaves.values(int(f.leaf[j])), today: f.today[j], near: f.near[j], model: -1,
			score: math.NaN(), cut: math.NaN(), ead: f.ead[j], pd: f.pd[j], bad: f.bad[j],
		}
		a.open = f.today[j] || w.out.Outcome[i] <= 1
		if sc := b.Scores; sc != nil {
			a.model = sc.Model[i]
		}
		if a.open {
			s.bind(a, b, i)
		}
		s.sample.Add(h, a)
	}
	s.contribute(b)
}

// bind finds the cut-off that stands in the way of a row first, and the terms of
// its score.
func (s *lda) bind(a *applicant, b *features.Batch, i int) {
	w := s.world
	at := b.Replay.Policy[i]
	least, best := int32(always)+1, -1
	for k := range w.cuts {
		if w.shifts[k][at] && w.last[k][i] < least && !(w.out.Rule[i] >= 0 && w.cuts[k].rule > w.out.Rule[i]) {
			least, best = w.last[k][i], k
		}
	}
	if best < 0 {
		return
	}
	x := w.scoreOf(b, i)
	if math.IsNaN(w.at[best][i]) || math.IsNaN(x) {
		return
	}
	c := w.env.Policies.Policies[at].Rules[w.cuts[best].rule].Cutoff
	a.score, a.cut = x, w.at[best][i]
	if c.Better == "lower" {
		a.way |= wayLower
	}
	if c.Tie == "fail" {
		a.way |= wayTieFails
	}
	if w.inLogOdds(b, i) {
		a.way |= wayLogOdds
	}
	if a.model < 0 {
		return
	}
	m := &s.env.Models[a.model]
	if add, ok := m.Model.(model.Additive); ok {
		s.values = s.values[:0]
		for k, in := range m.Model.Inputs() {
			v := &b.Cols[m.Inputs[k]]
			if in.Kind == model.Categorical {
				s.values = append(s.values, model.Value{Text: v.Text(i), Null: v.IsNull(i)})
			} else {
				s.values = append(s.values, model.Value{Num: v.Floats[i], Null: v.IsNull(i)})
			}
		}
		a.terms, a.way = make([]float64, len(s.values)), a.way|wayAdditive
		add.Terms(s.values, a.terms)
		return
	}
	s.wanted[a.model], s.takers[a.model] = append(s.wanted[a.model], int32(i)), append(s.takers[a.model], a)
}

// contribute finds the contributions of the inputs of models that are no sums.
func (s *lda) contribute(b *features.Batch) {
	for k, rows := range s.wanted {
		if len(rows) == 0 {
			continue
		}
		m := &s.env.Models[k]
		n := len(m.Inputs)
		for len(s.part) < n {
			s.part, s.shares = append(s.part, features.Vector{}), append(s.shares, nil)
		}
		in, out := make([]*features.Vector, n), make([][]float64, n)
		for j, c := range m.Inputs {
			features.Gather(&s.part[j], &b.Cols[c], rows, b.N)
			s.shares[j] = slices.Grow(s.shares[j][:0], len(rows))[:len(rows)]
			in[j], out[j] = &s.part[j], s.shares[j]
		}
		m.Model.Contributions(out, in, len(rows))
		for r, a := range s.takers[k] {
			a.terms = make([]float64, n)
			for j := range a.terms {
				if x := out[j][r]; x == x {
					a.terms[j] = x
				}
			}
		}
		s.wanted[k], s.takers[k] = rows[:0], s.takers[k][:0]
	}
}

// Merge adds what another state has sampled.
func (s *lda) Merge(other audit.State) {
	o := other.(*lda)
	s.world.merge(o.world)
	s.seen.merge(&o.seen)
	s.sample.Merge(o.sample)
}

func (a *applicant) encode(e *stats.Encoder) {
	e.String(a.id)
	e.Strings(a.values)
	e.Bool(a.today)
	e.Bool(a.open)
	e.Varint(int64(a.near))
	e.Varint(int64(a.model))
	e.Float(a.score)
	e.Float(a.cut)
	e.Byte(a.way)
	e.Varint(a.ead)
	e.Float(a.pd)
	e.Varint(int64(a.bad))
	e.Floats(a.terms)
}

// text is the applicant's encoding: no two that differ have the same.
func (a *applicant) text() string {
	e := stats.NewEncoder(nil)
	a.encode(e)
	return string(e.Data())
}

func (s *lda) decodeApplicant(d *stats.Decoder) *applicant {
	a := &applicant{
		id: d.String(), values: d.Strings(), today: d.Bool(), open: d.Bool(), near: int32(d.Varint()), model: int16(d.Varint()),
		score: d.Float(), cut: d.Float(), way: d.Byte(), ead: d.Varint(), pd: d.Float(), bad: int8(d.Varint()), terms: d.Floats(),
	}
	if len(a.terms) == 0 {
		a.terms = nil
	}
	switch {
	case d.Err() != nil:
	case len(a.values) != len(s.world.leaves.columns):
		d.Fail("an applicant of %d groups", len(a.values))
	case a.model < -1 || int(a.model) >= len(s.env.Models):
		d.Fail("an applicant scored by model %d", a.model)
	case len(a.terms) > 0 && (a.model < 0 || len(a.terms) != len(s.env.Models[a.model].Model.Inputs())):
		d.Fail("an applicant of %d terms", len(a.terms))
	}
	return a
}

// MarshalBinary writes the state.
func (s *lda) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	order := s.world.leaves.sorted()
	s.world.encode(e)
	s.world.leaves.encode(e, order)
	s.seen.encode(e)
	s.sample.Encode(e, func(e *stats.Encoder, a *applicant) { a.encode(e) })
	return e.Data(), nil
}

// UnmarshalBinary replaces the state by an encoded one.
func (s *lda) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	s.world.decode(d)
	s.world.leaves.decode(d)
	s.seen.decode(d)
	s.sample.Decode(d, s.decodeApplicant)
	if err := d.Finish(); err != nil {
		return fmt.Errorf("lessdiscriminatory: %w", err)
	}
	return nil
}
