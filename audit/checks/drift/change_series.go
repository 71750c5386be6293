package drift

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// line is one series: its points in time order.
type line struct {
	segment, group, reference string
	least                     int
	threshold                 float64
	days                      []int64 // first day of each point
	k, n                      []float64
	stats.Series
	w     []float64 // ΣR/ΣW is the level, as a deviation from the mean
	level float64   // the mean
}

// add adds a point: its deviation, the variance of that and its weight.
func (l *line) add(day int64, k, n, r, v, w float64) {
	l.days, l.k, l.n = append(l.days, day), append(l.k, k), append(l.n, n)
	l.R, l.V, l.w = append(l.R, r), append(l.V, v), append(l.w, w)
}

// over is the deviation of the level of points [lo, hi), its variance, and the
// rows behind it.
func (l *line) over(lo, hi int) (level, variance, k, n float64) {
	var r, v, w float64
	for i := lo; i < hi; i++ {
		r, v, w, k, n = r+l.R[i], v+l.V[i], w+l.w[i], k+l.k[i], n+l.n[i]
	}
	if !(w > 0) {
		return nan, nan, k, n
	}
	return r / w, v / float64(w*w), k, n
}

// deseason takes the mean deviation of each class of days off its days: what is
// left is the deviation from days of the same class.
func (l *line) deseason(class func(day int64) int) {
	var r, v [9]float64
	for i, d := range l.days {
		c := class(d)
		r[c], v[c] = r[c]+l.R[i], v[c]+l.V[i]
	}
	for i, d := range l.days {
		if c := class(d); v[c] > 0 {
			l.R[i] -= float64(l.V[i] * (r[c] / v[c]))
		}
	}
}

// calm is the series with deviations of more than three standard deviations cut
// to that: a single day, however bad, is no level.
func (l *line) calm() stats.Series {
	root := math.Sqrt(l.Dispersion())
	out := stats.Series{R: slices.Clone(l.R), V: l.V}
	for i, r := range out.R {
		most := 3 * math.Sqrt(l.V[i]) * root
		out.R[i] = max(-most, min(most, r))
	}
	return out
}

// class is the weekday, 0 to 6, or 7 for a holiday on a weekday, 8 for a
// workday on a weekend.
func (s *change) class(day int64) int {
	w := int((day + 3) % 7) // 1970-01-01 was a Thursday
	switch business := s.calendar.Business(day); {
	case w < 5 && !business:
		return 7
	case w >= 5 && business:
		return 8
	}
	return w
}

// lines makes the series that the export has, in a fixed order.
func (s *change) lines() (out []*line) {
	order := s.inOrder()
	count := func(name string, threshold float64, of func(*day) (k, n int64)) {
		l := &line{segment: "series=" + name, least: s.set.Days, threshold: threshold}
		var K, N float64
		for _, i := range order {
			k, n := of(&s.days[i])
			K, N = K+float64(k), N+float64(n)
		}
		if N == 0 || K == 0 || K == N {
			return
		}
		l.level = K / N
		for _, i := range order {
			if k, n := of(&s.days[i]); n > 0 {
				l.add(s.days[i].day, float64(k), float64(n), float64(k)-float64(float64(n)*l.level), float64(float64(n)*l.level)*(1-l.level), float64(n))
			}
		}
		l.deseason(s.class)
		out = append(out, l)
	}
	count("approval", s.set.Approval, func(d *day) (int64, int64) { return d.approved, d.judged })
	if l := s.inBands(order); l != nil {
		out = append(out, l)
	}
	count("override", s.set.Override, func(d *day) (int64, int64) { return d.overridden, d.decided })
	count("technical", s.set.Technical, func(d *day) (int64, int64) { return d.technical, d.rows })
	if sd := s.all.SD(); sd > 0 {
		l := &line{segment: "series=score", least: s.set.Days, threshold: s.set.Score * sd}
		var sum, N float64
		for _, i := range order {
			if n := s.days[i].score.N(); n > 0 {
				sum, N = sum+s.days[i].score.Value(), N+float64(n)
			}
		}
		l.level = sum / N
		for _, i := range order {
			if n := float64(s.days[i].score.N()); n > 0 {
				w := n / float64(sd*sd)
				l.add(s.days[i].day, s.days[i].score.Value(), n, float64((s.days[i].score.Mean()-l.level)*w), w, w)
			}
		}
		l.deseason(s.class)
		out = append(out, l)
	}
	for j := range s.dims {
		out = append(out, s.gaps(&s.dims[j], order)...)
	}
	return out
}

// cell is a stratum of scores: approved and judged.
type stratum struct{ approved, judged float64 }

// inBands is the series of approvals beyond those expected of the scores.
func (s *change) inBands(order []int) *line {
	cells := s.bands.Cells()
	if len(cells) == 0 {
		return nil
	}
	// The strata: adjacent scores of one class of replayed outcome, together
	// until they are of rows enough.
	type code struct {
		class uint64
		score float64
		bits  uint64
	}
	at := map[uint64]int{} // stratum of a class and score
	totals := map[uint64]*stratum{}
	var codes []code
	var rows float64
	for _, c := range cells {
		bits := c.Key >> 1 & (1<<(bandBits+2) - 1)
		t := totals[bits]
		if t == nil {
			t = &stratum{}
			totals[bits] = t
			codes = append(codes, code{bits >> bandBits, math.Float64frombits(bits << bandShift), bits})
		}
		t.judged += float64(c.N)
		if c.Key&1 == 1 {
			t.approved += float64(c.N)
		}
		rows += float64(c.N)
	}
	slices.SortFunc(codes, func(a, b code) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.score, b.score), cmp.Compare(a.bits, b.bits))
	})
	enough := max(50, rows/100)
	var strata []stratum
	for i, c := range codes {
		if last := len(strata) - 1; last < 0 || codes[i-1].class != c.class || strata[last].judged >= enough {
			strata = append(strata, stratum{})
		}
		k := len(strata) - 1
		at[c.bits] = k
		strata[k].approved += totals[c.bits].approved
		strata[k].judged += totals[c.bits].judged
	}
	// Observed and expected by day.
	type sums struct{ k, n, e, v float64 }
	by := map[int64]*sums{}
	for _, c := range cells {
		x := by[int64(c.Key>>dayShift)]
		if x == nil {
			x = &sums{}
			by[int64(c.Key>>dayShift)] = x
		}
		t := &strata[at[c.Key>>1&(1<<(bandBits+2)-1)]]
		p, n := t.approved/t.judged, float64(c.N)
		x.n += n
		x.e += float64(n * p)
		x.v += float64(float64(n*p) * (1 - p))
		if c.Key&1 == 1 {
			x.k += n
		}
	}
	l := &line{segment: "series=approval_in_band", least: s.set.Days, threshold: s.set.Band}
	var K, N float64
	for _, i := range order {
		if x := by[s.days[i].day]; x != nil {
			K, N = K+x.k, N+x.n
			l.add(s.days[i].day, x.k, x.n, x.k-x.e, x.v, x.n)
		}
	}
	l.level = K / N
	l.deseason(s.class)
	return l
}

// gaps are the weekly series of the differences of groups from their reference
// group.
func (s *change) gaps(d *dimension, order []int) (out []*line) {
	min := float64(s.env.Plan.Honesty.MinCell)
	// Approved and judged by group and week.
	type week struct {
		day int64
		by  map[string]*stratum
	}
	var weeks []week
	totals := map[string]*stratum{}
	var names []string
	for _, i := range order {
		monday := s.days[i].day - (s.days[i].day+3)%7
		if len(weeks) == 0 || weeks[len(weeks)-1].day != monday {
			weeks = append(weeks, week{monday, map[string]*stratum{}})
		}
		w := weeks[len(weeks)-1]
		for a := range d.counts {
			c := d.counts[a].of(i)
			for _, v := range c.Values() {
				if totals[v.Name] == nil {
					totals[v.Name] = &stratum{}
					names = append(names, v.Name)
				}
				if w.by[v.Name] == nil {
					w.by[v.Name] = &stratum{}
				}
				for _, t := range []*stratum{totals[v.Name], w.by[v.Name]} {
					t.judged += float64(v.N)
					t.approved += float64(a) * float64(v.N)
				}
			}
		}
	}
	ref := totals[d.reference]
	if ref == nil || ref.judged < min {
		return nil
	}
	slices.SortFunc(names, strings.Compare)
	for _, g := range names {
		t := totals[g]
		if g == d.reference || g == "" || t.judged < min || t.approved == 0 || t.approved == t.judged || ref.approved == 0 || ref.approved == ref.judged {
			continue
		}
		p, q := t.approved/t.judged, ref.approved/ref.judged
		l := &line{segment: "series=gap", group: d.name + "=" + g, reference: d.name + "=" + d.reference, least: max(2, s.set.Days/2), threshold: s.set.Gap}
		var sum, all float64
		for _, w := range weeks {
			x, y := w.by[g], w.by[d.reference]
			if x == nil || y == nil {
				continue
			}
			weight := 1 / (float64(p*(1-p))/x.judged + float64(q*(1-q))/y.judged)
			gap := x.approved/x.judged - y.approved/y.judged
			l.add(w.day, x.approved, x.judged, float64(gap*weight), weight, weight)
			sum, all = sum+float64(gap*weight), all+weight
		}
		if len(l.days) < 2*l.least {
			continue
		}
		l.level = sum / all
		for i := range l.R {
			l.R[i] -= float64(l.level * l.w[i])
		}
		out = append(out, l)
	}
	return out
}

// weekly adds what is drawn of a series: its level, week by week.
func (s *change) weekly(r *audit.Result, l *line) {
	for lo := 0; lo < len(l.days); {
		monday := l.days[lo] - (l.days[lo]+3)%7
		hi := lo
		for hi < len(l.days) && l.days[hi] < monday+7 {
			hi++
		}
		m := audit.NewMetric(changeName, weeklyMetric)
		m.Period, m.Segment, m.Group, m.Reference = audit.DateText(monday), l.segment, l.group, l.reference
		level, v, _, n := l.over(lo, hi)
		m.N, m.Value = int64(n), l.level+level
		half := stats.NormalQuantile(1-(1-s.env.Plan.Honesty.Level)/2) * math.Sqrt(v)
		m.Low, m.High, m.Level, m.Interval = m.Value-half, m.Value+half, s.env.Plan.Honesty.Level, "normal"
		if m.N < s.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
		if m.N < s.env.Plan.Honesty.Suppress && l.group != "" {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
		lo = hi
	}
}
