package reports

import (
	"cmp"
	"math"
	"slices"
	"time"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// Metrics of change-points, which are drawn together: the weekly level of a
// series, the days at which it steps, and the days of the registry.
const (
	changePoints = "change_point"
	changeWithin = "change_point_within"
	weeklyLevel  = "weekly_level"
	registryDay  = "registry_mark"
)

// besideChanges are metrics that the chart of change-points shows.
func besideChanges(name string) bool {
	return name == changeWithin || name == weeklyLevel || name == registryDay || name == "cusum"
}

// seriesNames are the series of change-points in words.
var seriesNames = map[string]audit.Text{
	"series=approval":         audit.T("approval rate", "通过率"),
	"series=approval_in_band": audit.T("approval rate at equal score", "评分相同时的通过率"),
	"series=override":         audit.T("share of decisions overridden", "被推翻决策占比"),
	"series=technical":        audit.T("share with a technical error", "技术错误占比"),
	"series=score":            audit.T("mean score", "评分均值"),
	"series=gap":              audit.T("difference of approval rates", "通过率之差"),
}

// changeFigure draws one series with flagged change-points: approvals at equal
// score, or else that of the strongest.
func (r *Report) changeFigure(ms []*audit.Metric) *figure {
	ms, _ = split(ms, flagged)
	if len(ms) == 0 {
		return nil
	}
	return r.changeLine(slices.MinFunc(ms, func(a, b *audit.Metric) int {
		return cmp.Or(-compareBool(a.Segment == "series=approval_in_band", b.Segment == "series=approval_in_band"), -cmp.Compare(a.Effect, b.Effect))
	}))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// changeLine draws the weekly level of a series with its change-points, their
// intervals, and the days of the registry and of incidents.
func (r *Report) changeLine(of *audit.Metric) *figure {
	var weeks, steps, within []*audit.Metric
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		same := m.Check == of.Check && m.Segment == of.Segment && m.Group == of.Group
		switch {
		case same && m.Name == weeklyLevel && !math.IsNaN(m.Value) && m.Status != audit.Insufficient:
			weeks = append(weeks, m)
		case same && m.Name == changePoints:
			steps = append(steps, m)
		case same && m.Name == changeWithin:
			within = append(within, m)
		}
	}
	if len(weeks) < 2 {
		return nil
	}
	u := rate
	switch of.Segment {
	case "series=score":
		u = plain
	case "series=gap":
		u = points
	}
	f := &figure{ID: "change-" + audit.StableID(of.Check, of.Segment, of.Group), Drawing: svg.Drawing{Width: 720, Height: 320}}
	const left, right, top = svg.Px(64), svg.Px(700), svg.Px(44)
	bottom := f.Height - 30
	lo, hi := bounds(weeks)
	y, ticks := svg.NewScale(lo, hi, 5, bottom, top)
	first, last := dayNumber(weeks[0].Period), dayNumber(weeks[len(weeks)-1].Period)+6
	x := svg.Scale{Lo: float64(first), Hi: float64(last), A: left, B: right}
	f.axisY(u, y, ticks, left, right)
	var periods []string
	var line, low, high [][2]svg.Px
	for _, m := range weeks {
		periods = append(periods, m.Period)
		at := x.At(float64(dayNumber(m.Period)) + 3)
		line, low, high = append(line, [2]svg.Px{at, y.At(m.Value)}), append(low, [2]svg.Px{at, y.At(m.Low)}), append(high, [2]svg.Px{at, y.At(m.High)})
	}
	for _, m := range within {
		d := float64(dayNumber(m.Period))
		a, b := x.At(d+m.Low), x.At(d+m.High+1)
		f.Rect("band s2", a, top, max(b-a, 2), bottom-top, same(m.Period+" · "+m.ID()))
	}
	slices.Reverse(low)
	f.Path("band s1", append(high, low...), true)
	f.Path("line s1", line, false)
	marks := r.momentsOf()
	marks.changes, _ = split(steps, flagged)
	name := seriesNames[of.Segment]
	if of.Group != "" {
		name = audit.T(name.En+" of "+of.Group+" and "+of.Reference, of.Group+" 与 "+of.Reference+" 的"+name.Zh)
	}
	f.Legend = []legend{{"l1", name}}
	if len(within) > 0 {
		f.Legend = append(f.Legend, legend{"within", audit.T("days at which the change may lie (95 %)", "变化可能所在的日子（95%）")})
	}
	f.along(marks, func(day int64) (svg.Px, bool) { return x.At(float64(day)), day > first+7 && day < last }, top, bottom)
	weekScale := svg.Scale{Lo: 0, Hi: float64(len(periods) - 1), A: x.At(float64(first) + 3), B: x.At(float64(last) - 3)}
	f.periodAxis(periods, weekScale, bottom)
	f.unitY(axisName(name, u))
	worst := of
	for _, m := range steps {
		if flagged(m) && math.Abs(m.Value) > math.Abs(worst.Value) {
			worst = m
		}
	}
	step := points.value(worst.Value)
	if u == plain {
		step = plain.value(worst.Value)
	}
	f.Title = audit.Tf("%[1]s: change-points %[3]d; the largest step is %[4]s on %[5]s", "%[2]s：突变点 %[3]d 个，最大的一次为 %[5]s 的 %[6]s", name.En, name.Zh, len(marks.changes), step.En, worst.Period, step.Zh)
	n := int64(0)
	for _, m := range weeks {
		n += m.N
	}
	f.Desc = audit.Tf("%[1]s, week by week from %[3]s, with its interval; n = %[4]s in all. Upright bands are the days at which a change may lie (95 %%). The weeks are in metrics.arrow, as weekly_level.",
		"%[2]s，自 %[3]s 起逐周，附区间；合计 n = %[4]s。竖带为变化可能所在的日子（95 %%）。各周数值见 metrics.arrow 的 weekly_level。", name.En, name.Zh, weeks[0].Period, thousands(n))
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	f.Data = r.chartTable(steps)
	return f
}

// dayNumber is the number of a date, 0 where it is none.
func dayNumber(date string) int64 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0
	}
	return t.Unix() / (24 * 3600)
}

// dateOf is the date of a day's number.
func dateOf(day int64) string { return time.Unix(day*24*3600, 0).UTC().Format(time.DateOnly) }
