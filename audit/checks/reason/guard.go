package reason

import (
	"slices"

	"evenhand/audit/cause"
	"evenhand/features"
)

// guard returns what takes row i out, or guards, and the rule that denied it,
// nil for a limit that came out lower.
func (s *state) guard(b *features.Batch, i int, out uint8) (int, *rule) {
	c := &s.at
	who := &b.Cols[c.decider]
	if w := who.Codes[i]; w != features.Null && s.persons.Known()[w] || !b.Cols[c.override].IsNull(i) {
		return isPerson, nil
	}
	status := s.classOf(&b.Cols[c.status], 0, i, func(x string) string { return cause.Technical(s.env.Plan, x, "") })
	failure := s.classOf(&b.Cols[c.errorCode], 1, i, func(x string) string { return cause.Technical(s.env.Plan, "", x) })
	switch {
	case !b.Cols[c.exemption].IsNull(i) || status == held || failure == held:
		return isExempt, nil
	case status == failed || failure == failed:
		return isTechnical, nil
	}
	s.given.read(s, b, i)
	switch {
	case s.given.told == 0:
		return isUntold, nil
	case len(s.given.codes) == 0 && s.given.unlisted == 0:
		return isGeneric, nil
	case !s.ready || b.Replay == nil || b.Replay.Policy[i] < 0 || b.Replay.Outcome[i] == features.Undecided || s.blind[b.Replay.Policy[i]]:
		return isUnreplayed, nil
	case b.Replay.Outcome[i] != out, out == outLower && (b.Cols[c.granted].IsNull(i) || b.Cols[c.granted].Ints[i] != b.Replay.Limit[i]):
		return isOtherwise, nil
	case b.Replay.Edge[i]:
		return isEdge, nil
	case s.misscored(b, i):
		return isMisscored, nil
	case len(s.given.codes) == 0:
		return isUnlisted, nil
	}
	p, k := b.Replay.Policy[i], int(b.Replay.Rule[i])
	if out == outLower && k < 0 {
		terms := s.book.terms[p]
		if bound := int(b.Replay.Bound[i]); bound < 0 || bound >= len(terms) || !terms[bound].any {
			return isUncoded, nil
		}
		return guards, nil
	}
	if k < 0 || k >= min(len(s.book.rules[p]), mostRules) {
		return isUncoded, nil
	}
	r := &s.book.rules[p][k]
	switch {
	case r.exempt:
		return isExempt, nil
	case r.kind == unclear, r.kind == byRule && !r.any:
		return isUncoded, nil
	case r.kind == byScore && (b.Scores == nil || b.Scores.Model[i] < 0 || !s.survey.Models[b.Scores.Model[i]].Rankable()):
		return isUncoded, nil
	}
	return guards, r
}

// misscored reports whether the score on record of row i is not the model's:
// its reasons may be those of another score.
func (s *state) misscored(b *features.Batch, i int) bool {
	x := b.Cols[s.at.score].Floats[i]
	if x != x || b.Scores == nil || b.Scores.Model[i] < 0 {
		return false
	}
	m := &s.env.Models[b.Scores.Model[i]]
	y := b.Scores.Score[i]
	switch m.Spec.Output {
	case "margin":
		y = b.Scores.Margin[i]
	case "probability":
		if len(b.Scores.Probability) == 0 {
			return false
		}
		y = b.Scores.Probability[i]
	}
	d := x - y
	return d > m.Tolerance(y) || -d > m.Tolerance(y)
}

// given are the reasons of one row.
type given struct {
	codes    []int32 // of the catalogue, in the order given, each once
	told     int     // all codes, generic and unlisted ones too
	unlisted int
}

// read reads the reasons of row i: those shown where the export has any, else
// those recorded.
func (g *given) read(s *state, b *features.Batch, i int) {
	v, reads := s.reasonsOf(b, i), s.recorded.Known()
	if v == &b.Cols[s.at.shown] {
		reads = s.shown.Known()
	}
	g.list(v.List(i), reads)
}

// reasonsOf is the column that has the reasons of row i.
func (s *state) reasonsOf(b *features.Batch, i int) *features.Vector {
	if shown := &b.Cols[s.at.shown]; s.hasShown && len(shown.List(i)) > 0 {
		return shown
	}
	return &b.Cols[s.at.reasons]
}

func (g *given) list(codes []int32, reads []int32) {
	g.codes, g.told, g.unlisted = g.codes[:0], 0, 0
	for _, c := range codes {
		if c == features.Null {
			continue
		}
		g.told++
		switch k := reads[c]; {
		case k == unlisted:
			g.unlisted++
		case k != generic && !slices.Contains(g.codes, k):
			g.codes = append(g.codes, k)
		}
	}
}
