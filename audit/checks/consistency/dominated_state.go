package consistency

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What takes judged decisions out of dominated, in the order applied.
const (
	domUndated = iota
	domEngine
	domPerson
	domBlind
	domLenient
	domCooling
	domGuards
)

var domGuardNames = [domGuards]audit.Text{
	domUndated: audit.T("without decided_at", "没有decided_at"),
	domEngine:  audit.T("technical errors, fraud holds and other codes of the engine", "技术故障、欺诈管控及引擎的其他代码"),
	domPerson:  audit.T("overrides and decisions by a person: in the comparison files only", "人工改判和人工决定：仅列入对照档案"),
	domBlind:   audit.T("nothing with a direction is known to be read", "决策所用的项目中没有标明方向的"),
	domLenient: audit.T("approved against the policy: no witness", "通过与政策不符：不作对照"),
	domCooling: audit.T("denied for a time of cooling off, which is on no column", "因冷静期被拒绝：不在任何列中"),
}

// Samples of decisions: the least by the hash of the decision_id.
const (
	domApproved = iota
	domOpen     // denied, and the replay does not deny, or says nothing
	domRight    // denied, and the replay denies too
	domNearYes  // approved within the marginal band
	domNearNo   // denied within it
	domSamples
)

// domSeed tells the hashes of this check from others'.
const domSeed = 0x646f6d

// dominance is the state of dominated.
type dominance struct {
	env      *audit.Env
	settings *DominatedSettings
	judge    decided.Judge
	n        [domGuards]int64
	kept     [domSamples]*rows.Sample[string]

	// Caches and scratch, no part of the state.
	schemes domSchemes
	faults  condFaults
	persons rows.Codes[bool]
	at      domColumns
	groups  []int
	record  domRecord
	enc     []byte
	equal   []byte
}

// domColumns are the positions of what dominated reads, besides what decisions
// read.
type domColumns struct {
	id, customer, product, decided, outcome, application, decider, override int
	policy, model, experiment, arm, status, code, score, amount             int
}

func newDominance(env *audit.Env) (*dominance, error) {
	s := &dominance{env: env, settings: env.Settings.(*DominatedSettings), schemes: domSchemes{env: env}}
	if err := s.settings.validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, false)
	s.faults.plan = env.Plan
	s.reset()
	for name, at := range map[string]*int{
		"decision_id": &s.at.id, "customer_id": &s.at.customer, "product": &s.at.product, "decided_at": &s.at.decided,
		"outcome": &s.at.outcome, "application_type": &s.at.application, "decider": &s.at.decider, "override_reason": &s.at.override,
		"policy_version": &s.at.policy, "model_version": &s.at.model, "experiment_id": &s.at.experiment, "experiment_arm": &s.at.arm,
		"engine_status": &s.at.status, "error_code": &s.at.code, "score": &s.at.score, "requested_amount": &s.at.amount,
	} {
		*at = env.Col("decisions", name)
	}
	for _, g := range env.Plan.Groups {
		s.groups = append(s.groups, env.Col("decisions", audit.GroupColumn(g.Name)))
	}
	return s, nil
}

func (s *dominance) reset() {
	most := s.settings.Most
	for k, limit := range [domSamples]int{most, most / 2, most / 4, most / 8, most / 8} {
		s.kept[k] = rows.NewSample(limit, strings.Compare)
	}
}

// Update keeps the decisions of a batch that can be compared.
func (s *dominance) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approvals := s.judge.Rows(b)
	s.faults.bind(&b.Cols[s.at.status], &b.Cols[s.at.code])
	when, decider, override := &b.Cols[s.at.decided], &b.Cols[s.at.decider], &b.Cols[s.at.override]
	persons := s.persons.Of(decider, isPerson)
	var cutoffs []float64
	for j, row := range judged {
		i := int(row)
		approved := approvals[j] == 1
		if when.IsNull(i) {
			s.n[domUndated]++
			continue
		}
		if s.faults.of(i) != condOrdinary {
			s.n[domEngine]++
			continue
		}
		person := override.Codes[i] != features.Null
		if c := decider.Codes[i]; c != features.Null {
			person = person || persons[c]
		}
		m, p := int16(-1), int16(-1)
		if b.Scores != nil {
			m = b.Scores.Model[i]
		}
		if b.Replay != nil {
			p = b.Replay.Policy[i]
		}
		scheme := s.schemes.of(m, p)
		h := rows.Hash(domSeed, b.Cols[s.at.id].Opaque(i))
		if len(s.groups) > 0 && p >= 0 {
			if cutoffs == nil {
				cutoffs = s.schemes.engine.Cutoffs(b, b.Replay.Policy, nil)
			}
			s.near(b, i, scheme, m, p, h, approved, person, cutoffs[i])
		}
		s.compare(b, i, scheme, m, p, h, approved, person)
	}
}

// near keeps a decision within the marginal band for the comparison files.
func (s *dominance) near(b *features.Batch, i int, scheme *domScheme, m, p int16, h uint64, approved, person bool, cutoff float64) {
	score := b.Cols[s.at.score].Floats[i]
	if m >= 0 {
		score = b.Scores.Score[i]
	}
	if !scheme.directed || !(math.Abs(score-cutoff) <= s.settings.Band) {
		return
	}
	k := domNearNo
	if approved {
		k = domNearYes
	}
	s.keep(k, b, i, scheme, m, p, h, person, cutoff)
}

// compare keeps a decision for dominance, unless a guard takes it out.
func (s *dominance) compare(b *features.Batch, i int, scheme *domScheme, m, p int16, h uint64, approved, person bool) {
	outcome, edge := features.Undecided, false
	if b.Replay != nil && p >= 0 {
		outcome, edge = b.Replay.Outcome[i], b.Replay.Edge[i]
	}
	against := outcome != features.Undecided && features.Outcomes[outcome] != "approved" && features.Outcomes[outcome] != "approved_lower"
	k := domOpen
	switch {
	case person:
		s.n[domPerson]++
		return
	case !scheme.directed:
		s.n[domBlind]++
		return
	case approved && against && !edge:
		s.n[domLenient]++
		return
	case approved:
		k = domApproved
	case against && !edge && features.Outcomes[outcome] == "denied":
		if rule := b.Replay.Rule[i]; rule >= 0 && s.env.Policies.Policies[p].RuleStage(int(rule)) == "cooling_off" {
			s.n[domCooling]++
			return
		}
		k = domRight
	}
	s.keep(k, b, i, scheme, m, p, h, false, math.NaN())
}

// keep packs a decision into a sample.
func (s *dominance) keep(k int, b *features.Batch, i int, scheme *domScheme, m, p int16, h uint64, person bool, cutoff float64) {
	if !s.kept[k].Wants(h) {
		s.kept[k].Skip()
		return
	}
	r := &s.record
	*r = domRecord{
		id: string(b.Cols[s.at.id].Opaque(i)), customer: string(b.Cols[s.at.customer].Opaque(i)), product: b.Cols[s.at.product].Text(i),
		policyName: b.Cols[s.at.policy].Text(i), modelName: b.Cols[s.at.model].Text(i), decider: b.Cols[s.at.decider].Text(i),
		at: b.Cols[s.at.decided].Ints[i], outcome: features.Undecided, replayed: features.Undecided, rule: -1, model: m, policy: p, person: person,
		score: finite(b.Cols[s.at.score].Floats[i]), cutoff: finite(cutoff),
		values: r.values[:0], words: r.words[:0], groups: r.groups[:0],
	}
	if at := slices.Index(features.Outcomes, b.Cols[s.at.outcome].Text(i)); at >= 0 {
		r.outcome = uint8(at)
	}
	if v := &b.Cols[s.at.amount]; !v.IsNull(i) {
		r.amount = v.Ints[i]
	}
	if m >= 0 {
		r.score = finite(b.Scores.Score[i])
	}
	if b.Replay != nil && p >= 0 {
		r.replayed, r.edge, r.rule = b.Replay.Outcome[i], b.Replay.Edge[i], b.Replay.Rule[i]
	}
	r.limited = r.replayed == features.Undecided || r.edge || features.Outcomes[r.replayed] == "denied" && r.rule >= 0 &&
		s.env.Policies.Policies[p].RuleStage(int(r.rule)) == "limit"
	s.equal = s.equal[:0]
	for _, c := range []int{s.at.product, s.at.application, s.at.policy, s.at.model, s.at.experiment, s.at.arm} {
		s.equal = append(append(s.equal, b.Cols[c].Text(i)...), 0)
	}
	s.equal = append(s.equal, byte(m), byte(m>>8), byte(p), byte(p>>8))
	for k := range scheme.dims {
		d := &scheme.dims[k]
		if d.column < 0 {
			r.values = append(r.values, r.score)
			continue
		}
		v := &b.Cols[d.column]
		x := math.NaN()
		if d.kind == features.Text {
			word := v.Text(i)
			r.words = append(r.words, word)
			if d.points == nil {
				s.equal = append(append(s.equal, word...), 0)
			}
		} else if x = finite(d.value(v, i)); d.points == nil && (!d.limit || d.sign == 0) {
			s.equal = d.mark(s.equal, x)
		}
		r.values = append(r.values, x)
	}
	r.stratum = string(s.equal)
	for _, c := range s.groups {
		g := b.Cols[c].Text(i)
		if b.Cols[c].Codes[i] == features.Null {
			g = domUnknown
		}
		r.groups = append(r.groups, g)
	}
	e := stats.NewEncoder(s.enc[:0])
	r.pack(e)
	s.enc = e.Data()
	s.kept[k].Add(h, string(s.enc))
}

// domUnknown is the group of rows without one.
const domUnknown = "(unknown)"

// mark appends what must be equal of a number: all of it where it has no
// direction, or stands for itself; else whether it is there.
func (d *domDim) mark(to []byte, x float64) []byte {
	l := x
	switch {
	case x != x:
		return append(to, 1)
	case d.special(x):
		to = append(to, 2)
	case d.sign != 0:
		return append(to, 3)
	default:
		to = append(to, 4)
		if !d.any {
			k, on := slices.BinarySearch(d.edges, x)
			l = float64(2*k + domOne(on))
		}
	}
	bits := math.Float64bits(l + 0)
	for k := range 8 {
		to = append(to, byte(bits>>(8*k)))
	}
	return to
}

// Merge adds what o has kept.
func (s *dominance) Merge(other audit.State) {
	o := other.(*dominance)
	s.judge.Merge(&o.judge)
	for i, n := range o.n {
		s.n[i] += n
	}
	for k := range s.kept {
		s.kept[k].Merge(o.kept[k])
	}
}

// MarshalBinary encodes the state.
func (s *dominance) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte('D')
	s.judge.Encode(e)
	e.Ints(s.n[:])
	for _, k := range s.kept {
		k.Encode(e, func(e *stats.Encoder, v string) { e.String(v) })
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *dominance) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	d.Tag('D')
	s.judge.Decode(d)
	if n := d.Ints(); len(n) == len(s.n) {
		copy(s.n[:], n)
	} else {
		d.Fail("%d guards instead of %d", len(n), len(s.n))
	}
	s.reset()
	for _, k := range s.kept {
		k.Decode(d, func(d *stats.Decoder) string {
			v := d.String()
			var r domRecord
			if err := r.unpack(v); err != nil {
				d.Fail("bad decision: %v", err)
			} else if int(r.outcome) >= len(features.Outcomes) && r.outcome != features.Undecided || int(r.replayed) >= len(features.Outcomes) && r.replayed != features.Undecided {
				d.Fail("bad outcome")
			} else if r.model < -1 || int(r.model) >= len(s.env.Models) || r.policy < -1 || r.policy >= 0 && (s.env.Policies == nil || int(r.policy) >= len(s.env.Policies.Policies)) {
				d.Fail("a model or policy that the plan does not have")
			} else if len(r.groups) != len(s.groups) {
				d.Fail("%d groups instead of %d", len(r.groups), len(s.groups))
			}
			return v
		})
	}
	return d.Finish()
}
