package stats

import "math"

// AUC returns the area under the ROC curve: the chance that a value of pos is
// above one of neg, ties counting half. For a score that rises with quality,
// pos are the goods. Gini is 2·AUC − 1. Exact when both histograms are; else
// values of one bin count as ties. NaN when either is empty.
//
// Reference: sklearn.metrics.roc_auc_score.
func AUC(pos, neg *Hist) float64 {
	n, m := float64(pos.N()), float64(neg.N())
	if n == 0 || m == 0 {
		return nan
	}
	var u float64
	var below int64
	for _, s := range steps(pos, neg) {
		u += float64(float64(s.a) / n * ((float64(below) + float64(s.b)/2) / m))
		below += s.b
	}
	return u
}

// AUCInterval returns the interval of the AUC by DeLong's variance: that of
// the share of the other sample which each value beats. It needs no shape of
// distribution. NaN when either sample has fewer than two values; it collapses
// to a point when the samples don't overlap.
//
// Source: DeLong, DeLong & Clarke-Pearson (1988). Reference: by hand in numpy.
func AUCInterval(pos, neg *Hist, level float64) Interval {
	auc, se := AUC(pos, neg), AUCStandardError(pos, neg)
	if se != se {
		return notEstimable
	}
	z := critical(level)
	return Interval{max(0, auc-float64(z*se)), min(1, auc+float64(z*se))}
}

// AUCStandardError returns the square root of DeLong's variance of the AUC; NaN
// when either sample has fewer than two values.
func AUCStandardError(pos, neg *Hist) float64 {
	n, m := float64(pos.N()), float64(neg.N())
	if n < 2 || m < 2 {
		return nan
	}
	auc := AUC(pos, neg)
	var vp, vn float64
	var ca, cb int64
	for _, s := range steps(pos, neg) {
		dp := (float64(cb)+float64(s.b)/2)/m - auc
		dn := 1 - (float64(ca)+float64(s.a)/2)/n - auc
		vp += float64(float64(s.a) * dp * dp)
		vn += float64(float64(s.b) * dn * dn)
		ca, cb = ca+s.a, cb+s.b
	}
	return math.Sqrt(vp/(n-1)/n + vn/(m-1)/m)
}
