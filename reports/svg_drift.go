package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// driftBars draws a stability index by period, against the customary 0.10 and
// 0.25 and against what chance alone would give at these sizes.
func (r *Report) driftBars(ms []*audit.Metric) *figure {
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b *audit.Metric) int { return cmp.Compare(a.Period, b.Period) })
	f := &figure{ID: "drift-" + audit.StableID(ms[0].Check, ms[0].Name, ms[0].Segment, ms[0].Group), Drawing: svg.Drawing{Width: 720, Height: 280}}
	const left, right, top = svg.Px(64), svg.Px(670), svg.Px(28)
	bottom := f.Height - 30
	hi := 0.27
	for _, m := range ms {
		for _, v := range []float64{m.Value, m.Effect} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				hi = max(hi, v)
			}
		}
	}
	y, ticks := svg.NewScale(0, hi, 5, bottom, top)
	f.axisY(ratio, y, ticks, left, right)
	for _, line := range []float64{0.10, 0.25} {
		f.limit(y, line, left, right)
	}
	slot := (right - left) / svg.Px(len(ms))
	w := min(slot*0.6, 44)
	over, chance, rows := 0, false, int64(0)
	var worst *audit.Metric
	var periods []string
	for i, m := range ms {
		mid := left + slot*(svg.Px(i)+0.5)
		periods = append(periods, m.Period)
		rows += m.N
		class := "s1"
		switch {
		case m.Status >= audit.Warn:
			class, over = "s2", over+1
		case m.Status == audit.Insufficient:
			class = "hollow"
		}
		if !math.IsNaN(m.Value) {
			f.Area("bar "+class, svg.Box(mid-w/2, y.At(m.Value), w, bottom-y.At(m.Value)), tip(m, ratio.value(m.Value)))
			if worst == nil || m.Value > worst.Value {
				worst = m
			}
			if len(ms) <= 16 {
				f.Text("value", "middle", mid, y.At(m.Value)-4, same(decimalPlaces(m.Value, 3)))
			}
		}
		if !math.IsNaN(m.Effect) {
			chance = true
			f.Line("null", mid-slot*0.42, y.At(m.Effect), mid+slot*0.42, y.At(m.Effect))
		}
	}
	f.periodAxis(periods, svg.Scale{Lo: 0, Hi: float64(max(1, len(ms)-1)), A: left + slot/2, B: right - slot/2}, bottom)
	name := r.metricName(ms[0].Name)
	if g := ms[0].Group; g != "" {
		name = audit.T(name.En+" of "+g, g+" 的"+name.Zh)
	}
	f.unitY(r.metricName(ms[0].Name))
	f.Title = audit.Tf("%[1]s: no period past the threshold, out of %[3]d", "%[2]s：%[3]d 个期间均未越过阈值", name.En, name.Zh, len(ms))
	if over > 0 && worst != nil {
		v := ratio.value(worst.Value).En
		f.Title = audit.Tf("%[1]s: %[3]d of %[4]d periods past the threshold; highest is %[5]s in %[6]s",
			"%[2]s：%[4]d 个期间中有 %[3]d 个越过阈值，最高为 %[6]s 的 %[5]s", name.En, name.Zh, over, len(ms), v, worst.Period)
	}
	f.Desc = audit.Tf("%[1]s against the reference %[3]s, n = %[4]s in all; 0.10 and 0.25 are rules of thumb",
		"%[2]s，对照 %[3]s，合计 n = %[4]s；0.10 与 0.25 为经验值", name.En, name.Zh, cmp.Or(ms[0].Reference, none), thousands(rows))
	f.Legend = append(barLegend(statusLegend(ms, audit.T("past the threshold and chance", "越过阈值且非偶然"))),
		legend{"limit", audit.T("rules of thumb", "经验值")})
	if chance {
		f.Legend = append(f.Legend, legend{"null", audit.T("what chance alone gives, 95 % point", "仅由偶然造成的 95% 分位点")})
		f.Desc.En += "; the dashes are what chance alone gives at these sizes"
		f.Desc.Zh += "；短横为该样本量下仅由偶然造成的水平"
	}
	f.Desc.En += "."
	f.Desc.Zh += "。"
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	f.Data = r.chartTable(ms)
	return f
}

// barLegend makes the keys of marks those of bars.
func barLegend(keys []legend) []legend {
	for i, k := range keys {
		keys[i].Class = map[string]string{"past": "s2", "calm": "s1", "hollow": "open"}[k.Class]
	}
	return keys
}

// heat draws a stability index of several features by period: a number in
// each cell, and a border besides the colour.
func (r *Report) heat(ms []*audit.Metric) *figure {
	periods, all := periodsOf(ms), r.seriesOf(ms, commonDimension(ms))
	// The features that moved most come first.
	peak := func(s series) (v float64) {
		for _, m := range s.points {
			if m.Value > v {
				v = m.Value
			}
		}
		return v
	}
	all = slices.DeleteFunc(all, func(s series) bool {
		return !slices.ContainsFunc(s.points, func(m *audit.Metric) bool { return !math.IsNaN(m.Value) })
	})
	slices.SortStableFunc(all, func(a, b series) int { return -cmp.Compare(peak(a), peak(b)) })
	const maxRows, maxColumns = 20, 12
	periods = periods[max(0, len(periods)-maxColumns):]
	rows := all[:min(len(all), maxRows)]
	f := &figure{ID: "heat-" + audit.StableID(ms[0].Check, ms[0].Name), Drawing: svg.Drawing{Width: 720, Height: svg.Px(46 + 26*len(rows))}}
	const left, top = svg.Px(190), svg.Px(30)
	w := (f.Width - left - 4) / svg.Px(len(periods))
	f.periodAxis(periods, svg.Scale{Lo: 0, Hi: float64(max(1, len(periods)-1)), A: left + w/2, B: left + w*(svg.Px(len(periods))-0.5)}, top-28)
	over, cells := 0, map[string][][2]svg.Px{}
	var worst *audit.Metric
	shares := unitOf(ms[0]) == rate
	moved, levels := r.missingMoved(ms), ""
	for j, s := range rows {
		y := top + svg.Px(26*j)
		f.Text("label", "end", left-10, y+17, svg.Fit(featureName(s.name), left-14))
		for _, m := range s.points {
			i := slices.Index(periods, m.Period)
			if i < 0 {
				continue
			}
			class := "h0"
			switch {
			case m.Status == audit.Insufficient || math.IsNaN(m.Value):
				class = "hollow"
			case (moved(m) || flagged(m)) && m.Value >= 0.25:
				class, over = "h2", over+1
			case moved(m) || flagged(m):
				class, over = "h1", over+1
			case m.Value >= 0.1 && !shares:
				class = "h3"
			}
			if shares { // a level in the cell, up to its top for the highest
				high := svg.Px(m.Value) / svg.Px(peak(all[0])) * 24
				levels += svg.Box(left+w*svg.Px(i)+1, y+25-high, w-2, high)
			}
			cells[class] = append(cells[class], [2]svg.Px{left + w*svg.Px(i) + 1, y + 1})
			cell := same(decimalPlaces(m.Value, 2))
			if shares {
				cell = same(decimalPlaces(m.Value*100, 1))
			}
			if class != "h1" && class != "h2" {
				f.Text("value", "middle", left+w*(svg.Px(i)+0.5), y+17, cell)
			} else {
				f.Text("value in-"+class, "middle", left+w*(svg.Px(i)+0.5), y+17, cell)
			}
			if worst == nil || m.Value > worst.Value && m.Status != audit.Insufficient {
				worst = m
			}
		}
	}
	var below []svg.Shape // one path a colour, under the numbers
	for _, class := range []string{"h0", "h3", "hollow", "h1", "h2"} {
		if len(cells[class]) > 0 {
			below = append(below, svg.Shape{Kind: "path", Class: "cell " + class, D: svg.Boxes(cells[class], w-2, 24)})
		}
	}
	if levels != "" {
		below = append(below, svg.Shape{Kind: "path", Class: "level", D: levels})
		f.Legend = append(f.Legend, legend{"level", audit.T("the fuller the cell, the more is missing", "色块越满，缺失越多")})
	}
	f.Shapes = append(below, f.Shapes...)
	name := r.titleName(ms)
	f.Title = audit.Tf("%[1]s: %[3]d cells past the threshold in %[4]d rows", "%[2]s：%[4]d 行中有 %[3]d 格越过阈值", name.En, name.Zh, over, len(all))
	if worst != nil && !math.IsNaN(worst.Value) {
		v, where := unitOf(worst).value(worst.Value), slice(worst)
		f.Title.En += "; highest is " + v.En + " (" + where.En + ")"
		f.Title.Zh += "，最高为 " + v.Zh + "（" + where.Zh + "）"
	}
	n := int64(0)
	for _, m := range all[0].points {
		n += m.N
	}
	f.Desc = audit.Tf("%[1]s, one row a series and one column a period, the highest first; n = %[3]s in the first row.", "%[2]s，每行一个序列、每列一个期间，最高的在前；第一行 n = %[3]s。", name.En, name.Zh, thousands(n))
	if shares {
		f.Desc.En += " Per cent; hatched cells differ from the reference past the threshold and chance. Features that are never missing are left out."
		f.Desc.Zh += "单位为 %；带纹格与基准之差越过阈值且非偶然。从不缺失的特征不列出。"
	}
	if len(all) > len(rows) {
		f.Desc.En += " " + itoa(len(all)-len(rows)) + " more rows are in metrics.arrow."
		f.Desc.Zh += "另有 " + itoa(len(all)-len(rows)) + " 行见 metrics.arrow。"
	}
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	for _, l := range []legend{{"h3", audit.T("0.10 or more, not past the threshold and chance", "不低于 0.10，未越过阈值或属偶然")}, {"h1", audit.T("past the threshold", "越过阈值")}, {"h2", audit.T("past it, and 0.25 or more", "越过阈值且不低于 0.25")}, {"open", audit.T("insufficient rows", "样本不足")}} {
		if len(cells[strings.Replace(l.Class, "open", "hollow", 1)]) > 0 {
			f.Legend = append(f.Legend, l)
		}
	}
	f.Data = r.chartTable(ms)
	return f
}

// missingMoved says which missing rates differ from the reference past the
// threshold and chance; of other metrics, none.
func (r *Report) missingMoved(ms []*audit.Metric) func(*audit.Metric) bool {
	if ms[0].Name != missingRate {
		return func(*audit.Metric) bool { return false }
	}
	type cell struct{ period, segment string }
	moved := map[cell]bool{}
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Check == ms[0].Check && m.Name == missingRate+"_difference" && flagged(m) {
			moved[cell{m.Period, m.Segment}] = true
		}
	}
	return func(m *audit.Metric) bool { return moved[cell{m.Period, m.Segment}] }
}

// featureName is a series' name without the word that it is a feature or column.
func featureName(t audit.Text) audit.Text {
	if column, value, ok := strings.Cut(t.En, "="); ok && (column == "feature" || column == "column") {
		return same(value)
	}
	return t
}

func decimalPlaces(v float64, places int) string {
	if math.IsNaN(v) {
		return none
	}
	return signed(formatFixed(v, places))
}
