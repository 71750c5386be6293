package gate

import (
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// rank orders the levels.
var rank = map[string]int{"info": 1, "warn": 2, "fail": 3}

// level is the gate on the level of findings.
func (e *evaluation) level() {
	if e.fail == "never" {
		return
	}
	asks := audit.T("no finding of level fail", "没有 fail 级问题")
	if e.fail != "fail" {
		asks = audit.Tf("no finding of level %s or worse", "没有 %s 级及以上问题", e.fail)
	}
	g := e.gate("gates.fail_on", asks)
	e.hold(g, func(f *audit.Finding) bool { return rank[f.Severity.Level()] >= rank[e.fail] })
}

// selectors are the gates on single findings.
func (e *evaluation) selectors() {
	for i := range e.Plan.Gates.Findings {
		s := &e.Plan.Gates.Findings[i]
		g := e.gate("gates.findings."+strconv.Itoa(i+1), e.sought(s))
		if s.Check != "" && !e.has(s.Check) {
			g.elsewhere()
			continue
		}
		e.hold(g, func(f *audit.Finding) bool { return e.fits(s, f) })
	}
}

// hold fails a gate by the findings that it takes, unless they are waived.
func (e *evaluation) hold(g *Gate, takes func(*audit.Finding) bool) {
	n, waived := int64(0), int64(0)
	var first *audit.Finding
	for i := range e.findings {
		f := &e.findings[i]
		switch {
		case !takes(f):
		case e.verdict.waived[f.ID] != nil:
			waived++
		default:
			if n++; n == 1 {
				first = f
			}
			if n <= Most {
				g.Findings = append(g.Findings, f.ID)
			}
		}
	}
	g.Passed = n == 0
	switch {
	case first == nil:
		g.Saw = audit.T("none", "没有")
	case n == 1:
		g.Saw = audit.T(e.title(first).En, "有 1 项："+e.title(first).Zh)
	default:
		g.Saw = audit.T(audit.Thousands(n)+", the first of them "+e.title(first).En, "有 "+audit.Thousands(n)+" 项，首项为"+e.title(first).Zh)
	}
	if waived > 0 {
		g.Saw.En += ", besides " + audit.Thousands(waived) + " waived"
		g.Saw.Zh += "，另有 " + audit.Thousands(waived) + " 项已豁免"
	}
}

// title names a finding, and the waiver that no longer helps it.
func (e *evaluation) title(f *audit.Finding) audit.Text {
	t := audit.T("“"+f.Title.En+"” ("+f.ID+")", "“"+f.Title.Zh+"”（"+f.ID+"）")
	for _, w := range e.verdict.Waivers {
		for _, x := range []struct {
			of  []string
			say audit.Text
		}{
			{w.Expired, audit.T("expired on "+w.Expires, "已于 "+w.Expires+" 到期")},
			{w.Outgrown, audit.T("lapsed, for it has grown", "已失效，因其规模扩大")},
			{w.Barred, audit.T("does not name it by its id", "未按编号指明该问题")},
		} {
			if slices.Contains(x.of, f.ID) {
				t.En += ", whose waiver " + w.ID + " " + x.say.En
				t.Zh += "，其豁免 " + w.ID + " " + x.say.Zh
			}
		}
	}
	return t
}

func (e *evaluation) fits(s *audit.FindingGate, f *audit.Finding) bool {
	switch {
	case s.ID != "" && f.ID != s.ID,
		s.Check != "" && f.Check != s.Check,
		s.Cause != "" && f.Cause != s.Cause,
		s.Pattern != "" && e.pattern(f.Check) != s.Pattern,
		s.Level != "" && rank[f.Severity.Level()] < rank[s.Level],
		s.CasesOver != nil && people(f) <= *s.CasesOver,
		s.AmountOver != nil && float64(f.Amount) <= *s.AmountOver*float64(e.Plan.MoneyScale()):
		return false
	}
	return true
}

// pattern is the complaint that a check answers.
func (e *evaluation) pattern(check string) string {
	for _, c := range e.Checks {
		if c.Name == check {
			return c.Article
		}
	}
	return ""
}

// sought says what a selector asks for.
func (e *evaluation) sought(s *audit.FindingGate) audit.Text {
	var en, zh []string
	add := func(e, z string) { en, zh = append(en, e), append(zh, z) }
	if s.ID != "" {
		add("id "+s.ID, "编号为 "+s.ID)
	}
	if s.Check != "" {
		add("check "+s.Check, "检查为 "+s.Check)
	}
	if s.Cause != "" {
		add("cause "+s.Cause, "原因为 "+s.Cause)
	}
	if s.Pattern != "" {
		add("complaint "+s.Pattern, "投诉类别为 "+s.Pattern)
	}
	if s.Level != "" {
		add("at least level "+s.Level, "至少为 "+s.Level+" 级")
	}
	if s.CasesOver != nil {
		n := audit.Thousands(*s.CasesOver)
		add("more than "+n+" cases", "案例多于 "+n+" 个")
	}
	if s.AmountOver != nil {
		m := strconv.FormatFloat(*s.AmountOver, 'f', -1, 64) + " " + e.Plan.Currency
		add("more than "+m+" at stake", "涉及金额多于 "+m)
	}
	return audit.T("no finding with "+strings.Join(en, ", "), "没有"+strings.Join(zh, "、")+"的问题")
}
