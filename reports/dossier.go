package reports

import (
	"io"
	"math"
	"strings"

	"evenhand/audit"
	"evenhand/audit/dossier"
)

// dossierPage is what the dossier's template sees.
type dossierPage struct {
	Lang   string
	Lender string
	look
	Title     audit.Text
	AsOf      audit.Text
	Facts     []fact
	Verdicts  []dossierVerdict
	Decisions []dossierDecision
	More      audit.Text // that there are more decisions
	Chart     *figure
	Events    table
	Digests   []fact
}

type dossierVerdict struct {
	Case                                         audit.Case
	Check, Substance, Disclosure, Grade, CauseIs audit.Text
	Level                                        string
	Supported                                    []supported
	Evidence                                     table
	Letter, Remedy                               audit.Text
}

type dossierDecision struct {
	Key, At  string
	Title    audit.Text
	Outcome  []fact
	Why      audit.Text
	Inputs   table
	Path     table
	Reasons  table
	Recorded table
	Changes  audit.Text
	Open     bool
}

// eventsOfDossier bounds the timeline printed.
const eventsOfDossier = 200

// decisionsOfDossier bounds the decisions told in full.
const decisionsOfDossier = 20

// WriteDossier writes one customer's dossier as a page of its own.
func (r *Report) WriteDossier(w io.Writer, d *dossier.Dossier) error {
	look, err := newLook()
	if err != nil {
		return err
	}
	p := r.dossier(d)
	p.look = look
	made, err := r.tongue().render("dossier", p)
	if err != nil {
		return err
	}
	_, err = w.Write(made)
	return err
}

func (r *Report) dossier(d *dossier.Dossier) *dossierPage {
	p := &dossierPage{Lang: r.lang, Lender: r.plan.Lender, AsOf: r.asOf(), Title: dossierTitle(d)}
	add := func(to *[]fact, name audit.Text, value string) {
		if value != "" {
			*to = append(*to, fact{Name: name, Value: same(value)})
		}
	}
	add(&p.Facts, audit.T("customer", "客户"), d.Customer)
	add(&p.Facts, audit.T("accounts", "账户"), strings.Join(d.Accounts, ", "))
	add(&p.Facts, audit.T("loans", "贷款"), itoa(len(d.Loans)))
	for i := range d.Cases {
		p.Verdicts = append(p.Verdicts, r.dossierVerdict(&d.Cases[i]))
	}
	for i := range d.Decisions[:min(len(d.Decisions), decisionsOfDossier)] {
		p.Decisions = append(p.Decisions, r.dossierDecision(&d.Decisions[i]))
		p.Decisions[i].Open = i == 0
	}
	if n := len(d.Decisions) - decisionsOfDossier; n > 0 {
		p.More = audit.Tf("… and %[1]d earlier ones.", "……另有更早的 %[1]d 笔。", n)
	}
	p.Chart = r.limitChart(d)
	p.Events.Head = head(audit.T("at", "时间"), audit.T("event", "事件"), audit.T("key", "编号"), audit.T("note", "说明"))
	lo, hi := window(d, eventsOfDossier)
	if n := len(d.Events) - (hi - lo); n > 0 {
		p.Events.Note = audit.Tf("%[1]d further events are not shown.", "另有 %[1]d 条未列出。", n)
	}
	for _, e := range d.Events[lo:hi] {
		p.Events.Rows = append(p.Events.Rows, []cell{{Text: same(r.instant(e.At)), Keep: true}, words(happened(e.What)), code(e.Key), words(clipText(columnNote(e.Note), 2000))})
	}
	p.Digests = r.digestFacts()
	return p
}

func dossierTitle(d *dossier.Dossier) audit.Text {
	what := map[string]audit.Text{
		"decision_id": audit.T("Decision", "决策"), "application_id": audit.T("Application", "申请"), "event_id": audit.T("Limit event", "额度事件"),
		"account_id": audit.T("Account", "账户"), "loan_id": audit.T("Loan", "贷款"), "customer_id": audit.T("Customer", "客户"),
	}[d.Column]
	return audit.T(what.En+" "+d.ID, what.Zh+" "+d.ID)
}

func (r *Report) dossierVerdict(c *audit.Case) dossierVerdict {
	v := dossierVerdict{Case: *c, Check: r.titleOf(c.Check), Substance: substanceWords[c.Substance], Disclosure: disclosureWords[c.Disclosure],
		Grade: gradeWords[c.Grade], Supported: r.supported(c.Causes), Letter: r.letter(c), Level: "info"}
	if c.Cause != "" {
		v.CauseIs = r.cause(c.Cause)
	}
	if c.Remedy != "" {
		v.Remedy = word(remedyWords, c.Remedy)
	}
	switch {
	case c.Substance == audit.Unjustified || c.Substance == audit.Technical:
		v.Level = "fail"
	case failedDisclosure(c.Disclosure):
		v.Level = "warn"
	}
	v.Evidence.Head = head(audit.T("what was read", "所见证据"), audit.T("value", "值"))
	for _, e := range c.Evidence {
		v.Evidence.Rows = append(v.Evidence.Rows, []cell{words(r.itemName(c.Check, e.Name)), words(clipText(r.itemValue(c.Check, e.Name, e.Value), 4000))})
	}
	return v
}

func (r *Report) dossierDecision(d *dossier.Decision) dossierDecision {
	p := dossierDecision{Key: d.Key, At: r.instant(d.At), Why: d.Why}
	p.Title = audit.T("Decision "+d.Key, "决策 "+d.Key)
	if d.Table == "limits" {
		p.Title = audit.T("Limit event "+d.Key, "额度事件 "+d.Key)
	}
	for _, l := range r.dossierOutcome(d) {
		p.Outcome = append(p.Outcome, fact{Name: l.name, Value: l.value})
	}
	unit := w("points")
	if d.Score.Unit == "margin" {
		unit = w("share of the margin")
	}
	p.Inputs.Head = right(head(audit.T("input", "输入"), audit.T("feature", "特征"), audit.T("value", "值"), audit.T("unit", "单位"), unit, w("lost of the score"), w("can be changed"), w("known since")), 2, 4, 5)
	for _, x := range d.Inputs {
		known, lost := "", none
		if x.Known != 0 {
			known = r.instant(x.Known)
		}
		if x.Lost > 0 {
			lost = share(-x.Lost)
		}
		p.Inputs.Rows = append(p.Inputs.Rows, []cell{words(x.Name), code(x.Feature), num(orNone(x.Value)), words(word(unitWords, x.Unit)), num(share(x.Points)), num(lost), words(mutableWords[x.Mutable]), plainCell(known)})
	}
	p.Inputs.prune()
	p.Path.Head = head(audit.T("rule", "规则"), audit.T("kind", "类别"), audit.T("result", "结果"), audit.T("condition and values", "条件与取值"))
	for i := range d.Path {
		s := &d.Path[i]
		says := words(r.saying(s))
		if s.Decides {
			says.Class = "warn"
		}
		p.Path.Rows = append(p.Path.Rows, []cell{code(s.Name), words(word(stageWords, s.Stage)), says, words(clipText(r.condition(s), 4000))})
	}
	p.Reasons.Head = head(audit.T("code", "代码"), audit.T("text", "文字"), audit.T("recorded", "已记录"), audit.T("given", "已告知"), audit.T("by replay", "复算得出"))
	for i := range d.Reasons {
		x := &d.Reasons[i]
		p.Reasons.Rows = append(p.Reasons.Rows, []cell{code(x.Code), words(reasonText(x)), words(yesNo(x.Recorded)), words(yesNo(x.Given)), words(yesNo(x.Recompute))})
	}
	p.Recorded.Head = head(audit.T("column", "列"), audit.T("recorded", "记录值"))
	for _, x := range d.Recorded {
		p.Recorded.Rows = append(p.Recorded.Rows, []cell{r.recordedName(x.Name), words(clipText(recordedIn(x.Name, x.Value), 4000))})
	}
	p.Changes = r.changes(d)
	return p
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func share(x float64) string {
	if math.IsNaN(x) {
		return none
	}
	return signed(decimal(x))
}
