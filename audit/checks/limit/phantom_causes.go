package limit

import (
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
)

// explain looks for what explains a run, in the order of the engine of causes.
func (s *phantom) explain(a *account, r *run, known bool, v *phantomVerdict) {
	first, last := r.first(), r.last()
	known = known && !s.blind(s.policyAt(a, first.row))
	c := s.ledger.limitColumns
	for i := range r.views {
		if code := c.errorCode.text(a.batch, r.views[i].row); code != "" && s.class(code) == "technical" {
			v.item("error_code", code)
			v.incident = s.incidents.At(r.views[i].at, code)
			v.decide(cause.TechnicalError, audit.Technical, audit.E1)
			break
		}
	}
	if v.incident < 0 {
		v.incident = s.incidents.At(first.at, "") // overlap: decisive only with measured excess
	}
	s.experiment(a, r, v)
	s.held(a, r, v)
	s.newcomer(a, r, v)
	s.score(a, r, v)
	s.frozen(a, r, v)
	if stale, _, since := s.lagging(a, r); stale && v.cause == "" && known && s.env.Policies != nil {
		v.item("limit_changed_at", stamp(since, s.zone))
		v.decide(cause.DisplayLag, audit.Unjustified, audit.E1)
	}
	v.sentinel = first.drawable == last.drawable
	switch {
	case v.cause != "" && v.substance == audit.Unjustified && (!known || s.env.Policies == nil):
		v.substance, v.grade = audit.Indeterminate, audit.E3 // what else may hold it back is not known
	case v.cause != "":
	case !known || s.env.Policies == nil:
		v.substance, v.grade, v.cause = audit.Indeterminate, audit.E3, cause.Unexplained
	default:
		v.substance, v.grade, v.cause = audit.Unjustified, audit.E1, cause.Unexplained
	}
}

// blind reports whether something that the policy says can hold a limit back is
// not on record: no policy, quotas without the codes that declare them, arms
// without who was in which.
func (s *phantom) blind(p *policy.Policy) bool {
	return p == nil || len(p.Quotas) > 0 && !has(s.env, "limits", "reason") ||
		len(p.Arms) > 0 && !(has(s.env, "limits", "experiment_id") && has(s.env, "limits", "experiment_arm"))
}

// experiment judges the arm that a view of the run records.
func (s *phantom) experiment(a *account, r *run, v *phantomVerdict) {
	c := s.ledger.limitColumns
	for i := range r.views {
		x := &r.views[i]
		id, arm := c.experiment.text(a.batch, x.row), c.arm.text(a.batch, x.row)
		if id == "" {
			continue
		}
		w := s.arms.Of(id, arm, x.at)
		v.item("experiment", id+" "+arm)
		switch {
		case s.env.Lookups["experiments"] == nil:
			v.decide(cause.Experiment, audit.Indeterminate, audit.E3)
		case w == nil:
			v.decide(cause.ExperimentOver, audit.Unjustified, audit.E1)
			v.item("declared", "no")
		case w.Approved == "" || !w.Override:
			v.decide(cause.ExperimentOver, audit.Unjustified, audit.E1)
			v.item("approved", yesNo(w.Approved != ""))
			v.item("limit_override", yesNo(w.Override))
		case !w.Covers(x.at) || !w.Covers(r.last().at):
			v.decide(cause.ExperimentOver, audit.Unjustified, audit.E1)
			v.item("ended", stamp(w.To, s.zone))
		default:
			v.decide(cause.Experiment, audit.Justified, audit.E1)
			v.item("ends", stamp(w.To, s.zone))
		}
		return
	}
}

// held judges a declared quota, hold or review by the codes on the views, and
// on what happened to the account since the last view before the run.
func (s *phantom) held(a *account, r *run, v *phantomVerdict) {
	from := r.first().row
	if r.before != nil {
		from = r.before.row + 1
	}
	for i := from; i <= r.last().row; i++ {
		switch s.ledger.kind.text(a.batch, i) {
		case "display", "draw", "freeze":
		default:
			continue // the reason of another event holds nothing back
		}
		for _, code := range s.codes(a, i) {
			h, ok := s.hold(s.policyAt(a, i), code)
			if !ok {
				continue
			}
			v.item("held_by", h.id+" ("+code+")")
			if h.days > 0 {
				v.item("held_at_most_days", strconv.Itoa(h.days))
			}
			v.decide(h.cause, s.within(r, h.days), audit.E1)
			return
		}
	}
}

// within is the verdict on a hold that may last so many days: it was too long
// when it was seen beyond them. When it ended between two looks, or after the
// last one, it may have ended in time.
func (s *phantom) within(r *run, days int) audit.Substance {
	end := r.until
	if end == none {
		end = s.asOf
	}
	switch most := int64(days) * day; {
	case days <= 0 || max(end, r.last().at)-r.first().at <= most:
		return audit.Justified
	case r.lasts() > most:
		return audit.Unjustified
	}
	return audit.Indeterminate
}

// newcomer is a declared rule for new customers that gives no more: in force for
// the first and the last view of the run.
func (s *phantom) newcomer(a *account, r *run, v *phantomVerdict) {
	if s.engine == nil {
		return
	}
	for _, x := range []*view{r.first(), r.last()} {
		p := s.policyAt(a, x.row)
		if p == nil || p.NewUser == nil || p.NewUser.Drawable == "" {
			return
		}
		row := a.batch.Slice(x.row, x.row+1)
		most := s.engine.Amounts(&row, []int16{s.policyOf(a, x.row)}, policy.NewUserDrawable, "")
		if len(most) == 0 || most[0] < 0 || x.drawable > most[0] {
			return
		}
		if x == r.first() {
			v.item("new_user_drawable", money(most[0], s.scale))
		}
	}
	v.decide(cause.NewUser, audit.Justified, audit.E1)
}

// score looks for an evaluation since the last good view whose recorded score
// is not the one that the model gives.
func (s *phantom) score(a *account, r *run, v *phantomVerdict) {
	from := a.lo
	if r.before != nil {
		from = r.before.row + 1
	}
	b := a.batch
	for i := r.last().row; i >= from; i-- {
		recorded := s.ledger.score
		if recorded < 0 || i >= len(b.Cols[recorded].Floats) || b.Cols[recorded].IsNull(i) || b.Scores == nil || b.Scores.Model[i] < 0 {
			continue
		}
		x, y := b.Cols[recorded].Floats[i], b.Scores.Score[i]
		m := &s.env.Models[b.Scores.Model[i]]
		v.item("recorded_score", strconv.FormatFloat(x, 'g', 10, 64))
		v.item("recomputed_score", strconv.FormatFloat(y, 'g', 10, 64))
		if d := x - y; d < -m.Tolerance(y) || d > m.Tolerance(y) {
			v.decide(cause.ScoreError, audit.Unjustified, audit.E1)
		}
		return
	}
}

// frozen is an account whose limit is frozen on record.
func (s *phantom) frozen(a *account, r *run, v *phantomVerdict) {
	frozen := -1
	for i := a.lo; i <= r.first().row; i++ {
		switch s.ledger.kind.text(a.batch, i) {
		case "freeze":
			frozen = i
		case "unfreeze":
			frozen = -1
		}
	}
	if frozen >= 0 {
		v.item("frozen_at", stamp(s.ledger.at.int(a.batch, frozen), s.zone))
		v.decide(cause.DeviceRisk, audit.Justified, audit.E1)
	}
}
