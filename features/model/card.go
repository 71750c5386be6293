package model

import (
	"fmt"
	"math"
	"slices"

	"evenhand/features"
)

// card is the engine of all cards: the score is the sum of one attribute's
// points per characteristic, plus the base points, rounded where the card
// says so. A card that also knows the logit behind its points gives a margin
// and a probability.
type card struct {
	format, name string
	inputs       []Input
	chars        []characteristic
	start        float64 // points the sum starts from
	base         float64 // base points, added last
	total        rule    // rounding of the total

	// The margin: the sum of the terms plus the intercept (fitted), or what
	// the scaling says of the score, or else the score itself.
	fitted    bool
	intercept float64
	scaling   *scaling
	mean      bool // the margin is the target's mean, not its log-odds

	raw    *rawPoints    // before rounding; nil when not known
	others []Alternative // that differ in more than rounding
}

// characteristic is one input of a card with its attributes.
type characteristic struct {
	bins
	points    []float64 // by slot; NaN: no rule
	terms     []float64 // by slot, of a fitted card: shares of the margin
	reference float64   // points that reasons are measured from, or NaN
	neutral   float64   // points at a weight of evidence of 0, or NaN
	// attributes is the number of slots, from the first on, that the card has
	// attributes for; those behind are what its library does without one.
	attributes int32
}

// rawPoints are a card's points as they were before rounding.
type rawPoints struct {
	base   float64
	points [][]float64 // by characteristic and slot
	digits float64     // power of ten that alternatives round to
}

func (c *card) Format() string  { return c.format }
func (c *card) Name() string    { return c.name }
func (c *card) Inputs() []Input { return c.inputs }

// add appends a characteristic, refusing a name used before.
func (c *card) add(name string, ch characteristic) error {
	if name == "" {
		return fmt.Errorf("characteristic %d has no name; name the feature it reads", len(c.inputs)+1)
	}
	if slices.ContainsFunc(c.inputs, func(i Input) bool { return i.Name == name }) {
		return fmt.Errorf("characteristic %q is there twice; keep one", name)
	}
	if ch.attributes == 0 {
		ch.attributes = int32(len(ch.points))
	}
	c.inputs = append(c.inputs, Input{name, ch.kind})
	c.chars = append(c.chars, ch)
	return nil
}

func (c *card) Score(dst *Outputs, in []*features.Vector, n int) {
	dst.Grow(n)
	s := dst.scratchFor(c, n)
	score, margin := dst.Score[:n], dst.Margin[:n]
	for r := range score {
		score[r] = c.start
	}
	clear(margin)
	for i := range c.chars {
		ch := &c.chars[i]
		ch.fill(s.slot, in[i], &s.codes[i])
		addTo(score, ch.points, s.slot)
		if c.fitted {
			addTo(margin, ch.terms, s.slot)
		}
	}
	for r := range score {
		score[r], margin[r] = c.finish(score[r], margin[r])
	}
	if !dst.NoProbability {
		for r, m := range margin {
			dst.Probability[r] = c.probability(m)
		}
	}
}

// addTo adds table[slot[r]] to acc[r].
func addTo(acc, table []float64, slot []int32) {
	slot = slot[:len(acc)]
	for r := range acc {
		acc[r] += table[slot[r]]
	}
}

// finish turns a row's sums into its score and margin.
func (c *card) finish(points, terms float64) (score, margin float64) {
	score = c.total.apply(points + c.base)
	switch {
	case c.fitted:
		return score, terms + c.intercept
	case c.scaling != nil:
		return score, c.scaling.margin(score)
	}
	return score, score
}

// probability is that of a margin, NaN when the card gives none.
func (c *card) probability(margin float64) float64 {
	if !c.logOdds() {
		return math.NaN()
	}
	return logistic(margin)
}

func (c *card) ScoreRow(v []Value) Output {
	points, terms := c.start, 0.0
	for i := range c.chars {
		ch := &c.chars[i]
		slot := ch.slotOf(v[i])
		points += ch.points[slot]
		if c.fitted {
			terms += ch.terms[slot]
		}
	}
	var o Output
	o.Score, o.Margin = c.finish(points, terms)
	o.Probability = c.probability(o.Margin)
	return o
}

func (c *card) Contributions(dst [][]float64, in []*features.Vector, n int) float64 {
	s := newScratch(len(c.chars), n)
	for i := range c.chars {
		ch := &c.chars[i]
		ch.fill(s.slot, in[i], &s.codes[i])
		for r, slot := range s.slot {
			dst[i][r] = ch.points[slot]
		}
	}
	if len(dst) > len(c.chars) {
		delta := dst[len(c.chars)][:n]
		for r := range delta {
			sum := c.start
			for i := range c.chars {
				sum += dst[i][r]
			}
			sum += c.base
			delta[r] = c.total.apply(sum) - sum
		}
	}
	return c.start + c.base
}

// Terms fills dst with the points of one row.
func (c *card) Terms(v []Value, dst []float64) {
	for i := range c.chars {
		dst[i] = c.chars[i].points[c.chars[i].slotOf(v[i])]
	}
}

// Term is the points of one value of an input.
func (c *card) Term(input int, v Value) float64 {
	ch := &c.chars[input]
	return ch.points[ch.slotOf(v)]
}

// Total is the score of a row of these points.
func (c *card) Total(terms []float64) float64 {
	points := c.start
	for _, t := range terms {
		points += t
	}
	return c.total.apply(points + c.base)
}

// Edges returns the bin edges of an input.
func (c *card) Edges(input int) []float64 { return c.chars[input].edges }

// References returns the declared reference points.
func (c *card) References() []float64 {
	refs := make([]float64, len(c.chars))
	for i := range c.chars {
		refs[i] = c.chars[i].reference
	}
	return refs
}

// Alternatives reads the card under every other rounding rule that would make
// a difference to some attribute or total, as far as the points before
// rounding are known, and otherwise where the format knows another reading.
func (c *card) Alternatives() []Alternative {
	out := slices.Clone(c.others)
	if c.raw == nil {
		return out
	}
	seen := []*card{c}
	for _, onTotal := range []bool{false, true} {
		for m := noRounding; m <= towardZero; m++ {
			if m == noRounding && onTotal {
				continue
			}
			a := c.rounded(rule{m, c.raw.digits}, onTotal)
			if slices.ContainsFunc(seen, a.same) {
				continue
			}
			seen = append(seen, a)
			name := "each attribute " + modeWords[m]
			if onTotal {
				name = "total " + modeWords[m]
			} else if m == noRounding {
				name = modeWords[m]
			}
			out = append(out, Alternative{Name: name, Row: a.ScoreRow})
		}
	}
	return out
}

// rounded returns the card with another rounding of its raw points.
func (c *card) rounded(r rule, onTotal bool) *card {
	a := *c
	a.total = rule{}
	per := r
	if onTotal {
		a.total, per = r, rule{}
	}
	a.base = per.apply(c.raw.base)
	a.chars = slices.Clone(c.chars)
	for i, raw := range c.raw.points {
		a.chars[i].points = make([]float64, len(raw))
		for j, p := range raw {
			a.chars[i].points[j] = per.apply(p)
		}
	}
	return &a
}

// same reports whether two roundings of one card give equal scores for every
// row: the same points, and totals that need no rounding or the same one.
func (c *card) same(o *card) bool {
	if c.base != o.base || c.totalMatters() != o.totalMatters() || c.totalMatters() && c.total != o.total {
		return false
	}
	for i := range c.chars {
		if !slices.EqualFunc(c.chars[i].points, o.chars[i].points, equal) {
			return false
		}
	}
	return true
}

// totalMatters reports whether rounding the total can change it.
func (c *card) totalMatters() bool {
	if c.total.apply(c.base) != c.base {
		return true
	}
	for i := range c.chars {
		for _, p := range c.chars[i].points {
			if !equal(c.total.apply(p), p) {
				return true
			}
		}
	}
	return false
}

// equal is == with NaN equal to itself.
func equal(a, b float64) bool { return a == b || a != a && b != b }
