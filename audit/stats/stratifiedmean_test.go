package stats

import (
	"math"
	"testing"
)

func TestStratifiedDifference(t *testing.T) {
	// numpy: for strata A, B below,
	//   w = n*m/(n+m); d = (w*(mean1-mean2)).sum()/w.sum()
	//   se = sqrt((w**2*(var1/n+var2/m)).sum())/w.sum(), variances with ddof=1.
	sums := func(xs, ys []float64) MeanStratum {
		s := MeanStratum{N: int64(len(xs)), NRef: int64(len(ys))}
		for _, x := range xs {
			s.Sum, s.Squares = s.Sum+x, s.Squares+x*x
		}
		for _, y := range ys {
			s.SumRef, s.SquaresRef = s.SumRef+y, s.SquaresRef+y*y
		}
		return s
	}
	a := sums([]float64{1, 2, 4, 7}, []float64{2, 3, 3.5})
	b := sums([]float64{10, 12}, []float64{11, 15, 13, 12.5})
	d, se := StratifiedDifference([]MeanStratum{a, b, sums([]float64{5}, []float64{1, 2, 3})})
	near(t, "difference", d, -0.4453125000000001)
	near(t, "its error", se, 0.9681092471012333)
	var g, r Moments
	g.AddSlice([]float64{1, 2, 4, 7})
	r.AddSlice([]float64{2, 3, 3.5})
	one, se := StratifiedDifference([]MeanStratum{a})
	welch, i, w := Welch(&g, &r, 0.95)
	near(t, "one stratum is Welch's difference", one, num(welch))
	near(t, "and its error", one/se, num(w.Statistic))
	_ = i
	if d, _ := StratifiedDifference(nil); d == d {
		t.Error("a difference of nothing")
	}
}

func TestTotalsRatio(t *testing.T) {
	// numpy: y, x below; r = y.sum()/x.sum(); se = sqrt(n/(n-1)*((y-r*x)**2).sum())/x.sum()
	var k TotalsRatio
	for _, p := range [][2]float64{{0, 1}, {3, 2}, {0, 1.5}, {10, 4}, {1, 0.5}} {
		k.N++
		k.Y, k.X, k.YY, k.XY, k.XX = k.Y+p[0], k.X+p[1], k.YY+p[0]*p[0], k.XY+p[0]*p[1], k.XX+p[1]*p[1]
	}
	r, se := k.Estimate()
	near(t, "ratio", r, 1.5555555555555556)
	near(t, "its error", se, 0.5852815464757313)
	if r, _ := (TotalsRatio{N: 3}).Estimate(); !math.IsNaN(r) {
		t.Error("a ratio without exposure")
	}
}
