package limit

import (
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
)

// Names of evidence that Conclude, Letter and Finish read again.
const (
	stalledStreakItem  = "on_time_streak"
	stalledLimitItem   = "limit"
	stalledDueItem     = "limit_by_replay"
	stalledShortItem   = "shortfall"
	stalledBindingItem = "binding_constraint"
	stalledNextItem    = "next_evaluation_by"
	stalledPeersItem   = "peer_group"
	stalledStepItem    = "next_step "
	stalledEvalItem    = "evaluated_at"
	stalledOverdueItem = "evaluation_was_due"
	stalledWaitItem    = "days_since_increase"
)

// Notes of a case.
const (
	stalledWaited = iota // days since the limit last rose
	stalledSince         // when that was
	stalledNotes
)

// judge returns the verdict on an account of the cohort, with its evidence;
// nil when its latest evaluation can't be replayed.
func (s *stalledState) judge(w *stalledAccount) *cases.Kept {
	k := &cases.Kept{Notes: []int64{max(0, (s.asOf-w.rose)/day), w.rose}}
	k.Check, k.Table, k.Key, k.Account, k.Customer = stalledName, "limits", string(w.id), string(w.id), string(s.t.Customer)
	k.Product, k.PolicyVersion, k.At = w.product, w.policy, w.rose
	k.Disclosure, k.Grade = audit.NotAssessed, audit.E1
	s.add(k, stalledStreakItem, strconv.Itoa(w.streak))
	s.add(k, "months_on_book", strconv.Itoa(w.months))
	s.add(k, stalledWaitItem, strconv.FormatInt(k.Notes[stalledWaited], 10))
	s.add(k, stalledLimitItem, money(w.limit, s.scale))
	defer func() { k.Events = s.events(w) }()

	if at := s.first(w); s.asOf < at {
		k.Substance, k.Rules, k.Remedy = audit.NotYet, []string{"R2.3"}, "tell"
		s.add(k, stalledNextItem, s.date(at))
		return k
	}
	if says := s.says0(w); says != 0 || !s.active(w) {
		k.Substance, k.Rules, k.Cause, k.Remedy = audit.Justified, []string{"R2.1"}, cause.Inactive, "tell"
		if says == stalledSaysOptOut {
			k.Cause = cause.OptOut
		}
		s.supported(k, k.Cause)
		return k
	}
	if len(w.evals) == 0 {
		return s.unevaluated(w, k)
	}
	i := w.evals[len(w.evals)-1]
	c, b := s.ledger.limitColumns, w.batch
	at := c.at.int(b, i)
	k.At, k.PolicyVersion, k.ModelVersion = at, stalledOr(c.policy.text(b, i), w.policy), c.model.text(b, i)
	s.add(k, stalledEvalItem, stamp(at, s.env.Plan.Zone()))
	s.add(k, "evaluation_result", c.result.text(b, i))
	s.add(k, "evaluation_reason", c.reason.text(b, i))
	overdue := s.overdue(w, at)
	if s.env.Policies == nil {
		return s.unreplayed(w, k, overdue)
	}
	limit, ok := s.replayed(i)
	// A fall since the evaluation is a matter of its own.
	w.base = max(w.limit, w.limitAt(at))
	if !ok {
		if overdue == none {
			s.n[stalledUnreplayed]++
			return nil
		}
		return s.unreplayed(w, k, overdue)
	}
	s.weigh(w, i)
	if s.borrowed {
		k.Grade = audit.E2
	}
	k.Rules = []string{"R2.1"}
	s.add(k, stalledDueItem, money(limit, s.scale))
	if s.more(b, i, w) {
		s.short(w, k, i, limit)
	} else if !s.staleness(w, k, i) && !s.experiment(w, k, i) {
		s.bound(w, k, i)
	}
	if k.Substance == audit.NotYet {
		k.Rules = []string{"R2.3"}
	}
	if overdue != none {
		k.Rules = append(k.Rules, "R2.2")
		s.add(k, stalledOverdueItem, s.date(overdue))
		s.alsoSupported(k, cause.EvaluationOverdue, s.cycleGrade(w))
		if k.Substance != audit.Unjustified && k.Substance != audit.Technical {
			// What the latest evaluation said is no longer the question.
			k.Substance, k.Cause, k.Remedy, k.At, k.Grade = audit.Indeterminate, cause.EvaluationOverdue, "run_evaluation", overdue, s.cycleGrade(w)
			k.Amount, k.Days = 0, max(0, (s.asOf-overdue)/day)
		}
	} else {
		s.add(k, stalledNextItem, s.date(at+int64(w.cycle)*day))
	}
	return k
}

func stalledOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *stalledState) add(k *cases.Kept, name, value string) {
	if value != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
	}
}

func (s *stalledState) date(at int64) string { return audit.DateText(s.calendar.Day(at)) }

// supported makes code the only cause.
func (s *stalledState) supported(k *cases.Kept, code string) {
	k.Cause, k.Causes = code, []audit.Supported{{Code: code, Grade: k.Grade}}
}

func (s *stalledState) alsoSupported(k *cases.Kept, code string, g audit.Grade) {
	if !slices.ContainsFunc(k.Causes, func(x audit.Supported) bool { return x.Code == code }) {
		k.Causes = append(k.Causes, audit.Supported{Code: code, Grade: g})
	}
}

// says0 is what the codes since the stall began say last: that the customer
// wants no increase, or that the account is inactive.
func (s *stalledState) says0(w *stalledAccount) uint8 {
	c, says := s.ledger.limitColumns, uint8(0)
	for i := w.lo; i < w.hi; i++ {
		if at := c.at.int(w.batch, i); at < w.rose || at > s.asOf {
			continue
		}
		if x := s.saysOf(i); x == stalledSaysOptOut || x == stalledSaysInactive {
			says = x
		} else if c.kind.text(w.batch, i) == "evaluate" {
			says = 0
		}
	}
	return says
}

// overdue is when the next evaluation after one at the instant at was due, when
// it is overdue by now; else none.
func (s *stalledState) overdue(w *stalledAccount, at int64) int64 {
	if float64(s.asOf-at) <= s.settings.Overdue*float64(int64(w.cycle)*day) {
		return none
	}
	return at + int64(w.cycle)*day
}

// cycleGrade: a cycle that no policy declares is only what the plan assumes.
func (s *stalledState) cycleGrade(w *stalledAccount) audit.Grade {
	if w.declared {
		return audit.E1
	}
	return audit.E3
}

// unevaluated judges an account without an evaluation since its limit last
// rose.
func (s *stalledState) unevaluated(w *stalledAccount, k *cases.Kept) *cases.Kept {
	from := max(w.rose, w.before, s.first(w))
	if due := s.overdue(w, from); due != none {
		return s.late(w, k, due)
	}
	if !w.declared {
		return s.unreplayed(w, k, none)
	}
	k.Substance, k.Rules, k.Remedy = audit.NotYet, []string{"R2.3"}, "tell"
	s.add(k, stalledNextItem, s.date(from+int64(w.cycle)*day))
	return k
}

// late is the procedural finding that an evaluation is overdue.
func (s *stalledState) late(w *stalledAccount, k *cases.Kept, due int64) *cases.Kept {
	k.Substance, k.Rules, k.Remedy, k.At = audit.Indeterminate, append(k.Rules, "R2.2"), "run_evaluation", due
	k.Grade, k.Days = s.cycleGrade(w), max(0, (s.asOf-due)/day)
	s.supported(k, cause.EvaluationOverdue)
	s.add(k, stalledOverdueItem, s.date(due))
	s.addPeers(w, k)
	return k
}

// unreplayed judges an account whose evaluations can't be replayed: by the
// calendar, and by its peers once all are known.
func (s *stalledState) unreplayed(w *stalledAccount, k *cases.Kept, overdue int64) *cases.Kept {
	if overdue != none {
		return s.late(w, k, overdue)
	}
	s.undecided(k, k.At)
	s.addPeers(w, k)
	return k
}

// undecided says that nothing is known but how long the limit stands still.
func (s *stalledState) undecided(k *cases.Kept, at int64) {
	k.Substance, k.Grade, k.Remedy, k.Days, k.At = audit.Indeterminate, audit.E3, "human_review", 0, at
	s.supported(k, cause.Unexplained)
}

func (s *stalledState) addPeers(w *stalledAccount, k *cases.Kept) {
	if s.env.Policies == nil {
		s.add(k, stalledPeersItem, s.stratum(w.product, w.limit))
	}
}

// replayed returns the limit that the replay of an evaluation arrives at.
func (s *stalledState) replayed(i int) (int64, bool) {
	x := stalledLimitOf(s.t.Limits.Batch, i)
	return x, x != none && s.readable(i)
}

// bound judges an account whose limit is what the replay arrives at: by the
// constraint that binds, and what would move it.
func (s *stalledState) bound(w *stalledAccount, k *cases.Kept, i int) {
	k.Substance, k.Remedy = audit.Justified, "tell"
	code, name := s.binding(i)
	if code == "" {
		k.Substance = audit.NotYet
		s.add(k, stalledBindingItem, name)
		return
	}
	s.supported(k, code)
	s.add(k, stalledBindingItem, name)
	if s.settings.Distances {
		s.distances(w, k, i)
	}
}

// stalledNumber writes a number without noise.
func stalledNumber(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }
