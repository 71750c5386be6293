package consistency

import (
	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// decisionsNeed is what the checks that compare like decisions read of them.
func decisionsNeed() audit.TableNeed {
	return audit.TableNeed{
		Table:    "decisions",
		Required: []string{"decision_id", "customer_id", "product", "decided_at", "outcome"},
		Optional: []audit.Want{
			{Column: "application_type"}, {Column: "is_test"}, {Column: "account_id"},
			{Column: "decider", Effect: audit.T("decisions of persons are not told apart", "无法区分人工决定")},
			{Column: "override_reason"}, {Column: "reviewer"}, {Column: "model_version"},
			{Column: "policy_version", Effect: audit.T("versions of the policy are told apart by period or registry only", "仅能按期间或政策登记区分政策版本")},
			{Column: "score"}, {Column: "requested_amount"}, {Column: "approved_limit"}, {Column: "channel"}, {Column: "partner"},
			{Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "engine_status"}, {Column: "error_code"}, {Column: "latency_ms"},
			{Column: "disclosure_exemption"},
		},
		Features: true,
	}
}

// columns are the positions of what these checks read.
type columns struct {
	id, customer, account, product, decided, outcome int
	application, decider, override, reviewer         int
	model, policy, score, requested, granted         int
	channel, partner, experiment, arm, status, code  int
	latency, exemption                               int
}

func (c *columns) find(env *audit.Env) {
	for name, at := range map[string]*int{
		"decision_id": &c.id, "customer_id": &c.customer, "account_id": &c.account, "product": &c.product,
		"decided_at": &c.decided, "outcome": &c.outcome, "application_type": &c.application, "decider": &c.decider,
		"override_reason": &c.override, "reviewer": &c.reviewer, "model_version": &c.model, "policy_version": &c.policy,
		"score": &c.score, "requested_amount": &c.requested, "approved_limit": &c.granted, "channel": &c.channel, "partner": &c.partner,
		"experiment_id": &c.experiment, "experiment_arm": &c.arm, "engine_status": &c.status, "error_code": &c.code,
		"latency_ms": &c.latency, "disclosure_exemption": &c.exemption,
	} {
		*at = env.Col("decisions", name)
	}
}

// Guards besides those of decided.Judge, in the order they apply.
const (
	byPerson = iota
	byFault
	byHold
	sorterGuards
)

var sorterNames = [sorterGuards]audit.Text{
	byPerson: audit.T("decided or overridden by a person", "人工决定或改判"),
	byFault:  audit.T("technical faults of the engine (see technicaldenial)", "决策引擎技术故障（见technicaldenial）"),
	byHold:   audit.T("holds, reviews and quotas outside the policy", "政策之外的管控、复审与限额"),
}

// sorter lists the decisions that the engine made by its rules, approved or
// denied. Its counts are part of the state that holds it.
type sorter struct {
	judge decided.Judge
	taken [sorterGuards]int64

	at      *columns
	persons bool // decisions of persons are let through
	// Scratch and caches, no part of the state.
	people   rows.Codes[bool]
	plan     *audit.Plan
	dicts    [2]*features.Dict
	engine   map[[2]int32]int8 // guard of a pair of status and code, or -1
	rows     []int32
	approved []uint8
}

func newSorter(env *audit.Env, at *columns) sorter {
	return sorter{judge: decided.New(env, false), at: at, plan: env.Plan}
}

func isPerson(decider string) bool { return decider == "manual" || decider == "override" }

// decisions returns the rows [lo, hi) of b that no guard takes out, in order,
// and for each 1 when it was approved. Both hold until the next call.
func (s *sorter) decisions(b *features.Batch, lo, hi int) ([]int32, []uint8) {
	list, approvals := s.judge.Range(b, lo, hi)
	decider, override, exempt := &b.Cols[s.at.decider], &b.Cols[s.at.override], &b.Cols[s.at.exemption]
	status, code := &b.Cols[s.at.status], &b.Cols[s.at.code]
	people := s.people.Of(decider, isPerson)
	if d := [2]*features.Dict{status.Dict, code.Dict}; s.engine == nil || d != s.dicts {
		s.dicts, s.engine = d, map[[2]int32]int8{}
	}
	s.rows, s.approved = s.rows[:0], s.approved[:0]
	last, guard := [2]int32{features.Null, features.Null}, int8(-1)
	for k, i := range list {
		if c := decider.Codes[i]; !s.persons && (c != features.Null && people[c] || override.Codes[i] != features.Null) {
			s.taken[byPerson]++
			continue
		}
		if pair := [2]int32{status.Codes[i], code.Codes[i]}; pair != last {
			last, guard = pair, s.classify(pair, status, code, int(i))
		}
		if guard >= 0 {
			s.taken[guard]++
			continue
		}
		if exempt.Codes[i] != features.Null {
			s.taken[byHold]++
			continue
		}
		s.rows, s.approved = append(s.rows, i), append(s.approved, approvals[k])
	}
	return s.rows, s.approved
}

// classify returns the guard that a pair of status and error code falls to.
func (s *sorter) classify(pair [2]int32, status, code *features.Vector, i int) int8 {
	if g, ok := s.engine[pair]; ok {
		return g
	}
	g := int8(-1)
	switch cause.Technical(s.plan, status.Text(i), code.Text(i)) {
	case "technical":
		g = byFault
	case "fraud", "partner_quota", "review":
		g = byHold
	}
	s.engine[pair] = g
	return g
}

func (s *sorter) merge(o *sorter) {
	s.judge.Merge(&o.judge)
	for i, n := range o.taken {
		s.taken[i] += n
	}
}

func (s *sorter) encode(e *stats.Encoder) {
	s.judge.Encode(e)
	e.Ints(s.taken[:])
}

func (s *sorter) decode(d *stats.Decoder) {
	s.judge.Decode(d)
	counts(d, s.taken[:], s.judge.Judged())
}

// counts decodes counts of rows, of which there are so many, and returns how
// many are left.
func counts(d *stats.Decoder, to []int64, rows int64) int64 {
	list := d.Ints()
	if len(list) != len(to) {
		d.Fail("%d counts instead of %d", len(list), len(to))
		return rows
	}
	for i, n := range list {
		if n < 0 || n > rows {
			d.Fail("%d of %d rows counted", n, rows)
			return rows
		}
		to[i] = n
		rows -= n
	}
	return rows
}

// judged is the number of rows that no guard took out.
func (s *sorter) judged() int64 {
	n := s.judge.Judged()
	for _, x := range s.taken {
		n -= x
	}
	return n
}

// coverage is the coverage of a check that judged these rows but for further
// guards.
func (s *sorter) coverage(check string, more ...audit.Excluded) audit.Coverage {
	cov := s.judge.Coverage(check)
	for i, n := range s.taken {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: sorterNames[i], Rows: n})
	}
	cov.Judged = s.judged()
	for _, x := range more {
		cov.Excluded = append(cov.Excluded, x)
		cov.Judged -= x.Rows
	}
	return cov
}
