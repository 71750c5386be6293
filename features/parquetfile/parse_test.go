package parquetfile

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

func TestMulDiv(t *testing.T) {
	for _, c := range []struct {
		x, num, den, want int64
		ok                bool
	}{
		{12345, 1, 1, 12345, true},
		{-12345, 100, 1, -1234500, true},
		{-12345, 1, 5, -2469, true},
		{12345, 1, 10, 0, false},
		{math.MaxInt64, 1, 1, math.MaxInt64, true},
		{math.MinInt64, 1, 1, math.MinInt64, true},
		{math.MinInt64, 2, 2, math.MinInt64, true},
		{math.MaxInt64, 2, 1, 0, false},
		{math.MaxInt64, 1000, 1000, math.MaxInt64, true},
		{math.MinInt64, 3, 1, 0, false},
	} {
		if got, ok := mulDiv(c.x, c.num, c.den); ok != c.ok || ok && got != c.want {
			t.Errorf("mulDiv(%d, %d, %d) = %d, %v", c.x, c.num, c.den, got, ok)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		in   string
		m    int64
		frac int
		ok   bool
	}{
		{"1234.56", 123456, 2, true},
		{"-0.10", -1, 1, true},
		{"+7", 7, 0, true},
		{" 5 ", 5, 0, true},
		{".5", 5, 1, true},
		{"5.", 5, 0, true},
		{"1e3", 1000, 0, true},
		{"1.25e1", 125, 1, true},
		{"12e-3", 12, 3, true},
		{"0.000", 0, 0, true},
		{"9223372036854775800", 9223372036854775800, 0, true},
		{"9223372036854775807", math.MaxInt64, 0, true},
		{"9223372036854775808", 0, 0, false},
		{"1234.560000000000000000", 123456, 2, true},
		{"0.000000000000000001", 1, 18, true},
		{"99999999999999999999", 0, 0, false},
		{"1,234.56", 0, 0, false},
		{"", 0, 0, false},
		{"-", 0, 0, false},
		{".", 0, 0, false},
		{"1e", 0, 0, false},
		{"1.2.3", 0, 0, false},
		{"0x10", 0, 0, false},
		{"NaN", 0, 0, false},
	} {
		m, frac, ok := parseDecimal([]byte(c.in))
		if ok != c.ok || ok && (m != c.m || frac != c.frac) {
			t.Errorf("parseDecimal(%q) = %d, %d, %v", c.in, m, frac, ok)
		}
	}
}

func TestParseMoment(t *testing.T) {
	at := func(s string) int64 {
		x, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixMicro()
	}
	for _, c := range []struct {
		in        string
		want      int64
		zoned     bool
		truncated bool
	}{
		{"2026-01-02T03:04:05Z", at("2026-01-02T03:04:05Z"), true, false},
		{"2026-01-02 03:04:05.123456", at("2026-01-02T03:04:05.123456Z"), false, false},
		{"2026-01-02T03:04:05.123456789Z", at("2026-01-02T03:04:05.123456Z"), true, true},
		{"2026-01-02T03:04:05.123456000Z", at("2026-01-02T03:04:05.123456Z"), true, false},
		{"2026-01-02T03:04:05+08:00", at("2026-01-01T19:04:05Z"), true, false},
		{"2026-01-02T03:04:05-0530", at("2026-01-02T08:34:05Z"), true, false},
		{"2026-01-02 03:04:05 UTC", at("2026-01-02T03:04:05Z"), true, false},
		{"2026-01-02T03:04", at("2026-01-02T03:04:00Z"), false, false},
		{"2026-01-02", at("2026-01-02T00:00:00Z"), false, false},
		{"20260102", at("2026-01-02T00:00:00Z"), false, false},
		{"2026/01/02 03:04:05", at("2026-01-02T03:04:05Z"), false, false},
		{"1969-12-31T23:59:59.5Z", at("1969-12-31T23:59:59.5Z"), true, false},
	} {
		got, ok := parseMoment([]byte(c.in))
		if !ok || got != (moment{c.want, c.zoned, c.truncated}) {
			t.Errorf("parseMoment(%q) = %+v, %v", c.in, got, ok)
		}
	}
	for _, in := range []string{"", "2026", "2026-13-01", "2026-02-29", "2026-01-02T", "2026-01-02T25:00:00Z", "2026-01-02T03:04:60Z",
		"2026-01-02x", "2026-01/02", "2026-01-02T03:04:05+8", "2026-01-02T03:04:05.Z", "yesterday", "1767225600"} {
		if got, ok := parseMoment([]byte(in)); ok {
			t.Errorf("parseMoment(%q) = %+v", in, got)
		}
	}
}

func TestDays(t *testing.T) {
	for day := int64(-719162); day <= 2932896; day += 97 {
		x := time.Unix(day*daySeconds, 0).UTC()
		got, ok := daysFrom(x.Year(), int(x.Month()), x.Day())
		if !ok || got != day {
			t.Fatalf("day %d: got %d, %v", day, got, ok)
		}
	}
	if d, ok := dayOfYMD(20240229); !ok || d != 19782 {
		t.Errorf("20240229 is day %d, %v", d, ok)
	}
	if _, ok := dayOfYMD(20230229); ok {
		t.Error("20230229 is a date")
	}
}

// TestZoner compares with the standard library on zones with and without
// changes of the clock, and pins the two readings that it leaves open.
func TestZoner(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Skip(err)
		}
		z := zoner{loc: loc}
		for range 20_000 {
			u := r.Int64N(4e15) - 1e15
			wall := time.UnixMicro(u).In(loc)
			_, off := wall.Zone()
			if got, want := z.day(u), floorDiv(u+int64(off)*1e6, dayMicros); got != want {
				t.Fatalf("%s: day of %d is %d, want %d", name, u, got, want)
			}
			local := u + int64(off)*1e6
			if got := z.utc(local); got != u {
				// Only an hour that occurs twice may come back as its first.
				if again := time.UnixMicro(got).In(loc); again.Format("2006-01-02T15:04:05.000000") != wall.Format("2006-01-02T15:04:05.000000") || got > u {
					t.Fatalf("%s: %v comes back as %v", name, wall, again)
				}
			}
		}
	}
	ny, _ := time.LoadLocation("America/New_York")
	z := zoner{loc: ny}
	for wall, want := range map[string]string{
		"2026-11-01T01:30:00Z": "2026-11-01T05:30:00Z", // occurs twice: the first, in daylight time
		"2026-03-08T02:30:00Z": "2026-03-08T07:30:00Z", // is skipped: the offset before
	} {
		w, _ := time.Parse(time.RFC3339, wall)
		if got := time.UnixMicro(z.utc(w.UnixMicro())).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s in New York is %s, want %s", wall, got, want)
		}
	}
}

// TestDecimals compares with big.Rat on random widths, scales and units.
func TestDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		scale := r.IntN(40)
		n := new(big.Int).SetInt64(r.Int64() - 1<<62)
		if r.IntN(2) == 0 {
			n.Mul(n, new(big.Int).SetInt64(r.Int64N(1e15)))
		}
		if r.IntN(2) == 0 { // make whole numbers of minor units common
			n.Mul(new(big.Int).SetInt64(r.Int64N(1e9)-5e8), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(scale-2, 0))), nil))
		}
		width := max(1, (n.BitLen()+8)/8) + r.IntN(3)
		b := twos(n, width)
		c := &column{leaf: &leaf{class: clDecimal, scale: scale, prec: 76}, opts: &Options{}}
		c.rec.factor(100, scale)
		x := make([]int64, 1)
		decimalsToInts(c, [][]byte{b}, x)
		want := new(big.Rat).SetFrac(new(big.Int).Mul(n, big.NewInt(100)), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		ok := want.IsInt() && want.Num().IsInt64()
		if c.flagged == ok || ok && x[0] != want.Num().Int64() {
			t.Fatalf("%v at scale %d in %d bytes: got %d (flagged %v), want %v", n, scale, width, x[0], c.flagged, want)
		}
		f := make([]float64, 1)
		c.rec.scale = scale
		decimalsToFloats(c, [][]byte{b}, f)
		exact, _ := new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).Float64()
		if f[0] != exact {
			t.Fatalf("%v at scale %d: got %v, want %v", n, scale, f[0], exact)
		}
	}
}

// twos is n in two's complement, big endian, in width bytes.
func twos(n *big.Int, width int) []byte {
	m := new(big.Int).Set(n)
	if n.Sign() < 0 {
		m.Add(m, new(big.Int).Lsh(big.NewInt(1), uint(8*width)))
	}
	return m.FillBytes(make([]byte, width))
}

func TestListElements(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		ok   bool
		null int // index of a null element, or -1
	}{
		{`["R01","R02"]`, 2, true, -1},
		{`[]`, 0, true, -1},
		{``, 0, true, -1},
		{`["R01",null]`, 2, true, 1},
		{`R01`, 1, true, -1},
		{`[1,2]`, 2, true, -1},
		{`['R01']`, 0, false, -1},
		{`["R01"`, 0, false, -1},
		{`["R01"] x`, 0, false, -1},
		{`[["R01"]]`, 0, false, -1},
	} {
		got, ok := listElements([]byte(c.in))
		if ok != c.ok || ok && len(got) != c.n {
			t.Errorf("%s: %q, %v", c.in, got, ok)
		}
		for i, e := range got {
			if (e == nil) != (i == c.null) {
				t.Errorf("%s: element %d is %q", c.in, i, e)
			}
		}
	}
}
