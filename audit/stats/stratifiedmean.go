package stats

import "math"

// MeanStratum is the number, sum and sum of squares of a value among a group
// and its reference.
type MeanStratum struct {
	N, NRef                          int64
	Sum, Squares, SumRef, SquaresRef float64
}

// StratifiedDifference returns the mean over strata of the differences of means,
// group − reference, weighted by n·nRef/(n + nRef), with the standard error of
// unequal variances. Strata with fewer than two of either say nothing of the
// spread and are left out; NaN when all are such. With one stratum it is the
// plain difference with Welch's standard error.
//
// Source: Cochran (1954), as weights of Mantel & Haenszel's kind. Reference: the
// definition, in numpy.
func StratifiedDifference(strata []MeanStratum) (difference, se float64) {
	var sum, weight, v float64
	for _, s := range strata {
		if s.N < 2 || s.NRef < 2 {
			continue
		}
		n, m := float64(s.N), float64(s.NRef)
		w := n * (m / (n + m))
		sum += float64(w * (s.Sum/n - s.SumRef/m))
		weight += w
		v += float64(w * w * (spread(s.Squares, s.Sum, n)/n + spread(s.SquaresRef, s.SumRef, m)/m))
	}
	if weight == 0 {
		return nan, nan
	}
	return sum / weight, math.Sqrt(v) / weight
}

// spread is the variance of n ≥ 2 values.
func spread(squares, sum, n float64) float64 {
	return max(0, (squares-float64(sum*(sum/n)))/(n-1))
}

// TotalsRatio is what a ratio of two totals over units needs: Σy, Σx, Σy², Σxy
// and Σx² over n units.
type TotalsRatio struct {
	N                int64
	Y, X, YY, XY, XX float64
}

// Estimate returns Σy/Σx with its standard error by linearization: that of the
// mean residual y − r·x. It is NaN without exposure, its error NaN with fewer
// than two units.
//
// Source: Cochran, Sampling Techniques, 6.3. Reference: the definition, in numpy.
func (t TotalsRatio) Estimate() (ratio, se float64) {
	if !(t.X > 0) {
		return nan, nan
	}
	r := t.Y / t.X
	if t.N < 2 {
		return r, nan
	}
	n := float64(t.N)
	residuals := t.YY - 2*float64(r*t.XY) + float64(r*r*t.XX)
	return r, math.Sqrt(max(0, residuals)*n/(n-1)) / t.X
}
