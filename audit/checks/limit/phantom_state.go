package limit

import (
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
)

// What the rows of limits are to phantomlimit.
const (
	pOther      = iota // neither a display nor a draw
	pNoDrawable        // display without a drawable amount
	pDrawOver          // draw of more than was displayed
	pGuards            // number of guards

	pDisplays      = pGuards     // displays judged
	pGaps          = pGuards + 1 // … that show more than can be drawn
	pMisleading    = pGuards + 2 // … in a run without a reason
	pLag           = pGuards + 3 // runs that are lag
	pTold          = pGuards + 4 // partly held back, with a reason
	pDraws         = pGuards + 5 // draws within the display
	pDrawTechnical = pGuards + 6 // … declined for a technical reason
	pCounters      = pGuards + 7
)

// phantom is the state of phantomlimit.
type phantom struct {
	env      *audit.Env
	settings *PhantomSettings
	asOf     int64
	scale    int64
	zone     *time.Location

	rowsIn   int64
	n        [pCounters]int64
	accounts rows.Counts   // accounts with a view, by product
	phantoms rows.Counts   // … with a phantom
	drawable rows.Counts   // displays by drawable amount, where small
	excess   *cause.Excess // of views that failed, around each incident
	cases    cases.List

	// Scratch and helpers, no part of the state.
	ledger      ledger
	engine      *replay.Engine // nil without policies
	screen      column
	incidents   *cause.Incidents
	arms        *cause.Experiments
	holds       map[holdKey]hold
	classes     map[string]string
	displays    bool // the export has both amounts
	timeline    *audit.Timeline
	views, run  []view
	product     string
	phantomHere bool
}

func newPhantom(env *audit.Env) (*phantom, error) {
	s := &phantom{
		env: env, settings: env.Settings.(*PhantomSettings), asOf: env.Plan.AsOfMicros(), scale: env.Plan.MoneyScale(), zone: env.Plan.Zone(),
		classes: map[string]string{}, holds: map[holdKey]hold{},
	}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.ledger = ledger{limitColumns: limitColumnsOf(env), skew: 5 * second, reversal: 10 * minute}
	s.incidents = cause.NewIncidents(env)
	s.excess = cause.NewExcess(s.incidents)
	s.screen = columnOf(env, "limits", "on_screen_reason")
	s.arms = cause.NewExperiments(env)
	if env.Policies != nil {
		var err error
		if s.engine, err = replay.New(env, "limits", false); err != nil {
			return nil, err
		}
	}
	s.displays = has(env, "limits", "displayed_limit") && has(env, "limits", "drawable_limit")
	return s, nil
}

// Customer judges a customer's displays and draws.
func (s *phantom) Customer(t *audit.Timeline) {
	s.timeline = t
	s.rowsIn += int64(t.Limits.Len())
	for i := t.Limits.Lo; i < t.Limits.Hi; i++ {
		switch s.ledger.kind.text(t.Limits.Batch, i) {
		case "display", "draw":
		default:
			s.n[pOther]++
		}
	}
	s.ledger.accounts(&t.Limits, s.account)
}

// class is the class of the first code that has one.
func (s *phantom) class(codes ...string) string {
	for _, code := range codes {
		if code == "" {
			continue
		}
		c, ok := s.classes[code]
		if !ok {
			c = cause.Technical(s.env.Plan, "", code)
			s.classes[code] = c
		}
		if c != "" && c != "ok" {
			return c
		}
	}
	return ""
}

// codes are the codes of a row that can say why less is drawable.
func (s *phantom) codes(a *account, i int) [3]string {
	c := s.ledger.limitColumns
	return [3]string{c.reason.text(a.batch, i), c.errorCode.text(a.batch, i), s.screen.text(a.batch, i)}
}

// hold is a declared quota, hold or review.
type hold struct {
	id    string
	cause string
	days  int // 0: no end
}

type holdKey struct {
	policy *policy.Policy
	code   string
}

var quotaCauses = map[string]string{
	"partner": cause.PartnerQuota, "regulatory": cause.RegulatoryCap, "product": cause.ProductCap, "risk": cause.DeviceRisk, "review": cause.SecondReview,
}

// hold returns what a code declares: by the policy's quotas, else by the
// plan's class of the code.
func (s *phantom) hold(p *policy.Policy, code string) (hold, bool) {
	if code == "" {
		return hold{}, false
	}
	key := holdKey{p, code}
	h, ok := s.holds[key]
	if !ok {
		h = s.lookHold(p, code)
		s.holds[key] = h
	}
	return h, h.cause != ""
}

func (s *phantom) lookHold(p *policy.Policy, code string) hold {
	review := s.settings.ReviewDays
	if p != nil {
		if p.Terms.ReviewDays > 0 {
			review = p.Terms.ReviewDays
		}
		for i := range p.Quotas {
			q := &p.Quotas[i]
			for _, c := range q.Codes {
				if c != code {
					continue
				}
				h := hold{id: q.ID, cause: quotaCauses[q.Kind], days: q.MaxDays}
				if q.Kind == "review" && h.days == 0 {
					h.days = review
				}
				return h
			}
		}
		if p.NewUser != nil {
			for _, c := range p.NewUser.Reasons {
				if c == code {
					return hold{} // judged by months on book
				}
			}
		}
	}
	switch s.class(code) {
	case "partner_quota":
		return hold{id: code, cause: cause.PartnerQuota}
	case "review":
		return hold{id: code, cause: cause.SecondReview, days: review}
	case "fraud":
		return hold{id: code, cause: cause.FraudHold}
	}
	return hold{}
}

// policyOf is the policy that row i records, else the one in force then; -1
// where there is none.
func (s *phantom) policyOf(a *account, i int) int16 {
	if s.env.Policies == nil {
		return -1
	}
	at, product := s.ledger.at.int(a.batch, i), s.ledger.product.text(a.batch, i)
	if v := s.ledger.policy.text(a.batch, i); v != "" {
		if k := s.env.Policies.Pick(v, product, at); k >= 0 {
			return k
		}
	}
	return s.env.Policies.Pick("", product, at)
}

// policyAt is the policy of policyOf, or nil.
func (s *phantom) policyAt(a *account, i int) *policy.Policy {
	if k := s.policyOf(a, i); k >= 0 {
		return &s.env.Policies.Policies[k]
	}
	return nil
}

// Merge adds what o has seen.
func (s *phantom) Merge(other audit.State) {
	o := other.(*phantom)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.accounts.Merge(&o.accounts)
	s.phantoms.Merge(&o.phantoms)
	s.drawable.Merge(&o.drawable)
	s.excess.Merge(o.excess)
	s.cases.Merge(&o.cases)
}

// MarshalBinary encodes the state.
func (s *phantom) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	e.Uvarint(uint64(s.rowsIn))
	e.Ints(s.n[:])
	s.accounts.Encode(&e)
	s.phantoms.Encode(&e)
	s.drawable.Encode(&e)
	s.excess.Encode(&e)
	s.cases.Encode(&e)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *phantom) UnmarshalBinary(data []byte) error {
	t, err := newPhantom(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	t.rowsIn = d.Natural()
	if n := d.Ints(); len(n) == pCounters {
		copy(t.n[:], n)
	} else {
		d.Fail("%d counters instead of %d", len(n), pCounters)
	}
	t.accounts.Decode(d)
	t.phantoms.Decode(d)
	t.drawable.Decode(d)
	t.excess.Decode(d)
	t.cases.Decode(d, func(k *cases.Kept) bool { return len(k.Notes) == phantomNotes })
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
