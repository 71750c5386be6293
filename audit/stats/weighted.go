package stats

import "math"

// Rate is a rate whose numerator and denominator are sums of weights, such as
// the probabilities of belonging to a group: X of N, 0 ≤ X ≤ N. Weighted by
// probabilities p of membership, Σp·y/Σp has the variance Σp·(y−r)²/(Σp)² =
// r(1−r)/Σp over rows and memberships both: that of a rate of Σp rows. So the
// formulas of counts hold with N = Σp.
type Rate struct{ X, N float64 }

// Value is X/N, NaN when N is 0.
func (r Rate) Value() float64 {
	if r.N <= 0 {
		return math.NaN()
	}
	return r.X / r.N
}

// Wilson is the score interval of the rate: see [Wilson].
func (r Rate) Wilson(level float64) Interval {
	if r.N <= 0 {
		return notEstimable
	}
	z, p := critical(level), r.Value()
	z2 := z * z
	den := 1 + z2/r.N
	mid := (p + z2/(2*r.N)) / den
	d := z * math.Sqrt(p*(1-p)/r.N+z2/(4*r.N*r.N)) / den
	return Interval{max(0, mid-d), min(1, mid+d)}
}

// Minus is r − ref with Newcombe's interval: see [Newcombe].
func (r Rate) Minus(ref Rate, level float64) (float64, Interval) {
	if r.N <= 0 || ref.N <= 0 {
		return math.NaN(), notEstimable
	}
	p1, p2, w1, w2 := r.Value(), ref.Value(), r.Wilson(level), ref.Wilson(level)
	return p1 - p2, Interval{
		p1 - p2 - math.Hypot(p1-w1.Lo, w2.Hi-p2),
		p1 - p2 + math.Hypot(p2-w2.Lo, w1.Hi-p1),
	}
}

// Over is r / ref with Katz' interval of the logarithm, √(1/X − 1/N + …) its
// standard error. It is not estimable where either X is 0.
func (r Rate) Over(ref Rate, level float64) (float64, Interval) {
	if r.N <= 0 || ref.N <= 0 || ref.X <= 0 {
		return math.NaN(), notEstimable
	}
	ratio := r.Value() / ref.Value()
	if r.X <= 0 {
		return ratio, notEstimable
	}
	d := critical(level) * math.Sqrt(1/r.X-1/r.N+1/ref.X-1/ref.N)
	return ratio, Interval{ratio * math.Exp(-d), ratio * math.Exp(d)}
}

// ZTest is the two-sided test that r and ref are one rate, by the pooled normal
// approximation.
func (r Rate) ZTest(ref Rate) Test {
	n := r.N + ref.N
	if r.N <= 0 || ref.N <= 0 {
		return Test{Statistic: math.NaN(), P: math.NaN()}
	}
	p := (r.X + ref.X) / n
	se := math.Sqrt(p * (1 - p) * (1/r.N + 1/ref.N))
	if !(se > 0) {
		return Test{Statistic: math.NaN(), P: math.NaN()}
	}
	z := (r.Value() - ref.Value()) / se
	return Test{Statistic: z, P: TwoSided(z)}
}
