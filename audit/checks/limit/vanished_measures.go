package limit

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// dimension is a column that promises are counted by.
type dimension struct {
	segment bool // else a group
	name    string
	column  column // of limits, or -1
	decided column // of decisions, for groups that limits do not carry
	ref     string // reference group
}

// dimensionsOf lists the plan's segments and groups.
func dimensionsOf(env *audit.Env) []dimension {
	var out []dimension
	for _, g := range env.Plan.Segments {
		out = append(out, dimension{segment: true, name: g.Name, column: columnOf(env, "limits", audit.SegmentColumn(g.Name)), decided: -1})
	}
	for _, g := range env.Plan.Groups {
		out = append(out, dimension{name: g.Name, column: columnOf(env, "limits", audit.GroupColumn(g.Name)), decided: columnOf(env, "decisions", audit.GroupColumn(g.Name)), ref: g.Reference})
	}
	return out
}

// countKey is the key of a count: what is counted, by which dimension and
// which of its values.
func countKey(what, by, value string) string { return what + "\x1f" + by + "\x1f" + value }

// count counts a promise that fell due: kept or not, and what of it came.
func (s *vanished) count(a *account, p *promise, kept bool) {
	l := &s.ledger
	by := func(dim, value string) {
		s.counts.AddN(countKey("due", dim, value), 1)
		if kept {
			s.counts.AddN(countKey("kept", dim, value), 1)
		}
		s.counts.AddN(countKey("short", dim, value), p.shortfall())
	}
	by("", "")
	by("period", s.env.Periods.Label(s.env.Periods.OfDay(p.due)))
	s.counts.AddN(countKey("day", l.product.text(a.batch, p.row), audit.DateText(p.due)), 1)
	if kept {
		s.counts.AddN(countKey("daykept", l.product.text(a.batch, p.row), audit.DateText(p.due)), 1)
	}
	if x := l.product.text(a.batch, p.row); x != "" {
		by("product", x)
	}
	for _, d := range s.groups {
		if x := s.valueOf(&d, a, p.row); x != "" {
			by(d.key(), x)
		}
	}
	if p.amount == none || p.amount <= 0 || p.spec != nil && p.spec.UpTo {
		return
	}
	at := p.at
	for i := range a.writes {
		if w := &a.writes[i]; w.kind == "increase" && w.at >= p.start && w.at < p.stop && (!p.own || string(l.promise.id(a.batch, w.row)) == string(p.id)) {
			at = w.at
		}
	}
	ratio := func(dim, value string) {
		if value == "" && dim != "" {
			return
		}
		s.counts.AddN(countKey("promised", dim, value), p.amount)
		s.counts.AddN(countKey("applied", dim, value), min(p.applied, p.amount))
	}
	ratio("", "")
	ratio("period", s.env.Periods.Label(s.env.Periods.OfDay(p.due)))
	ratio("policy_version", l.policy.text(a.batch, p.row))
	ratio("experiment_arm", l.arm.text(a.batch, p.row))
	ratio("hour", hourText((at-s.calendar.Start(s.calendar.Day(at)))/hour))
}

// valueOf is the group or segment of row i: as limits say, else as the
// customer's last decision that says any.
func (s *vanished) valueOf(d *dimension, a *account, i int) string {
	x := d.column.text(a.batch, i)
	for r, j := &s.timeline.Decisions, s.timeline.Decisions.Hi-1; x == "" && r.Batch != nil && j >= r.Lo; j-- {
		x = d.decided.text(r.Batch, j)
	}
	return x
}

func (d *dimension) key() string {
	if d.segment {
		return "segment:" + d.name
	}
	return "group:" + d.name
}

func hourText(h int64) string { return string([]byte{byte('0' + h/10%10), byte('0' + h%10)}) }

// measures writes the metrics of a state.
type measures struct {
	*vanished
	r      *audit.Result
	n      map[string]int64
	hidden map[string]bool // groups too small to publish
}

func (m *measures) metric(name string) audit.Metric { return audit.NewMetric(vanishedName, name) }

// rate adds a share k of n with its Wilson interval.
func rate(x audit.Metric, plan *audit.Plan, k, n int64) audit.Metric {
	x.K, x.N = k, n
	if n > 0 {
		x.Value = float64(k) / float64(n)
		i := stats.Wilson(k, n, plan.Honesty.Level)
		x.Low, x.High, x.Level, x.Interval = i.Lo, i.Hi, plan.Honesty.Level, "wilson"
	}
	if n < plan.Honesty.MinCell {
		x.Reach = audit.Insufficient
	}
	return x
}

func (m *measures) add(x audit.Metric) { m.r.Metrics = append(m.r.Metrics, x) }

// write adds the metrics. kept are the finished cases.
func (m *measures) write(cases []audit.Case) {
	m.n = map[string]int64{}
	var values []rows.Value = m.counts.Values()
	for _, v := range values {
		m.n[v.Name] = v.N
	}
	m.hide(values)
	due := m.n[countKey("due", "", "")]
	for _, v := range values {
		what, by, value := splitKey(v.Name)
		if what != "due" || by == "period" && value == "" {
			continue
		}
		m.keptRate(by, value)
	}
	m.differences(values)
	byCause := map[string]int64{}
	for i := range cases {
		c := &cases[i]
		if c.Substance != audit.NotYet && slices.Contains(c.Rules, "R1.1") {
			byCause[c.Cause]++
		}
	}
	for _, c := range sortedKeys(byCause) {
		x := m.metric("promise_unmet_rate")
		x.Segment = "cause=" + c
		m.add(rate(x, m.env.Plan, byCause[c], due))
	}
	for _, v := range values {
		what, by, value := splitKey(v.Name)
		if what != "promised" || by == "period" && value == "" {
			continue
		}
		x := m.metric("promise_applied_ratio")
		place(&x, by, value)
		x.K, x.N = m.n[countKey("applied", by, value)], v.N
		x.Value = float64(x.K) / float64(x.N)
		m.add(x)
	}
	if due > 0 {
		x := m.metric("promise_shortfall")
		x.Value = float64(m.n[countKey("short", "", "")])
		m.add(x)
		x = m.metric("promise_not_due")
		x.Value = float64(m.vanished.n[vNotDue])
		m.add(x)
		if k := m.vanished.n[vUpTo]; k > 0 {
			x = m.metric("promise_up_to")
			x.Value = float64(k)
			m.add(x)
		}
	}
	m.load()
	m.turns()
	if n := m.vanished.n[vPaced]; n > 0 {
		stops := int64(0)
		for _, v := range values {
			if what, _, _ := splitKey(v.Name); what == "stop" {
				stops += v.N
			}
		}
		m.add(rate(m.metric("cadence_stop_rate"), m.env.Plan, stops, n))
		for _, q := range []struct {
			reason string
			at     int
		}{{"campaign_end", vQuietEnd}, {"cap", vQuietCap}, {"frozen_or_closed", vQuietClosed}, {"told", vQuietTold}} {
			if k := m.vanished.n[q.at]; k > 0 {
				x := m.metric("cadence_quiet_end_rate")
				x.Segment = "reason=" + q.reason
				m.add(rate(x, m.env.Plan, k, n))
			}
		}
	}
}

func splitKey(k string) (what, by, value string) {
	what, rest, _ := strings.Cut(k, "\x1f")
	by, value, _ = strings.Cut(rest, "\x1f")
	return what, by, value
}

// place says which slice a metric is about.
func place(x *audit.Metric, by, value string) {
	switch name, group := strings.CutPrefix(by, "group:"); {
	case by == "":
	case by == "period":
		x.Period = value
	case group:
		x.Group = name + "=" + value
	default:
		x.Segment = strings.TrimPrefix(by, "segment:") + "=" + value
	}
}

func (m *measures) keptRate(by, value string) {
	x := m.metric("promise_kept_rate")
	place(&x, by, value)
	x = rate(x, m.env.Plan, m.n[countKey("kept", by, value)], m.n[countKey("due", by, value)])
	if m.hidden[by+"\x1f"+value] {
		x.Suppress()
	}
	m.add(x)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
