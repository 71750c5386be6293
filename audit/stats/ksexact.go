package stats

import "math"

// KolmogorovSmirnovExact is KolmogorovSmirnov with the exact distribution of D
// under samples without ties: the share of lattice paths from (0, 0) to (n, m)
// that leave the band |x/n − y/m| < D. Its cost grows with n·m·D, so it is for
// samples up to ten thousand rows, where scipy takes it too.
//
// Source: Hodges (1958). Reference: scipy.stats.ks_2samp(method='exact'), and
// method='auto' up to 10 000 rows, which is what evidently's "ks" test reports.
func KolmogorovSmirnovExact(a, b *Hist) Test {
	n, m := a.N(), b.N()
	if n == 0 || m == 0 {
		return notTestable
	}
	g := n
	for r := m; r != 0; {
		g, r = r, g%r
	}
	lcm := float64(n/g) * float64(m)
	h := math.RoundToEven(Separation(a, b) * lcm)
	t := Test{Statistic: h / lcm, P: 1}
	switch {
	case h == 0:
	case n == m:
		t.P = outsideSquare(float64(n), h)
	default:
		t.P = outsideBand(max(n, m), min(n, m), g, h)
	}
	t.P = min(1, t.P)
	return t
}

// outsideSquare is the share of paths of n steps either way that reach a
// distance of h from the diagonal, by the reflection principle.
func outsideSquare(n, h float64) float64 {
	var p float64
	for k := math.Floor(n / h); k >= 0; k-- {
		x := 1.0
		for j := 0.0; j < h; j++ {
			x = float64((n - float64(k*h) - j) * x / (n + float64(k*h) + j + 1))
		}
		p = float64(x * (1 - p))
	}
	return 2 * p
}

// outsideBand is the share of paths from (0, 0) to (m, n), m ≥ n, that leave
// |n·x − m·y| < h·g; g divides both. It walks the columns of the band, keeping
// for each point the share of paths to it that have left.
func outsideBand(m, n, g int64, h float64) float64 {
	mg, ng := float64(m/g), float64(n/g)
	lo, hi := int64(0), min(int64(math.Ceil(h/mg)), n+1)
	a := make([]float64, min(2*hi+2, n+1))
	for j := range a {
		a[j] = 1
	}
	for j := lo; j < hi; j++ {
		a[j] = 0
	}
	length := hi - lo
	for i := int64(1); i <= m; i++ {
		before, long := lo, length
		lo = min(max(int64(math.Floor((ng*float64(i)-h)/mg))+1, 0), n)
		hi = min(int64(math.Ceil((ng*float64(i)+h)/mg)), n+1)
		if hi <= lo {
			return 1
		}
		v := 1.0
		if lo == 0 {
			v = 0
		}
		for k := int64(0); k < hi-lo; k++ {
			j := k + lo
			v = (float64(a[j-before]*float64(i)) + float64(v*float64(j))) / float64(i+j)
			a[k] = v
		}
		length = hi - lo
		for k := length; k < long; k++ {
			a[k] = 1
		}
	}
	return a[length-1]
}
