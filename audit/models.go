package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"

	"evenhand/features/model"
)

// LoadModels loads the plan's models, in its order. read returns the content
// of a file; relative names are relative to the plan.
func (p *Plan) LoadModels(read func(path string) ([]byte, error)) ([]ScoringModel, error) {
	var out []ScoringModel
	for _, spec := range p.Models {
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
		sum := sha256.Sum256(data)
		out = append(out, ScoringModel{Spec: spec, Model: m, Digest: hex.EncodeToString(sum[:])})
	}
	return out, nil
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
