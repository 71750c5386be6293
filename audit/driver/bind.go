package driver

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/model"
)

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
	rescore := len(r.models) > 0 && (name == "decisions" && (w.features || w.replay && r.policies != nil) || name == "limits" && w.rows && r.scorable(name, src.Fields()))
	again := rescore && w.timeline != nil && (w.snapshots || w.replay || w.scored)
	if rescore {
		for _, c := range []string{"model_version", "product"} {
			w.columns[c] = true
			if again {
				w.timeline[c] = true
			}
		}
	}
	named, facts := r.policyNames(name, w)
	if err := r.required(name, src.Fields()); err != nil {
		return mismatch(src, err)
	}
	inputs, err := r.inputs(rescore)
	if err != nil {
		return err
	}
	kinds, extra, err := r.snapshotKinds(name, src.Fields(), inputs, w)
	if err != nil {
		return err
	}
	if w.controls {
		extra = append(extra, r.plan.Controls...)
	}
	reading, err := r.plan.Specs(name, src.Fields(), audit.Wanted{
		Columns: slices.Collect(maps.Keys(w.columns)), Inputs: kinds, Names: append(named, extra...),
		Features: w.features, AvailableAt: w.features || w.names != nil, Groups: w.groups,
	})
	if err != nil {
		return mismatch(src, err)
	}
	if rescore {
		if err := r.feeds(name, src.Fields(), reading); err != nil {
			return mismatch(src, err)
		}
	}
	for _, f := range reading.Missing {
		feature, ok := strings.CutPrefix(f, audit.FeatureColumn(""))
		if _, lent := r.borrowed[feature]; lent && name == "limits" {
			continue
		}
		if ok && name == "decisions" && slices.Contains(named, feature) {
			return mismatch(src, r.wrong("a policy reads %q, which is neither a column nor a feature of table %s of the export; map it under tables.%s.features", feature, name, name))
		}
	}
	if err := src.Bind(reading.Specs); err != nil {
		return err
	}
	t := &table{
		name: name, source: src, layout: reading.Layout(), derived: reading.Derived,
		moment: -1, rescore: rescore, lookup: w.lookup, replay: w.replay && r.policies != nil && replay.Moments[name] != "", facts: facts, again: again,
	}
	t.layout, t.history = withHistory(t.layout, facts)
	t.groups = groupColumns(t.layout)
	if w.rows {
		t.moment = t.layout.Index(moments[name])
	}
	if rescore {
		t.probability = w.probability
		for i := range r.models {
			m := &r.models[i]
			t.probability = t.probability || m.Spec.Output == "probability"
			if name != "decisions" {
				continue
			}
			m.Inputs = m.Inputs[:0:0]
			for _, input := range m.Model.Inputs() {
				m.Inputs = append(m.Inputs, t.layout.Index(audit.FeatureColumn(m.Spec.Feature(input.Name))))
			}
		}
	}
	t.timeline = timelineColumns(t.layout, w)
	if w.groups && w.timeline != nil && r.grouped {
		t.members = r.members(reading, t.layout)
	}
	t.lateReplay = len(facts) > 0 || name == "limits" && len(r.borrowed) > 0
	if t.lateReplay || len(t.members) > 0 {
		t.again = rescore
		// Row states that wait for the replay, or for the groups, get their
		// batches from the timelines, with every column (see running.late).
		t.timeline = nil
		for i := range len(t.layout.Specs) - len(facts) {
			t.timeline = append(t.timeline, i)
		}
	}
	r.tables = append(r.tables, t)
	return nil
}

// scorable reports whether a table has every input of every model.
func (r *run) scorable(name string, fields []features.Field) bool {
	for _, m := range r.models {
		for _, in := range m.Model.Inputs() {
			f := m.Spec.Feature(in.Name)
			_, lent := r.borrowed[f]
			if !(lent && name == "limits") && !r.hasFeature(name, f, fields) {
				return false
			}
		}
	}
	return true
}

// hasFeature reports whether the export of a table has a feature.
func (r *run) hasFeature(name, feature string, fields []features.Field) bool {
	t := r.plan.Tables[name]
	return t != nil && t.Features[feature] != nil || slices.ContainsFunc(fields, func(x features.Field) bool { return x.Name == feature })
}

// policyNames returns what the policies read of a table: the features, and the
// facts of the history. Columns go into w.
func (r *run) policyNames(name string, w *wanted) (named, facts []string) {
	if r.policies == nil || !w.replay || moments[name] == "" || name != "decisions" && name != "limits" {
		return nil, nil
	}
	column := func(c string) {
		w.columns[c] = true
		if w.timeline != nil {
			w.timeline[c] = true
		}
	}
	for _, c := range []string{"policy_version", "model_version", "product", "score", moments[name]} {
		column(c)
	}
	for _, n := range r.policies.Names(name) {
		if fact, ok := strings.CutPrefix(n, "history."); ok {
			facts = append(facts, fact)
		} else if _, ok := features.TableNamed(name).Column(n); ok {
			column(n)
		} else {
			named = append(named, n)
		}
	}
	return named, facts
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
