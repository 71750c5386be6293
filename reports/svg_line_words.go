package reports

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
)

// lineWords are the title of a chart by period, which says what there is to see,
// and its text alternative.
func (r *Report) lineWords(ms []*audit.Metric, all []series, periods []string, u unit) (title, desc audit.Text) {
	name := r.titleName(ms)
	first, last := periods[0], periods[len(periods)-1]
	desc = audit.Tf("%[1]s, period by period from %[3]s to %[4]s; n = %[5]s in all.", "%[2]s，逐期间，%[3]s 至 %[4]s；合计 n = %[5]s。",
		name.En, name.Zh, first, last, thousands(total(all, manyNames(ms))))
	if len(all) <= bandsUpTo && slices.ContainsFunc(ms, func(m *audit.Metric) bool { return !math.IsNaN(m.Low) }) {
		desc.En += " Bands are intervals."
		desc.Zh += "色带为区间。"
	}
	if ref := ms[0].Reference; ref != "" {
		desc.En += " Reference: " + ref + "."
		desc.Zh += "对照：" + ref + "。"
	}
	flagged, worst := 0, (*audit.Metric)(nil)
	for _, m := range ms {
		if m.Status >= audit.Warn {
			flagged++
			if worst == nil || math.Abs(m.Value-m.Threshold) > math.Abs(worst.Value-worst.Threshold) {
				worst = m
			}
		}
	}
	if flagged > 0 {
		v, where := u.value(worst.Value), slice(worst)
		return audit.Tf("%[1]s: %[3]d of %[4]d points past the threshold; furthest is %[5]s in %[7]s", "%[2]s：%[4]d 个点中有 %[3]d 个越过阈值，偏离最大的是 %[8]s，为 %[6]s",
			name.En, name.Zh, flagged, len(ms), v.En, v.Zh, where.En, where.Zh), desc
	}
	// Otherwise the title says how the group that moved most did.
	var from, to *audit.Metric
	var of audit.Text
	for _, s := range all {
		a, b := s.ends()
		if a != nil && a != b && (from == nil || math.Abs(b.Value-a.Value) > math.Abs(to.Value-from.Value)) {
			from, to, of = a, b, s.name
		}
	}
	if from == nil || u.value(from.Value) == u.value(to.Value) { // it moved in between, or one point alone says something
		most := slices.MaxFunc(ms, func(x, y *audit.Metric) int { return cmp.Compare(highest(x), highest(y)) })
		v, where := u.value(most.Value), slice(most)
		if math.IsInf(highest(most), 0) {
			return audit.Tf("%[1]s over time: too few rows in each of %[3]d periods", "%[2]s的变化：%[3]d 个期间样本均不足", name.En, name.Zh, len(periods)), desc
		}
		return audit.T(name.En+" over time: highest is "+v.En+" in "+where.En, name.Zh+"的变化：最高为 "+where.Zh+" 的 "+v.Zh), desc
	}
	a, b := u.value(from.Value), u.value(to.Value)
	return audit.T(
		name.En+" over time: "+of.En+" went from "+a.En+" to "+b.En,
		name.Zh+"的变化："+of.Zh+" 由 "+a.Zh+" 变为 "+b.Zh), desc
}

// highest is a metric's value where it says something.
func highest(m *audit.Metric) float64 {
	if math.IsNaN(m.Value) || m.Status == audit.Insufficient {
		return math.Inf(-1)
	}
	return m.Value
}

// ends are the first and last points that say something, or nil.
func (s *series) ends() (from, to *audit.Metric) {
	for _, m := range s.points {
		if math.IsNaN(m.Value) || m.Status == audit.Insufficient {
			continue
		}
		if from == nil {
			from = m
		}
		to = m
	}
	return from, to
}
