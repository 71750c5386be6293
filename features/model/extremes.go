package model

import "math"

// Extremes returns the least and the most points of an input's attributes.
func (c *card) Extremes(input int) (least, most float64) {
	ch := &c.chars[input]
	return ch.extremes(ch.points[:ch.attributes])
}

// Neutral returns the points at a weight of evidence of 0.
func (c *card) Neutral() []float64 {
	out := make([]float64, len(c.chars))
	for i := range c.chars {
		out[i] = c.chars[i].neutral
	}
	return out
}

// Extremes returns the least and the most that an input adds to the margin.
func (l *linear) Extremes(input int) (least, most float64) {
	t := &l.terms[input]
	if t.kind == Categorical {
		return t.bins.extremes(t.weights)
	}
	a, b := float64(t.coef*t.lo), float64(t.coef*t.hi)
	switch {
	case t.coef == 0:
		a, b = 0, 0
	case t.unbounded():
		a, b = math.Inf(-1), math.Inf(1)
	}
	least, most = min(a, b), max(a, b)
	if t.missing == t.missing {
		least, most = min(least, t.missing), max(most, t.missing)
	}
	return least, most
}

// Neutral returns the terms at the means that the file gives, and NaN for
// levels.
func (l *linear) Neutral() []float64 {
	out := make([]float64, len(l.terms))
	for i := range l.terms {
		out[i] = math.NaN()
		if t := &l.terms[i]; t.centred {
			out[i] = t.at(t.mean)
		}
	}
	return out
}

// unbounded reports whether the term is held to no range.
func (t *term) unbounded() bool { return t.lo == -math.MaxFloat64 && t.hi == math.MaxFloat64 }

// extremes returns the least and the most of table over the slots that cells
// can have, NaN where there are none with a rule.
func (b *bins) extremes(table []float64) (least, most float64) {
	least, most = math.NaN(), math.NaN()
	see := func(slot int32) {
		if int(slot) >= len(table) || table[slot] != table[slot] {
			return
		}
		if x := table[slot]; least != least {
			least, most = x, x
		} else {
			least, most = min(least, x), max(most, x)
		}
	}
	see(b.missing)
	if b.kind == Categorical {
		for _, slot := range b.levels {
			see(slot)
		}
		see(b.other)
		return least, most
	}
	for slot := range b.intervals {
		see(slot)
	}
	for _, slot := range b.specialSlot {
		see(slot)
	}
	if b.whole {
		see(b.fraction)
	}
	return least, most
}
