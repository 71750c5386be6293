package reports

import (
	"cmp"
	"slices"
	"sort"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// fall is a waterfall: what a check of one of the five complaints began with,
// what its guards took out, and what became of the rest.
type fall struct {
	rows  audit.Text // what the check is given
	cases audit.Text // what its cases are
	// aside: cases still open are not among the rows judged.
	aside bool
	// several: a row may be part of more than one case, or of none: cases are not
	// subtracted from rows.
	several bool
}

// falls are the checks that answer the complaints 000 to 004.
var falls = map[string]fall{
	"unexplaineddenial": {rows: audit.T("decisions", "决策"), cases: audit.T("denials in question", "存疑的拒绝")},
	"vanishedincrement": {rows: audit.T("limit events", "额度事件"), cases: audit.T("promises in question", "存疑的承诺"), aside: true},
	"stalledlimit":      {rows: audit.T("accounts", "账户"), cases: audit.T("stalled accounts, every payment on time", "按时还款而额度停滞的账户")},
	"phantomlimit":      {rows: audit.T("limit events", "额度事件"), cases: audit.T("spells and draws in question", "存疑的展示时段与借款"), several: true},
	"repaidthendenied":  {rows: audit.T("decisions", "决策"), cases: audit.T("denials after full repayment", "全额还清后的拒绝")},
	"technicaldenial":   {rows: audit.T("decisions", "决策"), cases: audit.T("denials with an error code", "带错误代码的拒绝")},
}

// drop is one step of a waterfall.
type drop struct {
	name  audit.Text
	n     int64 // taken out; of a total: what is there
	total bool
	class string
}

// waterfall draws the way from all rows of a check to the cases that stand
// against the lender: guard by guard down to the cases, and cause by cause from
// there.
func (r *Report) waterfall(v *audit.Coverage) *figure {
	w, ok := falls[v.Check]
	from := sort.Search(len(r.res.Cases), func(i int) bool { return r.res.Cases[i].Check >= v.Check })
	to := sort.Search(len(r.res.Cases), func(i int) bool { return r.res.Cases[i].Check > v.Check })
	if !ok || from == to {
		return nil
	}
	type kind struct {
		substance audit.Substance
		cause     string
	}
	cleared := map[kind]int64{}
	var cases, stands, technical, told int64
	for i := from; i < to; i++ {
		c := &r.res.Cases[i]
		if w.aside && c.Substance == audit.NotYet {
			continue
		}
		cases++
		switch {
		case c.Substance == audit.Unjustified:
			stands++
		case c.Substance == audit.Technical:
			technical++
		case failedDisclosure(c.Disclosure):
			told++
		default:
			cleared[kind{c.Substance, c.Cause}]++
		}
	}
	if cases == 0 {
		return nil
	}
	var guards, causes []drop
	left := v.RowsIn
	var largest drop
	for _, e := range v.Excluded {
		left -= e.Rows
		if e.Rows > 0 {
			guards = append(guards, drop{name: e.Guard, n: e.Rows, class: "rest"})
			if e.Rows > largest.n {
				largest = guards[len(guards)-1]
			}
		}
	}
	if left == v.Judged {
		guards = slices.Insert(guards, 0, drop{name: w.rows, n: v.RowsIn, total: true, class: "s1"})
		if sound := v.Judged - cases; sound > 0 && !w.several {
			guards = append(guards, drop{name: audit.T("judged, and in order", "已判定，无问题"), n: sound, class: "s3"})
		}
	} else {
		guards = nil // the guards don't add up to it
	}
	causes = append(causes, drop{name: w.cases, n: cases, total: true, class: "s1"})
	var kinds []kind
	for k := range cleared {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		return cmp.Or(-cmp.Compare(rankOfSubstance(a.substance), rankOfSubstance(b.substance)), -cmp.Compare(cleared[a], cleared[b]), cmp.Compare(a.cause, b.cause))
	})
	for _, k := range kinds {
		name := substanceShort[k.substance]
		if k.cause != "" {
			c := r.cause(k.cause)
			name = audit.T(name.En+": "+c.En, name.Zh+"："+c.Zh)
		}
		causes = append(causes, drop{name: name, n: cleared[k], class: "rest"})
	}
	for _, d := range []drop{
		{name: audit.T("told late, wrongly or not at all", "告知逾期、错误或未告知"), n: told, class: "s5"},
		{name: audit.T("technical fault", "技术故障"), n: technical, class: "s4"},
	} {
		if d.n > 0 {
			causes = append(causes, d)
		}
	}
	causes = append(causes, drop{name: audit.T("not justified", "不成立"), n: stands, total: true, class: "s2"})

	f := &figure{ID: "fall-" + v.Check, Drawing: svg.Drawing{Width: 720}}
	y := svg.Px(8)
	if guards != nil {
		y = f.cascade(guards, y, audit.T("number of "+w.rows.En, w.rows.Zh+"数"))
	}
	f.Height = f.cascade(causes, y, audit.T("cases", "案例数"))
	title := r.titleOf(v.Check)
	f.Title = audit.Tf("%[1]s: of %[3]s %[4]s, %[5]s are not justified", "%[2]s：%[3]s 个%[6]s中，%[5]s 个不成立",
		title.En, title.Zh, thousands(cases), w.cases.En, thousands(stands), w.cases.Zh)
	if technical > 0 {
		f.Title.En += ", " + thousands(technical) + " technical"
		f.Title.Zh += "，" + thousands(technical) + " 个属技术故障"
	}
	if told > 0 {
		f.Title.En += ", " + thousands(told) + " told late, wrongly or not at all"
		f.Title.Zh += "，" + thousands(told) + " 个告知逾期、错误或未告知"
	}
	f.Desc = audit.Tf("Each bar begins where the last one ended: what guards took out of n = %[1]s rows, then what cleared the cases, by verdict and cause. The two parts have scales of their own.",
		"每一条从上一条的末端开始：先是各项排除从 n = %[1]s 行中去掉的部分，再按判定与原因列出案例如何得到解释。上下两部分各有刻度。", thousands(v.RowsIn))
	if guards == nil {
		f.Desc = audit.Tf("Each bar begins where the last one ended: what cleared the n = %[1]s cases, by verdict and cause.", "每一条从上一条的末端开始：n = %[1]s 个案例如何得到解释，按判定与原因。", thousands(cases))
	}
	f.Desc.En += " Rows: coverage.arrow and cases.arrow, check " + v.Check + "."
	f.Desc.Zh += "数据：coverage.arrow 与 cases.arrow，check 为 " + v.Check + "。"
	f.Data = dropTable(guards, causes)
	f.Title, f.Desc = sentence(f.Title), sentence(f.Desc)
	return f
}

// rankOfSubstance puts what clears a case first.
func rankOfSubstance(s audit.Substance) int {
	return map[audit.Substance]int{audit.Justified: 3, audit.NotYet: 2, audit.Indeterminate: 1}[s]
}

var substanceShort = map[audit.Substance]audit.Text{
	audit.Justified: audit.T("justified", "成立"), audit.NotYet: audit.T("still open", "期限未到"), audit.Indeterminate: audit.T("undetermined", "无法判定"),
}

// cascade draws the steps of one part from y down, and returns where it ends.
func (f *figure) cascade(steps []drop, y svg.Px, unit audit.Text) svg.Px {
	const left, right, row = svg.Px(350), svg.Px(650), svg.Px(20)
	top := y
	most := float64(steps[0].n)
	x, ticks := svg.NewScale(0, max(most, 5), 5, left, right)
	bottom := top + row*svg.Px(len(steps)) + 4
	for _, t := range ticks {
		f.Line("grid", x.At(t), top, x.At(t), bottom)
		f.Text("tick", "middle", x.At(t), bottom+14, same(thousands(int64(t))))
	}
	f.Text("axis", "end", left-8, bottom+14, unit)
	paths := map[string]string{}
	at := steps[0].n
	for i, s := range steps {
		y := top + row*svg.Px(i) + 4
		a, b := int64(0), s.n
		if !s.total {
			a, b = at-s.n, at
			at = a
		}
		from, wide := x.At(float64(a)), max(x.At(float64(b))-x.At(float64(a)), 1.5)
		paths[s.class] += svg.Box(from, y, wide, row-6)
		f.Text("label", "end", left-8, y+11, svg.Fit(s.name, left-12))
		n := thousands(s.n)
		if !s.total {
			n = minus + n
		}
		f.Text("value", "start", from+wide+5, y+11, same(n))
	}
	for _, class := range []string{"s1", "rest", "s3", "s5", "s4", "s2"} {
		f.Area("bar "+class, paths[class], audit.Text{})
	}
	return bottom + 26
}

func dropTable(parts ...[]drop) table {
	t := table{Head: right(head(audit.T("step", "步骤"), audit.T("taken out", "去除"), audit.T("left", "剩余")), 1, 2)}
	for _, steps := range parts {
		at := int64(0)
		for _, s := range steps {
			out := none
			if s.total {
				at = s.n
			} else {
				at -= s.n
				out = thousands(s.n)
			}
			t.Rows = append(t.Rows, []cell{words(s.name), num(out), num(thousands(at))})
		}
	}
	return t
}
