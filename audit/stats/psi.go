package stats

import "math"

// PSIConvention says what PSI does about empty bins, whose logarithm does not
// exist. Tools differ, and so do their numbers: each PSI must name its own.
type PSIConvention int

const (
	// PSIHalf adds ½ to the count of every bin: shares (n+½)/(N+B/2). It is
	// the package's own: it vanishes as counts grow, where a floor on shares
	// makes one empty bin worth the same at any size.
	PSIHalf PSIConvention = iota
	// PSIFloor takes shares under 1e-4 for 1e-4, as most tools do, and does
	// not bring the sum back to 1.
	PSIFloor
	// PSIPlain changes nothing: bins empty on both sides count 0, bins empty
	// on one side make it infinite. The information value is this PSI of
	// good against bad.
	PSIPlain
)

// PSI returns the population stability index of two vectors of counts over the
// same bins, Σ(q−p)·ln(q/p), p the shares of the reference and q those of the
// current period. It is 0 for equal shares and symmetric; NaN when either is
// empty. 0.10 and 0.25 are rules of thumb only: see [PSINull].
func PSI(ref, cur []int64, c PSIConvention) float64 {
	sameBins(ref, cur)
	p, q := shares(ref, c), shares(cur, c)
	if p == nil || q == nil {
		return nan
	}
	return psi(p, q)
}

// sameBins panics when two vectors of counts can't be over the same bins.
func sameBins(ref, cur []int64) {
	if len(ref) != len(cur) {
		panic("stats: counts of different bins to compare")
	}
}

func psi(p, q []float64) float64 {
	var s float64
	for i := range p {
		if p[i] != q[i] {
			s += float64((q[i] - p[i]) * math.Log(q[i]/p[i]))
		}
	}
	return s
}

// shares returns counts as shares under a convention, nil when all are 0.
func shares(counts []int64, c PSIConvention) []float64 {
	checkCounts(counts...)
	var n float64
	for _, x := range counts {
		n += float64(x)
	}
	if n == 0 {
		return nil
	}
	out := make([]float64, len(counts))
	for i, x := range counts {
		switch c {
		case PSIHalf:
			out[i] = (float64(x) + 0.5) / (n + 0.5*float64(len(counts)))
		case PSIFloor:
			out[i] = max(float64(x)/n, 1e-4)
		default:
			out[i] = float64(x) / n
		}
	}
	return out
}

// PSINull returns the value that a PSI over so many bins exceeds with
// probability 1 − level when nothing has changed: χ²(level; bins−1)·(1/n+1/m),
// for n rows in the reference and m now. At n = m = 100 and ten bins it is
// 0.34, so that "0.25 is a shift" would be noise; at a million 0.00003, so that
// significance alone says nothing. NaN without rows or with a single bin.
//
// Source: Yurdakul & Naranjo (2020). Reference: scipy.stats.chi2.ppf.
func PSINull(bins int, n, m int64, level float64) float64 {
	checkCounts(n, m)
	if n == 0 || m == 0 {
		return nan
	}
	return ChiSquareQuantile(level, bins-1) * (1/float64(n) + 1/float64(m))
}
