package reports

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// The metrics of scenarios and of candidates that have charts of their own.
const (
	scenarioImpact  = "scenario_adverse_impact_ratio"
	scenarioSwaps   = "scenario_swap_in_rate"
	candidateImpact = "lda_least_adverse_impact_ratio"
)

// ofScenarios reports whether a metric is about what did not happen.
func ofScenarios(name string) bool {
	return strings.HasPrefix(name, "scenario_") || strings.HasPrefix(name, "lda_") || strings.HasPrefix(name, "reverse_")
}

// option is a scenario or a candidate: a point of the plane of approvals and
// adverse impact, the larger the more is expected to be lost.
type option struct {
	name             string
	approvals, least *audit.Metric
	loss             float64 // NaN: not told
	dominated        bool
	envelope         bool // of those of about as many approvals that none dominates, it has the highest ratio
	shift            int  // of the cut-offs alone
	shifted          bool
	note             audit.Text
}

func (o *option) x() float64 { return o.approvals.Value }
func (o *option) y() float64 { return oneSided(o.least.Value) }

// oneSided is a ratio of rates, the lower over the higher.
func oneSided(r float64) float64 {
	if r > 1 {
		return 1 / r
	}
	return r
}

// optionsOf gathers what a check tells of its scenarios: the metrics of one
// segment are one option.
func (r *Report) optionsOf(check, key, impact, approvals, loss string) (out []*option, today *option) {
	by := map[string]*option{}
	of := func(m *audit.Metric) *option {
		name := strings.TrimPrefix(m.Segment, key+"=")
		if by[name] == nil {
			by[name] = &option{name: name, loss: math.NaN()}
			out = append(out, by[name])
		}
		return by[name]
	}
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if m.Check != check || m.Suppressed || !strings.HasPrefix(m.Segment, key+"=") {
			continue
		}
		switch o := of(m); {
		case m.Name == approvals && m.Group == "":
			o.approvals = m
			if len(m.Warnings) > 0 {
				o.note = m.Warnings[0]
			}
		case m.Name == impact && m.Status != audit.Insufficient && (o.least == nil || oneSided(m.Value) < oneSided(o.least.Value)) && m.Value == m.Value:
			o.least = m
		case m.Name == loss && m.Group == "":
			o.loss = m.Value
		case m.Name == "lda_dominated_by":
			o.dominated = m.Value > 0
		}
	}
	out = slices.DeleteFunc(out, func(o *option) bool { return o.approvals == nil || o.least == nil || o.name == "recorded" })
	for _, o := range out {
		if o.name == "today" {
			today, o.shifted = o, true
		}
		if rest, ok := strings.CutPrefix(o.name, "cutoff"); ok {
			d, err := strconv.Atoi(rest)
			o.shift, o.shifted = d, err == nil
		}
		o.envelope = !o.dominated
	}
	for _, o := range out {
		for _, p := range out {
			if p != o && p.envelope && math.Round(p.x()*100) == math.Round(o.x()*100) && (p.y() > o.y() || p.y() == o.y() && p.name < o.name) {
				o.envelope = false
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *option) int {
		return cmp.Or(cmp.Compare(a.x(), b.x()), cmp.Compare(a.y(), b.y()), cmp.Compare(a.name, b.name))
	})
	return out, today
}

// worthwhile is the gain in the least ratio from which on a title speaks of it.
const worthwhile = 0.01

// candidateFrontier draws what alternatives come to, and the frontier of those
// that none betters.
func (r *Report) candidateFrontier(check string) *figure {
	all, today := r.optionsOf(check, "candidate", candidateImpact, "lda_approval_rate", "lda_expected_loss")
	if today == nil || len(all) < 3 {
		return nil
	}
	var better, best *option
	for _, o := range all {
		if o.x() >= today.x() && o.y() >= today.y()+worthwhile && !(o.loss > today.loss) && (better == nil || o.y() > better.y()) {
			better = o
		}
		if best == nil || o.y() > best.y() {
			best = o
		}
	}
	f := r.plane("frontier-"+audit.StableID(check, "candidates"), all, today, func(o *option) bool { return o.envelope })
	v := ratio.value
	if better != nil {
		a, b := v(today.y()).En, v(better.y()).En
		f.Title = audit.Tf("Candidates for review: %[1]s approves no fewer, at no more expected loss, with a least adverse impact ratio of %[2]s instead of %[3]s",
			"供评审的备选：%[1]s 通过数不减、预期损失不增，最低不利影响比率为 %[2]s，现行为 %[3]s", better.name, b, a)
		if h := today.least.High; better.y() <= h {
			f.Title.En += " (within the interval of today's)"
			f.Title.Zh += "（在现行比率的区间之内）"
		}
	} else {
		f.Title = audit.Tf("Candidates for review: none of %[1]d raises the least adverse impact ratio by 0.01 at no fewer approvals and no more expected loss", "供评审的备选：%[1]d 个中没有一个能在通过数不减、预期损失不增的同时将最低不利影响比率提高 0.01", len(all)-1)
	}
	f.Legend = append([]legend{{"calm", audit.T("on the frontier: none is better in all three", "位于前沿：没有三项均更优者")}, {"other", audit.T("dominated by another", "被其他方案支配")}}, f.Legend...)
	f.Desc = audit.Tf("Approval rate across, least adverse impact ratio of any group, to either side, upwards, n = %[1]s. The line joins, for each percentage point of approvals, the one with the highest ratio that none betters in all three. These are candidates for review, never advice; group data must not be an input to decisions. Today's ratio is known to within %[2]s: what differs by less may be chance.",
		"横轴为通过率，纵轴为各群体中最低的不利影响比率（双向），n = %[1]s。折线按通过率的每个百分点，连接未被支配且比率最高者。这些是供评审的备选，绝非建议；群体数据不得作为决策的输入。现行比率的区间为 %[3]s：小于此的差异可能出于偶然。",
		thousands(today.approvals.N), ratio.interval(today.least.Low, today.least.High).En, ratio.interval(today.least.Low, today.least.High).Zh)
	sized(f, all)
	return f
}

// scenarioFrontier draws the scenarios, and the path that shifts of the cut-offs
// take.
func (r *Report) scenarioFrontier(check string) *figure {
	all, today := r.optionsOf(check, "scenario", scenarioImpact, "scenario_approval_rate", "scenario_expected_loss")
	if today == nil || len(all) < 3 {
		return nil
	}
	all = slices.DeleteFunc(all, func(o *option) bool {
		return o != today && o.x() == today.x() && o.y() == today.y() && o.loss == today.loss
	})
	for _, o := range all {
		o.dominated = !o.shifted
	}
	f := r.plane("frontier-"+audit.StableID(check, "scenarios"), all, today, func(o *option) bool { return o.shifted })
	low, high := today, today
	for _, o := range all {
		if o.y() < low.y() {
			low = o
		}
		if o.y() > high.y() {
			high = o
		}
	}
	v := ratio.value
	f.Title = audit.Tf("Scenarios move the least adverse impact ratio from %[1]s (%[2]s) to %[3]s (%[4]s); today it is %[5]s", "各情景下最低不利影响比率由 %[1]s（%[2]s）至 %[3]s（%[4]s），现行为 %[5]s",
		v(low.y()).En, low.name, v(high.y()).En, high.name, v(today.y()).En)
	f.Legend = append([]legend{{"calm", audit.T("cut-offs shifted, 5 points a dot", "移动阈值，每点 5 分")}, {"other", audit.T("other scenarios", "其他情景")}}, f.Legend...)
	f.Desc = audit.Tf("Approval rate across, least adverse impact ratio of any group, to either side, upwards, n = %[1]s; the line follows the shifts of the cut-offs. Behaviour is not modelled.", "横轴为通过率，纵轴为各群体中最低的不利影响比率（双向），n = %[1]s；折线沿阈值移动。未模拟行为变化。",
		thousands(today.approvals.N))
	sized(f, all)
	return f
}

// sized adds what the size of dots means.
func sized(f *figure, all []*option) {
	lo, hi := losses(all)
	if lo > hi {
		return
	}
	t := audit.Tf("the larger the dot, the greater the expected loss: %[1]s to %[2]s", "点越大，预期损失越大：%[1]s 至 %[2]s", decimal(lo), decimal(hi))
	f.Legend = append(f.Legend, legend{"hollow", t})
}

func losses(all []*option) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, o := range all {
		if o.loss == o.loss {
			lo, hi = min(lo, o.loss), max(hi, o.loss)
		}
	}
	return lo, hi
}

// plane draws options as dots; joined ones in a line.
func (r *Report) plane(id string, all []*option, today *option, joined func(*option) bool) *figure {
	f := &figure{ID: id, Drawing: svg.Drawing{Width: 720, Height: 400}}
	const left, right, top = svg.Px(64), svg.Px(700), svg.Px(28)
	bottom := f.Height - 46
	xl, xh, yl, yh := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, o := range all {
		xl, xh, yl, yh = min(xl, o.x()), max(xh, o.x()), min(yl, o.y()), max(yh, o.y())
	}
	const fifths = 0.8
	marked := yl < fifths+0.1
	if marked {
		yl, yh = min(yl, fifths), max(yh, fifths)
	}
	x, xt := svg.NewScale(xl, xh, 6, left+12, right-12)
	y, yt := svg.NewScale(yl, yh, 5, bottom-8, top+8)
	f.axisX(rate, x, xt, top, bottom)
	f.axisY(ratio, y, yt, left, right)
	if marked {
		f.Line("limit", left, y.At(fifths), right, y.At(fifths))
	}
	lo, hi := losses(all)
	radius := func(o *option) svg.Px {
		if !(hi > lo) || o.loss != o.loss {
			return 4.5
		}
		return svg.Px(3 + float64(5.5*math.Sqrt((o.loss-lo)/(hi-lo))))
	}
	var path [][2]svg.Px
	for _, o := range all {
		if joined(o) {
			path = append(path, [2]svg.Px{x.At(o.x()), y.At(o.y())})
		}
	}
	f.Path("line s1", path, false)
	words := func(o *option) string {
		t := o.name + " · " + rate.value(o.x()).En + " · " + ratio.value(o.y()).En
		if o.loss == o.loss {
			t += " · " + decimal(o.loss)
		}
		return strings.ReplaceAll(t, nbsp, " ")
	}
	order := slices.Clone(all) // dominated ones below, today on top
	rank := func(o *option) int {
		switch {
		case o == today:
			return 2
		case o.dominated:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(a, b *option) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), -cmp.Compare(radius(a), radius(b)))
	})
	for _, o := range order {
		f.Mark([]string{"rest", "s1", "s2 flag"}[rank(o)], []string{"", "", "s4"}[rank(o)], x.At(o.x()), y.At(o.y()), radius(o), same(words(o)))
	}
	f.name(all, today, joined, radius, x, y)
	f.Text("axis", "middle", (left+right)/2, f.Height-8, audit.T("approval rate, %", "通过率，%"))
	f.unitY(audit.T("least adverse impact ratio", "最低不利影响比率"))
	f.Legend = []legend{{"now", audit.T("the policy on file", "现行政策")}}
	if marked {
		f.Legend = append(f.Legend, legend{"limit", audit.T("four fifths", "五分之四")})
	}
	f.Data = optionTable(all)
	return f
}
