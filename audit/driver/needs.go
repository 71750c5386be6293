package driver

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
)

// run is one execution.
type run struct {
	ctx  context.Context
	opt  Options
	plan *audit.Plan

	tables   []*table // in the contract's order
	running  []*running
	skipped  []audit.Coverage
	tallies  map[string]features.Tally
	models   []audit.ScoringModel
	policies *policy.Registry
	lookups  map[string]*features.Batch
	periods  *audit.Periods
	scored   []int64                  // rows scored by each model
	borrowed map[string]features.Kind // features that limits take from table features
	grouped  bool                     // the plan has a table of groups
	orphans  int64                    // payments of loans that no repayment tells of
}

// running is a check that can run.
type running struct {
	check    *audit.Check
	env      *audit.Env
	reads    map[string]bool // tables it is fed rows of
	customer bool            // it is fed timelines
	groups   map[string]bool // tables whose groups it compares
	degraded []audit.Text
}

// table is a table of the export that some running check reads.
type table struct {
	name    string
	source  features.Source
	layout  *audit.Layout
	derived []*features.Derived
	moment  int                      // column whose instant or date sets Batch.Period, or -1
	rescore bool                     // the first pass recomputes scores
	replay  bool                     // … and replays policies
	groups  []int                    // columns of groups and segments
	seen    map[int]map[string]bool  // their values, merged from the workers
	texts   map[int]map[string]int64 // rows of each text, by column, likewise
	lookup  bool                     // read whole, for checks that look things up

	probability bool // somebody reads the probabilities of recomputed scores

	timeline []int // columns that timelines need; nil: nobody wants any
	history  []int // columns of facts of the history, which end the layout
	shuffled int   // index among the shuffle's tables
	facts    []string
	borrows  []borrow // columns of limits filled from table features
	// lateReplay and lateScores say that replays and scores are known with the
	// timelines only; again, that the timelines are scored, late or not.
	lateReplay, lateScores, again bool
	members                       []member // group columns that the table of groups fills
}

// prepare decides what runs: it resolves the columns each check needs against
// the export, and binds the sources to the union of them.
func prepare(in Input) (*run, error) {
	r := &run{plan: in.Plan, models: in.Models, policies: in.Policies, tallies: map[string]features.Tally{}, lookups: map[string]*features.Batch{},
		scored: make([]int64, len(in.Models))}
	want := map[string]*wanted{}
	for _, c := range in.Checks {
		if slices.Contains(in.Plan.Skip, c.Name) {
			r.skip(c, audit.T("the plan skips it", "审计方案中已声明跳过"))
			continue
		}
		rc, needs, why, err := r.resolve(c, in)
		if err != nil {
			return nil, err
		}
		if why != nil {
			r.skip(c, *why)
			continue
		}
		r.running = append(r.running, rc)
		for name, w := range needs {
			if want[name] == nil {
				want[name] = &wanted{columns: map[string]bool{}}
			}
			want[name].add(w)
		}
	}
	r.wantHistory(want, in.Sources)
	if err := r.wantSnapshots(want, in.Sources); err != nil {
		return nil, err
	}
	r.grouped = in.Sources["groups"] != nil
	r.wantMembership(want, in.Sources)
	for _, t := range features.Schema {
		if w := want[t.Name]; w != nil {
			if err := r.bind(t.Name, in.Sources[t.Name], w); err != nil {
				return nil, err
			}
		}
	}
	r.resolveBorrows()
	periods, err := audit.NewPeriods(in.Plan.Period, in.Plan.Zone())
	if err != nil {
		return nil, err
	}
	r.periods = periods
	layouts := map[string]*audit.Layout{}
	for _, t := range r.tables {
		layouts[t.name] = t.layout
	}
	for _, rc := range r.running {
		rc.env = &audit.Env{
			Plan: in.Plan, Settings: in.Plan.Settings(rc.check.Name), Periods: periods,
			Layouts: layouts, Lookups: r.lookups, Models: r.models, Policies: r.policies, Baseline: in.Baseline,
		}
	}
	return r, nil
}

func (r *run) skip(c *audit.Check, why audit.Text) {
	r.skipped = append(r.skipped, audit.Coverage{Check: c.Name, Status: "skipped", Why: []audit.Text{why}})
}

// wanted is what is asked of one table.
type wanted struct {
	columns          map[string]bool
	features, groups bool
	rows, lookup     bool
	probability      bool // a column is read beside the recomputed probability
	replay           bool
	timeline         map[string]bool // columns wanted as timelines; nil: none
	snapshots        bool            // features too are wanted as timelines
	grouped          bool            // … and groups and segments
	scored           bool            // … and recomputed scores
	names            map[string]bool // features wanted by name
	controls         bool            // … and those that the plan lists as controls
}

func (w *wanted) add(o *wanted) {
	for c := range o.columns {
		w.columns[c] = true
	}
	w.features, w.groups = w.features || o.features, w.groups || o.groups
	w.rows, w.lookup = w.rows || o.rows, w.lookup || o.lookup
	w.probability, w.controls = w.probability || o.probability, w.controls || o.controls
	w.replay = w.replay || o.replay
	w.snapshots, w.grouped, w.scored = w.snapshots || o.snapshots, w.grouped || o.grouped, w.scored || o.scored
	for n := range o.names {
		if w.names == nil {
			w.names = map[string]bool{}
		}
		w.names[n] = true
	}
	if o.timeline != nil {
		if w.timeline == nil {
			w.timeline = map[string]bool{}
		}
		maps.Copy(w.timeline, o.timeline)
	}
}

// resolve decides whether a check can run on the export, and on what.
func (r *run) resolve(c *audit.Check, in Input) (*running, map[string]*wanted, *audit.Text, error) {
	no := func(en, zh string, args ...any) (*running, map[string]*wanted, *audit.Text, error) {
		t := audit.Tf(en, zh, args...)
		return nil, nil, &t, nil
	}
	if c.Needs.Models && len(in.Models) == 0 {
		return no("the plan names no model", "审计方案中没有模型")
	}
	if c.Needs.Groups && len(in.Plan.Groups) == 0 {
		return no("no group data: the plan names no groups", "没有群体数据：审计方案中没有声明群体")
	}
	rc := &running{check: c, reads: map[string]bool{}, groups: map[string]bool{}}
	needs := map[string]*wanted{}
	take := func(n audit.TableNeed, lookup bool) (*audit.Text, error) {
		if n.When != nil && !n.When(r.exports(in.Sources)) {
			return nil, nil
		}
		src := in.Sources[n.Table]
		if src == nil {
			if n.IfPresent || lookup {
				return nil, nil
			}
			t := audit.Tf("table %s is not in the plan", "审计方案中没有表 %s", n.Table)
			return &t, nil
		}
		w := &wanted{columns: map[string]bool{}, features: n.Features, groups: n.Groups, controls: n.Controls, rows: !lookup, lookup: lookup}
		for _, col := range n.Required {
			_, ok, err := r.plan.Resolve(n.Table, col, src.Fields())
			if err != nil {
				return nil, mismatch(src, err)
			}
			if !ok {
				t := audit.Tf("column %s.%s is not in the export", "导出中没有列 %s.%s", n.Table, col)
				return &t, nil
			}
			w.columns[col] = true
		}
		for _, o := range n.Optional {
			_, ok, err := r.plan.Resolve(n.Table, o.Column, src.Fields())
			if err != nil {
				return nil, mismatch(src, err)
			}
			if !ok && !o.Effect.IsZero() {
				rc.degraded = append(rc.degraded, audit.Text{
					En: fmt.Sprintf("without %s.%s: %s", n.Table, o.Column, o.Effect.En),
					Zh: fmt.Sprintf("缺少 %s.%s：%s", n.Table, o.Column, o.Effect.Zh),
				})
			}
			w.probability = w.probability || ok && o.Probability
			w.columns[o.Column] = true // absent ones are delivered as all null
		}
		w.replay = c.Needs.Replay && !lookup
		if n.Timeline && !lookup {
			w.timeline, w.rows = maps.Clone(w.columns), true
			maps.Copy(w.timeline, keyColumns(n.Table))
			maps.Copy(w.columns, w.timeline)
			w.snapshots, w.grouped, w.scored = n.Features, n.Groups, c.Needs.Models
			rc.customer = true
		}
		if needs[n.Table] == nil {
			needs[n.Table] = &wanted{columns: map[string]bool{}}
		}
		needs[n.Table].add(w)
		if !lookup && !n.Timeline {
			rc.reads[n.Table], rc.groups[n.Table] = true, n.Groups
		}
		return nil, nil
	}
	for _, n := range c.Needs.Tables {
		if why, err := take(n, false); err != nil || why != nil {
			return nil, nil, why, err
		}
	}
	if len(rc.reads) == 0 && !rc.customer {
		return no("none of its tables is in the plan", "审计方案中没有它所需的任何表")
	}
	for _, n := range c.Needs.Lookups {
		if why, err := take(n, true); err != nil || why != nil {
			return nil, nil, why, err
		}
	}
	return rc, needs, nil, nil
}

// exports returns what tells whether the export has a column of a table.
func (r *run) exports(sources map[string]features.Source) func(table, column string) bool {
	return func(table, column string) bool {
		src := sources[table]
		if src == nil {
			return false
		}
		_, ok, err := r.plan.Resolve(table, column, src.Fields())
		return ok && err == nil // take reports the error
	}
}

// readBy reports whether any of the checks is fed rows of t, batch by batch.
func (t *table) readBy(checks []*running) bool {
	return slices.ContainsFunc(checks, func(c *running) bool { return c.reads[t.name] })
}
