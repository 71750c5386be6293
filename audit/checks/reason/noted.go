package reason

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// noted is a denial by score, for the second pass to find again: a hash of its
// key and moment, and in the last byte the rule that denied it.
func noted(b *features.Batch, c *columns, i int) uint64 {
	return rows.HashInt(rows.Hash(7, b.Cols[c.id].Opaque(i)), b.Cols[c.decided].Ints[i]) &^ 0xff
}

// mostRules is how many rules of a policy a noted denial can tell apart.
const mostRules = 256

func (s *state) note(b *features.Batch, i int) {
	s.scored = append(s.scored, noted(b, &s.at, i)|uint64(b.Replay.Rule[i]))
	s.ofModel[b.Scores.Model[i]]++
}
