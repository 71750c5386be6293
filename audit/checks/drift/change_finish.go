package drift

import (
	"cmp"
	"math"
	"slices"
	"time"

	"evenhand/audit"
	"evenhand/audit/stats"
)

func (s *change) Finish(r *audit.Result) {
	cov := s.judge.Coverage(changeName)
	cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: audit.T("decided outside 1970 to 2100, or at no known time", "决策时间缺失或超出 1970–2100 年"), Rows: s.undated})
	cov.Judged = max(0, cov.Judged-s.undated)
	if len(s.days) < 2*s.set.Days {
		cov.Judged, cov.Why = 0, []audit.Text{audit.Tf("decisions are of %d days, and two levels need %d", "决策仅涉及 %d 天，两个水平至少需要 %d 天", len(s.days), 2*s.set.Days)}
		r.Coverage = append(r.Coverage, cov)
		return
	}
	for _, l := range s.lines() {
		s.steps(r, l)
	}
	for _, m := range s.marks() {
		x := audit.NewMetric(changeName, markMetric)
		x.Period, x.Segment, x.Value = audit.DateText(m.day), m.what, 1
		r.Metrics = append(r.Metrics, x)
	}
	r.Coverage = append(r.Coverage, cov)
}

// cusumK is Page's reference value, in standard deviations.
const cusumK = 0.5

// steps adds the change-points of a series, or where there is none the step
// that comes nearest to one, with its test.
func (s *change) steps(r *audit.Result, l *line) {
	h := s.env.Plan.Honesty
	calm := l.calm()
	dispersion := calm.Dispersion()
	points := calm.ChangePoints(l.least, dispersion, h.Alpha, h.Level)
	found := len(points) > 0
	if !found {
		p, ok := calm.Candidate(l.least, dispersion, h.Level)
		if !ok {
			return
		}
		points = []stats.ChangePoint{p}
	}
	for _, p := range points {
		m := audit.NewMetric(changeName, stepMetric)
		m.Period, m.Segment, m.Group, m.Reference = audit.DateText(l.days[p.At]), l.segment, l.group, l.reference
		before, v1, kRef, nRef := l.over(p.From, p.At)
		after, v2, k, n := l.over(p.At, p.To)
		m.NRef, m.N = int64(nRef), int64(n)
		if l.segment != "series=score" {
			m.KRef, m.K = int64(kRef), int64(k)
		}
		m.Value = after - before
		half := stats.NormalQuantile(1-(1-h.Level)/2) * math.Sqrt(float64((v1+v2)*dispersion))
		m.Low, m.High, m.Level, m.Interval = m.Value-half, m.Value+half, h.Level, "normal"
		m.Test, m.P, m.Effect, m.EffectOf, m.Threshold = "max_chi2", p.P, p.Gain, "likelihood_ratio", l.threshold
		switch {
		case min(m.N, m.NRef) < h.MinCell:
			m.Reach = audit.Insufficient
		case !found && calm.Gradual(l.least):
			m.P = nan // no step to test: a straight line says more
			m.Warnings = append(m.Warnings, audit.T("gradual: a straight line explains more than a step", "渐变：直线比跃变解释得更多"))
		case found && math.Abs(m.Value) >= l.threshold:
			m.Reach = audit.Warn
		}
		if l.group != "" && min(m.N, m.NRef) < h.Suppress {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
		if !found || m.Suppressed {
			continue
		}
		w := audit.NewMetric(changeName, withinMetric)
		w.Period, w.Segment, w.Group, w.Reference = m.Period, m.Segment, m.Group, m.Reference
		w.Low, w.High = float64(l.days[p.Lo]-l.days[p.At]), float64(l.days[p.Hi]-l.days[p.At])
		if l.group != "" {
			w.High += 6 // its points are weeks
		}
		w.Value, w.Level, w.Interval = w.High-w.Low+1, h.Level, "likelihood"
		r.Metrics = append(r.Metrics, w)
	}
	if l.segment == "series=approval_in_band" {
		s.cusum(r, l, dispersion)
	}
	if found || l.segment == "series=approval_in_band" {
		s.weekly(r, l)
	}
}

// cusum adds the largest of Page's sums of a series.
func (s *change) cusum(r *audit.Result, l *line, dispersion float64) {
	var z []float64
	for i := range l.R {
		if l.V[i] > 0 {
			z = append(z, l.R[i]/math.Sqrt(l.V[i]*dispersion))
		}
	}
	m := audit.NewMetric(changeName, "cusum")
	m.Segment, m.Group = l.segment, l.group
	m.Value, m.N = 0, int64(len(z))
	up, down := stats.Cusum(z, cusumK)
	for i := range z {
		m.Value = max(m.Value, up[i], down[i])
	}
	m.Threshold = stats.CusumLimit(cusumK, len(z), s.env.Plan.Honesty.Alpha)
	r.Metrics = append(r.Metrics, m)
}

// mark is a day that can explain a change.
type mark struct {
	day  int64
	what string
}

// marks are the days of the registry, of versions in the data and of incidents,
// in order.
func (s *change) marks() (out []mark) {
	on := func(what, date string) {
		if len(date) >= len(time.DateOnly) {
			if t, err := time.Parse(time.DateOnly, date[:len(time.DateOnly)]); err == nil {
				out = append(out, mark{t.Unix() / (24 * 3600), what})
			}
		}
	}
	for _, m := range s.env.Models {
		on("model_version="+m.Spec.Version, m.Spec.Deployed)
		on("model_version="+m.Spec.Version, m.Spec.Retired)
	}
	if s.env.Policies != nil {
		for _, p := range s.env.Policies.Policies {
			on("policy_version="+p.Version, p.From)
			on("policy_version="+p.Version, p.To)
			for _, w := range p.Again {
				on("policy_version="+p.Version, w.From)
				on("policy_version="+p.Version, w.To)
			}
		}
	}
	for m, column := range []string{"model_version", "policy_version"} {
		first, last := map[string]int64{}, map[string]int64{}
		for _, i := range s.inOrder() {
			c := s.versions[m].of(i)
			for _, v := range c.Values() {
				if v.Name != "" && 5*v.N >= s.days[i].rows {
					if _, ok := first[v.Name]; !ok {
						first[v.Name] = s.days[i].day
					}
					last[v.Name] = s.days[i].day
				}
			}
		}
		for v, d := range first {
			out = append(out, mark{d, column + "=" + v}, mark{last[v] + 1, column + "=" + v})
		}
	}
	if b := s.env.Lookups["incidents"]; b != nil {
		id, from, to := &b.Cols[s.env.Col("incidents", "incident_id")], &b.Cols[s.env.Col("incidents", "starts_at")], &b.Cols[s.env.Col("incidents", "ends_at")]
		for i := range b.N {
			what := "incident=" + string(id.Bytes[id.Offsets[i]:id.Offsets[i+1]])
			for d, end := s.calendar.Day(from.Ints[i]), s.calendar.Day(to.Ints[i]); d <= end && end-d < 400; d++ {
				if d == s.calendar.Day(from.Ints[i]) || d == end {
					out = append(out, mark{d, what})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b mark) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.what, b.what)) })
	return slices.Compact(out)
}
