package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/gate"
)

var junitFormat = Format{
	Name: "junit", File: "junit.xml", Extra: true,
	Doc:   "the checks as tests, for CI servers: a suite a chapter, a test a check; findings at the plan's gate fail it",
	Write: writeJUnit,
}

// The elements that Surefire writes and CI servers read. Times are 0: nothing
// in a report depends on the clock, and the schema wants them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
		Out     *junitOut     `xml:"system-out"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",cdata"` // keeps its lines
	}
	junitOut struct {
		Text string `xml:",cdata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

func writeJUnit(r *Report, w io.Writer) error {
	all := junitSuites{Name: "evenhand", Time: "0"}
	suites := []junitSuite{r.junitGates()}
	for _, ch := range chapters {
		suites = append(suites, r.junitSuite(ch.Name, ch.Title))
	}
	for _, s := range suites {
		if s.Tests == 0 {
			continue
		}
		all.Suites = append(all.Suites, s)
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *Report) junitSuite(chapter string, title audit.Text) junitSuite {
	s := r.junitNew(title)
	for _, c := range r.checks {
		if c.Chapter == chapter {
			s.add(r.junitCase(c))
		}
	}
	return s
}

func (r *Report) junitNew(title audit.Text) junitSuite {
	return junitSuite{Name: r.in(title), Time: "0", Properties: []junitProperty{
		{"plan_sha256", shown(r.plan.Digest)}, {"result_sha256", r.digest}, {"lender", oneLine(r.plan.Lender)}, {"as_of", oneLine(r.plan.AsOf)},
	}}
}

func (s *junitSuite) add(k junitCase) {
	s.Tests++
	switch {
	case k.Failure != nil:
		s.Failures++
	case k.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, k)
}

// junitCase is one check as a test. It fails for its findings at the gate; a
// check that did not run, or judged nothing, is skipped: never passed.
func (r *Report) junitCase(c *audit.Check) junitCase {
	k := junitCase{Name: c.Name + ": " + oneLine(r.in(c.Title)), Class: "evenhand." + c.Chapter, Time: "0"}
	var failed, out []string
	var worst *audit.Finding
	for i := range r.res.Findings {
		f := &r.res.Findings[i]
		if f.Check != c.Name {
			continue
		}
		text := r.junitFinding(f)
		if !r.gates(f) {
			out = append(out, text)
			continue
		}
		if worst == nil { // findings come with the worst first
			worst = f
		}
		failed = append(failed, text)
	}
	if worst != nil {
		k.Failure = &junitFailure{
			Message: r.in(number(int64(len(failed)), "finding at the gate", "findings at the gate", "项问题未过门禁")) + ": " + oneLine(r.in(worst.Title)),
			Type:    worst.Severity.Level(), Text: xmlText(strings.Join(failed, "\n\n")),
		}
	}
	metrics, insufficient := 0, 0
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Check == c.Name {
			metrics++
			if m.Status == audit.Insufficient {
				insufficient++
			}
		}
	}
	cov := r.coverage[c.Name]
	switch {
	case worst != nil:
	case cov == nil || cov.Status == "skipped":
		k.Skipped = &junitSkipped{oneLine(r.in(joinTexts(whyOf(cov))))}
	case cov.Judged == 0 && len(out) == 0 && metrics == insufficient:
		k.Skipped = &junitSkipped{r.in(audit.T("it ran, but no row reached a verdict", "已运行，但没有一行得出结论"))}
	}
	if cov != nil && cov.Status != "skipped" {
		out = append(out, r.in(audit.Tf("judged %[1]s of %[2]s rows", "判定 %[1]s 行，共 %[2]s 行", thousands(cov.Judged), thousands(cov.RowsIn))))
		if cov.Status == "degraded" {
			out = append(out, r.in(audit.T("ran on incomplete data: ", "在数据不全时运行："))+oneLine(r.in(joinTexts(cov.Why))))
		}
	}
	if insufficient > 0 {
		out = append(out, r.in(audit.Tf("insufficient data: %[1]s of %[2]s numbers have too few rows to say anything", "数据不足：%[2]s 个指标中 %[1]s 个样本过少，不能说明问题",
			thousands(int64(insufficient)), thousands(int64(metrics)))))
	}
	if len(out) > 0 {
		k.Out = &junitOut{xmlText(strings.Join(out, "\n\n"))}
	}
	return k
}

// xmlText is s without the two characters that XML 1.0 forbids and that are not
// shown already.
func xmlText(s string) string {
	return strings.NewReplacer("\ufffe", "⟨U+FFFE⟩", "\uffff", "⟨U+FFFF⟩").Replace(s)
}

func whyOf(c *audit.Coverage) []audit.Text {
	if c == nil || len(c.Why) == 0 {
		return []audit.Text{reasons(nil)}
	}
	return c.Why
}

// gates reports whether a finding fails its check: it is at the level of the
// plan's gate, or another gate names it, and no waiver accepts it.
func (r *Report) gates(f *audit.Finding) bool {
	if f.Waived != nil {
		return false
	}
	rank := map[string]int{"info": 1, "warn": 2, "fail": 3}
	at, ok := rank[r.plan.Gates.FailOn]
	if !ok && r.plan.Gates.FailOn == "" {
		at, ok = rank["fail"], true
	}
	if ok && rank[f.Severity.Level()] >= at {
		return true
	}
	return slices.ContainsFunc(r.gate.Failed(), func(g gate.Gate) bool { return slices.Contains(g.Findings, f.ID) })
}

// junitGates is the suite of the plan's gates and waivers: a gate on a number
// or on the coverage has no finding that could fail.
func (r *Report) junitGates() junitSuite {
	s := r.junitNew(audit.T("Gates", "门禁"))
	for i := range r.gate.Gates {
		g := &r.gate.Gates[i]
		k := junitCase{Name: oneLine(g.Key + ": " + r.in(g.Asks)), Class: "evenhand.gates", Time: "0"}
		switch {
		case !g.Passed:
			k.Failure = &junitFailure{Message: oneLine(r.in(g.Saw)), Type: "gate", Text: xmlText(oneLine(r.in(gateText(g))))}
		case !g.Applies:
			k.Skipped = &junitSkipped{oneLine(r.in(g.Saw))}
		default:
			k.Out = &junitOut{xmlText(oneLine(r.in(g.Saw)))}
		}
		s.add(k)
	}
	for i := range r.gate.Waivers {
		v := &r.gate.Waivers[i]
		s.add(junitCase{Name: oneLine(v.Key + ": " + v.ID), Class: "evenhand.waivers", Time: "0",
			Out: &junitOut{xmlText(oneLine(r.in(waiverWords[v.State]) + ": " + r.in(v.Says) + " (" + v.Owner + "; " + v.Reason + ")"))}})
	}
	return s
}

// gateText says why a gate failed.
func gateText(g *gate.Gate) audit.Text {
	return audit.T("gate "+g.Key+" failed: it asks for "+g.Asks.En+"; it saw "+g.Saw.En, "门禁 "+g.Key+" 未通过。要求："+g.Asks.Zh+"；实际："+g.Saw.Zh)
}

// junitFinding is a finding in a few lines.
func (r *Report) junitFinding(f *audit.Finding) string {
	lines := []string{fmt.Sprintf("%s %s %s", f.Severity, oneLine(f.ID), oneLine(r.in(f.Title)))}
	add := func(t audit.Text) {
		if s := r.in(t); s != "" {
			lines = append(lines, "  "+oneLine(s))
		}
	}
	add(f.What)
	var facts []audit.Text
	if f.Cases > 0 {
		facts = append(facts, number(f.Cases, "case", "cases", "个案例"))
	}
	if f.Amount != 0 {
		facts = append(facts, r.money.text(f.Amount))
	}
	if f.Cause != "" {
		facts = append(facts, audit.T("cause "+f.Cause, "原因 "+f.Cause))
	}
	if f.Grade != audit.NoGrade {
		facts = append(facts, audit.T("evidence "+f.Grade.String(), "证据 "+f.Grade.String()))
	}
	add(joinTexts(facts))
	if v := f.Waived; v != nil {
		add(audit.T("waived by "+v.ID+" of "+v.Owner+" until "+v.Expires+": "+v.Reason, "已由 "+v.ID+" 豁免，责任方 "+v.Owner+"，至 "+v.Expires+"："+v.Reason))
	}
	add(f.Remedy)
	return strings.Join(lines, "\n")
}
