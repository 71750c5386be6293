package model

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"evenhand/features"
)

// Scaled returns m with points for a Score, where a lender turns the log-odds
// of a model into points outside of the model's file: score = base + pdo/ln 2 ·
// (log-odds of good − ln odds), rounded to whole points as round says ("" or
// none, half_away, half_even, toward_zero). target says what the model's
// log-odds are of, bad ("" too) or good.
//
// Margin and Probability stay as they are. Contributions and Terms are shares
// of the Margin, of cards too; what m says of its points it says no more. It is
// an error if the margin of m is no log-odds.
func Scaled(m Model, pdo, base, odds float64, target, round string) (Model, error) {
	if target = cmp.Or(target, "bad"); target != "good" && target != "bad" {
		return nil, fmt.Errorf("scale: target is %q; say what the log-odds are of, bad or good", target)
	}
	line, err := newScaling(pdo, base, odds, target)
	if err != nil {
		return nil, err
	}
	s := scaled{Model: m, line: *line}
	if round != "" && round != "none" {
		if s.round, err = newRule(round, 0); err != nil {
			return nil, fmt.Errorf("scale: %w", err)
		}
	}
	switch m := m.(type) {
	case *scaled, *scaledSum, *scaledTrees:
		return nil, errors.New("scale: the model is scaled already; scale it once")
	case *card:
		switch {
		case m.logOdds() && m.fitted:
			view := m.margins()
			s.Model = view
			return &scaledSum{s, view}, nil
		case m.logOdds():
			return &s, nil
		}
		return nil, errors.New("scale: the card's file tells no log-odds, only points, which are its scale; remove the scale, or export the card with its logit")
	case *linear:
		if m.outcome != "" {
			return nil, fmt.Errorf("scale: the model gives %s, no log-odds; remove the scale", m.outcome)
		}
		return &scaledSum{s, m}, nil
	case *pmmlSum:
		if m.from.Finish.Words != "" {
			return nil, fmt.Errorf("scale: the model gives %s, no log-odds; remove the scale", m.from.Finish.Words)
		}
		return &scaledSum{s, m}, nil
	case *pmmlRows:
		if m.from.Finish.Words != "" {
			return nil, fmt.Errorf("scale: the model gives %s, no log-odds; remove the scale", m.from.Finish.Words)
		}
	case interface{ points() }:
		return nil, errors.New("scale: a PMML scorecard gives no log-odds, only points, which are its scale; remove the scale")
	case *forest:
		if m.sigmoid == 0 {
			return nil, errors.New("scale: the model's objective gives no log-odds; remove the scale")
		}
		s.line.factor *= m.sigmoid
	}
	if trees, ok := m.(Interventional); ok {
		return &scaledTrees{s, trees}, nil
	}
	return &s, nil
}

// scaled is a model whose score is made of its margin.
type scaled struct {
	Model
	line  scaling
	round rule
}

func (s *scaled) score(margin float64) float64 { return s.round.apply(s.line.score(margin)) }

func (s *scaled) Score(dst *Outputs, in []*features.Vector, n int) {
	s.Model.Score(dst, in, n)
	score := dst.Score[:n]
	for r, m := range dst.Margin[:n] {
		score[r] = s.score(m)
	}
}

func (s *scaled) ScoreRow(v []Value) Output {
	o := s.Model.ScoreRow(v)
	o.Score = s.score(o.Margin)
	return o
}

func (s *scaled) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	base := s.Model.Contributions(dst, in, n)
	c, ok := s.Model.(*card)
	if !ok || c.fitted {
		return base
	}
	for _, column := range dst { // points, of a card with a scale of its own
		for r := range column[:n] {
			column[r] /= c.scaling.factor
		}
	}
	return c.scaling.margin(base)
}

// Alternatives reads the model under the other roundings of its score.
func (s *scaled) Alternatives() []Alternative {
	var out []Alternative
	for m := noRounding; m <= towardZero; m++ {
		if m == s.round.mode {
			continue
		}
		a := *s
		a.round = rule{m, 1}
		name := "score " + modeWords[m]
		if m == noRounding {
			name = modeWords[m]
		}
		out = append(out, Alternative{Name: name, Row: a.ScoreRow})
	}
	return out
}

// sum is a model whose margin is a sum of terms.
type sum interface {
	Additive
	Extremes
	Neutral
	Edges
	margin(terms []float64) float64
}

// scaledSum is a scaled model that is a sum of terms.
type scaledSum struct {
	scaled
	sum sum
}

func (s *scaledSum) Terms(v []Value, dst []float64)        { s.sum.Terms(v, dst) }
func (s *scaledSum) Term(input int, v Value) float64       { return s.sum.Term(input, v) }
func (s *scaledSum) Total(terms []float64) float64         { return s.score(s.sum.margin(terms)) }
func (s *scaledSum) Extremes(input int) (float64, float64) { return s.sum.Extremes(input) }
func (s *scaledSum) Neutral() []float64                    { return s.sum.Neutral() }
func (s *scaledSum) Edges(input int) []float64             { return s.sum.Edges(input) }

// scaledTrees is a scaled model that is no sum of terms.
type scaledTrees struct {
	scaled
	Interventional
}

// logOdds reports whether the card's margin is log-odds.
func (c *card) logOdds() bool { return (c.fitted || c.scaling != nil) && !c.mean }

// margins returns a fitted card whose points are its shares of the margin.
func (c *card) margins() *card {
	m := &card{format: c.format, name: c.name, inputs: c.inputs, base: c.intercept, fitted: true, intercept: c.intercept}
	for _, ch := range c.chars {
		ch.points = ch.terms
		ch.reference, ch.neutral = math.NaN(), 0
		m.chars = append(m.chars, ch)
	}
	return m
}

// margin is the margin of a row of these terms, of a card whose points are
// shares of the margin.
func (c *card) margin(terms []float64) float64 { return c.Total(terms) }

// margin is the margin of a row of these terms.
func (l *linear) margin(terms []float64) float64 {
	var sum float64
	for _, t := range terms {
		sum += t
	}
	margin, _ := l.finish(sum)
	return margin
}

// Edges returns nil: the terms of linear models have no bins.
func (l *linear) Edges(int) []float64 { return nil }

// SharesMargin reports whether Contributions and Terms of m are shares of its
// Margin. Those of cards are points of its Score.
func SharesMargin(m Model) bool {
	_, points := m.(interface{ points() })
	return !points
}

func (c *card) points() {}

// ScoresProbability reports whether the Score of m is a probability, as it is of
// forests and regressions that are not scaled to points.
func ScoresProbability(m Model) bool {
	switch m := m.(type) {
	case *forest:
		return m.sigmoid != 0
	case *linear:
		return m.finishing != nil && m.finishing.Likely
	case *pmmlSum:
		return m.from.Finish.Likely
	case *pmmlRows:
		return m.from.Finish.Likely
	}
	return false
}
