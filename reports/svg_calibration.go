package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// The metrics on outcomes that are drawn. The others of these checks stay in
// the table: they are many and say much the same.
const (
	reliabilityOf = "calibration_deciles"
	outcomeRatio  = "observed_expected_ratio"
	vintageAUC    = "roc_auc"
	foreseenAUC   = "estimated_roc_auc"
)

// ofOutcomes reports whether a check is about outcomes.
func ofOutcomes(check string) bool { return check == "outcomeparity" || check == "performance" }

// besideOutcomes reports whether a metric on outcomes is not drawn by itself.
func besideOutcomes(m *audit.Metric) bool {
	switch {
	case m.Check == "outcomeparity":
		return m.Name != reliabilityOf && m.Name != outcomeRatio && m.Name != "fpr_difference" && m.Name != "fnr_difference"
	case m.Check == "performance":
		return m.Name != vintageAUC && m.Name != outcomeRatio
	}
	return false
}

// outcomeFigures charts the metrics of one name of a check on outcomes.
func (r *Report) outcomeFigures(name string, ms []*audit.Metric) []*figure {
	check := ms[0].Check
	switch {
	case name == reliabilityOf:
		return []*figure{r.reliability(ms), r.rocs(ms)}
	case check == "outcomeparity": // groups over all rows, of every column, in one chart
		whole, _ := split(ms, func(m *audit.Metric) bool { return m.Period == "" && m.Segment == "" && m.Group != "" })
		return []*figure{r.forest(whole)}
	}
	versions, all := split(ms, func(m *audit.Metric) bool { return m.Segment != "" })
	if len(versions) == 0 {
		versions = all
	}
	if name == vintageAUC {
		return []*figure{r.vintages(versions)}
	}
	return []*figure{r.lines(versions)}
}

// reliability draws the share of bad by decile of the predicted probability, a
// line a group, against the diagonal on which prediction and outcome agree: of
// the group column whose groups lie furthest off it.
func (r *Report) reliability(ms []*audit.Metric) *figure {
	best := furthestGroups(ms)
	if best == nil {
		return nil
	}
	var points []*audit.Metric
	var worst *audit.Metric // of those whose interval misses the prediction
	hi, missed := 0.0, 0
	for _, s := range best {
		for _, m := range s.points {
			points = append(points, m)
			hi = max(hi, m.Value, m.Effect)
			if m.Status == audit.Insufficient || !(m.Effect < m.Low || m.Effect > m.High) {
				continue
			}
			missed++
			if worst == nil || math.Abs(m.Value-m.Effect) > math.Abs(worst.Value-worst.Effect) {
				worst = m
			}
		}
	}
	if hi == 0 {
		return nil
	}
	dim := dimension(points[0].Group)
	f := &figure{ID: "reliability-" + audit.StableID(points[0].Check, dim), Drawing: svg.Drawing{Width: 720, Height: 400}}
	const left, right, top = svg.Px(64), svg.Px(700), svg.Px(28)
	bottom := f.Height - 48
	x, ticks := svg.NewScale(0, hi, 5, left, right)
	y, _ := svg.NewScale(0, hi, 5, bottom, top)
	f.axisY(rate, y, ticks, left, right)
	f.axisX(rate, x, ticks, top, bottom)
	f.Line("null", x.At(0), y.At(0), x.At(x.Hi), y.At(x.Hi))
	for i, s := range best {
		var line [][2]svg.Px
		for _, m := range s.points {
			line = append(line, [2]svg.Px{x.At(m.Effect), y.At(m.Value)})
		}
		f.Path("line "+seriesClass(i), line, false)
		for _, m := range s.points {
			class := seriesClass(i)
			if m.Status == audit.Insufficient {
				class = "hollow"
			}
			f.Mark(class, seriesClass(i), x.At(m.Effect), y.At(m.Value), 3.5, tip(m, rate.value(m.Value)))
		}
		f.Legend = append(f.Legend, legend{lined(seriesClass(i)), s.name})
	}
	f.Legend = append(f.Legend, legend{"null", audit.T("predicted and observed agree", "预测与实际一致")})
	if slices.ContainsFunc(points, func(m *audit.Metric) bool { return m.Status == audit.Insufficient }) {
		f.Legend = append(f.Legend, legend{"hollow", audit.T("insufficient rows", "样本不足")})
	}
	f.unitY(audit.T("bad among them, %", "其中坏账占比，%"))
	f.Text("axis", "middle", (left+right)/2, f.Height-8, audit.T("mean predicted probability of bad, %", "平均预测违约概率，%"))
	if worst == nil {
		f.Title = audit.Tf("Reliability by %[1]s: in every one of %[2]d bins the interval holds what was predicted", "按 %[1]s 的可靠性：全部 %[2]d 个区间内，预测值均在实际值的区间之内", dim, len(points))
	} else {
		a, b := rate.value(worst.Value).En, rate.value(worst.Effect).En
		f.Title = audit.Tf("Reliability by %[1]s: in %[2]d of %[3]d bins the interval misses what was predicted; furthest is %[4]s, %[5]s bad where %[6]s were predicted",
			"按 %[1]s 的可靠性：%[3]d 个区间中有 %[2]d 个，预测值落在实际值的区间之外；最远的是 %[4]s，预测 %[6]s，实际 %[5]s", dim, missed, len(points), worst.Group, a, b)
	}
	f.Desc = audit.Tf("Deciles of the predicted probability across, share that went bad upwards, a line a group of %[1]s, n = %[2]s. Below the dashed line fewer went bad than predicted, above it more; one interval in twenty misses by chance. Of the group columns the one furthest off is drawn.",
		"横轴为预测概率的十分位，纵轴为其中坏账占比，%[1]s 的每个群体一条线，n = %[2]s。虚线以下表示坏账少于预测，以上表示多于预测；每二十个区间约有一个出于偶然落在其外。仅绘制偏离最大的群体列。",
		dim, thousands(total(best, false)))
	f.Data = r.chartTable(points)
	return f
}

// furthestGroups are the groups of the column whose groups lie furthest off the
// diagonal of a reliability diagram.
func furthestGroups(ms []*audit.Metric) (best []series) {
	var furthest float64
	for _, part := range byKind(ms) {
		if part[0].Group == "" {
			continue
		}
		groups, off := reliabilityOfGroups(part)
		if len(groups) > 1 && len(groups) <= 6 && (best == nil || off > furthest) {
			best, furthest = groups, off
		}
	}
	return best
}

// reliabilityOfGroups cuts the deciles of one column's groups into series, by
// decile, and says how far off the diagonal they lie: the greatest of the
// groups' mean distances, weighted by rows. Groups of a single point are left
// out.
func reliabilityOfGroups(ms []*audit.Metric) (out []series, off float64) {
	by := map[string][]*audit.Metric{}
	var order []string
	for _, m := range ms {
		if math.IsNaN(m.Value) || math.IsNaN(m.Effect) {
			continue
		}
		if by[m.Group] == nil {
			order = append(order, m.Group)
		}
		by[m.Group] = append(by[m.Group], m)
	}
	slices.Sort(order)
	for _, g := range order {
		points := by[g]
		if len(points) < 2 || strings.HasSuffix(g, "=(unknown)") {
			continue
		}
		slices.SortStableFunc(points, func(a, b *audit.Metric) int { return cmp.Compare(a.Effect, b.Effect) })
		s := series{name: same(strings.TrimPrefix(g, dimension(g)+"=")), points: points}
		var d float64
		for _, m := range points {
			s.n += m.N
			d += float64(float64(m.N) * math.Abs(m.Value-m.Effect))
		}
		off = max(off, d/float64(s.n))
		out = append(out, s)
	}
	return out, off
}

// vintages draws the AUC by vintage, a line a model version; vintages whose
// outcomes are not known yet are hollow, and stand at their estimate.
func (r *Report) vintages(ms []*audit.Metric) *figure {
	var foreseen []*audit.Metric
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if m.Check == ms[0].Check && m.Name == foreseenAUC && (m.Segment == "") == (ms[0].Segment == "") && !math.IsNaN(m.Value) {
			foreseen = append(foreseen, m)
		}
	}
	all := r.seriesOf(ms, commonDimension(ms))
	points := slices.Concat(ms, foreseen)
	periods := periodsOf(points)
	if len(periods) < 2 {
		return nil
	}
	lo, hi := bounds(points)
	if math.IsInf(lo, 0) {
		return nil
	}
	f := &figure{ID: "vintages-" + audit.StableID(ms[0].Check, ms[0].Name), Drawing: svg.Drawing{Width: 720, Height: 300}}
	const left, right, top = svg.Px(64), svg.Px(660), svg.Px(28)
	bottom := f.Height - 30
	y, ticks := svg.NewScale(max(lo, 0), min(hi, 1), 5, bottom, top)
	x := svg.Scale{Lo: 0, Hi: float64(len(periods) - 1), A: left + 20, B: right - 20}
	f.axisY(ratio, y, ticks, left, right)
	f.periodAxis(periods, x, bottom)
	index := map[string]float64{}
	for i, p := range periods {
		index[p] = float64(i)
	}
	for i := len(all) - 1; i >= 0; i-- {
		f.oneLine(all[i], seriesClass(i), ratio, x, y, index, len(all) <= bandsUpTo)
	}
	for _, m := range foreseen {
		at := x.At(index[m.Period])
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			f.Line("whisker hollow", at, y.At(m.Low), at, y.At(m.High))
		}
		f.Mark("hollow", "", at, y.At(m.Value), 4, tip(m, ratio.value(m.Value)))
	}
	if len(all) > 1 || commonDimension(ms) != "" {
		for i, s := range all[:min(len(all), 6)] {
			f.Legend = append(f.Legend, legend{lined(seriesClass(i)), s.name})
		}
	}
	if len(foreseen) > 0 {
		f.Legend = append(f.Legend, legend{"hollow", audit.T("estimated before labels, or insufficient rows", "尚无结果时的估计，或样本不足")})
	} else if slices.ContainsFunc(ms, func(m *audit.Metric) bool { return m.Status == audit.Insufficient }) {
		f.Legend = append(f.Legend, legend{"hollow", audit.T("insufficient rows", "样本不足")})
	}
	f.unitY(r.metricName(ms[0].Name))
	least, most := ms[0], ms[0]
	known := 0
	for _, m := range ms {
		if math.IsNaN(m.Value) || m.Status == audit.Insufficient {
			continue
		}
		if known == 0 || m.Value < least.Value {
			least = m
		}
		if known == 0 || m.Value > most.Value {
			most = m
		}
		known++
	}
	a, b := slice(least), slice(most)
	f.Title = audit.T("AUC by vintage: from "+ratio.value(least.Value).En+" ("+a.En+") to "+ratio.value(most.Value).En+" ("+b.En+")",
		"各批次 AUC："+ratio.value(least.Value).Zh+"（"+a.Zh+"）至 "+ratio.value(most.Value).Zh+"（"+b.Zh+"）")
	if known == 0 {
		return nil // too few bad loans everywhere to say anything
	}
	f.Desc = audit.Tf("Area under the ROC curve of the predicted probability, vintage by vintage from %[1]s to %[2]s; 0.5 is no better than chance; n = %[3]s with an outcome. Vintages with an open window are never averaged in: they stand, hollow, at what is expected of them.",
		"预测概率的 ROC 曲线下面积，逐批次，%[1]s 至 %[2]s；0.5 等同随机；有结果的 n = %[3]s。表现期未结束的批次从不计入平均，以空心点标出其估计值。",
		periods[0], periods[len(periods)-1], thousands(total(all, false)))
	f.Data = r.chartTable(points)
	return f
}
