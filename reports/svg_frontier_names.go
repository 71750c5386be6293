package reports

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// name labels today, the ends of the line and as many others as there is room
// for: labels must not meet each other, nor dots.
func (f *figure) name(all []*option, today *option, joined func(*option) bool, radius func(*option) svg.Px, x, y svg.Scale) {
	type box struct{ x0, y0, x1, y1 svg.Px }
	var taken []box
	for _, o := range all {
		a := radius(o)
		taken = append(taken, box{x.At(o.x()) - a, y.At(o.y()) - a, x.At(o.x()) + a, y.At(o.y()) + a})
	}
	order := slices.Clone(all)
	weight := func(o *option) int {
		switch {
		case o == today:
			return 0
		case joined(o) && (!o.shifted || o.shift%20 == 0):
			return 1
		case !o.shifted:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(order, func(a, b *option) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), -cmp.Compare(a.y(), b.y()))
	})
	named := 0
	for _, o := range order {
		if named >= 14 {
			return
		}
		t := same(o.name)
		if o == today {
			t = audit.T("today", "现行")
		}
		t = clipText(t, 160)
		w := svg.WidthOf(t) + 4
		cx, cy := x.At(o.x()), y.At(o.y())
		for _, at := range []struct {
			dx, dy svg.Px
			anchor string
		}{{11, 4, "start"}, {-11, 4, "end"}, {0, -12, "middle"}, {0, 20, "middle"}} {
			b := box{cx + at.dx, cy + at.dy - 11, cx + at.dx + w, cy + at.dy + 3}
			switch at.anchor {
			case "end":
				b.x0, b.x1 = b.x0-w, b.x0
			case "middle":
				b.x0, b.x1 = b.x0-w/2, b.x1-w/2
			}
			free := b.x0 > 66 && b.x1 < 718 && b.y0 > 14 && b.y1 < y.A+4
			for _, u := range taken {
				free = free && (b.x1 < u.x0 || b.x0 > u.x1 || b.y1 < u.y0 || b.y0 > u.y1)
			}
			if free {
				f.Text("label", at.anchor, cx+at.dx, cy+at.dy, t)
				taken, named = append(taken, b), named+1
				break
			}
		}
	}
}

// optionTable is the data of a plane.
func optionTable(all []*option) table {
	t := table{Head: right(head(audit.T("scenario", "情景"), audit.T("approvals", "通过数"), audit.T("approval rate", "通过率"), audit.T("least adverse impact ratio", "最低不利影响比率"),
		audit.T("interval", "区间"), audit.T("expected loss", "预期损失"), audit.T("what it is", "说明"), audit.T("id", "编号")), 1, 2, 3, 4, 5)}
	for _, o := range all {
		loss := none
		if o.loss == o.loss {
			loss = decimal(o.loss)
		}
		t.Rows = append(t.Rows, []cell{plainCell(o.name), num(thousands(o.approvals.K)), num(rate.value(o.x()).Zh), num(ratio.value(o.least.Value).En),
			num(ratio.bracket(o.least.Low, o.least.High)), num(loss), words(o.note), code(o.least.ID())})
	}
	t.cut("metrics.arrow", rooms[0])
	t.prune()
	return t
}
