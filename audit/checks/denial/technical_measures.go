package denial

import (
	"fmt"
	"math"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// metrics writes the rates, and what the incidents brought.
func (s *technicalState) metrics(r *audit.Result, judged int64) {
	h := s.env.Plan.Honesty
	rate := func(segment, period string, k, n int64) {
		if n == 0 || !s.recorded && !s.scored { // a rate of nothing looked for would read as a clean bill
			return
		}
		m := shareMetric(technicalName, technicalRate, k, n, h)
		m.Segment, m.Period = segment, period
		r.Metrics = append(r.Metrics, m)
	}
	var hit int64
	hours := [24][hourKinds]int64{}
	periods := map[int32][2]int64{}
	for key, n := range s.cube.All() {
		switch key >> kindShift {
		case techByPeriod:
			p := int32(key>>periodShift&(1<<(kindShift-periodShift)-1)) - 1
			c := periods[p]
			c[1] += n
			if key&1 == 1 {
				c[0] += n
				hit += n
			}
			periods[p] = c
		case techByHour:
			if hour, kind := key>>8&0xff, key&0xff; hour < 24 && kind < hourKinds {
				hours[hour][kind] += n
			}
		}
	}
	rate("", "", hit, judged)
	for p, c := range periods {
		if label := s.env.Periods.Label(p); label != "" {
			rate("", label, c[0], c[1])
		}
	}
	for k := range s.segments {
		g := &s.segments[k]
		for _, v := range g.judged.Values() {
			if v.Name != "" {
				rate(g.name+"="+v.Name, "", g.hit.Of(v.Name), v.N)
			}
		}
	}
	var table [][]int64
	for hour, c := range hours {
		if c[hourDecided] == 0 {
			continue
		}
		name := fmt.Sprintf("hour=%02d", hour)
		if s.recorded {
			rate(name, "", c[hourTechnical], c[hourDenied])
		}
		m := shareMetric(technicalName, "denial_rate", c[hourDenied], c[hourDecided], h)
		m.Segment = name
		r.Metrics = append(r.Metrics, m)
		table = append(table, []int64{c[hourDenied], c[hourDecided] - c[hourDenied]})
	}
	if len(table) > 1 {
		t := stats.ChiSquare(table)
		m := audit.NewMetric(technicalName, hourSpread)
		m.Value, m.Test, m.P = spread(table), "chi2", t.P
		for _, c := range table {
			m.K, m.N = m.K+c[0], m.N+c[0]+c[1]
		}
		m.Threshold = s.settings.HourSpread
		if m.Value >= m.Threshold && !s.recorded {
			m.Reach = audit.Warn
		}
		if m.N < h.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	for i := range s.incidents.List {
		if s.recorded {
			r.Metrics = append(r.Metrics, s.excess(incidentExcess, s.failed, i, true))
		}
		r.Metrics = append(r.Metrics, s.excess(incidentDenial, s.denied, i, !s.recorded))
	}
}

// excess is the ratio of a rate in an incident's window to that before.
func (s *technicalState) excess(name string, e *cause.Excess, i int, warn bool) audit.Metric {
	m := audit.NewMetric(technicalName, name)
	m.Segment = "incident=" + s.incidents.List[i].ID
	a := e.Of(i)
	value, interval := e.Ratio(i)
	m.Value, m.Low, m.High, m.Level, m.Interval = value, interval.Lo, interval.Hi, 0.95, "score"
	m.K, m.N, m.KRef, m.NRef = a.Failed[0], a.Rows[0], a.Failed[1], a.Rows[1]
	m.Threshold = 1
	switch {
	case a.Rows[0] == 0 || a.Rows[1] == 0:
		m.Reach = audit.Insufficient
	case warn && e.Decisive(i):
		m.Reach = audit.Warn
	}
	if a.Failed[1] == 0 { // an infinite ratio is no number for a report
		m.Value, m.High = math.NaN(), math.NaN()
	}
	return m
}

// ratioText writes a ratio with its interval.
func ratioText(value float64, i stats.Interval) string {
	if math.IsInf(value, 1) {
		return fmt.Sprintf("none before (at least %.2f)", i.Lo)
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", value, i.Lo, i.Hi)
}

// spread is the greatest distance of an hour's rate from that of all hours,
// among hours of 30 decisions or more.
func spread(table [][]int64) float64 {
	var k, n int64
	for _, c := range table {
		k, n = k+c[0], n+c[0]+c[1]
	}
	all, most := float64(k)/float64(n), 0.0
	for _, c := range table {
		if m := c[0] + c[1]; m >= 30 {
			most = max(most, math.Abs(float64(c[0])/float64(m)-all))
		}
	}
	return most
}

// shareMetric is k/n with its Wilson interval.
func shareMetric(check, name string, k, n int64, h audit.Honesty) audit.Metric {
	m := audit.NewMetric(check, name)
	shares.Set(&m, k, n, h)
	return m
}
