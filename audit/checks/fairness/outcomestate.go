package fairness

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/known"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What a row was predicted.
const (
	predictedGood = iota
	predictedBad
	predictedNone // it has no value to cut
	outcomeNone   // denied, and nothing became of it: counted for the bounds alone
)

// Keys of the cube: table, period or segment value, and group as in the cube of
// approvalparity; then the prediction, and 1 for bad.
const outcomeShift = 3

// outcomes is the state of outcomeparity.
type outcomes struct {
	env      *audit.Env
	settings *OutcomeSettings

	in       known.Intake
	dims     []outcomeDim // the first is all rows
	segments []grouping
	cube     stats.Cube

	pd, score, at int // columns; -1: not exported

	// Scratch, no part of the state.
	rows    []int32
	periods []uint64
	bits    []uint64 // per row: prediction and outcome, packed
	points  []stats.Point
	ps      []float64
	cells   []uint64
	values  []uint64
	keys    []uint64
}

// outcomeDim is one group dimension: its probabilities by group, and by group
// and period.
type outcomeDim struct {
	grouping
	groups []outcomeGroup
}

// outcomeGroup holds the probabilities of one group.
type outcomeGroup struct {
	periods []*stats.Reliability // by period + 1
	fine    [2]stats.Hist        // over all rows: of the good and the bad
}

func newOutcomes(env *audit.Env) (*outcomes, error) {
	s := &outcomes{env: env, settings: env.Settings.(*OutcomeSettings)}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	l := env.Layouts["decisions"]
	column := func(name string) int {
		if l.Exported(name) {
			return l.Index(name)
		}
		return -1
	}
	s.in = known.New(env, s.settings.Errors == "denied")
	s.pd, s.score, s.at = column("pd"), column("score"), env.Col("decisions", "decided_at")
	s.dims = append(s.dims, outcomeDim{grouping: grouping{column: -1}})
	for _, g := range env.Plan.Groups {
		s.dims = append(s.dims, outcomeDim{grouping: grouping{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))}})
	}
	for _, g := range env.Plan.Segments {
		s.segments = append(s.segments, grouping{plan: g, column: env.Col("decisions", audit.SegmentColumn(g.Name))})
	}
	if n := len(s.dims) * (1 + len(s.segments)); n > maxTables {
		return nil, tooMany(n)
	}
	return s, nil
}

// Update takes decisions whose outcomes are recorded. Where they are derived,
// or not known at all, the rows are only counted, here or with the timelines.
func (s *outcomes) Update(b *features.Batch) {
	if judged, approvals, kinds, ok := s.in.Rows(b); ok {
		s.observe(b, judged, approvals, kinds)
	}
}

// Customer takes the decisions of a customer whose repayments tell outcomes.
func (s *outcomes) Customer(t *audit.Timeline) {
	if judged, approvals, kinds, ok := s.in.Customer(t); ok {
		s.observe(t.Decisions.Batch, judged, approvals, kinds)
	}
}

// observe counts the rows whose outcome is known, and those that were denied.
func (s *outcomes) observe(b *features.Batch, judged []int32, approvals []uint8, kinds []outcome.Kind) {
	s.rows, s.bits, s.periods, s.points, s.ps = s.rows[:0], s.bits[:0], s.periods[:0], s.points[:0], s.ps[:0]
	probability := s.probabilities(b)
	at := &b.Cols[s.at]
	for j, i := range judged {
		kind := kinds[j]
		s.in.Kinds[approvals[j]][kind]++
		if !kind.Known() && approvals[j] == 1 {
			continue
		}
		p, bad := math.NaN(), kind == outcome.Bad
		bits := uint64(outcomeNone << 1)
		if kind.Known() {
			if probability != nil {
				p = probability[i]
			}
			bits = s.predict(b, int(i), p, approvals[j]) << 1
		}
		if bad {
			bits |= 1
		}
		period := int32(-1)
		switch {
		case b.Period != nil:
			period = b.Period[i]
		case at.Valid == nil || at.Valid[i]:
			period = s.env.Periods.Of(at.Ints[i])
		}
		s.rows, s.bits = append(s.rows, i), append(s.bits, bits)
		s.periods, s.points, s.ps = append(s.periods, uint64(period+1)), append(s.points, stats.PointOf(p, bad)), append(s.ps, p)
	}
	if len(s.rows) > 0 {
		s.count(b)
	}
}

// probabilities are those of bad of the rows of a batch: recorded, or else
// recomputed; nil when there are none.
func (s *outcomes) probabilities(b *features.Batch) []float64 {
	switch {
	case s.pd >= 0:
		return b.Cols[s.pd].Floats
	case b.Scores != nil && len(b.Scores.Probability) > 0:
		return b.Scores.Probability
	}
	return nil
}

func (s *outcomes) predict(b *features.Batch, i int, p float64, approved uint8) uint64 {
	x := p
	switch {
	case s.settings.Threshold > 0:
	case s.settings.ScoreBelow != 0:
		x = math.NaN()
		if s.score >= 0 {
			x = b.Cols[s.score].Floats[i]
		}
	default:
		return uint64(1 - approved)
	}
	switch {
	case x != x:
		return predictedNone
	case s.settings.Threshold > 0 && x >= s.settings.Threshold, s.settings.ScoreBelow != 0 && x < s.settings.ScoreBelow:
		return predictedBad
	}
	return predictedGood
}

// count adds the known rows of a batch to every table and every group.
func (s *outcomes) count(b *features.Batch) {
	n := len(s.rows)
	s.values = s.values[:0]
	for i := range s.segments {
		s.values = s.segments[i].pack(s.values, b, s.rows, coordShift)
	}
	for d := range s.dims {
		dim := &s.dims[d]
		if s.cells = s.cells[:0]; dim.column >= 0 {
			s.cells = dim.pack(s.cells, b, s.rows, 0)
		} else {
			id := dim.number("")
			for range s.rows {
				s.cells = append(s.cells, id)
			}
		}
		dim.add(s.cells, s.periods, s.bits, s.points, s.ps)
		for j := range s.cells {
			s.cells[j] = s.cells[j]<<outcomeShift | s.bits[j]
		}
		table := uint64(d * (1 + len(s.segments)))
		s.keys = s.keys[:0]
		for j, c := range s.cells {
			s.keys = append(s.keys, table<<tableShift|s.periods[j]<<coordShift|c)
		}
		for i := range s.segments {
			for j, c := range s.cells {
				s.keys = append(s.keys, (table+1+uint64(i))<<tableShift|s.values[i*n+j]|c)
			}
		}
		s.cube.AddSlice(s.keys)
	}
}

// add adds rows that have an outcome to the probabilities of their groups.
func (d *outcomeDim) add(groups, periods, bits []uint64, points []stats.Point, ps []float64) {
	for len(d.groups) < d.keys.Len() {
		d.groups = append(d.groups, outcomeGroup{})
	}
	for j, g := range groups {
		if bits[j]>>1 == outcomeNone {
			continue
		}
		group, period := &d.groups[g], periods[j]
		for uint64(len(group.periods)) <= period {
			group.periods = append(group.periods, nil)
		}
		cell := group.periods[period]
		if cell == nil {
			cell = &stats.Reliability{}
			group.periods[period] = cell
		}
		cell.AddPoint(&points[j])
		if p := ps[j]; p >= 0 && p <= 1 {
			group.fine[points[j].Event()].Add(p)
		}
	}
}

// whole is the group over all periods.
func (g *outcomeGroup) whole() *stats.Reliability {
	all := &stats.Reliability{}
	for _, c := range g.periods {
		if c != nil {
			all.Merge(c)
		}
	}
	return all
}
