package stats

import "math"

// Confusion counts predictions of an event against what happened: of the
// positives (predicted) those true and false, and of the negatives. What is
// positive is the caller's to say; [Confusion.Other] turns it round. Rates
// without a denominator are NaN, where fairlearn says 0.
type Confusion struct {
	TP, FP, FN, TN int64
}

// N is the number of rows, Positives and Negatives those in which the event
// happened and did not.
func (c Confusion) N() int64         { return c.TP + c.FP + c.FN + c.TN }
func (c Confusion) Positives() int64 { return c.TP + c.FN }
func (c Confusion) Negatives() int64 { return c.FP + c.TN }

// Predicted is the number of rows predicted positive, Rest that of the others.
func (c Confusion) Predicted() int64 { return c.TP + c.FP }
func (c Confusion) Rest() int64      { return c.FN + c.TN }

// Other is the same table with the other outcome as the positive one: what
// AIF360 calls favourable where fairlearn's positive is bad.
func (c Confusion) Other() Confusion { return Confusion{TP: c.TN, FP: c.FN, FN: c.FP, TN: c.TP} }

func share(k, n int64) float64 { return float64(k) / float64(n) } // 0/0 is NaN

// The rates of a confusion table, by the names that sklearn, fairlearn and
// aequitas share.
//
// Reference: fairlearn.metrics, aequitas.group.Group.get_crosstabs.
func (c Confusion) TPR() float64        { return share(c.TP, c.Positives()) }
func (c Confusion) FNR() float64        { return share(c.FN, c.Positives()) }
func (c Confusion) FPR() float64        { return share(c.FP, c.Negatives()) }
func (c Confusion) TNR() float64        { return share(c.TN, c.Negatives()) }
func (c Confusion) Precision() float64  { return share(c.TP, c.Predicted()) }
func (c Confusion) FDR() float64        { return share(c.FP, c.Predicted()) }
func (c Confusion) FOR() float64        { return share(c.FN, c.Rest()) }
func (c Confusion) NPV() float64        { return share(c.TN, c.Rest()) }
func (c Confusion) PPrev() float64      { return share(c.Predicted(), c.N()) }
func (c Confusion) Prevalence() float64 { return share(c.Positives(), c.N()) }
func (c Confusion) Accuracy() float64   { return share(c.TP+c.TN, c.N()) }

// F1 is the harmonic mean of precision and TPR. Reference:
// sklearn.metrics.f1_score.
func (c Confusion) F1() float64 { return share(2*c.TP, 2*c.TP+c.FP+c.FN) }

// benefits returns the mean benefit and n, where a row's benefit is ŷ − y + 1:
// 0 for a false negative, 2 for a false positive, else 1.
func (c Confusion) benefits() (mean, n float64) {
	n = float64(c.N())
	return float64(c.TP+c.TN+2*c.FP) / n, n
}

// Theil is the Theil index of the benefits ŷ − y + 1 of the rows, of which the
// positive is the good outcome: mean((b/μ)·ln(b/μ)).
//
// Source: Speicher et al. (2018). Reference: aif360
// ClassificationMetric.theil_index.
func (c Confusion) Theil() float64 {
	mu, n := c.benefits()
	term := func(b float64, k int64) float64 {
		if k == 0 {
			return 0
		}
		r := b / mu
		return float64(k) / n * float64(r*math.Log(r))
	}
	return term(1, c.TP+c.TN) + term(2, c.FP) + float64(0/mu) // no rows: NaN
}

// GeneralizedEntropy is the generalized entropy index of the same benefits with
// α = 2, half the squared coefficient of variation: mean((b/μ)² − 1)/2.
//
// Reference: aif360 ClassificationMetric.generalized_entropy_index.
func (c Confusion) GeneralizedEntropy() float64 {
	mu, n := c.benefits()
	term := func(b float64, k int64) float64 {
		r := b / mu
		return float64(k) / n * (float64(r*r) - 1)
	}
	return (term(1, c.TP+c.TN) + term(2, c.FP) + term(0, c.FN)) / 2
}

// Spread is the greatest difference between rates, and the least ratio: the
// least by the greatest. Rates that are NaN are left out; fewer than two leave
// nothing to compare.
//
// Reference: fairlearn.metrics.MetricFrame.difference and .ratio,
// method='between_groups'.
func Spread(rates []float64) (difference, ratio float64) {
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, r := range rates {
		if r == r {
			low, high = min(low, r), max(high, r)
			n++
		}
	}
	if n < 2 {
		return nan, nan
	}
	if high == 0 {
		return 0, nan
	}
	return high - low, low / high
}
