package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// layer is one colour of stacked columns: a number a column.
type layer struct {
	name   audit.Text
	counts []int64
	n      int64
}

// maxColumns bounds a chart; more periods are left to cases.arrow.
const maxColumns = 120

// causeColumns draws a check's cases by period, stacked by cause.
func (r *Report) causeColumns(check string) *figure {
	by := map[string]periodCounts{}
	for key, counts := range r.causes {
		if of, code, _ := strings.Cut(key, "\x1f"); of == check {
			by[code] = counts
		}
	}
	labels, layers, undated := r.periodLayers(by)
	return r.columns("causes-"+check, r.titleOf(check), labels, layers, undated)
}

// findingColumns draws one finding's cases by period, or, when they fall into
// one period, by day or hour.
func (r *Report) findingColumns(f *audit.Finding) *figure {
	labels, layers, undated := r.periodLayers(map[string]periodCounts{f.Cause: r.byPeriod[f.ID]})
	if len(labels) == 1 {
		labels, layers = r.fineLayers(f)
	}
	fig := r.columns("cases-"+f.ID, audit.T("Cases", "案例"), labels, layers, undated)
	if fig != nil {
		fig.Legend = nil
	}
	return fig
}

func (r *Report) titleOf(check string) audit.Text {
	if c := r.check[check]; c != nil {
		return c.Title
	}
	return same(check)
}

// periodLayers turns counts by cause and period into layers, the largest
// first. Periods without a case between the first and the last are kept: a gap
// in time is a fact.
func (r *Report) periodLayers(by map[string]periodCounts) (labels []string, layers []layer, undated int64) {
	first, last := int32(-1), int32(-1)
	for _, counts := range by {
		for p, n := range counts {
			switch {
			case p < 0:
				undated += n
				continue
			case first < 0 || p < first:
				first = p
			}
			last = max(last, p)
		}
	}
	if first < 0 || last-first >= maxColumns {
		return nil, nil, undated
	}
	for p := first; p <= last; p++ {
		labels = append(labels, r.periods.Label(p))
	}
	for _, code := range slices.Sorted(maps.Keys(by)) {
		l := layer{name: r.cause(code), counts: make([]int64, len(labels))}
		if code == "" {
			l.name = audit.T("no cause recorded", "未记录原因")
		}
		for p, n := range by[code] {
			if p >= 0 {
				l.counts[p-first] += n
				l.n += n
			}
		}
		layers = append(layers, l)
	}
	slices.SortStableFunc(layers, func(a, b layer) int { return -cmp.Compare(a.n, b.n) })
	return labels, layers, undated
}

// fineLayers counts a finding's cases by day, or by hour within two days; none
// when that makes too many columns.
func (r *Report) fineLayers(f *audit.Finding) ([]string, []layer) {
	var ats []time.Time
	for i := range r.res.Cases {
		if c := &r.res.Cases[i]; c.Finding == f.ID && c.At != 0 {
			ats = append(ats, time.UnixMicro(c.At).In(r.zone))
		}
	}
	slices.SortFunc(ats, time.Time.Compare)
	if len(ats) == 0 {
		return nil, nil
	}
	first, last := ats[0], ats[len(ats)-1]
	layout, next := "01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	t := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, r.zone)
	if last.Sub(first) <= 48*time.Hour {
		layout, next = "01-02 15h", func(t time.Time) time.Time { return t.Add(time.Hour) }
		t = time.Date(first.Year(), first.Month(), first.Day(), first.Hour(), 0, 0, 0, r.zone)
	}
	var labels []string
	at := map[string]int{}
	for ; !t.After(last); t = next(t) {
		if len(labels) == maxColumns {
			return nil, nil
		}
		at[t.Format(layout)] = len(labels)
		labels = append(labels, t.Format(layout))
	}
	l := layer{name: audit.T("cases", "案例"), counts: make([]int64, len(labels))}
	for _, a := range ats {
		if i, ok := at[a.Format(layout)]; ok {
			l.counts[i]++
			l.n++
		}
	}
	return labels, []layer{l}
}

// columns draws layers of counts; nil when one column would say no more than
// the number.
func (r *Report) columns(id string, what audit.Text, labels []string, layers []layer, undated int64) *figure {
	n := len(labels)
	if n < 2 {
		return nil
	}
	f := &figure{ID: id, Drawing: svg.Drawing{Width: 720, Height: 230}}
	const left, right, top = svg.Px(64), svg.Px(700), svg.Px(30)
	bottom := f.Height - 30
	totals := make([]int64, n)
	var all int64
	peak := 0
	for i := range n {
		for _, l := range layers {
			totals[i] += l.counts[i]
		}
		all += totals[i]
		if totals[i] > totals[peak] {
			peak = i
		}
	}
	y, ticks := svg.NewScale(0, max(float64(totals[peak]), 4), 4, bottom, top)
	f.axisY(whole, y, ticks, left, right)
	slot := (right - left) / svg.Px(n)
	w := min(slot*0.7, 44)
	drawn := foldLayers(layers)
	paths := make([]string, len(drawn))
	var hits []svg.Shape // over each column, to say what is in it
	for i := range n {
		mid, base := left+slot*(svg.Px(i)+0.5), int64(0)
		en, zh := []string{labels[i]}, []string{labels[i]}
		for j, l := range drawn {
			c := l.counts[i]
			if c == 0 {
				continue
			}
			high := y.At(float64(base + c))
			paths[j] += svg.Box(mid-w/2, high, w, y.At(float64(base))-high)
			en, zh = append(en, l.name.En+" "+thousands(c)), append(zh, l.name.Zh+" "+thousands(c))
			base += c
		}
		if base > 0 {
			high := y.At(float64(base))
			hits = append(hits, svg.Shape{Kind: "path", Class: "ghost", D: svg.Box(mid-w/2, high, w, bottom-high), Tip: audit.T(strings.Join(en, " · "), strings.Join(zh, " · "))})
		}
		if n <= 16 && totals[i] > 0 {
			f.Text("value", "middle", mid, y.At(float64(totals[i]))-4, same(thousands(totals[i])))
		}
	}
	for j := range drawn {
		f.Area("bar "+seriesClass(j), paths[j], audit.Text{})
	}
	f.Shapes = append(f.Shapes, hits...)
	f.periodAxis(labels, svg.Scale{Lo: 0, Hi: float64(n - 1), A: left + slot/2, B: right - slot/2}, bottom)
	if len(layers) > 1 {
		for j, l := range drawn {
			f.Legend = append(f.Legend, legend{seriesClass(j), l.name})
		}
	}
	f.unitY(audit.T("cases", "案例数"))
	most := thousands(totals[peak])
	f.Title = audit.T(
		what.En+": "+thousands(all)+" in all, most in "+labels[peak]+" ("+most+")",
		what.Zh+"：共 "+thousands(all)+" 个，最多在 "+labels[peak]+"（"+most+" 个）")
	if len(layers) > 1 {
		f.Title.En += "; first cause: " + layers[0].name.En
		f.Title.Zh += "；首要原因：" + layers[0].name.Zh
	}
	f.Desc = audit.T("Cases by time, n = "+thousands(all)+", of cases.arrow.", "按时间的案例数，n = "+thousands(all)+"，见 cases.arrow。")
	if undated > 0 {
		f.Desc.En += " " + thousands(undated) + " more have no instant."
		f.Desc.Zh += "另有 " + thousands(undated) + " 个没有时间。"
	}
	f.Data = layersTable(layers, labels)
	return f
}

// foldLayers keeps six layers and makes one of the rest.
func foldLayers(layers []layer) []layer {
	if len(layers) <= 7 {
		return layers
	}
	rest := layer{name: others(len(layers) - 6).Name, counts: make([]int64, len(layers[0].counts))}
	for _, l := range layers[6:] {
		for i, c := range l.counts {
			rest.counts[i] += c
		}
		rest.n += l.n
	}
	return append(slices.Clone(layers[:6]), rest)
}

func layersTable(layers []layer, labels []string) table {
	t := table{Head: []cell{{Text: audit.T("period", "期间")}}}
	for _, l := range layers {
		t.Head = append(t.Head, cell{Text: l.name, Num: true})
	}
	for i, p := range labels {
		row := []cell{plainCell(p)}
		for _, l := range layers {
			row = append(row, num(thousands(l.counts[i])))
		}
		t.Rows = append(t.Rows, row)
	}
	t.cut("cases.arrow", rooms[0])
	return t
}
