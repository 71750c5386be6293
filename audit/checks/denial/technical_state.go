package denial

import (
	"cmp"
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What takes rows out of technicaldenial, in the order applied.
const (
	techTest = iota
	techPrescreen
	techNotDenied
	techOther
	techFraud
	techGuards
)

// Kinds of cells of the cube.
const (
	techByPeriod = iota // value: hit or not
	techByHour          // value: hour, decided/denied/technical
)

const (
	hourDecided = iota
	hourDenied
	hourTechnical
	hourKinds
)

// technicalState is the statistic of technicaldenial.
type technicalState struct {
	env       *audit.Env
	settings  *TechnicalSettings
	incidents *cause.Incidents
	calendar  calendar
	recorded  bool // the export says anything about how the engine fared
	scored    bool // it has scores

	rowsIn   int64
	n        [techGuards]int64
	cube     stats.Cube
	segments [2]techSegment
	failed   *cause.Excess // of decisions around incidents
	denied   *cause.Excess
	list     []technicalDenial

	// Caches and scratch, no part of the state.
	at         technicalColumns
	col        technicalVectors
	prover     *prover
	outcomes   rows.Codes[uint8]
	prescreens rows.Codes[bool]
	judged     []bool
	hit        []bool
}

// techSegment counts the denials judged and the technical ones of a column.
type techSegment struct {
	name        string
	judged, hit rows.Counts
}

// technicalDenial is one case.
type technicalDenial struct {
	key, customer, account          string
	product, channel, policy, model string
	at, submitted, notice, amount   int64
	proof                           proof
	status, code                    string
	latency                         int64 // ms, -1: unknown
	score                           float64
	replayed                        uint8 // of features.Outcomes, or Undecided
}

func newTechnicalState(env *audit.Env) (*technicalState, error) {
	s := &technicalState{env: env, settings: env.Settings.(*TechnicalSettings)}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.calendar.zone = env.Plan.Zone()
	s.incidents = cause.NewIncidents(env)
	s.failed, s.denied = cause.NewExcess(s.incidents), cause.NewExcess(s.incidents)
	s.prover = newProver(env)
	s.at.find(env)
	l := env.Layouts["decisions"]
	s.recorded = l.Exported("engine_status") || l.Exported("error_code") || l.Exported("latency_ms")
	s.scored = l.Exported("score")
	s.segments[0].name, s.segments[1].name = "product", "channel"
	return s, nil
}

func techClass(outcome string) uint8 {
	switch outcome {
	case "denied":
		return techGuards
	case "approved", "approved_lower", "referred", "error":
		return techNotDenied
	}
	return techOther
}

// Update judges the rows of a batch.
func (s *technicalState) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	c := &s.col
	s.rowsIn += int64(b.N)
	c.bind(b, &s.at)
	s.prover.bind(b)
	classes := s.outcomes.Of(c.outcome, techClass)
	prescreens := s.prescreens.Of(c.application, isPrescreened)
	s.judged, s.hit = cleared(s.judged, b.N), cleared(s.hit, b.N)
	for i := range b.N {
		class := uint8(techOther)
		if k := c.outcome.Codes[i]; k != features.Null {
			class = classes[k]
		}
		if k := c.application.Codes[i]; k != features.Null && prescreens[k] {
			class = techPrescreen
		}
		if c.test.Ints[i] != 0 {
			class = techTest
		}
		engine := s.prover.engine.of(i)
		if class == techGuards && engine == fraudHold {
			class = techFraud
		}
		if class < techGuards {
			s.n[class]++
		}
		if class < techNotDenied || class == techOther {
			continue
		}
		var p proof
		if class == techGuards {
			p = s.prover.proof(b, i)
			s.judged[i], s.hit[i] = true, p != noProof
		}
		s.place(b, i, class >= techFraud, p, engine == technicalFault)
		if p != noProof {
			s.list = append(s.list, s.read(b, i, p))
		}
	}
	for k, v := range []*features.Vector{c.product, c.chans} {
		s.segments[k].judged.Add(v, s.judged, b.N)
		s.segments[k].hit.Add(v, s.hit, b.N)
	}
}

// place counts a decision where it stands in time.
func (s *technicalState) place(b *features.Batch, i int, denied bool, p proof, fault bool) {
	if denied {
		period := int32(-1)
		if b.Period != nil {
			period = b.Period[i]
		}
		s.cube.Add(uint64(techByPeriod)<<kindShift | uint64(period+1)<<periodShift | uint64(b2i(p != noProof)))
	}
	if s.col.decided.IsNull(i) {
		return
	}
	at := s.col.decided.Ints[i]
	hour := uint64(techByHour)<<kindShift | uint64(s.calendar.hour(at))<<8
	s.cube.Add(hour + hourDecided)
	if denied {
		s.cube.Add(hour | hourDenied)
	}
	if p != noProof {
		s.cube.Add(hour | hourTechnical)
	}
	if len(s.incidents.List) > 0 {
		s.failed.Add(at, fault || p != noProof)
		s.denied.Add(at, denied)
	}
}

func (s *technicalState) read(b *features.Batch, i int, p proof) technicalDenial {
	c := &s.col
	d := technicalDenial{
		key: string(c.id.Opaque(i)), customer: string(c.customer.Opaque(i)), account: string(c.account.Opaque(i)),
		product: c.product.Text(i), channel: c.chans.Text(i), policy: c.policy.Text(i), model: c.model.Text(i),
		at: instant(c.decided, i), submitted: instant(c.submitted, i), notice: instant(c.notice, i),
		proof: p, status: c.status.Text(i), code: c.code.Text(i), latency: -1, score: c.score.Floats[i], replayed: features.Undecided,
	}
	if !c.amount.IsNull(i) {
		d.amount = c.amount.Ints[i]
	}
	if !c.latency.IsNull(i) {
		d.latency = c.latency.Ints[i]
	}
	if d.score != d.score {
		d.score = math.NaN() // one of many
	}
	if b.Replay != nil {
		d.replayed = b.Replay.Outcome[i]
	}
	return d
}

// Merge adds what o has seen.
func (s *technicalState) Merge(other audit.State) {
	o := other.(*technicalState)
	s.rowsIn += o.rowsIn
	for i, n := range o.n {
		s.n[i] += n
	}
	s.cube.Merge(&o.cube)
	for k := range s.segments {
		s.segments[k].judged.Merge(&o.segments[k].judged)
		s.segments[k].hit.Merge(&o.segments[k].hit)
	}
	s.failed.Merge(o.failed)
	s.denied.Merge(o.denied)
	s.list = append(s.list, o.list...)
}

func compareTechnical(a, b technicalDenial) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.at, b.at), strings.Compare(a.customer, b.customer), strings.Compare(a.account, b.account),
		strings.Compare(a.product, b.product), strings.Compare(a.channel, b.channel), strings.Compare(a.policy, b.policy), strings.Compare(a.model, b.model),
		cmp.Compare(a.submitted, b.submitted), cmp.Compare(a.notice, b.notice), cmp.Compare(a.amount, b.amount), cmp.Compare(a.proof, b.proof),
		strings.Compare(a.status, b.status), strings.Compare(a.code, b.code), cmp.Compare(a.latency, b.latency),
		cmp.Compare(math.Float64bits(a.score), math.Float64bits(b.score)), cmp.Compare(a.replayed, b.replayed))
}
