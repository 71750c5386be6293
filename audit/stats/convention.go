package stats

import (
	"math"
	"slices"
)

// Other tools cut and fill bins otherwise, and so give other numbers under the
// same name. What follows is theirs, to compare with; nothing is judged by it.

// DecileCounts returns the counts of two samples over the deciles of the
// reference as numpy users write it: edges numpy.unique(numpy.quantile(ref,
// linspace(0, 1, 11))) with open ends, bins closed on the left. Missing values
// and special codes get no bin of their own. It is the binning of the measure
// "PSI" with [PSIFloor].
//
// Each edge is moved up to the next bin edge of [Hist], as in [NewCuts]: exact
// when both histograms are, else a count is off by the rows of one bin of the
// Hist at most.
func DecileCounts(ref, cur *Hist) (p, q []int64) {
	if ref.N() == 0 {
		return nil, nil
	}
	qs := make([]float64, 11)
	for i := range qs {
		qs[i] = float64(i) / 10
	}
	edges := slices.Compact(ref.Quantiles(qs...))
	if len(edges) > 2 {
		edges = edges[1 : len(edges)-1]
	} else {
		edges = nil
	}
	for i, e := range edges {
		edges[i] = -LowerEdge(-e)
	}
	edges = slices.Compact(edges)
	return between(ref, edges), between(cur, edges)
}

// between counts the values of h between ascending edges, bins closed on the
// left, the outer ones open.
func between(h *Hist, edges []float64) []int64 {
	out := make([]int64, len(edges)+1)
	i := 0
	for _, b := range h.Bins() {
		for i < len(edges) && b.Edge >= edges[i] {
			i++
		}
		out[i] += b.N
	}
	return out
}

// EvidentlyCounts returns the counts of two samples over the bins that
// evidently's measures "psi" and "jensenshannon" use for a number column,
// whatever number of bins it is asked for: up to 20 different values in the
// reference, a bin each; else ⌈log2(N) + 1⌉ bins of equal width over the range
// of both samples together (numpy's "sturges"; N is the size of both). A few
// far values put nearly all rows into one bin, which is why its PSI is often
// the smallest of all tools.
//
// Exact when both histograms are; else the rows of one bin of the Hist at each
// edge may be on its other side, and values that share a bin of the Hist count
// as one level.
//
// Reference: evidently 0.7.23, legacy.calculations.stattests.utils.get_binned_data.
func EvidentlyCounts(ref, cur *Hist) (p, q []int64) {
	if ref.N() == 0 || cur.N() == 0 {
		return nil, nil
	}
	if len(ref.Bins()) <= 20 {
		for _, s := range steps(ref, cur) {
			p, q = append(p, s.a), append(q, s.b)
		}
		return p, q
	}
	lo, hi := min(ref.Min(), cur.Min()), max(ref.Max(), cur.Max())
	width := (hi - lo) / (math.Log2(float64(ref.N()+cur.N())) + 1)
	bins := int(math.Ceil((hi - lo) / width))
	step := (hi - lo) / float64(bins)
	edges := make([]float64, bins-1)
	for i := range edges {
		edges[i] = -LowerEdge(-(float64(float64(i+1)*step) + lo))
	}
	return between(ref, edges), between(cur, edges)
}

// EvidentlyPSI returns the index over counts as evidently fills it: a bin
// without rows on one side gets the share 1e-4, or a millionth of that side's
// least share where that is at most 1e-4. NaN when either is empty.
//
// Reference: evidently 0.7.23, psi_stat_test.
func EvidentlyPSI(ref, cur []int64) float64 {
	sameBins(ref, cur)
	p, q := shares(ref, PSIPlain), shares(cur, PSIPlain)
	if p == nil || q == nil {
		return nan
	}
	for _, s := range [][]float64{p, q} {
		least := 1.0
		for _, x := range s {
			if x > 0 {
				least = min(least, x)
			}
		}
		fill := 1e-4
		if least <= 1e-4 {
			fill = least / 1e6
		}
		for i, x := range s {
			if x == 0 {
				s[i] = fill
			}
		}
	}
	return psi(p, q)
}

// JensenShannonNats is [JensenShannon] in nats instead of bits: the root of the
// divergence by natural logarithms, at most √ln 2.
//
// Reference: scipy.spatial.distance.jensenshannon(p, q) with its default base,
// which evidently's "jensenshannon" reports over [EvidentlyCounts].
func JensenShannonNats(ref, cur []int64) float64 {
	return JensenShannon(ref, cur) * math.Sqrt(math.Ln2)
}

// NormedWasserstein returns [Wasserstein] in standard deviations of the
// reference (ddof 0), which must be at least floor: evidently takes 0.001. The
// deviation is read off the histogram's bins unless sd, the exact one, is not
// NaN.
//
// Reference: evidently 0.7.23, wasserstein_stat_test.
func NormedWasserstein(ref, cur *Hist, sd, floor float64) float64 {
	if sd != sd {
		sd = ref.SD()
	}
	return Wasserstein(ref, cur) / max(sd, floor)
}

// SD returns the standard deviation (ddof 0) of the values, each taken for the
// lower edge of its bin: exact when the Hist is, else within a bin's width.
// NaN without values or with infinite ones.
func (h *Hist) SD() float64 {
	n := h.N()
	if n == 0 || h.posInf+h.negInf > 0 {
		return nan
	}
	var sum float64
	bins := h.Bins()
	for _, b := range bins {
		sum += float64(b.Edge * float64(b.N))
	}
	mean := sum / float64(n)
	var ss float64
	for _, b := range bins {
		d := b.Edge - mean
		ss += float64(float64(d*d) * float64(b.N))
	}
	return math.Sqrt(ss / float64(n))
}
