package denial

import (
	"slices"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// verdict judges the denial of row i of a customer who settled loan before.
func (s *repaid) verdict(b *features.Batch, i, prior int, loan *timeline.Loan) {
	k := s.start(b, i, prior, loan)
	item := func(name, value string) {
		if value != "" {
			k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
		}
	}
	end := func(x audit.Substance, g audit.Grade, code string, rules ...string) {
		k.Substance, k.Grade, k.Cause, k.Rules = x, g, code, rules
		if len(k.Causes) == 0 {
			k.Causes = []audit.Supported{{Code: code, Grade: g}}
		}
		switch x {
		case audit.Unjustified, audit.Technical:
			k.Amount, _ = money(&b.Cols[s.at.requested], i)
			k.Remedy = "redecide"
		case audit.Indeterminate:
			k.Remedy = "human_review"
		default:
			k.Remedy = "tell"
		}
		k.Events = s.events(loan)
		s.cases.Add(k)
	}
	failed := func() {
		item("engine_status", b.Cols[s.at.status].Text(i))
		item("error_code", b.Cols[s.at.code].Text(i))
		end(audit.Technical, audit.E1, cause.TechnicalError, "R4.6")
	}
	if s.classes.of(i) == technicalFault {
		failed()
		return
	}
	if b.Replay == nil || b.Replay.Policy[i] < 0 {
		end(audit.Indeterminate, audit.E3, cause.Unexplained)
		return
	}
	s.recorded = append(s.recorded[:0], outDenied)
	row := b.Slice(i, i+1)
	ruling := s.judge.rule(&row, s.recorded, func(int) bool { return false })[0]
	p := &s.env.Policies.Policies[b.Replay.Policy[i]]
	rule := int(b.Replay.Rule[i])
	if rule >= 0 {
		item("rule", p.RuleName(rule))
	}
	switch ruling.standing {
	case technical:
		failed()
		return
	case wrong:
		w := ruling.why
		k.Causes = nil
		for bit := range whyKinds {
			if w&(1<<bit) != 0 {
				k.Causes = append(k.Causes, audit.Supported{Code: whyCauses[bit], Grade: audit.E1})
			}
		}
		item("replayed", "approved")
		end(audit.Unjustified, audit.E1, whyCauses[w.primary()], "R4.2")
		return
	case overridden, departed:
		end(audit.Indeterminate, audit.E1, cause.Override)
		return
	case edgeCase, undecided, skippedReview:
		item("replayed", standingNames[ruling.standing])
		end(audit.Indeterminate, audit.E2, cause.Unexplained)
		return
	}
	if rule >= len(p.Rules) && rule < len(p.Rules)+len(p.Cooling) {
		end(audit.Justified, audit.E1, cause.CoolingOff)
		return
	}
	if list := s.corrections(b, i, loan); len(list) > 0 && s.corrected(b, i, list) {
		g := audit.E1
		for _, c := range list {
			item("stale "+c.lever.name, plain(c.from)+" -> "+plain(c.to))
			if !c.dated {
				g = audit.E2
			}
		}
		item("replayed with corrected features", "approved")
		end(audit.Unjustified, g, cause.DataStale, "R4.1")
		return
	}
	s.changed(b, i, prior, k, end)
}

// changed names what changed since the prior approval: the denial is right.
func (s *repaid) changed(b *features.Batch, i, prior int, k *cases.Kept, end func(audit.Substance, audit.Grade, string, ...string)) {
	var rules []string
	primary, causes, y, ok := s.shares(b, i, prior)
	k.Evidence = append(k.Evidence, s.moved(b, i, prior, 6)...)
	old, now := &s.env.Policies.Policies[max(b.Replay.Policy[prior], 0)], &s.env.Policies.Policies[b.Replay.Policy[i]]
	if ok {
		rules = append(rules, "R4.2")
		k.Causes = causes
		k.Evidence = append(k.Evidence, audit.Item{Name: "approved when new is", Value: mixtures(y)})
		if primary == cause.PolicyDeclared {
			rules = append(rules, "R4.7")
			k.Evidence = append(k.Evidence, audit.Item{Name: "policy", Value: old.Version + " -> " + now.Version}, audit.Item{Name: "change_reason", Value: now.Reason})
		}
	} else {
		primary = cause.ThresholdRule
	}
	if name, flips := s.misread(b, i, prior); flips {
		rules = append(rules, "R4.3")
		s.n[rpWatch]++
		k.Evidence = append(k.Evidence, audit.Item{Name: "flips with", Value: name})
		primary = cause.SpendVolatility
	}
	if months, stale := s.modelAge(b, i); stale {
		rules = append(rules, "R4.4")
		s.n[rpStale]++
		k.Evidence = append(k.Evidence, audit.Item{Name: "model_age_months", Value: plain(float64(months))})
	}
	slices.Sort(rules)
	end(audit.Justified, audit.E1, primary, rules...)
}

// mixtures names the mixtures that the replay approves.
func mixtures(y [8]int64) string {
	var out []string
	for k, v := range y {
		if v == 0 {
			continue
		}
		var parts []string
		for _, p := range []struct {
			bit  cause.Player
			name string
		}{{cause.NewFeatures, "features"}, {cause.NewModel, "model"}, {cause.NewPolicy, "policy"}} {
			if k&int(p.bit) != 0 {
				parts = append(parts, p.name)
			}
		}
		if parts == nil {
			parts = []string{"nothing"}
		}
		out = append(out, strings.Join(parts, "+"))
	}
	return strings.Join(out, "; ")
}

// modelAge is how many months the model that scored row i was in service.
func (s *repaid) modelAge(b *features.Batch, i int) (int, bool) {
	if b.Scores == nil || b.Scores.Model[i] < 0 {
		return 0, false
	}
	m := &s.env.Models[b.Scores.Model[i]]
	if m.Spec.Deployed == "" {
		return 0, false
	}
	from, _ := s.env.Plan.Service(&m.Spec)
	a, z := time.UnixMicro(from).In(s.zone), time.UnixMicro(b.Cols[s.at.decided].Ints[i]).In(s.zone)
	months := (z.Year()-a.Year())*12 + int(z.Month()-a.Month())
	if z.Day() < a.Day() {
		months--
	}
	return months, months > s.settings.ModelMonths
}

// start fills what every case says.
func (s *repaid) start(b *features.Batch, i, prior int, loan *timeline.Loan) *cases.Kept {
	k := &cases.Kept{Case: audit.Case{
		Check: repaidName, Table: "decisions", Key: string(b.Cols[s.at.id].Opaque(i)), Customer: string(s.timeline.Customer),
		Account: string(b.Cols[s.at.account].Opaque(i)), At: b.Cols[s.at.decided].Ints[i], Product: b.Cols[s.at.product].Text(i),
		PolicyVersion: b.Cols[s.at.policy].Text(i), ModelVersion: b.Cols[s.at.model].Text(i),
	}}
	day := func(at int64) string {
		if at == timeline.NoTime {
			return ""
		}
		return time.UnixMicro(at).In(s.zone).Format("2006-01-02 15:04")
	}
	k.Evidence = append(k.Evidence, audit.Item{Name: "settled", Value: day(loan.PaidOff)})
	if v := day(loan.Posted); v != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: "posted", Value: v})
	}
	k.Evidence = append(k.Evidence, audit.Item{Name: "instalments_on_time", Value: plain(float64(len(loan.Instalments)))},
		audit.Item{Name: "approved_before", Value: day(b.Cols[s.at.decided].Ints[prior])})
	return k
}
