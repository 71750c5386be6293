package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// classBars draws shares of classes (mismatch classes, recorded against
// recomputed outcomes): one bar a class, the number beside it.
func (r *Report) classBars(ms []*audit.Metric) *figure {
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b *audit.Metric) int { return -cmp.Compare(a.K, b.K) })
	ms = ms[:min(len(ms), 16)]
	f := &figure{ID: "classes-" + audit.StableID(ms[0].Check, ms[0].Name, ms[0].Segment), Drawing: svg.Drawing{Width: 720, Height: svg.Px(16 + 26*len(ms))}}
	const left, right = svg.Px(230), svg.Px(560)
	most := max(ms[0].K, 1)
	x := svg.Scale{Lo: 0, Hi: float64(most), A: left, B: right}
	for i, m := range ms {
		y := svg.Px(8 + 26*i)
		f.Text("label", "end", left-10, y+16, svg.Fit(r.classLabel(m), left-14))
		class := "s1"
		if m.Status >= audit.Warn {
			class = "s2"
		}
		f.Area("bar "+class, svg.Box(left, y+2, max(x.At(float64(m.K))-left, 1), 20), tip(m, same(thousands(m.K))))
		v := unitOf(m).value(m.Value)
		f.Text("value", "start", max(x.At(float64(m.K)), left+1)+8, y+16, audit.T(thousands(m.K)+" ("+v.En+")", thousands(m.K)+"（"+v.Zh+"）"))
	}
	name := r.metricName(ms[0].Name)
	v := unitOf(ms[0]).value(ms[0].Value)
	largest := r.classLabel(ms[0])
	f.Title = audit.T(name.En+": the largest class is "+largest.En+", "+v.En, name.Zh+"：最大的一类是 "+largest.Zh+"，占 "+v.Zh)
	f.Title = sentence(f.Title)
	f.Desc = audit.T("Rows by class, of n = "+thousands(ms[0].N)+".", "按类别的行数，总数 n = "+thousands(ms[0].N)+"。")
	f.Data = r.chartTable(ms)
	return f
}

// classLabel names a class by its code and, where its check has words for it,
// in words.
func (r *Report) classLabel(m *audit.Metric) audit.Text {
	code := strings.TrimPrefix(m.Group, dimension(m.Group)+"=")
	if c := r.check[m.Check]; c != nil && code == strings.ToUpper(code) {
		for _, k := range slices.Sorted(maps.Keys(c.Words)) {
			if k == code || strings.HasPrefix(k, code+"_") {
				return audit.T(code+" "+c.Words[k].En, code+" "+c.Words[k].Zh)
			}
		}
	}
	return same(code)
}
