package driver

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// run is one execution.
type run struct {
	ctx  context.Context
	opt  Options
	plan *audit.Plan

	tables  []*table // in the contract's order
	running []*running
	skipped []audit.Coverage
	tallies map[string]features.Tally
	models  []audit.ScoringModel
	lookups map[string]*features.Batch
	periods *audit.Periods
	scored  []int64 // rows scored by each model
}

// running is a check that can run.
type running struct {
	check    *audit.Check
	env      *audit.Env
	reads    map[string]bool // tables it is fed rows of
	degraded []audit.Text
}

// table is a table of the export that some running check reads.
type table struct {
	name    string
	source  features.Source
	layout  *audit.Layout
	derived []*features.Derived
	moment  int // column whose instant or date sets Batch.Period, or -1
	rescore bool
	lookup  bool // read whole, for checks that look things up
}

// prepare decides what runs: it resolves the columns each check needs against
// the export, and binds the sources to the union of them.
func prepare(in Input) (*run, error) {
	r := &run{plan: in.Plan, models: in.Models, tallies: map[string]features.Tally{}, lookups: map[string]*features.Batch{},
		scored: make([]int64, len(in.Models))}
	want := map[string]*wanted{}
	for _, c := range in.Checks {
		if slices.Contains(in.Plan.Skip, c.Name) {
			r.skip(c, audit.T("the plan skips it", "计划中已声明跳过"))
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
	for _, t := range features.Schema {
		if w := want[t.Name]; w != nil {
			if err := r.bind(t.Name, in.Sources[t.Name], w); err != nil {
				return nil, err
			}
		}
	}
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
			Layouts: layouts, Lookups: r.lookups, Models: r.models,
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
}

func (w *wanted) add(o *wanted) {
	for c := range o.columns {
		w.columns[c] = true
	}
	w.features, w.groups = w.features || o.features, w.groups || o.groups
	w.rows, w.lookup = w.rows || o.rows, w.lookup || o.lookup
}

// resolve decides whether a check can run on the export, and on what.
func (r *run) resolve(c *audit.Check, in Input) (*running, map[string]*wanted, *audit.Text, error) {
	no := func(en, zh string, args ...any) (*running, map[string]*wanted, *audit.Text, error) {
		t := audit.Tf(en, zh, args...)
		return nil, nil, &t, nil
	}
	if c.Needs.Models && len(in.Models) == 0 {
		return no("the plan names no model", "计划中没有模型")
	}
	if c.Needs.Groups && len(in.Plan.Groups) == 0 {
		return no("no group data: the plan names no groups", "没有群体数据：计划中没有声明群体")
	}
	rc := &running{check: c, reads: map[string]bool{}}
	needs := map[string]*wanted{}
	take := func(n audit.TableNeed, lookup bool) (*audit.Text, error) {
		src := in.Sources[n.Table]
		if src == nil {
			if n.IfPresent || lookup {
				return nil, nil
			}
			t := audit.Tf("table %s is not in the plan", "计划中没有表 %s", n.Table)
			return &t, nil
		}
		w := &wanted{columns: map[string]bool{}, features: n.Features, groups: n.Groups, rows: !lookup, lookup: lookup}
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
			w.columns[o.Column] = true // absent ones are delivered as all null
		}
		if needs[n.Table] == nil {
			needs[n.Table] = &wanted{columns: map[string]bool{}}
		}
		needs[n.Table].add(w)
		if !lookup {
			rc.reads[n.Table] = true
		}
		return nil, nil
	}
	for _, n := range c.Needs.Tables {
		if why, err := take(n, false); err != nil || why != nil {
			return nil, nil, why, err
		}
	}
	if len(rc.reads) == 0 {
		return no("none of its tables is in the plan", "计划中没有它所需的任何表")
	}
	for _, n := range c.Needs.Lookups {
		if why, err := take(n, true); err != nil || why != nil {
			return nil, nil, why, err
		}
	}
	return rc, needs, nil, nil
}

// moments names the column of each table that sets the period of a row.
var moments = map[string]string{
	"decisions": "decided_at", "repayments": "due_date", "payments": "paid_at", "limits": "at",
	"appeals": "opened_at", "incidents": "starts_at", "experiments": "starts_at", "features": "as_of",
}

// bind fixes the columns that readers of a table deliver.
func (r *run) bind(name string, src features.Source, w *wanted) error {
	if m := moments[name]; m != "" && w.rows {
		w.columns[m] = true
	}
	rescore := name == "decisions" && w.features && len(r.models) > 0
	if rescore {
		w.columns["model_version"], w.columns["product"] = true, true
	}
	if err := r.required(name, src.Fields()); err != nil {
		return mismatch(src, err)
	}
	inputs, err := r.inputs(rescore)
	if err != nil {
		return err
	}
	reading, err := r.plan.Specs(name, src.Fields(), audit.Wanted{
		Columns: slices.Collect(maps.Keys(w.columns)), Inputs: inputs,
		Features: w.features, AvailableAt: w.features, Groups: w.groups,
	})
	if err != nil {
		return mismatch(src, err)
	}
	for _, f := range reading.Missing {
		if _, ok := inputs[strings.TrimPrefix(f, audit.FeatureColumn(""))]; ok && strings.HasPrefix(f, audit.FeatureColumn("")) {
			return mismatch(src, r.wrong("a model reads feature %q, which table %s of the export lacks; map it under tables.%s.features, or the model's inputs:", strings.TrimPrefix(f, audit.FeatureColumn("")), name, name))
		}
	}
	if err := src.Bind(reading.Specs); err != nil {
		return err
	}
	t := &table{
		name: name, source: src, layout: reading.Layout(), derived: reading.Derived,
		moment: -1, rescore: rescore, lookup: w.lookup,
	}
	if w.rows {
		t.moment = t.layout.Index(moments[name])
	}
	if rescore {
		for i := range r.models {
			m := &r.models[i]
			m.Inputs = m.Inputs[:0:0]
			for _, input := range m.Model.Inputs() {
				m.Inputs = append(m.Inputs, t.layout.Index(audit.FeatureColumn(m.Spec.Feature(input.Name))))
			}
		}
	}
	r.tables = append(r.tables, t)
	return nil
}

// required makes sure that the export has what the contract requires of the
// table, or that the plan says how to do without.
func (r *run) required(name string, fields []features.Field) error {
	for _, c := range features.TableNamed(name).Columns {
		if !c.Required {
			continue
		}
		_, ok, err := r.plan.Resolve(name, c.Name, fields)
		if err != nil {
			return err
		}
		if m := r.plan.Tables[name].Columns[c.Name]; !ok && (m == nil || !m.Absent) {
			how := "constant: VALUE"
			if c.Kind == features.Opaque {
				how = "row: true"
			}
			return r.wrong("table %s of the export has no column %s, which the contract requires; map it under tables.%s.columns, e.g. %s: THEIR_COLUMN or %s: {%s}", name, c.Name, name, c.Name, c.Name, how)
		}
	}
	return nil
}

// inputs are the features the models read, with the kind they want.
func (r *run) inputs(rescore bool) (map[string]features.Kind, error) {
	if !rescore {
		return nil, nil
	}
	kinds := map[string]features.Kind{}
	for _, m := range r.models {
		for _, in := range m.Model.Inputs() {
			kind := features.Float
			if in.Kind == model.Categorical {
				kind = features.Text
			}
			f := m.Spec.Feature(in.Name)
			if have, ok := kinds[f]; ok && have != kind {
				return nil, r.wrong("model %s reads feature %q as %s, another model as %s; give one of them a feature of its own by inputs:", m.Spec.Label(), f, kind, have)
			}
			kinds[f] = kind
		}
	}
	return kinds, nil
}

// Mismatch says that the export is not what the plan says it is: a column is
// missing, or of another type.
type Mismatch struct {
	File string // the first file of the table
	Err  error  // an audit.PlanError
}

func (m *Mismatch) Error() string { return m.File + ": " + m.Err.Error() }
func (m *Mismatch) Unwrap() error { return m.Err }

func mismatch(src features.Source, err error) error {
	file := ""
	if files := src.Files(); len(files) > 0 {
		file = files[0].Path
	}
	return &Mismatch{File: file, Err: err}
}

func (r *run) wrong(format string, args ...any) error {
	return audit.PlanError{{File: r.plan.Name, Text: fmt.Sprintf(format, args...)}}
}

// readBy reports whether any of the checks is fed rows of t.
func (t *table) readBy(checks []*running) bool {
	return slices.ContainsFunc(checks, func(c *running) bool { return c.reads[t.name] })
}
