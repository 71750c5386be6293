package parquetfile

import (
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// mulDiv returns x·num/den; ok is false when that is not an integer or does
// not fit. num and den are positive.
func mulDiv(x, num, den int64) (int64, bool) {
	if den == 1 && num == 1 {
		return x, true
	}
	neg := x < 0
	u := uint64(x)
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(num))
	if hi >= uint64(den) {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, uint64(den))
	switch {
	case r != 0:
		return 0, false
	case neg && q <= 1<<63:
		return -int64(q), true
	case !neg && q < 1<<63:
		return int64(q), true
	}
	return 0, false
}

var pow10 = func() (p [19]int64) {
	x := int64(1)
	for i := range p {
		p[i] = x
		x *= 10
	}
	return p
}()

// parseDecimal reads a decimal number as m·10^-frac, exactly.
func parseDecimal(b []byte) (m int64, frac int, ok bool) {
	b = trim(b)
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	digits, point := 0, false
	zeros := 0 // behind the point, which count only if a digit follows
	var u uint64
	for i, x := range b {
		switch {
		case x == '0' && point:
			zeros++
			digits++
		case x >= '0' && x <= '9':
			for ; zeros >= 0; zeros-- {
				d := uint64(0)
				if zeros == 0 {
					d = uint64(x - '0')
				}
				if u > (math.MaxInt64-d)/10 {
					return 0, 0, false
				}
				u = u*10 + d
				if point {
					frac++
				}
			}
			zeros = 0
			digits++
		case x == '.' && !point:
			point = true
		case (x == 'e' || x == 'E') && digits > 0:
			e, ok := parseExponent(b[i+1:])
			if !ok {
				return 0, 0, false
			}
			return shift(signed(u, neg), frac-e)
		default:
			return 0, 0, false
		}
	}
	if digits == 0 {
		return 0, 0, false
	}
	return shift(signed(u, neg), frac)
}

func signed(u uint64, neg bool) int64 {
	if neg {
		return -int64(u)
	}
	return int64(u)
}

// shift brings m·10^-frac to 0 ≤ frac ≤ 18.
func shift(m int64, frac int) (int64, int, bool) {
	for frac > 0 && m%10 == 0 && m != 0 {
		m, frac = m/10, frac-1
	}
	if m == 0 {
		return 0, 0, true
	}
	if frac > 18 || frac < -18 {
		return 0, 0, false
	}
	if frac < 0 {
		m, ok := mulDiv(m, pow10[-frac], 1)
		return m, 0, ok
	}
	return m, frac, true
}

func parseExponent(b []byte) (int, bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 3 {
		return 0, false
	}
	e := 0
	for _, x := range b {
		if x < '0' || x > '9' {
			return 0, false
		}
		e = e*10 + int(x-'0')
	}
	if neg {
		e = -e
	}
	return e, true
}

// parseInt reads an integer, which may be written with zeros behind a point.
func parseInt(b []byte) (int64, bool) {
	m, frac, ok := parseDecimal(b)
	return m, ok && frac == 0
}

// parseFloat reads a decimal number, or NaN.
func parseFloat(b []byte) (float64, bool) {
	b = trim(b)
	for _, x := range b {
		switch {
		case x >= '0' && x <= '9', x == '.', x == '+', x == '-', x == 'e', x == 'E':
		case (x == 'n' || x == 'N') && len(b) == 3 && (b[1] == 'a' || b[1] == 'A') && (b[2] == 'n' || b[2] == 'N'):
			return math.NaN(), true
		default:
			return 0, false
		}
	}
	if len(b) == 0 {
		return 0, false
	}
	// ParseFloat keeps no part of its argument.
	x, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), 64)
	return x, err == nil
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// parseBool reads the spellings of true and false that no plan need map.
func parseBool(b []byte) (int64, bool) {
	switch string(b) {
	case "true", "True", "TRUE", "1":
		return 1, true
	case "false", "False", "FALSE", "0":
		return 0, true
	}
	return 0, false
}
