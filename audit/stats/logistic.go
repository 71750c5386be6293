package stats

import (
	"math"
	"slices"
)

// LogisticFit is a logistic regression fitted by maximum likelihood.
type LogisticFit struct {
	Params []float64 // by column of the design; NaN where the column was left out
	SE     []float64 // their standard errors
	// LogLik and LogLikNull are the logarithms of the likelihood of the model and
	// of the model of the intercept alone.
	LogLik, LogLikNull float64
	N                  int64 // observations
	Iterations         int
	// Converged is false when the steps did not shrink: some combination of the
	// columns tells the outcome without error (separation), and there is no
	// estimate. Params and SE are NaN then.
	Converged bool
	// Aliased are the columns left out since those before them make them up.
	Aliased []int
}

// Limits of the iteration: it has converged when no standardised coefficient
// moved by more than logisticStep. A separated one moves by about 1 for ever.
const (
	logisticStep  = 1e-11
	logisticSteps = 40
	logisticAlias = 1e-9 // share of a column's variance that the others leave
)

// Logistic fits P(y) = 1/(1+exp(−(b₀ + x·b))) to rows of counts: row i of x, of
// p columns each, was seen n[i] times, k[i] of them with the outcome. The
// intercept is the first coefficient of the fit and no column of x, so that
// Params has p+1 entries. Sums run in the order of the rows, which must not
// depend on anything but the data.
//
// It is Newton's method on standardised columns, from the intercept alone.
// Standard errors are of the inverse of the observed information. Reference:
// statsmodels Logit.fit (params, bse, llf, llnull).
func Logistic(x []float64, p int, k, n []int64) LogisticFit {
	if len(k) != len(n) || len(x) != p*len(n) {
		panic("stats: the design and the counts of a regression differ in rows")
	}
	l := newLogistic(x, p, k, n)
	fit := LogisticFit{N: l.total, LogLik: nan, LogLikNull: l.null(), Params: nans(p + 1), SE: nans(p + 1)}
	if l.total == 0 || l.yes == 0 || l.yes == l.total {
		return fit
	}
	beta := make([]float64, p+1)
	beta[0] = math.Log(float64(l.yes) / float64(l.total-l.yes))
	l.evaluate(beta)
	l.alias()
	for c, used := range l.used[1:] {
		if !used {
			fit.Aliased = append(fit.Aliased, c)
		}
	}
	for fit.Iterations < logisticSteps {
		fit.Iterations++
		step, ok := l.solve(l.gradient)
		if !ok {
			return fit
		}
		before := l.logLik
		next := make([]float64, p+1)
		for half := 0; ; half++ {
			for c := range beta {
				next[c] = beta[c] + step[c]
			}
			l.evaluate(next)
			// A step that overshoots is halved; one that gains nothing but noise
			// is the last.
			if l.logLik >= before-1e-9*math.Abs(before) || half == 30 {
				break
			}
			for c := range step {
				step[c] /= 2
			}
		}
		copy(beta, next)
		size := 0.0
		for _, s := range step {
			size = max(size, math.Abs(s))
		}
		if size != size {
			return fit
		}
		if size < logisticStep {
			fit.Converged = true
			break
		}
	}
	if !fit.Converged {
		return fit
	}
	fit.LogLik = l.logLik
	l.unscale(beta, &fit)
	if slices.Contains(fit.SE, math.Inf(1)) {
		fit.Converged, fit.Params, fit.SE, fit.LogLik = false, nans(p+1), nans(p+1), nan
	}
	return fit
}

// PseudoR2 is McFadden's 1 − LogLik/LogLikNull.
func (f *LogisticFit) PseudoR2() float64 { return 1 - f.LogLik/f.LogLikNull }

// OddsRatio is exp of a coefficient with Wald's interval.
func (f *LogisticFit) OddsRatio(param int, level float64) Ratio {
	return logRatio(math.Exp(f.Params[param]), f.SE[param], level)
}

// P is the two-sided p-value of Wald's test that a coefficient is 0.
func (f *LogisticFit) P(param int) float64 {
	if f.Params[param] != f.Params[param] || f.SE[param] != f.SE[param] {
		return nan
	}
	return TwoSided(f.Params[param] / f.SE[param])
}
