package limit

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
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
func (s *stalledState) judge(w *stalledAccount) *kept {
	k := &kept{notes: []int64{max(0, (s.asOf-w.rose)/day), w.rose}}
	k.Check, k.Table, k.Key, k.Account, k.Customer = stalledName, "limits", string(w.id), string(w.id), string(s.t.Customer)
	k.Product, k.PolicyVersion, k.At = w.product, w.policy, w.rose
	k.Disclosure, k.Grade = audit.NotAssessed, audit.E1
	s.add(k, stalledStreakItem, strconv.Itoa(w.streak))
	s.add(k, "months_on_book", strconv.Itoa(w.months))
	s.add(k, stalledWaitItem, strconv.FormatInt(k.notes[stalledWaited], 10))
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

func (s *stalledState) add(k *kept, name, value string) {
	if value != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
	}
}

func (s *stalledState) date(at int64) string { return audit.DateText(s.calendar.Day(at)) }

// supported makes code the only cause.
func (s *stalledState) supported(k *kept, code string) {
	k.Cause, k.Causes = code, []audit.Supported{{Code: code, Grade: k.Grade}}
}

func (s *stalledState) alsoSupported(k *kept, code string, g audit.Grade) {
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
func (s *stalledState) unevaluated(w *stalledAccount, k *kept) *kept {
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
func (s *stalledState) late(w *stalledAccount, k *kept, due int64) *kept {
	k.Substance, k.Rules, k.Remedy, k.At = audit.Indeterminate, append(k.Rules, "R2.2"), "run_evaluation", due
	k.Grade, k.Days = s.cycleGrade(w), max(0, (s.asOf-due)/day)
	s.supported(k, cause.EvaluationOverdue)
	s.add(k, stalledOverdueItem, s.date(due))
	s.addPeers(w, k)
	return k
}

// unreplayed judges an account whose evaluations can't be replayed: by the
// calendar, and by its peers once all are known.
func (s *stalledState) unreplayed(w *stalledAccount, k *kept, overdue int64) *kept {
	if overdue != none {
		return s.late(w, k, overdue)
	}
	s.undecided(k, k.At)
	s.addPeers(w, k)
	return k
}

// undecided says that nothing is known but how long the limit stands still.
func (s *stalledState) undecided(k *kept, at int64) {
	k.Substance, k.Grade, k.Remedy, k.Days, k.At = audit.Indeterminate, audit.E3, "human_review", 0, at
	s.supported(k, cause.Unexplained)
}

func (s *stalledState) addPeers(w *stalledAccount, k *kept) {
	if s.env.Policies == nil {
		s.add(k, stalledPeersItem, s.stratum(w.product, w.limit))
	}
}

// replayed returns the limit that the replay of an evaluation arrives at.
func (s *stalledState) replayed(i int) (int64, bool) {
	x := stalledLimitOf(s.t.Limits.Batch, i)
	return x, x != none && s.readable(i)
}

// short judges an account whose replayed limit is materially above the one it
// has.
func (s *stalledState) short(w *stalledAccount, k *kept, i int, limit int64) {
	c, b := s.ledger.limitColumns, w.batch
	k.Substance, k.Remedy, k.Amount = audit.Unjustified, "apply_shortfall", limit-w.base
	since := c.at.int(b, i)
	for _, j := range w.evals {
		then := w.limitAt(c.at.int(b, j))
		if x, ok := s.replayed(j); ok && stalledRaised(b, j) && x-then >= s.gap(then) {
			since = c.at.int(b, j)
			break
		}
	}
	k.Days = max(0, (s.asOf-since)/day)
	s.add(k, stalledShortItem, money(k.Amount, s.scale))
	s.add(k, "material_gap", money(s.gap(w.base), s.scale))
	s.add(k, "held_since", s.date(since))
	recorded, computed, wrong := s.scores(i)
	if !math.IsNaN(recorded) {
		s.add(k, "recorded_score", stalledNumber(recorded))
	}
	if !math.IsNaN(computed) {
		s.add(k, "recomputed_score", stalledNumber(computed))
	}
	code, failed := s.attempted(w, i)
	switch r := b.Replay; {
	case code == "" && !stalledKeeps[stalledFold(c.result.text(b, i))] && s.asOf-c.at.int(b, i) <= int64(s.settings.ApplyDays)*day:
		k.Substance, k.Remedy, k.Amount, k.Days = audit.NotYet, "tell", 0, 0
	case failed:
		k.Substance = audit.Technical
		s.supported(k, code)
	case code != "":
		s.supported(k, code)
	case c.trigger.text(b, i) == "ops":
		k.Substance, k.Grade, k.Remedy = audit.Indeterminate, audit.E2, "human_review"
		s.supported(k, cause.Override)
	case r.Edge[i]:
		k.Substance, k.Grade, k.Remedy = audit.Indeterminate, audit.E2, "human_review"
		s.supported(k, cause.ThresholdRule)
		s.add(k, "edge", "the score lies within the model's tolerance of a cut-off")
	case wrong && !s.underScore(w, i, recorded):
		s.supported(k, cause.ScoreError)
	default:
		s.supported(k, cause.Unexplained)
	}
}

// stalledKeeps are the results of evaluations, folded, by which a limit stays:
// no rise is on its way.
var stalledKeeps = map[string]bool{
	"keep": true, "kept": true, "stay": true, "hold": true, "nochange": true, "unchanged": true, "decline": true, "declined": true,
	"deny": true, "denied": true, "reject": true, "rejected": true, "no": true, "维持": true, "不变": true, "拒绝": true,
}

// attempted looks for what became of the rise that an evaluation should have
// brought: an attempt that failed technically, or one that left no trace. It
// returns the cause, "" when there was no attempt, and whether that is a
// technical failure.
func (s *stalledState) attempted(w *stalledAccount, i int) (code string, failed bool) {
	c, b := s.ledger.limitColumns, w.batch
	technical := func(row int) bool {
		return cause.Technical(s.env.Plan, c.result.text(b, row), c.errorCode.text(b, row)) == "technical"
	}
	if technical(i) {
		return cause.TechnicalError, true
	}
	for k := range w.writes {
		x := &w.writes[k]
		switch {
		case x.at < c.at.int(b, i) || x.at > s.asOf || x.kind != "increase":
		case technical(x.row):
			return cause.TechnicalError, true
		case x.state == lost:
			code = cause.LostUpdate
		}
	}
	return code, false
}

// stalledRaised reports whether a replay raises the limit of row i.
func stalledRaised(b *features.Batch, i int) bool {
	return stalledLimitOf(b, i) != none && features.Outcomes[b.Replay.Outcome[i]] == "approved"
}

// more reports whether the replay of row i raises the limit of the account
// materially.
func (s *stalledState) more(b *features.Batch, i int, w *stalledAccount) bool {
	return stalledRaised(b, i) && stalledLimitOf(b, i)-w.base >= s.gap(w.base)
}

// scores returns the recorded and the recomputed score of an evaluation, and
// whether they differ by more than the model's tolerance.
func (s *stalledState) scores(i int) (recorded, computed float64, wrong bool) {
	recorded, computed = math.NaN(), math.NaN()
	c, b := s.ledger.limitColumns.score, s.t.Limits.Batch
	if c >= 0 && i < len(b.Cols[c].Floats) {
		recorded = b.Cols[c].Floats[i]
	}
	if x := b.Scores; x != nil && x.Model[i] >= 0 {
		m := &s.env.Models[x.Model[i]]
		computed = x.Score[i]
		switch m.Spec.Output {
		case "margin":
			computed = x.Margin[i]
		case "probability":
			if i < len(x.Probability) {
				computed = x.Probability[i]
			}
		}
		wrong = !math.IsNaN(recorded) && !math.IsNaN(computed) && math.Abs(recorded-computed) > m.Tolerance(computed)
	}
	return recorded, computed, wrong
}

// bound judges an account whose limit is what the replay arrives at: by the
// constraint that binds, and what would move it.
func (s *stalledState) bound(w *stalledAccount, k *kept, i int) {
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

// events lists what happened to the account: its ledger and evaluations, and
// the last instalments.
func (s *stalledState) events(w *stalledAccount) []audit.Event {
	c, b := s.ledger.limitColumns, w.batch
	var out []audit.Event
	for i := w.lo; i < w.hi; i++ {
		kind := c.kind.text(b, i)
		if kind == "display" || kind == "draw" {
			continue
		}
		e := audit.Event{At: c.at.int(b, i), What: "limits." + kind, Key: string(c.id.id(b, i))}
		before, after := c.before.int(b, i), c.after.int(b, i)
		switch {
		case kind == "evaluate":
			e.Note = stalledOr(c.result.text(b, i), "-")
			if r := c.reason.text(b, i); r != "" {
				e.Note += " " + r
			}
			if x, ok := s.replayed(i); ok {
				e.Note += fmt.Sprintf("; replay %s", money(x, s.scale))
			}
		case before != none && after != none:
			e.Note = money(before, s.scale) + " -> " + money(after, s.scale)
		case after != none:
			e.Note = money(after, s.scale)
		}
		out = append(out, e)
	}
	const most, dues = 30, 8
	out = out[max(0, len(out)-(most-dues)):]
	var paid []audit.Event
	for l := range s.h.Loans {
		loan := &s.h.Loans[l]
		for i := range loan.Instalments {
			if x := &loan.Instalments[i]; s.own(loan, w.account) && x.OnTime() && x.Settled <= s.asOf {
				paid = append(paid, audit.Event{At: x.Settled, What: "repayments.paid", Key: fmt.Sprintf("%s/%d", loan.ID, x.No),
					Note: money(x.Amount, s.scale) + ", due " + audit.DateText(x.Due)})
			}
		}
	}
	byTime := func(a, b audit.Event) int {
		if a.At != b.At {
			if a.At < b.At {
				return -1
			}
			return 1
		}
		return 0
	}
	slices.SortStableFunc(paid, byTime)
	out = append(out, paid[max(0, len(paid)-dues):]...)
	slices.SortStableFunc(out, byTime)
	return out
}
