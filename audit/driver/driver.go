// Package driver runs a list of checks over a source with the worker pool; it
// is the only package with a go statement.
//
// Run is a straight line: decide which checks can run on what the export has
// (needs.go), read the small lookup tables whole (lookup.go), read every unit
// of the other tables once, with one state per check and worker (pool.go),
// merge the states, read again where a check asks for it, finish, correct all
// tests together, conclude.
package driver

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/baseline"
	"evenhand/audit/policy"
	"evenhand/features"
)

// Input is what to run.
type Input struct {
	Plan    *audit.Plan
	Checks  []*audit.Check
	Sources map[string]features.Source // by table of the contract
	Models  []audit.ScoringModel       // in the plan's order; Run fills Inputs
	// Policies is the lender's registry; nil without one.
	Policies *policy.Registry
	// Baseline is what an earlier run stored; nil without.
	Baseline *baseline.File
}

// Options says how to run: it may change speed, never an answer.
type Options struct {
	Workers  int            // 0 means 1
	Memory   int64          // bytes that timelines may take before they go to temporary files; 0: no limit
	Keys     int64          // bytes that hashes of keys may take before they do; 0: no limit
	TempDir  string         // of temporary files; default the system's
	Progress func(Progress) // called from workers, concurrently; may be nil
}

// Progress is how far a pass has come.
type Progress struct {
	Pass        int // from 1
	Table       string
	Rows, Total int64
}

// Run runs the checks and returns the settled, sorted result. An error is the
// first in file order, whatever worker met it.
func Run(ctx context.Context, in Input, opt Options) (*audit.Result, error) {
	opt.Workers = max(opt.Workers, 1)
	r, err := prepare(in)
	if err != nil {
		return nil, err
	}
	r.ctx, r.opt = ctx, opt
	if err := r.loadLookups(); err != nil {
		return nil, err
	}
	states, err := r.pass(1, r.running, func(i int) (audit.State, error) {
		return r.running[i].check.New(r.running[i].env)
	})
	if err != nil {
		return nil, err
	}
	if err := r.readable(); err != nil {
		return nil, err
	}
	if err := r.reread(states); err != nil {
		return nil, err
	}
	return r.conclude(states)
}

// readable makes sure that no column was all bad cells: one bad cell is a
// finding, but a column of them is a mapping onto the wrong type.
func (r *run) readable() error {
	for _, t := range r.tables {
		for _, s := range t.layout.Specs {
			c := r.tallies[t.name].Columns[s.Name]
			if c.Bad > 0 && c.Bad >= c.Rows-c.Nulls {
				return mismatch(t.source, r.wrong("%s: none of the %d values of column %q can be read as %s (for %s), e.g. %s; map a column of that type, or say how it is written (timezone, days_since, unit, missing)",
					t.name, c.Bad, strings.Join(s.From, ", "), s.Kind, s.Name, r.example(c.Example)))
			}
		}
	}
	return nil
}

// example is a bad cell for a message: its shape, unless the plan lets ids leave.
func (r *run) example(raw string) string {
	if r.plan.Privacy.Plain() {
		return strconv.Quote(raw)
	}
	return features.Shape(raw)
}

// reread runs the second pass for the checks that ask for one, and replaces
// their states by the second pass' merged ones.
func (r *run) reread(states []audit.State) error {
	var again []int
	var make2 []func() audit.RowState
	for i, s := range states {
		if rr, ok := s.(audit.Rereader); ok {
			if f := rr.Reread(); f != nil {
				again, make2 = append(again, i), append(make2, f)
			}
		}
	}
	if len(again) == 0 {
		return nil
	}
	var checks []*running
	for _, i := range again {
		checks = append(checks, r.running[i])
	}
	second, err := r.pass(2, checks, func(j int) (audit.State, error) { return make2[j](), nil })
	if err != nil {
		return err
	}
	for j, i := range again {
		states[i] = second[j]
	}
	return nil
}

// conclude turns merged states into the result.
func (r *run) conclude(states []audit.State) (res *audit.Result, err error) {
	check := ""
	defer func() {
		if p := recover(); p != nil {
			err = &Broken{Check: check, Cause: p}
		}
	}()
	res = &audit.Result{Tallies: r.tallies, Coverage: r.skipped, Scored: r.scored, Texts: r.allTexts()}
	if r.policies != nil {
		res.Policies = r.policies.Digest
	}
	for i, s := range states {
		rc := r.running[i]
		check = rc.check.Name
		n := len(res.Coverage)
		if b, ok := s.(audit.Baseliner); ok {
			if part := b.Baseline(); part != nil {
				res.Baseline = append(res.Baseline, *part)
			}
		}
		s.Finish(res)
		if len(res.Coverage) != n+1 || res.Coverage[n].Check != check {
			panic("Finish must add exactly one coverage of its own")
		}
		c := &res.Coverage[n]
		c.Why = append(slices.Clone(rc.degraded), c.Why...)
		if r.orphans > 0 && rc.loans() {
			c.Why = append(c.Why, audit.Tf("%d payments are of loans that table repayments does not have; they were left out",
				"%d 笔还款所属的贷款不在还款计划表中，未予计入", r.orphans))
		}
		switch {
		case c.Judged == 0:
			// Silence about nothing would read as a clean bill.
			c.Status = "skipped"
			c.Why = append([]audit.Text{audit.T("no row was left to judge", "没有可供判断的记录")}, c.Why...)
		case len(c.Why) > 0:
			c.Status = "degraded"
		default:
			c.Status = "ran"
		}
	}
	res.Settle(r.plan.Honesty)
	res.Sort()
	for _, rc := range r.running {
		check = rc.check.Name
		cases := ofCheck(res.Cases, check, func(c *audit.Case) string { return c.Check })
		metrics := ofCheck(res.Metrics, check, func(m *audit.Metric) string { return m.Check })
		res.Findings = append(res.Findings, rc.check.Conclude(rc.env, cases, metrics)...)
		for i := range res.Coverage {
			if res.Coverage[i].Check == check {
				res.Coverage[i].Cases = int64(len(cases))
			}
		}
	}
	res.Sort()
	return res, nil
}

// ofCheck returns the run of s that belongs to a check; s is sorted by check.
func ofCheck[T any](s []T, check string, of func(*T) string) []T {
	lo := slices.IndexFunc(s, func(x T) bool { return of(&x) == check })
	if lo < 0 {
		return nil
	}
	hi := lo
	for hi < len(s) && of(&s[hi]) == check {
		hi++
	}
	return s[lo:hi:hi]
}

// Broken is a broken contract inside the program: a panic caught at the unit.
type Broken struct {
	Check string
	Where string
	Cause any
}

func (b *Broken) Error() string {
	s := "internal error"
	if b.Check != "" {
		s += " in check " + b.Check
	}
	if b.Where != "" {
		s += " at " + b.Where
	}
	return fmt.Sprintf("%s: %v; please report this with the plan", s, b.Cause)
}
