package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"evenhand/reports"
)

// gateFlags are the flags about how the command ends.
func (j *auditJob) gateFlags(f *pflag.FlagSet) {
	f.StringVar(&j.failOn, "fail-on", "", "exit 1 from this level of finding on, in place of the plan's gates.fail_on: fail, warn, info or never; it says how the command ends, and no byte of the report changes")
	f.StringVar(&j.today, "today", "", "day that the expiry of waivers is held against, e.g. 2026-12-31 (default the plan's as_of day)")
}

func (j *auditJob) validGate() error {
	levels := []string{"fail", "warn", "info", "never"}
	if j.failOn != "" && !slices.Contains(levels, j.failOn) {
		return usagef("-fail-on %s: use %s", j.failOn, strings.Join(levels, ", "))
	}
	if _, err := time.Parse(time.DateOnly, j.today); j.today != "" && err != nil {
		return usagef("-today %s: write a day like 2026-12-31", j.today)
	}
	return nil
}

// gate is how the command ends once the report is out.
func (j *auditJob) gate(report *reports.Report) error {
	v := report.GateAt(j.failOn)
	if v.Code() == exitOK {
		return nil
	}
	g := &gateError{}
	for _, failed := range v.Failed() {
		if j.failOn != "" && failed.Key == "gates.fail_on" {
			failed.Key, failed.Place = "-fail-on", j.failOn
		}
		if !j.quiet || j.watch.log != nil {
			g.sentences = append(g.sentences, failed.Sentence().In(printedIn(j.lang)))
		}
	}
	return g
}

// gateError says that the report is out and gates failed: no failure of the
// command.
type gateError struct{ sentences []string }

func (g *gateError) Error() string { return strings.Join(g.sentences, "\n") }

// said is what is to be said of it, nil for nothing.
func (g *gateError) said() error {
	if len(g.sentences) == 0 {
		return nil
	}
	return errors.New(strings.Join(g.sentences, "\nevenhand: "))
}
