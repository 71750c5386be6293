package reports

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/dossier"
	"evenhand/audit/policy"
	"evenhand/audit/recourse"
	"evenhand/features"
)

// testDossier is a line whose limit was shown and could not be drawn, and a
// denial by score.
func testDossier() (Input, *dossier.Dossier) {
	nan := math.NaN()
	in := clean()
	in.Plan.Dictionary = map[string]audit.FeatureInfo{"utilisation": {En: "utilisation of revolving credit", Zh: "信用卡额度使用率", Unit: "share", Mutable: "yes"},
		"months_employed": {En: "months in the present job", Zh: "现职工作月数", Unit: "months", Mutable: "slow"}}
	step := func(s dossier.Rule) dossier.Rule {
		if s.Kind != "cutoff" {
			s.Score, s.Approve, s.Refer = nan, nan, nan
		}
		if s.Kind != "term" {
			s.Amount = -1
		}
		return s
	}
	denied := dossier.Decision{Table: "decisions", Key: "D0002", At: at(2026, 3, 5, 2), Asked: true, Policy: "p2", Replayed: "denied", Rule: "cut_off", Now: -1, Limit: -1, Next: -1,
		Recorded: []audit.Item{{Name: "outcome", Value: "denied"}, {Name: "requested_amount", Value: "2100.00"}, {Name: "decider", Value: "auto"}, {Name: "policy_version", Value: "p2"}, {Name: "account_id", Value: "K01"}},
		Score:    dossier.Score{Model: "m2", Recorded: 545, Computed: 552, Base: 327, Unit: "points"},
		Path: []dossier.Rule{
			step(dossier.Rule{Step: policy.Step{Kind: "cooling_off", Name: "after_payoff", Says: "no", Reads: []policy.Value{{Name: "history.days_since_payoff", Missing: true}, {Name: "product", Text: "shop"}}}, Stage: "cooling_off", Condition: "product == 'line': history.days_since_payoff <= 7"}),
			step(dossier.Rule{Step: policy.Step{Kind: "rule", Name: "many_loans", Says: "pass", Reads: []policy.Value{{Name: "open_loans", Text: "2"}}}, Stage: "knockout", Condition: "open_loans >= 9"}),
			step(dossier.Rule{Step: policy.Step{Kind: "cutoff", Name: "cut_off", Says: "deny", Decides: true, Score: 552, Approve: 565, Refer: 559, Reads: []policy.Value{{Name: "score", Text: "552"}}}, Stage: "score", Condition: "score >= cut"}),
		},
		Inputs: []dossier.Input{
			{Feature: "utilisation", Name: audit.T("utilisation of revolving credit", "信用卡额度使用率"), Value: "0.98", Unit: "share", Points: 3, Lost: 29, Mutable: "yes", Known: at(2026, 3, 4, 1)},
			{Feature: "months_employed", Name: audit.T("months in the present job", "现职工作月数"), Value: "", Unit: "months", Points: 12, Lost: 0, Mutable: "slow"},
			{Feature: "housing", Name: audit.T("housing", "居住状况"), Value: "rent", Points: nan, Lost: nan, Mutable: "no"},
		},
		Reasons: []dossier.Reason{
			{Code: "G01", Text: audit.T("Insufficient overall score", "综合评分不足"), Recorded: true, Given: true, Generic: true},
			{Code: "R01", Text: audit.T("High utilisation of revolving credit", "信用卡额度使用率偏高"), Recompute: true},
		},
		Searched: true, Recourse: recourse.Found, Proved: true, Changes: []recourse.Change{{Feature: "utilisation", From: 0.98, To: 0.74, Steps: 24}, {Feature: "months_employed", From: 4, To: 7, Steps: 3}},
	}
	review := dossier.Decision{Table: "limits", Key: "E0009", At: at(2026, 2, 1, 2), Policy: "p2", Now: 1_500_000, Limit: 1_500_000, Next: 1_800_000, Bound: "income", Edge: true,
		Recorded: []audit.Item{{Name: "kind", Value: "evaluate"}, {Name: "result", Value: "keep"}}, Score: dossier.Score{Recorded: nan, Computed: nan, Base: nan},
		Path:     []dossier.Rule{step(dossier.Rule{Step: policy.Step{Kind: "term", Name: "income", Says: "applies", Decides: true, Amount: 1_500_000, Reads: []policy.Value{{Name: "income_month", Text: "500000"}}}, Stage: "income", Condition: "income_month / 100.0 * 3.0"})},
		Searched: true, Recourse: recourse.Unreachable, Proved: true}
	lost := dossier.Decision{Table: "decisions", Key: "D0001", At: at(2026, 1, 5, 2), Now: -1, Limit: -1, Next: -1, Score: dossier.Score{Recorded: nan, Computed: nan, Base: nan},
		Recorded: []audit.Item{{Name: "outcome", Value: "approved"}}, Why: audit.T("The plan names no policy: the outcome can't be replayed.", "方案未列出政策：无法复算结果。")}
	d := &dossier.Dossier{ID: "D0002", Table: "decisions", Column: "decision_id", Customer: "C01", Accounts: []string{"K01"}, Loans: []string{"L01"},
		Decisions: []dossier.Decision{denied, review, lost},
		Cases: []audit.Case{{Check: "approvalparity", Table: "decisions", Key: "D0002", Customer: "C01", Substance: audit.Justified, Disclosure: audit.Generic, Grade: audit.E1, Rules: []string{"R0.2"}, Cause: "GENERIC_REASON",
			Causes: []audit.Supported{{Code: "GENERIC_REASON", Grade: audit.E1, Share: 700_000}, {Code: "M6_UNIT", Grade: audit.E2, Share: 300_000}}, Amount: 210_000, Days: 12, Remedy: "redecide",
			Evidence: []audit.Item{{Name: "outcome", Value: "denied"}, {Name: "reasons given", Value: "G01"}}}},
		Events: []audit.Event{
			{At: at(2025, 11, 1, 2), What: "limits.grant", Key: "E0001", Note: "limit_before 0.00; limit_after 15000.00"},
			{At: at(2026, 1, 3, 2), What: "repayments.paid", Key: "L01/1", Note: "paid_amount 100.00"}, {At: at(2026, 1, 4, 16), What: "repayments.due", Key: "L01/1", Note: "due_amount 100.00"},
			{At: at(2026, 2, 4, 16), What: "repayments.due", Key: "L01/2"}, {At: at(2026, 2, 9, 2), What: "repayments.paid", Key: "L01/2"},
			{At: at(2026, 3, 5, 2), What: "decisions.denied", Key: "D0002", Note: "product shop; application_type new_line; requested_amount 2100.00; policy_version p2; reasons G01"},
			{At: at(2026, 3, 6, 2), What: "decisions.notice", Key: "D0002"},
		},
		Steps: []dossier.Step{
			{At: at(2025, 11, 1, 2), Account: "K01", Key: "E0001", Limit: 1_500_000, Shown: -1, Drawable: -1},
			{At: at(2026, 1, 2, 2), Account: "K01", Key: "E0005", Limit: -1, Shown: 1_500_000, Drawable: 1_500_000},
			{At: at(2026, 2, 20, 2), Account: "K01", Key: "E0010", Limit: -1, Shown: 1_500_000, Drawable: 100},
		}}
	return in, d
}

func dossierPageOf(t *testing.T, in Input, d *dossier.Dossier) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := New(in).WriteDossier(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDossier(t *testing.T) {
	in, d := testDossier()
	for _, lang := range []string{"en", "zh"} {
		got := New(in).DossierText(d, lang)
		golden(t, "dossier."+lang+".txt", []byte(got))
		for _, l := range strings.Split(got, "\n") {
			if n := columns(l); n > sheetWidth {
				t.Errorf("%s: %d columns: %s", lang, n, l)
			}
			if lang == "zh" && regexp.MustCompile(`\b(denied|recorded|given|passes|binds)\b`).MatchString(l) && !strings.HasPrefix(l, "      ") {
				t.Errorf("English in the Chinese dossier: %s", l)
			}
		}
	}
	golden(t, "dossier.html", readable(dossierPageOf(t, in, d)))
	for _, remedy := range audit.Remedies {
		if _, ok := remedyWords[remedy]; !ok {
			t.Errorf("remedy %s has no words", remedy)
		}
	}
	for _, outcome := range features.Outcomes {
		if _, ok := outcomeWords[outcome]; !ok {
			t.Errorf("outcome %s has no words", outcome)
		}
	}
	kinds, _ := features.TableNamed("limits").Column("kind")
	paid, _ := features.TableNamed("payments").Column("kind")
	for _, kind := range append(slices.Clone(kinds.Enum), paid.Enum...) {
		if _, ok := codeWords[kind]; !ok {
			t.Errorf("event %s has no words", kind)
		}
	}
	page := string(dossierPageOf(t, in, d))
	for _, want := range []string{"less could be drawn than was shown, 1 of 2 times", "This is no promise of approval", "paid late", "逾期还款", "552 against 565"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestDossierUnlikeTheRecord: where record and replay part, the dossier says so.
func TestDossierUnlikeTheRecord(t *testing.T) {
	in, d := testDossier()
	for _, c := range []struct {
		recorded, replayed string
		unlike             bool
	}{{"denied", "approved", true}, {"approved", "denied", true}, {"denied", "denied", false}, {"denied", "referred", false}, {"approved", "approved_lower", false}} {
		x := &d.Decisions[0]
		x.Recorded[0].Value, x.Replayed = c.recorded, c.replayed
		if got := strings.Contains(New(in).DossierText(d, "en"), "unlike the record"); got != c.unlike {
			t.Errorf("recorded %s, replayed %s: unlike %v", c.recorded, c.replayed, got)
		}
	}
}

// TestDossierIsInert: strings of the data are text, on the page and in the
// terminal.
func TestDossierIsInert(t *testing.T) {
	in, d := testDossier()
	i := 0
	h := func() string { i++; return hostile[i%len(hostile)] }
	both := func() audit.Text { return audit.T(h(), h()) }
	in.Plan.Lender, in.Plan.AsOf, in.Plan.Digest = h(), h(), h()
	in.Plan.Dictionary = map[string]audit.FeatureInfo{hostile[0]: {En: h(), Zh: h(), Unit: h()}}
	d.ID, d.Customer, d.Accounts, d.Loans = hostile[0], h(), hostile, hostile
	for k := range d.Decisions {
		x := &d.Decisions[k]
		x.Key, x.Policy, x.Replayed, x.Rule, x.Bound, x.Why, x.Score.Model = h(), h(), h(), h(), h(), both(), h()
		x.Recorded = []audit.Item{{Name: "outcome", Value: h()}, {Name: h(), Value: h()}, {Name: "account_id", Value: hostile[1]}}
		for n := range x.Path {
			p := &x.Path[n]
			p.Name, p.Stage, p.Says, p.Condition, p.Reads = h(), h(), h(), h(), []policy.Value{{Name: h(), Text: h()}}
		}
		for n := range x.Inputs {
			v := &x.Inputs[n]
			v.Feature, v.Name, v.Value, v.Unit, v.Mutable = h(), both(), h(), h(), h()
		}
		for n := range x.Reasons {
			x.Reasons[n].Code, x.Reasons[n].Text = h(), both()
		}
		for n := range x.Changes {
			x.Changes[n].Feature = hostile[0]
		}
	}
	c := &d.Cases[0]
	c.Check, c.Key, c.Rules, c.Cause, c.Remedy, c.Evidence = h(), h(), []string{h()}, h(), h(), []audit.Item{{Name: h(), Value: h()}}
	c.Causes[0].Code, c.Causes[1].Code = h(), h()
	for n := range d.Events {
		d.Events[n].Key, d.Events[n].Note = h(), h()
	}
	d.Events[0].What = h()
	for n := range d.Steps {
		d.Steps[n].Account, d.Steps[n].Key = hostile[1], h()
	}
	page := dossierPageOf(t, in, d)
	body, n := styleElement.ReplaceAll(page, nil), 0
	for _, m := range tags.FindAllSubmatch(body, -1) {
		n++
		if !knownElements[string(m[2])] {
			t.Errorf("element %s", m[0])
		}
		for _, a := range attributes.FindAllSubmatch(quoted.ReplaceAll(m[3], []byte(`""`)), -1) {
			if !knownAttributes[string(a[1])] {
				t.Errorf("attribute %s in %s", a[1], m[0])
			}
		}
	}
	if n < 100 {
		t.Fatalf("only %d tags: the test is blind", n)
	}
	for _, m := range regexp.MustCompile(`style="([^"]*)"`).FindAllSubmatch(body, -1) {
		if !regexp.MustCompile(`^width:\d+px$`).Match(m[1]) {
			t.Errorf("style %s", m[1])
		}
	}
	for _, s := range []string{string(page), New(in).DossierText(d, "en"), New(in).DossierText(d, "zh")} {
		for _, c := range s {
			if hidden(c) {
				t.Errorf("character %U came through", c)
			}
		}
		if strings.Contains(s, "%!") {
			t.Error("a format went wrong")
		}
	}
}

// TestDossierOfNothing: a dossier of a customer without rows is a page.
func TestDossierOfNothing(t *testing.T) {
	in, _ := testDossier()
	d := &dossier.Dossier{ID: "C9", Table: "decisions", Column: "customer_id", Customer: "C9"}
	if page := string(dossierPageOf(t, in, d)); !strings.Contains(page, "No check found") || strings.Contains(page, "<figure") {
		t.Error("the page is not that of an empty dossier")
	}
	if s := New(in).DossierText(d, "zh"); !strings.Contains(s, "客户 C9") {
		t.Error(s)
	}
}

func TestWindow(t *testing.T) {
	d := &dossier.Dossier{ID: "E3"}
	for i := range 100 {
		d.Events = append(d.Events, audit.Event{Key: "E" + itoa(i)})
	}
	for id, want := range map[string][2]int{"E3": {0, 30}, "E50": {35, 65}, "E99": {70, 100}, "E80": {65, 95}, "K1": {70, 100}} {
		d.ID = id
		if lo, hi := window(d, 30); lo != want[0] || hi != want[1] {
			t.Errorf("%s: %d to %d, want %v", id, lo, hi, want)
		}
	}
	d.Events = d.Events[:5]
	if lo, hi := window(d, 30); lo != 0 || hi != 5 {
		t.Errorf("%d to %d of 5", lo, hi)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"one two three", []string{"one two", "three"}},
		{"abcdefghijklmno", []string{"abcdefghij", "klmno"}},
		{"一二三四五六", []string{"一二三四五", "六"}},
		{"一二三四五，六", []string{"一二三四", "五，六"}},
		{"ends here        ", []string{"ends here"}},
	} {
		got := wrap(c.text, 10)
		for i := range got {
			got[i] = strings.TrimRight(got[i], " ")
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestChanges holds that each end of a search has words of its own in both
// languages, and promises nothing.
func TestChanges(t *testing.T) {
	r := &Report{plan: &audit.Plan{}}
	one := []recourse.Change{{Feature: "x", From: 3, To: 2, Steps: 1}}
	seen := map[string]bool{}
	for _, d := range []dossier.Decision{
		{Recourse: recourse.Found, Proved: true, Changes: one},
		{Recourse: recourse.Found, Changes: one},
		{Recourse: recourse.Unreachable, Proved: true},
		{Recourse: recourse.Unfinished},
		{Recourse: recourse.Waiting, Proved: true, Days: 3},
	} {
		if x := r.changes(&d); !x.IsZero() {
			t.Errorf("said of what was not searched: %v", x)
		}
		d.Searched = true
		x := r.changes(&d)
		if x.En == "" || x.Zh == "" || seen[x.En] || seen[x.Zh] {
			t.Errorf("%v: %v", d.Recourse, x)
		}
		seen[x.En], seen[x.Zh] = true, true
		if d.Recourse == recourse.Waiting && !strings.Contains(x.En, "3 days") {
			t.Errorf("%s", x.En)
		}
	}
}
