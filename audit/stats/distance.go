package stats

import "math"

// JensenShannon returns the Jensen–Shannon distance of two vectors of counts
// over the same bins: the root of the mean divergence, in bits, of each from
// the average of both. It lies in [0, 1] and needs no convention for empty
// bins. NaN when either is empty.
//
// Reference: scipy.spatial.distance.jensenshannon(p, q, base=2), which is the
// distance and not the divergence.
func JensenShannon(ref, cur []int64) float64 {
	sameBins(ref, cur)
	p, q := shares(ref, PSIPlain), shares(cur, PSIPlain)
	if p == nil || q == nil {
		return nan
	}
	return jensenShannon(p, q)
}

func jensenShannon(p, q []float64) float64 {
	var s float64
	for i := range p {
		m := (p[i] + q[i]) / 2
		if p[i] > 0 {
			s += float64(p[i] * math.Log(p[i]/m))
		}
		if q[i] > 0 {
			s += float64(q[i] * math.Log(q[i]/m))
		}
	}
	return math.Sqrt(max(0, s/2) / math.Ln2)
}

// step is a bin edge of two histograms and the counts of both there.
type step struct {
	edge float64
	a, b int64
}

// steps merges the bins of two histograms by ascending edge.
func steps(a, b *Hist) []step {
	x, y := a.Bins(), b.Bins()
	out := make([]step, 0, len(x)+len(y))
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].Edge < y[0].Edge:
			out = append(out, step{x[0].Edge, x[0].N, 0})
			x = x[1:]
		case len(x) == 0 || y[0].Edge < x[0].Edge:
			out = append(out, step{y[0].Edge, 0, y[0].N})
			y = y[1:]
		default:
			out = append(out, step{x[0].Edge, x[0].N, y[0].N})
			x, y = x[1:], y[1:]
		}
	}
	return out
}

// Wasserstein returns the Wasserstein-1 (earth mover's) distance of two
// samples, ∫|F−G|: how far a value has to move on average, in its own unit.
// Exact when both histograms are, else within the mean width of the bins. NaN
// when either is empty. Reference: scipy.stats.wasserstein_distance.
func Wasserstein(a, b *Hist) float64 {
	n, m := a.N(), b.N()
	if n == 0 || m == 0 {
		return nan
	}
	var sum float64
	var ca, cb int64
	s := steps(a, b)
	for i := range len(s) - 1 {
		ca, cb = ca+s[i].a, cb+s[i].b
		if gap := math.Abs(float64(ca)/float64(n) - float64(cb)/float64(m)); gap > 0 {
			sum += float64(gap * (s[i+1].edge - s[i].edge))
		}
	}
	return sum
}
