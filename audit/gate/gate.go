// Package gate holds a result against the plan's gates and waivers: which gates
// fail, and which findings are waived, by whom and until when.
//
// Everything here is a pure function of plan, result and a day. Nothing in it
// changes the result: a waiver takes a finding out of the gates' sight and says
// so, and every number, case and verdict stays what it was.
package gate

import (
	"slices"

	"evenhand/audit"
)

// Input is everything a verdict depends on.
type Input struct {
	Plan   *audit.Plan
	Checks []*audit.Check // those of the run, also the ones that were skipped
	Result *audit.Result  // settled; it is only read
	// Today is the day that waivers are held against, as 2026-06-30; "" is the
	// plan's as-of day. There is no clock.
	Today string
	// FailOn stands in for the plan's gates.fail_on; "" leaves that alone.
	FailOn string
}

// Verdict says how the run ends.
type Verdict struct {
	Today   string   // the day that waivers were held against
	Gates   []Gate   // in the order of the plan's keys
	Waivers []Waiver // in the order of the plan

	waived map[string]*audit.Waiver // by finding
}

// Gate is one gate with what it saw.
type Gate struct {
	Key    string     // the plan's key, e.g. "gates.metrics.2"
	Place  string     // where it stands, e.g. "audit.yaml:31"
	Asks   audit.Text // what it asks for
	Saw    audit.Text // what it saw
	Passed bool
	// Applies is false for a gate on a check that this run has not: it passes.
	Applies bool
	// Findings and Metrics are what failed it: ids, at most Most of each.
	Findings, Metrics []string
}

// Most is how many ids a gate lists of what failed it.
const Most = 20

// Evaluate holds a result against the gates and waivers of its plan.
func Evaluate(in Input) *Verdict {
	e := &evaluation{Input: in, fail: in.FailOn}
	if e.Today == "" {
		e.Today = in.Plan.AsOfDay()
	}
	if e.fail == "" {
		e.fail = in.Plan.Gates.FailOn
	}
	sorted := audit.Result{Findings: slices.Clone(in.Result.Findings)}
	sorted.Sort()
	e.findings = sorted.Findings
	v := &Verdict{Today: e.Today, waived: map[string]*audit.Waiver{}}
	v.Waivers = e.waivers(v.waived)
	e.verdict = v
	e.level()
	e.selectors()
	e.metrics()
	e.insufficient()
	e.required()
	e.refused()
	return v
}

// Code is the exit code of the verdict: 1 when a gate failed, else 0.
func (v *Verdict) Code() int {
	if len(v.Failed()) > 0 {
		return 1
	}
	return 0
}

// Failed lists the gates that failed.
func (v *Verdict) Failed() []Gate { return v.those(false) }

// Passed lists the gates that passed.
func (v *Verdict) Passed() []Gate { return v.those(true) }

func (v *Verdict) those(passed bool) []Gate {
	var out []Gate
	for _, g := range v.Gates {
		if g.Passed == passed {
			out = append(out, g)
		}
	}
	return out
}

// Waived is the waiver in force for the finding of that id; nil: none.
func (v *Verdict) Waived(id string) *audit.Waiver {
	if v == nil {
		return nil
	}
	return v.waived[id]
}

// Sentence is what the command says of a gate that failed.
func (g *Gate) Sentence() audit.Text {
	return audit.T(
		"gate "+g.Key+" ("+g.Place+") failed: it asks for "+g.Asks.En+"; it saw "+g.Saw.En,
		"门禁 "+g.Key+"（"+g.Place+"）未通过。要求："+g.Asks.Zh+"；实际："+g.Saw.Zh)
}

// evaluation is one call of Evaluate.
type evaluation struct {
	Input
	fail     string // the level in force
	findings []audit.Finding
	verdict  *Verdict
	byID     map[string]*audit.Metric
}

// gate adds a gate of the plan.
func (e *evaluation) gate(key string, asks audit.Text) *Gate {
	e.verdict.Gates = append(e.verdict.Gates, Gate{Key: key, Place: e.Plan.Place(key), Asks: asks, Passed: true, Applies: true})
	return &e.verdict.Gates[len(e.verdict.Gates)-1]
}

// elsewhere marks a gate that this run has nothing for.
func (g *Gate) elsewhere() {
	g.Applies = false
	g.Saw = audit.T("nothing: no check of this run is meant", "无：不涉及本次运行的检查")
}

// has reports whether a check is of this run.
func (e *evaluation) has(check string) bool {
	return slices.ContainsFunc(e.Checks, func(c *audit.Check) bool { return c.Name == check })
}

// metric returns the metric of that id, nil when there is none.
func (e *evaluation) metric(id string) *audit.Metric {
	if e.byID == nil {
		e.byID = make(map[string]*audit.Metric, len(e.Result.Metrics))
		for i := range e.Result.Metrics {
			e.byID[e.Result.Metrics[i].ID()] = &e.Result.Metrics[i]
		}
	}
	return e.byID[id]
}
