package scenario

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features/model"
)

// bench measures candidates on a sample of decisions.
type bench struct {
	env      *audit.Env
	settings *LDASettings
	world    *world
	people   []*applicant
	leaves   leaves
	leaf     []int32
	rate     *rating
	bads     []float64 // probability of bad, NaN where nothing tells
	told     bool      // every one that is or could be approved has one
	segments []string  // values of the segment, the most frequent first

	features []string    // characteristics of the models
	of       [][]int     // by model and input: the feature
	neutral  [][]float64 // by model and input
	points   []float64   // by model: points of a unit of its margin, the better way; for contributions

	margins []float64 // scratch: by person, in points beyond the cut-off
	order   []int32
	mine    []float64
	n       []int64 // by leaf: approvals
}

// candidate is an alternative to the policy, or to the models' points.
type candidate struct {
	name   string
	what   audit.Text
	scale  []float64 // by feature; nil: all 1
	moves  []move
	value  string  // of the segment whose cut-offs shift …
	shift  float64 // … by so many points
	common float64 // shift of all cut-offs, where equal is not set
	equal  string  // approvals, bads: what the common shift is solved for

	measured
}

// move changes the points of an attribute: of all values of an input that have
// the term.
type move struct {
	model, input int
	term, by     float64
}

// measured is what a candidate comes to.
type measured struct {
	approved  int64
	shiftAll  float64 // of all cut-offs, as solved
	n         []int64 // approvals by leaf
	air       float64 // the least
	worst     string  // the group that has it
	badRate   float64
	loss      float64 // in minor units
	lossRate  float64
	auc       float64 // change; NaN: not known
	dominated int     // by how many others
}

func (s *lda) bench(people []*applicant) *bench {
	b := &bench{env: s.env, settings: s.settings, world: s.world, people: people}
	for range s.world.leaves.columns {
		b.leaves.add(-1)
	}
	rates := s.seen.rates(s.env.Plan.Honesty.MinCell)
	counts, at := []int64(nil), map[string]int64{}
	b.told = true
	for _, a := range people {
		leaf := b.leaves.put(a.values)
		if int(leaf) == len(counts) {
			counts = append(counts, 0)
		}
		counts[leaf]++
		b.leaf = append(b.leaf, leaf)
		p := a.pd
		if p != p {
			p = rates[bandOf(a.near)]
		}
		b.bads = append(b.bads, p)
		b.told = b.told && (p == p || !a.open)
		if s.by != "" {
			at[a.values[len(a.values)-1]]++
		}
	}
	b.n, b.margins = make([]int64, len(counts)), make([]float64, len(people))
	b.rate = newRating(s.env, &b.leaves, func(leaf int) int64 { return counts[leaf] })
	for _, v := range sortedNames(at) {
		if v != "" && at[v] >= s.env.Plan.Honesty.MinCell {
			b.segments = append(b.segments, v)
		}
	}
	slices.SortStableFunc(b.segments, func(x, y string) int { return -cmp.Compare(at[x], at[y]) })
	b.characteristics()
	return b
}

// characteristics finds the features of the models, and their neutral terms: the
// file's own, else the mean over the sample.
func (b *bench) characteristics() {
	number := map[string]int{}
	for i := range b.env.Models {
		for _, in := range b.env.Models[i].Model.Inputs() {
			number[b.env.Models[i].Spec.Feature(in.Name)] = 0
		}
	}
	b.features = sortedNames(number)
	for i, f := range b.features {
		number[f] = i
	}
	for i := range b.env.Models {
		m := &b.env.Models[i]
		in := m.Model.Inputs()
		of, neutral := make([]int, len(in)), make([]float64, len(in))
		var known []float64
		if n, ok := m.Model.(model.Neutral); ok {
			known = n.Neutral()
		}
		for j := range in {
			of[j] = number[m.Spec.Feature(in[j].Name)]
			var mean stats.Sum
			for _, a := range b.people {
				if int(a.model) == i && len(a.terms) > 0 {
					mean.Add(a.terms[j])
				}
			}
			switch {
			case known != nil && known[j] == known[j]:
				neutral[j] = known[j]
			case mean.N() > 0:
				neutral[j] = mean.Mean()
			}
		}
		points := b.settings.PDO
		if o, ok := m.Model.(model.Odds); ok {
			if p := o.DoublesOdds(); p > 0 {
				points = p
			}
		}
		b.of, b.neutral = append(b.of, of), append(b.neutral, neutral)
		b.points = append(b.points, -float64(b.world.signs[i])*points/math.Ln2)
	}
}

// margin is how far a person lies beyond the cut-off under a candidate, before
// any shift, in points.
func (b *bench) margin(a *applicant, c *candidate) float64 {
	x := a.score
	if a.terms != nil && (c.scale != nil || c.moves != nil) {
		i := int(a.model)
		b.mine = append(b.mine[:0], a.terms...)
		for _, mv := range c.moves {
			if mv.model == i && a.terms[mv.input] == mv.term {
				b.mine[mv.input] += mv.by
			}
		}
		if c.scale != nil {
			for j := range b.mine {
				if f := c.scale[b.of[i][j]]; f != 1 {
					b.mine[j] = b.neutral[i][j] + float64(f*(b.mine[j]-b.neutral[i][j]))
				}
			}
		}
		if a.way&wayAdditive == 0 {
			d := 0.0
			for j := range b.mine {
				d += b.mine[j] - a.terms[j]
			}
			return b.world.margin(x, a.cut, a.way&wayLower != 0, a.way&wayLogOdds != 0) + float64(d*b.points[i])
		}
		x = b.env.Models[i].Model.(model.Additive).Total(b.mine)
	}
	return b.world.margin(x, a.cut, a.way&wayLower != 0, a.way&wayLogOdds != 0)
}

// hair is what a score equal to a cut-off that it must exceed lacks.
const hair = 1e-9

// measure sets what a candidate comes to. base is the policy on file, nil to
// measure that.
func (b *bench) measure(c *candidate, base *candidate) {
	b.order = b.order[:0]
	clear(b.n)
	var bads, loss, ead stats.Sum
	approve := func(i int32) {
		a := b.people[i]
		b.n[b.leaf[i]]++
		bads.Add(b.bads[i])
		loss.Add(float64(b.bads[i] * float64(max(a.ead, 0))))
		ead.Add(float64(max(a.ead, 0)))
	}
	fixed := int64(0)
	var fixedBads stats.Sum
	for i, a := range b.people {
		switch {
		case !a.open:
		case a.score != a.score:
			approve(int32(i))
			fixed++
			fixedBads.Add(b.bads[i])
		default:
			m := b.margin(a, c)
			if a.way&wayTieFails != 0 {
				m -= hair
			}
			if c.value != "" && a.values[len(a.values)-1] == c.value {
				m -= c.shift
			}
			b.margins[i] = m
			b.order = append(b.order, int32(i))
		}
	}
	slices.SortFunc(b.order, func(i, j int32) int {
		return cmp.Or(-cmp.Compare(b.margins[i], b.margins[j]), cmp.Compare(i, j))
	})
	k, at := b.place(c, base, fixed, fixedBads.Value())
	for _, i := range b.order[:k] {
		approve(i)
	}
	c.approved, c.shiftAll, c.n = fixed+int64(k), at, slices.Clone(b.n)
	c.air, c.worst = b.rate.least(func(leaf int) int64 { return b.n[leaf] })
	c.badRate, c.loss, c.lossRate = math.NaN(), math.NaN(), math.NaN()
	if b.told && c.approved > 0 {
		c.badRate = bads.Value() / float64(c.approved)
		c.loss = float64(loss.Value() * b.settings.LGD)
		if e := ead.Value(); e > 0 {
			c.lossRate = c.loss / e
		}
	}
	c.auc = math.NaN()
	if base == nil {
		c.auc = b.discrimination(c)
	} else if base.auc == base.auc {
		c.auc = 0
		if c.scale != nil || c.moves != nil {
			c.auc = b.discrimination(c) - base.auc
		}
	}
}
