package stats

import "math"

// Foreseen is what a model's performance is expected to be on rows whose
// outcome is not known yet, if its calibrated probabilities are right: the
// confidence-based estimate. It can see that the rows have become harder or
// easier to tell apart, and never that the probabilities have become wrong.
type Foreseen struct {
	N      int64
	Events float64 // expected
	// TP, FP, FN, TN are expected counts at the threshold.
	TP, FP, FN, TN float64
	AUC            float64
	// Standard errors of a sample of that size: of the rate of events, of the
	// accuracy, and of the AUC by DeLong with the expected counts.
	RateSE, AccuracySE, AUCSE float64
}

// Foresee estimates performance on rows of n[i] by probability x[i], as the
// model gave it and ascending, that calibrated is c[i]; rows are predicted to
// have the event when x is at least threshold. The AUC ranks by x, and pairs of
// equal x count half.
//
// Source: NannyML's CBPE. Reference: nannyml.CBPE of the same calibrated
// probabilities (which rounds sums to 5 decimals); the standard errors are our
// own.
func Foresee(x, c []float64, n []int64, threshold float64) Foreseen {
	var f Foreseen
	var good, bad, below, correct float64 // below: expected others under x
	var rate, acc float64                 // variances of sums
	for i := range x {
		m := float64(n[i])
		e, o := float64(m*c[i]), float64(m*(1-c[i]))
		bad, good = bad+e, good+o
		v := float64(m * c[i] * (1 - c[i]))
		rate, acc = rate+v, acc+v
		if x[i] >= threshold {
			f.TP, f.FP = f.TP+e, f.FP+o
			correct += e
		} else {
			f.FN, f.TN = f.FN+e, f.TN+o
			correct += o
		}
		f.AUC += float64(e * (below + o/2))
		below += o
		f.N += n[i]
	}
	f.Events = bad
	if f.N == 0 {
		f.AUC = nan
		return f
	}
	f.AUC = f.AUC / bad / good
	f.RateSE, f.AccuracySE = math.Sqrt(rate)/float64(f.N), math.Sqrt(acc)/float64(f.N)
	f.AUCSE = f.aucSE(x, c, n, bad, good)
	return f
}

// Accuracy and F1 are those of the expected counts.
func (f Foreseen) Accuracy() float64 { return (f.TP + f.TN) / float64(f.N) }
func (f Foreseen) F1() float64       { return 2 * f.TP / (2*f.TP + f.FP + f.FN) }

// aucSE is DeLong's standard error of the AUC with expected counts in place of
// counts.
func (f *Foreseen) aucSE(x, c []float64, n []int64, bad, good float64) float64 {
	if !(bad > 1 && good > 1) {
		return nan
	}
	var vp, vn, below, under float64 // expected others, and events, of smaller x
	for i := range x {
		m := float64(n[i])
		e, o := float64(m*c[i]), float64(m*(1-c[i]))
		dp := (below+o/2)/good - f.AUC
		dn := 1 - (under+e/2)/bad - f.AUC
		vp += float64(e * dp * dp)
		vn += float64(o * dn * dn)
		below, under = below+o, under+e
	}
	return math.Sqrt(vp/(bad-1)/bad + vn/(good-1)/good)
}
