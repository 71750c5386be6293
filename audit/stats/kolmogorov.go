package stats

import "math"

// durbin returns P(Dₙ ≤ x) by Durbin's matrix, exactly; its cost grows with
// the cube of n·x.
//
// Source: Marsaglia, Tsang & Wang (2003).
func durbin(n int, x float64) float64 {
	k := int(math.Ceil(float64(n) * x))
	m := 2*k - 1
	h := float64(k) - float64(float64(n)*x)
	a := make([]float64, m*m)
	for i := range m {
		for j := range min(i+2, m) {
			a[i*m+j] = 1
		}
	}
	for i := range m {
		a[i*m] -= math.Pow(h, float64(i+1))
		a[(m-1)*m+i] -= math.Pow(h, float64(m-i))
	}
	if 2*h > 1 {
		a[(m-1)*m] += math.Pow(2*h-1, float64(m))
	}
	for i := range m {
		for j := range m {
			for g := 2; g <= i-j+1; g++ {
				a[i*m+j] /= float64(g)
			}
		}
	}
	p, exp := matrixPower(a, m, n)
	s := p[(k-1)*m+k-1]
	for i := 1; i <= n; i++ {
		s *= float64(i) / float64(n)
		if s < 1e-140 {
			s, exp = math.Ldexp(s, 512), exp-512
		}
	}
	return math.Ldexp(s, exp)
}

// matrixPower returns the n-th power of the m×m matrix a as p·2^exp.
func matrixPower(a []float64, m, n int) (p []float64, exp int) {
	if n == 1 {
		return a, 0
	}
	p, exp = matrixPower(a, m, n/2)
	p, exp = matrixProduct(p, p, m), 2*exp
	if n%2 == 1 {
		p = matrixProduct(a, p, m)
	}
	if c := (m / 2) * (m + 1); p[c] > 1e140 {
		for i := range p {
			p[i] = math.Ldexp(p[i], -512)
		}
		exp += 512
	}
	return p, exp
}

func matrixProduct(a, b []float64, m int) []float64 {
	out := make([]float64, m*m)
	for i := range m {
		row := out[i*m : (i+1)*m]
		for k := range m {
			if f := a[i*m+k]; f != 0 {
				for j, x := range b[k*m : (k+1)*m] {
					row[j] += float64(f * x)
				}
			}
		}
	}
	return out
}

// pelzGood returns P(Dₙ ≤ x) by the expansion of Pelz & Good (1976) in powers
// of 1/√n, in the form that converges for small x·√n.
func pelzGood(n, x float64) float64 {
	const pi2 = math.Pi * math.Pi
	z := math.Sqrt(n) * x
	z2 := float64(z * z)
	z3, z4, z6 := z*z2, z2*z2, z2*z2*z2
	z7, z8, z10 := z6*z, z4*z4, z6*z4
	last := int(math.Ceil(16 * z / math.Pi))
	var k0, k1, k2, k3, e2, e3 float64
	for k := last; k >= 0; k-- {
		m := float64(k) + 0.5
		m2 := float64(m * m * pi2) // with half-integers: (2k−1)²/4
		w := math.Exp(-m2 / (2 * z2))
		k0 += w
		k1 += float64(w * (m2 - z2))
		k2 += float64(w * (float64(6*z6) + 2*z4 + float64(m2*(2*z4-float64(5*z2))) + float64(m2*m2*(1-2*z2))))
		k3 += float64(w * (float64(-30*z6) - float64(90*z8) + float64(m2*(float64(135*z4)-float64(96*z6))) +
			float64(m2*m2*(float64(212*z4)-float64(60*z2))) + float64(m2*m2*m2*(5-float64(30*z2)))))
		if k > 0 {
			j2 := float64(float64(k*k) * pi2)
			w := math.Exp(-j2 / (2 * z2))
			e2 += float64(w * j2)
			e3 += float64(w * j2 * (float64(3*z2) - j2))
		}
	}
	c := math.Sqrt(2 * math.Pi)
	k0 = float64(k0 * c / z)
	k1 = float64(k1 * c / (6 * z4))
	k2 = float64(k2*c/(72*z7)) - float64(e2*c/(36*z3))
	k3 = float64(k3*c/(6480*z10)) + float64(e3*c/(216*z6))
	r := math.Sqrt(n)
	return min(1, max(0, k0+k1/r+k2/n+k3/(n*r)))
}
