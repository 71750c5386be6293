package model

import (
	"errors"
	"math"
)

// scaling is the line between log-odds and scores: score = offset +
// sign·factor·margin, with factor = pdo / ln 2 and offset = base − factor ·
// ln(odds) (Siddiqi, Credit Risk Scorecards). sign is +1 when the margin is
// the log-odds of good, −1 when of bad; odds are good to bad.
type scaling struct {
	factor float64 // points per unit of log-odds, with its sign
	offset float64
}

func newScaling(pdo, base, odds float64, target string) (*scaling, error) {
	if !(pdo > 0) || pdo > maxNumber {
		return nil, errors.New("scale: pdo, the points that double the odds, must be a positive number")
	}
	if !(odds > 0) || odds > maxNumber {
		return nil, errors.New("scale: odds, good to bad at the base score, must be a positive number")
	}
	if !usable(base) {
		return nil, errors.New("scale: base, the score at the odds given, must be a number")
	}
	f := pdo / math.Ln2
	s := &scaling{factor: f, offset: base - float64(f*math.Log(odds))}
	if target == "bad" {
		s.factor = -f
	}
	return s, nil
}

func (s *scaling) score(margin float64) float64 { return s.offset + float64(s.factor*margin) }
func (s *scaling) margin(score float64) float64 { return (score - s.offset) / s.factor }

// logistic is the probability of log-odds.
func logistic(margin float64) float64 { return 1 / (1 + math.Exp(-margin)) }

// probability is logistic, NaN of a NaN.
func probability(margin float64) float64 {
	if margin != margin {
		return math.NaN()
	}
	return logistic(margin)
}

// maxNumber bounds the numbers of model files: beyond it sums could overflow,
// and no model needs them.
const maxNumber = 1e15

// usable reports whether x is a number that a model file may hold.
func usable(x float64) bool { return math.Abs(x) <= maxNumber }
