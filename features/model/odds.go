package model

import "math"

// Odds is implemented by models whose score is a line in the log-odds.
// DoublesOdds returns how far apart scores are whose odds differ by a factor of
// two, NaN where the file does not tell.
type Odds interface{ DoublesOdds() float64 }

// DoublesOdds returns the points that double the odds: those of the declared
// scale, or, of a fitted card, those of its widest characteristic, where
// rounding shows least.
func (c *card) DoublesOdds() float64 {
	switch {
	case !c.logOdds():
		return math.NaN()
	case c.scaling != nil:
		return math.Abs(c.scaling.factor) * math.Ln2
	}
	points, widest := math.NaN(), 0.0
	for i := range c.chars {
		ch := &c.chars[i]
		for j, x := range ch.terms {
			for k, y := range ch.terms[:j] {
				if d := math.Abs(x - y); d > widest {
					widest, points = d, math.Abs(ch.points[j]-ch.points[k])
				}
			}
		}
	}
	if !(points > 0) {
		return math.NaN()
	}
	return points / widest * math.Ln2
}

// DoublesOdds returns the distance on the declared scale, else that of log-odds.
func (l *linear) DoublesOdds() float64 {
	switch {
	case l.outcome != "" || l.finishing != nil:
		return math.NaN()
	case l.scaling != nil:
		return math.Abs(l.scaling.factor) * math.Ln2
	}
	return math.Ln2
}
