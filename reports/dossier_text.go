package reports

import (
	"cmp"
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/dossier"
	"evenhand/audit/recourse"
)

// line is one named value of a dossier.
type line struct{ name, value audit.Text }

// Bounds of what the terminal shows; the page has more.
const (
	eventsInTerminal    = 30
	decisionsInTerminal = 5
)

// DossierText is a dossier for a terminal, in lang ("en" or "zh").
func (r *Report) DossierText(d *dossier.Dossier, lang string) string {
	s := &sheet{lang: lang}
	s.say(0, s.in(dossierTitle(d)))
	s.pairs(2, []line{
		{audit.T("customer", "客户"), same(d.Customer)}, {audit.T("accounts", "账户"), same(orNone(strings.Join(d.Accounts, ", ")))},
		{audit.T("loans", "贷款"), same(orNone(strings.Join(d.Loans, ", ")))},
	})
	s.heading(w("Verdicts"))
	if len(d.Cases) == 0 {
		s.say(2, s.in(noCase))
	}
	for i := range d.Cases {
		r.verdictText(s, &d.Cases[i])
	}
	for i := range d.Decisions[:min(len(d.Decisions), decisionsInTerminal)] {
		r.decisionText(s, &d.Decisions[i])
	}
	if n := len(d.Decisions) - decisionsInTerminal; n > 0 {
		s.heading(audit.Tf("… and %[1]d more: write the page with -o", "……另有 %[1]d 笔：用 -o 输出网页查看", n))
	}
	s.heading(w("Timeline"))
	lo, hi := window(d, eventsInTerminal)
	shown := d.Events[lo:hi]
	if lo > 0 {
		s.say(2, s.in(audit.Tf("… %[1]d earlier events", "……更早的 %[1]d 条", lo)))
	}
	what, key := 0, 0
	for _, e := range shown {
		what, key = max(what, columns(s.in(happened(e.What)))), max(key, columns(oneLine(e.Key)))
	}
	for _, e := range shown {
		s.row(2, []padded{{text: r.instant(e.At), width: 16}, {text: s.in(happened(e.What)), width: min(what, 24)}, {text: oneLine(e.Key), width: min(key, 14)}}, clip(s.in(columnNote(e.Note)), 3000))
	}
	if n := len(d.Events) - hi; n > 0 {
		s.say(2, s.in(audit.Tf("… %[1]d later events", "……更晚的 %[1]d 条", n)))
	}
	return strings.ReplaceAll(s.b.String(), nbsp, " ")
}

// window is the run of at most n events to show: the last ones, or, when what the
// dossier is about lies before them, those around it.
func window(d *dossier.Dossier, n int) (lo, hi int) {
	hi = len(d.Events)
	for i := range d.Events {
		if d.Events[i].Key == d.ID {
			hi = min(hi, max(i+n/2, n))
			break
		}
	}
	return max(0, hi-n), hi
}

// noCase says what it means that a customer has no case: not that all was well
// where nothing ran.
var noCase = w("No check found this customer wronged; what ran, and on how much, is in the report's coverage.")

func (r *Report) verdictText(s *sheet, c *audit.Case) {
	v := r.dossierVerdict(c)
	s.say(2, s.in(v.Check)+": "+oneLine(c.Key))
	coded := func(code string, t audit.Text) audit.Text { return audit.T(code+" – "+t.En, code+" – "+t.Zh) }
	lines := []line{{w("Outcome"), coded(c.Substance.String(), v.Substance)}, {w("Disclosure"), coded(c.Disclosure.String(), v.Disclosure)},
		{w("Evidence"), coded(c.Grade.String(), v.Grade)}}
	if c.Cause != "" {
		lines = append(lines, line{w("Cause"), coded(c.Cause, v.CauseIs)})
	}
	for _, x := range v.Supported {
		lines = append(lines, line{audit.T("also", "另有"), audit.T(x.Code+" "+x.Grade+" "+x.Share.En, x.Code+" "+x.Grade+" "+x.Share.Zh)})
	}
	if len(c.Rules) > 0 {
		lines = append(lines, line{audit.T("Rules", "规则"), same(strings.Join(c.Rules, ", "))})
	}
	if c.Amount != 0 {
		stake := r.money.text(c.Amount)
		lasted := lasting(c.Days)
		lines = append(lines, line{w("at stake"), audit.T(stake.En+lasted.En, stake.Zh+lasted.Zh)})
	}
	if c.Remedy != "" {
		lines = append(lines, line{w("Remedy owed"), coded(c.Remedy, word(remedyWords, c.Remedy))})
	}
	s.pairs(4, lines)
	var read []line
	for _, e := range c.Evidence {
		read = append(read, line{r.itemName(c.Check, e.Name), clipText(r.itemValue(c.Check, e.Name, e.Value), 3000)})
	}
	if len(read) > 0 {
		s.say(4, s.in(audit.T("What was read", "所见证据")))
		s.pairs(6, read)
	}
	if !v.Letter.IsZero() {
		s.say(4, s.in(w("What the customer may be told")))
		s.say(6, s.in(v.Letter))
	}
}

func lasting(n int64) audit.Text {
	if n == 0 {
		return audit.Text{}
	}
	return audit.Tf(", for %[1]d days", "，持续 %[1]d 天", n)
}

func (r *Report) decisionText(s *sheet, d *dossier.Decision) {
	p := r.dossierDecision(d)
	s.heading(audit.T(p.Title.En+"  "+p.At, p.Title.Zh+"  "+p.At))
	s.pairs(2, r.dossierOutcome(d))
	if !d.Why.IsZero() {
		s.say(2, s.in(d.Why))
	}
	if !p.Changes.IsZero() {
		s.say(2, s.in(p.Changes))
	}
	if len(d.Reasons) > 0 {
		s.say(2, s.in(w("Reasons")))
	}
	for i := range d.Reasons {
		x := &d.Reasons[i]
		s.row(4, []padded{{text: oneLine(x.Code), width: 6}, {text: s.in(reasonState(x)), width: 26}}, s.in(reasonText(x)))
	}
	if len(d.Path) > 0 {
		s.say(2, s.in(w("Rule path")))
	}
	for i := range d.Path {
		x := &d.Path[i]
		mark := " "
		if x.Decides {
			mark = "*"
		}
		s.row(2, []padded{{text: mark, width: 1}, {text: oneLine(x.Name), width: 14}, {text: s.in(r.saying(x)), width: 18}}, clip(oneLine(r.condition(x).In(s.lang)), 3000))
	}
	if len(d.Inputs) == 0 {
		return
	}
	unit := w("points")
	if d.Score.Unit == "margin" {
		unit = w("share of the margin")
	}
	s.say(2, s.in(audit.T("Inputs, the most adverse first: "+unit.En+", and what was lost of the score", "输入，最不利的在前："+unit.Zh+"，以及失去的分数")))
	for _, x := range d.Inputs {
		cell := func(v float64) padded {
			text := ""
			if !math.IsNaN(v) {
				text = share(v)
			}
			return padded{text: text, width: 8, right: true}
		}
		lost := x.Lost
		if lost > 0 {
			lost = -lost
		} else {
			lost = math.NaN() // nothing lost, or not known
		}
		s.row(2, []padded{cell(x.Points), cell(lost)}, s.in(x.Name)+" = "+strings.TrimSpace(oneLine(orNone(x.Value))+" "+s.in(word(unitWords, x.Unit))))
	}
}

// changes says what would change a decision, never as a promise.
func (r *Report) changes(d *dossier.Decision) audit.Text {
	if !d.Searched {
		return audit.Text{}
	}
	switch d.Recourse {
	case recourse.Unreachable:
		return audit.T("What would change it: no set of at most three changes that the applicant can make, within their bounds, is accepted by the replay.",
			"怎样会改变结果：在边界之内，申请人可作的、至多三项改变的任何组合均不被复算接受。")
	case recourse.Unfinished:
		return audit.T("What would change it: the search ended before a set of changes was found or ruled out.",
			"怎样会改变结果：搜索结束时既未找到、也未排除可行的改变。")
	case recourse.Waiting:
		return audit.Tf("What would change it: only time. The cooling-off time is over %[1]d days after the decision; the policy then looks at the rest.",
			"怎样会改变结果：只有等待。冷静期在决定之后 %[1]d 天结束，此后才按政策审查其他条件。", d.Days)
	}
	var en, zh []string
	for _, c := range d.Changes {
		info := r.plan.Dictionary[c.Feature]
		name := audit.T(cmp.Or(info.En, c.Feature), cmp.Or(info.Zh, c.Feature))
		unit := audit.Text{}
		if info.Unit != "" && info.Unit != "share" {
			u := word(unitWords, info.Unit)
			unit = audit.T(" "+u.En, " "+u.Zh)
		}
		en = append(en, name.En+" from "+decimal(c.From)+" to "+decimal(c.To)+unit.En)
		zh = append(zh, name.Zh+"由 "+decimal(c.From)+" 变为 "+decimal(c.To)+unit.Zh)
	}
	least := audit.Text{}
	if !d.Proved {
		least = audit.T(" A smaller change may do: the search ended before that was ruled out.", "或有更小的改变：搜索结束时尚未排除。")
	}
	return audit.T(
		"What would change it, by replay under this policy, all else equal: "+strings.Join(en, ", and ")+"."+least.En+" This is no promise of approval.",
		"怎样会改变结果（按该政策复算，其他不变）："+strings.Join(zh, "，并且")+"。"+least.Zh+"这不是对通过的承诺。")
}
