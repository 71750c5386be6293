package reports

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// Metrics of the time to an increase that are drawn in one chart: the share
// with one by a day, and below it how many are still waiting then.
const (
	incidence      = "cumulative_incidence"
	incidenceRatio = "cumulative_incidence_ratio"
	waiting        = "at_risk"
)

// besideIncidence are numbers that the curves show, or their tables say.
func besideIncidence(name string) bool {
	switch name {
	case waiting, incidenceRatio, "kaplan_meier_estimate", "median_days_to_increase", "discrete_hazard_ratio", "competing_event_rate", "observed_to_expected_increases":
		return true
	}
	return strings.HasPrefix(name, "restricted_mean_")
}

// curve is a group's incidence by day.
type curve struct {
	group  string
	points []*audit.Metric
	n      int64
	late   float64 // the last value
}

// curves draws one chart: the group column with a flagged ratio, or else the one
// whose groups lie furthest apart; everybody, where there are no groups.
func (r *Report) curves(ms []*audit.Metric) *figure {
	by := map[string][]*audit.Metric{}
	for _, m := range ms {
		if _, ok := dayOf(m); ok && !math.IsNaN(m.Value) && m.Status != audit.Insufficient {
			by[dimension(m.Group)] = append(by[dimension(m.Group)], m)
		}
	}
	best, rank := "", -1.0
	for _, d := range keysOf(by) {
		if d == "" {
			continue
		}
		cs := curvesOf(by[d])
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, c := range cs {
			lo, hi = min(lo, c.late), max(hi, c.late)
		}
		x := hi - lo
		for i := range r.res.Metrics {
			if m := &r.res.Metrics[i]; m.Check == ms[0].Check && m.Name == incidenceRatio && dimension(m.Group) == d && flagged(m) {
				x += 2
			}
		}
		if len(cs) > 1 && x > rank {
			best, rank = d, x
		}
	}
	if len(by[best]) == 0 {
		return nil
	}
	return r.steps(best, by[best])
}

func keysOf(by map[string][]*audit.Metric) (out []string) {
	for k := range by {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// dayOf reads the day of a metric from its segment.
func dayOf(m *audit.Metric) (int, bool) {
	day, ok := strings.CutPrefix(m.Segment, "day=")
	n, err := strconv.Atoi(day)
	return n, ok && err == nil
}

// curvesOf cuts metrics into a curve a group, the largest first.
func curvesOf(ms []*audit.Metric) (out []curve) {
	for _, m := range ms {
		i := slices.IndexFunc(out, func(c curve) bool { return c.group == m.Group })
		if i < 0 {
			i = len(out)
			out = append(out, curve{group: m.Group, n: m.N})
		}
		out[i].points = append(out[i].points, m)
	}
	for i := range out {
		slices.SortFunc(out[i].points, func(a, b *audit.Metric) int {
			x, _ := dayOf(a)
			y, _ := dayOf(b)
			return cmp.Compare(x, y)
		})
		out[i].late = out[i].points[len(out[i].points)-1].Value
	}
	slices.SortStableFunc(out, func(a, b curve) int { return cmp.Or(-cmp.Compare(a.n, b.n), cmp.Compare(a.group, b.group)) })
	return out
}

// mostCurves is how many curves a chart has; the rest is in the table.
const mostCurves = 6

// steps draws the curves of one group column as steps, with how many are still
// waiting below.
func (r *Report) steps(of string, ms []*audit.Metric) *figure {
	all := curvesOf(ms)
	shown := all[:min(len(all), mostCurves)]
	last := 0
	for _, c := range shown {
		d, _ := dayOf(c.points[len(c.points)-1])
		last = max(last, d)
	}
	if last == 0 {
		return nil
	}
	const right, top, plot = svg.Px(690), svg.Px(28), svg.Px(250)
	left := svg.Px(64)
	for _, c := range shown {
		left = max(left, min(svg.WidthOf(groupName(c, of)), 130)+42)
	}
	f := &figure{ID: "steps-" + audit.StableID(ms[0].Check, ms[0].Name, of), Drawing: svg.Drawing{Width: 720, Height: plot + 58 + svg.Px(18*len(shown))}}
	hi := 0.0
	for _, m := range ms {
		hi = max(hi, m.Value)
		if len(shown) <= bandsUpTo && !math.IsNaN(m.High) {
			hi = max(hi, m.High)
		}
	}
	y, ticks := svg.NewScale(0, max(hi, 0.01), 5, plot, top)
	x := svg.Scale{Lo: 0, Hi: float64(last), A: left + 8, B: right - 8}
	f.axisY(rate, y, ticks, left, right)
	at := ticksOfDays(last)
	for _, d := range at {
		f.Text("tick", "middle", x.At(float64(d)), plot+16, same(strconv.Itoa(d)))
	}
	f.Text("axis", "end", right, plot+32, audit.T("days since the account could be raised; below, accounts still waiting", "可提额之日起的天数；下方为仍在等待的账户数"))
	for i := len(shown) - 1; i >= 0; i-- {
		f.oneCurve(shown[i], seriesClass(i), x, y, len(shown) <= bandsUpTo)
	}
	risk := r.waitingOf(ms[0].Check)
	for i, c := range shown {
		row := plot + 52 + svg.Px(18*i)
		if len(shown) > 1 {
			f.Mark(seriesClass(i), seriesClass(i), 8, row-4, 3.5, same(c.group))
		}
		f.Text("tick", "start", 18, row, svg.Fit(groupName(c, of), left-34))
		for _, d := range at {
			n, ok := risk[c.group+"\x1f"+strconv.Itoa(d)]
			if d == 0 {
				n, ok = c.n, true
			}
			if ok {
				f.Text("tick", "middle", x.At(float64(d)), row, same(thousands(n)))
			}
		}
		f.Legend = append(f.Legend, legend{lined(seriesClass(i)), groupName(c, of)})
	}
	if len(all) > mostCurves {
		f.Legend = append(f.Legend, legend{"hollow", audit.Tf("%d more in the table only", "另有 %d 项仅见于表格", len(all)-mostCurves)})
	}
	if len(shown) == 1 {
		f.Legend = nil
	}
	f.unitY(axisName(r.metricName(ms[0].Name), rate))
	f.Title, f.Desc = r.curveWords(of, all, ms[0].Check)
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	f.Data = r.chartTable(ms)
	return f
}

// groupName is a curve's group in words.
func groupName(c curve, of string) audit.Text {
	whole := *c.points[0]
	whole.Segment = ""
	return label(&whole, of)
}

// ticksOfDays are a few whole steps of months from 0 to the last day.
func ticksOfDays(last int) []int {
	step := 30
	for _, s := range []int{60, 90, 180, 360, 720} {
		if last/step > 6 {
			step = s
		}
	}
	var out []int
	for d := 0; d <= last; d += step {
		out = append(out, d)
	}
	return out
}

// oneCurve draws a step curve from 0 on, and its interval as a band.
func (f *figure) oneCurve(c curve, class string, x, y svg.Scale, band bool) {
	line := [][2]svg.Px{{x.At(0), y.At(0)}}
	var low, high [][2]svg.Px
	before := line[0][1]
	for _, m := range c.points {
		d, _ := dayOf(m)
		across := x.At(float64(d))
		line = append(line, [2]svg.Px{across, before}, [2]svg.Px{across, y.At(m.Value)})
		before = y.At(m.Value)
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			low, high = append(low, [2]svg.Px{across, y.At(m.Low)}), append(high, [2]svg.Px{across, y.At(m.High)})
		}
	}
	if band && len(low) > 1 {
		slices.Reverse(low)
		f.Path("band "+class, append(high, low...), true)
	}
	f.Path("line "+class, line, false)
}

// waitingOf is how many are at risk, by group and day.
func (r *Report) waitingOf(check string) map[string]int64 {
	out := map[string]int64{}
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if d, ok := dayOf(m); ok && m.Check == check && m.Name == waiting && !math.IsNaN(m.Value) {
			out[m.Group+"\x1f"+strconv.Itoa(d)] = int64(m.Value)
		}
	}
	return out
}

// curveWords states what the curves come to: the flagged groups, or else the
// groups that lie furthest apart.
func (r *Report) curveWords(of string, all []curve, check string) (title, desc audit.Text) {
	name := r.metricName(incidence)
	var n int64
	for _, c := range all {
		n += c.n
	}
	desc = audit.Tf("%[1]s, day by day; n = %[3]s accounts in all. Points are a month apart; steps between them are drawn at their end.",
		"%[2]s，逐日；合计 n = %[3]s 个账户。各点相隔一个月，其间的变化画在期末。", name.En, name.Zh, thousands(n))
	if len(all) <= bandsUpTo {
		desc.En += " Bands are intervals."
		desc.Zh += "色带为区间。"
	}
	var worst *audit.Metric
	day := 0
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if d, ok := dayOf(m); ok && m.Check == check && m.Name == incidenceRatio && dimension(m.Group) == of && of != "" && !math.IsNaN(m.Value) && d >= day {
			if d > day || worst == nil || flagged(m) && !flagged(worst) || flagged(m) == flagged(worst) && m.Value < worst.Value {
				worst, day = m, d
			}
		}
	}
	if worst == nil {
		c := all[0]
		d, _ := dayOf(c.points[len(c.points)-1])
		v := rate.value(c.late)
		return audit.Tf("%[1]s had an increase by day %[3]d", "截至第 %[3]d 天，%[2]s 已提额", v.En, v.Zh, d), desc
	}
	if flagged(worst) {
		return audit.Tf("By day %[1]d, %[2]s had an increase %[3]s times as often as %[4]s", "截至第 %[1]d 天，%[2]s 已提额的比例为 %[4]s 的 %[3]s 倍",
			day, worst.Group, decimal(worst.Value), worst.Reference), desc
	}
	return audit.Tf("By day %[1]d, no group of %[2]s had increases markedly less often than %[3]s; the lowest ratio is %[4]s",
		"截至第 %[1]d 天，%[2]s 各群体的提额比例均未明显低于 %[3]s；最低比率为 %[4]s", day, of, worst.Reference, decimal(worst.Value)), desc
}
