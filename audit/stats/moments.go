package stats

import (
	"math"
	"math/big"
)

// Moments is the count, exact sum and exact sum of squares of values: the mean
// and variance of them without the cancellation that the textbook formula
// suffers in floating point, and the same for any order. NaN is missing.
// Values should keep the limits of [Sum.AddSquare].
type Moments struct {
	sum, squares Sum
}

// Add adds x.
func (m *Moments) Add(x float64) {
	m.sum.Add(x)
	m.squares.AddSquare(x)
}

// AddSlice adds every value of xs.
func (m *Moments) AddSlice(xs []float64) {
	m.sum.AddSlice(xs)
	for _, x := range xs {
		m.squares.AddSquare(x)
	}
}

// Merge adds what o has gathered.
func (m *Moments) Merge(o *Moments) {
	m.sum.Merge(&o.sum)
	m.squares.Merge(&o.squares)
}

// N returns how many values were added, without missing ones.
func (m *Moments) N() int64 { return m.sum.N() }

// Missing returns how many NaNs were added.
func (m *Moments) Missing() int64 { return m.sum.Missing() }

// Sum returns the sum of the values, rounded once.
func (m *Moments) Sum() float64 { return m.sum.Value() }

// Mean returns the mean, rounded once; NaN without values.
func (m *Moments) Mean() float64 { return m.sum.Mean() }

// Variance returns Σ(x−mean)²/(n−ddof), rounded once: ddof 0 as numpy.var, 1
// for the sample variance. It is NaN when n ≤ ddof or a value was infinite.
func (m *Moments) Variance(ddof int64) float64 {
	n := m.N()
	if n <= ddof || m.sum.posInf+m.sum.negInf+m.squares.posInf > 0 {
		return math.NaN()
	}
	// n·Σx² − (Σx)² is exact in 8192 bits: both sums have at most 2144.
	exact := func() *big.Float { return new(big.Float).SetPrec(8192) }
	s := m.sum.exact()
	num := exact().Mul(exact().SetInt64(n), m.squares.exact())
	num.Sub(num, exact().Mul(s, s))
	den := exact().Mul(exact().SetInt64(n), exact().SetInt64(n-ddof))
	return max(0, ratio(num, den))
}

// SD returns the square root of [Moments.Variance].
func (m *Moments) SD(ddof int64) float64 { return math.Sqrt(m.Variance(ddof)) }

// StandardizedMeanDifference returns 100·(mean(group) − mean(ref)) / s, where
// s² = ((n₁−1)s₁² + (n₂−1)s₂²)/(n₁+n₂−2) is the pooled sample variance:
// Cohen's d in per cent, negative when the group is below the reference.
// It is NaN when either is empty or s is 0.
func StandardizedMeanDifference(group, ref *Moments) float64 {
	n1, n2 := float64(group.N()), float64(ref.N())
	if n1 == 0 || n2 == 0 || n1+n2 <= 2 {
		return math.NaN()
	}
	var ss float64
	for _, m := range []*Moments{group, ref} {
		if n := float64(m.N()); n > 1 {
			ss += float64((n - 1) * m.Variance(1))
		}
	}
	if ss == 0 {
		return math.NaN()
	}
	return 100 * (group.Mean() - ref.Mean()) / math.Sqrt(ss/(n1+n2-2))
}

// AppendBinary appends the canonical encoding of the moments to b.
func (m *Moments) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Value(&m.sum)
	e.Value(&m.squares)
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (m *Moments) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// UnmarshalBinary makes m what b encodes; m is unchanged on error.
func (m *Moments) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	var t Moments
	d.Value(&t.sum)
	d.Value(&t.squares)
	if t.sum.n != t.squares.n || t.sum.missing != t.squares.missing {
		d.Fail("counts of the two moments differ")
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*m = t
	return nil
}
