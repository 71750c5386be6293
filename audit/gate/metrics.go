package gate

import (
	"math"
	"strconv"
	"strings"

	"evenhand/audit"
)

// metrics are the gates on numbers.
func (e *evaluation) metrics() {
	for i := range e.Plan.Gates.Metrics {
		s := &e.Plan.Gates.Metrics[i]
		g := e.gate("gates.metrics."+strconv.Itoa(i+1), e.limit(s))
		last := e.last(s)
		var held, past, small []*audit.Metric
		for j := range e.Result.Metrics {
			m := &e.Result.Metrics[j]
			if !named(s, m) || !within(s.Segment, m.Segment) || !within(s.Group, m.Group) || !during(s.Period, m.Period, last) {
				continue
			}
			switch x := bound(s, m); {
			case m.Suppressed || m.Status == audit.Insufficient || math.IsNaN(x):
				small = append(small, m)
			default:
				held = append(held, m)
				if s.Above != nil && x > *s.Above || s.Below != nil && x < *s.Below {
					past = append(past, m)
				}
			}
		}
		if len(held)+len(small) == 0 && !e.knows(s) {
			g.elsewhere()
			continue
		}
		failing := past
		if s.Insufficient == "fail" {
			failing = append(failing[:len(failing):len(failing)], small...)
		}
		for _, m := range failing[:min(len(failing), Most)] {
			g.Metrics = append(g.Metrics, m.ID())
		}
		// A gate that saw nothing has nothing to pass on.
		g.Passed = len(failing) == 0 && (len(held) > 0 || s.Insufficient == "pass")
		g.Saw = seen(s, held, past, small)
	}
}

// knows reports whether a check of the run has a metric of the name.
func (e *evaluation) knows(s *audit.MetricGate) bool {
	for _, c := range e.Checks {
		if _, ok := c.Words[s.Name]; ok && (s.Check == "" || s.Check == c.Name) {
			return true
		}
	}
	return false
}

func named(s *audit.MetricGate, m *audit.Metric) bool {
	return m.Name == s.Name && (s.Check == "" || m.Check == s.Check)
}

// within reports whether a segment or group is one that the gate means: any by
// "", that of all rows by "all", each of a column by its name alone.
func within(want, have string) bool {
	switch {
	case want == "":
		return true
	case want == "all":
		return have == ""
	case strings.Contains(want, "="):
		return have == want
	}
	return strings.HasPrefix(have, want+"=")
}

func during(want, have, last string) bool {
	switch want {
	case "":
		return true
	case "all":
		return have == ""
	case "last":
		return have != "" && have == last
	}
	return have == want
}

// last is the last period that a metric has, for whatever rows: a group that is
// not in it must not be judged by an older one.
func (e *evaluation) last(s *audit.MetricGate) string {
	last := ""
	for i := range e.Result.Metrics {
		if m := &e.Result.Metrics[i]; named(s, m) {
			last = max(last, m.Period)
		}
	}
	return last
}

func bound(s *audit.MetricGate, m *audit.Metric) float64 {
	switch s.Bound {
	case "low":
		return m.Low
	case "high":
		return m.High
	}
	return m.Value
}

// limit says what a gate on a metric asks for.
func (e *evaluation) limit(s *audit.MetricGate) audit.Text {
	t := e.words(s)
	if s.Check != "" {
		t.En += " of " + s.Check
		t.Zh = s.Check + " 的" + t.Zh
	}
	var en, zh []string
	say := func(t audit.Text) { en, zh = append(en, t.En), append(zh, t.Zh) }
	for _, x := range []struct {
		key string
		all audit.Text
	}{
		{s.Segment, audit.T("all segments together", "全部分段合计")},
		{s.Group, audit.T("all groups together", "全部群体合计")},
		{s.Period, audit.T("all periods together", "全部期间合计")},
	} {
		switch x.key {
		case "":
		case "all":
			say(x.all)
		case "last":
			say(audit.T("last period", "最近一期"))
		default:
			say(audit.T(x.key, x.key))
		}
	}
	switch s.Bound {
	case "low":
		say(audit.T("low end of the interval", "区间下限"))
	case "high":
		say(audit.T("high end of the interval", "区间上限"))
	}
	if en != nil {
		t.En += " (" + strings.Join(en, ", ") + ")"
		t.Zh += "（" + strings.Join(zh, "，") + "）"
	}
	join := " not"
	comma := ""
	if s.Below != nil {
		t.En += join + " below " + number(*s.Below)
		t.Zh += "不低于 " + number(*s.Below)
		join, comma = " and not", "、"
	}
	if s.Above != nil {
		t.En += join + " above " + number(*s.Above)
		t.Zh += comma + "不高于 " + number(*s.Above)
	}
	return t
}

// words names a metric.
func (e *evaluation) words(s *audit.MetricGate) audit.Text {
	for _, c := range e.Checks {
		if t, ok := c.Words[s.Name]; ok && (s.Check == "" || s.Check == c.Name) {
			return t
		}
	}
	name := strings.ReplaceAll(s.Name, "_", " ")
	return audit.T(name, name)
}

// seen says what a gate on a metric saw.
func seen(s *audit.MetricGate, held, past, small []*audit.Metric) audit.Text {
	var t audit.Text
	switch n := int64(len(held)); {
	case n == 0 && len(small) == 0:
		return audit.T("no such number, so there was nothing to hold", "没有这样的指标，无从比较")
	case n == 0:
		t = audit.T("no number with enough rows", "没有样本充足的数值")
	case len(past) == 0:
		t = audit.T(audit.Plural(n, "number")+", none past it", audit.Thousands(n)+" 个数值，均未越限")
	default:
		m := worst(s, past)
		rows := strings.Join(compact(m.Period, m.Segment, m.Group), ", ")
		if rows == "" {
			t = audit.T(number(bound(s, m))+" for all rows", "全部行为 "+number(bound(s, m)))
		} else {
			t = audit.T(number(bound(s, m))+" for "+rows, rows+" 为 "+number(bound(s, m)))
		}
		t.En += " (" + m.ID() + "), " + audit.Thousands(int64(len(past))) + " past it out of " + audit.Plural(n, "number")
		t.Zh += "（" + m.ID() + "），" + audit.Thousands(n) + " 个数值中 " + audit.Thousands(int64(len(past))) + " 个越限"
	}
	if k := int64(len(small)); k > 0 {
		t.En += ", besides " + audit.Thousands(k) + " insufficient or withheld"
		t.Zh += "，另有 " + audit.Thousands(k) + " 个样本不足或隐去"
	}
	return t
}

// worst is the metric furthest past the limit; the first of equals.
func worst(s *audit.MetricGate, past []*audit.Metric) *audit.Metric {
	over := func(m *audit.Metric) float64 {
		x, d := bound(s, m), math.Inf(-1)
		if s.Above != nil {
			d = x - *s.Above
		}
		if s.Below != nil {
			d = max(d, *s.Below-x)
		}
		return d
	}
	out := past[0]
	for _, m := range past[1:] {
		if over(m) > over(out) {
			out = m
		}
	}
	return out
}

func compact(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// number writes a value in a sentence.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
