package drift

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/known"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
	"evenhand/features"
)

// performance is the state of the check.
type performance struct {
	env     *audit.Env
	set     *PerformanceSettings
	periods *audit.Periods

	in    known.Intake
	names versionNames

	versions []*perfVersion // by number in names

	at, version, pd int // columns; -1: not exported
}

// perfVersion holds the vintages of one model version, by period + 1.
type perfVersion struct{ vintages []*vintage }

// vintage holds the probabilities of one model version and period: those with
// an outcome, and those whose window is open, as if they were good.
type vintage struct{ known, pending stats.Reliability }

func (v *vintage) merge(o *vintage) {
	v.known.Merge(&o.known)
	v.pending.Merge(&o.pending)
}

func newPerformance(env *audit.Env, set *PerformanceSettings, periods *audit.Periods) *performance {
	l := env.Layouts[table]
	column := func(name string) int {
		if l.Exported(name) {
			return l.Index(name)
		}
		return -1
	}
	return &performance{
		env: env, set: set, periods: periods, in: known.New(env, false),
		at: env.Col(table, "decided_at"), version: column("model_version"), pd: column("pd"),
	}
}

// vintage returns the vintage of a version and period, making room for it.
func (s *performance) vintage(v, p int32) *vintage {
	for int(v) >= len(s.versions) {
		s.versions = append(s.versions, &perfVersion{})
	}
	of := s.versions[v]
	for int(p) >= len(of.vintages) {
		of.vintages = append(of.vintages, nil)
	}
	if of.vintages[p] == nil {
		of.vintages[p] = &vintage{}
	}
	return of.vintages[p]
}

// Update takes decisions whose outcomes are recorded.
func (s *performance) Update(b *features.Batch) {
	if judged, approvals, kinds, ok := s.in.Rows(b); ok {
		s.observe(b, judged, approvals, kinds)
	}
}

// Customer takes the decisions of a customer whose repayments tell outcomes.
func (s *performance) Customer(t *audit.Timeline) {
	if judged, approvals, kinds, ok := s.in.Customer(t); ok {
		s.observe(t.Decisions.Batch, judged, approvals, kinds)
	}
}

func (s *performance) observe(b *features.Batch, judged []int32, approvals []uint8, kinds []outcome.Kind) {
	var ids, codes []int32
	none := int32(0)
	if s.version >= 0 && b.Cols[s.version].Present {
		ids, codes = s.names.Of(&b.Cols[s.version]), b.Cols[s.version].Codes
	} else {
		none = s.names.ID("")
	}
	var probability []float64
	switch {
	case s.pd >= 0:
		probability = b.Cols[s.pd].Floats
	case b.Scores != nil && len(b.Scores.Probability) > 0:
		probability = b.Scores.Probability
	}
	at := &b.Cols[s.at]
	// Rows of one version and period mostly come together.
	var last *vintage
	lastVersion, lastPeriod := int32(-1), int32(-1)
	for j, i := range judged {
		kind := kinds[j]
		s.in.Kinds[approvals[j]][kind]++
		if kind == outcome.None || kind == outcome.Pending && approvals[j] == 0 {
			continue
		}
		p := math.NaN()
		if probability != nil {
			p = probability[i]
		}
		version, period := none, int32(0)
		if ids != nil {
			version = ids[codes[i]+1]
		}
		if at.Valid == nil || at.Valid[i] {
			period = s.periods.Of(at.Ints[i]) + 1
		}
		if last == nil || version != lastVersion || period != lastPeriod {
			last, lastVersion, lastPeriod = s.vintage(version, period), version, period
		}
		pt := stats.PointOf(p, kind == outcome.Bad)
		if kind == outcome.Pending {
			last.pending.AddPoint(&pt)
		} else {
			last.known.AddPoint(&pt)
		}
	}
}

// Merge adds what o has counted.
func (s *performance) Merge(other audit.State) {
	o := other.(*performance)
	s.in.Merge(&o.in)
	ids := s.names.Merge(&o.names)
	for v, of := range o.versions {
		for p, x := range of.vintages {
			if x != nil {
				s.vintage(ids[v], int32(p)).merge(x)
			}
		}
	}
}

const perfTag = 'p'

// MarshalBinary encodes the state: versions by name, vintages in order.
func (s *performance) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(perfTag)
	s.in.Encode(e)
	ids := s.seen()
	e.Count(len(ids))
	for _, v := range ids {
		e.String(s.names.Value(v))
		used := 0
		for _, x := range s.versions[v].vintages {
			if x != nil {
				used++
			}
		}
		e.Count(used)
		for p, x := range s.versions[v].vintages {
			if x != nil {
				e.Count(p)
				e.Value(&x.known)
				e.Value(&x.pending)
			}
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *performance) UnmarshalBinary(data []byte) error {
	t := newPerformance(s.env, s.set, s.periods)
	d := stats.NewDecoder(data)
	d.Tag(perfTag)
	t.in.Decode(d)
	before := ""
	for i := range d.Count(2) {
		name := d.String()
		if i > 0 && name <= before {
			d.Fail("model versions out of order")
		}
		before = name
		v := t.names.ID(name)
		next := uint64(0)
		for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
			p := d.Uvarint()
			if p < next || p >= maxPeriods {
				d.Fail("period %d is out of order", p)
				break
			}
			next = p + 1
			x := t.vintage(v, int32(p))
			d.Value(&x.known)
			d.Value(&x.pending)
		}
		if d.Err() != nil {
			break
		}
		if int(v) >= len(t.versions) {
			d.Fail("a model version without vintages")
		}
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
