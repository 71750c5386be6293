package trees

import (
	"math"
	"slices"
)

// ByCovers explains by the path-dependent game: what LightGBM's pred_contrib
// and XGBoost's pred_contribs compute, in float64. A split that saw no
// training data at all sends rows of unknown inputs to either side in halves;
// the libraries have no answer there.
//
// The share of input i of one leaf is
//
//	value · (o_i − z_i) · ∫₀¹ Π_{j≠i} (o_j·t + z_j·(1−t)) dt
//
// where o_j is 1 when the row keeps to the path in input j, else 0, and z_j is
// the share of the training data that does, by the covers of the splits on j:
// the Shapley weights |S|!(d−|S|−1)!/d! are ∫ t^|S| (1−t)^(d−|S|−1) dt. The
// integrand is a polynomial of degree d−1, for which Gauss-Legendre quadrature
// in ⌈d/2⌉ points is exact. All of its terms are positive and nothing is
// divided, so that a share is off by a few times d units in its last place, on
// paths of any length and with covers of zero.
func ByCovers(f *Forest) *Explainer { return byCovers(f, TableBytes) }

func byCovers(f *Forest, room int) *Explainer {
	leaves, n, longest := f.leaves()
	g := &coverGame{missing: make([][]float64, n)}
	base := 0.0
	for k := range leaves {
		for i := range leaves[k] {
			l := &leaves[k][i]
			z := slices.Repeat([]float64{1}, len(l.inputs))
			for _, st := range l.steps {
				z[st.slot] *= f.Trees[k].share(st.split, st.left)
			}
			all := l.value
			for _, x := range z {
				all *= x
			}
			base += all
			g.missing[l.index] = z
		}
	}
	for q := range (longest+1)/2 + 1 {
		g.rules = append(g.rules, legendre(q))
	}
	e := newExplainer(f, g, leaves, room)
	e.base += base
	return e
}

func (t *Tree) cover(at int32) float64 {
	if at < 0 {
		return t.Covers[^at]
	}
	return t.Splits[at].Cover
}

// share is the part of the training data at a split that went to one side.
func (t *Tree) share(s *Split, toLeft bool) float64 {
	left, right := t.cover(s.Left), t.cover(s.Right)
	all := s.Cover
	if all == 0 {
		all = left + right
	}
	switch {
	case all == 0:
		return 0.5
	case toLeft:
		return left / all
	}
	return right / all
}

// coverGame is the path-dependent game.
type coverGame struct {
	missing [][]float64 // by leaf and input: z
	rules   []rule      // by number of points
}

// shares sets dst to the shares for a mask.
func (g *coverGame) shares(l *leaf, mask uint64, dst []float64, s *scratch) {
	z := g.missing[l.index]
	d := len(z)
	dst = dst[:d]
	clear(dst)
	s.factors, s.products = grow(s.factors, d), grow(s.products, d)
	factors, products := s.factors, s.products
	for _, p := range g.rules[(d+1)/2] {
		// dst[i] takes the product of all factors but i's: first those before
		// i, then those after.
		before := p.weight
		known, unknown := p.at, 1-p.at
		for i, x := range z {
			f := float64(x * unknown)
			if mask>>i&1 != 0 {
				f += known
			}
			products[i] = before
			factors[i] = f
			before *= f
		}
		after := 1.0
		for i := d - 1; i >= 0; i-- {
			dst[i] += float64(products[i] * after)
			after *= factors[i]
		}
	}
	for i, x := range z {
		o := -x
		if mask>>i&1 != 0 {
			o = 1 - x
		}
		dst[i] *= float64(l.value * o)
	}
}

func (g *coverGame) table(l *leaf, dst []float64, s *scratch) {
	d := len(l.inputs)
	for m := range 1 << d {
		g.shares(l, uint64(m), dst[m*d:], s)
	}
}

// rule is a Gauss-Legendre rule on [0, 1].
type rule []point

type point struct{ at, weight float64 }

// legendre finds the rule of n points: the zeros of the Legendre polynomial of
// degree n, by Newton's method from Tricomi's approximation.
func legendre(n int) rule {
	r := make(rule, n)
	for i := range r {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		slope := 0.0
		for range 100 {
			p, before := x, 1.0
			for k := 2; k <= n; k++ {
				p, before = (float64(float64(2*k-1)*x*p)-float64(float64(k-1)*before))/float64(k), p
			}
			slope = float64(n) * (float64(x*p) - before) / (float64(x*x) - 1)
			step := p / slope
			if x -= step; math.Abs(step) < 1e-16 {
				break
			}
		}
		r[i] = point{(1 - x) / 2, 1 / ((1 - float64(x*x)) * slope * slope)}
	}
	return r
}
