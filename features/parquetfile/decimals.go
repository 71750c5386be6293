package parquetfile

import (
	"math/big"
	"strconv"
	"unsafe"
)

// bigScratch is the memory of decimals too wide for an int64.
type bigScratch struct {
	x, y, q, r big.Int
}

// narrow reads a two's complement, big-endian integer that fits an int64.
func narrow(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, false
	}
	for len(b) > 8 {
		// Leading bytes must only repeat the sign.
		if s := byte(int8(b[1]) >> 7); b[0] != s {
			return 0, false
		}
		b = b[1:]
	}
	x := int64(int8(b[0]))
	for _, y := range b[1:] {
		x = x<<8 | int64(y)
	}
	return x, true
}

// wide reads a two's complement, big-endian integer of any length into s.x.
func (s *bigScratch) wide(b []byte) *big.Int {
	s.x.SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		s.y.SetInt64(1)
		s.y.Lsh(&s.y, uint(8*len(b)))
		s.x.Sub(&s.x, &s.y)
	}
	return &s.x
}

// toUnits returns v·unit/10^scale if that is an int64, v in s.x.
func (s *bigScratch) toUnits(num, den int64, rest int) (int64, bool) {
	s.x.Mul(&s.x, s.y.SetInt64(num))
	for _, d := range [...]int64{den, pow10[min(rest, 18)], pow10[min(max(rest-18, 0), 18)], pow10[min(max(rest-36, 0), 18)], pow10[min(max(rest-54, 0), 18)]} {
		if d == 1 {
			continue
		}
		s.q.QuoRem(&s.x, s.y.SetInt64(d), &s.r)
		if s.r.Sign() != 0 {
			return 0, false
		}
		s.x.Set(&s.q)
	}
	return s.x.Int64(), s.x.IsInt64()
}

// decimalsToInts converts decimals stored as bytes to minor units, exactly.
func decimalsToInts(c *column, v [][]byte, x []int64) {
	num, den := c.rec.num, c.rec.den
	rest := max(c.rec.scale-18, 0) // digits of the scale that den does not hold
	for i, b := range v {
		n, ok := narrow(b)
		if ok {
			for _, m := range c.rec.missInts {
				if n == m {
					c.mark(i, len(v), fMissing)
				}
			}
			if rest == 0 {
				if num == 1 && den == 1 {
					x[i] = n
					continue
				}
				var y int64
				if y, ok = mulDiv(n, num, den); ok {
					x[i] = y
					continue
				}
			}
		}
		if len(b) == 0 || len(b) > 64 {
			ok = false
		} else {
			c.big.wide(b)
			x[i], ok = c.big.toUnits(num, den, rest)
		}
		if !ok {
			x[i] = 0
			if !c.skip(i) {
				c.bad(i, len(v), c.formatDecimal(b))
			}
		}
	}
}

// decimalsToFloats converts decimals stored as bytes to the nearest doubles.
func decimalsToFloats(c *column, v [][]byte, f []float64) {
	for i, b := range v {
		n, ok := narrow(b)
		if ok {
			for _, m := range c.rec.missInts {
				if n == m {
					c.mark(i, len(v), fMissing)
				}
			}
			f[i] = c.decimalFloat(n)
			continue
		}
		x, ok := parseFloat(c.formatDecimal(b))
		if !ok {
			c.bad(i, len(v), nil)
		}
		f[i] = x
	}
}

// decimalFloat returns the double nearest to n·10^-scale.
func (c *column) decimalFloat(n int64) float64 {
	if s := c.rec.scale; s <= 22 && n < 1<<53 && n > -1<<53 {
		// Both operands are exact, so the quotient is rounded once.
		return float64(n) / exact10[s]
	}
	x, _ := parseFloat(c.formatScaled(strconv.AppendInt(c.slabless(), n, 10)))
	return x
}

// exact10 are the powers of ten that a double holds exactly.
var exact10 = func() (p [23]float64) {
	x := 1.0
	for i := range p {
		p[i] = x
		x *= 10
	}
	return p
}()

func (c *column) slabless() []byte { return c.fmtBuf[:0] }

// formatDecimal writes a decimal stored as bytes.
func (c *column) formatDecimal(b []byte) []byte {
	if n, ok := narrow(b); ok {
		return c.formatScaled(strconv.AppendInt(c.slabless(), n, 10))
	}
	if len(b) == 0 || len(b) > 64 {
		return nil
	}
	return c.formatScaled(c.big.wide(b).Append(c.slabless(), 10))
}

// formatScaled puts the decimal point into the digits d, in c.fmtBuf.
func (c *column) formatScaled(d []byte) []byte {
	s := c.leaf.scale
	c.fmtBuf = d
	if s == 0 {
		return d
	}
	neg := 0
	if d[0] == '-' {
		neg = 1
	}
	for len(d)-neg <= s {
		d = append(d, 0)
		copy(d[neg+1:], d[neg:])
		d[neg] = '0'
	}
	d = append(d, 0)
	at := len(d) - 1 - s
	copy(d[at+1:], d[at:])
	d[at] = '.'
	c.fmtBuf = d
	return d
}

// formatInt writes a stored integer as what it means.
func (c *column) formatInt(x int64) []byte {
	switch c.leaf.class {
	case clDecimal:
		return c.formatScaled(strconv.AppendInt(c.slabless(), x, 10))
	case clBool:
		c.fmtBuf = strconv.AppendBool(c.slabless(), x != 0)
	case clDate:
		c.fmtBuf = appendDay(c.slabless(), x)
	case clInstant:
		c.fmtBuf = c.appendInstant(c.slabless(), x)
	default:
		if c.leaf.unsigned {
			return c.formatUint(c.asUnsigned(x))
		}
		c.fmtBuf = strconv.AppendInt(c.slabless(), x, 10)
	}
	return c.fmtBuf
}

func (c *column) asUnsigned(x int64) uint64 {
	if c.leaf.width == 4 {
		return uint64(uint32(x))
	}
	return uint64(x)
}

func (c *column) formatUint(x uint64) []byte {
	c.fmtBuf = strconv.AppendUint(c.slabless(), x, 10)
	return c.fmtBuf
}

func (c *column) formatFloat(x float64) []byte {
	bits := 64
	if c.leaf.width <= 4 {
		bits = 32
	}
	c.fmtBuf = appendFloat(c.slabless(), x, bits)
	return c.fmtBuf
}

// text is b as a string that is valid as long as b is.
func text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}
