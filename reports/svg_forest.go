package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// forest draws one row a metric: value and interval against the reference and
// the threshold. Insufficient ones are hollow, flagged ones vermilion.
func (r *Report) forest(ms []*audit.Metric) *figure {
	ms = slices.DeleteFunc(slices.Clone(ms), func(m *audit.Metric) bool { return math.IsNaN(m.Value) && !m.Suppressed })
	if len(ms) == 0 {
		return nil
	}
	const limit = 24
	left := 0
	if len(ms) > limit {
		slices.SortStableFunc(ms, func(a, b *audit.Metric) int { return -cmp.Compare(a.Status, b.Status) })
		left, ms = len(ms)-limit, ms[:limit]
	}
	u := unitOf(ms[0])
	f := &figure{ID: "forest-" + audit.StableID(ms[0].Check, ms[0].Name, ms[0].ID()), Drawing: svg.Drawing{Width: 720, Height: svg.Px(58 + 24*len(ms))}}
	f.Title, f.Desc = r.forestWords(ms, u, left)

	lo, hi := math.Inf(1), math.Inf(-1)
	widen := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	neutral := math.NaN()
	switch u {
	case ratio:
		neutral = 1
	case points:
		neutral = 0
	}
	widen(neutral)
	threshold := ms[0].Threshold
	widen(threshold)
	for _, m := range ms {
		widen(m.Value)
		widen(clampInterval(m.Low, m.Value, u))
		widen(clampInterval(m.High, m.Value, u))
	}
	if math.IsInf(lo, 0) {
		return nil // everything is withheld
	}
	const top = svg.Px(14)
	bottom, of := f.Height-40, commonDimension(ms)
	// Labels and numbers get what they need, and the scale the rest.
	labels, numbers := svg.Px(60), svg.Px(0)
	for _, m := range ms {
		labels = max(labels, min(svg.WidthOf(label(m, of))+18, 300))
		numbers = max(numbers, svg.WidthOf(valueOf(m, u)))
	}
	numbers = f.Width - 4 - numbers
	s, ticks := svg.NewScale(lo, hi, 6, labels, numbers-20)
	f.axisX(u, s, ticks, top, bottom)
	if !math.IsNaN(neutral) {
		f.Line("zero", s.At(neutral), top, s.At(neutral), bottom)
	}
	if !math.IsNaN(threshold) {
		f.Line("limit", s.At(threshold), top, s.At(threshold), bottom)
		f.Text("limit-text", "middle", s.At(threshold), top-4, u.tick(threshold, 0.01))
	}
	whiskers := map[string]string{}
	var dots []func() // over all whiskers
	for i, m := range ms {
		y := top + svg.Px(24*i) + 14
		f.Text("label", "end", labels-12, y+4, svg.Fit(label(m, of), labels-14))
		if m.Suppressed {
			f.Text("note", "start", labels+6, y+4, audit.T("withheld: too few rows", "样本过小，隐去"))
			continue
		}
		class, form := "s1", ""
		switch m.Status {
		case audit.Fail, audit.Warn:
			class, form = "s2", "s4"
		case audit.Insufficient:
			class = "hollow"
		}
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			whiskers[class] += f.whisker(s, m, y)
		}
		dots = append(dots, func() { f.Mark(class, form, s.At(m.Value), y, 5, tip(m, u.value(m.Value))) })
		f.Text("value", "start", numbers, y+4, valueOf(m, u))
	}
	for _, class := range []string{"s1", "s2", "hollow"} {
		f.Area("whisker "+class, whiskers[class], audit.Text{})
	}
	for _, draw := range dots {
		draw()
	}
	f.Text("axis", "middle", (labels+numbers-20)/2, f.Height-6, axisName(r.metricName(ms[0].Name), u))
	f.Legend = statusLegend(ms, audit.T("past threshold and chance", "越过阈值且非偶然"))
	if !math.IsNaN(threshold) {
		f.Legend = append(f.Legend, limitLegend)
	}
	f.Data = r.chartTable(ms)
	return f
}

// whisker is the path of an interval; an end beyond the axis has no cap.
func (f *figure) whisker(s svg.Scale, m *audit.Metric, y svg.Px) string {
	a, b := s.At(m.Low), s.At(m.High)
	d := "M" + a.String() + " " + y.String() + "H" + b.String()
	for _, end := range []float64{m.Low, m.High} {
		if s.Inside(end) {
			d += "M" + s.At(end).String() + " " + (y - 4).String() + "v8"
		}
	}
	return d
}

// valueOf is what stands beside a mark: the value and its n.
func valueOf(m *audit.Metric, u unit) audit.Text {
	if m.Suppressed {
		return audit.Text{}
	}
	v, n := u.value(m.Value), thousands(m.N)
	return audit.T(v.En+" (n = "+n+")", v.Zh+"（n = "+n+"）")
}

// clampInterval keeps an interval's end within sight of the value: a ratio's
// upper end may be anywhere.
func clampInterval(end, v float64, u unit) float64 {
	if u == ratio && !math.IsNaN(v) {
		return min(end, max(2, 2*v))
	}
	return end
}

// axisName names an axis, with its unit.
func axisName(t audit.Text, u unit) audit.Text {
	switch u {
	case rate:
		return audit.T(t.En+", %", t.Zh+"，%")
	case points:
		return audit.T(t.En+", percentage points", t.Zh+"，百分点")
	}
	return t
}

// forestWords are the title, which says what there is to see, and the text
// alternative.
func (r *Report) forestWords(ms []*audit.Metric, u unit, left int) (title, desc audit.Text) {
	name := r.titleName(ms)
	flagged, insufficient := 0, 0
	var worst *audit.Metric
	for _, m := range ms {
		switch m.Status {
		case audit.Fail, audit.Warn:
			flagged++
			if worst == nil || math.Abs(m.Value-m.Threshold) > math.Abs(worst.Value-worst.Threshold) {
				worst = m
			}
		case audit.Insufficient:
			insufficient++
		}
	}
	switch {
	case worst != nil:
		v := u.value(worst.Value)
		title = audit.Tf("%[1]s: %[3]d of %[4]d past threshold and chance", "%[2]s：%[4]d 项中有 %[3]d 项越过阈值且非偶然", name.En, name.Zh, flagged, len(ms))
		sl := slice(worst)
		title.En += "; furthest is " + sl.En + " at " + v.En
		title.Zh += "，偏离最大的是 " + sl.Zh + "，为 " + v.Zh
	case insufficient == len(ms):
		title = audit.Tf("%[1]s: too few rows to say anything", "%[2]s：样本不足，无法下结论", name.En, name.Zh)
	case math.IsNaN(ms[0].Threshold):
		title = rangeTitle(name, ms, u)
	default:
		title = audit.Tf("%[1]s: none of %[3]d past threshold and chance", "%[2]s：%[3]d 项均未越过阈值（或属偶然）", name.En, name.Zh, len(ms))
	}
	desc = audit.Tf("%[1]s with intervals, one row a group; n beside each.", "%[2]s及其区间，每行一个群体，右侧为样本量。", name.En, name.Zh)
	var refs []string
	for _, m := range ms {
		if m.Reference != "" && !slices.Contains(refs, m.Reference) {
			refs = append(refs, m.Reference)
		}
	}
	if ref := strings.Join(refs, ", "); ref != "" {
		desc.En += " Reference: " + ref + "."
		desc.Zh += "对照：" + ref + "。"
	}
	if insufficient > 0 {
		desc.En += " " + itoa(insufficient) + " insufficient (hollow)."
		desc.Zh += itoa(insufficient) + " 项样本不足（空心）。"
	}
	if left > 0 {
		desc.En += " " + itoa(left) + " more are in metrics.arrow."
		desc.Zh += "另有 " + itoa(left) + " 项见 metrics.arrow。"
	}
	return sentence(title), sentence(desc)
}

// titleName is the metric's name, with the group column all of ms share.
func (r *Report) titleName(ms []*audit.Metric) audit.Text {
	name, of := r.metricName(ms[0].Name), commonDimension(ms)
	if manyNames(ms) {
		return r.metricName(family(ms[0].Name))
	}
	if of == "" {
		return name
	}
	zh := "按 " + of + " 的"
	if said := sliceKey(of); said != of {
		zh = "按" + said + "的"
	}
	return audit.T(name.En+" by "+of, zh+name.Zh)
}

// commonDimension is the column all of ms share: of their groups, or, when
// there are none, of their segments; else "".
func commonDimension(ms []*audit.Metric) string {
	column := func(m *audit.Metric) string { return cmp.Or(dimension(m.Group), dimension(m.Segment)) }
	of := column(ms[0])
	for _, m := range ms {
		if column(m) != of {
			return ""
		}
	}
	return of
}

// label is a metric's slice within a chart of one group column, which its
// title names.
func label(m *audit.Metric, of string) audit.Text {
	short := *m
	short.Group = strings.TrimPrefix(m.Group, of+"=")
	if m.Group == "" {
		short.Segment = strings.TrimPrefix(m.Segment, of+"=")
	}
	t := slice(&short)
	t.Zh = sliceValue(of, t.Zh)
	// The title says what is held equal.
	return audit.T(strings.Replace(t.En, "strata=", "", 1), strings.Replace(t.Zh, sliceKeys["strata"]+"=", "", 1))
}

// rangeTitle says what the ends are, where nothing is held against a threshold.
func rangeTitle(name audit.Text, ms []*audit.Metric, u unit) audit.Text {
	var low, high *audit.Metric
	for _, m := range ms {
		if m.Status == audit.Insufficient {
			continue
		}
		if low == nil || m.Value < low.Value {
			low = m
		}
		if high == nil || m.Value > high.Value {
			high = m
		}
	}
	if low == high { // one alone says something
		v, of := u.value(low.Value), slice(low)
		return audit.T(name.En+": "+v.En+" ("+of.En+"), the others have too few rows", name.Zh+"："+v.Zh+"（"+of.Zh+"），其余样本不足")
	}
	a, b, la, lb := u.value(low.Value), u.value(high.Value), slice(low), slice(high)
	return audit.T(
		name.En+": from "+a.En+" ("+la.En+") to "+b.En+" ("+lb.En+")",
		name.Zh+"：由 "+a.Zh+"（"+la.Zh+"）至 "+b.Zh+"（"+lb.Zh+"）")
}

// statusLegend explains the colours that a chart of metrics uses.
func statusLegend(ms []*audit.Metric, past audit.Text) (out []legend) {
	var flagged, passed, hollow bool
	for _, m := range ms {
		switch {
		case m.Status >= audit.Warn:
			flagged = true
		case m.Status == audit.Pass:
			passed = true
		default:
			hollow = hollow || !m.Suppressed
		}
	}
	if flagged {
		out = append(out, legend{"past", past})
	}
	if flagged && passed {
		out = append(out, legend{"calm", audit.T("not past it", "未越过")})
	}
	if hollow {
		out = append(out, legend{"hollow", audit.T("insufficient rows", "样本不足")})
	}
	return out
}
