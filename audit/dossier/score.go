package dossier

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/reasons"
	"evenhand/features"
	"evenhand/features/model"
)

// score recomputes the score.
func (b *builder) score(table string, one *features.Batch, d *Decision) {
	d.Score = Score{Recorded: math.NaN(), Computed: math.NaN(), Base: math.NaN()}
	if c := b.env.Layouts[table].Index("score"); c >= 0 && !one.Cols[c].Unread() {
		d.Score.Recorded = one.Cols[c].Floats[0]
	}
	if m := b.model(one); m != nil {
		d.Score.Model, d.Score.Computed = m.Spec.Label(), one.Scores.Score[0]
	}
}

// model is the one that scored a batch of one row, nil for none.
func (b *builder) model(one *features.Batch) *audit.ScoringModel {
	if s := one.Scores; s != nil && s.Model[0] >= 0 {
		return &b.env.Models[s.Model[0]]
	}
	return nil
}

// columns are those that feed the model's inputs.
func (b *builder) columns(table string, one *features.Batch, m *audit.ScoringModel) []*features.Vector {
	var in []*features.Vector
	for _, x := range m.Model.Inputs() {
		in = append(in, &one.Cols[b.env.Layouts[table].Index(audit.FeatureColumn(m.Spec.Feature(x.Name)))])
	}
	return in
}

// inputs are the features of the snapshot, the most adverse first: those that
// are shortest of the model's references (see reasons.Principal), or, where it
// tells none, those with the worst shares of the score.
func (b *builder) inputs(table string, one *features.Batch, d *Decision) []Input {
	points, lost := map[string]float64{}, map[string]float64{}
	direction := 1.0
	if m := b.model(one); m != nil {
		in := b.columns(table, one, m)
		dst := make([][]float64, len(in))
		for i := range dst {
			dst[i] = make([]float64, 1)
		}
		d.Score.Base, d.Score.Unit = m.Model.Contributions(dst, in, 1), "points"
		if model.SharesMargin(m.Model) {
			d.Score.Unit = "margin"
		}
		direction = b.better(one)
		for k, x := range m.Model.Inputs() { // two inputs of one feature add up
			points[m.Spec.Feature(x.Name)] += dst[k][0]
		}
		_, short := reasons.Principal(m, b.env.Layouts[table], direction, one, 0)
		for _, x := range short {
			lost[x.Feature] = x.Lost
		}
	}
	l := b.env.Layouts[table]
	var out []Input
	for c, s := range l.Specs {
		name, ok := strings.CutPrefix(s.Name, audit.FeatureColumn(""))
		if !ok || strings.HasSuffix(name, availableAt) || one.Cols[c].Unread() {
			continue
		}
		info := b.env.Plan.Dictionary[name]
		x := Input{Feature: name, Name: audit.T(cmp.Or(info.En, name), cmp.Or(info.Zh, name)), Unit: info.Unit,
			Points: math.NaN(), Lost: math.NaN(), Mutable: cmp.Or(info.Mutable, "no"), Value: b.value(&s, &one.Cols[c], 0)}
		if p, ok := points[name]; ok {
			x.Points = p
		}
		if p, ok := lost[name]; ok {
			x.Lost = p
		}
		x.Known, _ = b.number(table, one, s.Name+availableAt, 0)
		out = append(out, x)
	}
	if !slices.ContainsFunc(out, func(x Input) bool { return x.Value != "" }) {
		return nil // the row has no snapshot
	}
	slices.SortStableFunc(out, func(x, y Input) int {
		return cmp.Or(last(x.Points, y.Points), last(x.Lost, y.Lost), -cmp.Compare(x.Lost, y.Lost),
			cmp.Compare(direction*x.Points, direction*y.Points), cmp.Compare(x.Feature, y.Feature))
	})
	return out
}

// availableAt ends the names of the columns that say when a feature was known.
const availableAt = "__available_at"

// last puts NaN after what is a number.
func last(x, y float64) int {
	switch {
	case x != x && y == y:
		return 1
	case x == x && y != y:
		return -1
	}
	return 0
}

// better is 1 where a higher score is better for the applicant, else -1: as the
// cut-off of the policy says, or, without one, a probability is of default.
func (b *builder) better(one *features.Batch) float64 {
	if r := one.Replay; r != nil && r.Policy[0] >= 0 {
		for _, x := range b.env.Policies.Policies[r.Policy[0]].Rules {
			if x.Cutoff != nil && (x.Cutoff.Of == "" || x.Cutoff.Of == "score") {
				if x.Cutoff.Better == "lower" {
					return -1
				}
				return 1
			}
		}
	}
	if m := b.model(one); m != nil && m.Spec.Output == "probability" {
		return -1
	}
	return 1
}
