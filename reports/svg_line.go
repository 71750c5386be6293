package reports

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// series is one group's metrics by period.
type series struct {
	name   audit.Text
	points []*audit.Metric
	n      int64
}

// seriesOf cuts metrics of one name into series by group, the largest first.
func (r *Report) seriesOf(ms []*audit.Metric, of string) []series {
	at := map[string]int{}
	var out []series
	for _, m := range ms {
		key := m.Name + "\x1f" + m.Segment + "\x1f" + m.Group
		i, ok := at[key]
		if !ok {
			whole := *m
			whole.Period = ""
			i = len(out)
			at[key] = i
			s := series{name: label(&whole, of)}
			if manyNames(ms) {
				s.name = r.metricName(m.Name)
			}
			out = append(out, s)
		}
		out[i].points = append(out[i].points, m)
		out[i].n += m.N
	}
	for _, s := range out {
		slices.SortStableFunc(s.points, func(a, b *audit.Metric) int { return cmp.Compare(a.Period, b.Period) })
	}
	slices.SortStableFunc(out, func(a, b series) int { return -cmp.Compare(a.n, b.n) })
	return out
}

func manyNames(ms []*audit.Metric) bool {
	return slices.ContainsFunc(ms, func(m *audit.Metric) bool { return m.Name != ms[0].Name })
}

// periodsOf lists the periods of metrics, in order.
func periodsOf(ms []*audit.Metric) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Period)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bandsUpTo is how many series may have their intervals drawn as bands.
const bandsUpTo = 3

// lines draws metrics of one name by period: a line a group, with its interval
// as a band; insufficient points are hollow and unjoined.
func (r *Report) lines(ms []*audit.Metric) *figure {
	if len(ms) == 0 {
		return nil
	}
	periods, all := periodsOf(ms), r.seriesOf(ms, commonDimension(ms))
	if len(periods) < 2 || flat(ms) {
		return nil
	}
	u := unitOf(ms[0])
	f := &figure{ID: "line-" + audit.StableID(ms[0].Check, ms[0].Name, ms[0].Segment, ms[0].Group), Drawing: svg.Drawing{Width: 720, Height: 300}}
	const left, right, top = svg.Px(64), svg.Px(660), svg.Px(42)
	bottom := f.Height - 30
	lo, hi := bounds(ms)
	if math.IsInf(lo, 0) {
		return nil
	}
	y, ticks := svg.NewScale(lo, hi, 5, bottom, top)
	x := svg.Scale{Lo: 0, Hi: float64(len(periods) - 1), A: left + 20, B: right - 20}
	f.axisY(u, y, ticks, left, right)
	f.periodAxis(periods, x, bottom)
	marks := r.momentsOf()
	marks.changes = r.stepsOf(seriesOfMetric[ms[0].Name], gapColumn(ms))
	r.alongPeriods(f, marks, periods, x, top, bottom)
	happened := f.Legend
	f.Legend = nil
	if t := ms[0].Threshold; !math.IsNaN(t) {
		f.limit(y, t, left, right)
	}
	index := map[string]float64{}
	for i, p := range periods {
		index[p] = float64(i)
	}
	// The rest is drawn first, so that it lies below.
	for i := len(all) - 1; i >= 0; i-- {
		f.oneLine(all[i], seriesClass(i), u, x, y, index, len(all) <= bandsUpTo)
	}
	for i, s := range all[:min(len(all), 6)] {
		f.Legend = append(f.Legend, legend{lined(seriesClass(i)), s.name})
	}
	if len(all) > 6 {
		f.Legend = append(f.Legend, legend{"lrest", others(len(all) - 6).Name})
	}
	if len(all) == 1 && all[0].name == (audit.T("all rows", "全部")) {
		f.Legend = nil
	}
	for _, l := range statusLegend(ms, audit.T("past the threshold", "越过阈值")) {
		switch l.Class {
		case "past":
			f.Legend = append(f.Legend, legend{"flag", l.Name})
		case "hollow":
			f.Legend = append(f.Legend, l)
		}
	}
	if !math.IsNaN(ms[0].Threshold) {
		f.Legend = append(f.Legend, limitLegend)
	}
	f.Legend = append(f.Legend, happened...)
	f.unitY(axisName(r.titleName(ms), u))
	f.Title, f.Desc = r.lineWords(ms, all, periods, u)
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	f.Data = r.chartTable(ms)
	return f
}

// gapColumn is the group column whose change-points belong beside metrics: those
// of the difference of two groups.
func gapColumn(ms []*audit.Metric) string {
	if seriesOfMetric[ms[0].Name] == "gap" {
		return dimension(ms[0].Group)
	}
	return ""
}

func (f *figure) oneLine(s series, class string, u unit, x, y svg.Scale, index map[string]float64, band bool) {
	var line, low, high [][2]svg.Px
	flush := func() {
		if band {
			slices.Reverse(low)
			f.Path("band "+class, append(high, low...), true)
		}
		f.Path("line "+class, line, false)
		line, low, high = nil, nil, nil
	}
	for _, m := range s.points {
		if math.IsNaN(m.Value) || m.Status == audit.Insufficient {
			flush()
			continue
		}
		at := x.At(index[m.Period])
		line = append(line, [2]svg.Px{at, y.At(m.Value)})
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			low, high = append(low, [2]svg.Px{at, y.At(m.Low)}), append(high, [2]svg.Px{at, y.At(m.High)})
		}
	}
	flush()
	for _, m := range s.points {
		if math.IsNaN(m.Value) || class == "rest" {
			continue
		}
		c, radius := class, svg.Px(3.5)
		switch {
		case m.Status == audit.Insufficient:
			c = "hollow"
		case m.Status >= audit.Warn:
			c, radius = class+" flag", 5
		}
		f.Mark(c, class, x.At(index[m.Period]), y.At(m.Value), radius, tip(m, u.value(m.Value)))
	}
}

// periodAxis labels periods below a chart, as many as there is room for.
func (f *figure) periodAxis(periods []string, x svg.Scale, bottom svg.Px) {
	every := 1
	if n := len(periods); n > 1 {
		wide := float64(max(64, 8*len(periods[0])+2)) // of a label
		every = max(1, int(math.Ceil(float64(n)*wide/(float64(x.B-x.A)+wide))))
	}
	for i, p := range periods {
		if i%every == 0 {
			f.Text("tick", "middle", x.At(float64(i)), bottom+18, same(p))
		}
	}
}

// bounds are the least and greatest of values and intervals.
func bounds(ms []*audit.Metric) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, m := range ms {
		ends := []float64{m.Value, m.Low, m.High, m.Threshold}
		if m.Status == audit.Insufficient {
			ends = []float64{m.Value} // its interval is not drawn
		}
		for _, v := range ends {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	return lo, hi
}

// flat reports whether nothing moves: such a chart says no more than a number.
func flat(ms []*audit.Metric) bool {
	for _, m := range ms {
		if m.Value != ms[0].Value && !math.IsNaN(m.Value) {
			return false
		}
	}
	return true
}

// others stands for the series that are grey.
func others(n int) legend {
	if n == 1 {
		return legend{"rest", audit.T("1 other", "其余 1 项")}
	}
	return legend{"rest", audit.Tf("%d others", "其余 %d 项", n)}
}

// total is the number of rows behind a chart; shares of one whole have the
// same rows.
func total(all []series, shares bool) int64 {
	if shares {
		return all[0].n
	}
	var n int64
	for _, s := range all {
		n += s.n
	}
	return n
}
