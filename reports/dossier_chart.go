package reports

import (
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/dossier"
	"evenhand/reports/svg"
)

// stepLine is one amount over time, held until it changes. Lines lie over each
// other where amounts are equal: the wider ones are drawn first.
type stepLine struct {
	class  string
	name   audit.Text
	amount func(dossier.Step) int64
}

var stepLines = []stepLine{
	{"s1 broad", audit.T("limit", "授信额度"), func(s dossier.Step) int64 { return s.Limit }},
	{"s3 middle", audit.T("shown as available", "页面显示可借"), func(s dossier.Step) int64 { return s.Shown }},
	{"s2 thin", audit.T("drawable", "实际可借"), func(s dossier.Step) int64 { return s.Drawable }},
}

// lanes are the rows of marks under the lines.
var lanes = []struct {
	class, form string
	name        audit.Text
	of          func(what string, late bool) bool
}{
	{"s1", "", audit.T("approved", "通过"), func(what string, _ bool) bool { return strings.HasPrefix(what, "decisions.approved") }},
	{"s2", "s4", audit.T("denied", "拒绝"), func(what string, _ bool) bool { return what == "decisions.denied" }},
	{"s5", "s2", audit.T("told", "告知"), func(what string, _ bool) bool { return what == "decisions.notice" }},
	{"s3", "", audit.T("paid", "还款"), func(what string, late bool) bool { return what == "repayments.paid" && !late }},
	{"s2", "s3", audit.T("paid late", "逾期还款"), func(what string, late bool) bool { return what == "repayments.paid" && late }},
}

// Positions in the chart.
const (
	chartLeft, chartRight svg.Px = 96, 740
	chartTop, chartBottom svg.Px = 30, 220
	laneHeight            svg.Px = 18
)

// limitChart draws the customer's time: the limit of the account concerned, what
// was shown as available and what could be drawn, and under them decisions,
// notices and instalments.
func (r *Report) limitChart(d *dossier.Dossier) *figure {
	account, steps, top := chartAccount(d), []dossier.Step(nil), int64(1)
	for _, s := range d.Steps {
		if s.Account == account {
			steps = append(steps, s)
			top = max(top, s.Limit, s.Shown, s.Drawable)
		}
	}
	if len(steps) < 2 || steps[0].At == steps[len(steps)-1].At {
		return nil
	}
	f := &figure{ID: "limits", Drawing: svg.Drawing{Width: 760}, Title: chartTitle(account, steps),
		Desc: audit.Tf("Amounts in %[1]s over time; each line holds until the next of %[3]d events.", "金额（%[2]s）随时间变化；每条线保持到下一事件，共 %[3]d 个事件。", r.money.Code, r.money.zh, len(steps))}
	first := steps[0].At
	for _, e := range d.Events {
		if e.At != 0 {
			first = min(first, e.At)
		}
	}
	end := max(steps[len(steps)-1].At, r.plan.AsOfMicros())
	x := svg.Scale{Lo: float64(first), Hi: float64(end), A: chartLeft, B: chartRight}
	major := float64(1)
	for range r.money.Exponent {
		major *= 10
	}
	y, ticks := svg.NewScale(0, float64(top)/major, 4, chartBottom, chartTop)
	f.axisY(whole, y, ticks, chartLeft, chartRight)
	f.unitY(same(r.money.Code))
	bottom := f.lanes(r, d, x)
	r.months(f, x, bottom)
	for i := range d.Decisions {
		if k := &d.Decisions[i]; k.Asked && d.Column != "account_id" && x.Inside(float64(k.At)) {
			f.Line("limit", x.At(float64(k.At)), chartTop, x.At(float64(k.At)), bottom)
			f.Legend = append(f.Legend, legend{"limit", audit.T(k.Key, k.Key)})
		}
	}
	f.Data.Head = right(head(audit.T("at", "时间"), audit.T("event", "事件"), stepLines[0].name, stepLines[1].name, stepLines[2].name), 2, 3, 4)
	for _, l := range stepLines {
		if f.steps(l, steps, x, y, major) {
			_, class, _ := strings.Cut(l.class, " ")
			f.Legend = append(f.Legend, legend{class, l.name})
		}
	}
	for _, s := range steps {
		row := []cell{{Text: same(r.instant(s.At)), Keep: true}, code(s.Key)}
		for _, l := range stepLines {
			if a := l.amount(s); a >= 0 {
				row = append(row, num(r.money.number(a)))
			} else {
				row = append(row, num(none))
			}
		}
		f.Data.Rows = append(f.Data.Rows, row)
	}
	f.Height = bottom + 24
	return f
}

// chartAccount is the account that the dossier is about, else the first with a
// limit.
func chartAccount(d *dossier.Dossier) string {
	if d.Column == "account_id" {
		return d.ID
	}
	for i := range d.Decisions {
		for _, x := range d.Decisions[i].Recorded {
			if d.Decisions[i].Asked && x.Name == "account_id" {
				return x.Value
			}
		}
	}
	if len(d.Steps) == 0 {
		return ""
	}
	return d.Steps[0].Account
}

// chartTitle says what the chart shows: how often less could be drawn than the
// customer was shown.
func chartTitle(account string, steps []dossier.Step) audit.Text {
	shown, less := 0, 0
	for _, s := range steps {
		if s.Shown >= 0 && s.Drawable >= 0 {
			shown++
			if s.Drawable < s.Shown {
				less++
			}
		}
	}
	switch {
	case shown == 0:
		return audit.T("Limit of account "+account, "账户 "+account+" 的额度")
	case less == 0:
		return audit.Tf("Account %[1]s: what was shown could be drawn, each of %[2]d times", "账户 %[1]s：%[2]d 次展示的额度均可借出", account, shown)
	}
	return audit.Tf("Account %[1]s: less could be drawn than was shown, %[2]d of %[3]d times", "账户 %[1]s：%[3]d 次展示中有 %[2]d 次实际可借少于所示", account, less, shown)
}

// steps draws an amount over time; it reports whether there is any.
func (f *figure) steps(l stepLine, steps []dossier.Step, x, y svg.Scale, major float64) bool {
	var points [][2]svg.Px
	for _, s := range steps {
		a := l.amount(s)
		if a < 0 {
			continue
		}
		at, value := x.At(float64(s.At)), y.At(float64(a)/major)
		if n := len(points); n > 0 && points[n-1][1] != value {
			points = append(points, [2]svg.Px{at, points[n-1][1]})
		} else if n > 0 {
			continue
		}
		points = append(points, [2]svg.Px{at, value})
	}
	if len(points) == 0 {
		return false
	}
	points = append(points, [2]svg.Px{x.B, points[len(points)-1][1]})
	f.Path("line "+l.class, points, false)
	return true
}

// lanes draws the marks under the lines and returns where they end.
func (f *figure) lanes(r *Report, d *dossier.Dossier, x svg.Scale) svg.Px {
	due := map[string]int64{}
	for _, e := range d.Events {
		if e.What == "repayments.due" {
			due[e.Key] = e.At
		}
	}
	at := chartBottom + 4
	for _, l := range lanes {
		named := false
		for _, e := range d.Events {
			day, known := due[e.Key]
			if !l.of(e.What, known && e.At-day >= 24*time.Hour.Microseconds()) || !x.Inside(float64(e.At)) {
				continue
			}
			if !named {
				named = true
				at += laneHeight
				f.Text("tick", "end", chartLeft-6, at+4, l.name)
			}
			f.Mark(l.class, l.form, x.At(float64(e.At)), at, 3.5, same(r.instant(e.At)+" · "+e.Key))
		}
	}
	return at + 6
}

// months marks the time axis at the starts of months, in the plan's zone.
func (r *Report) months(f *figure, x svg.Scale, bottom svg.Px) {
	first, end := time.UnixMicro(int64(x.Lo)).In(r.zone), time.UnixMicro(int64(x.Hi)).In(r.zone)
	months := (end.Year()-first.Year())*12 + int(end.Month()) - int(first.Month())
	step := 1
	for _, s := range []int{2, 3, 6, 12, 24, 60} {
		if months/step > 7 {
			step = s
		}
	}
	for m := 0; m <= months+1; m++ {
		t := time.Date(first.Year(), first.Month()+time.Month(m), 1, 0, 0, 0, 0, r.zone)
		if us := float64(t.UnixMicro()); (int(t.Month())-1)%min(step, 12) == 0 && (step <= 12 || t.Year()%(step/12) == 0) && x.Inside(us) {
			f.Line("grid", x.At(us), chartTop, x.At(us), bottom)
			f.Text("tick", "middle", x.At(us), bottom+16, same(t.Format("2006-01")))
		}
	}
}
