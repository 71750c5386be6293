package scenario

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
	"evenhand/audit/stats"
	"evenhand/features"
)

const reverseName = "reversestress"

// ReverseStress finds the smallest shift of the cut-offs that would break a
// limit.
var ReverseStress = &audit.Check{
	Name:    reverseName,
	Title:   audit.T("What it would take", "要变到什么程度"),
	Doc:     reverseDoc,
	DocZh:   reverseDocZh,
	Words:   reverseWords,
	Chapter: "scenarios",
	Clauses: clauses.IDs(clauses.SR262),
	Needs:   needs,
	Settings: func() any {
		return &ReverseSettings{Months: 12, PDO: 20, LGD: 0.5, Ratio: 0.8, Rise: 0.1, Approvals: 0.9}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newReverse(env) },
	Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
}

// ReverseSettings are the parameters of reversestress.
type ReverseSettings struct {
	Months    int     `yaml:"months" doc:"months of decisions before as_of that are looked at; 0: all; default 12"`
	PDO       float64 `yaml:"pdo" doc:"points that double the odds, to shift cut-offs of probabilities and log-odds; default 20"`
	LGD       float64 `yaml:"lgd" doc:"share of the exposure that is lost when a loan goes bad; default 0.5"`
	Ratio     float64 `yaml:"ratio" doc:"adverse impact ratio that is not to be fallen below; default 0.8"`
	Rise      float64 `yaml:"rise" doc:"share by which the expected loss may exceed today's; default 0.1"`
	Loss      float64 `yaml:"loss" doc:"expected loss that is not to be exceeded, in units of the currency; 0 (default): as rise says"`
	Approvals float64 `yaml:"approvals" doc:"share of today's approvals that is not to be fallen below; default 0.9"`
}

// Validate reports the first setting that is wrong.
func (s *ReverseSettings) Validate() error {
	if err := common(reverseName, s.Months, s.PDO, s.LGD); err != nil {
		return err
	}
	switch {
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("checks: reversestress: ratio %v must be above 0 and at most 1", s.Ratio)
	case !(s.Rise >= 0):
		return fmt.Errorf("checks: reversestress: rise %v must not be negative", s.Rise)
	case !(s.Loss >= 0):
		return fmt.Errorf("checks: reversestress: loss %v must not be negative", s.Loss)
	case !(s.Approvals > 0 && s.Approvals <= 1):
		return fmt.Errorf("checks: reversestress: approvals %v must be above 0 and at most 1", s.Approvals)
	}
	return nil
}

// reverse is the state of reversestress.
type reverse struct {
	env      *audit.Env
	settings *ReverseSettings
	world    *world
	ledger   ledger
}

func newReverse(env *audit.Env) (*reverse, error) {
	s := &reverse{env: env, settings: env.Settings.(*ReverseSettings)}
	if err := s.settings.Validate(); err != nil {
		return nil, wrong(env, err)
	}
	var err error
	s.world, err = newWorld(env, s.settings.Months, s.settings.PDO, "")
	return s, err
}

// Update counts the rows of a batch.
func (s *reverse) Update(b *features.Batch) {
	if b.Table == decisions {
		s.ledger.add(s.world.look(b))
	}
}

// Merge adds what another state has counted.
func (s *reverse) Merge(other audit.State) {
	o := other.(*reverse)
	s.ledger.merge(&o.ledger, s.world.merge(o.world))
}

// MarshalBinary writes the state, its leaves in the order of their values.
func (s *reverse) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	order := s.world.leaves.sorted()
	s.world.encode(e)
	s.world.leaves.encode(e, order)
	s.ledger.encode(e, order)
	return e.Data(), nil
}

// UnmarshalBinary replaces the state by an encoded one.
func (s *reverse) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	s.world.decode(d)
	s.ledger.decode(d, s.world.leaves.decode(d))
	if err := d.Finish(); err != nil {
		return fmt.Errorf("reversestress: %w", err)
	}
	return nil
}

// Finish adds the metrics and the coverage.
func (s *reverse) Finish(r *audit.Result) {
	w, l := s.world, &s.ledger
	cov := w.coverage(reverseName)
	defer func() { r.Coverage = append(r.Coverage, cov) }()
	rate := newRating(s.env, &w.leaves, func(leaf int) int64 { return l.groups[leaf].n })
	if rate.n == 0 || len(w.cuts) == 0 {
		return
	}
	at := func(d int) func(leaf int) int64 { return func(leaf int) int64 { return l.groups[leaf].above(d) } }
	for k := range rate.dims {
		s.impacts(r, rate, &rate.dims[k], at)
	}
	total := func(d int) (n int64) {
		for i := range l.groups {
			n += l.groups[i].above(d)
		}
		return n
	}
	m := s.metric("reverse_approvals_score_shift", "stricter")
	m.N, m.Threshold = total(0), s.settings.Approvals
	s.set(&m, 1, func(d int) bool { return float64(total(d)) < float64(s.settings.Approvals*float64(total(0))) })
	r.Metrics = append(r.Metrics, m)

	rates := l.seen.rates(s.env.Plan.Honesty.MinCell)
	loss := func(d int) float64 {
		k := l.at(d)
		_, x := k.expected(&rates)
		return float64(x*s.settings.LGD) / float64(s.env.Plan.MoneyScale())
	}
	limit := s.settings.Loss
	if limit == 0 {
		limit = loss(0) * (1 + s.settings.Rise)
	}
	if limit != limit || loss(0) == 0 && s.settings.Loss == 0 {
		cov.Why = append(cov.Why, audit.T("no expected loss can be told: which shift would exceed a limit is not told", "无法计算预期损失：不计算何种移动会超出上限"))
		return
	}
	m = s.metric("reverse_loss_score_shift", "looser")
	m.N, m.Threshold = total(0), limit
	s.set(&m, -1, func(d int) bool { return loss(d) > limit })
	r.Metrics = append(r.Metrics, m)
}

func (s *reverse) metric(name, direction string) audit.Metric {
	m := audit.NewMetric(reverseName, name)
	m.Segment = "direction=" + direction
	return m
}

// set makes m the least shift in a direction at which something is broken; NaN
// when none within reach breaks it, 0 when it is broken today.
func (s *reverse) set(m *audit.Metric, sign int, broken func(d int) bool) {
	for d := 0; d <= reach; d++ {
		if broken(sign * d) {
			m.Value = float64(sign * d)
			break
		}
	}
	if m.Value != m.Value {
		m.Warnings = append(m.Warnings, audit.Tf("no shift of up to %d points does", "移动至多 %d 分均不会", reach))
	}
	if m.N < s.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
}

// impacts adds, for each group, the shifts that bring its ratio below the
// limit, or where it is below today, back to it.
func (s *reverse) impacts(r *audit.Result, rate *rating, d *dimension, at func(int) func(int) int64) {
	for _, i := range rate.rated(d) {
		air := func(shift int) float64 {
			return ratio(d.of(i, at(shift)), d.n[i], d.of(d.ref, at(shift)), d.n[d.ref])
		}
		name, broken := "reverse_air_score_shift", func(shift int) bool { return air(shift) < s.settings.Ratio }
		if broken(0) {
			name, broken = "reverse_air_recovery_score_shift", func(shift int) bool { return air(shift) >= s.settings.Ratio }
		}
		for _, way := range []struct {
			direction string
			sign      int
		}{{"stricter", 1}, {"looser", -1}} {
			m := s.metric(name, way.direction)
			m.Group, m.Reference = d.plan.Name+"="+d.groups[i], d.plan.Name+"="+d.groups[d.ref]
			m.K, m.N, m.KRef, m.NRef = d.of(i, at(0)), d.n[i], d.of(d.ref, at(0)), d.n[d.ref]
			m.Threshold = s.settings.Ratio
			m.Effect, m.EffectOf = air(0), "ratio today"
			s.set(&m, way.sign, broken)
			r.Metrics = append(r.Metrics, m)
		}
	}
}
