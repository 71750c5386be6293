package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// Metrics of the scores around the cut-off: how many by bin, and how many times
// as frequent just above as just below.
const cutoffHistogram, cutoffDensity = "cutoff_histogram", "cutoff_density_ratio"

// cutoffColumns draws the scores around the cut-off of one policy version: the
// one that is flagged, or else the one with the most.
func (r *Report) cutoffColumns(ms []*audit.Metric) *figure {
	by := map[string][]*audit.Metric{}
	for _, m := range ms {
		by[m.Group] = append(by[m.Group], m)
	}
	var best string
	var density *audit.Metric
	for _, group := range keysOf(by) {
		d := r.densityOf(ms[0].Check, group)
		switch {
		case d == nil:
		case density == nil, flagged(d) && !flagged(density), flagged(d) == flagged(density) && d.N > density.N:
			best, density = group, d
		}
	}
	if density == nil {
		return nil
	}
	type bin struct {
		at int
		m  *audit.Metric
	}
	var bins []bin
	peak := 4.0
	for _, m := range by[best] {
		if _, v, ok := strings.Cut(m.Segment, "distance="); ok {
			if at, err := strconv.Atoi(v); err == nil {
				bins = append(bins, bin{at, m})
				if !m.Suppressed {
					peak = max(peak, m.Value)
				}
			}
		}
	}
	if len(bins) < 4 {
		return nil
	}
	slices.SortFunc(bins, func(a, b bin) int { return a.at - b.at })
	f := &figure{ID: "cutoff-" + audit.StableID(ms[0].Check, best), Drawing: svg.Drawing{Width: 720, Height: 230}}
	const left, right, top = svg.Px(64), svg.Px(700), svg.Px(30)
	bottom := f.Height - 30
	y, ticks := svg.NewScale(0, peak, 4, bottom, top)
	f.axisY(whole, y, ticks, left, right)
	f.unitY(audit.T("scores a bin", "每箱评分数"))
	slot := (right - left) / svg.Px(len(bins))
	w := min(slot*0.7, 44)
	var labels []string
	t := table{Head: []cell{{Text: audit.T("bins from the cut-off", "距分数线的箱数")}, {Text: audit.T("scores", "评分数"), Num: true}}}
	hidden := 0
	for i, b := range bins {
		label := signed(strconv.Itoa(b.at))
		labels = append(labels, label)
		if b.m.Suppressed {
			hidden++
			t.Rows = append(t.Rows, []cell{plainCell(label), num("–")})
			continue
		}
		class := seriesClass(btoi(b.at < 0))
		f.Area("bar "+class, svg.Box(left+slot*(svg.Px(i)+0.5)-w/2, y.At(b.m.Value), w, y.At(0)-y.At(b.m.Value)), same(label+" · "+thousands(b.m.K)+" · "+b.m.ID()))
		t.Rows = append(t.Rows, []cell{plainCell(label), num(thousands(b.m.K))})
	}
	f.periodAxis(labels, svg.Scale{Lo: 0, Hi: float64(len(bins) - 1), A: left + slot/2, B: right - slot/2}, bottom)
	f.Legend = []legend{{seriesClass(0), audit.T("at or above the cut-off", "达到分数线")}, {seriesClass(1), audit.T("below", "未达分数线")}}
	version := strings.TrimPrefix(best, "policy_version=")
	f.Title = audit.Tf("Version %s: %s scores around the cut-off", "版本%s：分数线附近%s个评分", version, thousands(density.N))
	if !math.IsNaN(density.Value) {
		ratio := fmt.Sprintf("%.2f", density.Value)
		f.Title.En += ", " + ratio + " times as frequent just above as just below"
		f.Title.Zh += "，紧邻其上的密度是其下的" + ratio + "倍"
	}
	f.Desc = audit.Tf("Scores by bin from the cut-off of version %s, n = %s; bin 0 starts at the cut-off.",
		"版本%s下按距分数线的箱统计的评分，n = %s；第0箱自分数线起。", version, thousands(density.N))
	if hidden > 0 {
		f.Desc.En += fmt.Sprintf(" %d bins are too small to publish.", hidden)
		f.Desc.Zh += fmt.Sprintf("有%d箱过少，不予公布。", hidden)
	}
	t.cut("metrics.arrow", r.room)
	f.Data = t
	return f
}

// densityOf is the ratio of the densities of a policy version.
func (r *Report) densityOf(check, segment string) *audit.Metric {
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Check == check && m.Name == cutoffDensity && m.Segment == segment && m.Group == "" && !m.Suppressed {
			return m
		}
	}
	return nil
}

func btoi(x bool) int {
	if x {
		return 1
	}
	return 0
}
