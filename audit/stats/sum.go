package stats

import (
	"math"
	"math/big"
)

// Sum is the exact sum of float64 values: a superaccumulator, which is a
// fixed-point number wide enough for every float64. Addition to it is integer
// addition, hence associative and commutative bit for bit, where += on floats
// gives another last digit for every order of the rows. NaN counts as missing
// and adds nothing; infinities are counted apart.
//
// Source: R. M. Neal, "Fast exact summation using small and large
// superaccumulators" (2015), the small one. Reference: math.fsum.
type Sum struct {
	// chunks is Σ chunks[i]·2^(32i) in units of 2^-1075. Neighbours overlap by
	// 32 bits, which leaves room for 2^11 additions before carries must move.
	chunks  [sumChunks]int64
	pending int // additions since carries were moved

	n, missing     int64 // values added (without missing ones), NaNs
	posInf, negInf int64
}

const (
	sumChunks  = 67
	sumBias    = 1075
	sumPending = 1 << 10
	sumTag     = 'S'
)

// Add adds x.
func (s *Sum) Add(x float64) {
	if s.pending >= sumPending {
		s.carry()
	}
	s.pending++
	s.n++
	s.add(x)
}

// AddSlice adds every value of xs.
func (s *Sum) AddSlice(xs []float64) {
	for len(xs) > 0 {
		block := xs[:min(len(xs), sumPending)]
		xs = xs[len(block):]
		if s.pending+len(block) > sumPending {
			s.carry()
		}
		s.pending += len(block)
		s.n += int64(len(block))
		for _, x := range block {
			bits := math.Float64bits(x)
			e := uint(bits>>52) & 0x7ff
			if e-1 >= 0x7fe { // 0: zero or subnormal; 0x7ff: infinite or NaN
				s.add(x)
				continue
			}
			m := bits&(1<<52-1) | 1<<52
			sign := int64(bits) >> 63
			lo := int64(m << (e & 31) & (1<<32 - 1))
			hi := int64(m >> (32 - e&31))
			i := e >> 5 & 63 // the mask is for the compiler: e < 2^11
			s.chunks[i] += lo ^ sign - sign
			s.chunks[i+1] += hi ^ sign - sign
		}
	}
}

// AddSquare adds x² exactly, as its rounded value and the rounding error, for
// |x| in [1e-145, 1e153] (below, digits under 2^-1074 are lost; above, it is
// infinite).
func (s *Sum) AddSquare(x float64) { s.AddProduct(x, x) }

// AddProduct adds x·y exactly, within the limits of [Sum.AddSquare] on the
// product. It counts as one value.
func (s *Sum) AddProduct(x, y float64) {
	if s.pending+2 > sumPending {
		s.carry()
	}
	s.pending += 2
	p := float64(x * y)
	s.n++
	s.add(p)
	if !math.IsInf(p, 0) && p == p {
		s.add(math.FMA(x, y, -p))
	}
}

// add adds x without counting it or moving carries.
func (s *Sum) add(x float64) {
	bits := math.Float64bits(x)
	e := uint(bits>>52) & 0x7ff
	m := bits & (1<<52 - 1)
	switch {
	case e == 0x7ff && m != 0:
		s.missing++
		s.n--
		return
	case e == 0x7ff && x > 0:
		s.posInf++
		return
	case e == 0x7ff:
		s.negInf++
		return
	case e == 0:
		e = 1
	default:
		m |= 1 << 52
	}
	sign := int64(bits) >> 63
	lo := int64(m << (e & 31) & (1<<32 - 1))
	hi := int64(m >> (32 - e&31))
	s.chunks[e>>5] += lo ^ sign - sign
	s.chunks[e>>5+1] += hi ^ sign - sign
}

// carry brings every chunk but the last into [0, 2^32): the one form of a
// given sum.
func (s *Sum) carry() {
	if s.pending == 0 {
		return
	}
	var c int64
	for i := range sumChunks - 1 {
		c += s.chunks[i]
		s.chunks[i] = c & (1<<32 - 1)
		c >>= 32
	}
	s.chunks[sumChunks-1] += c
	s.pending = 0
}

// Merge adds what o has gathered.
func (s *Sum) Merge(o *Sum) {
	s.carry()
	t := *o
	t.carry()
	for i, c := range t.chunks {
		s.chunks[i] += c
	}
	s.pending = 1
	s.n += t.n
	s.missing += t.missing
	s.posInf += t.posInf
	s.negInf += t.negInf
}

// N returns how many values were added, without missing ones.
func (s *Sum) N() int64 { return s.n }

// Missing returns how many NaNs were added.
func (s *Sum) Missing() int64 { return s.missing }

// Value returns the sum, rounded once: to the nearest float64, ties to even,
// ±Inf on overflow. It is 0 for no values, ±Inf when infinities of that sign
// were added, NaN when both were.
func (s *Sum) Value() float64 {
	if s.posInf > 0 || s.negInf > 0 {
		return s.infinite()
	}
	f, _ := s.exact().Float64()
	return f
}

// Mean returns the mean, rounded once; NaN without values.
func (s *Sum) Mean() float64 {
	switch {
	case s.n == 0:
		return math.NaN()
	case s.posInf > 0 || s.negInf > 0:
		return s.infinite()
	}
	return ratio(s.exact(), new(big.Float).SetInt64(s.n))
}

func (s *Sum) infinite() float64 {
	switch {
	case s.posInf > 0 && s.negInf > 0:
		return math.NaN()
	case s.posInf > 0:
		return math.Inf(1)
	}
	return math.Inf(-1)
}

// limbs returns the sign and the magnitude of the finite sum, in base 2^32,
// the lowest first.
func (s *Sum) limbs() (neg bool, m [sumChunks]int64) {
	s.carry()
	t := Sum{chunks: s.chunks}
	if neg = t.chunks[sumChunks-1] < 0; neg {
		for i := range t.chunks {
			t.chunks[i] = -t.chunks[i]
		}
		t.pending = 1
		t.carry()
	}
	return neg, t.chunks
}

// exact returns the finite sum without rounding.
func (s *Sum) exact() *big.Float {
	neg, m := s.limbs()
	b := make([]byte, 0, 8+4*sumChunks)
	for i := sumChunks - 1; i >= 0; i-- {
		if i == sumChunks-1 {
			b = append(b, byte(m[i]>>56), byte(m[i]>>48), byte(m[i]>>40), byte(m[i]>>32))
		}
		b = append(b, byte(m[i]>>24), byte(m[i]>>16), byte(m[i]>>8), byte(m[i]))
	}
	z := new(big.Int).SetBytes(b)
	if neg {
		z.Neg(z)
	}
	f := new(big.Float).SetPrec(max(64, uint(z.BitLen()))).SetInt(z)
	return f.SetMantExp(f, -sumBias)
}

// ratio returns x/y rounded to float64: through so many bits that the second
// rounding can't matter short of a tie longer than any real data.
func ratio(x, y *big.Float) float64 {
	f, _ := new(big.Float).SetPrec(4096).Quo(x, y).Float64()
	return f
}

// AppendBinary appends the canonical encoding of the sum to b.
func (s *Sum) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Byte(sumTag)
	for _, c := range []int64{s.n, s.missing, s.posInf, s.negInf} {
		e.Uvarint(uint64(c))
	}
	neg, m := s.limbs()
	lo, hi := 0, sumChunks
	for lo < hi && m[lo] == 0 {
		lo++
	}
	for hi > lo && m[hi-1] == 0 {
		hi--
	}
	e.Count(hi - lo)
	if hi > lo {
		e.Bool(neg)
		e.Count(lo)
		for _, c := range m[lo:hi] {
			e.Uvarint(uint64(c))
		}
	}
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (s *Sum) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary makes s what b encodes; s is unchanged on error.
func (s *Sum) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	var t Sum
	d.Tag(sumTag)
	t.n, t.missing, t.posInf, t.negInf = d.Natural(), d.Natural(), d.Natural(), d.Natural()
	if n := d.Count(1); n > 0 {
		neg, lo := d.Bool(), d.Uvarint()
		if n > sumChunks || lo > uint64(sumChunks-n) {
			d.Fail("sum of %d digits from %d", n, lo)
			return d.Err()
		}
		for i := range n {
			c := d.Natural()
			if c>>32 != 0 && int(lo)+i < sumChunks-1 || c>>50 != 0 || c == 0 && (i == 0 || i == n-1) {
				d.Fail("digit %d of a sum is out of range", i)
			}
			if neg {
				c = -c
			}
			t.chunks[int(lo)+i] = c
		}
		t.pending = 1
		t.carry()
	}
	if t.posInf > t.n || t.negInf > t.n-t.posInf {
		d.Fail("more infinities than values")
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = t
	return nil
}
