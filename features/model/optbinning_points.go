package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// rawPoints finds the points before rounding, where the file tells them: they
// are the points themselves when the library did not round.
func (f *optbinningFile) rawPoints(c *card) error {
	if f.Scaling == nil {
		return nil
	}
	s := f.Scaling
	switch s.Method {
	case "pdo_odds":
		if s.PDO == nil || s.Odds == nil || s.Points == nil || !usable(*s.PDO) || !usable(*s.Odds) || !usable(*s.Points) || !(*s.Odds > 0) || !(*s.PDO > 0) || s.Min != nil || s.Max != nil {
			return errors.New("scaling: pdo_odds needs pdo, odds and scorecard_points, the first two positive, and nothing else")
		}
	case "min_max":
		if s.Min == nil || s.Max == nil || !usable(*s.Min) || !usable(*s.Max) || s.PDO != nil || s.Odds != nil || s.Points != nil {
			return errors.New("scaling: min_max needs min and max, and nothing else")
		}
	default:
		return fmt.Errorf("scaling: method is %q; use pdo_odds or min_max", s.Method)
	}
	if f.Rounding && (s.Method == "min_max" || f.InterceptBased) {
		return nil // the points before rounding cannot be told
	}
	raw := &rawPoints{base: c.base, digits: 1}
	for i := range c.chars {
		points := slices.Clone(c.chars[i].points)
		if f.Rounding {
			f.unrounded(points, c.chars[i].terms, float64(len(c.chars)))
		}
		raw.points = append(raw.points, points)
	}
	c.raw = raw
	return nil
}

// unrounded computes points as the library does before it rounds them.
func (f *optbinningFile) unrounded(points, terms []float64, n float64) {
	factor := *f.Scaling.PDO / math.Ln2
	offset := *f.Scaling.Points - float64(factor*math.Log(*f.Scaling.Odds))
	sense := 1.0
	if f.Reverse {
		sense = -1
	}
	for i := range points {
		points[i] = -float64((float64(sense*terms[i])+*f.Intercept/n)*factor) + offset/n
	}
	// A category in no bin has the points of the bin of nulls.
	points[len(points)-2] = points[len(points)-3]
}

// neutral finds the points at a WoE of 0. Before rounding, all points are one
// line of their terms, the same but for a constant of each variable.
func (f *optbinningFile) neutral(c *card) {
	n := float64(len(c.chars))
	for i := range c.chars {
		c.chars[i].neutral = math.NaN()
	}
	if c.mean {
		return // a mean of 0 is not neutral
	}
	if f.Rounding {
		if c.raw != nil { // pdo_odds, each variable with its share of the offset
			zero := []float64{0, 0, 0}
			f.unrounded(zero, []float64{0, 0, 0}, n)
			for i := range c.chars {
				c.chars[i].neutral = zero[0]
			}
		}
		return
	}
	slope, width := 0.0, 0.0
	for i := range c.chars {
		ch := &c.chars[i]
		for a := range ch.attributes {
			if w := ch.terms[a] - ch.terms[0]; math.Abs(w) > width {
				slope, width = (ch.points[a]-ch.points[0])/w, math.Abs(w)
			}
		}
	}
	for i := range c.chars {
		ch := &c.chars[i]
		at := ch.points[0] - float64(slope*ch.terms[0])
		for a := range ch.attributes {
			if d := ch.points[a] - at - float64(slope*ch.terms[a]); math.Abs(d) > 1e-6*max(1, math.Abs(at)) {
				at = math.NaN() // not of one line: a fit the file does not tell all of
			}
		}
		ch.neutral = at
	}
}
