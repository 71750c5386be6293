// Package shrink estimates many rates at once: each is drawn to what all have
// in common by as much as its few rows, and the likeness of the others, call
// for.
package shrink

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"evenhand/audit/stats"
)

// Prior is a beta distribution of rates: what a unit's rate is likely to be
// before its own rows are looked at.
type Prior struct {
	Mean float64 // of all rows; NaN without any
	// Rho is the correlation of two rows of one unit, 1/(a+b+1): 0 when the
	// rates differ by no more than chance makes them differ.
	Rho  float64
	A, B float64 // NaN when Rho is 0: all rates are one
}

const mostRho = 0.5

// Fit fits the prior of the units with k[i] of n[i] rows by Kleinman's
// moments, weighted by rows: with p the rate over all N rows, m units and
// S = Σ nᵢ(kᵢ/nᵢ − p)²,
//
//	ρ = (S − p(1−p)(m−1)) / (p(1−p)·(N − Σnᵢ²/N − (m−1)))
//
// and a = p(1/ρ − 1), b = (1−p)(1/ρ − 1). It has no iterations to stop, unlike
// the likelihood. Units without rows count for nothing. A ρ below 0 is taken
// for 0, one above ½ for ½: a prior is worth one row at least.
//
// Source: Kleinman, "Proportions with extraneous variance: single and
// independent samples", JASA 68 (1973).
func Fit(k, n []int64) Prior {
	var rows, hits, units float64
	for i := range n {
		if n[i] > 0 {
			rows, hits, units = rows+float64(n[i]), hits+float64(k[i]), units+1
		}
	}
	nan := math.NaN()
	p := hits / rows
	prior := Prior{Mean: p, A: nan, B: nan}
	var s, squares stats.Sum
	for i := range n {
		if n[i] > 0 {
			d := float64(k[i])/float64(n[i]) - p
			s.Add(float64(n[i]) * d * d)
			squares.Add(float64(n[i]) * float64(n[i]))
		}
	}
	pq := p * (1 - p)
	free := rows - squares.Value()/rows - (units - 1)
	rho := (s.Value() - float64(pq*(units-1))) / (pq * free)
	if !(units >= 2 && pq > 0 && free > 0 && rho > 0) {
		return prior
	}
	prior.Rho = min(rho, mostRho)
	spread := 1/prior.Rho - 1
	prior.A, prior.B = p*spread, (1-p)*spread
	return prior
}

// Rate is the shrunken estimate of a rate with k of n rows: the mean of its
// posterior, (k+a)/(n+a+b), and the posterior's central interval, without what
// is not known about the prior. All rates are the mean when Rho is 0.
func (p Prior) Rate(k, n int64, level float64) (float64, stats.Interval) {
	a, b := float64(k)+p.A, float64(n-k)+p.B
	if p.Rho == 0 {
		return p.Mean, stats.Interval{Lo: p.Mean, Hi: p.Mean}
	}
	return a / (a + b), stats.Interval{Lo: quantile(a, b, (1-level)/2), Hi: quantile(a, b, (1+level)/2)}
}

// quantile inverts the incomplete beta function by bisection.
func quantile(a, b, q float64) float64 {
	lo, hi := 0.0, 1.0
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			break
		}
		if mathext.RegIncBeta(a, b, mid) < q {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// Below is P(X ≤ k) of a binomial X of n rows and rate p: how likely so few are.
func Below(k, n int64, p float64) float64 {
	switch {
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}
