package limit

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
)

// What the rows of limits are to vanishedincrement. Guards come in the order
// they apply; judged rows are those behind them.
const (
	vOther       = iota // no promise, increase or decrease
	vUndated            // promise without a day, and none in the policy
	vClosed             // promise of an account closed by the day
	vNotDue             // promise whose window is open
	vAttempt            // increase for a promise
	vFew                // other increase, of too few to have a cadence
	vTemporary          // decrease at the end of a temporary limit
	vCustomer           // decrease that the customer asked for
	vReversal           // decrease that takes an increase back within minutes
	vTransfer           // decrease at a change of currency or product
	vUnpromised         // decrease not within the days after a promise
	vAdverse            // decrease with a new adverse feature
	vNoLimit            // decrease without an amount
	vGuards             // number of guards
	vKept        = vGuards
	vUnmet       = vGuards + 1
	vCadence     = vGuards + 2 // increase of an account with a cadence
	vDrop        = vGuards + 3
	vPaced       = vGuards + 4 // accounts with a cadence
	vQuietEnd    = vGuards + 5 // cadences that ended at a campaign's declared end
	vQuietCap    = vGuards + 6 // … at a cap
	vQuietClosed = vGuards + 7 // … since the account was frozen or closed
	vQuietTold   = vGuards + 8 // … and the customer was told
	vUpTo        = vGuards + 9 // promises of "up to"
	vCounters    = vGuards + 10
)

// vanished is the state of vanishedincrement.
type vanished struct {
	env      *audit.Env
	settings *VanishedSettings
	asOf     int64 // µs UTC
	scale    int64

	rowsIn int64
	n      [vCounters]int64
	counts rows.Counts   // by key: see vanished_measures.go
	excess *cause.Excess // attempts at increases that failed, around incidents
	loads  stats.Cube    // attempts, by day, step of latency and whether they came to nothing
	cases  cases.List

	// Scratch and helpers, no part of the state.
	ledger    ledger
	calendar  *audit.Calendar
	engine    *replay.Engine // nil without policies
	reader    *timeline.Reader
	history   *timeline.History // of the customer at hand, once asked for
	timeline  *audit.Timeline
	scratch   scratch
	incidents *cause.Incidents
	arms      *cause.Experiments
	groups    []dimension
	promises  []promise
	left      []int64 // by write: what of its increase is not yet attributed
	numbers   map[numberKey]number
	coded     bool // the export has promise_condition: none is none
}

func newVanished(env *audit.Env) (*vanished, error) {
	s := &vanished{
		env: env, settings: env.Settings.(*VanishedSettings), asOf: env.Plan.AsOfMicros(), scale: env.Plan.MoneyScale(),
		calendar: env.Plan.Calendar(), reader: timeline.NewReader(env), numbers: map[numberKey]number{}, coded: has(env, "limits", "promise_condition"),
	}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: int64(s.settings.Skew) * second, reversal: int64(s.settings.Reversal) * minute}
	if env.Policies != nil {
		var err error
		if s.engine, err = replay.New(env, "limits", false); err != nil {
			return nil, err
		}
	}
	s.scratch.prepare(env)
	s.incidents, s.arms = cause.NewIncidents(env), cause.NewExperiments(env)
	s.excess = cause.NewExcess(s.incidents)
	s.groups = dimensionsOf(env)
	return s, nil
}

// Customer judges a customer's promises, cadences and decreases.
func (s *vanished) Customer(t *audit.Timeline) {
	s.timeline, s.history = t, nil
	s.rowsIn += int64(t.Limits.Len())
	s.ledger.accounts(&t.Limits, s.account)
}

// past returns the history of the customer at hand.
func (s *vanished) past() *timeline.History {
	if s.history == nil {
		s.history = s.reader.Read(s.timeline)
	}
	return s.history
}

func (s *vanished) account(a *account) {
	s.gather(a)
	loose, bound := int64(0), int64(0) // increases by habit, and for promises
	for i := a.lo; i < a.hi; i++ {
		switch s.ledger.kind.text(a.batch, i) {
		case "promise", "decrease":
		case "increase":
			if s.ledger.promise.id(a.batch, i) != nil || s.anonymous() {
				bound++
			} else {
				loose++
			}
		default:
			s.n[vOther]++
		}
	}
	s.n[vAttempt] += bound
	if loose > 0 {
		s.judgeCadence(a, loose)
	}
	s.judgePromises(a)
	s.judgeDrops(a)
	s.attempts(a)
}

// anonymous reports whether a promise of the account has no id, so that any
// increase may be for it.
func (s *vanished) anonymous() bool {
	return slices.ContainsFunc(s.promises, func(p promise) bool { return p.id == nil })
}

// policyOf returns the policy that row i records, else the one in force at an
// instant; -1 where there is none.
func (s *vanished) policyOf(a *account, i int, at int64) int16 {
	if s.env.Policies == nil {
		return -1
	}
	product := s.ledger.product.text(a.batch, i)
	if v := s.ledger.policy.text(a.batch, i); v != "" {
		return s.env.Policies.Pick(v, product, at)
	}
	return s.env.Policies.Pick("", product, at)
}

func (s *vanished) policy(i int16) *policy.Policy {
	if i < 0 {
		return nil
	}
	return &s.env.Policies.Policies[i]
}

// Merge adds what o has seen.
func (s *vanished) Merge(other audit.State) {
	o := other.(*vanished)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.counts.Merge(&o.counts)
	s.excess.Merge(o.excess)
	s.loads.Merge(&o.loads)
	s.cases.Merge(&o.cases)
}

// MarshalBinary encodes the state.
func (s *vanished) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.counts.Encode(&e)
	s.excess.Encode(&e)
	e.Value(&s.loads)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *vanished) UnmarshalBinary(data []byte) error {
	t, err := newVanished(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == vCounters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), vCounters)
	}
	for _, n := range t.n {
		if n < 0 {
			d.Fail("a negative count")
		}
	}
	t.counts.Decode(d)
	t.excess.Decode(d)
	d.Value(&t.loads)
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == noteCount })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
