package stats

import "math"

// logistic is a regression being fitted. Columns are standardised; column 0 is
// the intercept.
type logistic struct {
	z          []float64 // rows × q
	q          int
	k, n       []int64
	yes, total int64
	mean, sd   []float64 // by column

	used     []bool
	logLik   float64
	gradient []float64
	info     []float64 // q × q, the lower triangle
	chol     []float64
}

func newLogistic(x []float64, p int, k, n []int64) *logistic {
	l := &logistic{q: p + 1, k: k, n: n}
	for i := range n {
		checkCounts(k[i], n[i]-k[i])
		l.yes += k[i]
		l.total += n[i]
	}
	l.mean, l.sd = make([]float64, l.q), make([]float64, l.q)
	l.used = make([]bool, l.q)
	l.used[0], l.sd[0] = true, 1
	for c := 1; c < l.q; c++ {
		var sum, squares float64
		for i, w := range n {
			sum += float64(w) * x[i*p+c-1]
		}
		m := sum / float64(l.total)
		for i, w := range n {
			d := x[i*p+c-1] - m
			squares += float64(float64(w) * d * d)
		}
		s := math.Sqrt(squares / float64(l.total))
		l.mean[c], l.sd[c], l.used[c] = m, s, s > 1e-12*math.Abs(m) && s > 0 && !math.IsInf(s, 0)
	}
	l.z = make([]float64, len(n)*l.q)
	for i := range n {
		row := l.z[i*l.q:]
		row[0] = 1
		for c := 1; c < l.q; c++ {
			if l.used[c] {
				row[c] = (x[i*p+c-1] - l.mean[c]) / l.sd[c]
			}
		}
	}
	l.gradient, l.info, l.chol = make([]float64, l.q), make([]float64, l.q*l.q), make([]float64, l.q*l.q)
	return l
}

// null is the log-likelihood of the intercept alone.
func (l *logistic) null() float64 {
	term := func(k int64) float64 {
		if k == 0 {
			return 0
		}
		return float64(k) * math.Log(float64(k)/float64(l.total))
	}
	return term(l.yes) + term(l.total-l.yes)
}

// evaluate sets the log-likelihood, its gradient and the information at beta.
func (l *logistic) evaluate(beta []float64) {
	l.logLik = 0
	clear(l.gradient)
	clear(l.info)
	q := l.q
	for i, n := range l.n {
		row := l.z[i*q : i*q+q]
		eta := 0.0
		for c, z := range row {
			eta += float64(z * beta[c])
		}
		// ln(1+exp(η)) without overflow, and p = 1/(1+exp(−η)).
		e := math.Exp(-math.Abs(eta))
		p, both := 1/(1+e), math.Log1p(e)
		if eta > 0 {
			both += eta
		} else {
			p = e / (1 + e)
		}
		k, w := float64(l.k[i]), float64(n)
		l.logLik += float64(k*eta) - float64(w*both)
		residual := k - float64(w*p)
		weight := float64(w * e / ((1 + e) * (1 + e))) // p(1−p) without cancellation
		for a, za := range row {
			l.gradient[a] += float64(residual * za)
			wz := weight * za
			info := l.info[a*q : a*q+a+1]
			for b := range info {
				info[b] += float64(wz * row[b])
			}
		}
	}
}

// alias marks the columns unused that those before them make up.
func (l *logistic) alias() {
	for c := 1; c < l.q; c++ {
		if l.used[c] && !(l.factor(c) > logisticAlias*l.info[c*l.q+c]) {
			l.used[c] = false
		}
	}
}

// factor makes row c of the Cholesky factor of the information of the used
// columns, given those before it, and returns its squared diagonal.
func (l *logistic) factor(c int) float64 {
	q := l.q
	if c == 1 {
		l.chol[0] = math.Sqrt(l.info[0])
	}
	row := l.chol[c*q : c*q+q]
	for b := 0; b <= c; b++ {
		if !l.used[b] {
			row[b] = 0
			continue
		}
		s := l.info[c*q+b]
		for j := range b {
			s -= float64(row[j] * l.chol[b*q+j])
		}
		if b == c {
			row[c] = math.Sqrt(max(s, 0))
			return s
		}
		row[b] = s / l.chol[b*q+b]
	}
	return 0
}

// refactor factors the information anew; false when it is singular.
func (l *logistic) refactor() bool {
	l.chol[0] = math.Sqrt(l.info[0])
	if !(l.info[0] > 0) {
		return false
	}
	for c := 1; c < l.q; c++ {
		// Far weaker than alias: it only tells a matrix that can't be solved.
		if l.used[c] && !(l.factor(c) > 1e-14*l.info[c*l.q+c]) {
			return false
		}
	}
	return true
}

// solve returns the information's inverse times v.
func (l *logistic) solve(v []float64) ([]float64, bool) {
	if !l.refactor() {
		return nil, false
	}
	return l.back(v), true
}

// back solves with the factor at hand.
func (l *logistic) back(v []float64) []float64 {
	q := l.q
	y := make([]float64, q)
	for c := range q {
		if !l.used[c] {
			continue
		}
		s := v[c]
		for j := range c {
			s -= float64(l.chol[c*q+j] * y[j])
		}
		y[c] = s / l.chol[c*q+c]
	}
	for c := q - 1; c >= 0; c-- {
		if !l.used[c] {
			continue
		}
		s := y[c]
		for j := c + 1; j < q; j++ {
			if l.used[j] {
				s -= float64(l.chol[j*q+c] * y[j])
			}
		}
		y[c] = s / l.chol[c*q+c]
	}
	return y
}

// unscale puts beta and its standard errors into the fit, on the columns' own
// scale.
func (l *logistic) unscale(beta []float64, fit *LogisticFit) {
	if !l.refactor() {
		for c := range fit.SE {
			fit.SE[c] = math.Inf(1)
		}
		return
	}
	shift := make([]float64, l.q) // how the intercept is made of the scaled ones
	shift[0] = 1
	intercept := beta[0]
	for c := 1; c < l.q; c++ {
		if l.used[c] {
			shift[c] = -l.mean[c] / l.sd[c]
			intercept += float64(beta[c] * shift[c])
		}
	}
	variance := func(v []float64) float64 {
		sum := 0.0
		for c, y := range l.back(v) {
			sum += float64(y * v[c])
		}
		return sum
	}
	fit.Params[0], fit.SE[0] = intercept, math.Sqrt(variance(shift))
	unit := make([]float64, l.q)
	for c := 1; c < l.q; c++ {
		if !l.used[c] {
			continue
		}
		unit[c] = 1
		fit.Params[c], fit.SE[c] = beta[c]/l.sd[c], math.Sqrt(variance(unit))/l.sd[c]
		unit[c] = 0
	}
}
