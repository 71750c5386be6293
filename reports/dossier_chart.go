package reports

import (
	"evenhand/audit"
	"evenhand/audit/dossier"
)

// stepLine is one amount over time, held until it changes.
type stepLine struct {
	class  string
	name   audit.Text
	amount func(dossier.Step) int64
}

var stepLines = []stepLine{
	{"s1", audit.T("limit", "授信额度"), func(s dossier.Step) int64 { return s.Limit }},
	{"s3", audit.T("shown as available", "页面显示可借"), func(s dossier.Step) int64 { return s.Shown }},
	{"s2", audit.T("drawable", "实际可借"), func(s dossier.Step) int64 { return s.Drawable }},
}

// limitChart draws the limits of the first account with any: the line, what was
// shown as available, and what could be drawn.
func (r *Report) limitChart(d *dossier.Dossier) *figure {
	if len(d.Steps) < 2 {
		return nil
	}
	account := d.Steps[0].Account
	if d.Column == "account_id" {
		account = d.ID
	}
	var steps []dossier.Step
	top := int64(1)
	for _, s := range d.Steps {
		if s.Account == account {
			steps = append(steps, s)
			top = max(top, s.Limit, s.Shown, s.Drawable)
		}
	}
	if len(steps) < 2 || steps[0].At == steps[len(steps)-1].At {
		return nil
	}
	f := &figure{ID: "limits", Width: 760, Height: 280,
		Title: audit.T("Limits of account "+account, "账户 "+account+" 的额度"),
		Desc:  audit.T("Amounts in "+r.money.Code+" over time; a line holds until the next event.", "金额（"+r.money.zh+"）随时间变化；每条线保持到下一事件。")}
	const left, right, bottom, above px = 90, 740, 240, 20
	end := max(steps[len(steps)-1].At, r.plan.AsOfMicros())
	x := scale{float64(steps[0].At), float64(end), left, right}
	major := float64(1)
	for range r.money.Exponent {
		major *= 10
	}
	y, ticks := newScale(0, float64(top)/major, 4, bottom, above)
	for _, t := range ticks {
		f.line("grid", left, y.at(t), right, y.at(t))
		f.text("axis", "end", left-6, y.at(t)+4, same(decimal(t)))
	}
	f.text("axis", "start", left, bottom+20, r.day(steps[0].At))
	f.text("axis", "end", right, bottom+20, r.day(end))
	f.Data.Head = head(audit.T("at", "时间"), stepLines[0].name, stepLines[1].name, stepLines[2].name)
	for _, l := range stepLines {
		var points [][2]px
		for _, s := range steps {
			a := l.amount(s)
			if a < 0 {
				continue
			}
			if n := len(points); n > 0 {
				points = append(points, [2]px{x.at(float64(s.At)), points[n-1][1]})
			}
			points = append(points, [2]px{x.at(float64(s.At)), y.at(float64(a) / major)})
		}
		if len(points) == 0 {
			continue
		}
		points = append(points, [2]px{right, points[len(points)-1][1]})
		f.path("line "+l.class, points, false)
		f.Legend = append(f.Legend, legend{l.class, l.name})
	}
	for _, s := range steps {
		row := []cell{{Text: same(r.instant(s.At)), Keep: true}}
		for _, l := range stepLines {
			if a := l.amount(s); a >= 0 {
				row = append(row, num(r.money.number(a)))
			} else {
				row = append(row, num(none))
			}
		}
		f.Data.Rows = append(f.Data.Rows, row)
	}
	return f
}
