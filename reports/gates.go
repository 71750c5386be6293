package reports

import (
	"strings"

	"evenhand/audit"
	"evenhand/audit/gate"
)

// Gate is how the run ends by the plan alone: what the page and the summary say.
func (r *Report) Gate() *gate.Verdict { return r.gate }

// GateAt is Gate with another level in place of the plan's gates.fail_on; "" is
// the plan's. The command ends by it, and no file of the report knows.
func (r *Report) GateAt(level string) *gate.Verdict { return r.evaluate(level) }

func (r *Report) evaluate(level string) *gate.Verdict {
	return gate.Evaluate(gate.Input{Plan: r.plan, Checks: r.checks, Result: r.res, Today: r.today, FailOn: level})
}

// waive marks the findings that are waived. The digest does not cover the mark:
// two runs that find the same are the same, whoever accepted what.
func (r *Report) waive() {
	r.gate = r.evaluate("")
	for i := range r.res.Findings {
		f := &r.res.Findings[i]
		f.Waived = r.gate.Waived(f.ID)
	}
}

// open lists the findings that are not waived, and waived the others, each in
// their published order.
func (r *Report) open() (open, waived []*audit.Finding) {
	for i := range r.res.Findings {
		if f := &r.res.Findings[i]; f.Waived == nil {
			open = append(open, f)
		} else {
			waived = append(waived, f)
		}
	}
	return open, waived
}

// gateTable shows each gate with what it saw.
func (r *Report) gateTable() table {
	t := table{Head: head(audit.T("gate", "门禁"), audit.T("asks for", "要求"), audit.T("saw", "实际"), audit.T("result", "结论"))}
	for i := range r.gate.Gates {
		g := &r.gate.Gates[i]
		result := cell{Text: audit.T("passed", "通过"), Class: "pass"}
		switch {
		case !g.Applies:
			result = cell{Text: audit.T("not of this run", "不适用"), Class: "none"}
		case !g.Passed:
			result = cell{Text: audit.T("failed", "未通过"), Class: "fail"}
		}
		t.Rows = append(t.Rows, []cell{code(strings.TrimPrefix(g.Key, "gates.")), words(g.Asks), words(g.Saw), result})
	}
	return t
}

// waiverWords are the states of waivers in words.
var waiverWords = map[string]audit.Text{
	gate.StateInForce: audit.T("in force", "有效"), gate.StateExpiring: audit.T("expiring soon", "即将到期"), gate.StateExpired: audit.T("expired", "已到期"),
	gate.StateUnused: audit.T("unused", "未用到"), gate.StateOutgrown: audit.T("outgrown", "超出范围"), gate.StateBarred: audit.T("too wide", "范围过宽"),
	gate.StateElsewhere: audit.T("not of this run", "不适用"),
}

// waiverTable shows each waiver of the plan with its state; nil without any.
func (r *Report) waiverTable() *table {
	if len(r.gate.Waivers) == 0 {
		return nil
	}
	t := &table{Head: head(audit.T("waiver", "豁免"), audit.T("of", "对象"), audit.T("reason", "理由"), audit.T("owner", "责任方"),
		audit.T("last day", "截止日"), audit.T("state", "状态"), audit.T("which means", "说明"))}
	for i := range r.gate.Waivers {
		w := &r.gate.Waivers[i]
		state := cell{Text: waiverWords[w.State], Class: "warn"}
		switch w.State {
		case gate.StateInForce:
			state.Class = "pass"
		case gate.StateExpired:
			state.Class = "fail"
		case gate.StateElsewhere:
			state.Class = "none"
		}
		t.Rows = append(t.Rows, []cell{code(w.ID), plainCell(waives(w.Waiver)), plainCell(w.Reason), plainCell(w.Owner), {Text: same(w.Expires), Keep: true}, state, words(w.Says)})
	}
	return t
}

// waives writes the selector of a waiver.
func waives(w *audit.Waiver) string {
	if w.Finding != "" {
		return w.Finding
	}
	out := w.Check
	for _, part := range []string{w.Cause, w.Metric, w.Segment, w.Group} {
		if part != "" {
			out += " " + part
		}
	}
	return out
}

// gateSentence says how the run ends, by the plan.
func (r *Report) gateSentence() audit.Text {
	n, all := len(r.gate.Failed()), len(r.gate.Gates)
	day := r.gate.Today
	t := audit.T("The plan has no gate", "方案未设门禁")
	switch {
	case all > 0 && n == 0:
		t = audit.T("The run passes the plan's "+plural(int64(all), "gate", "gates"), "本次运行通过方案的全部 "+itoa(all)+" 道门禁")
	case all > 0:
		t = audit.T("The run fails "+itoa(n)+" of the plan's "+plural(int64(all), "gate", "gates"), "本次运行未通过方案 "+itoa(all)+" 道门禁中的 "+itoa(n)+" 道")
	}
	if len(r.gate.Waivers) > 0 {
		t.En += "; waivers are held against " + day
		t.Zh += "；豁免期限按 " + day + " 计"
	}
	return audit.T(t.En+".", t.Zh+"。")
}

// waiverCounts says how the waivers of the plan stand; zero without any.
func (r *Report) waiverCounts() audit.Text {
	n := map[string]int64{}
	for _, w := range r.gate.Waivers {
		n[w.State]++
	}
	var en, zh []string
	for _, s := range []string{gate.StateInForce, gate.StateExpiring, gate.StateExpired, gate.StateOutgrown, gate.StateBarred, gate.StateUnused, gate.StateElsewhere} {
		if n[s] > 0 {
			en, zh = append(en, thousands(n[s])+" "+waiverWords[s].En), append(zh, waiverWords[s].Zh+" "+thousands(n[s]))
		}
	}
	return audit.T(strings.Join(en, ", "), strings.Join(zh, "，"))
}

// gateSummary is the verdict of the plan's gates in summary.json.
type gateSummary struct {
	Passed  bool           `json:"passed"`
	Today   string         `json:"today"` // the day that waivers were held against
	Gates   []gateResult   `json:"gates"`
	Waivers []waiverResult `json:"waivers"`
}

type gateResult struct {
	Gate     string     `json:"gate"`   // the plan's key
	Place    string     `json:"place"`  // where it stands in the plan
	Result   string     `json:"result"` // passed, failed or not_applicable
	Asks     audit.Text `json:"asks"`
	Saw      audit.Text `json:"saw"`
	Findings []string   `json:"findings"` // what failed it: ids, at most 20
	Metrics  []string   `json:"metrics"`
}

type waiverResult struct {
	audit.Waiver
	State    string     `json:"state"`
	Days     int        `json:"days_left"`
	Says     audit.Text `json:"says"`
	Waives   []string   `json:"waives"` // ids of findings
	Expired  []string   `json:"no_longer_waives"`
	Outgrown []string   `json:"outgrown"`
	Barred   []string   `json:"barred"`
}

func (r *Report) gateResults() *gateSummary {
	s := &gateSummary{Passed: r.gate.Code() == 0, Today: r.gate.Today, Gates: []gateResult{}, Waivers: []waiverResult{}}
	for _, g := range r.gate.Gates {
		result := map[bool]string{true: "passed", false: "failed"}[g.Passed]
		if !g.Applies {
			result = "not_applicable"
		}
		s.Gates = append(s.Gates, gateResult{g.Key, g.Place, result, g.Asks, g.Saw, notNil(g.Findings), notNil(g.Metrics)})
	}
	for _, w := range r.gate.Waivers {
		s.Waivers = append(s.Waivers, waiverResult{*w.Waiver, w.State, w.Days, w.Says,
			notNil(w.Hides), notNil(w.Expired), notNil(w.Outgrown), notNil(w.Barred)})
	}
	return s
}

// waivedSummary is the waiver of a finding in summary.json.
type waivedSummary struct {
	ID      string `json:"id"`
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"`
}

func waivedBy(w *audit.Waiver) *waivedSummary {
	if w == nil {
		return nil
	}
	return &waivedSummary{w.ID, w.Reason, w.Owner, w.Expires}
}

// waivedCards are the waived findings, without charts and samples.
func (r *Report) waivedCards() []card {
	var out []card
	_, waived := r.open()
	for _, f := range waived[:min(len(waived), r.room.cards)] {
		out = append(out, r.card(f, false))
	}
	return out
}
