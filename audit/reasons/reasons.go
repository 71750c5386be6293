// Package reasons ranks what a denial is owed to: shortfalls of score against
// named references.
//
// A shortfall is what a feature would add to the score, for the applicant's
// good, if the row had the reference in its place: reference − term, turned so
// that what worsens the outcome is positive. Cards measure it in points, other
// models in shares of the margin. What the reference is makes the method; see
// Method. Regulation B's comment 9(b)(2)-5 names two of them, Near and
// Applicants, and accepts any other that gives substantially similar results.
package reasons

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
	"evenhand/features/model"
)

// Method says what the terms of a row are held against.
type Method uint8

// The methods. Forests, which have no terms, have Near and Applicants as
// interventional SHAP against samples of these applicants, Best against the tenth
// of the sample of all that scores best, and Path. Best is what a lender comes
// near to who holds denials against those that it approved.
const (
	Declared   Method = iota // the references that the model's file declares
	Best                     // the most points that an attribute gives, or the most seen
	Near                     // the mean of applicants at or slightly above the cut-off
	Applicants               // the mean of all applicants
	Neutral                  // a weight of evidence of 0
	Path                     // path-dependent SHAP: the trees' own training data
	Methods
)

var methodNames = [Methods]string{"declared", "best", "near_cutoff", "applicants", "neutral", "path"}

func (m Method) String() string { return methodNames[m] }

// Regulatory reports whether the method is one that Regulation B's comment
// 9(b)(2)-5 names.
func (m Method) Regulatory() bool { return m == Near || m == Applicants }

// Model is one of the plan's models, ready to be ranked by.
type Model struct {
	Scoring *audit.ScoringModel
	// Features are what the inputs are fed by, by name. Two inputs of one feature
	// add up.
	Features []string

	of      []int // feature of each input
	columns []int // column of each input, or -1
	inputs  []model.Input
	sum     model.Additive // nil: a forest, or a model that tells no terms
	trees   model.Interventional
	better  float64 // 1: a higher score is better for the applicant, -1: a lower one
	way     float64 // of a sum: 1 when the score grows with its terms, -1: it falls
	band    float64 // see distance
	unit    unit
}

// unit is what a distance of scores is measured in.
type unit uint8

const (
	points      unit = iota // the score's own
	probability             // log-odds of the score, which is a probability
)

// NewModel prepares a model for the batches that l lays out. better is 1 where a
// higher score is better for the applicant, -1 where a lower one is; a Survey
// that learns otherwise from its rows corrects it. band is how
// far above a cut-off an applicant is still near it, in points, where neither
// plan nor model file tell the points that double the odds.
func NewModel(m *audit.ScoringModel, l *audit.Layout, better, band float64) *Model {
	x := &Model{Scoring: m, inputs: m.Model.Inputs(), better: better, way: 1, band: band}
	for _, in := range x.inputs {
		x.Features = append(x.Features, m.Spec.Feature(in.Name))
	}
	slices.Sort(x.Features)
	x.Features = slices.Compact(x.Features)
	for _, in := range x.inputs {
		name := m.Spec.Feature(in.Name)
		k, _ := slices.BinarySearch(x.Features, name)
		x.of, x.columns = append(x.of, k), append(x.columns, l.Index(audit.FeatureColumn(name)))
	}
	x.trees, _ = m.Model.(model.Interventional)
	if x.sum, _ = m.Model.(model.Additive); x.sum != nil {
		x.trees = nil
		x.way = direction(x.sum, len(x.inputs))
	}
	x.measure()
	return x
}

// direction is 1 when the total grows with its terms, -1 when it falls.
func direction(sum model.Additive, n int) float64 {
	if n == 0 {
		return 1
	}
	terms := make([]float64, n)
	from := sum.Total(terms)
	// A step so long that no rounding hides it, but for totals that leave their
	// range there.
	for step := 1e6; step > 1e-3; step /= 10 {
		terms[0] = step
		switch to := sum.Total(terms); {
		case to > from:
			return 1
		case to < from:
			return -1
		}
	}
	return 1
}

// measure sets how near scores are told.
func (x *Model) measure() {
	odds, ok := x.Scoring.Model.(model.Odds)
	switch {
	case x.Scoring.Spec.Scale != nil:
		x.band = x.Scoring.Spec.Scale.PDO
	case ok && odds.DoublesOdds() > 0:
		x.band = odds.DoublesOdds()
	case model.ScoresProbability(x.Scoring.Model):
		x.unit, x.band = probability, math.Ln2
	case x.sum == nil: // margins are log-odds
		x.band = math.Ln2
	}
}

// Rankable reports whether the model's inputs are there, and it tells what each
// adds to a score or does to a margin.
func (x *Model) Rankable() bool {
	return (x.sum != nil || x.trees != nil) && !slices.Contains(x.columns, -1)
}

// Sum reports whether the model is a sum of one term per input.
func (x *Model) Sum() bool { return x.sum != nil }

// near reports whether a score is at or slightly above a cut-off, "above" on the
// side that is better for the applicant.
func (x *Model) near(score, cut, better float64) bool {
	d := score - cut
	if x.unit == probability && score > 0 && score < 1 && cut > 0 && cut < 1 {
		d = logit(score) - logit(cut)
	}
	d *= better
	return d >= 0 && d < x.band
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// BetterOf is 1 where a policy's first cut-off of the score takes a higher score
// for the better one, -1 where a lower one, and 0 where it has none.
func BetterOf(p *policy.Policy) float64 {
	for i := range p.Rules {
		if c := p.Rules[i].Cutoff; c != nil && (c.Of == "" || c.Of == "score") {
			if c.Better == "lower" {
				return -1
			}
			return 1
		}
	}
	return 0
}

// guess is 1 where a higher score of a model is taken for the better one, else
// -1, as long as no row's policy says: a probability is of default.
func guess(m *audit.ScoringModel) float64 {
	if m.Spec.Output == "probability" {
		return -1
	}
	return 1
}

// gather copies the model's inputs of some rows of a batch into columns of their
// own, so that what follows works on these rows alone.
func (x *Model) gather(to []features.Vector, b *features.Batch, rows []int32) []features.Vector {
	if len(to) != len(x.columns) {
		to = make([]features.Vector, len(x.columns))
	}
	for i, c := range x.columns {
		from, v := &b.Cols[c], &to[i]
		v.Kind, v.Present, v.Dict, v.Valid = from.Kind, from.Present, from.Dict, nil
		if from.Kind == features.Text {
			v.Codes = v.Codes[:0]
			for _, r := range rows {
				v.Codes = append(v.Codes, from.Codes[r])
			}
			continue
		}
		v.Floats = v.Floats[:0]
		for _, r := range rows {
			v.Floats = append(v.Floats, from.Floats[r])
		}
	}
	return to
}

// value is a cell as the model reads it.
func value(v *features.Vector, r int) model.Value {
	switch {
	case v.IsNull(r):
		return model.Value{Num: math.NaN(), Null: true}
	case v.Kind == features.Text:
		return model.Value{Text: v.Text(r)}
	}
	return model.Value{Num: v.Floats[r]}
}

// Better is 1 where a higher score is better for the applicant, else -1.
func (x *Model) Better() float64 { return x.better }
