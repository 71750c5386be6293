package denial

import (
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// What the decisions are to repaidthendenied. Guards come in the order they
// apply.
const (
	rpOther      = iota // no denial
	rpTest              // test rows, prescreens
	rpFraud             // fraud hold, or exempt
	rpNoPayoff          // no loan of the product settled within the days before
	rpOpen              // another loan of the product is open
	rpLate              // arrears in the customer's history
	rpNoApproval        // no earlier approval for the product
	rpLarger            // much more than was approved before
	rpGuards

	rpApplied  = rpGuards     // applications after a payoff
	rpWatch    = rpGuards + 1 // R4.3
	rpStale    = rpGuards + 2 // R4.4
	rpCounters = rpGuards + 3
)

// repaid is the state of repaidthendenied.
type repaid struct {
	env      *audit.Env
	settings *RepaidSettings
	zone     *time.Location
	scale    int64

	rowsIn int64
	n      [rpCounters]int64
	lags   stats.Cube // hours from payment to posting
	odds   stats.Cube // approvals by stratum, and whether after a payoff
	cases  cases.List

	// Scratch and helpers, no part of the state.
	judge    *replayer
	engine   *replay.Engine
	reader   *timeline.Reader
	history  *timeline.History
	timeline *audit.Timeline
	at       repaidColumns
	levers   []repaidLever // features of the posting
	spending []int         // columns of spending features
	classes  engineClasses
	recorded []uint8
}

// repaidColumns are the columns of decisions.
type repaidColumns struct {
	id, product, kind, decided, outcome, requested, granted, policy, model, test, exempt, account, status, code, decider int
	repProduct, repPaid, repPosted                                                                                       int
}

func newRepaid(env *audit.Env) (*repaid, error) {
	s := &repaid{env: env, settings: env.Settings.(*RepaidSettings), zone: env.Plan.Zone(), scale: env.Plan.MoneyScale(), reader: timeline.NewReader(env)}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	c := func(name string) int { return env.Col("decisions", name) }
	s.at = repaidColumns{
		id: c("decision_id"), product: c("product"), kind: c("application_type"), decided: c("decided_at"), outcome: c("outcome"),
		requested: c("requested_amount"), granted: c("approved_limit"), policy: c("policy_version"), model: c("model_version"), test: c("is_test"),
		exempt: c("disclosure_exemption"), account: c("account_id"), status: c("engine_status"), code: c("error_code"), decider: c("decider"),
		repProduct: env.Layouts["repayments"].Index("product"), repPaid: env.Layouts["repayments"].Index("paid_at"), repPosted: env.Layouts["repayments"].Index("posted_at"),
	}
	s.classes.plan = env.Plan
	if env.Policies != nil {
		s.judge = newReplayer(env)
		var err error
		if s.engine, err = replay.New(env, "decisions", false); err != nil {
			return nil, err
		}
		s.levers = repaidLevers(env)
		s.spending = spendingColumns(env)
	}
	return s, nil
}

// spendingColumns are the features of spending, that R4.3 neutralises.
func spendingColumns(env *audit.Env) []int {
	var out []int
	l := env.Layouts["decisions"]
	for _, name := range sortedFeatures(env.Plan) {
		if i := l.Index(audit.FeatureColumn(name)); i >= 0 && cause.Family(env.Plan, name) == cause.SpendVolatility && l.Specs[i].Kind == features.Float {
			out = append(out, i)
		}
	}
	return out
}

// Customer judges the denials of a customer.
func (s *repaid) Customer(t *audit.Timeline) {
	rows := &t.Decisions
	s.rowsIn += int64(rows.Len())
	s.postings(t)
	if rows.Len() == 0 {
		return
	}
	s.timeline, s.history = t, nil
	b := rows.Batch
	s.classes.bind(&b.Cols[s.at.status], &b.Cols[s.at.code])
	for i := rows.Lo; i < rows.Hi; i++ {
		s.decision(b, i)
	}
}

func (s *repaid) past() *timeline.History {
	if s.history == nil {
		s.history = s.reader.Read(s.timeline)
	}
	return s.history
}

// postings counts how late payments were posted, in whole hours.
func (s *repaid) postings(t *audit.Timeline) {
	if s.at.repPosted < 0 || s.at.repPaid < 0 {
		return
	}
	for i := t.Repayments.Lo; i < t.Repayments.Hi; i++ {
		paid, posted := &t.Repayments.Batch.Cols[s.at.repPaid], &t.Repayments.Batch.Cols[s.at.repPosted]
		if !paid.IsNull(i) && !posted.IsNull(i) {
			s.lags.Add(uint64(max((posted.Ints[i]-paid.Ints[i])/hourMicros, 0)))
		}
	}
}

const (
	hourMicros = int64(time.Hour / time.Microsecond)
	dayMicros  = 24 * hourMicros
)

// decision applies the guards to row i and judges what is left.
func (s *repaid) decision(b *features.Batch, i int) {
	outcome := b.Cols[s.at.outcome].Text(i)
	denied := outcome == "denied"
	approved := outcome == "approved" || outcome == "approved_lower"
	if !denied && !approved {
		s.n[rpOther]++
		return
	}
	kind := b.Cols[s.at.kind].Text(i)
	test := b.Cols[s.at.test]
	if kind == "prescreen" || !test.IsNull(i) && test.Ints[i] == 1 {
		s.n[rpTest]++
		return
	}
	at := b.Cols[s.at.decided].Ints[i]
	product := b.Cols[s.at.product].Text(i)
	loan := s.settled(product, at)
	s.stratum(b, i, approved, loan != nil)
	if loan != nil {
		s.n[rpApplied]++
	}
	if approved {
		s.n[rpOther]++
		return
	}
	class := s.classes.of(i)
	switch prior := s.prior(b, i, product); {
	case class == fraudHold || b.Cols[s.at.exempt].Text(i) != "":
		s.n[rpFraud]++
	case loan == nil:
		s.n[rpNoPayoff]++
	case s.open(product, at):
		s.n[rpOpen]++
	case s.late(at):
		s.n[rpLate]++
	case prior < 0:
		s.n[rpNoApproval]++
	case s.larger(b, i, prior):
		s.n[rpLarger]++
	default:
		s.verdict(b, i, prior, loan)
	}
}

// stratum counts an application for R4.5: by policy, band of the score and
// replayed outcome, so that customers of one stratum are alike in all that the
// lender's rules look at.
func (s *repaid) stratum(b *features.Batch, i int, approved, after bool) {
	if b.Scores == nil || b.Scores.Model[i] < 0 || b.Replay == nil || b.Replay.Policy[i] < 0 {
		return
	}
	band := int64(b.Scores.Score[i]/s.settings.Band) + 1<<20
	key := uint64(b.Replay.Policy[i])<<40 | uint64(b.Replay.Outcome[i])<<32 | uint64(band)<<2
	if after {
		key |= 2
	}
	if approved {
		key |= 1
	}
	s.odds.Add(key)
}

// Merge adds what o has seen.
func (s *repaid) Merge(other audit.State) {
	o := other.(*repaid)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.lags.Merge(&o.lags)
	s.odds.Merge(&o.odds)
	s.cases.Merge(&o.cases)
}

// MarshalBinary encodes the state.
func (s *repaid) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	e.Value(&s.lags)
	e.Value(&s.odds)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *repaid) UnmarshalBinary(data []byte) error {
	t, err := newRepaid(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == rpCounters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), rpCounters)
	}
	d.Value(&t.lags)
	d.Value(&t.odds)
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == 0 })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
