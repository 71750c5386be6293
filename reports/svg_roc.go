package reports

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// rocs draws small multiples of ROC curves, one a group, of the column whose
// groups all have the most bad loans. A curve goes through the points at which deciles of
// the predicted probability meet: these are on it, and the lines between them
// below it.
func (r *Report) rocs(ms []*audit.Metric) *figure {
	type panel struct {
		s      series
		points [][2]float64 // share of good, share of bad, from the riskiest on
		n, bad int64
		auc    *audit.Metric
		name   string
	}
	var panels []panel
	for _, s := range fullestGroups(ms) {
		p := panel{s: s, name: s.points[0].Group}
		for _, m := range s.points {
			p.n, p.bad = p.n+m.N, p.bad+m.K
		}
		if p.bad == 0 || p.bad == p.n || len(s.points) < 3 {
			continue // a curve needs both
		}
		deciles := slices.Clone(s.points)
		slices.SortStableFunc(deciles, func(a, b *audit.Metric) int { return -cmp.Compare(a.Effect, b.Effect) })
		var bad, good int64
		p.points = append(p.points, [2]float64{0, 0})
		for _, m := range deciles {
			bad, good = bad+m.K, good+m.N-m.K
			p.points = append(p.points, [2]float64{float64(good) / float64(p.n-p.bad), float64(bad) / float64(p.bad)})
		}
		for i := range r.res.Metrics {
			if m := &r.res.Metrics[i]; m.Check == ms[0].Check && m.Name == vintageAUC && m.Group == p.name && m.Period == "" && m.Segment == "" && !math.IsNaN(m.Value) {
				p.auc = m
			}
		}
		panels = append(panels, p)
	}
	if len(panels) < 2 {
		return nil
	}
	across := min(len(panels), 3)
	const top = svg.Px(26)
	size, gap := svg.Px(170), svg.Px(62)
	if across == 2 {
		size, gap = 240, 100
	}
	rows := (len(panels) + across - 1) / across
	f := &figure{ID: "roc-" + audit.StableID(ms[0].Check, panels[0].name), Drawing: svg.Drawing{Width: 720, Height: svg.Px(rows)*(size+72) + 16}}
	var sources []*audit.Metric
	var lowest, highest *audit.Metric
	var n, bad int64
	for i, p := range panels {
		left := svg.Px(48) + svg.Px(i%across)*(size+gap)
		head := top + svg.Px(i/across)*(size+72)
		x, ticks := svg.NewScale(0, 1, 2, left, left+size)
		y, _ := svg.NewScale(0, 1, 2, head+size, head)
		f.axisY(rate, y, ticks, left, left+size)
		f.axisX(rate, x, ticks, head, head+size)
		f.Line("null", x.At(0), y.At(0), x.At(1), y.At(1))
		var line [][2]svg.Px
		for _, at := range p.points {
			line = append(line, [2]svg.Px{x.At(at[0]), y.At(at[1])})
		}
		f.Path("line s1", line, false)
		title := same(p.name)
		f.Text("label", "start", left, head-8, svg.Fit(title, size+gap-6))
		stat := audit.Tf("n = %[1]s, %[2]s bad", "n = %[1]s，坏账 %[2]s", thousands(p.n), thousands(p.bad))
		if p.auc != nil {
			v := ratio.value(p.auc.Value).En
			stat = audit.T("AUC "+v+", "+stat.En, "AUC "+v+"，"+stat.Zh)
			sources = append(sources, p.auc)
			if p.auc.Status != audit.Insufficient && (lowest == nil || p.auc.Value < lowest.Value) {
				lowest = p.auc
			}
			if p.auc.Status != audit.Insufficient && (highest == nil || p.auc.Value > highest.Value) {
				highest = p.auc
			}
		}
		f.Text("note", "start", left, head+size+34, svg.Fit(stat, size+gap-6))
		n, bad = n+p.n, bad+p.bad
	}
	f.Text("axis", "middle", 360, f.Height-4, audit.T("below a cut: share of all good, % (across), and of all bad, % (upwards)", "横轴：线以下的好客户占全部好客户之比，%；纵轴：坏客户占全部坏客户之比，%"))
	column := dimension(panels[0].name)
	if lowest != nil && lowest != highest {
		a, b := ratio.value(lowest.Value).En, ratio.value(highest.Value).En
		f.Title = audit.Tf("ROC curves by %[1]s: AUC from %[2]s (%[3]s) to %[4]s (%[5]s)", "按 %[1]s 的 ROC 曲线：AUC 由 %[2]s（%[3]s）至 %[4]s（%[5]s）", column, a, lowest.Group, b, highest.Group)
	} else {
		f.Title = audit.Tf("ROC curves by %[1]s: %[2]s bad of %[3]s, too few in a group to compare them", "按 %[1]s 的 ROC 曲线：%[3]s 笔中坏账 %[2]s 笔，各群体过少，无法比较", column, thousands(bad), thousands(n))
	}
	f.Legend = []legend{{"l1", audit.T("at the deciles of the predicted probability", "按预测概率的十分位")}, {"null", audit.T("chance", "随机")}}
	f.Desc = audit.Tf("One panel a group of %[1]s: how much of the bad and of the good lies below a cut, at the deciles of the predicted probability; n = %[2]s with an outcome. The dashed line is chance. Between deciles the lines lie a little below the true curve, to which the AUC belongs.",
		"%[1]s 的每个群体一幅：按预测概率的十分位，线以下的坏客户与好客户各占其全部的比例；有结果的 n = %[2]s。虚线为随机。十分位之间的连线略低于真实曲线，AUC 按真实曲线计算。", column, thousands(n))
	for _, p := range panels {
		if len(sources) == 0 {
			sources = append(sources, p.s.points...)
		}
	}
	f.Data = r.chartTable(sources)
	return f
}

// fullestGroups are the groups of the column whose group with the fewest bad
// loans has the most.
func fullestGroups(ms []*audit.Metric) (best []series) {
	most := int64(0)
	for _, part := range byKind(ms) {
		if part[0].Group == "" {
			continue
		}
		groups, _ := reliabilityOfGroups(part)
		if len(groups) < 2 || len(groups) > 6 {
			continue
		}
		fewest := int64(math.MaxInt64)
		for _, s := range groups {
			var bad int64
			for _, m := range s.points {
				bad += m.K
			}
			fewest = min(fewest, bad)
		}
		if fewest > most {
			best, most = groups, fewest
		}
	}
	return best
}
