package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// swapBars draws whom scenarios would swap: approved today and not there to the
// left, approved there and not today to the right.
func (r *Report) swapBars(ins []*audit.Metric) *figure {
	outs := map[string]*audit.Metric{}
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Name == "scenario_swap_out_rate" && m.Group == "" && m.Check == ins[0].Check {
			outs[m.Segment] = m
		}
	}
	name := func(m *audit.Metric) string { return strings.TrimPrefix(m.Segment, "scenario=") }
	shift := func(m *audit.Metric) (int, bool) {
		rest, ok := strings.CutPrefix(name(m), "cutoff")
		d, err := strconv.Atoi(rest)
		return d, ok && err == nil
	}
	ins = slices.DeleteFunc(slices.Clone(ins), func(m *audit.Metric) bool {
		d, is := shift(m)
		return m.Group != "" || outs[m.Segment] == nil || m.K+outs[m.Segment].K == 0 || is && d%10 != 0
	})
	if len(ins) == 0 {
		return nil
	}
	slices.SortStableFunc(ins, func(a, b *audit.Metric) int {
		x, isX := shift(a)
		y, isY := shift(b)
		if isX && isY {
			return cmp.Compare(x, y)
		}
		if isX != isY {
			return map[bool]int{true: -1, false: 1}[isX]
		}
		return cmp.Compare(a.Segment, b.Segment)
	})
	ins = ins[:min(len(ins), 24)]
	f := &figure{ID: "swaps-" + audit.StableID(ins[0].Check), Drawing: svg.Drawing{Width: 720, Height: svg.Px(64 + 22*len(ins))}}
	const left, right, top = svg.Px(190), svg.Px(664), svg.Px(24)
	most := int64(1)
	var big *audit.Metric
	for _, m := range ins {
		most = max(most, m.K, outs[m.Segment].K)
		if big == nil || m.K+outs[m.Segment].K > big.K+outs[big.Segment].K {
			big = m
		}
	}
	x, ticks := svg.NewScale(-float64(most), float64(most), 6, left, right)
	bottom := f.Height - 38
	for _, t := range ticks {
		f.Line("grid", x.At(t), top, x.At(t), bottom)
	}
	for _, t := range ticks {
		f.Text("tick", "middle", x.At(t), bottom+16, same(thousands(int64(max(t, -t)))))
	}
	for i, m := range ins {
		y, o := top+svg.Px(22*i), outs[m.Segment]
		f.Text("label", "end", left-12, y+15, svg.Fit(same(name(m)), left-16))
		if o.K > 0 {
			f.Area("bar s2", svg.Box(x.At(-float64(o.K)), y+3, x.At(0)-x.At(-float64(o.K)), 16), audit.T(name(m)+" · out "+thousands(o.K)+" · "+o.ID(), name(m)+" · 换出 "+thousands(o.K)+" · "+o.ID()))
		}
		if m.K > 0 {
			f.Area("bar s1", svg.Box(x.At(0), y+3, x.At(float64(m.K))-x.At(0), 16), audit.T(name(m)+" · in "+thousands(m.K)+" · "+m.ID(), name(m)+" · 换入 "+thousands(m.K)+" · "+m.ID()))
		}
	}
	f.Line("zero", x.At(0), top, x.At(0), bottom)
	f.Text("axis", "middle", (left+right)/2, f.Height-6, audit.T("decisions", "决定笔数"))
	f.Legend = []legend{{"s2", audit.T("swapped out: approved today, not there", "换出：现行通过而该情景不通过")}, {"s1", audit.T("swapped in: approved there, not today", "换入：该情景通过而现行不通过")}}
	f.Title = audit.Tf("Whom scenarios would swap: most under %[1]s, %[2]s in and %[3]s out of %[4]s", "各情景换入换出：变动最大的是 %[1]s，%[4]s 笔中换入 %[2]s、换出 %[3]s",
		name(big), thousands(big.K), thousands(outs[big.Segment].K), thousands(big.N))
	f.Desc = audit.Tf("Decisions swapped out to the left and in to the right of zero, by scenario, of n = %s.", "零线左侧为换出、右侧为换入的决定数，按情景，n = %s。", thousands(ins[0].N))
	var both []*audit.Metric
	for _, m := range ins {
		both = append(both, m, outs[m.Segment])
	}
	f.Data = r.chartTable(both)
	return f
}
