package limit

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/features"
)

// stalledFeature is a feature of evaluations, with where newer values of it
// can be found; columns, or -1.
type stalledFeature struct {
	name                string
	limits, limitsKnown int // in limits, and when it was known
	feats, featsKnown   int // in the history of features
}

// bindStale finds the features that can be corrected as of an evaluation.
func (s *stalledState) bindStale() {
	l, f := s.env.Layouts["limits"], s.env.Layouts["features"]
	const known = "__available_at"
	for at, spec := range l.Specs {
		if name, ok := stalledPrefix(spec.Name, audit.FeatureColumn("")); ok && spec.Kind == features.Float {
			if len(spec.From) == 0 && f.Index(spec.Name) >= 0 {
				s.borrowed = true
				continue // the driver has joined it as of the evaluation
			}
			x := stalledFeature{name, at, l.Index(spec.Name + known), f.Index(spec.Name), f.Index(spec.Name + known)}
			if x.limitsKnown >= 0 || x.feats >= 0 {
				s.stale = append(s.stale, x)
			}
		}
	}
}

// staleness judges whether an evaluation that stands by its own snapshot would
// not have stood by the values known then.
func (s *stalledState) staleness(w *stalledAccount, k *cases.Kept, i int) bool {
	c, from := s.ledger.limitColumns, w.batch
	at := c.at.int(from, i)
	var b *features.Batch
	grade := audit.E1
	var changed []audit.Item
	for f := range s.stale {
		x := &s.stale[f]
		value, since, g, ok := s.newer(x, i, at)
		if !ok {
			continue
		}
		if b == nil {
			b = s.copies(i, 1)
		}
		now := b.Cols[x.limits].Floats[0]
		b.Cols[x.limits].Floats[0] = value
		grade = max(grade, g)
		changed = append(changed, audit.Item{Name: "stale " + x.name, Value: stalledNumber(now) + " -> " + stalledNumber(value) + ", known since " + s.date(since)})
	}
	if b == nil {
		return false
	}
	s.again(b)
	if !s.more(b, 0, w) || b.Replay.Edge[0] {
		return false
	}
	limit := stalledLimitOf(b, 0)
	k.Substance, k.Remedy, k.Amount, k.Grade = audit.Unjustified, "apply_shortfall", limit-w.base, max(k.Grade, grade)
	k.Days = max(0, (s.asOf-at)/day)
	s.supported(k, cause.DataStale)
	s.add(k, stalledShortItem, money(k.Amount, s.scale))
	s.add(k, "limit_by_corrected_replay", money(limit, s.scale))
	k.Evidence = append(k.Evidence, changed...)
	if c.trigger.text(from, i) == "ops" {
		k.Substance, k.Remedy = audit.Indeterminate, "human_review"
		k.Grade = max(k.Grade, audit.E2)
		s.supported(k, cause.Override)
	}
	return true
}

// newer finds the latest value of a feature known at an evaluation, when the
// snapshot has an older and different one. Where the export doesn't say when
// the snapshot's value was known, it must be that of an older row of the
// history, and the grade is E2.
func (s *stalledState) newer(x *stalledFeature, i int, at int64) (value float64, since int64, g audit.Grade, ok bool) {
	b := s.t.Limits.Batch
	have := b.Cols[x.limits].Floats[i]
	mine := column(x.limitsKnown).int(b, i)
	value, since = math.NaN(), none
	take := func(v float64, known int64) {
		if known != none && known <= at && known > since && !math.IsNaN(v) {
			value, since = v, known
		}
	}
	older := false // an earlier row of the history has the snapshot's value
	if h := &s.t.Features; x.feats >= 0 && h.Batch != nil {
		moment := column(s.env.Layouts["features"].Index("as_of"))
		for r := h.Lo; r < h.Hi; r++ {
			v, known := h.Batch.Cols[x.feats].Floats[r], column(x.featsKnown).int(h.Batch, r)
			if known == none {
				known = s.moment(moment, h.Batch, r)
			}
			older = older || known != none && known <= at && v == have
			take(v, known)
		}
	}
	if x.limitsKnown >= 0 {
		for r := s.t.Limits.Lo; r < s.t.Limits.Hi; r++ {
			if r != i {
				take(b.Cols[x.limits].Floats[r], column(x.limitsKnown).int(b, r))
			}
		}
	}
	switch {
	case since == none || value == have || math.IsNaN(have):
		return value, since, g, false
	case mine != none:
		return value, since, audit.E1, since > mine
	}
	return value, since, audit.E2, older
}

// moment is the instant of a date or instant.
func (s *stalledState) moment(c column, b *features.Batch, i int) int64 {
	x := c.int(b, i)
	if x != none && c >= 0 && b.Cols[c].Kind == features.Date {
		return s.calendar.Start(x)
	}
	return x
}

// experiment judges whether only the arm of an experiment keeps the limit: a
// declared and approved one may, within its time.
func (s *stalledState) experiment(w *stalledAccount, k *cases.Kept, i int) bool {
	c, from := s.ledger.limitColumns, w.batch
	id, arm := c.experiment.text(from, i), c.arm.text(from, i)
	if id == "" || c.experiment < 0 || c.arm < 0 {
		return false
	}
	b := s.copies(i, 1)
	b.Cols[c.experiment].Codes[0], b.Cols[c.arm].Codes[0] = features.Null, features.Null
	s.again(b)
	if !s.more(b, 0, w) {
		return false
	}
	limit := stalledLimitOf(b, 0)
	s.add(k, "experiment", id+" "+arm)
	s.add(k, "limit_without_experiment", money(limit, s.scale))
	at := c.at.int(from, i)
	x := s.experiments.Of(id, arm, at)
	if s.env.Lookups["experiments"] == nil || x != nil && x.Approved != "" && x.Holds(at) && x.Holds(s.asOf) {
		k.Substance, k.Remedy = audit.Justified, "tell"
		s.supported(k, cause.Experiment)
		return true
	}
	k.Substance, k.Remedy, k.Amount = audit.Unjustified, "apply_shortfall", limit-w.base
	if x != nil && x.Approved != "" {
		at = max(at, x.To)
	}
	k.Days = max(0, (s.asOf-at)/day)
	s.supported(k, cause.ExperimentOver)
	s.add(k, stalledShortItem, money(k.Amount, s.scale))
	return true
}
