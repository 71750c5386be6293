package stats

import "math"

// QuantileInterval returns the q-quantile of h (as [Hist.Quantile]) and the
// interval between the order statistics of ranks ⌊nq − z√(nq(1−q))⌋ and
// ⌈nq + z√(nq(1−q))⌉ + 1, held within 1 and n: the normal approximation of the
// distribution-free binomial interval. NaN without values.
//
// Source: Conover, Practical Nonparametric Statistics (1999), 3.2.
func QuantileInterval(h *Hist, q, level float64) (value float64, i Interval) {
	n := h.N()
	if n == 0 {
		return nan, notEstimable
	}
	z := critical(level)
	mid := float64(n) * q
	half := z * math.Sqrt(mid*(1-q))
	lo, hi := int64(math.Floor(mid-half)), int64(math.Ceil(mid+half))+1
	at := func(rank int64) float64 { return h.rank(min(max(rank, 1), n)) }
	return h.Quantile(q), Interval{at(lo), at(hi)}
}

// rank returns the order statistic of rank r, from 1: the lower edge of its bin,
// save that the least and the greatest are exact.
func (h *Hist) rank(r int64) float64 {
	if r == 1 {
		return h.min
	}
	if r == h.N() {
		return h.max
	}
	for _, b := range h.Bins() {
		if r -= b.N; r <= 0 {
			return b.Edge
		}
	}
	return h.max
}

// Mover returns the interval of the difference a − b of two estimates from
// their own intervals, by the method of variance estimates recovery: each end is
// as far off as the two nearer ends are, squared and added. Newcombe's interval
// of a difference of rates is this, of Wilson's.
//
// Source: Donner & Zou (2010), Statistical Methods in Medical Research 21.
func Mover(a float64, ia Interval, b float64, ib Interval) Interval {
	d := a - b
	far := func(x, y float64) float64 { return math.Sqrt(float64(x*x) + float64(y*y)) }
	return Interval{d - far(a-ia.Lo, ib.Hi-b), d + far(ia.Hi-a, b-ib.Lo)}
}
