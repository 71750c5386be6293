package limit

import (
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
)

// technical looks for technical proof on the row of an attempt.
func (s *vanished) technical(a *account, p *promise, v *verdict) {
	v.attempt = none
	if p.failed < 0 {
		return
	}
	w := &a.writes[p.failed]
	l := &s.ledger
	code, result := l.errorCode.text(a.batch, w.row), l.result.text(a.batch, w.row)
	ms := l.latency.int(a.batch, w.row)
	v.item("attempt", stamp(w.at, s.env.Plan.Zone()))
	v.item("error_code", code)
	if ms != none {
		v.item("latency_ms", strconv.FormatInt(ms, 10))
	}
	class := cause.Technical(s.env.Plan, result, code)
	switch {
	case class == "technical", code == "" && ms >= int64(s.settings.Timeout):
		v.technical, v.attempt = true, w.at
		v.support(cause.TechnicalError, audit.E1)
	case class == "fraud", class == "review", class == "partner_quota":
		// A hold: whether it was right is not for this check.
		v.hold = map[string]string{"fraud": cause.FraudHold, "review": cause.SecondReview, "partner_quota": cause.PartnerQuota}[class]
		v.support(v.hold, audit.E3)
	default:
		v.item("error_class", class)
	}
}

// arm looks for an arm of an experiment that holds the limit where it is.
func (s *vanished) arm(a *account, p *promise, v *verdict) {
	l := &s.ledger
	for i := a.lo; i < a.hi; i++ {
		at := l.at.int(a.batch, i)
		id, arm := l.experiment.text(a.batch, i), l.arm.text(a.batch, i)
		if id == "" || i != p.row && (at < p.start || at >= p.stop) {
			continue
		}
		var rule policy.Arm
		ruled := false
		if pol := s.policy(p.policy); pol != nil {
			rule, ruled = pol.Arms[id].Arms[arm]
		}
		most, stated := s.number(p.policy, rule.Limit)
		limit := a.limitAt(p.stop - 1)
		if !ruled || !stated || limit == none || limit < most {
			continue
		}
		v.item("experiment", id+" "+arm)
		v.item("limit_of_the_arm", money(most, s.scale))
		if w := s.arms.Of(id, arm, s.calendar.Start(p.due)); w != nil && w.Approved != "" && w.Holds(s.calendar.Start(p.due)) {
			v.arm = cause.Experiment
		} else {
			v.arm = cause.ExperimentOver
		}
		v.support(v.arm, audit.E1)
		return
	}
}
