package limit

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/features"
)

// short judges an account whose replayed limit is materially above the one it
// has.
func (s *stalledState) short(w *stalledAccount, k *cases.Kept, i int, limit int64) {
	c, b := s.ledger.limitColumns, w.batch
	k.Substance, k.Remedy, k.Amount = audit.Unjustified, "apply_shortfall", limit-w.base
	since := c.at.int(b, i)
	decided := since // the first of the evaluations by now that all give more
	for e := len(w.evals) - 1; e >= 0; e-- {
		at := c.at.int(b, w.evals[e])
		if s.gives(w, w.evals[e]) {
			since = at
			if e+1 == len(w.evals) || decided == c.at.int(b, w.evals[e+1]) {
				decided = at
			}
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
	code, failed := s.attempted(w, i, since)
	switch r := b.Replay; {
	case code == "" && !stalledKeeps[stalledFold(c.result.text(b, i))] && s.asOf-decided <= int64(s.settings.ApplyDays)*day:
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

// gives reports whether the replay of an evaluation raises the limit of then
// materially.
func (s *stalledState) gives(w *stalledAccount, i int) bool {
	then := w.limitAt(s.ledger.at.int(w.batch, i))
	x, ok := s.replayed(i)
	return ok && stalledRaised(w.batch, i) && x-then >= s.gap(then)
}

// attempted looks for what became of the rise that an evaluation should have
// brought: an attempt that failed technically, or, since the limit was short
// first, one that left no trace. It returns the cause, "" when there was no
// attempt, and whether that is a technical failure.
func (s *stalledState) attempted(w *stalledAccount, i int, since int64) (code string, failed bool) {
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
		case x.at < since || x.at > s.asOf || x.kind != "increase":
		case technical(x.row):
			if x.at >= c.at.int(b, i) {
				return cause.TechnicalError, true
			}
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

// saysOf returns what the codes of a row's result and reason say.
func (s *stalledState) saysOf(i int) uint8 {
	read := func(code string) uint8 { return s.codes[stalledFold(code)] }
	c, b := s.ledger.limitColumns, s.t.Limits.Batch
	if c.result >= 0 {
		if code := b.Cols[c.result].Codes[i]; code != features.Null {
			if says := s.says.Of(&b.Cols[c.result], read)[code]; says != 0 {
				return says
			}
		}
	}
	if c.reason >= 0 {
		if code := b.Cols[c.reason].Codes[i]; code != features.Null {
			return s.saysToo.Of(&b.Cols[c.reason], read)[code]
		}
	}
	return 0
}
