package limit

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy/expr"
)

// unmet finds the causes of an unmet promise, and its verdict.
func (s *vanished) unmet(a *account, p *promise) {
	v := &verdict{grade: audit.E1}
	s.technical(a, p, v)
	if p.lost >= 0 {
		v.support(cause.LostUpdate, audit.E1)
		v.rule("R1.6")
	}
	for i := range a.writes {
		if w := &a.writes[i]; w.gap != 0 && w.at >= p.start && w.at < p.stop {
			v.rule("R1.5")
		}
	}
	v.rule("R1.1")
	s.arm(a, p, v)
	s.conditions(a, p, v)
	s.caps(a, p, v)
	v.blind = s.blind(a, p)
	s.resolve(p, v)
	s.keep(a, p, v)
}

// verdict is a verdict on its way.
type verdict struct {
	substance audit.Substance
	grade     audit.Grade
	cause     string
	causes    []audit.Supported
	rules     []string
	evidence  []audit.Item

	holds     expr.Truth // the conditions, as promised
	judged    bool       // holds was evaluated, or there is no condition
	ended     bool       // a later version in force on the due date ends the promise
	capped    string     // cap that was reached
	over      bool       // the campaign's declared end was past
	arm       string     // cause by an arm of an experiment
	frozen    bool
	hold      string // cause by a fraud hold, a review or a partner's quota
	blind     bool   // an increase came, by how much is not on record
	attempt   int64  // instant of a technical failure, or none
	technical bool
}

func (v *verdict) support(code string, g audit.Grade) {
	for i := range v.causes {
		if v.causes[i].Code == code {
			v.causes[i].Grade = min(v.causes[i].Grade, g)
			return
		}
	}
	v.causes = append(v.causes, audit.Supported{Code: code, Grade: g})
}

func (v *verdict) rule(r string) {
	if i, ok := slices.BinarySearch(v.rules, r); !ok {
		v.rules = slices.Insert(v.rules, i, r)
	}
}

func (v *verdict) item(name, value string) {
	if value != "" {
		v.evidence = append(v.evidence, audit.Item{Name: name, Value: value})
	}
}

// resolve picks the first decisive cause.
func (s *vanished) resolve(p *promise, v *verdict) {
	set := func(code string, substance audit.Substance) { v.cause, v.substance = code, substance }
	unproved := func(code string) {
		set(code, audit.Indeterminate)
		v.grade = audit.E3
	}
	known := s.engine != nil && v.judged && v.holds != expr.Unknown
	switch {
	case known && v.holds == expr.False && p.lost < 0:
		// Without the failure the outcome would have been the same.
		v.support(cause.ConditionUnmet, audit.E1)
		set(cause.ConditionUnmet, audit.Justified)
	case v.technical:
		set(cause.TechnicalError, audit.Technical)
	case p.lost >= 0 && known && v.holds == expr.True:
		set(cause.LostUpdate, audit.Unjustified)
	case p.lost >= 0:
		unproved(cause.LostUpdate)
	case v.arm == cause.Experiment:
		set(cause.Experiment, audit.Justified)
	case v.arm == cause.ExperimentOver && known:
		set(cause.ExperimentOver, audit.Unjustified)
	case known && v.ended:
		v.support(cause.PolicyDeclared, audit.E1)
		set(cause.PolicyDeclared, audit.Justified)
	case v.capped != "":
		v.support(v.capped, audit.E1)
		set(v.capped, audit.Justified)
	case v.over:
		v.support(cause.CampaignEnd, audit.E1)
		set(cause.CampaignEnd, audit.Justified)
	case v.hold != "":
		unproved(v.hold)
	case v.frozen || v.blind || !known || p.spec != nil && p.spec.UpTo:
		unproved(cause.Unexplained)
	default:
		set(cause.Unexplained, audit.Unjustified)
	}
	if len(v.causes) == 0 {
		v.support(v.cause, v.grade)
	}
}
