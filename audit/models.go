package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"evenhand/features/model"
)

// LoadModels loads the plan's models, in its order. read returns the content
// of a file; relative names are relative to the plan. The error is a PlanError
// where the files can be read, but are not what the plan says of them.
func (p *Plan) LoadModels(read func(path string) ([]byte, error)) ([]ScoringModel, error) {
	var out []ScoringModel
	var problems PlanError
	for i, spec := range p.Models {
		path := spec.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, path)
		}
		data, err := read(path)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", spec.Label(), err)
		}
		m, err := model.Load(spec.File, data, spec.Format)
		if err != nil {
			return nil, err
		}
		problems = append(problems, p.unknownInputs(i, m)...)
		if c := spec.Scale; c != nil {
			if scaled, err := model.Scaled(m, c.PDO, c.Base, c.Odds, c.Target, c.Round); err != nil {
				problems = append(problems, p.problemf(modelPath(i)+".scale", "%s: %s: %v", modelPath(i), spec.File, err))
			} else {
				m = scaled
			}
		}
		sum := sha256.Sum256(data)
		out = append(out, ScoringModel{Spec: spec, Model: m, Digest: hex.EncodeToString(sum[:])})
	}
	if err := problems.sorted(); err != nil {
		return nil, err
	}
	return out, nil
}

// unknownInputs are the inputs whose training the plan speaks of and that model
// i lacks.
func (p *Plan) unknownInputs(i int, m model.Model) PlanError {
	var problems PlanError
	var known []string
	for _, in := range m.Inputs() {
		known = append(known, in.Name)
	}
	spec := &p.Models[i]
	for _, name := range sortedKeys(spec.Training) {
		if !slices.Contains(known, name) {
			at := modelPath(i) + ".training_missing." + name
			problems = append(problems, p.problemf(at, "%s: model %s has no input %q%s", at, spec.Label(), name, orNearest(name, known)))
		}
	}
	return problems
}

// Trained is when the data was made that the model was trained on, µs UTC:
// [from, to); the ends of time where the plan does not say.
func (p *Plan) Trained(s *ModelSpec) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if t, _, err := parseInstant(s.TrainedFrom, p.zone); err == nil {
		from = t.UnixMicro()
	}
	if t, _, err := parseInstant(s.TrainedTo, p.zone); err == nil {
		to = t.UnixMicro()
	}
	return from, to
}

// Service is when the model was in service, µs UTC: [from, to).
func (p *Plan) Service(s *ModelSpec) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if t, _, err := parseInstant(s.Deployed, p.zone); err == nil {
		from = t.UnixMicro()
	}
	if t, _, err := parseInstant(s.Retired, p.zone); err == nil {
		to = t.UnixMicro()
	}
	return from, to
}

// Label names the model in messages: its version, else its file.
func (s *ModelSpec) Label() string {
	if s.Version != "" {
		return s.Version
	}
	return filepath.Base(s.File)
}

// Feature is the name of the feature that feeds a model input.
func (s *ModelSpec) Feature(input string) string {
	if f, ok := s.Inputs[input]; ok {
		return f
	}
	return input
}

// Tolerance is the distance from a recomputed score within which a recorded one
// or a cut-off can't be told from it: the plan's, else 1e-6 of the score.
// Scores that are equal to a cut-off are equal; they are no edge case.
func (m *ScoringModel) Tolerance(score float64) float64 {
	if m.Spec.Tolerance > 0 {
		return m.Spec.Tolerance
	}
	return 1e-6 * math.Abs(score)
}
