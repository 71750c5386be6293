package reports

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// moments are what happened on the days of a time axis.
type moments struct {
	days      []int64            // on which versions come into or go out of force, ascending
	versions  map[int64][]string // by day
	incidents []incident
	changes   []*audit.Metric // flagged change-points of the series that is drawn
}

type incident struct {
	name        string
	first, last int64 // days
}

// momentsOf gathers the days of the registry from the metrics of change-points
// or, without these, the days of service of the plan's models.
func (r *Report) momentsOf() moments {
	m := moments{versions: map[int64][]string{}}
	at := map[string]int{}
	for i := range r.res.Metrics {
		mark := &r.res.Metrics[i]
		if mark.Name != registryDay {
			continue
		}
		column, value, _ := strings.Cut(mark.Segment, "=")
		d := dayNumber(mark.Period)
		if column != "incident" {
			m.versions[d] = append(m.versions[d], value)
			continue
		}
		i, ok := at[value]
		if !ok {
			i = len(m.incidents)
			at[value] = i
			m.incidents = append(m.incidents, incident{value, d, d})
		}
		m.incidents[i].first, m.incidents[i].last = min(m.incidents[i].first, d), max(m.incidents[i].last, d)
	}
	if len(m.versions)+len(m.incidents) == 0 && r.plan != nil {
		for _, spec := range r.plan.Models {
			for _, day := range []string{spec.Deployed, spec.Retired} {
				if d := dayNumber(day[:min(len(day), 10)]); d > 0 && spec.Version != "" {
					m.versions[d] = append(m.versions[d], spec.Version)
				}
			}
		}
	}
	for d, names := range m.versions {
		slices.Sort(names)
		m.versions[d] = slices.Compact(names)
		m.days = append(m.days, d)
	}
	slices.Sort(m.days)
	return m
}

// stepsOf are the flagged change-points of a series, of a group column when one
// is named.
func (r *Report) stepsOf(series, column string) (out []*audit.Metric) {
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if m.Name == changePoints && flagged(m) && m.Segment == "series="+series && dimension(m.Group) == column {
			out = append(out, m)
		}
	}
	return out
}

// seriesOfMetric are the series of change-points that metrics by period follow.
var seriesOfMetric = map[string]string{"selection_rate": "approval", "selection_rate_ratio": "gap", "score_mean": "score", "technical_denial_rate": "technical"}

// along draws moments on a time axis: versions as upright lines with their names
// above, change-points as stronger ones, incidents as triangles on the axis. At
// returns where a day is, and whether it is on the axis.
func (f *figure) along(m moments, at func(day int64) (svg.Px, bool), top, bottom svg.Px) {
	free := svg.Px(0)
	versions := 0
	for _, d := range m.days {
		x, ok := at(d)
		if !ok {
			continue
		}
		versions++
		f.Line("version", x, top, x, bottom)
		name := svg.Fit(same(strings.Join(m.versions[d], " · ")), 110)
		half := svg.WidthOf(name)/2 + 3
		if mid := min(x, f.Width-half); mid-half > free {
			f.Text("tick", "middle", mid, top-6, name)
			free = mid + half
		}
	}
	if versions > 0 {
		f.Legend = append(f.Legend, legend{"version", audit.T("a version comes into or goes out of force", "版本生效或失效")})
	}
	var days []string
	for _, c := range m.changes {
		if x, ok := at(dayNumber(c.Period)); ok {
			f.Line("change", x, top, x, bottom)
			days = append(days, c.Period)
		}
	}
	if len(days) > 0 {
		f.Legend = append(f.Legend, legend{"change", audit.T("change-point: "+strings.Join(days, ", "), "突变点："+strings.Join(days, "、"))})
	}
	var d strings.Builder
	var names []string
	for _, e := range m.incidents {
		a, ok := at(e.first)
		b, on := at(e.last)
		if !ok && !on {
			continue
		}
		mid := (a + b) / 2
		d.WriteString("M" + mid.String() + " " + (bottom - 9).String() + "l4.5 9h-9z")
		name := e.name + " " + dateOf(e.first)
		if e.last > e.first {
			name += "–" + dateOf(e.last)[5:]
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		f.Area("incident", d.String(), same(strings.Join(names, ", ")))
		f.Legend = append(f.Legend, legend{"incident", audit.Tf("incident (%d)", "系统事件（%d 起）", len(names))})
	}
}

// alongPeriods draws moments on an axis of periods, where a period's point
// stands for its middle. It reports whether there was anything to draw.
func (r *Report) alongPeriods(f *figure, m moments, periods []string, x svg.Scale, top, bottom svg.Px) {
	if r.periods == nil || r.periods.Index(periods[0]) < 0 || len(periods) < 2 {
		return
	}
	slot := float64(x.B-x.A) / float64(len(periods)-1)
	f.along(m, func(day int64) (svg.Px, bool) {
		p := r.periods.OfDay(day)
		i := slices.Index(periods, r.periods.Label(p))
		if i < 0 {
			return 0, false
		}
		first, last := day, day
		for r.periods.OfDay(first-1) == p {
			first--
		}
		for r.periods.OfDay(last+1) == p {
			last++
		}
		part := float64(day-first) / float64(last-first+1)
		if i == 0 && day == first { // that the first version is in force is no news
			return 0, false
		}
		return x.A + svg.Px(float64((float64(i)+part-0.5)*slot)), true
	}, top, bottom)
}
