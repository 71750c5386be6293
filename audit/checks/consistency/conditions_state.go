package consistency

import (
	"math"
	"math/bits"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What takes judged decisions out of conditions, in the order applied.
const (
	condUndated = iota
	condFraud
	condPerson
	condGuards
)

var condGuardNames = [condGuards]audit.Text{
	condUndated: audit.T("without decided_at", "没有decided_at"),
	condFraud:   audit.T("fraud holds", "欺诈管控"),
	condPerson:  audit.T("overrides and decisions by a person", "人工改判和人工决定"),
}

// Bits of a cell of counts.
const (
	condDenied    = 1 << iota
	condTechnical // the status or code is of a technical failure
	condIncident  // in the window of an incident
	condError
	condNight
	condWeekend

	condOutcome = condDenied | condTechnical | condIncident // of cells of latency and load
	condShift   = 3                                         // where the bin of latency begins
)

// Keys of the load's cube: hour, stratum, band of the score, outcome bits.
const (
	loadBandShift    = 3
	loadStratumShift = loadBandShift + 15
	loadHourShift    = loadStratumShift + 16
	loadBands        = 1<<15 - 1
)

// conditions is the state of the check.
type conditions struct {
	env      *audit.Env
	settings *ConditionsSettings
	judge    decided.Judge
	n        [condGuards]int64

	strata  stats.Keys   // product, application type, policy and replay
	flags   bands.Counts // of every judged row
	latency bands.Counts // of those with a latency
	load    stats.Cube
	hours   stats.Cube // all rows on record, by hour

	// Caches and scratch, no part of the state.
	at                      condColumns
	faults                  condFaults
	incidents               *cause.Incidents
	deciders                rows.Codes[bool]
	calendar                *audit.Calendar
	joint                   []int32
	dicts                   [3]*features.Dict
	sizes                   [3]int
	keys, slow, busy, clock []uint64
	scores, slowScores      []float64
	text                    []byte
}

type condColumns struct {
	product, application, policy, decided, decider, override, status, code, latency, score int
}

func newConditions(env *audit.Env) (*conditions, error) {
	s := &conditions{env: env, settings: env.Settings.(*ConditionsSettings)}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, false)
	s.calendar = env.Plan.Calendar()
	s.incidents = cause.NewIncidents(env)
	s.faults.plan = env.Plan
	for name, at := range map[string]*int{
		"product": &s.at.product, "application_type": &s.at.application, "policy_version": &s.at.policy, "decided_at": &s.at.decided,
		"decider": &s.at.decider, "override_reason": &s.at.override, "engine_status": &s.at.status, "error_code": &s.at.code,
		"latency_ms": &s.at.latency, "score": &s.at.score,
	} {
		*at = env.Col("decisions", name)
	}
	return s, nil
}

// Update counts the rows of a batch.
func (s *conditions) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	when := &b.Cols[s.at.decided]
	s.clock = s.clock[:0]
	for i := range b.N {
		if when.Valid == nil || when.Valid[i] {
			s.clock = append(s.clock, uint64(hourOf(when.Ints[i])))
		}
	}
	s.hours.AddSlice(s.clock)
	judged, approvals := s.judge.Rows(b)
	s.faults.bind(&b.Cols[s.at.status], &b.Cols[s.at.code])
	s.joined(b)
	latency, decider, override, score := &b.Cols[s.at.latency], &b.Cols[s.at.decider], &b.Cols[s.at.override], &b.Cols[s.at.score]
	deciders := s.deciders.Of(decider, isPerson)
	s.keys, s.slow, s.busy, s.scores, s.slowScores = s.keys[:0], s.slow[:0], s.busy[:0], s.scores[:0], s.slowScores[:0]
	for j, row := range judged {
		i := int(row)
		class := s.faults.of(i)
		person := override.Codes[i] != features.Null
		if c := decider.Codes[i]; c != features.Null {
			person = person || deciders[c]
		}
		switch {
		case when.Valid != nil && !when.Valid[i]:
			s.n[condUndated]++
			continue
		case class == condHold:
			s.n[condFraud]++
			continue
		case person:
			s.n[condPerson]++
			continue
		}
		at := when.Ints[i]
		outcome := uint32(0)
		if approvals[j] == 0 {
			outcome = condDenied
		}
		if class == condFault {
			outcome |= condTechnical
		}
		if len(s.incidents.List) > 0 && s.incidents.At(at, "") >= 0 {
			outcome |= condIncident
		}
		cell := outcome
		if s.faults.coded(i) {
			cell |= condError
		}
		if h := s.calendar.Hour(at); s.settings.night(h) {
			cell |= condNight
		}
		if d := s.calendar.Day(at); weekend(d) {
			cell |= condWeekend
		}
		x := score.Floats[i]
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			x = b.Scores.Score[i]
		}
		stratum := s.stratum(b, i)
		s.keys, s.scores = append(s.keys, bands.Key(stratum, cell)), append(s.scores, x)
		s.busy = append(s.busy, uint64(hourOf(at))<<loadHourShift|uint64(stratum)<<loadStratumShift|loadBand(x)<<loadBandShift|uint64(outcome))
		if latency.Valid == nil || latency.Valid[i] {
			s.slow = append(s.slow, bands.Key(stratum, latencyBin(latency.Ints[i])<<condShift|outcome))
			s.slowScores = append(s.slowScores, x)
		}
	}
	s.load.AddSlice(s.busy)
	s.flags.AddSlice(s.keys, s.scores)
	s.latency.AddSlice(s.slow, s.slowScores)
}

// hourOf is the hour since 1970, shifted so that none is negative.
func hourOf(us int64) int64 {
	const hour = 3600 * 1_000_000
	h := us / hour
	if us%hour < 0 {
		h--
	}
	return max(0, h+1<<20) & (1<<30 - 1)
}

// night reports whether an hour of the day lies in the night.
func (s *ConditionsSettings) night(h int) bool {
	if s.NightFrom < s.NightTo {
		return h >= s.NightFrom && h < s.NightTo
	}
	return h >= s.NightFrom || h < s.NightTo
}

// weekend reports whether a day is a Saturday or a Sunday; day 0 was a Thursday.
func weekend(day int64) bool {
	d := (day + 4) % 7
	if d < 0 {
		d += 7
	}
	return d == 0 || d == 6
}

// latencyBin is the bin of a latency: one for each whole number below 16, then
// 16 a doubling.
func latencyBin(ms int64) uint32 {
	x := uint64(max(0, ms))
	if x < 16 {
		return uint32(x)
	}
	e := bits.Len64(x) - 1
	return uint32(e-3)<<4 | uint32(x>>(e-4)&15)
}

// latencyEdge is the least latency of a bin.
func latencyEdge(bin uint32) float64 {
	if bin < 16 {
		return float64(bin)
	}
	return math.Ldexp(float64(16+bin&15), int(bin>>4)-1)
}

// loadBand is the coarse band of a score: eight a doubling, by sign; 0 without
// one.
func loadBand(x float64) uint64 {
	if x != x {
		return 0
	}
	b := math.Float64bits(x + 0)
	if b>>63 != 0 {
		b = ^b
	} else {
		b |= 1 << 63
	}
	return b >> 49 & loadBands
}

// stratum numbers the stratum of row i, by its codes.
func (s *conditions) stratum(b *features.Batch, i int) uint32 {
	replayed := len(features.Outcomes) // none
	if b.Replay != nil && b.Replay.Policy[i] >= 0 && b.Replay.Outcome[i] != features.Undecided && !b.Replay.Edge[i] {
		replayed = int(b.Replay.Outcome[i])
	}
	p, a, v := int(b.Cols[s.at.product].Codes[i])+1, int(b.Cols[s.at.application].Codes[i])+1, int(b.Cols[s.at.policy].Codes[i])+1
	k := ((p*s.sizes[1]+a)*s.sizes[2]+v)*(len(features.Outcomes)+1) + replayed
	if k < len(s.joint) {
		if id := s.joint[k]; id >= 0 {
			return uint32(id)
		}
	}
	s.text = s.text[:0]
	for _, c := range []int{s.at.product, s.at.application, s.at.policy} {
		s.text = append(append(s.text, b.Cols[c].Text(i)...), 0)
	}
	s.text = append(s.text, byte('0'+replayed))
	id := s.strata.IDBytes(s.text)
	if id >= bands.MaxStrata {
		panic("conditions: too many products, application types and policies")
	}
	if k < len(s.joint) {
		s.joint[k] = id
	}
	return uint32(id)
}

// joined makes the table of strata by dictionary codes anew where the
// dictionaries are others, or have grown.
func (s *conditions) joined(b *features.Batch) {
	var dicts [3]*features.Dict
	var sizes [3]int
	n := len(features.Outcomes) + 1
	for k, c := range []int{s.at.product, s.at.application, s.at.policy} {
		dicts[k] = b.Cols[c].Dict
		sizes[k] = dicts[k].Len() + 1
		n *= sizes[k]
	}
	if dicts == s.dicts && sizes == s.sizes {
		return
	}
	s.dicts, s.sizes = dicts, sizes
	if n > 1<<20 {
		n = 0 // by name, then
	}
	s.joint = slices.Grow(s.joint[:0], n)[:n]
	for i := range s.joint {
		s.joint[i] = -1
	}
}

// Merge adds what o has counted.
func (s *conditions) Merge(other audit.State) {
	o := other.(*conditions)
	s.judge.Merge(&o.judge)
	for i, n := range o.n {
		s.n[i] += n
	}
	ids := s.strata.Merge(&o.strata)
	number := func(stratum, cell uint32) (uint32, uint32) { return uint32(ids[stratum]), cell }
	s.flags.Merge(&o.flags, number)
	s.latency.Merge(&o.latency, number)
	s.load.Merge(o.load.Map(func(k uint64) uint64 { return renumberLoad(k, ids) }))
	s.hours.Merge(&o.hours)
}

func renumberLoad(k uint64, ids []int32) uint64 {
	const mask = 1<<16 - 1
	return k&^(mask<<loadStratumShift) | uint64(ids[k>>loadStratumShift&mask])<<loadStratumShift
}

// MarshalBinary encodes the state, its strata by name.
func (s *conditions) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte('C')
	s.judge.Encode(e)
	e.Ints(s.n[:])
	ranks := s.strata.Ranks()
	var names []string
	for _, id := range s.strata.Sorted() {
		names = append(names, s.strata.Value(id))
	}
	e.Strings(names)
	number := func(stratum, cell uint32) (uint32, uint32) { return uint32(ranks[stratum]), cell }
	s.flags.Encode(e, number)
	s.latency.Encode(e, number)
	e.Value(s.load.Map(func(k uint64) uint64 { return renumberLoad(k, ranks) }))
	e.Value(&s.hours)
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *conditions) UnmarshalBinary(data []byte) error {
	t, err := newConditions(s.env)
	if err != nil {
		return err
	}
	d := stats.NewDecoder(data)
	d.Tag('C')
	t.judge.Decode(d)
	if n := d.Ints(); len(n) == condGuards {
		copy(t.n[:], n)
	} else {
		d.Fail("%d guards instead of %d", len(n), int(condGuards))
	}
	names := d.Strings()
	for i, name := range names {
		if i > 0 && names[i-1] >= name {
			d.Fail("strata out of order")
		}
		t.strata.ID(name)
	}
	t.flags.Decode(d)
	t.latency.Decode(d)
	d.Value(&t.load)
	d.Value(&t.hours)
	known := func(stratum, _ uint32, n int64) {
		if int(stratum) >= len(names) || n < 0 {
			d.Fail("a stratum without a name")
		}
	}
	t.flags.Each(known)
	t.latency.Each(known)
	for k, n := range t.load.All() {
		known(uint32(k>>loadStratumShift&(1<<16-1)), 0, n)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *t
	return nil
}
