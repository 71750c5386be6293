package consistency

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/replay"
	"evenhand/features"
)

// nearRow is a decision that is compared.
type nearRow struct {
	row
	hash     uint64 // of the id
	cluster  uint64 // of stratum and band: rows of one are kept or left together
	stratum  uint64 // what must be equal: product, versions, type, arm
	rules    uint64 // what the rules read of it
	by       int16  // model
	approved bool
	edge     bool
	nums     []float64 // inputs, NaN where null or categorical
	words    []string  // of categorical ones
}

// span is the range of an input.
type span struct{ low, high float64 }

// near is the state of neartwins.
type near struct {
	env      *audit.Env
	settings *NearSettings
	at       columns

	sort  sorter
	taken [twGuards]int64
	shift uint // clusters under 2^(64-shift) are kept
	rows  []nearRow
	seen  int64    // rows that could have been kept
	spans [][]span // by model + 1 and input

	// Helpers and scratch, no part of the state.
	engine *replay.Engine
	ident  *inputs // what must be equal
	rule   *inputs // what the rules read
	dims   [][]input
	limit  int
	list   []int32
	side   []uint8
	kept   []int32
	keptAt []int
}

func newNear(env *audit.Env) (*near, error) {
	s := &near{env: env, settings: env.Settings.(*NearSettings)}
	s.at.find(env)
	s.sort = newSorter(env, &s.at)
	s.limit = s.settings.Rows
	var err error
	if s.engine, err = replay.New(env, "decisions", false); err != nil {
		return nil, err
	}
	s.ident, s.rule = newInputs(env, &s.at, s.engine, true), newInputs(env, &s.at, s.engine, true)
	exact := newInputs(env, &s.at, s.engine, false)
	s.dims = exact.by
	if env.Policies != nil {
		for m := range env.Models { // the inputs of the model alone
			s.dims[m+1] = nil
			for _, c := range s.engine.Inputs(int16(m)) {
				s.dims[m+1] = append(s.dims[m+1], exact.input(featureName(env, c), c))
			}
		}
	}
	s.ident.only(nil)
	if env.Policies != nil {
		s.rule.only(s.rule.ofRules(env.Layouts["decisions"]))
	} else {
		s.rule.only(nil)
	}
	s.spans = make([][]span, len(s.dims))
	for m := range s.dims {
		s.spans[m] = slices.Repeat([]span{{math.Inf(1), math.Inf(-1)}}, len(s.dims[m]))
	}
	return s, nil
}

// Update keeps the rows of a batch whose cluster is kept.
func (s *near) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	s.judge(b)
	if len(s.list) == 0 {
		return
	}
	s.measure(b)
	s.seen += int64(len(s.list))
	strata := s.ident.hash(b, s.list, nearSeed)
	s.kept, s.keptAt = s.kept[:0], s.keptAt[:0]
	for j, i := range s.list {
		if s.cluster(b, i, strata[j])>>(64-s.shift) == 0 {
			s.kept, s.keptAt = append(s.kept, i), append(s.keptAt, j)
		}
	}
	if len(s.kept) == 0 {
		return
	}
	rules := s.rule.hash(b, s.kept, nearSeed)
	for k, i := range s.kept {
		j := s.keptAt[k]
		s.rows = append(s.rows, s.row(b, i, strata[j], rules[k], s.side[j] == 1))
	}
	if len(s.rows) > s.limit+s.limit/4+1024 {
		s.settle()
	}
}

const nearSeed = 0x6e656172

// judge lists the rows that can be compared.
func (s *near) judge(b *features.Batch) {
	list, approved := s.sort.decisions(b, 0, b.N)
	s.list, s.side = s.list[:0], s.side[:0]
	models := len(s.env.Models) > 0
	for k, i := range list {
		m := scoredBy(b, i)
		switch {
		case models && (m < 0 || b.Scores.Score[i] != b.Scores.Score[i]):
			s.taken[twUnscored]++
		case len(s.dims[m+1]) == 0:
			s.taken[twBlind]++
		default:
			s.list, s.side = append(s.list, i), append(s.side, approved[k])
		}
	}
}

// scoreOf is the score that a row is compared at: recomputed where it can be.
func (s *near) scoreOf(b *features.Batch, i int32) float64 {
	if scoredBy(b, i) >= 0 {
		return b.Scores.Score[i]
	}
	return b.Cols[s.at.score].Floats[i]
}

// cluster is the number of the row's stratum and band of the score.
func (s *near) cluster(b *features.Batch, i int32, stratum uint64) uint64 {
	return rows.HashInt(stratum, int64(math.Floor(s.scoreOf(b, i)/s.settings.Band)))
}

// measure widens the ranges of the inputs.
func (s *near) measure(b *features.Batch) {
	for m := range s.dims {
		for k := range s.dims[m] {
			v, x := &b.Cols[s.dims[m][k].col], &s.spans[m][k]
			if v.Kind == features.Text {
				continue
			}
			for _, i := range s.list {
				if int(scoredBy(b, i))+1 != m || v.IsNull(int(i)) {
					continue
				}
				y := number(v, i)
				x.low, x.high = min(x.low, y), max(x.high, y)
			}
		}
	}
}

// number is a value that is no text.
func number(v *features.Vector, i int32) float64 {
	if v.Kind == features.Float {
		return v.Floats[i]
	}
	return float64(v.Ints[i])
}

// row makes what is kept of row i.
func (s *near) row(b *features.Batch, i int32, stratum, rules uint64, approved bool) nearRow {
	m := scoredBy(b, i)
	r := nearRow{
		row: s.at.read(b, i), hash: rows.Hash(nearSeed, b.Cols[s.at.id].Opaque(int(i))), cluster: s.cluster(b, i, stratum),
		stratum: stratum, rules: rules, by: m, approved: approved,
	}
	r.recomputed = s.scoreOf(b, i)
	if b.Replay != nil {
		r.replayed, r.edge = b.Replay.Outcome[i], b.Replay.Edge[i]
	}
	for _, d := range s.dims[m+1] {
		v := &b.Cols[d.col]
		x, w := math.NaN(), ""
		switch {
		case v.IsNull(int(i)):
		case v.Kind == features.Text:
			w = v.Text(int(i))
		default:
			x = number(v, i)
		}
		r.nums, r.words = append(r.nums, x), append(r.words, w)
	}
	return r
}

// settle halves the clusters kept until their rows are no more than the limit.
// A part of the rows never needs more halving than the whole, so the outcome
// does not depend on the order.
func (s *near) settle() {
	for len(s.rows) > s.limit && s.shift < 64 {
		s.shift++
		s.trim()
	}
}

// trim drops the rows of clusters that are no longer kept.
func (s *near) trim() {
	s.rows = slices.DeleteFunc(s.rows, func(r nearRow) bool { return r.cluster>>(64-s.shift) != 0 })
}
