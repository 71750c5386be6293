package reasons

import (
	"evenhand/audit"
	"evenhand/features"
)

// Shortfall is what one feature lacks.
type Shortfall struct {
	Feature string
	Lost    float64 // points of the score for cards, shares of the margin for others
	Share   float64 // of all that is short, 0 where nothing is
}

// Principal ranks the features of one row of a batch laid out by l without
// knowing other applicants: by the references that the model's file declares,
// else by the best that any value gives, else by a weight of evidence of 0, and
// of a forest by its own contributions. Features without a shortfall come last,
// by name. The method is Methods, and there are none, where the model tells
// nothing.
func Principal(m *audit.ScoringModel, l *audit.Layout, better float64, b *features.Batch, row int) (Method, []Shortfall) {
	x := NewModel(m, l, better, 0)
	if !x.Rankable() {
		return Methods, nil
	}
	refs := references{has: Of(Path), primary: Path, way: 1}
	if x.sum != nil {
		refs = static(x)
		refs.close()
		for _, k := range []Method{Neutral, Best, Declared} {
			if refs.has.Has(k) {
				refs.primary = k
			}
		}
	} else if b.Scores != nil {
		refs.way = x.wayOf(b, row)
	}
	if refs.primary == Methods {
		return Methods, nil
	}
	r := Ranker{Models: []*Model{x}, of: []references{refs}}
	var block Block
	r.Load(&block, 0, b, []int32{int32(row)}, Of(refs.primary))
	lost := block.Row(nil, refs.primary, 0)
	sum := Positive(lost)
	var out []Shortfall
	seen := make([]bool, len(lost))
	for _, f := range Top(nil, lost) {
		out = append(out, Shortfall{x.Features[f], lost[f], lost[f] / sum})
		seen[f] = true
	}
	for f, name := range x.Features {
		if !seen[f] {
			out = append(out, Shortfall{name, lost[f], 0})
		}
	}
	return refs.primary, out
}

// wayOf is 1 when a forest's score grows with its margin, -1 when it falls: it
// scores the row with each input missing in turn until the margin moves.
func (x *Model) wayOf(b *features.Batch, row int) float64 {
	v := x.row(b, row)
	at := x.Scoring.Model.ScoreRow(v)
	for i := range v {
		kept := v[i]
		v[i].Null = true
		o := x.Scoring.Model.ScoreRow(v)
		v[i] = kept
		if o.Margin != at.Margin && o.Score != at.Score {
			if (o.Margin > at.Margin) == (o.Score > at.Score) {
				return 1
			}
			return -1
		}
	}
	return 1
}
