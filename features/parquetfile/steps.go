package parquetfile

import "math"

// skip reports whether value i is null already, so that nothing more need be
// said of it.
func (c *column) skip(i int) bool { return c.flagged && c.flags[i]&fNull != 0 }

func stepMissing(c *column, x []int64) {
	for _, m := range c.rec.missInts {
		for i, v := range x {
			if v == m {
				c.mark(i, len(x), fMissing)
			}
		}
	}
}

// stepUnsigned refuses what does not fit: an int64 read as unsigned.
func stepUnsigned(c *column, x []int64) {
	for i, v := range x {
		if v < 0 && !c.skip(i) {
			c.bad(i, len(x), c.formatUint(uint64(v)))
			x[i] = 0
		}
	}
}

func stepUnsigned32(_ *column, x []int64) {
	for i, v := range x {
		x[i] = int64(uint32(v))
	}
}

func stepMulDiv(c *column, x []int64) {
	num, den := c.rec.num, c.rec.den
	if den == 1 {
		limit := math.MaxInt64 / num
		for i, v := range x {
			if v > limit || v < -limit {
				c.outOfRange(i, x)
				continue
			}
			x[i] = v * num
		}
		return
	}
	for i, v := range x {
		y, ok := mulDiv(v, num, den)
		if !ok {
			c.outOfRange(i, x)
			continue
		}
		x[i] = y
	}
}

func (c *column) outOfRange(i int, x []int64) {
	if !c.skip(i) {
		c.bad(i, len(x), c.formatInt(x[i]))
	}
	x[i] = 0
}

// stepNanos drops what is below a microsecond, towards the past.
func stepNanos(c *column, x []int64) {
	for i, v := range x {
		q := floorDiv(v, 1000)
		if q*1000 != v {
			c.mark(i, len(x), fTruncated)
		}
		x[i] = q
	}
}

func stepLocal(c *column, x []int64) {
	z := &c.rec.zone
	for i, v := range x {
		if v > maxMicros || v < -maxMicros {
			c.outOfRange(i, x)
			continue
		}
		x[i] = z.utc(v)
	}
}

// maxMicros keeps days of margin below the end of an int64.
const maxMicros = math.MaxInt64 - 10*dayMicros

func stepDay(c *column, x []int64) {
	z := &c.rec.zone
	for i, v := range x {
		x[i] = z.day(v)
	}
}

func stepWallDay(_ *column, x []int64) {
	for i, v := range x {
		x[i] = floorDiv(v, dayMicros)
	}
}

func stepMidnight(c *column, x []int64) {
	z := &c.rec.zone
	const limit = maxMicros / dayMicros
	for i, v := range x {
		if v > limit || v < -limit {
			c.outOfRange(i, x)
			continue
		}
		x[i] = z.utc(v * dayMicros)
	}
}

func stepYMD(c *column, x []int64) {
	for i, v := range x {
		day, ok := dayOfYMD(v)
		if !ok {
			c.outOfRange(i, x)
			continue
		}
		x[i] = day
	}
}

func stepEpoch(c *column, x []int64) {
	for i, v := range x {
		if v > math.MaxInt32 || v < math.MinInt32 {
			c.outOfRange(i, x)
			continue
		}
		x[i] = v + c.rec.epoch
	}
}

func stepEpochMonths(c *column, x []int64) {
	const limit = 9999 * 12
	for i, v := range x {
		m := v + c.rec.month
		if v > limit || v < -limit || m < 12 || m > limit {
			c.outOfRange(i, x)
			continue
		}
		day, ok := int64(0), false
		for d := c.rec.day; !ok; d-- {
			day, ok = daysFrom(int(m/12), int(m%12)+1, d)
		}
		x[i] = day
	}
}

func stepBool(c *column, x []int64) {
	for i, v := range x {
		if v != 0 && v != 1 {
			c.outOfRange(i, x)
		}
	}
}

// nan flags value i, which is not a number: the export's null when declared,
// else only noted.
func (c *column) nan(i, n int) {
	f := fNaN
	if c.spec.NaNNull {
		f |= fNaNNull
	}
	c.mark(i, n, f)
}

func (c *column) missingFloats(f []float64) {
	for _, m := range c.rec.missFloats {
		for i, v := range f {
			if v == m {
				c.mark(i, len(f), fMissing)
			}
		}
	}
}

// floatsToInts takes whole numbers: pandas stores integers with nulls so.
func floatsToInts(c *column, f []float64, x []int64) {
	c.missingFloats(f)
	for i, v := range f {
		n := int64(v)
		switch {
		case v == math.Trunc(v) && v > -1<<63 && v < 1<<63:
			x[i] = n
		case v != v:
			x[i] = 0
			c.nan(i, len(f))
			if !c.spec.NaNNull {
				c.bad(i, len(f), []byte("NaN"))
			}
		default:
			x[i] = 0
			if !c.skip(i) {
				c.bad(i, len(f), c.formatFloat(v))
			}
		}
	}
}

// moneyTolerance is how far a double may be from a whole number of minor
// units and still be taken for it.
const moneyTolerance = 1e-6

// roundMoney rounds as the plan says. A double a hair from a half, which is how
// a half is written, counts as the half.
func roundMoney(m float64, how string) float64 {
	whole, part := math.Modf(m)
	if math.Abs(math.Abs(part)-0.5) <= moneyTolerance {
		if how == "half_even" && math.Mod(whole, 2) == 0 {
			return whole
		}
		return whole + math.Copysign(1, m)
	}
	return math.Round(m)
}

func floatsToMoney(c *column, f []float64, x []int64) {
	c.missingFloats(f)
	unit := float64(c.rec.num)
	for i, v := range f {
		m := float64(v * unit)
		r := math.RoundToEven(m)
		if whole := math.Abs(m-r) <= moneyTolerance; !whole && c.spec.Round != "" && math.Abs(m) < 1<<53 {
			m = roundMoney(m, c.spec.Round)
			r = m
		}
		switch {
		case v != v:
			x[i] = 0
			c.nan(i, len(f))
			if !c.spec.NaNNull {
				c.bad(i, len(f), []byte("NaN"))
			}
		case math.Abs(m-r) <= moneyTolerance && math.Abs(r) < 1<<53:
			x[i] = int64(r)
			if !c.skip(i) {
				c.mark(i, len(f), fRounded)
			}
		default:
			x[i] = 0
			if !c.skip(i) {
				c.bad(i, len(f), c.formatFloat(v))
			}
		}
	}
}
