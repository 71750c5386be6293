package denial

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
	"evenhand/features/model"
)

// shares replays the eight mixtures of features, model and policy between the
// prior approval and the denial of row i, and returns the primary cause with
// the exact shares of the change. ok is false when there is no prior snapshot,
// or when the prior replay is no approval: then nothing changed by replay.
func (s *repaid) shares(b *features.Batch, i, prior int) (primary string, causes []audit.Supported, y [8]int64, ok bool) {
	if b.Replay.Policy[prior] < 0 || b.Replay.Policy[i] < 0 {
		return "", nil, y, false
	}
	rows := make([]int, 8)
	models, policies := make([]int16, 8), make([]int16, 8)
	for k := range 8 {
		rows[k], models[k], policies[k] = prior, modelsOf(b, prior, 1)[0], b.Replay.Policy[prior]
		if k&int(cause.NewFeatures) != 0 {
			rows[k] = i
		}
		if k&int(cause.NewModel) != 0 {
			models[k] = modelsOf(b, i, 1)[0]
		}
		if k&int(cause.NewPolicy) != 0 {
			policies[k] = b.Replay.Policy[i]
		}
	}
	x := s.judge.gather(b, rows)
	s.asked(b, i, x)
	s.engine.ReplayAs(x, models, policies)
	for k := range 8 {
		switch out := x.Replay.Outcome[k]; {
		case out == features.Undecided:
			return "", nil, y, false
		case out <= outLower:
			y[k] = 1
		}
	}
	if y[0] == 0 || y[7] == 1 {
		return "", nil, y, false
	}
	f, m, p := cause.Shapley(y)
	primary, causes = cause.Primary([]string{s.family(b, i, prior), cause.Model, cause.PolicyDeclared}, []int64{f, m, p})
	return primary, causes, y, true
}

// asked lets all mixtures be of the same application: what is compared is the
// customer, the model and the policy, not what was asked for.
func (s *repaid) asked(b *features.Batch, i int, x *features.Batch) {
	for _, name := range []string{"application_type", "requested_amount", "channel", "partner", "region", "experiment_id", "experiment_arm"} {
		c := s.env.Layouts["decisions"].Index(name)
		if c < 0 || b.Cols[c].Unread() {
			continue
		}
		for k := range x.N {
			switch v := &b.Cols[c]; v.Kind {
			case features.Text:
				x.Cols[c].Codes[k] = v.Codes[i]
			case features.Money:
				x.Cols[c].Ints[k] = v.Ints[i]
				if x.Cols[c].Valid != nil {
					x.Cols[c].Valid[k] = !v.IsNull(i)
				}
			}
		}
	}
}

// family names what changed about the customer: the family of the feature that
// lost most of the score, or of the rule that denied.
func (s *repaid) family(b *features.Batch, i, prior int) string {
	p := &s.env.Policies.Policies[b.Replay.Policy[i]]
	if r := int(b.Replay.Rule[i]); r >= 0 && p.RuleStage(r) != "score" {
		for _, f := range p.RuleFactors(r) {
			return cause.Family(s.env.Plan, f)
		}
	}
	if b.Scores == nil || b.Scores.Model[i] < 0 {
		return cause.Features
	}
	m := &s.env.Models[b.Scores.Model[i]]
	add, ok := m.Model.(model.Additive)
	if !ok {
		return cause.Features
	}
	worst, least := "", 0.0
	for k, in := range m.Model.Inputs() {
		name := m.Spec.Feature(in.Name)
		c := s.env.Layouts["decisions"].Index(audit.FeatureColumn(name))
		d := add.Term(k, modelValue(&b.Cols[c], i)) - add.Term(k, modelValue(&b.Cols[c], prior))
		if !math.IsNaN(d) && d < least {
			worst, least = name, d
		}
	}
	if worst == "" {
		return cause.Features
	}
	return cause.Family(s.env.Plan, worst)
}

func modelValue(v *features.Vector, i int) model.Value {
	if v.Kind == features.Text {
		return model.Value{Text: v.Text(i), Null: v.IsNull(i)}
	}
	return model.Value{Num: v.Floats[i], Null: v.IsNull(i)}
}

// misread reports whether spending features alone turn the denial of row i: put
// back to what they were at the prior approval, the replay approves (R4.3).
func (s *repaid) misread(b *features.Batch, i, prior int) (string, bool) {
	for _, c := range s.spending {
		was, is := b.Cols[c].Floats[prior], b.Cols[c].Floats[i]
		if was == is || was != was || is != is {
			continue
		}
		x := s.judge.gather(b, []int{i})
		x.Cols[c].Floats[0] = was
		s.engine.ReplayAs(x, modelsOf(b, i, 1), []int16{b.Replay.Policy[i]})
		if x.Replay.Outcome[0] <= outLower {
			return s.env.Layouts["decisions"].Specs[c].Name[len(audit.FeatureColumn("")):], true
		}
	}
	return "", false
}

// moved are the features that differ between two rows, in the order of names,
// those with the largest loss of points first; at most n.
func (s *repaid) moved(b *features.Batch, i, prior, n int) []audit.Item {
	type move struct {
		name string
		loss float64
		text string
	}
	var list []move
	l := s.env.Layouts["decisions"]
	for c, spec := range l.Specs {
		name, ok := featureName(spec.Name)
		if !ok || b.Cols[c].Unread() {
			continue
		}
		was, is := cellText(&b.Cols[c], prior), cellText(&b.Cols[c], i)
		if was == is {
			continue
		}
		list = append(list, move{name, s.loss(b, name, c, i, prior), was + " -> " + is})
	}
	slices.SortStableFunc(list, func(x, y move) int {
		switch {
		case x.loss < y.loss:
			return -1
		case x.loss > y.loss:
			return 1
		}
		return 0
	})
	var out []audit.Item
	for _, m := range list[:min(len(list), n)] {
		out = append(out, audit.Item{Name: "changed " + m.name, Value: m.text})
	}
	return out
}

// loss is what a feature's change took off the score, negative; 0 when no
// model reads it.
func (s *repaid) loss(b *features.Batch, name string, c, i, prior int) float64 {
	if b.Scores == nil || b.Scores.Model[i] < 0 {
		return 0
	}
	m := &s.env.Models[b.Scores.Model[i]]
	add, ok := m.Model.(model.Additive)
	if !ok {
		return 0
	}
	for k, in := range m.Model.Inputs() {
		if m.Spec.Feature(in.Name) == name {
			if d := add.Term(k, modelValue(&b.Cols[c], i)) - add.Term(k, modelValue(&b.Cols[c], prior)); d == d {
				return d
			}
		}
	}
	return 0
}
